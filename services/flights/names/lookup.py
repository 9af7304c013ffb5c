"""The keywords of a flight, and what a search means in codes. Both follow the same rules: `query`'s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.flights.names.airlines import airline, airline_tokens, find_airline
from services.flights.names.places import find_place, place_tokens
from services.flights.query import Query, Reading

_NUMBER = re.compile(r"([A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z])0*([0-9]{1,4})([A-Z]?)")

Codes = frozenset[str] | None
"""IATA codes one of which must hold; None: any."""


@dataclass(frozen=True)
class Condition:
    """One meaning of a search: all that is not None must hold.

    numbers: as `query` writes them (cz3101, 3101, csn3101), to be found among a flight's `n:` keywords.
    """

    numbers: tuple[str, ...] | None
    airlines: Codes
    origins: Codes
    destinations: Codes


def keywords(
    number: str,
    codeshares: Iterable[str],
    airline: str,
    origin: str,
    destination: str,
    route: Sequence[str] = (),
) -> list[str]:
    """The texts by which a flight is found, as `query.matches` wants them.

    number, codeshares: with the airline in front (CZ3101). airline, origin, destination: codes.
    route: all airports of the journey this leg belongs to; who looks for Changsha to Kunming also wants the
    leg to Guiyang of a flight that goes on to Kunming.
    """
    found = [f"n:{text}" for flight in (number, *codeshares) for text in number_tokens(flight)]
    found += [f"a:{token}" for token in airline_tokens(airline)]
    found += [f"s:{text}" for flight in codeshares for text in _sold_as(flight)]
    before, after = _stops(origin, destination, route)
    found += [f"f:{token}" for place in before for token in place_tokens(place)]
    found += [f"t:{token}" for place in after for token in place_tokens(place)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8192)
def number_tokens(flight: str) -> tuple[str, ...]:
    """CZ3101 → cz3101, 3101, csn3101; a suffix letter may be left out by who searches."""
    found = _NUMBER.fullmatch(flight)
    if not found:
        return (flight.lower(),)
    code, digits, suffix = found.groups()
    name = airline(code)
    codes = dict.fromkeys((code, "", *((name.iata, name.icao) if name else ())))
    ends = (digits + suffix, digits) if suffix else (digits,)
    return tuple(f"{front}{end}".lower() for front in codes for end in ends)


@lru_cache(maxsize=8192)
def _sold_as(flight: str) -> tuple[str, ...]:
    """MF1101 → 1101:mf, 1101:厦航, …: who sells it counts only together with the number."""
    found = _NUMBER.fullmatch(flight)
    if not found:
        return ()
    code, digits, suffix = found.groups()
    ends = (digits + suffix, digits) if suffix else (digits,)
    return tuple(f"{end}:{token}".lower() for end in ends for token in airline_tokens(code))


def _stops(origin: str, destination: str, route: Sequence[str]) -> tuple[list[str], list[str]]:
    for index in range(len(route) - 1):
        if route[index] == origin and route[index + 1] == destination:
            return list(route[: index + 1]), list(route[index + 1 :])
    return [origin], [destination]


def conditions(query: Query) -> tuple[Condition, ...]:
    """What a search means in codes: a flight answers it if one of these holds. Empty: nothing can answer it.

    What `query.matches` finds by a flight's own two airports, these find too. Searches are few and
    flights many, so an index over codes needs no words.
    """
    numbers = query.numbers or None
    found = []
    for reading in query.readings:
        for airlines, origins, destinations in _sides(reading):
            found.append(Condition(numbers, airlines, origins, destinations))
            if airlines and query.numbers:
                # 厦航1101 may be sold by Xiamen and flown by another.
                sold = tuple(
                    sorted(f"{code}{number}".lower() for code in airlines for number in query.numbers)
                )
                found.append(Condition(sold, None, origins, destinations))
    return tuple(dict.fromkeys(found))


_Sides = tuple[Codes, Codes, Codes]


def _sides(reading: Reading) -> Iterator[_Sides]:
    """Airlines, origins and destinations of one reading, in every way its words can be assigned.

    A word for where one flies from never follows one for where one goes.
    """
    states: list[tuple[_Sides, bool]] = [((None, None, None), False)]
    for word in reading:
        airlines = find_airline(word) if "a" in word.kinds else frozenset()
        places = find_place(word)
        following: list[tuple[_Sides, bool]] = []
        for (lines, origins, goals), arrived in states:
            if both := _both(lines, airlines):
                following.append(((both, origins, goals), arrived))
            if "f" in word.kinds and not arrived and (both := _both(origins, places)):
                following.append(((lines, both, goals), False))
            if "t" in word.kinds and (both := _both(goals, places)):
                following.append(((lines, origins, both), True))
        states = following
    for sides, _ in states:
        yield sides


def _both(known: Codes, more: frozenset[str]) -> frozenset[str]:
    return more if known is None else known & more
