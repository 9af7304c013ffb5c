"""`airport migrate` makes the PostgreSQL databases that aren't there."""

from __future__ import annotations

import psycopg2
import pytest

from deploy.databases import NoDatabase, ensure_database
from kernel import ids
from tests.support.databases import Postgres


def test_a_missing_database_is_made_once(postgres: Postgres) -> None:
    url = postgres.url(f"made_{ids.new_id()}")
    assert ensure_database(url) is True
    assert ensure_database(url) is False
    psycopg2.connect(url).close()


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(NoDatabase, match=r"airport:\*\*\*@127.0.0.1:1/flights can't be reached"):
        ensure_database("postgresql://airport:hidden@127.0.0.1:1/flights")


def test_an_account_without_the_right_is_told_what_its_owner_must_run(postgres: Postgres) -> None:
    with psycopg2.connect(postgres.url("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE powerless LOGIN PASSWORD 'p'")
    connection.close()
    address = postgres.url("absent").rpartition("@")[2]
    with pytest.raises(NoDatabase, match="CREATE DATABASE"):
        ensure_database(f"postgresql://powerless:p@{address}")


def test_sqlite_needs_nothing() -> None:
    assert ensure_database("sqlite:///nowhere/at/all.sqlite3") is False
