"""By which version of the matching a thing was written down: what an older one wrote is written anew.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "match_things",
        sa.Column(
            "version",
            sa.Integer,
            nullable=False,
            server_default="1",
            comment="of the reading that wrote it down",
        ),
    )
    op.create_index("ix_match_things_version", "match_things", ["version"])
