"""The index of the matching: services.lostfound.matching.tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import RowNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _match_postings()
    _match_terms()
    _match_things()


def _match_postings() -> None:
    op.create_table(
        "match_postings",
        sa.Column("term", sa.BigInteger, autoincrement=False, primary_key=True),
        sa.Column("num", sa.BigInteger, autoincrement=False, primary_key=True),
        sqlite_with_rowid=False,
    )


def _match_terms() -> None:
    op.create_table(
        "match_terms",
        sa.Column("term", sa.BigInteger, autoincrement=False, primary_key=True),
        sa.Column("things", sa.BigInteger, nullable=False, comment="how many things hold it"),
        sqlite_with_rowid=False,
    )


def _match_things() -> None:
    op.create_table(
        "match_things",
        sa.Column("num", RowNumber, autoincrement=True, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text, nullable=False, comment="JSON of what pairs are judged by"),
        sa.Column(
            "terms", sa.LargeBinary, nullable=False, comment="64-bit terms: words, then marks, then keys"
        ),
    )
    op.create_index("ix_match_things_id", "match_things", ["id"], unique=True)
