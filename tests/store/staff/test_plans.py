"""What sign-in, sessions and the trail ask of the database has its index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from kernel import clock
from kernel.db import UnitOfWork
from services.staff.domain import IDLE, allowances
from services.staff.store import StaffStore
from tests.store.staff.people import House

NOW = clock.real_now()
QUERIES: dict[str, Callable[[StaffStore], Any]] = {
    "login": lambda store: store.accounts.by_login("anna"),
    "account": lambda store: store.accounts.lock("a1"),
    "step": lambda store: store.accounts.take_step("a1", 1),
    "recovery": lambda store: store.accounts.take_recovery("a1", "h"),
    "recovery codes": lambda store: store.accounts.count_recovery(["a1"]),
    "device": lambda store: store.accounts.is_device("d", "a1", NOW),
    "devices": lambda store: store.accounts.drop_devices("a1"),
    "challenge": lambda store: store.accounts.take_challenge("c"),
    "bucket": lambda store: store.accounts.lock_bucket("pair:1", NOW),
    "session": lambda store: store.accounts.session("t"),
    "sessions": lambda store: store.accounts.sessions("a1"),
    "end sessions": lambda store: store.accounts.end_sessions("a1"),
    "touch": lambda store: store.accounts.touch_session("s1", NOW),
    "head": lambda store: store.trail.head(),
    "about": lambda store: store.trail.about("a1", 10_000, 50),
    "newest": lambda store: store.trail.page("", 10_000, 50),
    "logins": lambda store: store.accounts.logins(["a1"]),
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_scans_no_table(query: str, sqlite_uow: UnitOfWork[StaffStore]) -> None:
    asked: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((statement, parameters))

    with sqlite_uow.write() as tx:
        connection: Connection = tx.connection
        event.listen(connection, "before_cursor_execute", note)
        QUERIES[query](tx.store)
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            " ".join(
                str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            )
            for statement, given in asked
        ]
    assert asked
    for plan in plans:
        assert "SCAN" not in plan.replace("SCAN CONSTANT ROW", ""), plan


def test_what_is_over_is_deleted_and_what_counts_stays(house: House) -> None:
    house.add("anna")
    house.sign_in("anna")
    house.begin("nobody")
    with house.uow.write() as tx:
        assert tx.store.accounts.purge(tx.now(), IDLE, allowances.QUIET) == 0
        later = tx.now() + timedelta(days=181)
        assert tx.store.accounts.purge(later, IDLE, allowances.QUIET) >= 4
        assert tx.store.accounts.sessions(tx.store.accounts.by_login("anna").id) == []
