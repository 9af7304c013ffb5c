"""Rows under an old key, and their change to the new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, select, update

from services.passengers.store.shapes import Resealed, SealedRow
from services.passengers.store.tables import COMPANIONS, DOCUMENTS

_TABLES: Final = {"documents": DOCUMENTS, "companions": COMPANIONS}
SEALED_COLUMNS: Final = {"documents": ("number_sealed", "details_sealed"), "companions": ("name_sealed",)}


class Sealed:
    """The part of the store that knows under which key a row is sealed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def key_counts(self) -> dict[str, int]:
        """Rows by key id, over all tables."""
        counts: dict[str, int] = {}
        for table in _TABLES.values():
            query = select(table.c.key_id, func.count()).group_by(table.c.key_id)
            for key_id, count in self._connection.execute(query):
                counts[key_id] = counts.get(key_id, 0) + count
        return counts

    def sealed_rows(self, table_name: str, key_id: str, after_id: str, limit: int) -> list[SealedRow]:
        """The next rows of a table under one key, by id."""
        table = _TABLES[table_name]
        query = (
            select(table)
            .where(table.c.key_id == key_id, table.c.id > after_id)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [
            SealedRow(
                table_name,
                row.id,
                {column: row._mapping[column] for column in SEALED_COLUMNS[table_name]},
                row.kind if table is DOCUMENTS else None,
            )
            for row in self._connection.execute(query)
        ]

    def reseal(self, table_name: str, rows: Sequence[Resealed], key_id: str) -> None:
        """Write rows under the new key, unless somebody changed or removed them meanwhile: theirs is newer."""
        table, columns = _TABLES[table_name], SEALED_COLUMNS[table_name]
        values: dict[str, Any] = {column: bindparam(f"new_{column}") for column in columns}
        values["key_id"] = key_id
        if table is DOCUMENTS:
            values["number_index"] = bindparam("new_index")
        same = [table.c[column] == bindparam(f"old_{column}") for column in columns]
        statement = update(table).where(and_(table.c.id == bindparam("old_id"), *same)).values(values)
        self._connection.execute(statement, [_parameters(row) for row in rows])


def _parameters(row: Resealed) -> dict[str, Any]:
    return {
        "old_id": row.was.id,
        **({"new_index": row.index} if row.index is not None else {}),
        **{f"new_{column}": text for column, text in row.sealed.items()},
        **{f"old_{column}": text for column, text in row.was.sealed.items()},
    }
