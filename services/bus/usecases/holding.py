"""Seats held for a buyer, given back, or lapsed.

Order of locks: departures by id, then orders (docs/decisions/0045-seats-of-a-bus.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.saga.steps import BUYER, opened
from services.bus.domain import BookedRide, Occupancy, Order, Ride, Timetable, sales_open, seats_of
from services.bus.domain.coupons import Locked
from services.bus.errors import CouponsAway, NoTimetable, SalesClosed, SoldOut, TooManyHolds
from services.bus.usecases.searching import Here, asked_ride, capacity
from services.bus.usecases.selling import Seats
from services.bus.usecases.shared import NotAtHand, Timetables, Tx, Work
from services.bus.usecases.views import Shown, line_view, order_view, stop_name

_IMPORTS: Final = 5
"""So many timetables in a row may be imported while one hold is tried."""


@dataclass(frozen=True)
class Counter:
    """What selling stands on: here, and the goods as of now."""

    here: Here
    seats: Seats


def hold_seats(
    uow: Work,
    timetables: Timetables,
    counter: Counter,
    request: Mapping[str, Any],
    locked: Locked | None = None,
) -> dict[str, Any]:
    """OrderResultSchema: one hold for all riders, or for none of them. locked: coupons that shop keeps for it.

    The airport's time judges whether the bus is still sold, the database's clock when the hold is over. Prices are
    the timetable's.
    Raises CouponsAway when they aren't kept any more, NoTimetable, DepartureNotFound, StopNotFound, NotServed, SalesClosed, SoldOut, TooManyHolds, RequestReused,
    RequestInFlight.
    """
    now, settings = counter.seats.now, counter.here.settings

    def work(tx: Tx) -> dict[str, Any]:
        timetable = timetables.at_hand(tx.store)
        ride = asked_ride(timetable, request)
        if not sales_open(ride.boards.departs_at, now, settings.close):
            raise SalesClosed
        tx.store.sales.lock_buyer(request["passenger_id"])
        if tx.store.sales.open_holds(request["passenger_id"], tx.now()) >= settings.open_holds:
            raise TooManyHolds(most=settings.open_holds)
        _take(tx, ride, len(request["passengers"]), counter)
        order = _order(tx, timetable, ride, request, counter)
        if locked is not None:
            order = _with_coupons(tx, order, locked)
        tx.store.add_order(order, BUYER, "holds seats")
        # Without another look: it has no tickets, and of a cancelled bus no seat could have been taken.
        return {"order": order_view(Shown(order, (), frozenset(), tx.now(), now))}

    for _ in range(_IMPORTS):
        try:
            return answer_once(uow, request["request_id"], "hold_seats", request, work)
        except NotAtHand:
            # Read outside of the transaction: that takes a while, and other writers would wait.
            with uow.read() as reading:
                timetables.current(reading.store)
    raise NoTimetable


def _take(tx: Tx, ride: Ride, seats: int, counter: Counter) -> None:
    departure = ride.departure
    if tx.store.take(departure.id, seats):
        return
    # Either nobody asked for it yet, or it seems full. Most who come to a full bus are told so without a lock; holds
    # that are over make room at once.
    known = tx.store.occupancies([departure.id]).get(departure.id)
    if known is None:
        tx.store.open_departure(departure, capacity(departure, counter.here.settings))
        if tx.store.take(departure.id, seats):
            return
    elif known.free < seats and not counter.seats.any_over_hold(tx, departure.id):
        raise _none_left(known)
    tx.store.lock_departure(departure.id)
    counter.seats.end_over_holds(tx, departure.id)
    if not tx.store.take(departure.id, seats):
        raise _none_left(tx.store.lock_departure(departure.id))


def _none_left(known: Occupancy) -> SalesClosed | SoldOut:
    return SalesClosed() if known.cancelled_at is not None else SoldOut(free=known.free)


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


def _with_coupons(tx: Tx, order: Order, locked: Locked) -> Order:
    """The order at what the coupons leave to pay. Raises CouponsAway."""
    try:
        seats = locked.seats(order.seats)
    except ValueError as exc:
        raise CouponsAway from exc  # another timetable holds than when the coupons were locked
    if not tx.store.use_errand(locked.order_id):
        raise CouponsAway
    amount_fen = sum(seat.price_fen for seat in seats)
    return replace(order, sale=replace(order.sale, id=locked.order_id, amount_fen=amount_fen), seats=seats)


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
