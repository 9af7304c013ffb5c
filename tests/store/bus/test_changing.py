"""Tickets changed to another bus, over the fake and both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.bus.errors import (
    ChangedBefore,
    ChangeTooLate,
    DepartureNotFound,
    NotChangeable,
    NotServed,
    OrderNotFound,
    OtherFare,
    SalesClosed,
    SameDeparture,
    SoldOut,
)
from tests.unit.bus.after import (
    NEXT,
    TILL,
    board,
    cancel,
    change,
    changes,
    occupied,
    revocations,
    scan,
    sold,
    ticket_states,
    tickets,
    told,
)
from tests.unit.bus.examples import edited, local
from tests.unit.bus.paying import pass_time
from tests.unit.bus.selling import DEPARTURE_ID, EARLY, READER, SEATS, give_back, hold, imported, shown

LATER = "20261123-A4-in-1130"


def test_a_ticket_becomes_one_for_another_bus_and_the_old_one_is_good_no_more(uow: Any) -> None:
    order_id, (one, other) = sold(uow, "adult", "child")
    order = change(uow, order_id, [other.id])
    assert ticket_states(uow, order_id) == ["valid", "changed", "valid"]
    old, new = (each for each in order["tickets"] if each["kind"] == "child")
    assert (old["id"], old["code"], new["price_fen"]) == (other.id, "", 750)
    assert new["ride"]["departure_id"] == READER.read(new["code"]).departure_id == NEXT
    assert (occupied(uow), occupied(uow, NEXT)) == ((1, 0), (1, 0))
    assert (order["amount_fen"], order["refunding_fen"]) == (2250, 0)
    assert revocations(uow)["revoked"] == [other.id]
    assert [each["result"] for each in board(uow, scan(other), scan(one))] == ["revoked", "boarded"]
    (event,) = told(uow, "tickets_changed")
    assert (event["why"], event["seats"], event["ride"]["departure_id"]) == ("own_wish", 1, NEXT)
    with uow.read() as tx:
        ((actor, door, action, details),) = tx.store.audits(other.id)
    assert (actor, door, action, details["ticket_id"]) == (
        f"order:{order_id}",
        "traveller",
        "changed",
        new["id"],
    )


def test_by_ones_own_wish_a_ticket_is_changed_once(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    order = change(uow, order_id, [ticket.id])
    assert not order["can_change"]
    (new,) = tickets(uow, order_id)
    with pytest.raises(ChangedBefore):
        change(uow, order_id, [new.id], LATER)
    with pytest.raises(NotChangeable):
        change(uow, order_id, [ticket.id], LATER)


def test_the_same_request_changes_once(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    first = change(uow, order_id, [ticket.id], request_id="request-1")
    assert change(uow, order_id, [ticket.id], request_id="request-1") == first
    assert occupied(uow, NEXT) == (1, 0)


def test_a_changed_ticket_is_given_back_for_what_was_paid(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    change(uow, order_id, [ticket.id])
    (new,) = tickets(uow, order_id)
    order = give_back(uow, TILL, order_id, [new.id])
    assert (order["state"], order["refunding_fen"]) == ("returning", 1350)
    assert occupied(uow, NEXT) == (0, 0)
    assert set(revocations(uow)["revoked"]) == {ticket.id, new.id}


def test_the_buses_that_it_may_go_to_are_listed_with_why_and_on_which_terms(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    sold(uow, *["adult"] * 9, departure_id=NEXT)
    answer = changes(uow, order_id, [ticket.id])
    ids = [each["departure_id"] for each in answer["departures"]]
    assert (answer["why"], answer["term"]["code"]) == ("own_wish", "before_departure")
    assert (NEXT in ids, DEPARTURE_ID in ids) == (True, False)
    after = changes(uow, order_id, [ticket.id], after=local("11:00").isoformat())
    assert after["departures"][0]["departure_id"] == LATER


def test_a_bus_without_seats_enough_is_neither_listed_nor_taken(uow: Any) -> None:
    order_id, (one, other) = sold(uow, "adult", "adult")
    for number in range(4):
        sold(uow, *["adult"] * (9 if number < 3 else SEATS - 28), departure_id=NEXT)
    ids = [each["departure_id"] for each in changes(uow, order_id, [one.id, other.id])["departures"]]
    assert NEXT not in ids
    with pytest.raises(SoldOut) as refused:
        change(uow, order_id, [one.id, other.id])
    assert refused.value.data == {"free": 1}
    change(uow, order_id, [one.id])
    assert (occupied(uow), occupied(uow, NEXT)) == ((1, 0), (SEATS, 0))


@pytest.mark.parametrize(
    ("target", "now", "error"),
    [
        (DEPARTURE_ID, EARLY, SameDeparture),
        ("20261123-A4-in-1031", EARLY, DepartureNotFound),
        ("20261123-A4-out-1030", EARLY, NotServed),
        ("20261123-A4-in-0730", EARLY, SalesClosed),
        (NEXT, local("09:31"), ChangeTooLate),
    ],
)
def test_where_a_ticket_may_not_go_it_stays(uow: Any, target: str, now: Any, error: type[Exception]) -> None:
    order_id, (ticket,) = sold(uow)
    with pytest.raises(error):
        change(uow, order_id, [ticket.id], target, now)
    assert (ticket_states(uow, order_id), occupied(uow)) == (["valid"], (1, 0))


def test_another_travellers_tickets_are_not_changed(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    other_id, (other,) = sold(uow)
    with pytest.raises(OrderNotFound):
        change(uow, order_id, [ticket.id], passenger_id="p2")
    with pytest.raises(OrderNotFound):
        change(uow, order_id, [other.id])
    assert ticket_states(uow, other_id) == ["valid"]


def test_who_is_on_the_bus_changes_nothing(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    board(uow, scan(ticket))
    with pytest.raises(NotChangeable):
        change(uow, order_id, [ticket.id])


def cheaper(fares: str) -> str:
    return fares.replace("15.00", "12.00")


def dearer(fares: str) -> str:
    return fares.replace("15.00", "18.00")


def fares_become(uow: Any, other: Callable[[str], str]) -> None:
    imported(uow, edited("fare_attributes.txt", other))


@pytest.mark.parametrize("other", [cheaper, dearer])
def test_by_ones_own_wish_no_ticket_goes_to_another_fare(uow: Any, other: Callable[[str], str]) -> None:
    order_id, (ticket,) = sold(uow)
    fares_become(uow, other)
    assert changes(uow, order_id, [ticket.id])["departures"] == []
    with pytest.raises(OtherFare):
        change(uow, order_id, [ticket.id])
    assert occupied(uow, NEXT) == (0, 0), "nothing is taken for a change that was refused"


@pytest.mark.parametrize(("other", "price_fen", "back_fen"), [(cheaper, 1200, 300), (dearer, 1500, 0)])
def test_who_could_not_ride_pays_nothing_more_and_gets_back_what_is_cheaper(
    uow: Any, other: Callable[[str], str], price_fen: int, back_fen: int
) -> None:
    order_id, (ticket,) = sold(uow)
    fares_become(uow, other)
    assert cancel(uow, NEXT)["moved"] == 1
    order = shown(uow, order_id)
    (new,) = [each for each in order["tickets"] if each["state"] == "valid"]
    assert (new["price_fen"], order["refunding_fen"]) == (price_fen, back_fen)
    assert ticket.price_fen == new["price_fen"] + order["refunding_fen"] or other is dearer
    (event,) = told(uow, "bus_cancelled")
    assert event["refund_fen"] == back_fen


def test_holds_that_are_over_make_room_for_a_change(uow: Any) -> None:
    order_id, (ticket,) = sold(uow)
    for _ in range(3):
        hold(uow, *["adult"] * 9, departure_id=NEXT)
    hold(uow, *["adult"] * 6, departure_id=NEXT)
    with pytest.raises(SoldOut):
        change(uow, order_id, [ticket.id])
    pass_time(uow, timedelta(hours=1))
    change(uow, order_id, [ticket.id])
    assert occupied(uow, NEXT) == (1, 0)
