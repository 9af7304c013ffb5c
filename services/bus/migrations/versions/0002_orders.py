"""Orders that are paid for, and tickets.

Orders of before could not be paid, and their holds would last for a quarter of an hour: they are let go.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.saga.tables import create_refunds, create_saga_tables, order_columns, order_rules
from kernel.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("order_seats")
    op.drop_table("orders")
    op.execute("UPDATE departures SET held = 0")
    op.add_column("departures", sa.Column("cancelled_at", Instant))
    create_saga_tables(op)
    _orders()
    create_refunds(op)
    _tickets()


def _ride() -> list[sa.Column[object]]:
    return [
        sa.Column("departure_id", sa.String(80), sa.ForeignKey("departures.id"), nullable=False),
        sa.Column("from_stop", sa.String(64), nullable=False),
        sa.Column("to_stop", sa.String(64), nullable=False),
        sa.Column("departs_at", Instant, nullable=False),
        sa.Column("arrives_at", Instant, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    ]


def _orders() -> None:
    op.create_table(
        "orders",
        *order_columns(),
        *_ride(),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("flight_departs_at", Instant),
        *order_rules(),
        sa.CheckConstraint("seats BETWEEN 1 AND 9", name="ck_orders_seats"),
    )
    _index("ix_orders_held", "orders", ["departure_id", "expires_at"], "state IN ('held', 'paying')")
    _index("ix_orders_flight_id", "orders", ["flight_id"], "flight_id IS NOT NULL")
    op.create_table(
        "order_seats",
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("rider", sa.String(16), nullable=False),
        sa.Column("price_fen", sa.Integer, nullable=False),
        sa.CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_order_seats_rider"),
        sa.CheckConstraint("price_fen >= 0", name="ck_order_seats_price"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("rider", sa.String(16), nullable=False),
        sa.Column("price_fen", sa.Integer, nullable=False),
        *_ride(),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("replaces", sa.String(32), sa.ForeignKey("tickets.id"), unique=True),
        sa.Column("refund_fen", sa.Integer, nullable=False),
        sa.Column("issued_at", Instant, nullable=False),
        sa.Column("boarded_at", Instant),
        sa.Column("boarded_by", sa.String(64)),
        sa.Column("ended_at", Instant),
        sa.CheckConstraint(
            "state IN ('valid', 'boarded', 'returned', 'changed', 'cancelled')", name="ck_tickets_state"
        ),
        sa.CheckConstraint("rider IN ('adult', 'child', 'discount')", name="ck_tickets_rider"),
        sa.CheckConstraint("price_fen >= 0 AND changes >= 0", name="ck_tickets_counts"),
        sa.CheckConstraint("refund_fen BETWEEN 0 AND price_fen", name="ck_tickets_refund"),
        sa.CheckConstraint("refund_fen = 0 OR state = 'returned'", name="ck_tickets_returned"),
        sa.CheckConstraint("(state = 'boarded') = (boarded_at IS NOT NULL)", name="ck_tickets_boarded"),
        sa.CheckConstraint("(boarded_at IS NULL) = (boarded_by IS NULL)", name="ck_tickets_boarded_by"),
        sa.CheckConstraint(
            "(state IN ('returned', 'changed', 'cancelled')) = (ended_at IS NOT NULL)",
            name="ck_tickets_ended",
        ),
    )
    op.create_index("ix_tickets_order_id", "tickets", ["order_id", "number"])
    op.create_index("ix_tickets_departure_id", "tickets", ["departure_id", "state"])
    _index("ix_tickets_departs_at", "tickets", ["departs_at"], "state = 'valid'")
    _index("uq_tickets_first", "tickets", ["order_id", "number"], "replaces IS NULL", unique=True)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)
