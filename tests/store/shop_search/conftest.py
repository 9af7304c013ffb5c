"""An empty index on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, MetaData

from kernel.db import Database
from services.shop.search import index_tables
from tests.support.databases import Postgres


@pytest.fixture(params=["sqlite", "postgresql"], scope="package")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One of each kind for all tests."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('index') / 'index.sqlite3'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("search")
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def engine(database: Database) -> Engine:
    """With empty tables."""
    metadata = MetaData()
    index_tables(metadata)
    metadata.drop_all(database.engine)
    metadata.create_all(database.engine)
    return database.engine
