"""One service's database: SQLite (embedded) or PostgreSQL, with the time limits both keep.

SQLite: WAL and synchronous FULL (docs/decisions/0010-sqlite.md says why); one writing connection behind one
lock per file and process; readers on connections that refuse to write; `busy_timeout` 0, because SQLite
waits inside C and would freeze every green thread: we sleep and try again instead.

Locks and sleeps are looked up when they are used, so under `eventlet.monkey_patch()` they are green and
without it (command line, tests) they are the system's. Nothing connects at import.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc, pool

from kernel import clock, context, postgres
from kernel.config import ConfigError, load, setting
from kernel.db.whether import LOOKING_UP
from kernel.errors import DeadlineExceeded, ServiceError, Unavailable
from kernel.ids import jitter

T = TypeVar("T")

STATEMENT_S: Final = 1.5
"""Longest time of one statement: the innermost of the deadlines in messaging.md."""
PATIENCE_S: Final = 10.0
"""How long a writer without a deadline waits for its turn."""
_STEPS_BETWEEN_CHECKS: Final = 20_000
_CANCELLED_PG: Final = "57014"
_NOT_NOW_PG: Final = frozenset({"55P03", "40001", "40P01", "53100", "53300", "57P01", "57P02", "57P03"})


@dataclass(frozen=True)
class DatabaseSettings:
    url: str = setting(
        "DATABASE_URL",
        "sqlite:///{var}/{service}.sqlite3",
        about="where services keep their data; {service} and {var} are filled in",
        secret=True,
    )
    var: str = setting("AIRPORT_VAR", "var", about="folder of everything that running leaves behind")
    pool_size: int = setting(
        "DATABASE_POOL_SIZE", 20, about="PostgreSQL connections of one service and process"
    )


class Database:
    """An engine with its limits.

    url: `sqlite:///file` or `postgresql://…`. statement_s: the longest statement; patience_s: how long a
    writer without a deadline waits for its turn on SQLite.
    """

    sqlite_foreign_keys: ClassVar[str] = "ON"

    def __init__(
        self,
        url: str,
        *,
        statement_s: float = STATEMENT_S,
        patience_s: float = PATIENCE_S,
        pool_size: int = 20,
    ) -> None:
        self.url = sqlalchemy.make_url(url)
        self.dialect_name = self.url.get_backend_name()
        self.name = self.url.render_as_string(hide_password=True)
        self.statement_s = statement_s
        self.patience_s = patience_s
        self._idle: list[Connection] = []
        if self.dialect_name == "sqlite":
            self.engine, self.read_engine, self._look_up_engine = self._sqlite()
        elif self.dialect_name == "postgresql":
            self.engine = postgres.engine_for(self.url, pool_size, statement_s)
            self.read_engine = self._look_up_engine = self.engine
        else:
            raise ValueError(f"no support for {self.dialect_name} databases")

    def _sqlite(self) -> tuple[Engine, Engine, Engine]:
        file = self.url.database
        if not file or file == ":memory:":
            raise ValueError("an SQLite database needs a file: one in memory is another for every connection")
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        self._writer = _writer_lock(str(Path(file).resolve()))
        arguments = {"isolation_level": None, "check_same_thread": False, "timeout": 0}
        writing = sqlalchemy.create_engine(
            self.url, poolclass=pool.QueuePool, pool_size=1, max_overflow=4, connect_args=arguments
        )
        reading = sqlalchemy.create_engine(
            self.url, poolclass=pool.QueuePool, pool_size=8, max_overflow=56, connect_args=arguments
        )
        looking_up = sqlalchemy.create_engine(
            self.url,
            poolclass=pool.QueuePool,
            pool_size=1,
            max_overflow=56,
            pool_reset_on_return=None,
            connect_args=arguments,
        )
        for engine in (writing, reading, looking_up):
            event.listen(engine, "connect", self._prepare_sqlite)
        for engine, begin in ((writing, "BEGIN IMMEDIATE"), (reading, "BEGIN")):
            event.listen(engine, "begin", self._begin_sqlite(begin))
            event.listen(engine, "before_cursor_execute", self._time_sqlite)
        for engine in (reading, looking_up):
            event.listen(engine, "connect", _refuse_writes)
        event.listen(looking_up, "connect", lambda _, record: record.info.update({LOOKING_UP: True}))
        return writing, reading, looking_up

    def _prepare_sqlite(self, connection: sqlite3.Connection, record: Any) -> None:
        self._patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        for pragma in (
            "synchronous=FULL",
            f"foreign_keys={self.sqlite_foreign_keys}",
            "temp_store=MEMORY",
            "cache_size=-16000",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        watch = record.info["watch"] = _Watch()
        connection.set_progress_handler(watch, _STEPS_BETWEEN_CHECKS)

    def _begin_sqlite(self, begin: str) -> Callable[[Connection], None]:
        def on_begin(connection: Connection) -> None:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            connection.connection.info["watch"].expires_at = float("inf")
            self._patiently(lambda: raw.execute(begin))

        return on_begin

    def _patiently(self, attempt: Callable[[], sqlite3.Cursor]) -> None:
        """Do `attempt` once SQLite's lock is free; Unavailable when it isn't in time."""
        try:
            attempt().close()
        except sqlite3.OperationalError as error:
            if not _is_locked(error):
                raise
        else:
            return
        try:
            patiently(lambda: attempt().close(), self._wait_limit_s())
        except sqlite3.OperationalError as error:
            if _is_locked(error):
                raise Unavailable(part="database", reason="busy", retry_after_s=1) from error
            raise

    def _wait_limit_s(self) -> float:
        remaining = context.current().remaining_s()
        return self.patience_s if remaining is None else max(0.0, min(self.patience_s, remaining))

    def _time_sqlite(self, connection: Connection, *_: Any) -> None:
        watch: _Watch = connection.connection.info["watch"]
        watch.expires_at = clock.monotonic() + self.statement_limit_s()

    def statement_limit_s(self) -> float:
        """Seconds that a statement may take now: `statement_s`, or less near the call's deadline."""
        remaining = context.current().remaining_s()
        return self.statement_s if remaining is None else min(self.statement_s, remaining)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a read-only transaction of one consistent view."""
        with self._translated(), self.read_engine.connect() as connection:
            self._begin(connection, postgres.READING)
            yield connection

    @contextmanager
    def looking_up(self) -> Iterator[Connection]:
        """A connection for one reading statement; on SQLite nothing is begun around it.

        It stays checked out between uses there: no server can go away, and the pool's care costs as much as
        the statement. A statement has one view by itself there, on a connection that refuses to write. PostgreSQL refuses
        writes, and limits the time near a deadline, only in a transaction.
        """
        if self.dialect_name != "sqlite":
            with self.reading() as connection:
                yield connection
            return
        limit_s = self.statement_limit_s()
        if limit_s <= 0:
            raise DeadlineExceeded(part="database")
        with self._translated():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._look_up_engine.connect()
            try:
                watch: _Watch = connection.connection.info["watch"]
                watch.expires_at = clock.monotonic() + limit_s
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that may write; on SQLite the only one of this process."""
        with self._translated(), self._turn(), self.engine.begin() as connection:
            self._begin(connection, postgres.WRITING)
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self.dialect_name != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=self._wait_limit_s()):
            raise Unavailable(part="database", reason="busy", retry_after_s=1)
        try:
            yield
        finally:
            self._writer.release()

    def _begin(self, connection: Connection, opening: str) -> None:
        limit_s = self.statement_limit_s()
        if limit_s <= 0:
            raise DeadlineExceeded(part="database")
        if self.dialect_name == "postgresql":
            postgres.open_with(connection, opening, limit_s if limit_s < self.statement_s else None)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (exc.DBAPIError, exc.TimeoutError) as error:
            translated = _translate(error)
            if translated is None:
                raise
            raise translated from error

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()
        self.read_engine.dispose()
        while self._idle:
            self._idle.pop().close()
        self._look_up_engine.dispose()


