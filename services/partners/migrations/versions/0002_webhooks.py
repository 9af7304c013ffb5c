"""Webhooks: where partners want to hear of what, and what is still to be delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant, RowNumber

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("clients.client_id"), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("events", sa.String, nullable=False),
        sa.Column("airline", sa.String(3)),
        sa.Column("created_at", Instant, nullable=False),
    )
    op.create_index("ix_webhooks_client_id", "webhooks", ["client_id"])
    op.create_table(
        "deliveries",
        sa.Column("number", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("webhook_id", sa.String(32), sa.ForeignKey("webhooks.id"), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("aggregate", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("give_up_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("last_result", sa.String(32)),
        sa.Column("delivered_at", Instant),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_deliveries_event"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'parked')", name="ck_deliveries_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook_id", "state", "due_at"])
    op.create_index("ix_deliveries_order", "deliveries", ["webhook_id", "aggregate", "state", "version"])
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
