"""Flights that parcels are promised for: followed, from the quote to the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kernel.saga import steps
from kernel.saga.protocols import Till
from services.shop import events
from services.shop.domain.flights import Flight, flight_of
from services.shop.domain.parcels import OPEN, Parcel
from services.shop.schemas.order_words import ParcelState, Way
from services.shop.schemas.vocabulary import Side
from services.shop.store.parcels import Who
from services.shop.usecases.asking import close_ask
from services.shop.usecases.ordering import push
from services.shop.usecases.paying_back import end_when_nothing_is_left, give_up
from services.shop.usecases.promising import keep_promise
from services.shop.usecases.shared import Place, Tx, Work
from services.shop.usecases.telling import tell_parcel

_MISSED: Final = {
    "zh": "航班已截止登机，未能送达，全额退款",
    "en": "The flight closed before it could reach you: all of the money goes back",
}


def concerns(uow: Work, event: Mapping[str, Any]) -> bool:
    """Whether `hear_flight` has anything to do: somebody waits for a parcel and this flight."""
    with uow.look_up() as store:
        return store.is_followed(event["data"]["flight"]["id"])


def hear_flight(uow: Work, place: Place, till: Till, document: Mapping[str, Any], now: datetime) -> int:
    """Keep, renew or give up what was promised for a flight; how many orders were looked at.

    document: flights.schemas.FlightSchema as JSON; now: the airport's time. Each order is a transaction of its own that
    judges by what is known then: what a crash cuts short is done when the event comes again.
    """
    with uow.look_up() as store:
        if not store.is_followed(document["id"]):
            return 0
    heard = flight_of(document)
    with uow.write() as tx:
        tx.store.note_flight(heard, tx.now())
        order_ids = tx.store.orders_on(heard.flight_id)
    for order_id in order_ids:
        with uow.write() as tx:
            follow(tx, place, order_id, now)
        push(uow, place, till, order_id, now)
    return len(order_ids)


def follow(tx: Tx, place: Place, order_id: str, now: datetime) -> None:
    """Judge all open parcels of an order by its flight as it is known now."""
    steps.locked_alone(tx, order_id)
    order = tx.store.order(order_id)
    assert order is not None
    if order.flight_id is None:
        return
    flight = tx.store.flights([order.flight_id])[order.flight_id]
    for parcel in order.parcels:
        if parcel.state not in OPEN:
            continue
        if _missed(tx, parcel, flight):
            _miss(tx, place, parcel, now)
        else:
            keep_promise(tx, place, parcel, order.flight_id, now)


def _missed(tx: Tx, parcel: Parcel, flight: Flight) -> bool:
    """Whether its buyer has left without it: who flew can't come to a shop behind security any more either."""
    if not flight.left or flight.cancelled:
        return False
    if parcel.way is Way.GATE:
        return True
    shop = tx.store.shop(parcel.shop_id)
    return flight.off and shop is not None and shop.side is Side.AIRSIDE


def _miss(tx: Tx, place: Place, parcel: Parcel, now: datetime) -> None:
    who = Who(steps.SWEEPER, "the flight left without it", now)
    close_ask(tx, parcel, who)
    _, fen = give_up(tx, place, parcel, ParcelState.MISSED, who)
    after = tx.store.step_parcel(parcel, ParcelState.MISSED, who, why=_MISSED)
    tell_parcel(tx, events.PARCEL_MISSED, after.order_id, after, refund_fen=fen, why=_MISSED)
    end_when_nothing_is_left(tx, after.order_id, who.actor, "missed")
