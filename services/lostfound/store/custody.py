"""Chains of custody: written row by row, read as they are, never changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from services.lostfound.domain.custody import Row
from services.lostfound.domain.items import Item
from services.lostfound.schemas.vocabulary import CustodyKind
from services.lostfound.store.items import item_of
from services.lostfound.store.tables import CUSTODY, ITEMS

_CHAIN: Final = select(CUSTODY).where(CUSTODY.c.item_id == bindparam("item")).order_by(CUSTODY.c.seq)


class CustodyRows:
    """Who had what when."""

    _connection: Connection

    def add_custody(self, row: Row) -> None:
        """The next row. The database refuses one that doesn't start where the chain ends."""
        values: dict[str, Any] = dict(vars(row))
        values["kind"] = row.kind.value
        values["previous"] = row.seq - 1 if row.seq > 1 else None
        self._connection.execute(insert(CUSTODY), values)

    def custody(self, item_id: str) -> list[Row]:
        return [_row(row) for row in self._connection.execute(_CHAIN, {"item": item_id})]

    def custody_of(self, item_ids: Collection[str]) -> dict[str, list[Row]]:
        """By item, each by number."""
        found: dict[str, list[Row]] = {item_id: [] for item_id in item_ids}
        query = (
            select(CUSTODY).where(CUSTODY.c.item_id.in_(item_ids)).order_by(CUSTODY.c.item_id, CUSTODY.c.seq)
        )
        for row in self._connection.execute(query):
            found[row.item_id].append(_row(row))
        return found

    def items_after(self, item_id: str, limit: int) -> list[Item]:
        """Every item there ever was, some at a time, by id."""
        query = select(ITEMS).where(ITEMS.c.id > item_id).order_by(ITEMS.c.id).limit(limit)
        return [item_of(row) for row in self._connection.execute(query)]


def _row(row: Any) -> Row:
    values = {name: value for name, value in row._mapping.items() if name != "previous"}
    values["kind"] = CustodyKind(row.kind)
    return Row(**values)
