"""Connections to PostgreSQL that send several statements in one message.

psycopg2 sends BEGIN by itself and waits for its answer, and waits for every INSERT that answers nothing: of a short
transaction that is half of its time on the network, and of its turns in the event loop. Here the driver is in its
autocommit mode. BEGIN, the transaction's kind and its limit go in front of its first statement, and what was executed
in a `together` block in front of the next one, or of COMMIT: in the order in which it was executed, and the server
stops at the first that fails, so that nothing is committed without all of it. A transaction without a statement was
never begun.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import psycopg2.extensions
import sqlalchemy
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import BigInteger, Engine, bindparam, event, exc, func, select

from kernel import clock

WRITING: Final = "BEGIN"
# A view of one instant, as a read on SQLite has it; a read-only one can't fail to serialise.
READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_IDLE_BEFORE_PING_S: Final = 1.0
_KEY: Final = bindparam("key", type_=BigInteger)
# Made once: making a statement costs as much as executing it.
_LOCK: Final = {
    False: select(func.pg_advisory_xact_lock(_KEY)),
    True: select(func.pg_advisory_xact_lock_shared(_KEY)),
}


class Cursor(psycopg2.extensions.cursor):
    """Sends what waits on its connection in front of its own statement; or lets its own wait too."""

    def execute(self, query: Any, vars: Any = None) -> None:
        connection = cast("Connection", self.connection)
        statement = self.mogrify(query, vars)
        if connection.waits:
            connection.waiting.append(statement)
        else:
            super().execute(connection.ahead() + statement)

    def executemany(self, query: Any, vars_list: Any) -> None:
        connection = cast("Connection", self.connection)
        if connection.waits:
            connection.waiting.extend(self.mogrify(query, each) for each in vars_list)
            return
        ahead = connection.ahead()
        if ahead:
            super().execute(ahead)
        # The driver's own: it counts the rows of all.
        super().executemany(query, vars_list)


class Connection(psycopg2.extensions.connection):
    """opening: what the next transaction begins with. waiting: what goes ahead of the next statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opening = WRITING
        self.waiting: list[bytes] = []
        self.waits = False
        self.autocommit = True
        self.cursor_factory = Cursor

    def ahead(self) -> bytes:
        """What the next statement is preceded by."""
        begun = self.get_transaction_status() != TRANSACTION_STATUS_IDLE
        first = [] if begun else [self.opening.encode()]
        ahead = b"".join(each + b";" for each in [*first, *self.waiting])
        self.waiting.clear()
        return ahead

    def commit(self) -> None:
        if self.waiting or self.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            self._send(self.ahead() + b"COMMIT")

    def rollback(self) -> None:
        self.waiting.clear()
        if self.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            self._send(b"ROLLBACK")

    def _send(self, statements: bytes) -> None:
        with self.cursor(cursor_factory=psycopg2.extensions.cursor) as cursor:
            cursor.execute(statements)


@contextmanager
def together(connection: sqlalchemy.Connection) -> Iterator[None]:
    """What is executed in this block goes with the next statement, or with COMMIT.

    For statements that answer nothing and whose failure is nobody's to catch. On SQLite they are executed at once.
    """
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, Connection):
        yield
        return
    raw.waits = True
    try:
        yield
    finally:
        raw.waits = False


def lock(connection: sqlalchemy.Connection, key: int, *, shared: bool = False) -> None:
    """Hold an advisory lock of this database until the transaction ends; shared: any number may, while nobody has it alone.

    It is taken before the next statement looks, and in one message with it. Nothing on SQLite, whose writers come one
    after the other.
    """
    if connection.dialect.name == "postgresql":
        with together(connection):
            connection.execute(_LOCK[shared], {"key": key})


def key_of(name: str) -> int:
    """The number of a lock that has a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def engine_for(url: sqlalchemy.URL, pool_size: int, statement_s: float) -> Engine:
    """An engine of such connections. statement_s: the longest statement, and the longest wait for a connection."""
    options = (
        f"-c statement_timeout={statement_s * 1000:.0f}"
        " -c idle_in_transaction_session_timeout=15000 -c timezone=UTC"
    )
    engine = sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg2"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=statement_s,
        pool_use_lifo=True,
        connect_args={
            "options": options,
            "connect_timeout": 5,
            "application_name": "airport",
            "connection_factory": Connection,
        },
    )
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", _ping_if_idle)
    return engine


def open_with(connection: sqlalchemy.Connection, opening: str, limit_s: float | None) -> None:
    """Say what the transaction that is about to begin is. limit_s: of its statements, if less than usual."""
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, Connection)
    limit = "" if limit_s is None else f";SET LOCAL statement_timeout = {max(1, int(limit_s * 1000))}"
    raw.opening = opening + limit


def _note_checkin(connection: Any, record: Any) -> None:
    record.info["idle_from"] = clock.monotonic()
    if connection is not None:
        connection.opening = WRITING
        connection.waiting.clear()


def _ping_if_idle(connection: Any, record: Any, _: Any) -> None:
    """Find out about a restarted server before a transaction does, without a question per checkout."""
    if clock.monotonic() - record.info.get("idle_from", float("inf")) < _IDLE_BEFORE_PING_S:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg2.Error as error:
        raise exc.DisconnectionError from error
