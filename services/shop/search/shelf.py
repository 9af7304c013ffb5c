"""The index's rows: the only SQL of the package.

Lists of numbers and keys go in as one parameter (a JSON text on SQLite, an array on PostgreSQL), so every statement keeps
its text, and plans and compiled statements are found again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from services.shop.search.item import BANDS
from services.shop.search.tables import ITEMS

HIT_BITS: Final = 48
_AT_ONCE: Final = 5_000

# One statement for each database: a pair at a time, or all of them as two arrays.
_TAKE_OUT: Final = (
    "DELETE FROM search_postings WHERE term = ? AND hit = ?",
    "DELETE FROM search_postings AS p USING unnest(CAST(:one AS BIGINT[]), CAST(:other AS BIGINT[])) AS n(term, hit)"
    " WHERE p.term = n.term AND p.hit = n.hit",
)
_PUT_IN: Final = (
    "INSERT INTO search_postings (term, hit) VALUES (?, ?)",
    "INSERT INTO search_postings (term, hit) SELECT * FROM unnest(CAST(:one AS BIGINT[]), CAST(:other AS BIGINT[]))",
)
_ADD_KEYS: Final = (
    "INSERT INTO search_keys (key, word) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "INSERT INTO search_keys (key, word) SELECT * FROM unnest(CAST(:one AS BYTEA[]), CAST(:other AS BYTEA[]))"
    " ON CONFLICT DO NOTHING",
)

_LISTS: Final = {
    "sqlite": ("json_each(:{0}) AS {0}_", "{0}_.value", "CAST({0}_.value AS BLOB)"),
    "postgresql": ("unnest(CAST(:{0} AS {1}[])) AS {0}_(value)", "{0}_.value", "{0}_.value"),
}
_ROW: Final = (
    "i.num, i.id, i.shop_id, i.terminal, i.side, i.category, i.parent, i.brand, i.duty_free, i.in_stock,"
    " i.price_fen, i.popularity, i.listed_at, i.name_size, i.terms"
)
_BAND: Final = (
    "CASE "
    + " ".join(f"WHEN i.price_fen < {end} THEN '{start}'" for start, end in pairwise(BANDS))
    + f" ELSE '{BANDS[-1]}' END"
)


class Row:
    """Positions in what `rows` reads."""

    NUM, ID, SHOP, TERMINAL, SIDE, CATEGORY, PARENT, BRAND, DUTY_FREE, IN_STOCK = range(10)
    PRICE, POPULARITY, LISTED_AT, NAME_SIZE, TERMS = range(10, 15)


class Shelf:
    """Reads and writes the three tables on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        self._from, self._value, self._blob = _LISTS[connection.dialect.name]

    # reading

    def counts(self, terms: Sequence[int], most: int) -> dict[int, int]:
        """How many items hold each term, counted up to `most`; terms that nothing holds are left out."""
        statement = (
            f"SELECT {self._value.format('terms')}, (SELECT count(*) FROM (SELECT 1 FROM search_postings AS p"  # noqa: S608
            f" WHERE p.term = {self._value.format('terms')} LIMIT :most) AS counted)"
            f" FROM {self._from.format('terms', 'BIGINT')}"
        )
        rows = self._run(statement, terms=self._list(terms), most=most)
        return {term: count for term, count in rows if count}

    def hits(self, terms: Sequence[int], most: int) -> list[tuple[int, int]]:
        """Term and hit of up to `most` items a term, those first that say most."""
        if self._postgres:
            return self._run(
                "SELECT terms_.value, p.hit FROM unnest(CAST(:terms AS BIGINT[])) AS terms_(value) CROSS JOIN LATERAL"
                " (SELECT hit FROM search_postings WHERE term = terms_.value ORDER BY hit LIMIT :most) AS p",
                terms=list(terms),
                most=most,
            )
        found = []
        for term in terms:
            found += self._run(
                "SELECT term, hit FROM search_postings WHERE term = :term ORDER BY hit LIMIT :most",
                term=term,
                most=most,
            )
        return found

    def rows(
        self, numbers: Collection[int], where: str = "", values: dict[str, Any] | None = None
    ) -> list[Any]:
        """The items of these numbers that pass `where`: see Row."""
        statement = f"SELECT {_ROW} FROM {self._items()} WHERE i.num = n.value{where}"  # noqa: S608
        return self._run(statement, nums=self._list(numbers), **(values or {}))

    def counted(
        self, numbers: Collection[int] | None, where: str, counting: str, values: dict[str, Any]
    ) -> list[tuple[str, str, int]]:
        """What `counting` says of these items (None: of all); it reads `found`, whose columns are the facets."""
        source, lists = self._among(numbers)
        statement = (
            "WITH found AS MATERIALIZED (SELECT i.category, i.parent, i.shop_id AS shop, i.terminal, i.side, i.brand,"  # noqa: S608
            f" {_BAND} AS price FROM {source}{where}) {counting}"
        )
        return [
            (str(name), str(value), int(count))
            for name, value, count in self._run(statement, **lists, **values)
        ]

    def ordered(
        self, numbers: Collection[int] | None, where: str, order: str, values: dict[str, Any]
    ) -> list[Any]:
        """Number, id and what is sorted by, of the first :most items that pass."""
        source, lists = self._among(numbers)
        statement = (
            f"SELECT i.num, i.id, {order} AS sorted FROM {source}{where} ORDER BY sorted, i.id LIMIT :most"  # noqa: S608
        )
        return self._run(statement, **lists, **values)

    def newest(self, most: int) -> list[int]:
        """Numbers of the items that were added last."""
        return list(self._connection.scalars(select(ITEMS.c.num).order_by(ITEMS.c.num.desc()).limit(most)))

    def passing(self, where: str, values: dict[str, Any], most: int) -> list[int]:
        """Numbers of up to `most` items that pass."""
        statement = f"SELECT i.num FROM search_items AS i WHERE TRUE{where} LIMIT :most"  # noqa: S608
        rows = self._run(statement, most=most, **values)
        return [row[0] for row in rows]

    def by_id(self, ids: Sequence[str]) -> list[Any]:
        wanted = ITEMS.c.id.in_(bindparam("ids", expanding=True))
        return list(self._connection.execute(select(ITEMS).where(wanted), {"ids": list(ids)}).all())

    def outdated(self, version: int, most: int) -> list[str]:
        old = select(ITEMS.c.id).where(ITEMS.c.made < version).order_by(ITEMS.c.made).limit(most)
        return list(self._connection.scalars(old))

    def words(self, keys: Collection[str]) -> list[tuple[str, str]]:
        """Pairs of a key and a word that is typed so."""
        statement = (
            f"SELECT k.key, k.word FROM {self._from.format('keys', 'BYTEA')} CROSS JOIN search_keys AS k"  # noqa: S608
            f" WHERE k.key = {self._blob.format('keys')}"
        )
        rows = self._run(statement, keys=self._texts(sorted(keys)))
        return [(bytes(key).decode(), bytes(word).decode()) for key, word in rows]

    def begun(self, start: str, most: int) -> list[tuple[str, str]]:
        """Pairs of a key that begins so and a word, in the order of the keys."""
        rows = self._run(
            "SELECT key, word FROM search_keys WHERE key >= :start AND key < :end ORDER BY key, word LIMIT :most",
            start=start.encode(),
            end=start.encode() + b"\xff",
            most=most,
        )
        return [(bytes(key).decode(), bytes(word).decode()) for key, word in rows]

    # writing

    def lock(self, ids: Sequence[str]) -> dict[str, Any]:
        """The rows of these items, locked in the order of their ids until the transaction ends."""
        wanted = ITEMS.c.id.in_(bindparam("ids", expanding=True))
        statement = select(ITEMS).where(wanted).order_by(ITEMS.c.id).with_for_update()
        return {row.id: row for row in self._connection.execute(statement, {"ids": sorted(ids)}).all()}

    def add_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        """New items; one that another transaction has just added is left as it is."""
        made: Any = postgresql if self._postgres else sqlite
        self._connection.execute(
            made.insert(ITEMS).on_conflict_do_nothing(index_elements=[ITEMS.c.id]),
            sorted(rows, key=lambda row: str(row["id"])),
        )

    def change_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write down what is in each row beside its `num`; all rows hold the same columns."""
        if not rows:
            return
        columns: dict[str, Any] = {column: bindparam(column) for column in rows[0] if column != "num"}
        statement = update(ITEMS).where(ITEMS.c.num == bindparam("which")).values(columns)
        given = [{**row, "which": row["num"]} for row in sorted(rows, key=lambda row: str(row.get("id", "")))]
        self._connection.execute(statement, given)

    def remove_rows(self, numbers: Sequence[int]) -> None:
        self._connection.execute(delete(ITEMS).where(ITEMS.c.num.in_(list(numbers))))

    def change_hits(self, gone: Iterable[tuple[int, int]], new: Iterable[tuple[int, int]]) -> None:
        """Take postings out and put others in; they belong to locked items, so nobody else touches them."""
        self._each(_TAKE_OUT, sorted(gone))
        self._each(_PUT_IN, sorted(new))

    def add_words(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keys of new words, in their order, so that two who add the same ones never wait for each other in a circle."""
        self._each(_ADD_KEYS, [(key.encode(), word.encode()) for key, word in sorted(set(pairs))])

    # plumbing

    def _items(self) -> str:
        # SQLite takes CROSS JOIN as the order to join in: numbers first, then each item by its number.
        return f"(SELECT value FROM {self._from.format('nums', 'BIGINT')}) AS n CROSS JOIN search_items AS i"  # noqa: S608

    def _among(self, numbers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        if numbers is None:
            return "search_items AS i WHERE TRUE", {}
        return f"{self._items()} WHERE i.num = n.value", {"nums": self._list(numbers)}

    def _list(self, numbers: Collection[int]) -> Any:
        return list(numbers) if self._postgres else json.dumps(list(numbers))

    def _texts(self, texts: Sequence[str]) -> Any:
        return [each.encode() for each in texts] if self._postgres else json.dumps(texts)

    def _each(self, statements: tuple[str, str], pairs: Sequence[tuple[Any, Any]]) -> None:
        """The statement for every pair: all at once on PostgreSQL, in one compiled loop on SQLite."""
        for some in _chunks(pairs):
            if self._postgres:
                one, other = zip(*some, strict=True)
                self._connection.execute(text(statements[1]), {"one": list(one), "other": list(other)})
            else:
                self._connection.exec_driver_sql(statements[0], some)

    def _run(self, statement: str, **values: Any) -> list[Any]:
        return list(self._connection.execute(text(statement), values).all())


def _chunks(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield list(rows[start : start + _AT_ONCE])
