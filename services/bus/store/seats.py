"""Departures' seats and the orders that hold them. Who needs both locks the departure first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.bus.domain import Departure, Occupancy, Order, Seat
from services.bus.schemas import OrderState, Rider
from services.bus.store.tables import DEPARTURES, ORDER_SEATS, ORDERS

_COUNTS = (DEPARTURES.c.capacity, DEPARTURES.c.sold, DEPARTURES.c.held)
# Judged and taken in one statement: two buyers of the last seat can't both find it free.
_TAKE = (
    update(DEPARTURES)
    .where(
        DEPARTURES.c.id == bindparam("departure"),
        DEPARTURES.c.sold + DEPARTURES.c.held + bindparam("seats") <= DEPARTURES.c.capacity,
    )
    .values(held=DEPARTURES.c.held + bindparam("seats"))
)
_GIVE_BACK = (
    update(DEPARTURES)
    .where(DEPARTURES.c.id == bindparam("departure"))
    .values(held=DEPARTURES.c.held - bindparam("seats"))
)


class SeatRows:
    """Departures and orders."""

    _connection: Connection

    def open_departure(self, departure: Departure, capacity: int) -> None:
        """Make its row if it has none; a departure keeps the capacity with which its sale began."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {
            "id": departure.id,
            "trip_id": departure.trip.trip_id,
            "service_day": departure.day_local,
            "capacity": capacity,
            "sold": 0,
            "held": 0,
        }
        self._connection.execute(build(DEPARTURES).values(row).on_conflict_do_nothing())

    def occupancies(self, departure_ids: Collection[str]) -> dict[str, Occupancy]:
        """By id; those that nobody asked for a seat of are missing."""
        query = select(DEPARTURES.c.id, *_COUNTS).where(DEPARTURES.c.id.in_(departure_ids))
        return {row.id: _occupancy(row) for row in self._connection.execute(query)}

    def lock_departure(self, departure_id: str) -> Occupancy:
        """Hold it against other writers until the transaction ends."""
        query = select(*_COUNTS).where(DEPARTURES.c.id == departure_id).with_for_update()
        return _occupancy(self._connection.execute(query).one())

    def take(self, departure_id: str, seats: int) -> bool:
        """Hold so many seats; False, and nothing changed, when fewer are free or the departure has no row."""
        return self._connection.execute(_TAKE, {"departure": departure_id, "seats": seats}).rowcount == 1

    def lapse(self, departure_id: str, now: datetime) -> int:
        """End the holds of a locked departure that are over at `now`; returns how many seats came free."""
        over = (
            ORDERS.c.departure_id == departure_id,
            ORDERS.c.state == OrderState.HELD.value,
            ORDERS.c.expires_at <= now,
        )
        freed: int = sum(self._connection.execute(select(ORDERS.c.seats).where(*over)).scalars())
        if freed:
            ended = {"state": OrderState.LAPSED.value, "ended_at": now}
            self._connection.execute(update(ORDERS).where(*over).values(ended))
            self._connection.execute(_GIVE_BACK, {"departure": departure_id, "seats": freed})
        return freed

    def lapsed_departures(self, now: datetime, limit: int) -> list[str]:
        """Departures with holds that are over at `now`, those of the longest past first."""
        query = (
            select(ORDERS.c.departure_id)
            .where(ORDERS.c.state == OrderState.HELD.value, ORDERS.c.expires_at <= now)
            .order_by(ORDERS.c.expires_at)
            .limit(limit)
        )
        return list(dict.fromkeys(self._connection.execute(query).scalars()))

    def add_order(self, order: Order) -> None:
        self._connection.execute(
            insert(ORDERS).values(
                id=order.id,
                passenger_id=order.passenger_id,
                departure_id=order.departure_id,
                from_stop=order.from_stop,
                to_stop=order.to_stop,
                departs_at=order.departs_at,
                arrives_at=order.arrives_at,
                seats=len(order.seats),
                currency=order.currency,
                state=order.state.value,
                held_at=order.held_at,
                expires_at=order.expires_at,
            )
        )
        rows = [
            {"order_id": order.id, "number": number, "rider": seat.rider.value, "price_fen": seat.price_fen}
            for number, seat in enumerate(order.seats, 1)
        ]
        self._connection.execute(insert(ORDER_SEATS), rows)

    def order(self, order_id: str) -> Order | None:
        """The order as it was left: a hold that is over may still say held (`Order.state_at`)."""
        row = self._connection.execute(select(ORDERS).where(ORDERS.c.id == order_id)).first()
        if row is None:
            return None
        query = select(ORDER_SEATS).where(ORDER_SEATS.c.order_id == order_id).order_by(ORDER_SEATS.c.number)
        return _order(row, self._connection.execute(query).all())

    def release(self, order: Order, now: datetime) -> bool:
        """End a hold whose departure is locked; False, and nothing changed, when it had ended before."""
        mine = (ORDERS.c.id == order.id, ORDERS.c.state == OrderState.HELD.value)
        ended = {"state": OrderState.RELEASED.value, "ended_at": now}
        if self._connection.execute(update(ORDERS).where(*mine).values(ended)).rowcount != 1:
            return False
        self._connection.execute(_GIVE_BACK, {"departure": order.departure_id, "seats": len(order.seats)})
        return True


def _occupancy(row: Any) -> Occupancy:
    return Occupancy(row.capacity, row.sold, row.held)


def _order(row: Row[Any], seats: Collection[Row[Any]]) -> Order:
    return Order(
        id=row.id,
        passenger_id=row.passenger_id,
        departure_id=row.departure_id,
        from_stop=row.from_stop,
        to_stop=row.to_stop,
        departs_at=row.departs_at,
        arrives_at=row.arrives_at,
        seats=tuple(Seat(Rider(seat.rider), seat.price_fen) for seat in seats),
        currency=row.currency,
        state=OrderState(row.state),
        held_at=row.held_at,
        expires_at=row.expires_at,
    )
