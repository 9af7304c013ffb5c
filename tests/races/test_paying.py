"""Paying, releasing and giving back at the same moment, with two copies of the service. The controls take a guard away."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from kernel.db import UnitOfWork
from kernel.ids import new_id
from kernel.saga import steps
from kernel.saga.rows import Sales, WrongStep
from kernel.saga.states import RefundState, Sale, State
from services.bus import usecases
from services.bus.store import BusStore
from services.bus.store.tables import ORDERS, TICKETS
from tests.fakes.till import FakeTill
from tests.races.test_last_seat import (
    Uow,
    at_once,
    copies,
    held,
    opened,
    patiently,
    postgresql_copies,
    postgresql_url,
    sqlite_url,
)
from tests.unit.bus.paying import bought, event
from tests.unit.bus.selling import (
    DEPARTURE_ID,
    SEATS,
    give_back,
    hold,
    pay,
    quoted,
    release,
    seats,
    shown,
    state,
)

__all__ = ["copies", "opened", "postgresql_copies", "postgresql_url", "sqlite_url"]

MANY = 8


class LockedTill(FakeTill):
    """A till that is asked by many threads."""

    _turn = threading.Lock()

    def ask(self, *args: Any) -> Any:
        with self._turn:
            return super().ask(*args)

    def close(self, *args: Any) -> Any:
        with self._turn:
            return super().close(*args)

    def refund(self, *args: Any) -> Any:
        with self._turn:
            return super().refund(*args)

    def paid(self, *args: Any) -> Any:
        with self._turn:
            return super().paid(*args)


@pytest.fixture
def till() -> LockedTill:
    return LockedTill()


def sold(uow: Uow) -> int:
    with uow.read() as tx:
        return tx.store.occupancies([DEPARTURE_ID])[DEPARTURE_ID].sold


def good_tickets(uow: Uow) -> int:
    with uow.read() as tx:
        query = select(func.count()).where(TICKETS.c.state == "valid")
        return int(tx.connection.execute(query).scalar_one())


def both(works: Callable[[Uow, int], Any], copies: tuple[Uow, Uow], number: int = MANY) -> Counter[str]:
    """So many at once, shared by the copies."""
    return at_once([patiently(lambda n=n: works(copies[n % 2], n)) for n in range(number)])  # type: ignore[misc]


def test_one_payment_heard_many_times_at_once_is_one_delivery(
    copies: tuple[Uow, Uow], till: LockedTill
) -> None:
    order_id = hold(copies[0], "adult", "child")["id"]
    pay(copies[0], till, order_id)
    payment = till.paid(order_id)
    tell = lambda uow, n: usecases.on_payment_succeeded(uow, seats(), till, event(order_id, payment))  # noqa: E731
    assert both(tell, copies) == {"done": MANY}
    assert (state(copies[1], order_id), sold(copies[0]), good_tickets(copies[0])) == ("issued", 2, 2)


def test_paying_many_times_at_once_asks_for_one_payment(copies: tuple[Uow, Uow], till: LockedTill) -> None:
    order_id = hold(copies[0])["id"]
    assert set(both(lambda uow, n: pay(uow, till, order_id), copies)) == {"done"}
    assert len(till.payments) == 1
    till.paid(order_id)
    assert both(lambda uow, n: pay(uow, till, order_id), copies) == {"done": MANY}
    assert (state(copies[0], order_id), sold(copies[0])) == ("issued", 1)


def test_released_and_paid_at_once_it_is_one_of_the_two(copies: tuple[Uow, Uow], till: LockedTill) -> None:
    for round_ in range(6):
        order_id = hold(copies[0])["id"]
        pay(copies[0], till, order_id)

        def paying(order_id: str = order_id) -> None:
            payment = till.paid(order_id)
            usecases.on_payment_succeeded(copies[1], seats(), till, event(order_id, payment))

        works = [patiently(lambda order_id=order_id: release(copies[0], order_id, till=till)), paying]
        at_once(works if round_ % 2 else works[::-1])
        payment = till.look_quietly(order_id)
        assert payment is not None
        expected = {"paid": "issued", "closed": "released"}[payment.state]
        assert state(copies[0], order_id) == expected
    assert (held(copies[0]), sold(copies[0])) == (0, good_tickets(copies[0]))


def test_tickets_given_back_many_times_at_once_pay_once(copies: tuple[Uow, Uow], till: LockedTill) -> None:
    order_id = bought(copies[0], till, "adult", "child")
    tickets = [each["id"] for each in shown(copies[0], order_id)["tickets"]]
    quote = quoted(copies[0], order_id, tickets)["refund_fen"]
    back = lambda uow, n: give_back(uow, till, order_id, tickets, refund_fen=quote)  # noqa: E731
    assert both(back, copies) == {"done": 1, "TicketNotValid": MANY - 1}
    assert [each.amount_fen for each in till.refunds.values()] == [quote]
    assert (sold(copies[0]), shown(copies[1], order_id)["refunding_fen"]) == (0, quote)


def test_a_refund_told_by_many_at_once_is_counted_once(copies: tuple[Uow, Uow], till: LockedTill) -> None:
    order_id = bought(copies[0], till)
    give_back(copies[0], till, order_id, [each["id"] for each in shown(copies[0], order_id)["tickets"]])
    data = {"order_service": "bus", "out_refund_no": f"{order_id}-1"}
    tell = lambda uow, n: usecases.on_refund(uow, {"id": new_id(), "data": data}, RefundState.DONE)  # noqa: E731
    assert both(tell, copies) == {"done": MANY}
    order = shown(copies[0], order_id)
    assert (order["state"], order["refunded_fen"], order["refunding_fen"]) == ("refunded", 1200, 0)


def test_the_last_seat_goes_to_one_while_its_payment_is_heard_of(
    copies: tuple[Uow, Uow], till: LockedTill
) -> None:
    """A hold that lapsed is paid after all while another buyer wants the last seat: one ticket, the other's money goes back."""
    for size in (9, 9, 9, 5):
        bought(copies[0], till, *["adult"] * size)
    order_id = hold(copies[0])["id"]
    pay(copies[0], till, order_id)
    payment = till.paid(order_id)
    with copies[0].write() as tx:
        sale = steps.locked(tx, seats(), order_id)
        steps.end_hold(tx, seats(), sale, State.LAPSED, steps.SWEEPER, "as if long ago")
    works: list[Callable[[], Any]] = [
        patiently(lambda: hold(copies[0], passenger_id="p2")),
        patiently(lambda: usecases.on_payment_succeeded(copies[1], seats(), till, event(order_id, payment))),
    ]
    endings = at_once(works)
    ended = state(copies[0], order_id)
    assert endings == ({"done": 1, "SoldOut": 1} if ended == "issued" else {"done": 2})
    assert (held(copies[0]), sold(copies[0])) == ((0, SEATS) if ended == "issued" else (1, SEATS - 1))
    assert sum(each.amount_fen for each in till.refunds.values()) == (0 if ended == "issued" else 1500)


