"""Whether a traveller chose the language of messages, which then stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "passengers",
        sa.Column("language_chosen", sa.Boolean, nullable=False, server_default=sa.false()),
    )
