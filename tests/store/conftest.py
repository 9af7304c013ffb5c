"""The same suite over the fake, SQLite and PostgreSQL: a service's conftest says which by its fixture `suite`.

Databases are migrated once a run: SQLite's file is copied for each test, PostgreSQL's tables are emptied,
but for those whose rows came with the migration.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel import migrate
from kernel.db import Database, UnitOfWork
from tests.fakes.uow import FakeUnitOfWork
from tests.store.suite import Suite
from tests.support.databases import Postgres


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A service's name → an SQLite file at its newest revision."""

    @cache
    def made(service: str) -> Path:
        file = tmp_path_factory.mktemp(service) / f"{service}.sqlite3"
        migrate.upgrade(service, f"sqlite:///{file}")
        return file

    return made


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> Iterator[Callable[[str], Database]]:
    """A service's name → a PostgreSQL database at its newest revision."""
    with ExitStack() as opened:

        @cache
        def made(service: str) -> Database:
            url = postgres.new_database(service)
            migrate.upgrade(service, url)
            database = Database(url)
            opened.callback(database.close)
            return database

        yield made


@pytest.fixture
def sqlite_uow(
    suite: Suite, migrated_file: Callable[[str], Path], tmp_path: Path
) -> Iterator[UnitOfWork[Any]]:
    file = tmp_path / f"{suite.service}.sqlite3"
    shutil.copy(migrated_file(suite.service), file)
    database = Database(f"sqlite:///{file}")
    yield UnitOfWork(database, suite.store)
    database.close()


@pytest.fixture
def postgres_uow(suite: Suite, migrated_database: Callable[[str], Database]) -> UnitOfWork[Any]:
    database = migrated_database(suite.service)
    with database.writing() as connection:
        tables = ", ".join(table.name for table in suite.metadata.sorted_tables if not table.info)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return UnitOfWork(database, suite.store)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest, suite: Suite) -> Any:
    if request.param == "fake":
        return FakeUnitOfWork(suite.fake())
    return request.getfixturevalue("sqlite_uow" if request.param == "sqlite" else "postgres_uow")


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest) -> UnitOfWork[Any]:
    fixture: UnitOfWork[Any] = request.getfixturevalue(
        "sqlite_uow" if request.param == "sqlite" else "postgres_uow"
    )
    return fixture
