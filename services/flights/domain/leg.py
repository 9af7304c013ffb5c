"""The identity of a leg, as AIDX has it; it never changes, whatever happens to the leg."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class LegKey(NamedTuple):
    airline: str
    number: str  # without leading zeros: CZ0380 and CZ380 are one flight
    suffix: str
    departure_airport: str
    arrival_airport: str
    origin_date: date  # UTC date of the first leg's scheduled departure
    repeat: int = 1  # 2… for a second leg with the same number, route and day

    @property
    def flight_number(self) -> str:
        """As people write it: CZ3101, CA1831A."""
        return f"{self.airline}{self.number}{self.suffix}"

    @property
    def flight_id(self) -> str:
        """CZ3101-20261123-CSX-PEK; the second of a day ends in -2."""
        airline, number, suffix, start, goal, day, repeat = self
        tail = f"-{repeat}" if repeat > 1 else ""
        return f"{airline}{number}{suffix}-{day.isoformat().replace('-', '')}-{start}-{goal}{tail}"


def plain_number(number: str) -> str:
    """A flight's number without leading zeros; 0000 stays 0."""
    return number.lstrip("0") or "0"


def direction_at(key: LegKey, home: str) -> str | None:
    """How the leg touches the airport we serve: "departure", "arrival", or None if it doesn't.

    A leg from here to here, a scenic flight, is a departure.
    """
    if key.departure_airport == home:
        return "departure"
    return "arrival" if key.arrival_airport == home else None
