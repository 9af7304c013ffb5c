"""The unit of work: one transaction over a service's store, outbox, inbox and leases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy
from sqlalchemy import Connection

from kernel import clock, outbox
from kernel.db.engine import Database
from kernel.inbox import Inbox
from kernel.leases import Leases
from kernel.outbox import Outbox
from kernel.tables import Instant

S = TypeVar("S")
_writing: ContextVar[bool] = ContextVar("in_write_unit", default=False)
_CLOCK = sqlalchemy.select(sqlalchemy.func.now(type_=Instant))


def in_write_unit() -> bool:
    """Whether this green thread is inside a transaction that may write."""
    return _writing.get()


def refuse_in_write_unit(what: str) -> None:
    """Raise RuntimeError inside a write unit: nobody may wait for the network while others wait for the lock.

    A call made inside a transaction is also made twice when the transaction is repeated.
    """
    if in_write_unit():
        raise RuntimeError(f"{what} inside a transaction; commit first, or use the outbox")


@contextmanager
def entered_write_unit() -> Iterator[None]:
    """Every write unit, real or fake, works inside this. Raises RuntimeError when one is open already."""
    if _writing.get():
        raise RuntimeError("a write unit inside a write unit would wait for itself")
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


class SqlTransaction(Generic[S]):
    def __init__(self, database: Database, connection: Connection, store: Callable[[Connection], S]) -> None:
        self.connection = connection
        self._database = database
        self._now: datetime | None = None
        self.outbox = Outbox(connection, self.now)
        self.inbox = Inbox(connection, self.now, self._set_now)
        self.leases = Leases(connection, self.now)
        self.store = store(connection)

    def _set_now(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The database's clock, aware UTC, one value per transaction; SQLite's clock is this machine's."""
        if self._now is None:
            if self._database.dialect_name == "sqlite":
                self._now = clock.real_now()
            else:
                self._now = self.connection.execute(_CLOCK).scalar_one()
        return self._now


class UnitOfWork(Generic[S]):
    """Transactions on one database. store: takes the connection, holds the service's queries."""

    def __init__(self, database: Database, store: Callable[[Connection], S]) -> None:
        self.database = database
        self._store = store

    @property
    def name(self) -> str:
        return self.database.name

    @contextmanager
    def read(self) -> Iterator[SqlTransaction[S]]:
        """A consistent view without a lock. Raises Unavailable, DeadlineExceeded."""
        with self.database.reading() as connection:
            transaction = SqlTransaction(self.database, connection, self._store)
            yield transaction
            if transaction.outbox.added:
                raise RuntimeError("an event added in a read unit would be lost")

    @contextmanager
    def look_up(self) -> Iterator[S]:
        """The store for one question, answered by one statement: cheaper than `read`, and as consistent.

        Two questions could be answered of two instants: they need `read`.
        Raises Unavailable, DeadlineExceeded.
        """
        with self.database.looking_up() as connection:
            yield self._store(connection)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction[S]]:
        """Commit at a clean end, else roll back. Raises Unavailable, DeadlineExceeded.

        Don't call anything that waits inside the block: on SQLite all writers of the service wait with it.
        """
        with entered_write_unit(), self.database.writing() as connection:
            transaction = SqlTransaction(self.database, connection, self._store)
            yield transaction
            transaction.outbox.flush()
        if transaction.outbox.added:
            outbox.committed(self.name)
