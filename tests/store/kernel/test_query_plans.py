"""No query of the kernel reads a whole table that grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection, event, text

from kernel import clock, inbox, outbox, tables
from kernel.db import Database, UnitOfWork
from kernel.outbox import Event

OLD = timedelta(days=7)

QUERIES: dict[str, Callable[[Any], object]] = {
    "unsent": lambda tx: outbox.unsent(tx.connection, 500),
    "oldest unsent": lambda tx: outbox.oldest_unsent_at(tx.connection),
    "mark sent": lambda tx: outbox.mark_sent(tx.connection, [1, 2], clock.real_now()),
    "purge outbox": lambda tx: outbox.purge(tx.connection, clock.real_now(), OLD, 500),
    "purge inbox": lambda tx: inbox.purge(tx.connection, clock.real_now(), OLD, 500),
    "answer": lambda tx: tx.inbox.answer_of("request-1"),
}


def fill(database: Database) -> None:
    """A busy week: what is sent, and a few rows that wait."""
    uow = UnitOfWork(database, lambda connection: connection)
    with uow.write() as tx:
        for number in range(1000):
            tx.outbox.add(Event("noted", "a", number, {}))
        seen = [{"event_id": str(number), "seen_at": tx.now()} for number in range(1000)]
        tx.connection.execute(sqlalchemy.insert(tables.INBOX_EVENTS), seen)
    with uow.write() as tx:
        outbox.mark_sent(tx.connection, range(1, 990), tx.now())
        if database.dialect_name == "sqlite":
            tx.connection.exec_driver_sql("ANALYZE")
    if database.dialect_name == "postgresql":
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def plans_of(database: Database, query: Callable[[Any], object]) -> list[str]:
    """The plans of the statements that `query` executes, as the database explains them."""
    plans: list[str] = []

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.startswith(("SELECT now", "SET ")):
            return
        prefix = "EXPLAIN QUERY PLAN " if database.dialect_name == "sqlite" else "EXPLAIN "
        own = connection.connection.cursor()
        own.execute(prefix + statement, parameters)
        plans.append("\n".join(str(row[-1]) for row in own.fetchall()))
        own.close()

    uow = UnitOfWork(database, lambda connection: connection)
    event.listen(database.engine, "before_cursor_execute", explain)
    with uow.write() as tx:
        if database.dialect_name == "postgresql":
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        query(tx)
    event.remove(database.engine, "before_cursor_execute", explain)
    return plans


def reads_everything(plan: str) -> bool:
    """Whether a table is read from end to end."""
    whole = [line for line in plan.splitlines() if "SCAN" in line and "USING" not in line]
    return bool(whole) or "Seq Scan" in plan


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_of_the_kernel_has_its_index(database: Database, name: str) -> None:
    fill(database)
    plans = plans_of(database, QUERIES[name])
    assert plans
    for plan in plans:
        assert not reads_everything(plan), plan


def test_what_waits_is_found_without_passing_what_was_sent(database: Database) -> None:
    fill(database)
    for name in ("unsent", "oldest unsent"):
        (plan,) = plans_of(database, QUERIES[name])
        assert "ix_outbox_unsent" in plan


def test_control_a_query_without_an_index_is_found(database: Database) -> None:
    fill(database)
    by_name = sqlalchemy.select(tables.OUTBOX.c.id).where(tables.OUTBOX.c.name == "noted")
    (plan,) = plans_of(database, lambda tx: tx.connection.execute(by_name))
    assert reads_everything(plan)
