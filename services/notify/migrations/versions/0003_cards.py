"""Cards of campaigns in WeChat, codes in people's wallets, and what is to be done about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant, RowNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("campaign_id", sa.String(64), primary_key=True),
        sa.Column("card_id", sa.String(64), unique=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("said", sa.String, nullable=False),
    )
    _codes()
    _errands()


def _codes() -> None:
    op.create_table(
        "card_codes",
        sa.Column("code_index", sa.String(96), primary_key=True),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("card_id", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("passenger_id", sa.String(64), nullable=False),
        sa.Column("coupon_id", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("signed_at", Instant, nullable=False),
        sa.CheckConstraint(
            "state IN ('signed', 'taken', 'bound', 'refused', 'used', 'void', 'deleted', 'lapsed')",
            name="ck_card_codes_state",
        ),
    )
    op.create_index("ix_card_codes_coupon", "card_codes", ["coupon_id"])
    op.create_index("ix_card_codes_passenger", "card_codes", ["passenger_id"])
    op.create_index("ix_card_codes_signed_at", "card_codes", ["signed_at"])


def _errands() -> None:
    op.create_table(
        "card_errands",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(96), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before_at", Instant, nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("created_at", Instant, nullable=False),
        sa.UniqueConstraint("kind", "subject", name="uq_card_errands"),
        sa.CheckConstraint("state IN ('open', 'done', 'stuck')", name="ck_card_errands_state"),
    )
    where = sa.text("state = 'open'")
    op.create_index(
        "ix_card_errands_due", "card_errands", ["not_before_at"], sqlite_where=where, postgresql_where=where
    )
