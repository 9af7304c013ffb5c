"""Messages of a list: found in a text, opened, and put together in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.checkin.teletype import dates
from services.checkin.teletype.document import Flight, Kind
from services.checkin.teletype.problems import Problem, Reason, Refused

MAX_CHARACTERS: Final = 1_000_000
# Teletype's lines have 64, and some systems' a few more.
MAX_LINE: Final = 200
MAX_PARTS: Final = 99
AIRLINE: Final = r"(?:[A-Z]{3}|[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z])"
_AROUND: Final = "\x01\x02\x03 "
_END: Final = re.compile(r"END(?:PART([0-9]{1,2})|(PNL|ADL))")
_FLIGHT: Final = re.compile(
    rf"({AIRLINE})([0-9]{{1,4}}[A-Z]?)/([0-9]{{2}})([A-Z]{{3}})(?:[0-9]{{2}})? ([A-Z]{{3}})(?: PART([0-9]{{1,2}}))?"
)
_ORIGIN: Final = re.compile(r"\.[A-Z0-9]{7} ([0-3][0-9][0-2][0-9][0-5][0-9])(?:[^0-9].*)?")
# What teletype can carry, and small letters, which some gateways let through; no ^, no @, no brackets.
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9 \-/.,()'+=:?\"#&%$*!;<>]*")


@dataclass(frozen=True)
class Line:
    """number: in its part's text, from 1."""

    part: int
    number: int
    text: str


@dataclass(frozen=True)
class Part:
    """One message. is_last: it ends the list. lines: those between flight line and end."""

    kind: Kind
    flight: Flight
    number: int
    is_last: bool
    lines: tuple[Line, ...]
    sent_at: datetime | None = None


def messages(text: str) -> list[str]:
    """The single messages of a text that may hold several, each up to its end line."""
    found: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found[-1].append(line)
        if _END.fullmatch(line.strip().upper()):
            found.append([])
    return ["\n".join(lines) for lines in found if any(line.strip(_AROUND) for line in lines)]


def open_part(text: str, near: date) -> Part:
    """One message as a part. near: a day near the flight's; messages don't say the year.

    Raises Refused.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refused(Problem(0, 0, Reason.TOO_LONG))
    rows = text.replace("\r\n", "\n").replace("\r", "\n").strip(_AROUND.strip()).rstrip().split("\n")
    for number, row in enumerate(rows, 1):
        if len(row) > MAX_LINE:
            raise Refused(Problem(0, number, Reason.TOO_LONG))
        if not _CHARACTERS.fullmatch(row):
            raise Refused(Problem(0, number, Reason.BAD_CHARACTER))
    rows = [row.rstrip().upper() for row in rows]
    start = next((at for at, row in enumerate(rows) if row in ("PNL", "ADL")), -1)
    if start < 0:
        raise Refused(Problem(0, 0, Reason.NO_MESSAGE))
    flight, number = _flight(rows, start + 1, near)
    kind, end = Kind(rows[start].lower()), len(rows) - 1
    origin = next((match[1] for row in rows[:start] if (match := _ORIGIN.fullmatch(row))), None)
    return Part(
        kind=kind,
        flight=flight,
        number=number,
        is_last=_is_last(rows[end], kind, number, end + 1),
        lines=tuple(Line(number, at + 1, rows[at]) for at in range(start + 2, end) if rows[at]),
        sent_at=_sent_at(origin, flight.day_local),
    )


def _flight(rows: list[str], at: int, near: date) -> tuple[Flight, int]:
    found = _FLIGHT.fullmatch(rows[at]) if at < len(rows) else None
    if found is None:
        raise Refused(Problem(0, at + 1, Reason.BAD_FLIGHT))
    carrier, number, day, month, board_point, part = found.groups()
    try:
        day_local = dates.nearest(int(day), month, near)
    except ValueError as exc:
        raise Refused(Problem(0, at + 1, Reason.BAD_FLIGHT)) from exc
    if part is not None and int(part) == 0:
        raise Refused(Problem(0, at + 1, Reason.BAD_FLIGHT))
    return Flight(carrier, number.lstrip("0") or "0", day_local, board_point), int(part or 1)


def _is_last(row: str, kind: Kind, number: int, line: int) -> bool:
    found = _END.fullmatch(row)
    if found is None:
        raise Refused(Problem(number, line, Reason.NO_END))
    if found[2]:
        if found[2] != kind.name:
            raise Refused(Problem(number, line, Reason.OTHER_END))
        return True
    if int(found[1]) != number:
        raise Refused(Problem(number, line, Reason.OTHER_END))
    return False


def _sent_at(origin: str | None, flies: date) -> datetime | None:
    try:
        return dates.sent_at(origin, flies) if origin else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Assembled:
    """parts: in their order, each once. missing: numbers that are still to come; the list is whole without any.

    The last part may be missing too: then the first number after the ones that are here stands among the missing.
    """

    parts: tuple[Part, ...]
    missing: tuple[int, ...]


def assemble(parts: Iterable[Part]) -> Assembled:
    """Parts in any order, some perhaps twice, as one list. Raises Refused when they can't be one."""
    by_number: dict[int, Part] = {}
    for part in parts:
        known = by_number.setdefault(part.number, part)
        if _heading(known) != _heading(part):
            raise Refused(Problem(part.number, 0, Reason.OTHER_LIST))
        if [line.text for line in known.lines] != [
            line.text for line in part.lines
        ] or known.is_last != part.is_last:
            raise Refused(Problem(part.number, 0, Reason.PART_CONFLICT))
    ordered = [by_number[number] for number in sorted(by_number)]
    for part in ordered[1:]:
        if _heading(part) != _heading(ordered[0]):
            raise Refused(Problem(part.number, 0, Reason.OTHER_LIST))
    last = next((part.number for part in ordered if part.is_last), 0)
    if last and ordered[-1].number != last:
        raise Refused(Problem(ordered[-1].number, 0, Reason.BEYOND_END))
    count = last or (ordered[-1].number + 1 if ordered else 1)
    return Assembled(tuple(ordered), _missing(count, by_number))


def _missing(count: int, there: dict[int, Part]) -> tuple[int, ...]:
    return tuple(number for number in range(1, count + 1) if number not in there)


def _heading(part: Part) -> tuple[Kind, Flight]:
    return part.kind, part.flight
