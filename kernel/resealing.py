"""Sealed fields under an old key of FIELD_KEYS are sealed anew with the first: one way for every service.

Services go on meanwhile: they open all keys of the ring. Rows that somebody holds are passed over and found by the
next run, so that nobody waits for this and nothing locks in another order. A run that is cut off is taken up by the
next: what is done is no longer found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, func, not_, or_, select, tuple_, update

from kernel.crypto import FieldCipher, NotOurs
from kernel.db import Database

_FORM: Final = "g1"
Reindex = Callable[[Connection, FieldCipher, Any, Mapping[str, str]], None]
"""Given a row and what its sealed columns hold: writes what is found by them under the new key."""


@dataclass(frozen=True)
class SealedTable:
    """columns: the sealed ones. bound_to: of a row, what its values are sealed for; without one its id."""

    table: Table
    columns: tuple[str, ...]
    bound_to: Callable[[Any], str] = lambda row: str(row.id)
    reindex: Reindex | None = None


@dataclass(frozen=True)
class Progress:
    """done: rows sealed anew in this run; left: rows under other keys; unreadable: of those seen, opened by no key."""

    done: int
    left: int
    unreadable: int


def reseal(
    database: Database, cipher: FieldCipher, key_id: str, tables: tuple[SealedTable, ...], chunk: int
) -> Iterator[Progress]:
    """Seal every row anew that isn't under `key_id`, the first key, `chunk` rows a transaction."""
    done = unreadable = 0
    left = count_left(database, key_id, tables)
    yield Progress(done, left, unreadable)
    for each in tables:
        after: tuple[Any, ...] | None = None
        while True:
            with database.writing() as connection:
                rows = _rows(connection, each, key_id, after, chunk)
                bad = [row for row in rows if not _resealed(connection, cipher, each, row)]
            if not rows:
                break
            after = tuple(rows[-1]._mapping[column.name] for column in each.table.primary_key.columns)
            done += len(rows) - len(bad)
            unreadable += len(bad)
            yield Progress(done, max(left - done, unreadable), unreadable)
    yield Progress(done, count_left(database, key_id, tables), unreadable)


def count_left(database: Database, key_id: str, tables: tuple[SealedTable, ...]) -> int:
    """Rows with a value under another key than `key_id`."""
    with database.reading() as connection:
        return sum(
            connection.execute(
                select(func.count()).select_from(each.table).where(_is_old(each, key_id))
            ).scalar_one()
            for each in tables
        )


def _is_old(each: SealedTable, key_id: str) -> Any:
    """Empty ones hold nothing."""
    columns = [each.table.c[name] for name in each.columns]
    return or_(
        *(
            and_(column != "", not_(column.startswith(f"{_FORM}.{key_id}.", autoescape=True)))
            for column in columns
        )
    )


def _rows(
    connection: Connection, each: SealedTable, key_id: str, after: tuple[Any, ...] | None, chunk: int
) -> list[Any]:
    key = list(each.table.primary_key.columns)
    query = select(each.table).where(_is_old(each, key_id)).order_by(*key).limit(chunk)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return list(connection.execute(query.with_for_update(skip_locked=True)))


def _resealed(connection: Connection, cipher: FieldCipher, each: SealedTable, row: Any) -> bool:
    """Whether some key opens the row."""
    context = each.bound_to(row)
    kept = {name: row._mapping[name] for name in each.columns if row._mapping[name]}
    try:
        plain = {name: cipher.decrypt(text, context) for name, text in kept.items()}
    except NotOurs:
        return False
    fresh = {name: cipher.encrypt(text, context) for name, text in plain.items()}
    same = [column == row._mapping[column.name] for column in each.table.primary_key.columns]
    connection.execute(update(each.table).where(*same).values(fresh))
    if each.reindex is not None:
        each.reindex(connection, cipher, row, plain)
    return True
