"""What agents dealt with of the reasons to see one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "travellers", sa.Column("settled", sa.String(200), nullable=False, server_default=sa.text("''"))
    )
