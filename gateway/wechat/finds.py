"""Flights in memory for the chat: the search, and the names that occur in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.cache import FlightCache, FlightEntry, SearchTerms
from gateway.wechat.intents import Names
from kernel.clock import monotonic
from services.flights import query
from services.flights.schemas import Status

_NAMES_S: Final = 300.0
_SHORTEST_LATIN: Final = 4
"""Shorter Latin names are codes and initials, which are words of English too: CAN, HI."""


_OVER: Final = frozenset({Status.COMPLETED, Status.BAGS_ON_BELT, Status.CANCELLED, Status.LANDED})
_GONE: Final = frozenset({Status.DEPARTED, Status.AIRBORNE, Status.EXPECTED, Status.DIVERTED})


def is_open(entry: FlightEntry) -> bool:
    """Whether somebody here still waits for it: not gone, or, arriving, not yet in."""
    status = entry.flight["status"]
    return status not in _OVER and not (entry.direction == "departure" and status in _GONE)


@dataclass(frozen=True)
class Found:
    """The flights that a text asks for. `outside`: it names a day that isn't in memory."""

    entries: list[FlightEntry]
    outside: bool = False


class Finder:
    def __init__(self, flights: FlightCache, iata: str) -> None:
        """iata: the airport that we serve."""
        self._flights, self._iata = flights, iata
        self._names: tuple[float, Names] | None = None

    def find(self, asked: str) -> Found:
        """On the day that is named; else around now, without what nobody asks about any more.

        A number means the flight of today, though it be gone or cancelled; a route means what one can still
        take or meet, and when today has none left, the next day's beside today's last.
        """
        flights, wanted = self._flights, query.parse(asked)
        day = wanted.day_local(flights.today)
        if day is not None:
            if not flights.window.holds_day(day):
                return Found([], outside=True)
            return Found(self._on(asked, day))
        near = flights.search(SearchTerms(text=asked))
        if wanted.numbers and near:
            return Found([e for e in near if e.flight["status"] != Status.COMPLETED] or near[-1:])
        still = [entry for entry in near if is_open(entry)]
        if still:
            return Found(still)
        ahead = (self._on(asked, day) for day in flights.days() if day > flights.today)
        return Found(near[-1:] + next((found for found in ahead if found), []))

    def any(self, asked: str) -> bool:
        """Whether a search finds something."""
        return bool(self.find(asked).entries)

    def names(self) -> Names:
        """Names in all flights at hand; gathered anew every few minutes."""
        now = monotonic()
        if self._names is None or now - self._names[0] > _NAMES_S:
            gathered = self._gather()
            if not self._flights.loaded:
                return gathered
            self._names = (now, gathered)
        return self._names[1]

    def _on(self, asked: str, day: date) -> list[FlightEntry]:
        return self._flights.search(SearchTerms(text=asked, day_local=day))

    def _gather(self) -> Names:
        """By airport from the first flight that goes there: reading all of them would take too long."""
        by_code: dict[str, set[str]] = {}
        airlines: set[str] = set()
        for entry in self._flights.all():
            airlines.update(_after(entry.keywords, "a:"))
            codes = entry.id.split("-")[2:4]
            if not by_code.keys() >= set(codes):
                for airport in (entry.flight["departure"]["airport"], entry.flight["arrival"]["airport"]):
                    by_code.setdefault(airport["iata"], _names_of(airport))
        places = set().union(*by_code.values())
        ours = by_code.get(self._iata, set())
        return Names(frozenset(places), frozenset(ours), frozenset(airlines))


def _after(packed: str, prefix: str) -> list[str]:
    return [line.removeprefix(prefix) for line in packed.split("\n") if line.startswith(prefix)]


def _names_of(airport: dict[str, Any]) -> set[str]:
    """City and airport in both languages, as a search writes them."""
    names = [*airport["city"].values(), *airport["name"].values()]
    plain = {query.normalise(name.removesuffix("国际机场").removesuffix("机场")) for name in names if name}
    return {name for name in plain if _is_name(name)}


def _is_name(text: str) -> bool:
    return len(text) >= (_SHORTEST_LATIN if text.isascii() else 2)
