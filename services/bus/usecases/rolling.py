"""Flights that are late, and buses that leave soon: what a traveller is told without asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.bus.domain import BookedRide, BusTicket, Occupancy, Order, Timetable, Wanted, sales_open
from services.bus.domain.changes import WITHIN, Bound, delay_step, flight_now, roll_window, rolls
from services.bus.events import DEPARTS_SOON, ROLL_OFFERED
from services.bus.schemas import TicketState
from services.bus.usecases.holding import booked
from services.bus.usecases.searching import Here, capacity
from services.bus.usecases.selling import tell
from services.bus.usecases.shared import Timetables, Tx, Work
from services.bus.usecases.views import booked_view

REMIND_BATCH: Final = 500
FORGET_BATCH: Final = 1_000
# Devices ask for less than a day back.
MARKS_KEPT: Final = timedelta(days=3)


@dataclass(frozen=True)
class _Desk:
    """What an offer stands on. now: the airport's time."""

    timetable: Timetable
    here: Here
    now: datetime


def hear_flight(
    uow: Work, timetables: Timetables, here: Here, document: Mapping[str, Any], now: datetime
) -> int:
    """Offer another bus to those whose flight is later than before by a whole step; how many were told.

    document: flights.schemas.FlightSchema as JSON. now: the airport's time. A flight that no order is to meet costs
    one look at an index. Each order is a transaction of its own that tells a step once: what a crash cuts short is
    done when the event comes again.
    """
    if not _is_bound(uow, document):
        return 0
    flight = flight_now(document)
    with uow.write() as tx:
        if not tx.store.note_flight(flight):
            return 0
        bound = tx.store.bound_orders(flight.flight_id)
    with uow.read() as reading:
        desk = _Desk(timetables.current(reading.store), here, now)
    told = 0
    for order_id in bound:
        with uow.write() as tx:
            told += _offer(tx, desk, order_id)
    return told


def concerns(uow: Work, event: Mapping[str, Any]) -> bool:
    """Whether `hear_flight` has anything to do with a flight's change: False when no order is to meet the flight."""
    return _is_bound(uow, event["data"]["flight"])


def remind_of_departures(uow: Work, here: Here, now: datetime) -> int:
    """Tell those whose bus leaves within the hour, once for an order and a bus; how many. now: the airport's time."""
    with uow.read() as reading:
        due = reading.store.due_reminders(now, now + here.settings.remind, REMIND_BATCH)
    told = 0
    for order_id, departure_id in due:
        with uow.write() as tx:
            order, tickets = _locked(tx, order_id)
            going = [ticket for ticket in tickets if ticket.ride.departure_id == departure_id]
            if going and tx.store.remind(order_id, departure_id, tx.now()):
                after = replace(order, sale=tx.store.sales.change(order.sale))
                tell(tx, DEPARTS_SOON, after, going[0].ride, len(going))
                told += 1
    return told


def _is_bound(uow: Work, flight: Mapping[str, Any]) -> bool:
    with uow.look_up() as store:
        bound: bool = store.is_bound(flight["id"])
    return bound


def _offer(tx: Tx, desk: _Desk, order_id: str) -> bool:
    order, tickets = _locked(tx, order_id)
    if order.flight_id is None or not tickets:
        return False
    bound = Bound(tx.store.flights([order.flight_id])[order.flight_id], order.flight_departs_at)
    first = min(tickets, key=lambda ticket: (ticket.ride.departs_at, ticket.id))
    going = [ticket for ticket in tickets if ticket.ride == first.ride]
    if not rolls(first.ride, bound) or desk.now > first.ride.departs_at + WITHIN:
        return False
    found = _next(tx, desk, first.ride, len(going), bound)
    if found is None and bound.flight.departing:
        # The bus that was bought is still the best: being early is no news.
        return False
    if not tx.store.offer(order_id, delay_step(bound.late), tx.now()):
        return False
    after = replace(order, sale=tx.store.sales.change(order.sale))
    shown = None if found is None else booked_view(found, cancelled=False)
    tell(tx, ROLL_OFFERED, after, first.ride, len(going), flight_id=order.flight_id, next=shown)
    return True


def _next(tx: Tx, desk: _Desk, ride: BookedRide, seats: int, bound: Bound) -> BookedRide | None:
    """The bus that fits the flight best and has seats enough: the last to a flight, the first after one."""
    here, now, timetable = desk.here, desk.now, desk.timetable
    earliest, latest = roll_window(ride, bound, here.settings.before_flight)
    earliest = max(earliest, now)
    if earliest > latest:
        return None
    rides = timetable.rides(Wanted(ride.from_stop, ride.to_stop, earliest, latest), here.airport)
    known = tx.store.occupancies({one.departure.id for one in rides})
    for one in reversed(rides) if bound.flight.departing else rides:
        departure = one.departure
        free = known.get(departure.id, Occupancy(capacity(departure, here.settings))).free
        on_sale = sales_open(one.boards.departs_at, now, here.settings.close)
        if on_sale and free >= seats and departure.id != ride.departure_id:
            return booked(timetable, one)
    return None


def _locked(tx: Tx, order_id: str) -> tuple[Order, list[BusTicket]]:
    """The order, locked, and its valid tickets."""
    tx.store.sales.lock(order_id)
    order = tx.store.order(order_id)
    assert order is not None, "orders with tickets are kept"
    tickets = tx.store.tickets_of([order_id])
    return order, [ticket for ticket in tickets if ticket.state is TicketState.VALID]


def forget_after(uow: Work, here: Here, now: datetime) -> int:
    """Forget scans, audit rows and reminders older than orders are kept, and marks of tickets of days gone by.

    now: the airport's time, which is that of departures. Returns how many rows of the kind with most of them.
    """
    forgotten = 0
    while True:
        with uow.write() as tx:
            gone = tx.store.forget_after(tx.now() - here.settings.keep, now - MARKS_KEPT, FORGET_BATCH)
        forgotten += gone
        if gone < FORGET_BATCH:
            return forgotten
