"""Tickets: who may ride on what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from kernel.saga.rows import Sales
from services.bus.domain import BusTicket
from services.bus.schemas import Rider, TicketState
from services.bus.store.seats import booked_ride, ride_row
from services.bus.store.tables import ERRANDS, ORDER_SEATS, TICKETS


class TicketRows:
    """Tickets, each with its own ride."""

    _connection: Connection
    sales: Sales

    def add_tickets(self, tickets: Collection[BusTicket]) -> None:
        """Save new ones; the database refuses a second ticket for one seat of an order."""
        rows = [_plain(ticket) for ticket in tickets]
        self._connection.execute(insert(TICKETS), rows)

    def tickets_of(self, order_ids: Collection[str]) -> list[BusTicket]:
        """All of these orders, changed ones before those that replace them."""
        if not order_ids:
            return []
        query = select(TICKETS).where(TICKETS.c.order_id.in_(order_ids))
        query = query.order_by(TICKETS.c.order_id, TICKETS.c.number, TICKETS.c.changes, TICKETS.c.issued_at)
        return [ticket_of_row(row) for row in self._connection.execute(query)]

    def forget_orders(self, order_ids: Collection[str]) -> None:
        """Delete orders with all that hangs on them."""
        for table in (TICKETS, ORDER_SEATS, ERRANDS):
            self._connection.execute(delete(table).where(table.c.order_id.in_(order_ids)))
        self.sales.forget(order_ids)

    def end_ticket(self, ticket: BusTicket, to: TicketState, now: datetime, refund_fen: int = 0) -> bool:
        """Make it good no more; False, and nothing changed, when it isn't in the state that was read."""
        done = self._connection.execute(
            update(TICKETS)
            .where(TICKETS.c.id == ticket.id, TICKETS.c.state == ticket.state.value)
            .values(state=to.value, ended_at=now, refund_fen=refund_fen)
        )
        return done.rowcount == 1


def _plain(ticket: BusTicket) -> dict[str, Any]:
    values = asdict(ticket) | {"rider": ticket.rider.value, "state": ticket.state.value}
    del values["ride"]
    return values | ride_row(ticket.ride)


def ticket_of_row(row: Row[Any]) -> BusTicket:
    """The ticket in a row of `tickets`."""
    return BusTicket(
        id=row.id,
        order_id=row.order_id,
        number=row.number,
        rider=Rider(row.rider),
        price_fen=row.price_fen,
        ride=booked_ride(row),
        code=row.code,
        issued_at=row.issued_at,
        state=TicketState(row.state),
        changes=row.changes,
        replaces=row.replaces,
        refund_fen=row.refund_fen,
        boarded_at=row.boarded_at,
        boarded_by=row.boarded_by,
        ended_at=row.ended_at,
        discount_fen=row.discount_fen,
    )
