"""Messages about orders, and whether a traveller agreed to messages about flights."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("order_id", sa.String(64), nullable=False, server_default=sa.text("''"))
    )
    where = sa.text("order_id <> ''")
    op.create_index(
        "ix_messages_order", "messages", ["order_id", "id"], sqlite_where=where, postgresql_where=where
    )
    op.add_column("recipients", sa.Column("consent", sa.String(16), nullable=False, server_default="never"))
