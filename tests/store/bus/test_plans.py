"""Every query has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel.db import UnitOfWork
from kernel.saga.states import State
from kernel.saga.steps import BUYER
from services.bus.store import BusStore
from tests.store.bus.test_store import DEPARTURE, NOW, ORDER, order_named
from tests.store.plans import plans, prefer_indexes, scans

ROWS = 200
LATER = NOW + timedelta(days=1)
QUERIES: dict[str, Callable[[BusStore], Any]] = {
    "newest feed": lambda store: store.newest_feed(),
    "archive": lambda store: store.archive(1),
    "occupancies": lambda store: store.occupancies([DEPARTURE.id, "d2"]),
    "lock": lambda store: store.lock_departure(DEPARTURE.id),
    "take": lambda store: store.take(DEPARTURE.id, 1),
    "sell": lambda store: store.sell(DEPARTURE.id, 1),
    "over": lambda store: store.over_holds(DEPARTURE.id, LATER, LATER),
    "order": lambda store: store.order("o1"),
    "orders": lambda store: store.orders(["o1", "o2"]),
    "its departure": lambda store: store.departure_of("o1"),
    "lock an order": lambda store: store.sales.lock("o1"),
    "due": lambda store: store.sales.due(LATER, 10),
    "step": lambda store: store.sales.step(
        store.sales.find("o1"), State.RELEASED, NOW, BUYER, "-", look_at=None
    ),
    "audit": lambda store: store.sales.steps("o1"),
    "a traveller's": lambda store: store.sales.of_buyer("p1", 10, (NOW, "o1")),
    "open holds": lambda store: store.sales.open_holds("p1", NOW),
    "refund": lambda store: store.sales.refund("o1-1"),
    "refunds": lambda store: store.sales.refunds_of(["o1"]),
    "refunds due": lambda store: store.sales.refunds_due(LATER, 10),
    "old": lambda store: store.sales.over(LATER, 10),
    "tickets": lambda store: store.tickets_of(["o1"]),
}


def fill(uow: UnitOfWork[BusStore]) -> None:
    with uow.write() as tx:
        tx.store.add_feed("a" * 64, b"zip", "chen", NOW)
        for number in range(ROWS):
            departure = replace(DEPARTURE, id=DEPARTURE.id if number == 1 else f"d{number}")
            tx.store.open_departure(departure, 40)
            tx.store.take(departure.id, 2)
            order = order_named(f"o{number}", buyer_id=f"p{number}")
            order = replace(order, ride=replace(ORDER.ride, departure_id=departure.id))
            tx.store.add_order(order, BUYER, "holds seats")


def test_no_query_reads_a_whole_table(real_uow: UnitOfWork[BusStore]) -> None:
    fill(real_uow)
    for name, query in QUERIES.items():
        with real_uow.write() as tx:
            prefer_indexes(tx)
            for plan in plans(tx, query):
                assert not scans(plan), (name, plan)


def test_a_scan_would_be_noticed(real_uow: UnitOfWork[BusStore]) -> None:
    """Control: a question without an index is seen."""
    fill(real_uow)
    with real_uow.write() as tx:

        def unindexed(store: BusStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM orders WHERE seats = 7")

        assert any(scans(plan) for plan in plans(tx, unindexed))
