"""A search from its text to a page: slots, candidates, scores, facets."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.shop.search.asking import Asked, Slot, sounding, understand
from services.shop.search.filing import EVERY, VERSION, hashed
from services.shop.search.item import COUNTED, MAX_LIMIT, Found, Hit, Query
from services.shop.search.narrowing import (
    Counts,
    Place,
    after,
    counted_by,
    cursor_of,
    every,
    facets,
    hard,
    lets_through,
    order_of,
    place_of,
    shown,
)
from services.shop.search.prices import cheapest, priced
from services.shop.search.ranking import Judge, number_of, promising
from services.shop.search.shelf import Row, Shelf

READ_MOST: Final = 6_000
"""Postings that are read for one word, those first that say most; its terms share them."""
COUNTED_MOST: Final = 2_500
"""Of items that no filter narrows, so many of the best are counted by facet: to read thousands more costs the most."""
JUDGED: Final = 600
"""Items that are read whole; more are judged in windows, by what their postings promise."""
JUDGED_TOGETHER: Final = 1_800
"""The same when there are other words to judge by: reading items costs less than reading a common word's postings."""
WINDOWS: Final = (200, 800, 4_000, 20_000, 80_000)
PARTLY: Final = 200
"""Postings a term that are read when no item holds all words."""
WORTH: Final = 0.35
"""Sorted by price or date, what answers much worse than the best isn't shown."""
PARTLY_WORTH: Final = 0.5
_UNIT: Final = 1_000_000

Placed = tuple[Place, float]


@dataclass(frozen=True, slots=True)
class _Answer:
    """Items in order, as many as a page may need; held: how many answer before the facets' filters."""

    placed: list[Placed]
    counts: Counts
    held: int


def find(shelf: Shelf, query: Query) -> Found:
    """The page that is asked; a price that the text says is a filter if anything passes it. Raises BadCursor."""
    said = cheapest(priced(query))
    if said is not query:
        found = _found(shelf, said, after(query), query)
        if found.total or query.cursor is not None:
            return found
    return _found(shelf, query, after(query), query)


def _found(shelf: Shelf, query: Query, start: Place | None, asked_as: Query) -> Found:
    limit = min(max(query.limit, 1), MAX_LIMIT)
    if not query.text.strip():
        return _page(asked_as, _everything(shelf, query, start, limit), start, limit, Asked([]))
    asked = understand(shelf, query.text, typing=query.typing)
    answer = _holding_all(shelf, query, asked, start, limit)
    if not answer.held or asked.missed:
        asked, answer = _by_ear(shelf, query, asked, answer, (start, limit))
    if not answer.held and asked.slots:
        answer = _holding_some(shelf, query, asked)
    return _page(asked_as, answer, start, limit, asked)


def _page(query: Query, answer: _Answer, start: Place | None, limit: int, asked: Asked) -> Found:
    narrowed, total = shown(answer.counts)
    rest = [each for each in answer.placed if start is None or each[0] > start]
    page = rest[:limit]
    more = len(rest) > limit
    return Found(
        hits=tuple(Hit(place[2], score) for place, score in page),
        total=min(total, COUNTED),
        more=total > COUNTED,
        facets=narrowed,
        did_you_mean=asked.did_you_mean,
        cursor=cursor_of(query, page[-1][0]) if page and more else None,
        missed=asked.missed,
    )


def _everything(shelf: Shelf, query: Query, start: Place | None, limit: int) -> _Answer:
    """No words: all items of a small catalogue; of a large one the most popular, or the newest, and what the filters leave."""
    numbers = _first(shelf, query)
    narrowed = bool(every(query)[0])
    counts = _counted(shelf, query, numbers if narrowed or numbers is None else numbers[:COUNTED_MOST])
    if numbers is not None and shown(counts)[1] < COUNTED:
        # Too few of the first pass the filters: there may be more behind them.
        numbers = sorted({*numbers, *shelf.passing(*every(query), READ_MOST)})
        counts = _counted(shelf, query, numbers)
    placed = _in_order(shelf, query, numbers, every(query), (start, limit))
    return _Answer(placed, counts, len(placed))


def _first(shelf: Shelf, query: Query) -> list[int] | None:
    """As many items as are read of a word; None if there are no more than that, or older ones aren't filed by popularity yet."""
    if query.sort == "new":
        found = shelf.newest(READ_MOST)
    elif shelf.outdated(VERSION, 1):
        return None
    else:
        found = [number_of(hit) for _, hit in shelf.hits([hashed(EVERY)], READ_MOST)]
    return found if len(found) == READ_MOST else None


def _counted(shelf: Shelf, query: Query, numbers: Sequence[int] | None) -> Counts:
    where, values = hard(query)
    counting, more = counted_by(query)
    return shelf.counted(numbers, where, counting, values | more)


