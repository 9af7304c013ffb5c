"""Search among the flights in memory, by the rules of `services.flights.query`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.cache.entry import FlightEntry
from services.flights import query

EARLY_HOURS_END: Final = time(4, 0)
"""Without a day a search covers today and tomorrow up to this time: who looks at 23:30 means tonight."""


@dataclass(frozen=True)
class SearchTerms:
    """The conditions of schemas.SearchSchema; all given ones hold together."""

    text: str = ""
    direction: str | None = None
    day_local: date | None = None
    from_time_local: time | None = None
    to_time_local: time | None = None
    place: str = ""
    airline: str = ""
    terminal: str = ""

    def day_meant(self, today: date) -> date | None:
        """The day asked for, by field or in words; None when none is."""
        return self.day_local or query.parse(self.text).day_local(today)


def find(
    terms: SearchTerms, entries: Iterable[FlightEntry], now: datetime, zone: ZoneInfo
) -> Iterator[FlightEntry]:
    """The entries that meet all conditions, in no order. now: aware; zone: the airport's."""
    today = now.astimezone(zone).date()
    text, place, airline = (query.parse(part) for part in (terms.text, terms.place, terms.airline))
    day = terms.day_local or text.day_local(today)
    for entry in entries:
        if (
            (terms.direction is None or entry.direction == terms.direction)
            and _on_day(entry, day, today, zone)
            and _in_hours(entry, terms, zone)
            and (not terms.terminal or (entry.terminal or "").casefold() == terms.terminal.casefold())
            and query.matches(text, entry.keywords)
            and (not terms.place or query.matches(place, _about(entry, _OTHER_END[entry.direction])))
            and (not terms.airline or query.matches(airline, _about(entry, "a:")))
        ):
            yield entry


_OTHER_END: Final = {"departure": "t:", "arrival": "f:"}


def _about(entry: FlightEntry, prefix: str) -> str:
    return query.pack(line for line in entry.keywords.split("\n") if line.startswith(prefix))


def _on_day(entry: FlightEntry, day: date | None, today: date, zone: ZoneInfo) -> bool:
    if day is not None:
        return entry.day_local == day
    if entry.day_local == today:
        return True
    return (
        entry.day_local == today + timedelta(days=1)
        and entry.board_at.astimezone(zone).time() < EARLY_HOURS_END
    )


def _in_hours(entry: FlightEntry, terms: SearchTerms, zone: ZoneInfo) -> bool:
    if terms.from_time_local is None and terms.to_time_local is None:
        return True
    at = entry.board_at.astimezone(zone).time()
    return (terms.from_time_local or time.min) <= at <= (terms.to_time_local or time.max)
