"""Seats held for a buyer, given back, or lapsed.

Order of locks: departures by id, then orders (docs/decisions/0045-seats-of-a-bus.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.inbox import answer_once
from kernel.saga.steps import BUYER, opened
from services.bus.domain import BookedRide, Order, Ride, Timetable, sales_open, seats_of
from services.bus.errors import SalesClosed, SoldOut, TooManyHolds
from services.bus.usecases.orders import shown
from services.bus.usecases.searching import Here, asked_ride, capacity
from services.bus.usecases.selling import Seats
from services.bus.usecases.shared import Timetables, Tx, Work
from services.bus.usecases.views import line_view, order_view, stop_name


@dataclass(frozen=True)
class Counter:
    """What selling stands on: here, and the goods as of now."""

    here: Here
    seats: Seats


def hold_seats(
    uow: Work, timetables: Timetables, counter: Counter, request: Mapping[str, Any]
) -> dict[str, Any]:
    """OrderResultSchema: one hold for all riders, or for none of them.

    The airport's time judges whether the bus is still sold, the database's clock when the hold is over. Prices are
    the timetable's.
    Raises NoTimetable, DepartureNotFound, StopNotFound, NotServed, SalesClosed, SoldOut, TooManyHolds, RequestReused,
    RequestInFlight.
    """
    # Outside of the transaction: a new feed takes a while to read, and other writers would wait.
    with uow.read() as reading:
        timetable = timetables.current(reading.store)
    now, settings = counter.seats.now, counter.here.settings

    def work(tx: Tx) -> dict[str, Any]:
        ride = asked_ride(timetable, request)
        if not sales_open(ride.boards.departs_at, now, settings.close):
            raise SalesClosed
        tx.store.sales.lock_buyer(request["passenger_id"])
        if tx.store.sales.open_holds(request["passenger_id"], tx.now()) >= settings.open_holds:
            raise TooManyHolds(most=settings.open_holds)
        _take(tx, ride, len(request["passengers"]), counter)
        order = _order(tx, timetable, ride, request, counter)
        tx.store.add_order(order, BUYER, "holds seats")
        return {"order": order_view(shown(tx, order, now))}

    return answer_once(uow, request["request_id"], "hold_seats", request, work)


def _take(tx: Tx, ride: Ride, seats: int, counter: Counter) -> None:
    departure = ride.departure
    if tx.store.take(departure.id, seats):
        return
    # Either nobody asked for it yet, or it seems full: then holds that are over make room at once.
    tx.store.open_departure(departure, capacity(departure, counter.here.settings))
    tx.store.lock_departure(departure.id)
    counter.seats.end_over_holds(tx, departure.id)
    if not tx.store.take(departure.id, seats):
        occupancy = tx.store.lock_departure(departure.id)
        if occupancy.cancelled_at is not None:
            raise SalesClosed
        raise SoldOut(free=occupancy.free)


def _order(tx: Tx, timetable: Timetable, ride: Ride, request: Mapping[str, Any], counter: Counter) -> Order:
    riders = tuple(passenger["kind"] for passenger in request["passengers"])
    seats = seats_of(riders, ride.adult_fen)
    # Nobody pays for a bus that has left.
    hold = min(counter.here.settings.hold, ride.boards.departs_at - counter.seats.now)
    amount_fen = sum(seat.price_fen for seat in seats)
    return Order(
        sale=opened(request["passenger_id"], amount_fen, timetable.fares.currency, tx.now(), hold),
        ride=booked(timetable, ride),
        seats=seats,
        flight_id=request["flight_id"],
        flight_departs_at=request["flight_departs_at"],
    )


def booked(timetable: Timetable, ride: Ride) -> BookedRide:
    """The ride with its words as the timetable has them now."""
    route = ride.departure.route
    return BookedRide(
        departure_id=ride.departure.id,
        from_stop=ride.boards.stop.stop_id,
        to_stop=ride.leaves.stop.stop_id,
        departs_at=ride.boards.departs_at,
        arrives_at=ride.leaves.arrives_at,
        words={
            "line_id": route.route_id,
            "line_name": line_view(timetable, route)["name"],
            "headsign": ride.departure.trip.trip_headsign,
            "from_name": stop_name(timetable, ride.boards.stop),
            "to_name": stop_name(timetable, ride.leaves.stop),
        },
    )