_databases: dict[str, Database] = {}


def database_for(service: str) -> Database:
    """The database of a service as `DATABASE_URL` says; one in a process, made at the first call.

    Raises ConfigError when two services would share one: their outboxes would be one too.
    """
    if service not in _databases:
        url = database_url(service)
        if any(url == each.url.render_as_string(hide_password=False) for each in _databases.values()):
            raise ConfigError("DATABASE_URL: two services can't share a database; put {service} into it")
        _databases[service] = Database(url, pool_size=load(DatabaseSettings).pool_size)
    return _databases[service]


def database_url(service: str) -> str:
    """The URL that `database_for` would open."""
    settings = load(DatabaseSettings)
    return settings.url.replace("{service}", service).replace("{var}", settings.var)


_writer_locks: dict[str, threading.Lock] = {}


def _writer_lock(file: str) -> threading.Lock:
    # One per file however many Database objects there are on it: SQLite has one writer per file.
    return _writer_locks.setdefault(file, threading.Lock())


def patiently(attempt: Callable[[], T], patience_s: float) -> T:
    """Repeat `attempt` while another process has SQLite's lock, for at most `patience_s`."""
    expires_at = clock.monotonic() + patience_s
    pause_s = 0.001
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or clock.monotonic() + pause_s > expires_at:
                raise
        time.sleep(jitter(pause_s))
        pause_s = min(pause_s * 2, 0.02)


def _is_locked(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _refuse_writes(connection: sqlite3.Connection, _: Any) -> None:
    # A read unit that writes would take SQLite's lock in mid-transaction, which fails as soon as anybody
    # else has written since its first read.
    connection.execute("PRAGMA query_only=ON").close()


class _Watch:
    """Stops a statement of SQLite that runs past `expires_at`; SQLite asks it every few thousand steps."""

    def __init__(self) -> None:
        self.expires_at = float("inf")

    def __call__(self) -> int:
        return 1 if clock.monotonic() > self.expires_at else 0


def _translate(error: exc.DBAPIError | exc.TimeoutError) -> ServiceError | None:
    """The error as a caller may see it; None for what is our fault (syntax, constraints)."""
    if isinstance(error, exc.TimeoutError):
        return Unavailable(part="database", reason="pool", retry_after_s=1)
    original = error.orig
    code, sqlstate = getattr(original, "sqlite_errorcode", None), getattr(original, "pgcode", None)
    if code == sqlite3.SQLITE_INTERRUPT or sqlstate == _CANCELLED_PG:
        return DeadlineExceeded(part="database")
    if _is_locked(original) or sqlstate in _NOT_NOW_PG:
        return Unavailable(part="database", reason="busy", retry_after_s=1)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return Unavailable(part="database", reason="disk", retry_after_s=30)
    lost = error.connection_invalidated or (sqlstate is None and code is None)
    if isinstance(error, exc.OperationalError) and lost:
        return Unavailable(part="database", reason="connection", retry_after_s=1)
    return None
