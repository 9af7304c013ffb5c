"""A departure that doesn't run: everybody goes with another bus, or everybody gets the money back.

One transaction does all of it, so a crash leaves no half of it. Only the money leaves later: the saga has promised
it under numbers that are known before, and its sweeper asks for it until it is there. Who pays while the departure
is being cancelled finds no seat, and is refunded by the saga too.

Order of locks: departures by id, orders by id, tickets by id, the list of marks (docs/decisions/0047-after-the-ticket.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.saga import steps
from kernel.saga.states import State
from services.bus.domain import BookedRide, BusTicket, Departure, Order, Ride, Timetable, Why, price_fen
from services.bus.domain.boarding import revoked
from services.bus.domain.cancelling import LATEST, Cancellation
from services.bus.domain.changes import ticket_after
from services.bus.errors import DepartureCancelled, DepartureNotFound, DepartureOver, NotServed, SameDeparture
from services.bus.events import BUS_CANCELLED
from services.bus.schemas import TicketState
from services.bus.usecases.changing import Move, lock_departures, move, sell_seats
from services.bus.usecases.duties import duty_view, occupancy_of
from services.bus.usecases.holding import Counter, booked
from services.bus.usecases.selling import note_coupons, tell
from services.bus.usecases.shared import Timetables, Tx, Work
from services.bus.usecases.views import booked_view

DOOR: Final = "staff"
REASON: Final = "班次取消，全额退款"
"""What the payer reads."""
_WHY: Final = "its bus was cancelled"


@dataclass(frozen=True)
class _Plan:
    """What is to be done. target: the bus that everybody goes with; None: the money goes back."""

    timetable: Timetable
    counter: Counter
    target: Departure | None
    request: Mapping[str, Any]

    @property
    def departure_id(self) -> str:
        return str(self.request["departure_id"])

    def ride(self, ticket: BusTicket) -> Ride:
        """The ticket's ride on the target. Raises NotServed."""
        assert self.target is not None
        ride = self.timetable.ride(self.target, ticket.ride.from_stop, ticket.ride.to_stop)
        if ride is None:
            raise NotServed
        return ride

    def back_fen(self, ticket: BusTicket) -> int:
        """What goes back for this ticket."""
        if self.target is None:
            return ticket.price_fen
        fare_fen = price_fen(self.ride(ticket).adult_fen, ticket.rider)
        return ticket_after(ticket, fare_fen, Why.BUS_CANCELLED)[1]


def preview_cancellation(
    uow: Work, timetables: Timetables, counter: Counter, request: Mapping[str, Any]
) -> dict[str, Any]:
    """CancellationPreviewSchema: whom it would concern and what it would cost; nothing is changed.

    Raises as cancel_departure does, but for seats: `fits` tells whether there are enough.
    """
    with uow.read() as tx:
        plan = _plan(timetables.current(tx.store), counter, request)
        tickets = _valid(tx, plan)
        known = occupancy_of(tx, plan.timetable, counter.here, plan.departure_id)
        if known.cancelled_at is not None:
            raise DepartureCancelled
        _check_time(plan, tickets)
        free = 0
        if plan.target is not None:
            free = occupancy_of(tx, plan.timetable, counter.here, plan.target.id).free
        refund_fen = sum(plan.back_fen(ticket) for ticket in tickets)
    return {
        "tickets": len(tickets),
        "orders": len({ticket.order_id for ticket in tickets}),
        "refund_fen": refund_fen,
        "free": free,
        "fits": plan.target is None or free >= len(tickets),
    }


def cancel_departure(
    uow: Work, timetables: Timetables, counter: Counter, request: Mapping[str, Any]
) -> dict[str, Any]:
    """CancelledSchema: sell no more of a departure, and move or refund everybody who has a valid ticket for it.

    Moved travellers may change from the other bus free of charge, or return their tickets for all of their money.
    Who is on board already stays there.
    Raises NoTimetable, DepartureNotFound, DepartureCancelled, DepartureOver, SameDeparture, NotServed, SoldOut,
    SalesClosed, RequestReused, RequestInFlight.
    """
    with uow.read() as reading:
        timetable = timetables.current(reading.store)
    plan = _plan(timetable, counter, request)

    def work(tx: Tx) -> dict[str, Any]:
        _lock(tx, plan)
        tickets, orders = _concerned(tx, plan)
        _check_time(plan, tickets)
        if not tx.store.mark_cancelled(plan.departure_id, tx.now()):
            raise DepartureCancelled
        cancellation = _cancellation(plan, len(tickets), tx.now())
        tx.store.add_cancellation(cancellation)
        details = {"move_to": cancellation.move_to, "tickets": len(tickets), **request["reason"]}
        tx.store.audit(tx.now(), (cancellation.actor, DOOR), ("cancelled", plan.departure_id), details)
        if plan.target is None:
            _refund(tx, plan, tickets, orders)
        else:
            sell_seats(tx, counter, plan.target.id, len(tickets))
            _move(tx, plan, tickets, orders)
        tx.store.note_marks([revoked(ticket) for ticket in tickets])
        known = tx.store.occupancies([plan.departure_id])[plan.departure_id]
        boarded = tx.store.boarded_counts([plan.departure_id]).get(plan.departure_id, 0)
        return {
            "departure": duty_view(timetable, plan.departure_id, known, boarded, tickets),
            "moved": cancellation.moved,
            "refunded": cancellation.refunded,
        }

    return answer_once(uow, request["request_id"], "cancel_departure", request, work)


