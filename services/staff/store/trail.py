"""The trail: rows are added at its end and read, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.staff.domain import Entry, Row
from services.staff.domain.trail import GENESIS, next_row
from services.staff.store.tables import AUDIT, AUDIT_HEAD

_CHUNK: Final = 500
_HEAD: Final = 1


class Trail:
    """The chained rows, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # both dialects spell INSERT … ON CONFLICT alike, but SQLAlchemy has one construct for each
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def append(self, entry: Entry, at: datetime) -> Row:
        """Add a row at the end; the end is held until the transaction ends, so the chain has no fork."""
        self._connection.execute(
            self._upsert(AUDIT_HEAD).values(id=_HEAD, seq=0, hash=GENESIS).on_conflict_do_nothing()
        )
        head = self._connection.execute(
            select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == _HEAD).with_for_update()
        ).one()
        row = next_row(entry, head.seq + 1, head.hash, at)
        self._connection.execute(insert(AUDIT).values(vars(row)))
        self._connection.execute(
            update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == _HEAD).values(seq=row.seq, hash=row.hash)
        )
        return row

    def head(self) -> tuple[int, str]:
        """(number, hash) of the newest row."""
        row = self._connection.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == _HEAD)).first()
        return (0, GENESIS) if row is None else (row.seq, row.hash)

    def after(self, seq: int) -> Iterator[Row]:
        """All rows after `seq`, the oldest first, some hundred at a time."""
        while True:
            query = select(AUDIT).where(AUDIT.c.seq > seq).order_by(AUDIT.c.seq).limit(_CHUNK)
            rows = [Row(**row._mapping) for row in self._connection.execute(query)]
            yield from rows
            if len(rows) < _CHUNK:
                return
            seq = rows[-1].seq

    def page(self, text: str, before: int | None, limit: int) -> list[Row]:
        """The newest rows before `before` whose actor, subject or action is, or begins with, `text`."""
        query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.seq < before)
        if text:
            columns = (AUDIT.c.actor, AUDIT.c.subject, AUDIT.c.action)
            query = query.where(or_(*(column.startswith(text, autoescape=True) for column in columns)))
        return [Row(**row._mapping) for row in self._connection.execute(query)]

    def about(self, account_id: str, before: int | None, limit: int) -> list[Row]:
        """The newest rows before `before` of what an account did, or what was done to it."""
        query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        query = query.where(or_(AUDIT.c.actor == f"staff:{account_id}", AUDIT.c.subject == account_id))
        if before is not None:
            query = query.where(AUDIT.c.seq < before)
        return [Row(**row._mapping) for row in self._connection.execute(query)]
