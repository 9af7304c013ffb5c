"""Reads a timetable as CSV, one leg a line. Columns: docs/sources/timetables.md, "CSV"."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.flights.timetable.fields import (
    airport_of,
    flight_name,
    flight_of,
    iso_date,
    minute_of,
    weekdays_of,
)
from services.flights.timetable.legs import Clock, Collected, LineError, Period, PeriodicLeg, Reading, Reason

REQUIRED = ("flight", "from", "to", "departs", "arrives", "valid_from", "valid_to", "days")
OPTIONAL = (
    "leg",
    "departure_day",
    "arrival_day",
    "departure_terminal",
    "arrival_terminal",
    "aircraft",
    "codeshares",
)
_DAY = re.compile(r"[+-]?[0-7]")
_TERMINAL_LENGTH = 12


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()


def read_csv(lines: Iterable[str]) -> Reading:
    """Read a CSV timetable. Never raises for what is in it: such lines are refused, a bad header refuses all."""
    collected = Collected()
    rows = csv.reader(lines)
    try:
        header = [name.strip().lower().lstrip("\ufeff") for name in next(rows, [])]
        _check_header(header)
        for cells in rows:
            if any(cell.strip() for cell in cells):
                _take(collected, header, cells, rows.line_num)
    except LineError as refusal:
        collected.refused.append(refusal.at(1))
    except csv.Error as error:
        collected.refused.append(LineError(Reason.BAD_RECORD, str(error)).at(rows.line_num))
    collected.lines = rows.line_num
    return collected.reading()


def _take(collected: Collected, header: list[str], cells: list[str], line: int) -> None:
    try:
        if len(cells) != len(header):
            raise LineError(Reason.BAD_LENGTH, f"{len(cells)} cells instead of {len(header)}")
        collected.legs.append(_leg_of(_Row(line, dict(zip(header, cells, strict=True)))))
    except LineError as refusal:
        collected.refused.append(refusal.at(line))


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown or len(set(header)) != len(header):
        said = [f"missing {', '.join(missing)}"] if missing else []
        said += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise LineError(Reason.BAD_HEADER, "; ".join(said) or "a column is there twice")


def _leg_of(row: _Row) -> PeriodicLeg:
    airline, number, suffix = flight_of(row["flight"].upper())
    period = Period(iso_date(row["valid_from"]), iso_date(row["valid_to"]), weekdays_of(row["days"]))
    if period.last < period.first:
        raise LineError(Reason.BAD_PERIOD, f"{period.first} to {period.last}")
    sequence = row["leg"] or "1"
    if not re.fullmatch(r"[1-9]", sequence):
        raise LineError(Reason.BAD_FIELD, f"leg {sequence!r}")
    return PeriodicLeg(
        line=row.line,
        airline=airline,
        number=number,
        suffix=suffix,
        # Lines of one flight belong together when they are valid on the same days.
        variation=f"{row['valid_from']} {row['valid_to']} {row['days']}",
        sequence=int(sequence),
        period=period,
        origin=airport_of(row["from"]),
        destination=airport_of(row["to"]),
        departs=Clock(minute_of(row["departs"], until_midnight=False), _day(row["departure_day"])),
        arrives=Clock(minute_of(row["arrives"], until_midnight=True), _day(row["arrival_day"])),
        departure_terminal=_terminal(row["departure_terminal"]),
        arrival_terminal=_terminal(row["arrival_terminal"]),
        aircraft=_aircraft(row["aircraft"]),
        codeshares=tuple(
            flight_name(name) for name in re.split(r"[ /;]+", row["codeshares"].upper()) if name
        ),
    )


def _day(text: str) -> int | None:
    if not text:
        return None
    if not _DAY.fullmatch(text):
        raise LineError(Reason.BAD_FIELD, f"day {text!r}")
    return int(text)


def _terminal(text: str) -> str:
    if len(text) > _TERMINAL_LENGTH:
        raise LineError(Reason.BAD_FIELD, f"terminal {text!r}")
    return text


def _aircraft(text: str) -> str:
    if text and not re.fullmatch(r"[A-Z0-9]{2,4}", text.upper()):
        raise LineError(Reason.BAD_FIELD, f"aircraft {text!r}")
    return text.upper()
