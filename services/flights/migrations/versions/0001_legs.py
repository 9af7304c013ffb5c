"""Legs, the terms that find them, their histories, and what was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    migrate.create_kernel_tables(op)
    op.create_table(
        "flights",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("direction", sa.String(9), nullable=False),
        sa.Column("terminal", sa.String(12)),
        sa.Column("board_us", sa.BigInteger, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    migrate.compress_quickly(op, "flights", "document", "state")
    op.create_index("ix_flights_board", "flights", ["board_us", "id"])
    op.create_table(
        "flight_terms",
        sa.Column("term", sa.String(80), primary_key=True),
        sa.Column("board_us", sa.BigInteger, primary_key=True),
        sa.Column("flight_id", sa.String(64), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flight_changes",
        sa.Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
        sa.Column("flight_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("event_us", sa.BigInteger, nullable=False),
        sa.Column("recorded_us", sa.BigInteger, nullable=False),
        sa.Column("source_kind", sa.String(16), nullable=False),
        sa.Column("source_name", sa.String(64), nullable=False),
    )
    op.create_index("ix_flight_changes_flight", "flight_changes", ["flight_id", "id"])
    op.create_table(
        "flight_refusals",
        sa.Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
        sa.Column("recorded_us", sa.BigInteger, nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("source_name", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
    )
    op.create_index("ix_flight_refusals_recorded", "flight_refusals", ["recorded_us"])
