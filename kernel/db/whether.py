"""A yes-or-no question that is asked so often that how it is asked costs more than its answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlalchemy.dialects import sqlite

LOOKING_UP: Final = "looking_up"
"""Set in the `info` of connections that `Database.looking_up` gives on SQLite."""
_ASKED: Final = "asked"


class Whether:
    """Whether there is a row with a text in a column: `_BOUND = Whether(ORDERS.c.flight_id)`.

    In a look-up on SQLite the driver itself is asked: SQLAlchemy's part is ten times what SQLite takes. Everywhere else,
    and when the driver fails, SQLAlchemy asks, and says what is wrong.
    """

    def __init__(self, column: ColumnElement[str], *conditions: ColumnElement[bool]) -> None:
        """conditions: what else must hold of the row. Raises ValueError when anything in them is to be filled in."""
        one = select(column).where(column == bindparam(_ASKED), *conditions)
        self._statement = select(one.exists())
        compiled = self._statement.compile(dialect=sqlite.dialect())
        if (
            compiled.params.keys() != {_ASKED}
            or compiled.literal_execute_params
            or compiled.post_compile_params
        ):
            raise ValueError(f"one text is to be filled in: {compiled.params}")
        self._text = str(compiled)
        asked = column.in_(bindparam(_ASKED, expanding=True))
        self._among = select(column).where(asked, *conditions).distinct()

    def among(self, connection: Connection, values: Collection[str]) -> set[str]:
        """Those of `values` that are there."""
        return set(connection.execute(self._among, {_ASKED: list(values)}).scalars())

    def found(self, connection: Connection, value: str) -> bool:
        """Ask it about `value`."""
        pooled = connection.connection
        if LOOKING_UP in pooled.info:
            raw = pooled.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            try:
                cursor = raw.execute(self._text, (value,))
                row = cursor.fetchone()
                cursor.close()
            except sqlite3.Error:
                pass
            else:
                return bool(row[0])
        return bool(connection.execute(self._statement, {_ASKED: value}).scalar())
