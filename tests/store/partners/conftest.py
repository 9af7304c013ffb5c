"""Partners over the fake and both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.partners.store import PartnersStore
from tests.fakes.partners import FakePartnersStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def store_uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A unit of work of partners."""
    if request.param == "fake":
        yield FakeUnitOfWork(FakePartnersStore())
        return
    url = f"sqlite:///{tmp_path / 'partners.sqlite3'}"
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("partners")
    migrate.upgrade("partners", url)
    database = Database(url)
    yield UnitOfWork(database, PartnersStore)
    database.close()
