"""The tables of bus."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from kernel.saga.tables import order_columns, order_rules, saga_tables
from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)
saga_tables(metadata)

OPEN: Final = text("state IN ('held', 'paying')")
_TO_A_FLIGHT: Final = text("flight_id IS NOT NULL")
_FIRST: Final = text("replaces IS NULL")
_VALID: Final = text("state = 'valid'")
_TO_TELL: Final = text("look_at IS NOT NULL")
_GOES_ON: Final = text("state <> 'given_up'")


def ride_columns() -> list[Column[Any]]:
    """The ride that something was bought for, whatever is imported later. words: JSON, `domain.RideWords`."""
    return [
        Column("departure_id", String(80), ForeignKey("departures.id"), nullable=False),
        Column("from_stop", String(64), nullable=False),
        Column("to_stop", String(64), nullable=False),
        Column("departs_at", Instant, nullable=False),
        Column("arrives_at", Instant, nullable=False),
        Column("words", Text, nullable=False),
    ]


# A timetable is one document: it is imported, read and exported whole. The newest holds.
FEEDS: Final = Table(
    "feeds",
    metadata,
    Column("version", RowNumber, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("archive", LargeBinary, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("imported_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# A departure has a row from the first time that a seat of it is asked for.
DEPARTURES: Final = Table(
    "departures",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("trip_id", String(64), nullable=False),
    Column("service_day", Date, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("cancelled_at", Instant),
    CheckConstraint("sold >= 0 AND held >= 0", name="ck_departures_counts"),
    CheckConstraint("sold + held <= capacity", name="ck_departures_capacity"),
)

ORDERS: Final = Table(
    "orders",
    metadata,
    *order_columns(),
    *ride_columns(),
    Column("seats", Integer, nullable=False),
    # The flight that the ride is to meet, as the buyer said when the seats were held.
    Column("flight_id", String(64)),
    Column("flight_departs_at", Instant),
    *order_rules(),
    CheckConstraint("seats BETWEEN 1 AND 9", name="ck_orders_seats"),
    # Asked for by each departure that seems full: only those that still hold seats.
    Index("ix_orders_held", "departure_id", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_orders_flight_id", "flight_id", sqlite_where=_TO_A_FLIGHT, postgresql_where=_TO_A_FLIGHT),
)

ORDER_SEATS: Final = Table(
    "order_seats",
    metadata,
    Column("order_id", String(32), ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rider", String(16), nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("discount_fen", Integer, nullable=False, server_default="0"),
    CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_order_seats_rider"),
    CheckConstraint("price_fen >= 0", name="ck_order_seats_price"),
)

# One rider's place. A ticket that is changed is replaced by another, which keeps what was paid for the first.
TICKETS: Final = Table(
    "tickets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("rider", String(16), nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("discount_fen", Integer, nullable=False, server_default="0"),
    *ride_columns(),
    Column("state", String(16), nullable=False),
    Column("code", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("replaces", String(32), ForeignKey("tickets.id"), unique=True),
    Column("refund_fen", Integer, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("boarded_at", Instant),
    Column("boarded_by", String(64)),
    Column("ended_at", Instant),
    CheckConstraint(
        "state IN ('valid', 'boarded', 'returned', 'changed', 'cancelled')", name="ck_tickets_state"
    ),
    CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_tickets_rider"),
    CheckConstraint("price_fen >= 0 AND changes >= 0", name="ck_tickets_counts"),
    CheckConstraint("refund_fen BETWEEN 0 AND price_fen", name="ck_tickets_refund"),
    CheckConstraint("refund_fen = 0 OR state = 'returned'", name="ck_tickets_returned"),
    CheckConstraint("(state = 'boarded') = (boarded_at IS NOT NULL)", name="ck_tickets_boarded"),
    CheckConstraint("(boarded_at IS NULL) = (boarded_by IS NULL)", name="ck_tickets_boarded_by"),
    CheckConstraint(
        "(state IN ('returned', 'changed', 'cancelled')) = (ended_at IS NOT NULL)", name="ck_tickets_ended"
    ),
    # Seats of an order are delivered once: of each there is one ticket that replaces no other.
    Index(
        "uq_tickets_first", "order_id", "number", unique=True, sqlite_where=_FIRST, postgresql_where=_FIRST
    ),
    Index("ix_tickets_order_id", "order_id", "number"),
    Index("ix_tickets_departure_id", "departure_id", "state"),
    Index("ix_tickets_departs_at", "departs_at", sqlite_where=_VALID, postgresql_where=_VALID),
)

# What shop must be told of an order's coupons. It is there before the order: a lock is asked for, and the order may
# never come. So it refers to no order, and goes with it.
ERRANDS: Final = Table(
    "coupon_errands",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("request_id", String(128), nullable=False),
    Column("coupon_ids", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("look_at", Instant),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("state IN ('locking', 'used', 'given_up')", name="ck_coupon_errands_state"),
    CheckConstraint("state <> 'locking' OR look_at IS NOT NULL", name="ck_coupon_errands_locking"),
    Index("ix_coupon_errands_look_at", "look_at", sqlite_where=_TO_TELL, postgresql_where=_TO_TELL),
    Index("ix_coupon_errands_made_at", "made_at"),
    # One hold locks for one order, however often it is asked for.
    Index(
        "uq_coupon_errands_request",
        "request_id",
        unique=True,
        sqlite_where=_GOES_ON,
        postgresql_where=_GOES_ON,
    ),
)
