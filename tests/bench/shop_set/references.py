"""What the search is measured against: LIKE in the same database, and trigrams."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, text

from services.shop.search import Item


def keep(connection: Connection, items: Sequence[Item]) -> None:
    """The table that LIKE searches: the texts a catalogue has anyway."""
    connection.execute(text("CREATE TABLE plain (id TEXT PRIMARY KEY, said TEXT, popularity INTEGER)"))
    rows = [{"id": each.id, "said": said(each), "popularity": each.popularity} for each in items]
    connection.execute(text("INSERT INTO plain VALUES (:id, :said, :popularity)"), rows)


def said(item: Item) -> str:
    parts = (item.name_zh, item.name_en, item.brand, *item.kinds, *item.skus, *item.barcodes)
    return " ".join(parts).lower()


def like(connection: Connection, asked: str, limit: int = 20) -> list[str]:
    """All words of the search anywhere in the texts, the most popular first."""
    words = asked.lower().split()
    where = " AND ".join(f"said LIKE :w{number}" for number in range(len(words)))
    values = {f"w{number}": f"%{word}%" for number, word in enumerate(words)}
    statement = text(f"SELECT id FROM plain WHERE {where} ORDER BY popularity DESC, id LIMIT {limit}")
    return [str(each) for each in connection.scalars(statement, values)]


class Trigrams:
    """Most trigrams in common, as pg_trgm's word similarity does; Chinese by its characters in twos and threes."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._popular = {each.id: each.popularity for each in items}
        self._holders: dict[str, list[str]] = defaultdict(list)
        for each in items:
            for gram in _grams(said(each)):
                self._holders[gram].append(each.id)

    def search(self, asked: str, limit: int = 20) -> list[str]:
        shared: Counter[str] = Counter()
        for gram in _grams(asked.lower()):
            shared.update(self._holders.get(gram, ()))
        ranked = sorted(shared, key=lambda each: (-shared[each], -self._popular[each], each))
        return ranked[:limit]


def _grams(asked: str) -> set[str]:
    found = set()
    for word in asked.split():
        padded = word if not word.isascii() else f" {word} "
        found |= {padded[at : at + 3] for at in range(len(padded) - 2)}
        if not word.isascii():
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
    return found
