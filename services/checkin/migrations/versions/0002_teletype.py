"""Parts of passenger lists that wait for the others, and those that were applied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teletype_parts",
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), primary_key=True),
        sa.Column("fingerprint", sa.String(80), primary_key=True),
        sa.Column("train", sa.Integer, nullable=False),
        sa.Column("changes", sa.Boolean, nullable=False),
        sa.Column("minute", sa.Integer),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("is_last", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("heard_at", Instant, nullable=False),
        sa.CheckConstraint("(sealed IS NULL) = (version IS NOT NULL)", name="ck_teletype_parts_sealed"),
    )
    op.create_index("ix_teletype_parts_heard_at", "teletype_parts", ["heard_at"])
