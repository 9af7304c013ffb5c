"""An empty index on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData

from kernel.db import Database
from services.lostfound.matching import index_tables
from tests.support.databases import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'index.sqlite3'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("matching")
    database = Database(url)
    metadata = MetaData()
    index_tables(metadata)
    metadata.create_all(database.engine)
    yield database.engine
    database.close()
