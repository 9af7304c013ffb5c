"""The store of notify thrice: the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.notify.store import NotifyStore
from tests.fakes.notify_store import FakeNotifyStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeUnitOfWork(FakeNotifyStore())
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/notify.sqlite3"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("notify")
    migrate.upgrade("notify", url)
    database = Database(url)
    yield UnitOfWork(database, NotifyStore)
    database.close()
