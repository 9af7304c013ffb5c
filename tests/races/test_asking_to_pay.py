"""Asking to pay locks the order alone: nobody else waits for it, and whoever was in time is not ended. PostgreSQL,
whose transactions go side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from kernel.saga import steps
from kernel.saga.states import OPEN, Sale
from services.bus.store import BusStore
from tests.races.test_called_off import waits
from tests.races.test_last_seat import Uow, held, opened, postgresql_copies, postgresql_url
from tests.unit.bus.selling import DEPARTURE_ID, hold, seats, state

__all__ = ["opened", "postgresql_copies", "postgresql_url"]

LONG_S = 30.0


class JudgedOnce(BusStore):
    """What would be if a hold that seemed over weren't judged again under its lock."""

    def over_holds(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[Sale, int]]:
        found = self.seemingly_over(departure_id, now, unheard)
        locked = [(self.sales.lock(id_), count) for id_, count in found]
        return [(sale, count) for sale, count in locked if sale is not None and sale.state in OPEN]


def start_paying(tx: Any, order_id: str) -> None:
    steps.start_paying(tx, seats(), tx.store.sales.find(order_id), "native")


def over_a_moment_later(
    one: Uow, other: Uow, store: Callable[[Connection], BusStore]
) -> tuple[str, list[tuple[Sale, int]]]:
    """An order whose payment begins in the last moment of its hold, and what the next buyer finds over."""
    order_id = hold(one)["id"]
    with one.read() as tx:
        expires_at = tx.store.sales.find(order_id).expires_at  # type: ignore[union-attr]
    found: list[tuple[Sale, int]] = []

    def look() -> None:
        with other.write() as tx:
            tx.store.lock_departure(DEPARTURE_ID)
            later = expires_at + timedelta(seconds=1)
            found.extend(store(tx.connection).over_holds(DEPARTURE_ID, later, later - timedelta(minutes=5)))

    with one.write() as tx:
        start_paying(tx, order_id)
        looking = threading.Thread(target=look)
        looking.start()
        until = time.monotonic() + LONG_S
        while not waits(one) and time.monotonic() < until:
            time.sleep(0.02)
        assert looking.is_alive(), "it waits for the order's lock"
    looking.join(LONG_S)
    return order_id, found


def test_who_asks_to_pay_in_the_last_moment_keeps_the_seats(postgresql_copies: tuple[Uow, Uow]) -> None:
    order_id, found = over_a_moment_later(*postgresql_copies, BusStore)
    assert found == []
    assert (state(postgresql_copies[0], order_id), held(postgresql_copies[0])) == ("paying", 1)


def test_control_judged_once_the_seats_of_a_payer_would_go(postgresql_copies: tuple[Uow, Uow]) -> None:
    order_id, found = over_a_moment_later(*postgresql_copies, JudgedOnce)
    assert [(sale.id, sale.state, count) for sale, count in found] == [(order_id, "paying", 1)]


def test_asking_to_pay_holds_no_buyer_of_the_same_bus_up(postgresql_copies: tuple[Uow, Uow]) -> None:
    one, other = postgresql_copies
    order_id = hold(one)["id"]
    with one.write() as tx:
        start_paying(tx, order_id)
        buyer = threading.Thread(target=lambda: hold(other, passenger_id="p2"))
        buyer.start()
        buyer.join(LONG_S)
        assert not buyer.is_alive()
    assert held(one) == 2
