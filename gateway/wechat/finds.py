"""Flights in memory for the chat: the search, and the names that occur in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.cache import FlightCache, FlightEntry, SearchTerms
from gateway.wechat.intents import Names
from kernel.clock import monotonic
from services.flights import query

_NAMES_S: Final = 300.0
_SHORTEST_LATIN: Final = 4
"""Shorter Latin names are codes and initials, which are words of English too: CAN, HI."""


@dataclass(frozen=True)
class Found:
    """The flights that a text asks for. `outside`: it names a day that isn't in memory."""

    entries: list[FlightEntry]
    outside: bool = False


class Finder:
    def __init__(self, flights: FlightCache) -> None:
        self._flights = flights
        self._names: tuple[float, Names] | None = None

    def find(self, asked: str) -> Found:
        """On the day that is named; else today, else the first day ahead that has one."""
        flights = self._flights
        day = query.parse(asked).day_local(flights.today)
        if day is not None:
            if not flights.window.holds_day(day):
                return Found([], outside=True)
            return Found(self._on(asked, day))
        near = flights.search(SearchTerms(text=asked))
        if near:
            return Found(near)
        ahead = (self._on(asked, day) for day in flights.days() if day > flights.today)
        return Found(next((found for found in ahead if found), []))

    def any(self, asked: str) -> bool:
        """Whether a search finds something, or names a day that isn't here."""
        found = self.find(asked)
        return bool(found.entries)

    def names(self) -> Names:
        """Names in all flights at hand; gathered anew every few minutes."""
        now = monotonic()
        if self._names is None or now - self._names[0] > _NAMES_S:
            self._names = (now, self._gather())
        return self._names[1]

    def _on(self, asked: str, day: date) -> list[FlightEntry]:
        return self._flights.search(SearchTerms(text=asked, day_local=day))

    def _gather(self) -> Names:
        places: set[str] = set()
        airlines: set[str] = set()
        ours: set[str] | None = None
        for entry in self._flights.all():
            ends: dict[str, set[str]] = {"f": set(), "t": set()}
            for line in entry.keywords.split("\n"):
                kind, _, name = line.partition(":")
                if kind in ends and _is_name(name):
                    ends[kind].add(name)
                elif kind == "a" and len(name) > 1:
                    airlines.add(name)
            places |= ends["f"] | ends["t"]
            here = ends["f" if entry.direction == "departure" else "t"]
            ours = here if ours is None else ours & here
        return Names(frozenset(places), frozenset(ours or ()), frozenset(airlines))


def _is_name(text: str) -> bool:
    return len(text) >= (_SHORTEST_LATIN if text.isascii() else 2)