def _plan(timetable: Timetable, counter: Counter, request: Mapping[str, Any]) -> _Plan:
    move_to = request["move_to"]
    if move_to == request["departure_id"]:
        raise SameDeparture
    target = None if move_to is None else timetable.departure(move_to)
    if move_to is not None and target is None:
        raise DepartureNotFound
    if target is not None and target.departs_at <= counter.seats.now:
        raise DepartureOver
    return _Plan(timetable, counter, target, request)


def _check_time(plan: _Plan, tickets: Sequence[BusTicket]) -> None:
    departure = plan.timetable.departure(plan.departure_id)
    ends = [ticket.ride.arrives_at for ticket in tickets]
    if departure is not None:
        ends.append(departure.calls[-1].arrives_at)
    if ends and max(ends) + LATEST < plan.counter.seats.now:
        raise DepartureOver


def _lock(tx: Tx, plan: _Plan) -> None:
    """Lock both departures by id; each gets a row in its turn. Raises DepartureNotFound."""
    departure = plan.timetable.departure(plan.departure_id)
    if departure is None and plan.departure_id not in tx.store.occupancies([plan.departure_id]):
        raise DepartureNotFound
    known = {one.id: one for one in (departure, plan.target) if one is not None}
    lock_departures(tx, plan.counter, {plan.departure_id, *known}, known)


def _valid(tx: Tx, plan: _Plan) -> list[BusTicket]:
    tickets = tx.store.tickets_on(plan.departure_id)
    return [ticket for ticket in tickets if ticket.state is TicketState.VALID]


def _concerned(tx: Tx, plan: _Plan) -> tuple[list[BusTicket], dict[str, Order]]:
    """The valid tickets of the locked departure, locked, and their orders, locked before them."""
    found = _valid(tx, plan)
    for order_id in sorted({ticket.order_id for ticket in found}):
        tx.store.sales.lock(order_id)
    locked = tx.store.lock_tickets([ticket.id for ticket in found])
    orders = {order.id: order for order in tx.store.orders({ticket.order_id for ticket in found})}
    # Who got on while we waited for the lock is on the bus.
    return [ticket for ticket in locked if ticket.state is TicketState.VALID], orders


def _by_order(tickets: Sequence[BusTicket]) -> dict[str, list[BusTicket]]:
    found: defaultdict[str, list[BusTicket]] = defaultdict(list)
    for ticket in tickets:
        found[ticket.order_id].append(ticket)
    return dict(sorted(found.items()))


def _refund(tx: Tx, plan: _Plan, tickets: Sequence[BusTicket], orders: Mapping[str, Order]) -> None:
    for order_id, mine in _by_order(tickets).items():
        order = orders[order_id]
        for ticket in mine:
            ended = tx.store.end_ticket(ticket, TicketState.RETURNED, tx.now(), ticket.price_fen)
            assert ended, "it is locked"
        tx.store.move_seats(plan.departure_id, sold=-len(mine))
        back_fen = sum(ticket.price_fen for ticket in mine)
        note_coupons(tx, order)
        sale = steps.promise(tx, order.sale, back_fen, REASON)
        left = [one for one in tx.store.tickets_of([order_id]) if one.ended_at is None]
        if not left and sale.state is State.ISSUED:
            sale = steps.take_back(tx, sale, str(plan.request["actor"]), _WHY)
        _tell(tx, plan, replace(order, sale=sale), mine, (back_fen, None))


def _move(tx: Tx, plan: _Plan, tickets: Sequence[BusTicket], orders: Mapping[str, Order]) -> None:
    who = (str(plan.request["actor"]), DOOR)
    for order_id, mine in _by_order(tickets).items():
        order, back_fen, new_ride = orders[order_id], 0, None
        for leg in {(one.ride.from_stop, one.ride.to_stop): one for one in mine}.values():
            same = [
                one
                for one in mine
                if (one.ride.from_stop, one.ride.to_stop) == (leg.ride.from_stop, leg.ride.to_stop)
            ]
            ride = plan.ride(leg)
            new_ride = booked(plan.timetable, ride)
            moved = move(
                tx, plan.counter.seats, Move(order, same, new_ride, ride.adult_fen, Why.BUS_CANCELLED, who)
            )
            tx.store.note_moved([one.id for one in moved.new], tx.now())
            order, back_fen = moved.order, back_fen + moved.back_fen
        _tell(tx, plan, order, mine, (back_fen, new_ride))


def _tell(
    tx: Tx, plan: _Plan, order: Order, tickets: Sequence[BusTicket], outcome: tuple[int, BookedRide | None]
) -> None:
    back_fen, ride = outcome
    tell(
        tx,
        BUS_CANCELLED,
        order,
        tickets[0].ride,
        len(tickets),
        reason=dict(plan.request["reason"]),
        refund_fen=back_fen,
        moved_to=None if ride is None else booked_view(ride, cancelled=False),
    )


def _cancellation(plan: _Plan, tickets: int, now: datetime) -> Cancellation:
    moved = 0 if plan.target is None else tickets
    reason = plan.request["reason"]
    return Cancellation(
        departure_id=plan.departure_id,
        reason_zh=reason["zh"],
        reason_en=reason["en"],
        actor=plan.request["actor"],
        at=now,
        move_to=plan.request["move_to"],
        moved=moved,
        refunded=tickets - moved,
    )
