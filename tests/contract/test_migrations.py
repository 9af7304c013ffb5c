"""Every service's migrations, from nothing to the newest, against the model its code uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text

from deploy.services import SERVICES
from kernel import migrate, tables
from kernel.db import Database
from tests.support.databases import Postgres

ROOT = Path(__file__).parents[2]
KERNEL_TABLES = {"outbox", "inbox_requests", "inbox_events", "leases"}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/service.sqlite3"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


def table_names(url: str) -> list[str]:
    database = Database(url)
    names = sqlalchemy.inspect(database.engine).get_table_names()
    database.close()
    return names


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_migrations_end_in_the_model(service: str, url: str) -> None:
    migrate.upgrade(service, url)
    assert migrate.differences(service, url) == []
    assert set(table_names(url)) >= KERNEL_TABLES


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_migrating_again_changes_nothing(service: str, url: str) -> None:
    for _ in range(2):
        migrate.upgrade(service, url)
    assert migrate.differences(service, url) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE leases ADD COLUMN colour TEXT", "remove_column"),
        ("DROP TABLE leases", "add_table"),
        ("DROP INDEX ix_outbox_unsent", "add_index"),
    ],
)
def test_control_a_difference_is_found(url: str, change: str, told: str) -> None:
    service = min(SERVICES)
    migrate.upgrade(service, url)
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text(change))
    database.close()
    assert told in str(migrate.differences(service, url))


def test_two_copies_that_start_at_once_do_not_clash(url: str) -> None:
    service = min(SERVICES)
    command = f"from kernel import migrate; migrate.upgrade({service!r}, {url!r})"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", command], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        for _ in range(3)
    ]
    for start in starts:
        errors = start.communicate(timeout=100)[1].decode()
        assert start.returncode == 0, errors
    assert migrate.differences(service, url) == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(bind: object) -> None:
        tables.LEASES.create(bind)  # type: ignore[arg-type]
        raise OSError("as the test wants")

    service = min(SERVICES)
    monkeypatch.setattr(tables, "create_all", fail)
    with pytest.raises(OSError, match="as the test wants"):
        migrate.upgrade(service, url)
    monkeypatch.undo()
    assert table_names(url) == []
    migrate.upgrade(service, url)
    assert migrate.differences(service, url) == []


def test_a_name_that_is_no_service_is_told(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="there is no service 'unknown'"):
        migrate.upgrade("unknown", f"sqlite:///{tmp_path}/x.sqlite3")
