"""The tables of bus."""

from __future__ import annotations

from typing import Final

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
    text,
)

from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

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
    CheckConstraint("sold >= 0 AND held >= 0", name="ck_departures_counts"),
    CheckConstraint("sold + held <= capacity", name="ck_departures_capacity"),
)

_HELD = text("state = 'held'")
ORDERS: Final = Table(
    "orders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("passenger_id", String(64), nullable=False),
    Column("departure_id", String(80), ForeignKey("departures.id"), nullable=False),
    Column("from_stop", String(64), nullable=False),
    Column("to_stop", String(64), nullable=False),
    Column("departs_at", Instant, nullable=False),
    Column("arrives_at", Instant, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("state", String(16), nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("state IN ('held', 'released', 'lapsed')", name="ck_orders_state"),
    CheckConstraint("(state = 'held') = (ended_at IS NULL)", name="ck_orders_ended"),
    CheckConstraint("seats BETWEEN 1 AND 9", name="ck_orders_seats"),
    Index("ix_orders_passenger_id", "passenger_id", "held_at"),
    # Asked for by each departure that seems full, and by the timer: only those that still hold seats.
    Index("ix_orders_held", "departure_id", "expires_at", sqlite_where=_HELD, postgresql_where=_HELD),
    Index("ix_orders_expires_at", "expires_at", sqlite_where=_HELD, postgresql_where=_HELD),
)

ORDER_SEATS: Final = Table(
    "order_seats",
    metadata,
    Column("order_id", String(32), ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rider", String(16), nullable=False),
    Column("price_fen", Integer, nullable=False),
    CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_order_seats_rider"),
    CheckConstraint("price_fen >= 0", name="ck_order_seats_price"),
)
