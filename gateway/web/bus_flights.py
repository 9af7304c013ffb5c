"""The flight that a bus is to be in time for, or to be met by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from gateway.cache import FlightCache
from gateway.web.rows import best_at, is_open
from kernel import clock
from services.flights import query

AFTER_LANDING: Final = timedelta(minutes=30)
"""From the landing to the bus stop: off the aircraft, through the hall, with the bags."""
_LONGEST: Final = 64


@dataclass(frozen=True)
class Wanted:
    """flight: the leg that was meant; others: the legs it may be when it isn't clear; missing: nothing fits."""

    text: str
    flight: dict[str, Any] | None = None
    others: tuple[dict[str, Any], ...] = ()

    @property
    def missing(self) -> bool:
        return bool(self.text) and self.flight is None and not self.others

    @property
    def departs_at(self) -> str | None:
        """The timetable's departure from here: a delay may be made up, and check-in doesn't wait for it."""
        if self.flight is None or self.flight["direction"] != "departure":
            return None
        return str(self.flight["departure"]["scheduled_at"] or self.flight["board_at"])

    @property
    def meets_from(self) -> datetime | None:
        """The earliest time one who lands with it can be at the bus."""
        if self.flight is None or self.flight["direction"] != "arrival":
            return None
        return best_at(self.flight) + AFTER_LANDING


def flight_wanted(flights: FlightCache, text: str, day: date | None) -> Wanted:
    """What `text` means: the id of a leg, or a number as people write it; the next one that is still to come.

    day: only legs of this day at the airport.
    """
    text = text.strip()[:_LONGEST]
    if not text:
        return Wanted("")
    entry = flights.get(text.upper())
    if entry is not None:
        return Wanted(text, entry.flight)
    understood = query.parse(text)
    if understood.empty:
        return Wanted(text)
    now = clock.now()
    found = [
        entry
        for entry in flights.all()
        if day in (None, entry.day_local) and query.matches(understood, entry.keywords)
    ]
    ahead = [one for one in found if is_open(one.flight) and best_at(one.flight) >= now]
    ahead.sort(key=lambda one: one.order)
    numbers = {one.flight["number"] for one in ahead}
    if len(numbers) == 1:
        return Wanted(text, ahead[0].flight)
    return Wanted(text, None, tuple(one.flight for one in ahead[:6]))
