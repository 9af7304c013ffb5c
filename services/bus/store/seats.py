"""Departures' seats and the orders that hold them. Who needs both locks the departure first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.saga.rows import Sales
from kernel.saga.states import OPEN, Sale, State
from services.bus.domain import BookedRide, Departure, Occupancy, Order, Seat
from services.bus.schemas import Rider
from services.bus.store.tables import DEPARTURES, ORDER_SEATS, ORDERS

_COUNTS = (DEPARTURES.c.capacity, DEPARTURES.c.sold, DEPARTURES.c.held, DEPARTURES.c.cancelled_at)
# Judged and taken in one statement: two buyers of the last seat can't both find it free.
_FREE = (
    DEPARTURES.c.id == bindparam("departure"),
    DEPARTURES.c.sold + DEPARTURES.c.held + bindparam("seats") <= DEPARTURES.c.capacity,
    DEPARTURES.c.cancelled_at.is_(None),
)
_TAKE = update(DEPARTURES).where(*_FREE).values(held=DEPARTURES.c.held + bindparam("seats"))
_SELL = update(DEPARTURES).where(*_FREE).values(sold=DEPARTURES.c.sold + bindparam("seats"))
_MOVE = (
    update(DEPARTURES)
    .where(DEPARTURES.c.id == bindparam("departure"))
    .values(held=DEPARTURES.c.held + bindparam("held"), sold=DEPARTURES.c.sold + bindparam("sold"))
)


class SeatRows:
    """Departures and orders."""

    _connection: Connection
    sales: Sales

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
        """Hold so many seats; False, and nothing changed, when fewer are free, it is cancelled or has no row."""
        return self._connection.execute(_TAKE, {"departure": departure_id, "seats": seats}).rowcount == 1

    def sell(self, departure_id: str, seats: int) -> bool:
        """Sell seats that nobody holds; False, and nothing changed, when fewer are free."""
        return self._connection.execute(_SELL, {"departure": departure_id, "seats": seats}).rowcount == 1

    def move_seats(self, departure_id: str, *, held: int = 0, sold: int = 0) -> None:
        """Change both counts by so many; a CHECK keeps them at what can be."""
        self._connection.execute(_MOVE, {"departure": departure_id, "held": held, "sold": sold})

    def over_holds(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[Sale, int]]:
        """Orders of a locked departure whose hold is over, locked, with their seats.

        Those held are over at their expiry; those being paid for when they expired before `unheard`.
        """
        table = ORDERS
        query = select(table.c.id, table.c.seats).where(
            table.c.departure_id == departure_id,
            ((table.c.state == State.HELD.value) & (table.c.expires_at <= now))
            | ((table.c.state == State.PAYING.value) & (table.c.expires_at <= unheard)),
        )
        rows = self._connection.execute(query.order_by(table.c.id)).all()
        locked = ((self.sales.lock(row.id), row.seats) for row in rows)
        return [(sale, seats) for sale, seats in locked if sale is not None and sale.state in OPEN]

    def departure_of(self, order_id: str) -> str | None:
        """The departure that an order was held on; it never changes."""
        return self._connection.execute(select(ORDERS.c.departure_id).where(ORDERS.c.id == order_id)).scalar()

    def add_order(self, order: Order, actor: str, reason: str) -> None:
        """Save a new order; its seats are taken already."""
        own = ride_row(order.ride) | {
            "seats": len(order.seats),
            "flight_id": order.flight_id,
            "flight_departs_at": order.flight_departs_at,
        }
        self.sales.begin(order.sale, own, actor, reason)
        rows = [
            {"order_id": order.id, "number": number, "rider": seat.rider.value, "price_fen": seat.price_fen}
            for number, seat in enumerate(order.seats, 1)
        ]
        self._connection.execute(insert(ORDER_SEATS), rows)

    def order(self, order_id: str) -> Order | None:
        """The order as it was left: a hold that is over may still say held (`Sale.state_at`)."""
        return next(iter(self.orders([order_id])), None)

    def orders(self, order_ids: Collection[str]) -> list[Order]:
        """Those that there are, the newest first."""
        wanted = ORDERS.c.id.in_(order_ids)
        query = select(ORDERS).where(wanted).order_by(ORDERS.c.held_at.desc(), ORDERS.c.id.desc())
        rows = self._connection.execute(query).all()
        seats: dict[str, list[Seat]] = {row.id: [] for row in rows}
        query = select(ORDER_SEATS).where(ORDER_SEATS.c.order_id.in_(list(seats)))
        for seat in self._connection.execute(query.order_by(ORDER_SEATS.c.order_id, ORDER_SEATS.c.number)):
            seats[seat.order_id].append(Seat(Rider(seat.rider), seat.price_fen))
        return [_order(row, self.sales.of_row(row), seats[row.id]) for row in rows]


def _occupancy(row: Any) -> Occupancy:
    return Occupancy(row.capacity, row.sold, row.held, row.cancelled_at)


def ride_row(ride: BookedRide) -> dict[str, Any]:
    """Its columns, as `tables.ride_columns` has them."""
    return {
        "departure_id": ride.departure_id,
        "from_stop": ride.from_stop,
        "to_stop": ride.to_stop,
        "departs_at": ride.departs_at,
        "arrives_at": ride.arrives_at,
        "words": orjson.dumps(ride.words).decode(),
    }


def booked_ride(row: Row[Any]) -> BookedRide:
    """The ride in a row of orders or tickets."""
    return BookedRide(
        row.departure_id, row.from_stop, row.to_stop, row.departs_at, row.arrives_at, orjson.loads(row.words)
    )


def _order(row: Row[Any], sale: Sale, seats: Collection[Seat]) -> Order:
    return Order(sale, booked_ride(row), tuple(seats), row.flight_id, row.flight_departs_at)
