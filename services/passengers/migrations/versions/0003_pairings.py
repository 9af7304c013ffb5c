"""Computers that wait for a phone to sign them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairings",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("watch_hash", sa.String(64), nullable=False),
        sa.Column("number", sa.String(2), nullable=False),
        sa.Column("browser", sa.String(80), nullable=False),
        sa.Column("begun_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("passenger_id", sa.String(32)),
        sa.CheckConstraint(
            "state IN ('waiting', 'refused') AND passenger_id IS NULL"
            " OR state IN ('approved', 'used') AND passenger_id IS NOT NULL",
            name="ck_pairings_state",
        ),
    )
    op.create_index("ix_pairings_watch_hash", "pairings", ["watch_hash"], unique=True)
    op.create_index("ix_pairings_expires_at", "pairings", ["expires_at"])
