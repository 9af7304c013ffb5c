"""What happens to orders after their tickets: cancelled buses, late flights, reminders, and who did what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.db import Whether
from kernel.saga.states import State
from services.bus.domain.cancelling import Cancellation
from services.bus.domain.changes import FlightNow
from services.bus.schemas import TicketState
from services.bus.store.boarding_tables import (
    AUDIT,
    CANCELLATIONS,
    FLIGHTS,
    MARKS,
    MOVED,
    OFFERS,
    REMINDERS,
    SCANS,
)
from services.bus.store.tables import DEPARTURES, ERRANDS, ORDERS, TICKETS

_BOUND: Final = Whether(ORDERS.c.flight_id)


class AfterRows:
    """Everything after the ticket but its inspection."""

    _connection: Connection

    # -- cancelled departures

    def mark_cancelled(self, departure_id: str, now: datetime) -> bool:
        """Sell no more of a locked departure; False, and nothing changed, when it was cancelled before."""
        done = self._connection.execute(
            update(DEPARTURES)
            .where(DEPARTURES.c.id == departure_id, DEPARTURES.c.cancelled_at.is_(None))
            .values(cancelled_at=now)
        )
        return done.rowcount == 1

    def add_cancellation(self, cancellation: Cancellation) -> None:
        self._connection.execute(
            insert(CANCELLATIONS).values(
                departure_id=cancellation.departure_id,
                reason_zh=cancellation.reason_zh,
                reason_en=cancellation.reason_en,
                actor=cancellation.actor,
                at=cancellation.at,
                move_to=cancellation.move_to,
                moved=cancellation.moved,
                refunded=cancellation.refunded,
            )
        )

    def cancellation(self, departure_id: str) -> Cancellation | None:
        row = self._connection.execute(
            select(CANCELLATIONS).where(CANCELLATIONS.c.departure_id == departure_id)
        ).first()
        return None if row is None else Cancellation(**row._mapping)

    def note_moved(self, ticket_ids: Collection[str], now: datetime) -> None:
        """Remember that these tickets are of buses that their owners didn't choose."""
        rows = [{"ticket_id": ticket_id, "at": now} for ticket_id in ticket_ids]
        if rows:
            self._connection.execute(insert(MOVED), rows)

    def moved(self, ticket_ids: Collection[str]) -> set[str]:
        """Which of these were given in place of tickets for a cancelled bus."""
        if not ticket_ids:
            return set()
        query = select(MOVED.c.ticket_id).where(MOVED.c.ticket_id.in_(sorted(ticket_ids)))
        return set(self._connection.execute(query).scalars())

    # -- flights

    def is_bound(self, flight_id: str) -> bool:
        """Whether any order is to meet this flight."""
        return _BOUND.found(self._connection, flight_id)

    def bound_among(self, flight_ids: Collection[str]) -> set[str]:
        """Those of these flights that some order is to meet."""
        return _BOUND.among(self._connection, flight_ids)

    def note_flight(self, flight: FlightNow) -> bool:
        """Keep a flight's times; False, and nothing changed, when a newer version is known."""
        values = {
            "version": flight.version,
            "direction": "departure" if flight.departing else "arrival",
            "scheduled_at": flight.scheduled_at,
            "best_at": flight.best_at,
        }
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        done = self._connection.execute(
            build(FLIGHTS)
            .values(flight_id=flight.flight_id, **values)
            .on_conflict_do_update(
                index_elements=[FLIGHTS.c.flight_id], set_=values, where=FLIGHTS.c.version <= flight.version
            )
        )
        return done.rowcount == 1

    def flights(self, flight_ids: Collection[str]) -> dict[str, FlightNow]:
        """As they were last heard of; those never heard of are missing."""
        if not flight_ids:
            return {}
        rows = self._connection.execute(select(FLIGHTS).where(FLIGHTS.c.flight_id.in_(sorted(flight_ids))))
        return {
            row.flight_id: FlightNow(
                row.flight_id, row.version, row.direction == "departure", row.scheduled_at, row.best_at
            )
            for row in rows
        }

    def bound_orders(self, flight_id: str) -> list[str]:
        """Orders with tickets that are to meet this flight."""
        query = select(ORDERS.c.id).where(
            ORDERS.c.flight_id == flight_id, ORDERS.c.state == State.ISSUED.value
        )
        return list(self._connection.execute(query.order_by(ORDERS.c.id)).scalars())

    def offer(self, order_id: str, step: int, now: datetime) -> bool:
        """Note that a delay of this step is told; False, and nothing changed, when one as long was told before."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        done = self._connection.execute(
            build(OFFERS)
            .values(order_id=order_id, step=step, at=now)
            .on_conflict_do_update(
                index_elements=[OFFERS.c.order_id],
                set_={"step": step, "at": now},
                where=OFFERS.c.step < step,
            )
        )
        return done.rowcount == 1

    # -- reminders

    def due_reminders(self, after: datetime, until: datetime, limit: int) -> list[tuple[str, str]]:
        """Orders with valid tickets that depart in this time and that nobody was reminded of, with the departure."""
        told = exists().where(
            REMINDERS.c.order_id == TICKETS.c.order_id, REMINDERS.c.departure_id == TICKETS.c.departure_id
        )
        query = (
            select(TICKETS.c.order_id, TICKETS.c.departure_id)
            .where(
                TICKETS.c.state == TicketState.VALID.value,
                TICKETS.c.departs_at > after,
                TICKETS.c.departs_at <= until,
                ~told,
            )
            .distinct()
            .limit(limit)
        )
        return [(row.order_id, row.departure_id) for row in self._connection.execute(query)]

    def remind(self, order_id: str, departure_id: str, now: datetime) -> bool:
        """Note a reminder; False when there was one."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {"order_id": order_id, "departure_id": departure_id, "at": now}
        return self._connection.execute(build(REMINDERS).values(row).on_conflict_do_nothing()).rowcount == 1

    # -- audit and retention

    def audit(
        self, at: datetime, who: tuple[str, str], what: tuple[str, str], details: Mapping[str, Any]
    ) -> None:
        """who: actor and door; what: action and its subject. details: JSON-ready."""
        (actor, door), (action, subject) = who, what
        text = orjson.dumps(details).decode()
        self._connection.execute(
            insert(AUDIT).values(at=at, actor=actor, door=door, action=action, subject=subject, details=text)
        )

    def audits(self, subject: str) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Actor, door, action and details of everything done to a ticket or departure, in order."""
        query = select(AUDIT).where(AUDIT.c.subject == subject).order_by(AUDIT.c.number)
        return [
            (row.actor, row.door, row.action, orjson.loads(row.details))
            for row in self._connection.execute(query)
        ]

    def forget_after(self, before: datetime, marks_before: datetime, limit: int) -> int:
        """Delete at most `limit` rows of each kind that are older; the greatest number of them."""
        return max(
            [
                self._forget(table, getattr(table.c, column), at, limit)
                for table, column, at in (
                    (MARKS, "departs_at", marks_before),
                    (SCANS, "seen_at", before),
                    (AUDIT, "at", before),
                    (MOVED, "at", before),
                    (OFFERS, "at", before),
                    (REMINDERS, "at", before),
                    (FLIGHTS, "scheduled_at", before),
                    (ERRANDS, "made_at", before),
                )
            ]
        )

    def _forget(self, table: Table, column: Any, before: datetime, limit: int) -> int:
        keys = list(table.primary_key.columns)
        key = keys[0]
        old = select(key).where(column < before).order_by(column).limit(limit)
        return self._connection.execute(delete(table).where(key.in_(old), column < before)).rowcount
