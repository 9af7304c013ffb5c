"""Labels for what is kept on shelves: one page a label, for label printers, with a QR code to scan.

    pdf = await print_labels([Label("CSX-6B7K2M-4", Both("雨伞", "Umbrella"), "2026-11-23", "A-12")], SMALL, made_at)

The code holds the number and nothing else: whoever finds a label learns no more than what is printed beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from gateway.barcodes import qr_modules
from gateway.passes import Both
from gateway.printing import Ink, Paper, Size, in_printer, printed

SMALL: Final = Size(62, 29)
LARGE: Final = Size(100, 50)
SIZES: Final[Mapping[str, Size]] = {"62x29": SMALL, "100x50": LARGE}
"""Rolls of Brother and of the common thermal printers, by how their makers name them."""
MOST: Final = 200
LOST_AND_FOUND: Final = "招领标签 Lost and found label"
_BLACK: Final = (0, 0, 0)
# Four modules of white around the code, of its 25, stay free of print.
_QUIET: Final = 4


@dataclass(frozen=True)
class Label:
    """One thing, as texts that are ready to be read. day: when it was registered, local. where: the desk's name."""

    number: str
    category: Both
    day: str
    shelf: str = ""
    where: str = ""


async def print_labels(
    labels: Sequence[Label], size: Size, made_at: datetime, title: str = LOST_AND_FOUND
) -> bytes:
    """The PDF, made in a thread. As `render_labels`."""
    return await in_printer(render_labels, labels, size, made_at, title)


def render_labels(
    labels: Sequence[Label], size: Size, made_at: datetime, title: str = LOST_AND_FOUND
) -> bytes:
    """One page a label, in their order. made_at: aware. Raises ValueError for none, and for more than 200."""
    if not 1 <= len(labels) <= MOST:
        raise ValueError(f"1 to {MOST} labels make a document")
    return printed(title, made_at, size, partial(_draw, labels, size))


def _draw(labels: Sequence[Label], size: Size, paper: Paper) -> None:
    # The small label's lengths are the measure; a larger one is the same, larger.
    scale = min(size.width / SMALL.width, size.height / SMALL.height)
    for label in labels:
        paper.new_page()
        _one(paper, label, scale, size)


def _one(paper: Paper, label: Label, scale: float, size: Size) -> None:
    # Bags are dragged and umbrellas are wet: up to a third of the code may be lost.
    rows = qr_modules(label.number, "h")
    outer = 27.0 * scale
    side = outer * len(rows) / (len(rows) + 2 * _QUIET)
    top = (size.height - side) / 2
    beside = min(top, _QUIET * side / len(rows))
    paper.code(beside, top, side, rows)

    left = beside + side + 3 * scale
    width = size.width - left - 2 * scale

    # Lines are measured on the small label, and stand in the middle of a higher one.
    head = (size.height - SMALL.height * scale) / 2

    def line(y: float, text: str, points: float, bold: bool = False) -> None:
        paper.text(left, head + y * scale, text, Ink(points * scale, _BLACK, bold), width)

    line(3.4, label.number, 13, bold=True)
    line(9.2, label.category.zh, 9.5, bold=True)
    line(13.2, label.category.en, 7.5)
    paper.pdf.set_draw_color(*_BLACK)
    paper.pdf.set_line_width(0.2 * scale)
    paper.pdf.line(left, head + 17.2 * scale, left + width, head + 17.2 * scale)
    # Where it belongs is what somebody reads from two steps away.
    line(18.2, label.shelf or "–", 12, bold=True)
    line(23.4, f"{label.day}  {label.where}".strip(), 6.5)
