"""What a timetable says, whatever its format: legs that operate on some weekdays within a period."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

MINUTES_A_DAY = 24 * 60


class Reason(StrEnum):
    """Why a line was refused."""

    BAD_LENGTH = "bad_length"  # an SSIM record has 200 characters
    BAD_RECORD = "bad_record"  # a record type that doesn't exist, or not at this place
    BAD_HEADER = "bad_header"  # a CSV file without the columns that it needs
    TRUNCATED = "truncated"  # the file ends before its trailer, or the trailer counts other records
    BAD_FLIGHT = "bad_flight"
    BAD_AIRPORT = "bad_airport"
    BAD_TIME = "bad_time"
    BAD_PERIOD = "bad_period"
    BAD_DAYS = "bad_days"
    BAD_FIELD = "bad_field"
    UNKNOWN_AIRLINE = "unknown_airline"
    UNKNOWN_AIRPORT = "unknown_airport"
    BROKEN_ITINERARY = "broken_itinerary"  # a leg doesn't begin where the one before it ended
    IMPOSSIBLE_TIMES = "impossible_times"  # arrives before it departs, or more than a day and a half later
    DUPLICATE = "duplicate"  # another line says the same leg of the same day
    REFUSED_BY_FLIGHTS = "refused_by_flights"  # the rules for updates refused it; the detail says why


@dataclass(frozen=True)
class RefusedLine:
    """A line that can't be imported. line: counted from 1."""

    line: int
    reason: Reason
    detail: str


class LineError(Exception):
    """Raised while a line is read; becomes a RefusedLine."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def at(self, line: int) -> RefusedLine:
        return RefusedLine(line, self.reason, self.detail)


@dataclass(frozen=True)
class Clock:
    """A time of day in a timetable.

    minute: 0..1440 since the midnight that begins its day; 1440 is 24:00.
    day: days after the itinerary's own date; None: the file doesn't say, the first day that is possible.
    utc_offset_minutes: east of Greenwich, as the file states it; None: by the airport's IANA zone.
    """

    minute: int
    day: int | None = None
    utc_offset_minutes: int | None = None


@dataclass(frozen=True)
class Period:
    """The dates on which an itinerary begins: first..last, on `weekdays` (1 is Monday), every so many weeks."""

    first: date
    last: date
    weekdays: frozenset[int]
    every_weeks: int = 1

    def includes(self, day: date) -> bool:
        """Whether the itinerary begins on this date."""
        if not self.first <= day <= self.last or day.isoweekday() not in self.weekdays:
            return False
        week_of_first = self.first - timedelta(days=self.first.weekday())
        return (day - week_of_first).days // 7 % self.every_weeks == 0


@dataclass(frozen=True)
class PeriodicLeg:
    """One leg as a timetable has it."""

    line: int
    airline: str
    number: str
    suffix: str
    variation: str
    sequence: int
    period: Period
    origin: str
    destination: str
    departs: Clock
    arrives: Clock
    departure_terminal: str = ""
    arrival_terminal: str = ""
    aircraft: str = ""
    codeshares: tuple[str, ...] = ()

    @property
    def flight(self) -> str:
        return f"{self.airline}{self.number}{self.suffix}"


@dataclass(frozen=True)
class Itinerary:
    """The legs of one flight number, flown one after the other."""

    legs: tuple[PeriodicLeg, ...]

    @property
    def route(self) -> tuple[str, ...]:
        """All airports in order: one leg CSX–PEK is (CSX, PEK)."""
        return (self.legs[0].origin, *(leg.destination for leg in self.legs))


@dataclass(frozen=True)
class Reading:
    """What a file says. `marketing` and `not_passenger` count legs that are rightly left out."""

    itineraries: tuple[Itinerary, ...]
    refused: tuple[RefusedLine, ...]
    lines: int = 0
    marketing: int = 0
    not_passenger: int = 0


@dataclass
class Collected:
    """Filled while a file is read."""

    legs: list[PeriodicLeg] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    lines: int = 0
    marketing: int = 0
    not_passenger: int = 0

    def reading(self) -> Reading:
        """Legs joined to itineraries; a broken itinerary is refused with all its lines."""
        itineraries, broken = join(self.legs)
        refused = tuple(sorted((*self.refused, *broken), key=lambda refusal: refusal.line))
        return Reading(tuple(itineraries), refused, self.lines, self.marketing, self.not_passenger)


def join(legs: Iterable[PeriodicLeg]) -> tuple[list[Itinerary], list[RefusedLine]]:
    """Put the legs of each flight and variation in sequence.

    A file may list an itinerary's later legs alone (only those that touch one airport): that is no fault.
    """
    groups: dict[tuple[str, str], list[PeriodicLeg]] = defaultdict(list)
    for leg in legs:
        groups[leg.flight, leg.variation].append(leg)
    itineraries, refused = [], []
    for group in groups.values():
        group.sort(key=lambda leg: leg.sequence)
        problem = _break_in(group)
        if problem is None:
            itineraries.append(Itinerary(tuple(group)))
        else:
            refused += [RefusedLine(leg.line, Reason.BROKEN_ITINERARY, problem) for leg in group]
    return itineraries, refused


def _break_in(legs: list[PeriodicLeg]) -> str | None:
    for before, after in itertools.pairwise(legs):
        if after.sequence == before.sequence:
            return f"leg {after.sequence} of {after.flight} is there twice"
        if after.sequence == before.sequence + 1 and after.origin != before.destination:
            return f"{after.flight} leg {after.sequence} leaves {after.origin}, not {before.destination}"
    return None
