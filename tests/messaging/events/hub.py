"""`python -m tests.messaging.events.hub CASE [URL]`: what a case does to eventlet's hub, as JSON on stdout.

gap_s: the longest time in which no green thread could run; errors: how many pieces of work failed. A line
"begun" comes before the work, so that a test may do its part then.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import warnings

warnings.simplefilter("ignore")

import eventlet

eventlet.monkey_patch()

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from kernel.db import Database, UnitOfWork

BEAT_S = 0.01
BUSY_S = 1.0


def measure(*work: Callable[[], Any]) -> dict[str, Any]:
    """Run the work side by side; the longest gap between two beats of the hub, and how many failed."""
    gap_s, errors = 0.0, []

    def beat() -> None:
        nonlocal gap_s
        last = time.perf_counter()
        while True:
            eventlet.sleep(BEAT_S)
            now = time.perf_counter()
            gap_s, last = max(gap_s, now - last - BEAT_S), now

    def guarded(each: Callable[[], Any]) -> None:
        try:
            each()
        except Exception as error:
            errors.append(type(error).__name__)

    beating = eventlet.spawn(beat)
    eventlet.sleep(3 * BEAT_S)
    print("begun", flush=True)
    for thread in [eventlet.spawn(guarded, each) for each in work]:
        thread.wait()
    eventlet.sleep(3 * BEAT_S)
    beating.kill()
    return {"gap_s": gap_s, "errors": len(errors), "names": sorted(set(errors))}


def connection(connection: Any) -> Any:
    return connection


def slow_query(url: str) -> dict[str, Any]:
    """psycopg2 while PostgreSQL takes a second."""
    uow = UnitOfWork(Database(url), connection)

    def query() -> None:
        with uow.read() as tx:
            tx.store.execute(text("SELECT pg_sleep(1)"))

    query_once = uow.database.reading  # connects before the measurement: that is another matter
    with query_once():
        pass
    return measure(query, query)


def blocking_call(url: str) -> dict[str, Any]:
    """The control: a second in C without eventlet's knowledge, as psycopg 3 waits."""
    blocking_sleep = eventlet.patcher.original("time").sleep
    return measure(lambda: blocking_sleep(1.0))


def writers(url: str) -> dict[str, Any]:
    """Write units that yield in the middle."""
    uow = UnitOfWork(Database(url), connection)

    def write() -> None:
        for _ in range(5):
            with uow.write() as tx:
                tx.store.execute(text("UPDATE counts SET count = count + 1"))
                eventlet.sleep(0.01)

    return measure(*[write] * 10) | {"count": count(url)}


def writers_as_it_comes(url: str) -> dict[str, Any]:
    """The control: the same with sqlite3 as it comes, which waits for the lock inside C."""

    def write() -> None:
        raw = open_raw(url)
        for _ in range(5):
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("UPDATE counts SET count = count + 1")
            eventlet.sleep(0.01)
            raw.execute("COMMIT")

    return measure(*[write] * 3) | {"count": count(url)}


def locked_elsewhere(url: str) -> dict[str, Any]:
    """A write unit while another process has the lock."""
    uow = UnitOfWork(Database(url), connection)

    return measure(lambda: write_once(uow)) | {"count": count(url)}


def locked_elsewhere_as_it_comes(url: str) -> dict[str, Any]:
    """The control: the same with a busy timeout."""

    def write() -> None:
        raw = open_raw(url)
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE counts SET count = count + 1")
        raw.execute("COMMIT")

    return measure(write) | {"count": count(url)}


def open_raw(url: str) -> sqlite3.Connection:
    return sqlite3.connect(url.removeprefix("sqlite:///"), timeout=BUSY_S, isolation_level=None)


def count(url: str) -> int:
    return int(open_raw(url).execute("SELECT count FROM counts").fetchone()[0])


def cut_off(url: str) -> dict[str, Any]:
    """Workers whose time runs out in the middle of a unit, more of them than there are connections."""
    database = Database(url, pool_size=3)
    uow = UnitOfWork(database, connection)

    def work() -> None:
        with eventlet.Timeout(0.1, False), uow.write() as tx:
            tx.store.execute(text("UPDATE counts SET count = count + 100"))
            if database.dialect_name == "postgresql":
                tx.store.execute(text("SELECT pg_sleep(1)"))
            eventlet.sleep(10)

    for _ in range(8):
        measure(work)
    found = measure(lambda: write_once(uow))
    with uow.read() as tx:
        return found | {"count": tx.store.execute(text("SELECT count FROM counts")).scalar_one()}


def write_once(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.execute(text("UPDATE counts SET count = count + 1"))


CASES = {
    each.__name__: each
    for each in (
        slow_query,
        blocking_call,
        writers,
        writers_as_it_comes,
        locked_elsewhere,
        locked_elsewhere_as_it_comes,
        cut_off,
    )
}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]](*sys.argv[2:])))
