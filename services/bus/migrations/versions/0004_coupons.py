"""Coupons of the mall on bus tickets: what they take off, and what shop must be told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("order_seats", "tickets"):
        op.add_column(table, sa.Column("discount_fen", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "coupon_errands",
        sa.Column("order_id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.Column("coupon_ids", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("look_at", Instant),
        sa.Column("made_at", Instant, nullable=False),
        sa.CheckConstraint("state IN ('locking', 'used', 'given_up')", name="ck_coupon_errands_state"),
        sa.CheckConstraint("state <> 'locking' OR look_at IS NOT NULL", name="ck_coupon_errands_locking"),
    )
    to_tell, goes_on = sa.text("look_at IS NOT NULL"), sa.text("state <> 'given_up'")
    op.create_index(
        "ix_coupon_errands_look_at",
        "coupon_errands",
        ["look_at"],
        sqlite_where=to_tell,
        postgresql_where=to_tell,
    )
    op.create_index("ix_coupon_errands_made_at", "coupon_errands", ["made_at"])
    op.create_index(
        "uq_coupon_errands_request",
        "coupon_errands",
        ["request_id"],
        unique=True,
        sqlite_where=goes_on,
        postgresql_where=goes_on,
    )
