"""Tickets changed to another bus.

Order of locks: departures by id, the order, tickets by id, the list of marks (docs/decisions/0047-after-the-ticket.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from services.bus.domain import (
    BookedRide,
    BusTicket,
    Departure,
    Occupancy,
    Order,
    Ride,
    Term,
    Timetable,
    Wanted,
    Why,
    price_fen,
)
from services.bus.domain.boarding import revoked
from services.bus.domain.changes import WITHIN, Meeting, allowed_term, check_target, meeting, ticket_after
from services.bus.domain.holds import sales_open
from services.bus.errors import DepartureNotFound, NotServed, OrderNotFound, SalesClosed, SoldOut
from services.bus.events import TICKETS_CHANGED
from services.bus.schemas import TicketState
from services.bus.usecases.holding import Counter, booked
from services.bus.usecases.orders import mine, shown
from services.bus.usecases.searching import AHEAD, capacity
from services.bus.usecases.selling import Seats, tell
from services.bus.usecases.shared import Storage, Timetables, Tx, Work
from services.bus.usecases.views import Shown, order_view, ride_view

DOOR: Final = "traveller"
CHEAPER: Final = "改乘票价较低的班次，退还差价"
"""What the payer reads."""
MOST: Final = 20


@dataclass(frozen=True)
class Move:
    """Tickets of one locked order that become tickets for another ride, whose seats are sold to them already.

    who: actor and door, for the audit.
    """

    order: Order
    tickets: Sequence[BusTicket]
    ride: BookedRide
    adult_fen: int
    why: Why
    who: tuple[str, str]


@dataclass(frozen=True)
class Moved:
    """order: as it is then. new: the tickets that are good now. back_fen: what goes back as the bus is cheaper."""

    order: Order
    new: tuple[BusTicket, ...]
    back_fen: int


def list_changes(
    uow: Work, timetables: Timetables, counter: Counter, request: Mapping[str, Any]
) -> dict[str, Any]:
    """ChangesSchema: the buses that these tickets may be changed to, by time, and why and on which terms.

    One that misses the flight is offered too, and said to: its traveller may fly another day, or not at all.
    Raises OrderNotFound, NotChangeable, ChangedBefore, ChangeTooLate, NoTimetable.
    """
    now, here = counter.seats.now, counter.here
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
        shown_ = shown(tx, mine(tx, request), now)
        tickets = _asked(shown_, request["ticket_ids"])
        why, term = allowed_term(tickets, [shown_.why(each) for each in tickets], now)
        rides = _candidates(timetable, here.airport, tickets[0].ride, why, max(now, request["after"] or now))
        known = tx.store.occupancies({ride.departure.id for ride in rides})
    met = _met(timetable, here.airport, shown_, tickets[0].ride)
    views = []
    for ride in rides:
        seats = known.get(ride.departure.id, Occupancy(capacity(ride.departure, here.settings)))
        view = ride_view(timetable, ride, seats, now, here.settings)
        if view["on_sale"] and seats.free >= len(tickets) and _same_price(tickets, ride, why):
            views.append(view | {"misses_flight": _misses(ride, met, here.settings.before_flight)})
    return {"departures": views[:MOST], "why": why.value, "term": _term_view(term)}


def change_tickets(
    uow: Work, timetables: Timetables, counter: Counter, till: Till, request: Mapping[str, Any]
) -> dict[str, Any]:
    """OrderResultSchema: these tickets become tickets for another departure between the same stops, all or none.

    Raises OrderNotFound, NotChangeable, ChangedBefore, ChangeTooLate, SameDeparture, OtherFare, SalesClosed, SoldOut,
    DepartureNotFound, NotServed, NoTimetable, RequestReused, RequestInFlight.
    Source: docs/sources/bus-fares.md, "Changes".
    """
    with uow.read() as reading:
        timetable = timetables.current(reading.store)
    target = timetable.departure(request["departure_id"])

    def work(tx: Tx) -> dict[str, Any]:
        order = mine(tx, request)
        if target is None:
            raise DepartureNotFound
        _lock(tx, counter, order, target)
        steps.locked(tx, counter.seats, order.id)
        tx.store.lock_tickets(request["ticket_ids"])
        _change(tx, timetable, counter, target, request)
        return {"order": order_view(shown(tx, mine(tx, request), counter.seats.now))}

    answer = answer_once(uow, request["request_id"], "change_tickets", request, work)
    saga: Saga[Storage] = Saga(uow, counter.seats, till)
    saga.push(request["order_id"])
    return answer


def move(tx: Tx, seats: Seats, given: Move) -> Moved:
    """End these tickets, issue those that take their places, and free the old seats. Marks are the caller's.

    A dearer bus costs nothing more, and what a cheaper one costs less is promised back (`domain.ticket_after`).
    """
    now, new, back_fen = tx.now(), [], 0
    issuing = seats.issuing(tx, given.ride.departure_id)
    for ticket in given.tickets:
        seat, back = ticket_after(ticket, price_fen(given.adult_fen, ticket.rider), given.why)
        fresh = seats.ticket(given.order.id, ticket.number, seat, given.ride, issuing)
        own = given.why is Why.OWN_WISH
        fresh = replace(fresh, changes=ticket.changes + own, replaces=ticket.id)
        ended = tx.store.end_ticket(ticket, TicketState.CHANGED, now)
        assert ended, "it is locked"
        tx.store.move_seats(ticket.ride.departure_id, sold=-1)
        details = {"ticket_id": fresh.id, "departure_id": given.ride.departure_id, "why": given.why.value}
        tx.store.audit(tx.now(), given.who, ("changed", ticket.id), details | {"back_fen": back})
        new.append(fresh)
        back_fen += back
    tx.store.add_tickets(new)
    sale = steps.promise(tx, given.order.sale, back_fen, CHEAPER)
    if not back_fen:
        sale = tx.store.sales.change(sale)
    return Moved(replace(given.order, sale=sale), tuple(new), back_fen)


def sell_seats(tx: Tx, counter: Counter, departure_id: str, seats: int) -> None:
    """Sell seats of a locked departure; holds that are over make room. Raises SoldOut, SalesClosed for a cancelled one."""
    if tx.store.sell(departure_id, seats):
        return
    counter.seats.end_over_holds(tx, departure_id)
    if not tx.store.sell(departure_id, seats):
        known = tx.store.lock_departure(departure_id)
        if known.cancelled_at is not None:
            raise SalesClosed
        raise SoldOut(free=known.free)


def lock_departures(
    tx: Tx, counter: Counter, departure_ids: Collection[str], known: Mapping[str, Departure]
) -> None:
    """Lock departures in the order of their ids; those `known` get a row in their turn if they have none."""
    for departure_id in sorted(departure_ids):
        if departure_id in known:
            departure = known[departure_id]
            tx.store.open_departure(departure, capacity(departure, counter.here.settings))
        tx.store.lock_departure(departure_id)


def _lock(tx: Tx, counter: Counter, order: Order, target: Departure) -> None:
    rides = {each.ride.departure_id for each in tx.store.tickets_of([order.id])}
    lock_departures(tx, counter, rides | {order.ride.departure_id, target.id}, {target.id: target})


def _change(
    tx: Tx, timetable: Timetable, counter: Counter, target: Departure, request: Mapping[str, Any]
) -> None:
    now = counter.seats.now
    shown_ = shown(tx, mine(tx, request), now)
    tickets = _asked(shown_, request["ticket_ids"])
    why, _ = allowed_term(tickets, [shown_.why(each) for each in tickets], now)
    old = tickets[0].ride
    ride = timetable.ride(target, old.from_stop, old.to_stop)
    if ride is None:
        raise NotServed
    check_target(old, target.id, ride.boards.departs_at, why)
    if not sales_open(ride.boards.departs_at, now, counter.here.settings.close):
        raise SalesClosed
    sell_seats(tx, counter, target.id, len(tickets))
    # By the order alone: whoever is erased is cut off from it, and so from here.
    who = (f"order:{shown_.order.id}", DOOR)
    given = Move(shown_.order, tickets, booked(timetable, ride), ride.adult_fen, why, who)
    moved = move(tx, counter.seats, given)
    tell(tx, TICKETS_CHANGED, moved.order, given.ride, len(tickets), why=why.value, refund_fen=moved.back_fen)
    tx.store.note_marks([revoked(ticket) for ticket in tickets])


def _asked(shown_: Shown, ticket_ids: Sequence[str]) -> list[BusTicket]:
    known = {ticket.id: ticket for ticket in shown_.tickets}
    if not set(ticket_ids) <= set(known):
        raise OrderNotFound
    return [known[ticket_id] for ticket_id in sorted(set(ticket_ids))]


def _candidates(
    timetable: Timetable, airport: str, ride: BookedRide, why: Why, earliest: datetime
) -> list[Ride]:
    latest = ride.departs_at + WITHIN if why is Why.FLIGHT_LATE else earliest + AHEAD
    wanted = Wanted(ride.from_stop, ride.to_stop, earliest, max(latest, earliest) + WITHIN)
    return [
        found
        for found in timetable.rides(wanted, airport)
        if found.boards.departs_at <= latest and found.departure.id != ride.departure_id
    ]


def _met(timetable: Timetable, airport: str, shown_: Shown, ride: BookedRide) -> Meeting | None:
    to_airport = ride.to_stop in timetable.stops_with_code(airport)
    return meeting(shown_.bound, shown_.order.flight_departs_at, to_airport=to_airport)


def _misses(ride: Ride, met: Meeting | None, before_flight: timedelta) -> bool:
    return met is not None and met.missed_by(ride.boards.departs_at, ride.leaves.arrives_at, before_flight)


def _same_price(tickets: Collection[BusTicket], ride: Ride, why: Why) -> bool:
    """Whether the change may go to this fare at all: by one's own wish only to the same."""
    return why is not Why.OWN_WISH or all(
        price_fen(ride.adult_fen, ticket.rider) == ticket.fare_fen for ticket in tickets
    )


def _term_view(term: Term) -> dict[str, Any]:
    return {
        "code": term.code,
        "fee_pct": term.fee_pct,
        "reason": {"zh": term.reason_zh, "en": term.reason_en},
    }