class Careless(Sales):
    """What would be if an order weren't locked when it is read."""

    place = threading.Barrier(2, timeout=30)

    def lock(self, order_id: str) -> Sale | None:
        sale = self.find(order_id)
        self.place.wait()
        return sale


class CarelessStore(BusStore):
    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.sales = Careless(connection, ORDERS)

    def lock_departure(self, departure_id: str) -> Any:
        return self.occupancies([departure_id])[departure_id]


def test_control_without_the_locks_two_hear_of_the_payment_and_the_tables_refuse_the_second(
    postgresql_copies: tuple[Uow, Uow], till: LockedTill
) -> None:
    one, other = postgresql_copies
    order_id = hold(one)["id"]
    pay(one, till, order_id)
    payment = till.paid(order_id)
    naive = [UnitOfWork(uow.database, CarelessStore) for uow in (one, other)]
    tell = lambda uow: usecases.on_payment_succeeded(uow, seats(), till, event(order_id, payment))  # noqa: E731
    endings = at_once([lambda uow=uow: tell(uow) for uow in naive])  # type: ignore[misc]
    assert endings == {"done": 1, "IntegrityError": 1}, (
        "both began to deliver; the chain of steps let one through"
    )
    assert (state(one, order_id), sold(one), good_tickets(one)) == ("issued", 1, 1)


def test_control_without_locks_and_keys_one_payment_is_delivered_twice(
    postgresql_copies: tuple[Uow, Uow], till: LockedTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = postgresql_copies
    order_id = hold(one)["id"]
    pay(one, till, order_id)
    payment = till.paid(order_id)
    with one.write() as tx:
        for change in (
            "ALTER TABLE orders DROP CONSTRAINT fk_orders_steps",
            "ALTER TABLE order_steps DROP CONSTRAINT fk_order_steps_previous",
            "ALTER TABLE order_steps DROP CONSTRAINT order_steps_pkey",
            "ALTER TABLE order_steps DROP CONSTRAINT uq_order_steps_end",
            "DROP INDEX uq_tickets_first",
            "ALTER TABLE departures DROP CONSTRAINT ck_departures_counts",
        ):
            tx.connection.exec_driver_sql(change)

    def saved(self: Sales, before: Sale, after: Sale) -> Sale:
        try:
            return kept(self, before, after)
        except WrongStep:
            return after

    kept = Sales._save
    monkeypatch.setattr(Sales, "_save", saved)
    naive = [UnitOfWork(uow.database, CarelessStore) for uow in (one, other)]
    tell = lambda uow: usecases.on_payment_succeeded(uow, seats(), till, event(order_id, payment))  # noqa: E731
    assert at_once([lambda uow=uow: tell(uow) for uow in naive]) == {"done": 2}  # type: ignore[misc]
    assert good_tickets(one) == 2
