"""Feeds, departures, orders and their seats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel import migrate
from kernel.tables import Instant, RowNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_kernel_tables(op)
    op.create_table(
        "feeds",
        sa.Column("version", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("archive", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("imported_at", Instant, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "departures",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("trip_id", sa.String(64), nullable=False),
        sa.Column("service_day", sa.Date, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("sold", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.CheckConstraint("sold >= 0 AND held >= 0", name="ck_departures_counts"),
        sa.CheckConstraint("sold + held <= capacity", name="ck_departures_capacity"),
    )
    _orders()


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("passenger_id", sa.String(64), nullable=False),
        sa.Column("departure_id", sa.String(80), sa.ForeignKey("departures.id"), nullable=False),
        sa.Column("from_stop", sa.String(64), nullable=False),
        sa.Column("to_stop", sa.String(64), nullable=False),
        sa.Column("departs_at", Instant, nullable=False),
        sa.Column("arrives_at", Instant, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("held_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.CheckConstraint("state IN ('held', 'released', 'lapsed')", name="ck_orders_state"),
        sa.CheckConstraint("(state = 'held') = (ended_at IS NULL)", name="ck_orders_ended"),
        sa.CheckConstraint("seats BETWEEN 1 AND 9", name="ck_orders_seats"),
    )
    held = sa.text("state = 'held'")
    op.create_index("ix_orders_passenger_id", "orders", ["passenger_id", "held_at"])
    for name, columns in (("held", ["departure_id", "expires_at"]), ("expires_at", ["expires_at"])):
        op.create_index(f"ix_orders_{name}", "orders", columns, sqlite_where=held, postgresql_where=held)
    op.create_table(
        "order_seats",
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("rider", sa.String(16), nullable=False),
        sa.Column("price_fen", sa.Integer, nullable=False),
        sa.CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_order_seats_rider"),
        sa.CheckConstraint("price_fen >= 0", name="ck_order_seats_price"),
    )
