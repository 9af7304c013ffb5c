"""Campaigns, and coupons that are claimed, used and given back.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHANGE = "source = 'given_back'"
_LOCKED = "lock_until IS NOT NULL"
_CLAIMED = "state = 'claimed'"
_OVER = "state IN ('expired', 'redeemed', 'void')"
_UNTOLD = "state = 'claimed' AND NOT soon_told"
_LIVE = "ended_at IS NULL"
_MOVES = (
    ("new", "claimed"),
    ("claimed", "locked"),
    ("locked", "claimed"),
    ("locked", "redeemed"),
    ("redeemed", "claimed"),
    ("claimed", "expired"),
    ("claimed", "void"),
    ("expired", "void"),
)


def upgrade() -> None:
    _campaigns()
    _moves()
    _steps()
    _coupons()
    _uses()
    _shares()
    _owners()
    _steps_are_sealed()


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title_zh", sa.String(60), nullable=False),
        sa.Column("title_en", sa.String(120), nullable=False),
        sa.Column("terms_zh", sa.Text, nullable=False),
        sa.Column("terms_en", sa.Text, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value_fen", sa.Integer),
        sa.Column("pct", sa.Integer),
        sa.Column("cap_fen", sa.Integer),
        sa.Column("threshold_fen", sa.Integer, nullable=False),
        sa.Column("stock", sa.Integer, nullable=False),
        sa.Column("claimed", sa.Integer, nullable=False),
        sa.Column("per_person", sa.Integer, nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("valid_from", Instant),
        sa.Column("valid_until", Instant),
        sa.Column("valid_days", sa.Integer),
        sa.Column("services", sa.Text, nullable=False),  # JSON lists, sorted
        sa.Column("shop_ids", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("stack_group", sa.String(32), nullable=False),
        sa.Column("funded_by", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("card_id", sa.String(64)),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("claimed BETWEEN 0 AND stock", name="ck_campaigns_claimed"),
        sa.CheckConstraint("per_person > 0", name="ck_campaigns_per_person"),
        sa.CheckConstraint(
            "(kind = 'amount' AND value_fen > 0 AND pct IS NULL AND cap_fen IS NULL)"
            " OR (kind = 'percent' AND pct BETWEEN 1 AND 99 AND value_fen IS NULL)",
            name="ck_campaigns_kind",
        ),
        sa.CheckConstraint("threshold_fen >= 0", name="ck_campaigns_threshold"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_campaigns_times"),
        sa.CheckConstraint("(valid_days IS NULL) <> (valid_until IS NULL)", name="ck_campaigns_valid"),
        sa.CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name="ck_campaigns_valid_from"),
        sa.CheckConstraint("state IN ('draft', 'ended', 'on', 'paused')", name="ck_campaigns_state"),
        sa.CheckConstraint("funded_by IN ('airport', 'merchant')", name="ck_campaigns_funded_by"),
    )
    op.create_index("ix_campaigns_state", "campaigns", ["state", "ends_at"])
    op.create_index("ix_campaigns_card_id", "campaigns", ["card_id"])


def _moves() -> None:
    moves = op.create_table(
        "coupon_moves",
        sa.Column("before", sa.String(16), primary_key=True),
        sa.Column("after", sa.String(16), primary_key=True),
    )
    op.bulk_insert(moves, [{"before": before, "after": after} for before, after in _MOVES])


def _steps() -> None:
    op.create_table(
        "coupon_steps",
        sa.Column("coupon_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("previous", sa.Integer),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.UniqueConstraint("coupon_id", "number", "after", name="uq_coupon_steps_end"),
        sa.ForeignKeyConstraint(
            ["before", "after"], ["coupon_moves.before", "coupon_moves.after"], name="fk_coupon_steps_move"
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id", "previous", "before"],
            ["coupon_steps.coupon_id", "coupon_steps.number", "coupon_steps.after"],
            name="fk_coupon_steps_previous",
        ),
        sa.CheckConstraint(
            "(number = 1 AND previous IS NULL AND before = 'new')"
            " OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
            name="ck_coupon_steps_chain",
        ),
        sa.CheckConstraint("actor <> ''", name="ck_coupon_steps_actor"),
    )


def _coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("campaign_id", sa.String(32), sa.ForeignKey("campaigns.id"), nullable=False),
        sa.Column("passenger_id", sa.String(64), nullable=False),
        sa.Column("nth", sa.Integer),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("value_fen", sa.Integer),
        sa.Column("threshold_fen", sa.Integer),
        sa.Column("parent_id", sa.String(32), sa.ForeignKey("coupons.id")),
        sa.Column("claimed_at", Instant, nullable=False),
        sa.Column("valid_from", Instant, nullable=False),
        sa.Column("valid_until", Instant, nullable=False),
        sa.Column("code_digest", sa.String(80), nullable=False),
        sa.Column("code_sealed", sa.Text, nullable=False),
        sa.Column("card_code_digest", sa.String(80)),
        sa.Column("card_code_sealed", sa.Text),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("lock_until", Instant),
        sa.Column("soon_told", sa.Boolean, nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["id", "steps", "state"],
            ["coupon_steps.coupon_id", "coupon_steps.number", "coupon_steps.after"],
            name="fk_coupons_step",
        ),
        sa.UniqueConstraint("campaign_id", "passenger_id", "nth", name="uq_coupons_nth"),
        sa.UniqueConstraint("code_digest", name="uq_coupons_code"),
        sa.UniqueConstraint("card_code_digest", name="uq_coupons_card_code"),
        sa.CheckConstraint(
            "state IN ('claimed', 'expired', 'locked', 'redeemed', 'void')", name="ck_coupons_state"
        ),
        sa.CheckConstraint("source IN ('card', 'given_back', 'page')", name="ck_coupons_source"),
        sa.CheckConstraint("nth > 0", name="ck_coupons_nth"),
        sa.CheckConstraint(
            "(source = 'given_back') = (nth IS NULL) AND (source = 'given_back') = (value_fen IS NOT NULL)"
            " AND (source = 'given_back') = (threshold_fen IS NOT NULL)"
            " AND (source = 'given_back') = (parent_id IS NOT NULL)",
            name="ck_coupons_change",
        ),
        sa.CheckConstraint("value_fen > 0", name="ck_coupons_value"),
        sa.CheckConstraint("threshold_fen >= 0", name="ck_coupons_threshold"),
        sa.CheckConstraint("valid_from < valid_until", name="ck_coupons_valid"),
        sa.CheckConstraint("lock_until IS NULL OR state = 'locked'", name="ck_coupons_lock"),
        sa.CheckConstraint("state NOT IN ('locked', 'redeemed') OR uses > 0", name="ck_coupons_used"),
        sa.CheckConstraint(
            "(card_code_digest IS NULL) = (card_code_sealed IS NULL)", name="ck_coupons_card_code"
        ),
    )
    op.create_index("ix_coupons_passenger_id", "coupons", ["passenger_id", "claimed_at", "id"])
    op.create_index("ix_coupons_campaign_id", "coupons", ["campaign_id", "state"])
    _some(_CHANGE, "ix_coupons_parent_id", "coupons", "parent_id")
    _some(_LOCKED, "ix_coupons_lock_until", "coupons", "lock_until")
    _some(_CLAIMED, "ix_coupons_valid_until", "coupons", "valid_until")
    _some(_OVER, "ix_coupons_over", "coupons", "valid_until")
    _some(_UNTOLD, "ix_coupons_untold", "coupons", "valid_until")


def _uses() -> None:
    op.create_table(
        "coupon_uses",
        sa.Column("coupon_id", sa.String(32), sa.ForeignKey("coupons.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("service", sa.String(16), nullable=False),
        sa.Column("order_id", sa.String(128), nullable=False),
        sa.Column("discount_fen", sa.Integer, nullable=False),
        sa.Column("given_back_fen", sa.Integer, nullable=False),
        sa.Column("locked_at", Instant, nullable=False),
        sa.Column("redeemed_at", Instant),
        sa.Column("ended_at", Instant),
        sa.CheckConstraint("discount_fen > 0", name="ck_coupon_uses_discount"),
        sa.CheckConstraint("given_back_fen BETWEEN 0 AND discount_fen", name="ck_coupon_uses_given_back"),
        sa.CheckConstraint(
            "given_back_fen = 0 OR redeemed_at IS NOT NULL", name="ck_coupon_uses_only_used_come_back"
        ),
    )
    _some(_LIVE, "uq_coupon_uses_live", "coupon_uses", "coupon_id", unique=True)
    op.create_index("ix_coupon_uses_order", "coupon_uses", ["service", "order_id"])


def _shares() -> None:
    op.create_table(
        "coupon_shares",
        sa.Column("coupon_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("ref", sa.String(64), primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("share_fen", sa.Integer, nullable=False),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["coupon_id", "number"],
            ["coupon_uses.coupon_id", "coupon_uses.number"],
            name="fk_coupon_shares_use",
        ),
        sa.CheckConstraint("share_fen > 0", name="ck_coupon_shares_share"),
        sa.CheckConstraint("returned BETWEEN 0 AND quantity", name="ck_coupon_shares_returned"),
    )


def _owners() -> None:
    op.create_table(
        "coupon_owners",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("became", sa.String(64)),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_coupon_owners_became", "coupon_owners", ["became"])


def _steps_are_sealed() -> None:
    """A step is written once. Its keys keep it from being deleted as long as its coupon is there."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION coupon_steps_are_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the steps of a coupon are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER coupon_steps_sealed BEFORE UPDATE ON coupon_steps "
            "FOR EACH ROW EXECUTE FUNCTION coupon_steps_are_sealed()"
        )
        return
    op.execute(
        "CREATE TRIGGER coupon_steps_sealed BEFORE UPDATE ON coupon_steps "
        "BEGIN SELECT RAISE(ABORT, 'the steps of a coupon are append-only'); END"
    )


def _some(where: str, name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index of some of the rows."""
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some)
