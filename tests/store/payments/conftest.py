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
from services.payments.store import PaymentsStore, metadata
from tests.fakes.payments_provider import FakeProvider
from tests.fakes.payments_store import FakePaymentsStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(scope="session")
def migrated_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("payments") / "payments.sqlite3"
    migrate.upgrade("payments", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_books(postgres: Postgres) -> Iterator[Database]:
    url = postgres.new_database("payments")
    migrate.upgrade("payments", url)
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def sqlite_uow(migrated_books: Path, tmp_path: Path) -> Iterator[UnitOfWork[PaymentsStore]]:
    file = tmp_path / "payments.sqlite3"
    shutil.copy(migrated_books, file)
    database = Database(f"sqlite:///{file}")
    yield UnitOfWork(database, PaymentsStore)
    database.close()


@pytest.fixture
def postgres_uow(postgres_books: Database) -> UnitOfWork[PaymentsStore]:
    with postgres_books.writing() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return UnitOfWork(postgres_books, PaymentsStore)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeUnitOfWork(FakePaymentsStore())
    return request.getfixturevalue("sqlite_uow" if request.param == "sqlite" else "postgres_uow")


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest) -> UnitOfWork[PaymentsStore]:
    fixture: UnitOfWork[PaymentsStore] = request.getfixturevalue(
        "sqlite_uow" if request.param == "sqlite" else "postgres_uow"
    )
    return fixture


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()
