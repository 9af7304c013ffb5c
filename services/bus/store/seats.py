"""Departures' seats and the orders that hold them. Who needs both locks the departure first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.db import together
from kernel.saga.rows import Sales
from kernel.saga.states import Sale, State
from kernel.tables import Instant
from services.bus.domain import BookedRide, Departure, Occupancy, Order, Seat
from services.bus.schemas import Rider
from services.bus.store.tables import DEPARTURES, OPEN, ORDER_SEATS, ORDERS

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
_OCCUPANCIES = select(DEPARTURES.c.id, *_COUNTS).where(
    DEPARTURES.c.id.in_(bindparam("departures", expanding=True))
)
_LOCK = select(*_COUNTS).where(DEPARTURES.c.id == bindparam("departure")).with_for_update()
_OVER = (
    select(ORDERS.c.id, ORDERS.c.seats)
    .where(
        ORDERS.c.departure_id == bindparam("departure"),
        # In the words of the index on them, or SQLite wouldn't see that it serves.
        OPEN,
        ((ORDERS.c.state == State.HELD.value) & (ORDERS.c.expires_at <= bindparam("now", type_=Instant)))
        | (
            (ORDERS.c.state == State.PAYING.value)
            & (ORDERS.c.expires_at <= bindparam("unheard", type_=Instant))
        ),
    )
    .order_by(ORDERS.c.id)
)
_DEPARTURE_OF = select(ORDERS.c.departure_id).where(ORDERS.c.id == bindparam("order"))
_ADD_SEATS = insert(ORDER_SEATS)
# An order has nine seats at most: with them in its rows it is one question.
_ORDER = (
    select(ORDERS, ORDER_SEATS.c.rider, ORDER_SEATS.c.price_fen, ORDER_SEATS.c.discount_fen)
    .join_from(ORDERS, ORDER_SEATS)
    .where(ORDERS.c.id == bindparam("order"))
    .order_by(ORDER_SEATS.c.number)
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
        rows = self._connection.execute(_OCCUPANCIES, {"departures": list(departure_ids)})
        return {row.id: _occupancy(row) for row in rows}

    def lock_departure(self, departure_id: str) -> Occupancy:
        """Hold it against other writers until the transaction ends."""
        return _occupancy(self._connection.execute(_LOCK, {"departure": departure_id}).one())

    def take(self, departure_id: str, seats: int) -> bool:
        """Hold so many seats; False, and nothing changed, when fewer are free, it is cancelled or has no row."""
        return self._connection.execute(_TAKE, {"departure": departure_id, "seats": seats}).rowcount == 1

    def sell(self, departure_id: str, seats: int) -> bool:
        """Sell seats that nobody holds; False, and nothing changed, when fewer are free."""
        return self._connection.execute(_SELL, {"departure": departure_id, "seats": seats}).rowcount == 1

    def move_seats(self, departure_id: str, *, held: int = 0, sold: int = 0) -> None:
        """Change both counts by so many; a CHECK keeps them at what can be."""
        self._connection.execute(_MOVE, {"departure": departure_id, "held": held, "sold": sold})

    def seemingly_over(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[str, int]]:
        """Orders of a departure whose hold is over, with their seats, asked without a lock.

        Those held are over at their expiry; those being paid for when they expired before `unheard`.
        """
        asked = {"departure": departure_id, "now": now, "unheard": unheard}
        return [(row.id, row.seats) for row in self._connection.execute(_OVER, asked)]

    def over_holds(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[Sale, int]]:
        """The same of a locked departure, locked too."""
        found = [
            (self.sales.lock(id_), seats) for id_, seats in self.seemingly_over(departure_id, now, unheard)
        ]
        # Judged again under the lock: who asked to pay in time meanwhile keeps the seats.
        ends = {State.HELD: now, State.PAYING: unheard}
        return [
            (sale, seats)
            for sale, seats in found
            if sale is not None and sale.state in ends and sale.expires_at <= ends[sale.state]
        ]

    def departure_of(self, order_id: str) -> str | None:
        """The departure that an order was held on; it never changes."""
        return self._connection.execute(_DEPARTURE_OF, {"order": order_id}).scalar()

    def add_order(self, order: Order, actor: str, reason: str) -> None:
        """Save a new order; its seats are taken already."""
        own = ride_row(order.ride) | {
            "seats": len(order.seats),
            "flight_id": order.flight_id,
            "flight_departs_at": order.flight_departs_at,
        }
        self.sales.begin(order.sale, own, actor, reason)
        rows = [
            {
                "order_id": order.id,
                "number": number,
                "rider": seat.rider.value,
                "price_fen": seat.price_fen,
                "discount_fen": seat.discount_fen,
            }
            for number, seat in enumerate(order.seats, 1)
        ]
        with together(self._connection):
            self._connection.execute(_ADD_SEATS, rows)

    def order(self, order_id: str) -> Order | None:
        """The order as it was left: a hold that is over may still say held (`Sale.state_at`)."""
        rows = self._connection.execute(_ORDER, {"order": order_id}).all()
        if not rows:
            return None
        seats = [Seat(Rider(row.rider), row.price_fen, row.discount_fen) for row in rows]
        return _order(rows[0], self.sales.of_row(rows[0]), seats)

    def orders(self, order_ids: Collection[str]) -> list[Order]:
        """Those that there are, the newest first."""
        wanted = ORDERS.c.id.in_(order_ids)
        query = select(ORDERS).where(wanted).order_by(ORDERS.c.held_at.desc(), ORDERS.c.id.desc())
        rows = self._connection.execute(query).all()
        seats: dict[str, list[Seat]] = {row.id: [] for row in rows}
        query = select(ORDER_SEATS).where(ORDER_SEATS.c.order_id.in_(list(seats)))
        for seat in self._connection.execute(query.order_by(ORDER_SEATS.c.order_id, ORDER_SEATS.c.number)):
            seats[seat.order_id].append(Seat(Rider(seat.rider), seat.price_fen, seat.discount_fen))
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
