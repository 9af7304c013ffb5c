"""No database stops the other green threads (facts 19 and 20). Each case runs in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel.db import Database
from tests.messaging.events.conftest import ROOT
from tests.support.databases import Postgres

FROZEN_S = 0.6
"""More than a busy machine costs by itself, less than each control freezes."""
HELD_S = 2.0


def case(name: str, url: str = "", begun: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """What the case found. begun: called when its work begins."""
    command = [sys.executable, "-m", "tests.messaging.events.hub", name, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        begun()
        *_, last = process.stdout
    found: dict[str, Any] = json.loads(last)
    return found


def calmest(name: str, url: str = "", begun: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The best of three: a machine that others keep busy stops a hub too, but not each time."""
    for _ in range(3):
        found = case(name, url, begun)
        if found["gap_s"] < FROZEN_S:
            break
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "counts.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE counts (count INTEGER NOT NULL)")
    connection.execute("INSERT INTO counts VALUES (0)")
    connection.commit()
    connection.close()
    return file


class Lock:
    """The write lock, held by this process, which isn't the case's."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def release_soon(self) -> None:
        self._timer = threading.Timer(HELD_S, lambda: self._connection.execute("ROLLBACK"))
        self._timer.start()

    def close(self) -> None:
        self._timer.join()
        self._connection.close()


@pytest.fixture
def lock(file: Path) -> Iterator[Lock]:
    lock = Lock(file)
    yield lock
    lock.close()


def test_a_slow_query_does_not_stop_other_green_threads(postgres: Postgres) -> None:
    assert importlib.util.find_spec("psycopg") is None, "psycopg 3 blocks eventlet's hub"
    found = calmest("slow_query", postgres.new_database())
    assert found["errors"] == 0
    assert found["gap_s"] < FROZEN_S


def test_control_a_driver_that_eventlet_does_not_know_stops_them() -> None:
    assert case("blocking_call")["gap_s"] > FROZEN_S


def test_write_units_that_yield_take_turns_and_all_succeed(file: Path) -> None:
    found = calmest("writers", f"sqlite:///{file}")
    assert found["errors"] == 0, found
    assert found["count"] % 50 == 0
    assert found["gap_s"] < FROZEN_S


def test_control_sqlite_as_it_comes_freezes_and_fails(file: Path) -> None:
    found = case("writers_as_it_comes", f"sqlite:///{file}")
    assert found["errors"] > 0
    assert found["gap_s"] > FROZEN_S


def test_another_processs_lock_does_not_stop_other_green_threads(file: Path, lock: Lock) -> None:
    found = case("locked_elsewhere", f"sqlite:///{file}", lock.release_soon)
    assert found["errors"] == 0, found
    assert found["count"] == 1
    assert found["gap_s"] < FROZEN_S


def test_control_a_busy_timeout_stops_them(file: Path, lock: Lock) -> None:
    found = case("locked_elsewhere_as_it_comes", f"sqlite:///{file}", lock.release_soon)
    assert found["gap_s"] > FROZEN_S


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_work_that_is_cut_off_leaves_neither_lock_nor_lost_connection(
    kind: str, file: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{file}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
        database = Database(url)
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE counts AS SELECT 0 AS count"))
        database.close()
    assert case("cut_off", url) | {"gap_s": 0} == {"gap_s": 0, "errors": 0, "names": [], "count": 1}
