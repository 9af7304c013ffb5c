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
from services.flights.store import FlightStore, metadata
from tests.fakes.flights_store import FakeFlightStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("flights") / "flights.sqlite3"
    migrate.upgrade("flights", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    url = postgres.new_database("flights")
    migrate.upgrade("flights", url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def sqlite_uow(migrated_file: Path, tmp_path: Path) -> Iterator[UnitOfWork[FlightStore]]:
    file = tmp_path / "flights.sqlite3"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield UnitOfWork(database, FlightStore)
    database.close()


@pytest.fixture
def postgres_uow(postgres_database: Database) -> UnitOfWork[FlightStore]:
    with postgres_database.writing() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return UnitOfWork(postgres_database, FlightStore)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeUnitOfWork(FakeFlightStore())
    return request.getfixturevalue("sqlite_uow" if request.param == "sqlite" else "postgres_uow")


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest) -> UnitOfWork[FlightStore]:
    fixture: UnitOfWork[FlightStore] = request.getfixturevalue(
        "sqlite_uow" if request.param == "sqlite" else "postgres_uow"
    )
    return fixture
