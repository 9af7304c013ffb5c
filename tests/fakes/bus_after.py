"""The part of bus's store that is about what happens after the ticket, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.saga.states import State
from services.bus.domain import BusTicket, Occupancy, Order
from services.bus.domain.boarding import Marked, Scan, Tick
from services.bus.domain.cancelling import Cancellation
from services.bus.domain.changes import FlightNow
from services.bus.schemas import TicketState
from services.bus.schemas.inspection import ScanResult


class FakeAfter:
    """What `services.bus.store.boarding` and `.aftersales` do, without a database."""

    tickets: dict[str, BusTicket]
    departures: dict[str, Occupancy]
    sales: Any

    def __init__(self) -> None:
        self.scans: dict[str, tuple[Scan, str | None, ScanResult, dict[str, Any], bool]] = {}
        self.marks: list[tuple[int, Marked]] = []
        self.marked = 0
        self.cancellations: dict[str, Cancellation] = {}
        self.moved_tickets: set[str] = set()
        self.known_flights: dict[str, FlightNow] = {}
        self.offers: dict[str, int] = {}
        self.reminders: set[tuple[str, str]] = set()
        self.trail: list[tuple[str, str, str, str, dict[str, Any]]] = []

    def orders(self, order_ids: Collection[str]) -> list[Order]:
        raise NotImplementedError

    def find_tickets(self, ticket_ids: Collection[str]) -> dict[str, BusTicket]:
        return {id_: self.tickets[id_] for id_ in ticket_ids if id_ in self.tickets}

    def tickets_on(self, departure_id: str) -> list[BusTicket]:
        aboard = (TicketState.VALID, TicketState.BOARDED)
        found = (
            each
            for each in self.tickets.values()
            if each.ride.departure_id == departure_id and each.state in aboard
        )
        return sorted(found, key=lambda each: (each.ride.departs_at, each.id))

    def lock_tickets(self, ticket_ids: Collection[str]) -> list[BusTicket]:
        return [self.tickets[id_] for id_ in sorted(set(ticket_ids)) if id_ in self.tickets]

    def boarded_counts(self, departure_ids: Collection[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for each in self.tickets.values():
            if each.state is TicketState.BOARDED and each.ride.departure_id in departure_ids:
                counts[each.ride.departure_id] = counts.get(each.ride.departure_id, 0) + 1
        return counts

    def tick(self, ticket_id: str, departure_id: str, at: datetime, actor: str) -> bool:
        ticket = self.tickets.get(ticket_id)
        if (
            ticket is None
            or ticket.state is not TicketState.VALID
            or ticket.ride.departure_id != departure_id
        ):
            return False
        self.tickets[ticket_id] = replace(ticket, state=TicketState.BOARDED, boarded_at=at, boarded_by=actor)
        return True

    def untick(self, ticket_id: str, now: datetime) -> bool:
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.state is not TicketState.BOARDED:
            return False
        self.tickets[ticket_id] = replace(ticket, state=TicketState.VALID, boarded_at=None, boarded_by=None)
        for id_, (scan, about, result, answer, undone) in self.scans.items():
            if about == ticket_id and result is ScanResult.BOARDED and not undone:
                self.scans[id_] = (scan, about, result, answer, True)
        return True

    def answered_scans(self, scan_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        return {id_: self.scans[id_][3] for id_ in scan_ids if id_ in self.scans}

    def keep_scan(
        self, scan: Scan, ticket_id: str | None, result: ScanResult, answer: dict[str, Any], now: datetime
    ) -> None:
        if scan.id in self.scans:
            return
        if result is ScanResult.BOARDED:
            assert ticket_id is not None
            assert ticket_id not in self.ticked_by([ticket_id]), "one tick for one ticket"
        self.scans[scan.id] = (scan, ticket_id, result, answer, False)

    def ticked_by(self, ticket_ids: Collection[str]) -> dict[str, Tick]:
        return {
            about: _tick(scan, about)
            for scan, about, result, _, undone in self.scans.values()
            if about is not None and about in ticket_ids and result is ScanResult.BOARDED and not undone
        }

    def copies(self, limit: int) -> list[Tick]:
        found = [
            _tick(scan, about)
            for scan, about, result, _, _ in self.scans.values()
            if about is not None and result is ScanResult.COPY
        ]
        return found[::-1][:limit]

    def note_marks(self, marks: Sequence[Marked]) -> None:
        for one in sorted(marks, key=lambda one: one.ticket_id):
            self.marked += 1
            self.marks.append((self.marked, one))

    def marks_since(
        self, version: int, earliest: datetime, limit: int
    ) -> tuple[list[tuple[int, Marked]], int]:
        found = [(n, one) for n, one in self.marks if n > version and one.departs_at >= earliest]
        return found[:limit], max((n for n, _ in self.marks), default=0)

    def mark_cancelled(self, departure_id: str, now: datetime) -> bool:
        known = self.departures[departure_id]
        if known.cancelled_at is not None:
            return False
        self.departures[departure_id] = replace(known, cancelled_at=now)
        return True

    def add_cancellation(self, cancellation: Cancellation) -> None:
        assert cancellation.departure_id not in self.cancellations
        self.cancellations[cancellation.departure_id] = cancellation

    def cancellation(self, departure_id: str) -> Cancellation | None:
        return self.cancellations.get(departure_id)

    def note_moved(self, ticket_ids: Collection[str], now: datetime) -> None:
        self.moved_tickets |= set(ticket_ids)

    def moved(self, ticket_ids: Collection[str]) -> set[str]:
        return self.moved_tickets & set(ticket_ids)

    def is_bound(self, flight_id: str) -> bool:
        return any(order.flight_id == flight_id for order in self.orders(self.sales.sales))

    def bound_among(self, flight_ids: Collection[str]) -> set[str]:
        return {each for each in flight_ids if self.is_bound(each)}

    def note_flight(self, flight: FlightNow) -> bool:
        known = self.known_flights.get(flight.flight_id)
        if known is not None and known.version > flight.version:
            return False
        self.known_flights[flight.flight_id] = flight
        return True

    def flights(self, flight_ids: Collection[str]) -> dict[str, FlightNow]:
        return {id_: self.known_flights[id_] for id_ in flight_ids if id_ in self.known_flights}

    def bound_orders(self, flight_id: str) -> list[str]:
        orders = self.orders(self.sales.sales)
        return sorted(
            each.id for each in orders if each.flight_id == flight_id and each.sale.state is State.ISSUED
        )

    def offer(self, order_id: str, step: int, now: datetime) -> bool:
        if self.offers.get(order_id, 0) >= step:
            return False
        self.offers[order_id] = step
        return True

    def due_reminders(self, after: datetime, until: datetime, limit: int) -> list[tuple[str, str]]:
        due = {
            (each.order_id, each.ride.departure_id)
            for each in self.tickets.values()
            if each.state is TicketState.VALID and after < each.ride.departs_at <= until
        }
        return sorted(due - self.reminders)[:limit]

    def remind(self, order_id: str, departure_id: str, now: datetime) -> bool:
        if (order_id, departure_id) in self.reminders:
            return False
        self.reminders.add((order_id, departure_id))
        return True

    def audit(
        self, at: datetime, who: tuple[str, str], what: tuple[str, str], details: Mapping[str, Any]
    ) -> None:
        (actor, door), (action, subject) = who, what
        self.trail.append((subject, actor, door, action, dict(details)))

    def audits(self, subject: str) -> list[tuple[str, str, str, dict[str, Any]]]:
        return [
            (actor, door, action, details)
            for about, actor, door, action, details in self.trail
            if about == subject
        ]

    def forget_after(self, before: datetime, marks_before: datetime, limit: int) -> int:
        old = [one for one in self.marks if one[1].departs_at < marks_before]
        self.marks = [one for one in self.marks if one not in old]
        return len(old)


def _tick(scan: Scan, ticket_id: str) -> Tick:
    return Tick(scan.id, ticket_id, scan.departure_id, scan.device, scan.actor, scan.scanned_at)
