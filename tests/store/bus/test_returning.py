"""Tickets given back, the money behind them, and orders of long ago; over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from kernel.saga.states import RefundState
from services.bus import usecases
from services.bus.errors import NotReturnable, OrderNotFound, QuoteChanged, TicketNotValid
from tests.fakes.till import FakeTill
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.bus.examples import local
from tests.unit.bus.paying import bought, pass_time, refund_event
from tests.unit.bus.selling import (
    SEATS,
    free,
    give_back,
    hold,
    imported,
    pay,
    quoted,
    release,
    seats,
    shown,
    state,
)

MINUTE = timedelta(minutes=1)
LEFT = local("09:30")


@pytest.fixture
def bus(uow: Any) -> Any:
    assert imported(uow).changed
    return uow


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


def tickets(uow: Any, order_id: str) -> list[str]:
    return [each["id"] for each in shown(uow, order_id)["tickets"]]


def test_the_quote_says_what_comes_back_and_why(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till, "adult", "child")
    first, second = tickets(bus, order_id)
    answer = quoted(bus, order_id, [first, second])
    assert answer["refund_fen"] == 1800
    assert [(each["paid_fen"], each["fee_fen"], each["refund_fen"]) for each in answer["tickets"]] == [
        (1500, 300, 1200),
        (750, 150, 600),
    ]
    assert answer["tickets"][0]["term"]["code"] == "just_before"
    assert quoted(bus, order_id, [first], local("07:30"))["refund_fen"] == 1350
    with pytest.raises(NotReturnable):
        quoted(bus, order_id, [first], LEFT + MINUTE)
    with pytest.raises(OrderNotFound):
        quoted(bus, order_id, [new_id()])


def test_a_ticket_given_back_frees_its_seat_and_brings_its_money_once(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till, "adult", "child")
    first, second = tickets(bus, order_id)
    with pytest.raises(QuoteChanged) as refused:
        give_back(bus, till, order_id, [first], refund_fen=1500)
    assert refused.value.data == {"refund_fen": 1200}
    order = give_back(bus, till, order_id, [first], request_id="request-1", refund_fen=1200)
    assert (order["state"], order["refunding_fen"], free(bus)) == ("issued", 1200, SEATS - 1)
    assert [(each["state"], each["code"] == "") for each in order["tickets"]] == [
        ("returned", True),
        ("valid", False),
    ]
    assert give_back(bus, till, order_id, [first], request_id="request-1", refund_fen=1200) == order
    with pytest.raises(TicketNotValid):
        give_back(bus, till, order_id, [first], refund_fen=1200)
    for _ in range(2):
        refund_event(bus, order_id, RefundState.DONE)
    order = shown(bus, order_id)
    assert (order["state"], order["refunding_fen"], order["refunded_fen"]) == ("issued", 0, 1200)
    order = give_back(bus, till, order_id, [second])
    assert (order["state"], order["refunding_fen"], free(bus)) == ("returning", 600, SEATS)
    refund_event(bus, order_id, RefundState.DONE, 2)
    assert (state(bus, order_id), list(till.refunds)) == ("refunded", [f"{order_id}-1", f"{order_id}-2"])
    if isinstance(bus, FakeUnitOfWork):
        told = [event.data for event in bus.events if event.name == "tickets_returned"]
        assert [(each["refund_fen"], each["seats"], each["why"]) for each in told] == [
            (1200, 1, "own_wish"),
            (600, 1, "own_wish"),
        ]


def test_a_refund_that_nobody_heard_is_asked_for_again_under_its_own_number(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till)
    for lost in ("before refund", "after refund"):
        till.away = lambda call, lost=lost: call == lost  # type: ignore[misc]
        if lost == "before refund":
            give_back(bus, till, order_id, tickets(bus, order_id))
        else:
            pass_time(bus, MINUTE)
            usecases.look_after_orders(bus, seats(), till)
    assert state(bus, order_id) == "returning"
    till.away, till.far = lambda call: False, RefundState.DONE
    pass_time(bus, 5 * MINUTE)
    usecases.look_after_orders(bus, seats(), till)
    assert state(bus, order_id) == "refunded"
    assert {about for call, about in till.asked if call == "refund"} == {f"{order_id}-1"}


def test_a_refund_given_up_by_the_provider_is_asked_for_under_another_number(
    bus: Any, till: FakeTill
) -> None:
    order_id = bought(bus, till)
    give_back(bus, till, order_id, tickets(bus, order_id))
    refund_event(bus, order_id, RefundState.CLOSED)
    order = shown(bus, order_id)
    assert (order["state"], order["refunding_fen"]) == ("returning", 1200)
    pass_time(bus, 61 * MINUTE)
    usecases.look_after_orders(bus, seats(), till)
    assert list(till.refunds) == [f"{order_id}-1", f"{order_id}-2"]
    refund_event(bus, order_id, RefundState.ABNORMAL, 2)
    assert state(bus, order_id) == "returning"
    refund_event(bus, order_id, RefundState.DONE, 2)
    assert state(bus, order_id) == "refunded"


def test_two_travellers_that_are_one_have_one_list(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till)
    event = {"id": new_id(), "data": {"from": "p1", "into": "p2"}}
    for _ in range(2):
        usecases.note_merge(bus, event)
    assert state(bus, order_id, "p2") == "issued"
    with pytest.raises(OrderNotFound):
        state(bus, order_id, "p1")
    assert [each["id"] for each in usecases.export_passenger(bus, "p2", LEFT)["orders"]] == [order_id]


def test_merges_that_are_heard_in_the_other_order_end_at_the_same_traveller(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till)
    usecases.note_merge(bus, {"id": new_id(), "data": {"from": "p2", "into": "p3", "earlier_ids": ["p1"]}})
    usecases.note_merge(bus, {"id": new_id(), "data": {"from": "p1", "into": "p2", "earlier_ids": []}})
    assert state(bus, order_id, "p3") == "issued"


def test_erased_the_order_stays_without_its_traveller_and_its_money_still_arrives(
    bus: Any, till: FakeTill
) -> None:
    order_id = bought(bus, till)
    give_back(bus, till, order_id, tickets(bus, order_id))
    waiting = hold(bus)["id"]
    pay(bus, till, waiting)
    event = {"id": new_id(), "data": {"passenger_id": "p1", "earlier_ids": ["p0"], "erasure_id": "e1"}}
    for _ in range(2):
        usecases.erase(bus, event)
    assert usecases.export_passenger(bus, "p1", LEFT) == {"orders": []}
    with bus.read() as tx:
        assert all(tx.store.sales.find(each).buyer_id.startswith("erased-") for each in (order_id, waiting))
    refund_event(bus, order_id, RefundState.DONE)
    with bus.read() as tx:
        assert tx.store.sales.find(order_id).state.value == "refunded"
    if isinstance(bus, FakeUnitOfWork):
        (done,) = (event.data for event in bus.events if event.name == "erasure_done")
        assert done == {"erasure_id": "e1", "service": "bus", "counts": {"orders": 2}}


def test_what_is_over_for_long_is_forgotten_and_what_owes_money_is_not(bus: Any, till: FakeTill) -> None:
    done, owing, given_up = bought(bus, till), bought(bus, till), hold(bus)["id"]
    give_back(bus, till, owing, tickets(bus, owing))
    release(bus, given_up)
    still = hold(bus)["id"]
    assert usecases.purge(bus, timedelta(days=30)) == 0
    assert usecases.purge(bus, timedelta(0)) == 2
    for gone in (done, given_up):
        with pytest.raises(OrderNotFound):
            state(bus, gone)
    assert (state(bus, owing), state(bus, still)) == ("returning", "held")
    with bus.read() as tx:
        assert tx.store.sales.steps(done) == []
    refund_event(bus, owing, RefundState.DONE)
    assert usecases.purge(bus, timedelta(0)) == 1
