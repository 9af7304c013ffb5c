"""Seats held for a buyer, given back, or lapsed.

Order of locks: the departure, then its orders (docs/decisions/0045-seats-of-a-bus.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kernel.ids import new_id
from kernel.inbox import answer_once
from services.bus.domain import Order, Ride, Timetable, sales_open, seats_of
from services.bus.errors import OrderNotFound, SalesClosed, SoldOut
from services.bus.schemas import OrderState
from services.bus.usecases.searching import Here, asked_ride, capacity
from services.bus.usecases.shared import Timetables, Tx, Work
from services.bus.usecases.views import order_view

LAPSE_BATCH: Final = 200


def hold_seats(
    uow: Work, timetables: Timetables, here: Here, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OrderResultSchema: one hold for all riders, or for none of them.

    now: the airport's time; it judges whether the bus is still sold. The database's clock judges when the hold
    is over. Prices are the timetable's.
    Raises NoTimetable, DepartureNotFound, StopNotFound, NotServed, SalesClosed, SoldOut, RequestReused,
    RequestInFlight.
    """
    # Outside of the transaction: a new feed takes a while to read, and other writers would wait.
    with uow.read() as reading:
        timetable = timetables.current(reading.store)

    def work(tx: Tx) -> dict[str, Any]:
        ride = asked_ride(timetable, request)
        if not sales_open(ride.boards.departs_at, now, here.settings.close):
            raise SalesClosed
        _take(tx, ride, len(request["passengers"]), here)
        order = _order(tx, timetable, ride, request, here)
        tx.store.add_order(order)
        return {"order": order_view(order, tx.now())}

    return answer_once(uow, request["request_id"], "hold_seats", request, work)


def release_seats(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrderResultSchema: give a hold back before it lapses. One that has ended is answered as it ended.

    Raises OrderNotFound, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order = _mine(tx, request)
        tx.store.lock_departure(order.departure_id)
        tx.store.lapse(order.departure_id, tx.now())
        tx.store.release(order, tx.now())
        return {"order": order_view(_mine(tx, request), tx.now())}

    return answer_once(uow, request["request_id"], "release_seats", request, work)


def get_order(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrderResultSchema. Raises OrderNotFound."""
    with uow.read() as tx:
        return {"order": order_view(_mine(tx, request), tx.now())}


def release_lapsed_holds(uow: Work) -> int:
    """Free the seats of holds that are over; returns how many. One short transaction for each departure."""
    with uow.read() as tx:
        departures = tx.store.lapsed_departures(tx.now(), LAPSE_BATCH)
    freed = 0
    for departure_id in departures:
        with uow.write() as tx:
            tx.store.lock_departure(departure_id)
            freed += tx.store.lapse(departure_id, tx.now())
    return freed


def _take(tx: Tx, ride: Ride, seats: int, here: Here) -> None:
    departure = ride.departure
    if tx.store.take(departure.id, seats):
        return
    # Either nobody asked for it yet, or it seems full: then holds that are over make room at once.
    tx.store.open_departure(departure, capacity(departure, here.settings))
    tx.store.lock_departure(departure.id)
    tx.store.lapse(departure.id, tx.now())
    if not tx.store.take(departure.id, seats):
        raise SoldOut(free=tx.store.lock_departure(departure.id).free)


def _order(tx: Tx, timetable: Timetable, ride: Ride, request: Mapping[str, Any], here: Here) -> Order:
    riders = tuple(passenger["kind"] for passenger in request["passengers"])
    return Order(
        id=new_id(),
        passenger_id=request["passenger_id"],
        departure_id=ride.departure.id,
        from_stop=ride.boards.stop.stop_id,
        to_stop=ride.leaves.stop.stop_id,
        departs_at=ride.boards.departs_at,
        arrives_at=ride.leaves.arrives_at,
        seats=seats_of(riders, ride.adult_fen),
        currency=timetable.fares.currency,
        state=OrderState.HELD,
        held_at=tx.now(),
        expires_at=tx.now() + here.settings.hold,
    )


def _mine(tx: Tx, request: Mapping[str, Any]) -> Order:
    order = tx.store.order(request["order_id"])
    if order is None or order.passenger_id != request["passenger_id"]:
        raise OrderNotFound
    return order
