"""Payments by traveller: asked for by those who want their copy or to be erased."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_intents_passenger_id", "intents", ["passenger_id", "created_at"])
