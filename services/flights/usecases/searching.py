"""search_flights: what a person typed and chose, as terms of the index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from kernel.db import UnitOfWorkLike
from services.flights import names, query
from services.flights.domain import Viewpoint, to_us
from services.flights.errors import BadSearch
from services.flights.store import Asked, Store
from services.flights.usecases.paging import page, read_cursor

EARLY_HOURS: Final = timedelta(hours=4)
"""Who asks for today in the evening also means the flights after midnight."""
SEARCHABLE_DAYS: Final = 800
"""Days before and after today that may be asked for; nothing is kept or planned beyond."""
MAX_WAYS: Final = 32

_TELLING: Final = {"n": 0, "f": 1, "t": 1, "a": 2}

Way = tuple[frozenset[str], ...]


def search_flights(
    uow: UnitOfWorkLike[Store], view: Viewpoint, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """FlightPageSchema of the legs that answer, in the order of boards.

    request: loaded SearchSchema data. now: the airport's time, aware UTC. Without a day, neither chosen nor
    written in the text, it is today and tomorrow's early hours.
    Raises BadSearch (day_local, cursor).
    """
    asked_for = query.parse(request["text"])
    from_at, to_at = _window(request, asked_for, now.astimezone(view.zoneinfo), view)
    ways = _ways(request, asked_for, f":{view.iata}")
    asked = Asked(
        to_us(from_at),
        to_us(to_at),
        request["direction"],
        request["terminal"].strip().upper() or None,
        ways[:MAX_WAYS],
        read_cursor(request["cursor"]),
        request["limit"] + 1,
    )
    with uow.read() as tx:
        return page(tx.store.search(asked), request["limit"])


def _window(
    request: Mapping[str, Any], asked_for: query.Query, here: datetime, view: Viewpoint
) -> tuple[datetime, datetime]:
    today = here.date()
    day: date | None = request["day_local"] or asked_for.day_local(today)
    if day is not None and abs((day - today).days) > SEARCHABLE_DAYS:
        raise BadSearch(field="day_local", reason="out_of_range")
    first: time | None = request["from_time_local"]
    last: time | None = request["to_time_local"]
    start = _local(day or today, first or time.min, view)
    if last is not None:
        # The last minute counts, and 22:00 to 02:00 ends on the next day.
        over = timedelta(days=1 if first is not None and last < first else 0)
        return start, _local((day or today) + over, last, view) + timedelta(minutes=1)
    end = _local((day or today) + timedelta(days=1), time.min, view)
    return start, end if day or first else end + EARLY_HOURS


def _local(day: date, at: time, view: Viewpoint) -> datetime:
    return datetime.combine(day, at, view.zoneinfo)


def _ways(request: Mapping[str, Any], asked_for: query.Query, here: str) -> tuple[Way, ...]:
    """The ways to understand the search, each with its most telling set first; none when nothing can answer.

    A number tells most, then the other end, then an airline; that a leg touches this airport tells nothing.
    """

    def tells(terms: frozenset[str]) -> tuple[int, int]:
        if any(term.endswith(here) for term in terms):
            return 3, len(terms)
        return min(_TELLING[term[0]] for term in terms), len(terms)

    chosen: list[frozenset[str]] = []
    if request["place"].strip():
        codes = names.resolve_place(request["place"])
        ends = {"departure": "t", "arrival": "f"}
        sides = [ends[request["direction"]]] if request["direction"] else ["f", "t"]
        chosen.append(frozenset(f"{side}:{code}" for side in sides for code in codes))
    if request["airline"].strip():
        chosen.append(frozenset(f"a:{code}" for code in names.resolve_airline(request["airline"])))
    ways = [(*chosen, *_sets(condition)) for condition in names.conditions(asked_for)]
    return tuple(dict.fromkeys(tuple(sorted(way, key=tells)) for way in ways if all(way)))


def _sets(condition: names.Condition) -> list[frozenset[str]]:
    sets = []
    if condition.numbers is not None:
        sets.append(frozenset(f"n:{number}" for number in condition.numbers))
    for kind, codes in (
        ("a", condition.airlines),
        ("f", condition.origins),
        ("t", condition.destinations),
    ):
        if codes is not None:
            sets.append(frozenset(f"{kind}:{code}" for code in codes))
    return sets
