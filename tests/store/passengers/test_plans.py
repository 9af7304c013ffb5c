"""Every query has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from kernel.db import UnitOfWork
from services.passengers.store import PassengersStore
from services.passengers.store.tables import AUDIT, PASSENGERS, SESSIONS, UNMASKINGS, WECHAT_ACCOUNTS
from tests.store.plans import plans, prefer_indexes, scans
from tests.unit.passengers.examples import NOW, TODAY

ROWS = 300
QUERIES: dict[str, Callable[[PassengersStore], Any]] = {
    "passenger": lambda store: store.lock_passenger("p1"),
    "signpost": lambda store: store.passenger("nobody"),
    "earlier ids": lambda store: store.earlier_ids("p1"),
    "dormant": lambda store: store.dormant(NOW, 10),
    "account": lambda store: store.account("o1"),
    "accounts": lambda store: store.accounts("p1"),
    "union": lambda store: store.passenger_of_union("u1"),
    "take code": lambda store: store.take_code("c1", "r1", NOW),
    "session": lambda store: store.session("t1"),
    "sessions": lambda store: store.sessions("p1"),
    "touch": lambda store: store.touch_session(store.session("t1"), NOW),  # type: ignore[arg-type]
    "end sessions": lambda store: store.end_sessions("p1"),
    "purge sessions": lambda store: store.purge_sessions(NOW, NOW, 10),
    "companions": lambda store: store.companions("p1"),
    "remove companion": lambda store: store.remove_companion("p1", "c1"),
    "documents": lambda store: store.documents("p1"),
    "find documents": lambda store: store.find_documents(["k1.a", "k2.b"], 10),
    "purge documents": lambda store: store.purge_documents(TODAY, 10),
    "consents": lambda store: store.consents("p1"),
    "audits": lambda store: store.audits("p1"),
    "unmaskings": lambda store: store.unmaskings("p1"),
    "purge records": lambda store: store.purge_records(NOW - timedelta(days=1), 10),
    "erasure": lambda store: store.erasure("e1"),
    "open erasures": lambda store: store.erasures(open_only=True, limit=10),
    "erasures": lambda store: store.erasures(open_only=False, limit=10),
    "sealed rows": lambda store: store.sealed_rows("documents", "k1", "d", 10),
    "merge": lambda store: store.merge("p1", "p2"),
    "erase": lambda store: store.erase("p1"),
}


def fill(uow: UnitOfWork[PassengersStore]) -> None:
    """Enough rows that a planner has a reason to use an index."""
    numbers = range(ROWS)
    with uow.write() as tx:
        seen = {"created_at": NOW, "last_seen_at": NOW}
        tx.connection.execute(
            insert(PASSENGERS), [{"id": f"p{n}", "language": "zh", "version": 1, **seen} for n in numbers]
        )
        tx.connection.execute(
            insert(WECHAT_ACCOUNTS),
            [
                {"openid": f"o{n}", "unionid": f"u{n}", "passenger_id": f"p{n}", "subscribed": False}
                for n in numbers
            ],
        )
        tx.connection.execute(
            insert(SESSIONS),
            [{"token_hash": f"t{n}", "passenger_id": f"p{n}", "expires_at": NOW, **seen} for n in numbers],
        )
        noted = {"actor": "a", "at": NOW}
        tx.connection.execute(
            insert(AUDIT),
            [{"passenger_id": f"p{n}", "action": "x", "detail": "{}", **noted} for n in numbers],
        )
        tx.connection.execute(
            insert(UNMASKINGS),
            [{"passenger_id": f"p{n}", "document_id": "d", "reason": "x", **noted} for n in numbers],
        )


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_reads_a_whole_table(real_uow: UnitOfWork[PassengersStore], name: str) -> None:
    fill(real_uow)
    with real_uow.write() as tx:
        prefer_indexes(tx)
        for plan in plans(tx, QUERIES[name]):
            assert not scans(plan), plan


def test_a_scan_would_be_noticed(real_uow: UnitOfWork[PassengersStore]) -> None:
    """Control: a question without an index is seen."""
    fill(real_uow)
    with real_uow.write() as tx:

        def unindexed(store: PassengersStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM passengers WHERE version = 7")

        assert any(scans(plan) for plan in plans(tx, unindexed))