def _in_order(
    shelf: Shelf,
    query: Query,
    numbers: Sequence[int] | None,
    filters: tuple[str, dict[str, Any]],
    page: tuple[Place | None, int],
) -> list[Placed]:
    """As SQL sorts them: for prices and dates, whatever the number of items."""
    where, values = filters
    start, limit = page
    order = order_of(query)
    if start is not None:
        where += f" AND ({order} > :order OR ({order} = :order AND i.id > :after))"
        values = {**values, "order": start[1], "after": start[2]}
    rows = shelf.ordered(numbers, where, order, {**values, "most": limit + 1})
    return [((0, int(sorts), item_id), 1.0) for _, item_id, sorts in rows]


def _holding_all(shelf: Shelf, query: Query, asked: Asked, start: Place | None, limit: int) -> _Answer:
    """The items that hold every required word."""
    if not asked.slots:
        return _Answer([], [], 0)
    numbers = _numbers(shelf, sorted(asked.required, key=lambda slot: slot.size))
    if len(numbers) <= (JUDGED if len(asked.required) == 1 else JUDGED_TOGETHER):
        where, values = hard(query)
        rows = shelf.rows(sorted(numbers), where, values)
        return _judged(query, rows, Judge(asked.slots, all_needed=True))
    return _many(shelf, query, asked, numbers, (start, limit))


def _numbers(shelf: Shelf, slots: Sequence[Slot]) -> dict[int, float]:
    """Items that the rarest slot leads to, without those that another one excludes when they are many."""
    found = promising(slots[0], _read(shelf, slots[0]))
    for slot in slots[1:]:
        if len(found) <= JUDGED_TOGETHER:
            break
        others = promising(slot, _read(shelf, slot))
        found = {number: promise + others[number] for number, promise in found.items() if number in others}
    return found


def _read(shelf: Shelf, slot: Slot) -> list[tuple[int, int]]:
    return shelf.hits(list(slot.things), max(READ_MOST // len(slot.things), PARTLY))


def _judged(query: Query, rows: Sequence[Any], judge: Judge) -> _Answer:
    scored = [(judge.score(row), row) for row in rows]
    best = max((score for score, _ in scored), default=0.0)
    least = (
        best * WORTH if query.sort != "relevance" else best * PARTLY_WORTH if not judge.all_needed else 0.0
    )
    kept = [(score, row) for score, row in scored if score > 0.0 and score >= least]
    placed = [
        ((0, _sorts(query, score, row), row[Row.ID]), score)
        for score, row in kept
        if lets_through(query, row)
    ]
    placed.sort(key=lambda each: each[0])
    return _Answer(placed[:COUNTED], facets((row for _, row in kept), query), len(kept))


def _sorts(query: Query, score: float, row: Any) -> int:
    return -round(score * _UNIT) if query.sort == "relevance" else place_of(query, row)


def _many(
    shelf: Shelf, query: Query, asked: Asked, numbers: dict[int, float], page: tuple[Place | None, int]
) -> _Answer:
    """Common words alone: counted by SQL, judged in windows as far as the page needs them."""
    counts = _counted(shelf, query, _best(query, numbers))
    if query.sort != "relevance":
        return _Answer(_in_order(shelf, query, list(numbers), every(query), page), counts, len(numbers))
    start, limit = page
    judge = Judge(asked.slots, all_needed=True)
    placed: list[Placed] = []
    for window, some in enumerate(_windows(numbers)):
        if start is not None and window < start[0]:
            continue
        rows = shelf.rows(some, *every(query))
        scores = [(judge.score(row), row) for row in rows]
        placed += sorted(
            ((window, -round(score * _UNIT), row[Row.ID]), score) for score, row in scores if score > 0.0
        )
        if sum(start is None or place > start for place, _ in placed) > limit:
            break
    return _Answer(placed, counts, len(numbers))


def _best(query: Query, numbers: dict[int, float]) -> list[int]:
    if every(query)[0]:
        return list(numbers)
    return heapq.nsmallest(COUNTED_MOST, numbers, key=lambda number: (-numbers[number], number))


def _windows(numbers: dict[int, float]) -> Iterator[list[int]]:
    ordered = sorted(numbers, key=lambda number: (-numbers[number], number))
    begin = 0
    for size in WINDOWS:
        if ordered[begin : begin + size]:
            yield ordered[begin : begin + size]
        begin += size


def _by_ear(
    shelf: Shelf, query: Query, asked: Asked, answer: _Answer, page: tuple[Place | None, int]
) -> tuple[Asked, _Answer]:
    """What is found when Chinese is read as it sounds, if that finds what its characters don't."""
    heard = sounding(shelf, query.text)
    if heard is None or not heard.slots or len(heard.missed) > len(asked.missed):
        return asked, answer
    found = _holding_all(shelf, query, heard, *page)
    return (heard, found) if found.held else (asked, answer)


def _holding_some(shelf: Shelf, query: Query, asked: Asked) -> _Answer:
    """The items that hold most of what was asked, when none holds all."""
    numbers: dict[int, float] = {}
    for slot in asked.required:
        for number, promise in promising(slot, shelf.hits(list(slot.things), PARTLY)).items():
            numbers[number] = numbers.get(number, 0.0) + promise * slot.weight
    first = sorted(numbers, key=lambda number: (-numbers[number], number))[:JUDGED]
    rows = shelf.rows(sorted(first), *hard(query))
    return _judged(query, rows, Judge(asked.slots, all_needed=False))
