"""The same suite over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.bus.store import BusStore, metadata
from tests.fakes.bus_store import FakeBusStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bus") / "bus.sqlite3"
    migrate.upgrade("bus", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    url = postgres.new_database("bus")
    migrate.upgrade("bus", url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def sqlite_uow(migrated_file: Path, tmp_path: Path) -> Iterator[UnitOfWork[BusStore]]:
    file = tmp_path / "bus.sqlite3"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield UnitOfWork(database, BusStore)
    database.close()


@pytest.fixture
def postgres_uow(postgres_database: Database) -> UnitOfWork[BusStore]:
    with postgres_database.writing() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return UnitOfWork(postgres_database, BusStore)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeUnitOfWork(FakeBusStore())
    return request.getfixturevalue("sqlite_uow" if request.param == "sqlite" else "postgres_uow")


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest) -> UnitOfWork[BusStore]:
    fixture: UnitOfWork[BusStore] = request.getfixturevalue(
        "sqlite_uow" if request.param == "sqlite" else "postgres_uow"
    )
    return fixture
