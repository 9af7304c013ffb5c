"""A departure that doesn't run, over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.db import UnitOfWork
from services.bus.domain.cancelling import Cancellation
from services.bus.errors import (
    DepartureCancelled,
    DepartureNotFound,
    DepartureOver,
    NotServed,
    SalesClosed,
    SameDeparture,
    SoldOut,
)
from services.bus.store import BusStore
from tests.fakes.till import FakeTill
from tests.unit.bus.after import (
    NEXT,
    TILL,
    WEATHER,
    board,
    cancel,
    change,
    changes,
    manifest,
    occupied,
    preview,
    revocations,
    scan,
    sold,
    ticket_states,
    tickets,
    told,
)
from tests.unit.bus.examples import local
from tests.unit.bus.paying import heard
from tests.unit.bus.selling import (
    DEPARTURE_ID,
    SEATS,
    free,
    give_back,
    hold,
    imported,
    pay,
    quoted,
    search,
    shown,
)

LATER = "20261123-A4-in-1130"


def test_all_the_money_goes_back_when_nobody_is_moved(uow: Any) -> None:
    order_id, pair = sold(uow, "adult", "child")
    other_id, (single,) = sold(uow)
    assert preview(uow) == {"tickets": 3, "orders": 2, "refund_fen": 3750, "free": 0, "fits": True}
    answer = cancel(uow)
    assert (answer["moved"], answer["refunded"], answer["departure"]["cancelled"]) == (0, 3, True)
    order, other = shown(uow, order_id), shown(uow, other_id)
    assert (order["state"], order["refunding_fen"], other["refunding_fen"]) == ("returning", 2250, 1500)
    assert ticket_states(uow, order_id) == ["returned", "returned"]
    assert occupied(uow) == (0, 0)
    assert set(revocations(uow)["revoked"]) == {single.id, *(ticket.id for ticket in pair)}
    events = {event["order_id"]: event for event in told(uow, "bus_cancelled")}
    assert (events[order_id]["refund_fen"], events[order_id]["ride"]["cancelled"]) == (2250, True)
    assert (events[order_id]["reason"], events[order_id]["moved_to"], events[order_id]["seats"]) == (
        WEATHER,
        None,
        2,
    )
    with uow.read() as tx:
        refunds = tx.store.sales.refunds_of([order_id])
        assert [(one.out_refund_no, one.amount_fen) for one in refunds] == [(f"{order_id}-1", 2250)]
        ((actor, door, action, details),) = tx.store.audits(DEPARTURE_ID)
        assert (actor, door, action, details["tickets"]) == ("staff:wu", "staff", "cancelled", 3)


def test_everybody_goes_with_the_other_bus_if_it_has_seats(uow: Any) -> None:
    order_id, (one, _) = sold(uow, "adult", "adult")
    sold(uow, departure_id=NEXT)
    assert preview(uow, NEXT) == {
        "tickets": 2,
        "orders": 1,
        "refund_fen": 0,
        "free": SEATS - 1,
        "fits": True,
    }
    assert cancel(uow, NEXT)["moved"] == 2
    order = shown(uow, order_id)
    assert (order["state"], order["refunding_fen"], order["change_reason"]) == ("issued", 0, "bus_cancelled")
    assert (occupied(uow), occupied(uow, NEXT)) == ((0, 0), (3, 0))
    (event,) = told(uow, "bus_cancelled")
    assert (event["ride"]["departure_id"], event["moved_to"]["departure_id"]) == (DEPARTURE_ID, NEXT)
    (first, _) = tickets(uow, order_id)
    assert first.changes == 0, "it wasn't the traveller's wish"
    results = board(uow, scan(one), scan(first), departure_id=NEXT)
    assert {each["result"] for each in results} == {"revoked", "boarded"}


def test_who_was_moved_may_still_change_or_have_all_the_money_back(uow: Any) -> None:
    order_id, _ = sold(uow, "adult", "adult")
    cancel(uow, NEXT)
    one, other = tickets(uow, order_id)
    assert changes(uow, order_id, [one.id])["why"] == "bus_cancelled"
    change(uow, order_id, [one.id], LATER)
    assert quoted(uow, order_id, [other.id], local("10:29"))["refund_fen"] == 1500
    order = give_back(uow, TILL, order_id, [other.id], local("10:29"))
    assert order["refunding_fen"] == 1500


def test_nobody_is_moved_when_one_would_have_no_seat(uow: Any) -> None:
    order_id, _ = sold(uow, "adult", "adult")
    for size in (9, 9, 9, SEATS - 28):
        sold(uow, *["adult"] * size, departure_id=NEXT)
    assert not preview(uow, NEXT)["fits"]
    with pytest.raises(SoldOut):
        cancel(uow, NEXT)
    assert (ticket_states(uow, order_id), occupied(uow)) == (["valid", "valid"], (2, 0))
    assert not manifest(uow)["departure"]["cancelled"]
    assert cancel(uow)["refunded"] == 2


def test_a_cancelled_departure_is_sold_no_more(uow: Any) -> None:
    hold_after_import(uow)
    cancel(uow)
    assert free(uow) == 0
    first = search(uow, local("09:00"), from_stop="XINGSHA", limit=1)[0]
    assert (first["departure_id"], first["cancelled"], first["on_sale"]) == (DEPARTURE_ID, True, False)
    with pytest.raises(SalesClosed):
        hold(uow)
    order_id, (ticket,) = sold(uow, departure_id=NEXT)
    with pytest.raises(SalesClosed):
        change(uow, order_id, [ticket.id], DEPARTURE_ID)
    with pytest.raises(SalesClosed):
        cancel(uow, DEPARTURE_ID, departure_id=NEXT)
    assert occupied(uow, NEXT) == (1, 0)


def hold_after_import(uow: Any) -> str:
    imported(uow)
    return str(hold(uow)["id"])


def test_who_pays_while_it_is_being_cancelled_gets_the_money_back(uow: Any) -> None:
    till = FakeTill()
    order_id = hold_after_import(uow)
    pay(uow, till, order_id)
    cancel(uow)
    heard(uow, till, order_id, till.paid(order_id))
    order = shown(uow, order_id)
    assert (order["state"], order["refunding_fen"], order["tickets"]) == ("returning", 1500, [])
    assert occupied(uow) == (0, 0)


def test_it_is_cancelled_once_and_the_same_request_is_answered_as_before(uow: Any) -> None:
    sold(uow)
    first = cancel(uow, request_id="request-1")
    assert cancel(uow, request_id="request-1") == first
    with pytest.raises(DepartureCancelled):
        cancel(uow)
    with pytest.raises(DepartureCancelled):
        preview(uow)
    assert len(told(uow, "bus_cancelled")) == 1


def test_who_is_on_board_stays_there(uow: Any) -> None:
    order_id, (one, _) = sold(uow, "adult", "adult")
    board(uow, scan(one))
    assert cancel(uow)["refunded"] == 1
    order = shown(uow, order_id)
    assert (order["state"], order["refunding_fen"]) == ("issued", 1500)
    assert ticket_states(uow, order_id) == ["boarded", "returned"]


@pytest.mark.parametrize(
    ("changes_", "error"),
    [
        ({"move_to": DEPARTURE_ID}, SameDeparture),
        ({"move_to": "20261123-A4-in-1031"}, DepartureNotFound),
        ({"move_to": "20261123-A4-in-0730"}, DepartureOver),
        ({"move_to": "20261123-A4-out-1030"}, NotServed),
        ({"departure_id": "20261123-A4-in-1031"}, DepartureNotFound),
        ({"now": local("10:00") + timedelta(days=1)}, DepartureOver),
    ],
)
def test_what_can_not_be_cancelled_or_moved_to_is_left_as_it_is(
    uow: Any, changes_: dict[str, Any], error: type[Exception]
) -> None:
    order_id, _ = sold(uow)
    with pytest.raises(error):
        cancel(uow, **changes_)
    assert (ticket_states(uow, order_id), occupied(uow)) == (["valid"], (1, 0))


def test_a_bus_of_which_nobody_asked_for_a_seat_is_cancelled_too(uow: Any) -> None:
    imported(uow)
    answer = cancel(uow)
    assert (answer["moved"], answer["refunded"]) == (0, 0)
    with pytest.raises(SalesClosed):
        hold(uow)


class Failing(BusStore):
    """Fails when everything but the record of it was written."""

    def note_marks(self, marks: Any) -> None:
        super().note_marks(marks)
        raise ZeroDivisionError


@pytest.mark.parametrize("move_to", [None, NEXT])
def test_a_crash_at_its_end_leaves_nothing_and_it_is_done_again_whole(
    real_uow: UnitOfWork[BusStore], move_to: str | None
) -> None:
    order_id, _ = sold(real_uow, "adult", "adult")
    with pytest.raises(ZeroDivisionError):
        cancel(UnitOfWork(real_uow.database, Failing), move_to, request_id="request-1")
    assert (ticket_states(real_uow, order_id), occupied(real_uow)) == (["valid"] * 2, (2, 0))
    assert told(real_uow, "bus_cancelled") == []
    answer = cancel(real_uow, move_to, request_id="request-1")
    assert answer["moved"] + answer["refunded"] == 2
    with real_uow.read() as tx:
        kept = tx.store.cancellation(DEPARTURE_ID)
        assert isinstance(kept, Cancellation)
        assert (kept.actor, kept.move_to, kept.reason_zh) == ("staff:wu", move_to, WEATHER["zh"])
        assert kept.moved + kept.refunded == 2
