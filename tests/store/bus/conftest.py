"""The same suite over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.bus.store import BusStore
from tests.fakes.bus_store import FakeBusStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@contextmanager
def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[UnitOfWork[BusStore]]:
    """An empty, migrated database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'bus.sqlite3'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("bus")
    migrate.upgrade("bus", url)
    database = Database(url)
    yield UnitOfWork(database, BusStore)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def real_uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnitOfWork[BusStore]]:
    with opened(request, tmp_path) as uow:
        yield uow


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeUnitOfWork(FakeBusStore())
        return
    with opened(request, tmp_path) as real:
        yield real
