"""What is like an item: the same kind, maker and words of the name, at a price that isn't far off."""

from __future__ import annotations

import math
from typing import Any, Final

from services.shop.search.asking import COUNT_MOST
from services.shop.search.filing import FULL, HEATS, heat
from services.shop.search.item import Hit
from services.shop.search.ranking import number_of, unpacked
from services.shop.search.shelf import Row, Shelf

TELLING: Final = 22
"""Weights from here on say what an item is: name, maker, category, tags."""
_TERMS_MOST: Final = 16
_READ: Final = 100
_JUDGED: Final = 120
_DEARER: Final = 0.25


def similar(shelf: Shelf, item_id: str, limit: int) -> list[Hit]:
    """Up to `limit` items, those that can be had before others that are as like."""
    known = shelf.by_id([item_id])
    if not known:
        return []
    item = known[0]
    told = {term: weight for term, weight in unpacked(item.terms).items() if weight >= TELLING}
    things = shelf.counts(sorted(told), COUNT_MOST)
    worth = {
        term: told[term] / FULL * (1.0 - 0.8 * math.log1p(things[term]) / math.log1p(COUNT_MOST))
        for term in things
        if things[term] > 1
    }
    terms = sorted(worth, key=lambda term: (things[term], term))[:_TERMS_MOST]
    promise: dict[int, float] = {}
    for term, hit in shelf.hits(terms, _READ):
        number = number_of(hit)
        promise[number] = promise.get(number, 0.0) + worth[term]
    promise.pop(item.num, None)
    first = sorted(promise, key=lambda number: (-promise[number], number))[:_JUDGED]
    whole = sum(worth.values()) or 1.0
    judged = [(_likeness(item, row, worth) / whole, str(row[Row.ID])) for row in shelf.rows(sorted(first))]
    judged.sort(key=lambda each: (-round(each[0], 6), each[1]))
    return [Hit(other, min(score, 1.0)) for score, other in judged[:limit]]


def _likeness(item: Any, row: Any, worth: dict[int, float]) -> float:
    weights = unpacked(bytes(row[Row.TERMS]))
    shared = sum(share * min(weights.get(term, 0) / FULL * 1.2, 1.0) for term, share in worth.items())
    shared *= 1.25 if row[Row.CATEGORY] == item.category else 1.0
    apart = abs(math.log((row[Row.PRICE] + 100) / (item.price_fen + 100)))
    shared *= 1.0 - _DEARER * min(apart / 2.0, 1.0)
    shared *= 0.9 + 0.1 * heat(row[Row.POPULARITY]) / HEATS
    return shared * (1.0 if row[Row.IN_STOCK] else 0.6)
