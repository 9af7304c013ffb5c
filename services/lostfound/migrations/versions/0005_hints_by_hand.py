"""A desk offers something found to a report by hand.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matches", sa.Column("offered_at", Instant))
    op.add_column("matches", sa.Column("offered_by", sa.String(80)))
