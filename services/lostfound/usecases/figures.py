"""The desk in figures: what came, what went back to its owner, how long that took."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from statistics import median
from typing import Any

from services.lostfound.schemas.vocabulary import ItemState, within
from services.lostfound.store import Fact
from services.lostfound.usecases.looking import day_begins
from services.lostfound.usecases.shared import Place, Work

_DAY_S = 86_400.0
_DAYS = (0, 1, 2, 4, 8, 15, 31)
"""Where the groups of days to return begin."""


def figures(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """FiguresSchema. Counts of items by the day they were registered; medians in days, one digit."""
    since = day_begins(place, request["from_day"])
    until = day_begins(place, request["to_day"] + timedelta(days=1))
    with uow.read() as tx:
        facts = tx.store.facts(since, until)
        open_, overdue, missing = tx.store.open_counts(tx.now())
    mondays = _mondays(request["from_day"], request["to_day"])
    starts_s = [int(day_begins(place, monday).timestamp()) for monday in mondays]
    area_of = cache(lambda code: _area(place, code))
    categories: dict[str, list[Fact]] = defaultdict(list)
    areas: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    weeks: dict[date, list[Fact]] = defaultdict(list)
    for fact in facts:
        categories[fact.category].append(fact)
        areas[area_of(fact.place)].append(fact)
        weeks[mondays[bisect_right(starts_s, fact.registered_s) - 1]].append(fact)
    counted = _count(facts)
    registered = counted["registered"]
    return {
        **counted,
        "open": open_,
        "overdue": overdue,
        "missing": missing,
        "returned_pct": round(100 * counted["returned"] / registered, 1) if registered else None,
        "outcomes": dict(sorted(Counter(fact.state for fact in facts).items())),
        "by_category": _largest([{"category": name, **_count(each)} for name, each in categories.items()]),
        "by_area": _largest(
            [{"area": area, "terminal": terminal, **_count(each)} for (area, terminal), each in areas.items()]
        ),
        "by_week": [{"week": week.isoformat(), **_count(weeks[week])} for week in sorted(weeks)],
        "by_days": _by_days(_days(facts)),
    }


def _days(facts: Sequence[Fact]) -> list[float]:
    """Of each that was returned: from registration to return."""
    return [
        (fact.closed_s - fact.registered_s) / _DAY_S
        for fact in facts
        if fact.closed_s is not None and fact.state == ItemState.RETURNED.value
    ]


def _by_days(days: Sequence[float]) -> list[dict[str, Any]]:
    """DaysCountSchema of every group, also of those of nobody."""
    counted = Counter(bisect_right(_DAYS, each) - 1 for each in days)
    ends = [*_DAYS[1:], None]
    return [
        {"from_days": first, "to_days": end, "returned": counted[at]}
        for at, (first, end) in enumerate(zip(_DAYS, ends, strict=True))
    ]


def _count(facts: Sequence[Fact]) -> dict[str, Any]:
    """CountSchema."""
    days = _days(facts)
    return {
        "registered": len(facts),
        "returned": len(days),
        "median_days": round(median(days), 1) if days else None,
    }


def _largest(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(counts, key=lambda each: each["registered"], reverse=True)


def _area(place: Place, code: str) -> tuple[str, str]:
    """The area, and the terminal, of a place."""
    known = place.places.get(code)
    if known is None:
        return "elsewhere", ""
    outermost = within(place.places, code)[-1]
    return known.area, outermost if outermost in place.airport.terminals else ""


def _mondays(first: date, last: date) -> list[date]:
    """Of the weeks that these days touch."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=days) for days in range(0, (last - monday).days + 1, 7)]
