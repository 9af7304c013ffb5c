"""PostgreSQL: a transaction's BEGIN, its kind and its limit travel with its first statement, and with no other."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from kernel.context import entered
from kernel.db import Database, UnitOfWork, together
from tests.store.kernel.conftest import Notes
from tests.store.kernel.test_limits import expiring


def status(connection: Connection) -> Any:
    return connection.connection.dbapi_connection.get_transaction_status()  # type: ignore[union-attr]


def shown(connection: Connection, name: str) -> str:
    return str(connection.execute(text(f"SHOW {name}")).scalar_one())


def test_a_transaction_begins_with_its_first_statement_and_ends(postgresql: Database) -> None:
    with postgresql.writing() as connection:
        assert status(connection) == TRANSACTION_STATUS_IDLE
        assert connection.execute(text("SELECT now()")).scalar() is not None
        assert status(connection) == TRANSACTION_STATUS_INTRANS
        began = connection.execute(text("SELECT now()")).scalar()
        assert connection.execute(text("SELECT now()")).scalar() == began
    with postgresql.writing() as connection:
        assert status(connection) == TRANSACTION_STATUS_IDLE


def test_kind_and_limit_are_one_transactions_and_not_the_next_ones(postgresql: Database) -> None:
    with entered(expiring(1.0)), postgresql.reading() as connection:
        assert shown(connection, "transaction_read_only") == "on"
        assert shown(connection, "transaction_isolation") == "repeatable read"
        assert shown(connection, "statement_timeout").endswith("ms")
    # A read that asks nothing leaves nothing behind either.
    with entered(expiring(1.0)), postgresql.reading():
        pass
    for _ in range(2):
        with postgresql.engine.connect() as connection:
            assert shown(connection, "transaction_read_only") == "off"
            assert shown(connection, "statement_timeout") == "1500ms"


def test_many_rows_at_once_begin_one_transaction_that_can_be_undone(postgresql: Database) -> None:
    rows = [{"note": "a"}, {"note": "b"}]

    def fail() -> None:
        with postgresql.writing() as connection:
            connection.execute(text("INSERT INTO notes (note) VALUES (:note)"), rows)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    with UnitOfWork(postgresql, Notes).read() as tx:
        assert tx.store.all() == []


def test_a_transaction_that_failed_is_undone_and_the_connection_serves_on(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)

    def fail() -> None:
        with uow.write() as tx:
            tx.store.add("a")
            tx.connection.execute(text("SELECT 1 FROM no_such_table"))

    with pytest.raises(DBAPIError, match="no_such_table"):
        fail()
    with uow.write() as tx:
        tx.store.add("b")
    with uow.read() as tx:
        assert tx.store.all() == ["b"]


def test_rows_are_counted_over_all_that_are_changed_at_once(postgresql: Database) -> None:
    with postgresql.writing() as connection:
        connection.execute(text("INSERT INTO notes (note) VALUES ('a'), ('b')"))
    with postgresql.writing() as connection:
        change = text("UPDATE notes SET note = :to WHERE note = :which")
        found = connection.execute(change, [{"which": "a", "to": "c"}, {"which": "b", "to": "d"}])
        assert found.rowcount == 2
    with UnitOfWork(postgresql, Notes).read() as tx:
        assert tx.store.all() == ["c", "d"]


def test_what_goes_together_is_done_in_order_and_before_the_commit(postgresql: Database) -> None:
    with postgresql.writing() as connection:
        store = Notes(connection)
        with together(connection):
            store.add("100% first")
            store.add("second")
        connection.execute(text("DELETE FROM notes WHERE note = 'second'"))
        with together(connection):
            store.add("third")
    with UnitOfWork(postgresql, Notes).read() as tx:
        assert tx.store.all() == ["100% first", "third"]


def test_nothing_is_committed_when_something_of_it_fails_at_the_commit(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)

    def fail() -> None:
        with uow.write() as tx:
            tx.store.add("a")
            with together(tx.connection):
                tx.store.add("b")
                tx.connection.execute(text("INSERT INTO notes (note) VALUES (NULL)"))

    with pytest.raises(DBAPIError, match="not-null"):
        fail()
    with uow.write() as tx:
        assert tx.store.all() == []
        tx.store.add("c")
    with uow.read() as tx:
        assert tx.store.all() == ["c"]


def test_what_waits_is_forgotten_with_its_transaction(postgresql: Database) -> None:
    uow = UnitOfWork(postgresql, Notes)

    def fail() -> None:
        with uow.write() as tx:
            with together(tx.connection):
                tx.store.add("a")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    with uow.write() as tx:
        tx.store.add("b")
    with uow.read() as tx:
        assert tx.store.all() == ["b"]
