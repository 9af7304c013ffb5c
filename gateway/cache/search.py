"""Search among the flights in memory, by the rules of `services.flights.query`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.cache.entry import FlightEntry
from services.flights import query

EARLY_HOURS: Final = timedelta(hours=4)
"""Without a day a search also covers this much of tomorrow: who looks at 23:30 means tonight."""


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
    start, end = _span(terms, terms.day_local or text.day_local(today), today, zone)
    terminal = terms.terminal.strip().casefold()
    for entry in entries:
        if (
            start <= entry.board_at < end
            and (terms.direction is None or entry.direction == terms.direction)
            and (not terminal or (entry.terminal or "").casefold() == terminal)
            and query.matches(text, entry.keywords)
            and (not terms.place or query.matches(place, _about(entry, _OTHER_END[entry.direction])))
            and (not terms.airline or query.matches(airline, _about(entry, "a:")))
        ):
            yield entry


_OTHER_END: Final = {"departure": "t:", "arrival": "f:"}


def _about(entry: FlightEntry, prefix: str) -> str:
    return query.pack(line for line in entry.keywords.split("\n") if line.startswith(prefix))


def _span(terms: SearchTerms, day: date | None, today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants [start, end) that the day and the times of day mean, as search_flights has them.

    The last minute counts, and 22:00 to 02:00 ends on the next day.
    """

    def local(when: date, at: time) -> datetime:
        return datetime.combine(when, at, zone).astimezone(UTC)

    first, last = terms.from_time_local, terms.to_time_local
    start = local(day or today, first or time.min)
    if last is not None:
        over = timedelta(days=1 if first is not None and last < first else 0)
        return start, local((day or today) + over, last) + timedelta(minutes=1)
    end = local((day or today) + timedelta(days=1), time.min)
    return start, end if day or first else end + EARLY_HOURS
