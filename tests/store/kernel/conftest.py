"""One unit of work three times: the fake, SQLite, PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection, text

from kernel import tables
from kernel.db import Database, UnitOfWork
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


class FakeNotes:
    def __init__(self) -> None:
        self._notes: list[str] = []

    def add(self, note: str) -> None:
        self._notes.append(note)

    def all(self) -> list[str]:
        return sorted(self._notes)


class Notes:
    """The simplest store there is."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, note: str) -> None:
        self.connection.execute(text("INSERT INTO notes (note) VALUES (:note)"), {"note": note})

    def all(self) -> list[str]:
        return list(self.connection.execute(text("SELECT note FROM notes ORDER BY note")).scalars())


def open_database(url: str) -> Database:
    database = Database(url)
    tables.create_all(database.engine)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS notes (note TEXT NOT NULL)"))
    return database


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kernel.sqlite3"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/kernel.sqlite3")
    yield database
    database.close()


@pytest.fixture
def postgresql(postgres: Postgres) -> Iterator[Database]:
    database = open_database(postgres.new_database())
    yield database
    database.close()


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeUnitOfWork(FakeNotes())
        return
    database = request.getfixturevalue("sqlite" if request.param == "sqlite" else "postgresql")
    yield UnitOfWork(database, Notes)


def published(uow: Any) -> list[tuple[str, int]]:
    """Aggregate and version of every event in the outbox, in order."""
    if isinstance(uow, FakeUnitOfWork):
        return [(event.aggregate, event.aggregate_version) for event in uow.events]
    columns = (tables.OUTBOX.c.aggregate, tables.OUTBOX.c.aggregate_version)
    with uow.read() as tx:
        rows = tx.connection.execute(sqlalchemy.select(*columns).order_by(tables.OUTBOX.c.id))
        return [(row.aggregate, row.aggregate_version) for row in rows]
