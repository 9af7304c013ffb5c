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
from services.passengers.store import PassengersStore, metadata
from tests.fakes.passengers_store import FakePassengersStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(scope="session")
def migrated_travellers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("passengers") / "passengers.sqlite3"
    migrate.upgrade("passengers", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_travellers(postgres: Postgres) -> Iterator[Database]:
    url = postgres.new_database("passengers")
    migrate.upgrade("passengers", url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def sqlite_uow(migrated_travellers: Path, tmp_path: Path) -> Iterator[UnitOfWork[PassengersStore]]:
    file = tmp_path / "passengers.sqlite3"
    shutil.copy(migrated_travellers, file)
    database = Database(f"sqlite:///{file}")
    yield UnitOfWork(database, PassengersStore)
    database.close()


@pytest.fixture
def postgres_uow(postgres_travellers: Database) -> UnitOfWork[PassengersStore]:
    with postgres_travellers.writing() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return UnitOfWork(postgres_travellers, PassengersStore)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeUnitOfWork(FakePassengersStore())
    return request.getfixturevalue("sqlite_uow" if request.param == "sqlite" else "postgres_uow")


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest) -> UnitOfWork[PassengersStore]:
    fixture: UnitOfWork[PassengersStore] = request.getfixturevalue(
        "sqlite_uow" if request.param == "sqlite" else "postgres_uow"
    )
    return fixture
