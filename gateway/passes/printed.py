"""Boarding passes to print, and the thread in which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.printing import in_printer

MAX_PAGES: Final = 36


@dataclass(frozen=True)
class Both:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class PrintedPass:
    """One passenger on one leg, as texts that are ready to be read; an empty one is left out.

    code: the BCBP text. day and times: local, as they shall stand there ("2026-11-23", "10:20").
    notes: the lower half's lines, each in both languages.
    """

    code: str
    name: str
    flight: str
    day: str
    from_code: str
    from_place: Both
    to_code: str
    to_place: Both
    departs: str
    boards: str
    seat: str
    sequence: str
    cabin: Both
    gate: str = ""
    terminal: str = ""
    arrives: str = ""
    gate_closes: str = ""
    carrier: Both = Both("", "")
    name_zh: str = ""
    pnr: str = ""
    ticket: str = ""
    frequent_flyer: str = ""
    bags: str = ""
    infant: str = ""
    specials: str = ""
    airport: Both = Both("", "")
    notes: tuple[Both, ...] = ()


async def print_passes(passes: Sequence[PrintedPass], made_at: datetime) -> bytes:
    """The PDF, made in a thread: the event loop goes on. As `render_passes`."""
    return await in_printer(render_passes, passes, made_at)


def render_passes(passes: Sequence[PrintedPass], made_at: datetime) -> bytes:
    """One page a pass, in their order. made_at: aware; it stands in the file's properties.

    The same passes at the same moment give the same file. Raises ValueError for none, more than 36, or a code that
    isn't ASCII.
    """
    if not 1 <= len(passes) <= MAX_PAGES:
        raise ValueError(f"1 to {MAX_PAGES} passes make a document")
    # a third of a second and some 80 MB, for a gateway that prints and no other
    from gateway.passes.page import draw_passes

    return draw_passes(passes, made_at)
