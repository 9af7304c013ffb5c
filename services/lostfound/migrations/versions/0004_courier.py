"""Things are sent to their owners by courier, for a fee.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.saga.tables import create_refunds, create_saga_tables, order_columns, order_rules
from kernel.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LIVE = "parcel IN ('ordered', 'waiting', 'sent', 'delivered')"


def upgrade() -> None:
    create_saga_tables(op)
    _orders()
    _index("uq_orders_claim_id", ["claim_id"], _LIVE, unique=True)
    _index("uq_orders_tracking", ["carrier", "tracking_number"], "tracking_number IS NOT NULL", unique=True)
    op.create_index("ix_orders_claims", "orders", ["claim_id", "held_at"])
    op.create_index("ix_orders_parcel", "orders", ["parcel", "paid_at"])
    _index("ix_orders_addressed", ["held_at"], "address_sealed IS NOT NULL")
    create_refunds(op)


def _orders() -> None:
    op.create_table(
        "orders",
        *order_columns(),
        sa.Column("claim_id", sa.String(32), sa.ForeignKey("claims.id"), nullable=False),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False),
        sa.Column("province", sa.String(8), nullable=False),
        sa.Column("parcel", sa.String(16), nullable=False),
        sa.Column("address_sealed", sa.Text),
        sa.Column("carrier", sa.String(16)),
        sa.Column("tracking_number", sa.String(32)),
        sa.Column("sent_at", Instant),
        sa.Column("sent_by", sa.String(80)),
        sa.Column("arrived_at", Instant),
        *order_rules(),
        sa.CheckConstraint(
            "parcel IN ('cancelled', 'came_back', 'delivered', 'ordered', 'sent', 'waiting')",
            name="ck_orders_parcel",
        ),
        sa.CheckConstraint(
            "parcel NOT IN ('waiting', 'sent', 'delivered', 'came_back') OR state IN ('paid', 'issued')",
            name="ck_orders_parcel_paid",
        ),
        sa.CheckConstraint(
            "(parcel IN ('sent', 'delivered', 'came_back')) = (sent_at IS NOT NULL)", name="ck_orders_sent"
        ),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (tracking_number IS NULL) AND (sent_at IS NULL) = (carrier IS NULL)"
            " AND (sent_at IS NULL) = (sent_by IS NULL)",
            name="ck_orders_sent_by",
        ),
        sa.CheckConstraint(
            "(parcel IN ('delivered', 'came_back')) = (arrived_at IS NOT NULL)", name="ck_orders_arrived"
        ),
    )


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "orders",
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
