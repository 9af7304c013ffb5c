"""The index: items written down in the caller's transaction, and found again.

No state between calls. A search counts the postings of its terms up to a bound, reads those of its rarest word, and
judges what they lead to by the terms that are kept beside each item; so it costs about the same among any number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from services.shop.search.filing import VERSION, Filed, filed, hashed, marked
from services.shop.search.finding import find
from services.shop.search.item import Found, Hit, Item, Query, State
from services.shop.search.likeness import similar
from services.shop.search.ranking import hit_of, packed, unpacked
from services.shop.search.shelf import Shelf
from services.shop.search.slips import keys_of, synonyms

_AT_ONCE: Final = 200


class Index:
    """Of one connection, used in its transaction.

    Write once in a transaction, at its end: items are locked in the order of their ids, and new words are added in
    theirs, so that writers wait for each other, if at all, and never in a circle.
    """

    def __init__(self, connection: Connection) -> None:
        self._shelf = Shelf(connection)

    def put(self, item: Item) -> None:
        """Write an item down, in place of what was known of it."""
        self.put_many((item,))

    def put_many(self, items: Iterable[Item]) -> None:
        """Write many down at once."""
        every = {item.id: item for item in items}
        for start in range(0, len(every), _AT_ONCE):
            some = sorted(every)[start : start + _AT_ONCE]
            made = {item_id: filed(every[item_id]) for item_id in some}
            self._write([every[item_id] for item_id in some], made)
            self._learn({word for each in made.values() for word in each.words})

    def remove(self, item_id: str) -> None:
        """Forget an item; one that isn't known is no error."""
        row = self._shelf.lock([item_id]).get(item_id)
        if row is not None:
            self._shelf.change_hits(_hits(unpacked(row.terms), row), ())
            self._shelf.remove_rows([row.num])

    def touch(self, states: Mapping[str, State]) -> None:
        """Write down what changed of items whose words stay: in stock, price, popularity. Unknown ids are left out."""
        if not states:
            return
        rows = self._shelf.lock(list(states))
        changed, gone, new = [], set[tuple[int, int]](), set[tuple[int, int]]()
        for item_id, row in rows.items():
            state = states[item_id]
            change = {
                name: getattr(row, name) if getattr(state, name) is None else getattr(state, name)
                for name in ("in_stock", "price_fen", "popularity")
            }
            changed.append({"id": item_id, "num": row.num} | change)
            if state.popularity is not None:
                weights = unpacked(row.terms)
                gone |= _hits(weights, row)
                new |= {(t, hit_of(weight, state.popularity, row.num)) for t, weight in weights.items()}
        self._shelf.change_rows(changed)
        self._shelf.change_hits(gone - new, new - gone)

    def search(self, query: Query) -> Found:
        """The items that answer, best first. Raises BadCursor."""
        return find(self._shelf, query)

    def similar(self, item_id: str, limit: int = 8) -> list[Hit]:
        """Items that are like this one, most first; none if it isn't known."""
        return similar(self._shelf, item_id, limit)

    def outdated(self, limit: int = 100) -> list[str]:
        """Ids of items that an older version of the words wrote down."""
        return self._shelf.outdated(VERSION, limit)

    def _write(self, items: list[Item], made: dict[str, Filed]) -> None:
        ids = [item.id for item in items]
        rows = self._shelf.lock(ids)
        missing = [item for item in items if item.id not in rows]
        if missing:
            self._shelf.add_rows([_columns(item, made[item.id]) | {"terms": b""} for item in missing])
            rows = self._shelf.lock(ids)
        changed, gone, new = [], set[tuple[int, int]](), set[tuple[int, int]]()
        for item in items:
            row = rows[item.id]
            weights = {hashed(term): weight for term, weight in made[item.id].weights.items()}
            gone |= _hits(unpacked(row.terms), row)
            new |= {(term, hit_of(weight, item.popularity, row.num)) for term, weight in weights.items()}
            changed.append(_columns(item, made[item.id]) | {"num": row.num, "terms": packed(weights)})
        self._shelf.change_rows(changed)
        self._shelf.change_hits(gone - new, new - gone)

    def _learn(self, words: set[str]) -> None:
        """Make new words known by all the ways to type them."""
        marks = marked(words)
        known = {key for key, _ in self._shelf.words(marks.values())}
        pairs: list[tuple[str, str]] = []
        for word, mark in marks.items():
            if mark in known:
                continue
            pairs.append((mark, ""))
            kind, text = word[0], word[1:]
            for each in synonyms(text) if kind == "c" else (text,):
                pairs += [(key, each) for key in keys_of(each, slips=kind not in "ps", initials=kind != "s")]
        self._shelf.add_words(pairs)


def _hits(weights: dict[int, int], row: Any) -> set[tuple[int, int]]:
    return {(term, hit_of(weight, row.popularity, row.num)) for term, weight in weights.items()}


def _columns(item: Item, made: Filed) -> dict[str, Any]:
    return {
        "id": item.id,
        "shop_id": item.shop_id,
        "terminal": item.terminal,
        "side": item.side,
        "category": item.category,
        "parent": item.parent,
        "brand": item.brand,
        "duty_free": item.duty_free,
        "in_stock": item.in_stock,
        "deal": item.deal,
        "price_fen": item.price_fen,
        "popularity": item.popularity,
        "listed_at": item.listed_at,
        "made": VERSION,
        "name_size": made.name_size,
    }
