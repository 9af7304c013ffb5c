"""Filters, facets, and the cursor of the next page."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Final

from services.shop.search.item import BANDS, BadCursor, Facet, Query
from services.shop.search.shelf import Row

FACETS: Final = ("category", "shop", "terminal", "side", "brand", "price")
VALUES_MOST: Final = 20
"""Of a facet, the most frequent."""

Counts = list[tuple[str, str, int]]
"""A facet, a value, how many; `total` is all that pass all filters."""

_COLUMNS: Final = {"shop": "shop_id", "terminal": "terminal", "side": "side", "brand": "brand"}
_COUNTED: Final = (Row.CATEGORY, Row.SHOP, Row.TERMINAL, Row.SIDE, Row.BRAND)
ORDERS: Final = {"price": "i.price_fen", "price_down": "-i.price_fen", "new": "-i.listed_at"}
BY_POPULARITY: Final = "-i.popularity"


def order_of(query: Query) -> str:
    """What is sorted by when it isn't by how well an item answers."""
    return ORDERS.get(query.sort, BY_POPULARITY)


def place_of(query: Query, row: Any) -> int:
    """The same, of a row."""
    places = {"price": row[Row.PRICE], "price_down": -row[Row.PRICE], "new": -row[Row.LISTED_AT]}
    return int(places[query.sort])


def hard(query: Query) -> tuple[str, dict[str, Any]]:
    """The filters that no facet is about, as SQL."""
    parts, values = [], dict[str, Any]()
    if query.duty_free is not None:
        parts.append(" AND i.duty_free = :duty_free")
        values["duty_free"] = query.duty_free
    if query.price_from_fen is not None:
        parts.append(" AND i.price_fen >= :price_from")
        values["price_from"] = query.price_from_fen
    if query.price_to_fen is not None:
        parts.append(" AND i.price_fen <= :price_to")
        values["price_to"] = query.price_to_fen
    if query.in_stock:
        parts.append(" AND i.in_stock")
    if query.deals:
        parts.append(" AND i.deal")
    return "".join(parts), values


def every(query: Query) -> tuple[str, dict[str, Any]]:
    """All filters, as SQL."""
    where, values = hard(query)
    for name, column in _COLUMNS.items():
        value = _chosen(query)[name]
        if value is not None:
            where += f" AND i.{column} = :{column}"
            values[column] = value
    if query.category is not None:
        where += " AND (i.category = :category OR i.parent = :category)"
        values["category"] = query.category
    return where, values


def _chosen(query: Query) -> dict[str, str | None]:
    return {
        "category": query.category,
        "shop": query.shop_id,
        "terminal": query.terminal,
        "side": query.side,
        "brand": query.brand,
    }


def lets_through(query: Query, row: Any) -> bool:
    """Whether an item passes the filters that facets are about."""
    return (
        (query.category is None or query.category in (row[Row.CATEGORY], row[Row.PARENT]))
        and (query.shop_id is None or row[Row.SHOP] == query.shop_id)
        and (query.terminal is None or row[Row.TERMINAL] == query.terminal)
        and (query.side is None or row[Row.SIDE] == query.side)
        and (query.brand is None or row[Row.BRAND] == query.brand)
    )


def facets(rows: Iterable[Any], query: Query) -> Counts:
    """The same as `counted_by` of rows that are here."""
    chosen = tuple(_chosen(query).values())
    counters: list[dict[str, int]] = [defaultdict(int) for _ in FACETS]
    total = 0
    for row in rows:
        band = BANDS[max(bisect_right(BANDS, row[Row.PRICE]) - 1, 0)]
        values = (*(row[column] for column in _COUNTED), str(band))
        failed = -1
        for number, wanted in enumerate(chosen):
            if wanted is not None and wanted != values[number] and (number or wanted != row[Row.PARENT]):
                failed = number if failed < 0 else len(FACETS)
        if failed < 0:
            total += 1
            for counter, value in zip(counters, values, strict=True):
                counter[value] += 1
        elif failed < len(FACETS):
            counters[failed][values[failed]] += 1
    return [("total", "", total)] + [
        (name, value, count)
        for name, counter in zip(FACETS, counters, strict=True)
        for value, count in counter.items()
    ]


def counted_by(query: Query) -> tuple[str, dict[str, Any]]:
    """SQL that counts `found`: by each facet without its own filter, and in all. With its values."""
    conditions = {name: f"{name} = :{name}" for name, value in _chosen(query).items() if value is not None}
    if "category" in conditions:
        conditions["category"] = "(category = :category OR parent = :category)"
    parts = [f"SELECT 'total', '', count(*) FROM found{_where(conditions.values())}"]  # noqa: S608
    for name in FACETS:
        others = [condition for of, condition in conditions.items() if of != name]
        parts.append(f"SELECT '{name}', {name}, count(*) FROM found{_where(others)} GROUP BY {name}")  # noqa: S608
    return " UNION ALL ".join(parts), {
        name: value for name, value in _chosen(query).items() if value is not None
    }


def _where(conditions: Iterable[str]) -> str:
    text = " AND ".join(conditions)
    return f" WHERE {text}" if text else ""


def shown(counts: Counts) -> tuple[dict[str, tuple[Facet, ...]], int]:
    """Counts as facets, and the total."""
    found: dict[str, list[Facet]] = {name: [] for name in FACETS}
    total = 0
    for name, value, count in counts:
        if name == "total":
            total = count
        elif value:
            found[name].append(Facet(value, count))
    return {
        name: tuple(sorted(some, key=lambda facet: (-facet.count, facet.value))[:VALUES_MOST])
        for name, some in found.items()
    }, total


def _digest(query: Query) -> str:
    asked = [
        query.text,
        query.duty_free,
        query.price_from_fen,
        query.price_to_fen,
        query.in_stock,
        query.deals,
    ]
    asked += [*_chosen(query).values(), query.sort]
    return blake2b(json.dumps(asked).encode(), digest_size=6).hexdigest()


Place = tuple[int, int, str]
"""Where an item stands: its window, how it sorts there, its id."""


def cursor_of(query: Query, place: Place) -> str:
    """The cursor of what comes after this place."""
    return base64.urlsafe_b64encode(json.dumps([_digest(query), *place]).encode()).decode().rstrip("=")


def after(query: Query) -> Place | None:
    """The place that this page comes after. Raises BadCursor."""
    if query.cursor is None:
        return None
    try:
        read = json.loads(base64.urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4)))
        digest, window, order, item_id = read
    except (binascii.Error, UnicodeError, ValueError, TypeError) as exc:
        raise BadCursor("not a cursor") from exc
    if digest != _digest(query) or type(window) is not int or type(order) is not int:
        raise BadCursor("a cursor of another search")
    return window, order, str(item_id)
