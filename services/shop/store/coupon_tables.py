"""The tables of campaigns and coupons.

    campaigns         what is given out; never more than its stock
    coupons           whose they are, and in which state; never more than per_person of a campaign for one
    coupon_moves      the legal moves, one a row
    coupon_steps      append-only: every step of every coupon, who took it, when, and why
    coupon_uses       each time that a coupon was locked for an order, and how that ended
    coupon_shares     what it took off each line, and how many of its pieces came back
    coupon_owners     accounts that became others, or are gone

A coupon's state is the end of its steps, each step begins where the last one ended, and each is a legal move: foreign
keys say so, so that no statement leads past them. An account that merged has coupons whose nth is above the limit: they
were claimed by two, and count for both.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.saga.chain import moves_table, steps_table
from kernel.tables import Instant
from services.shop.store.tables import metadata

_CHANGE: Final = text("source = 'given_back'")
_LOCKED: Final = text("lock_until IS NOT NULL")
CHANGE: Final = text("coupons.source = 'given_back'")
CLAIMED: Final = text("coupons.state = 'claimed'")
UNTOLD: Final = text("coupons.state = 'claimed' AND NOT coupons.soon_told")
OVER: Final = text("coupons.state IN ('expired', 'redeemed', 'void')")
"""SQLite takes an index of some rows only for a query that says which in the same words."""
_CLAIMED: Final = text("state = 'claimed'")
_OVER: Final = text("state IN ('expired', 'redeemed', 'void')")
_UNTOLD: Final = text("state = 'claimed' AND NOT soon_told")
_LIVE: Final = text("ended_at IS NULL")

CAMPAIGNS: Final = Table(
    "campaigns",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title_zh", String(60), nullable=False),
    Column("title_en", String(120), nullable=False),
    Column("terms_zh", Text, nullable=False),
    Column("terms_en", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("value_fen", Integer),
    Column("pct", Integer),
    Column("cap_fen", Integer),
    Column("threshold_fen", Integer, nullable=False),
    Column("stock", Integer, nullable=False),
    Column("claimed", Integer, nullable=False),
    Column("per_person", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("valid_from", Instant),
    Column("valid_until", Instant),
    Column("valid_days", Integer),
    Column("services", Text, nullable=False),  # JSON lists, sorted
    Column("shop_ids", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("stack_group", String(32), nullable=False),
    Column("funded_by", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("card_id", String(64)),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("claimed BETWEEN 0 AND stock", name="ck_campaigns_claimed"),
    CheckConstraint("per_person > 0", name="ck_campaigns_per_person"),
    CheckConstraint(
        "(kind = 'amount' AND value_fen > 0 AND pct IS NULL AND cap_fen IS NULL)"
        " OR (kind = 'percent' AND pct BETWEEN 1 AND 99 AND value_fen IS NULL)",
        name="ck_campaigns_kind",
    ),
    CheckConstraint("threshold_fen >= 0", name="ck_campaigns_threshold"),
    CheckConstraint("starts_at < ends_at", name="ck_campaigns_times"),
    CheckConstraint("(valid_days IS NULL) <> (valid_until IS NULL)", name="ck_campaigns_valid"),
    CheckConstraint("(valid_from IS NULL) = (valid_until IS NULL)", name="ck_campaigns_valid_from"),
    CheckConstraint("state IN ('draft', 'ended', 'on', 'paused')", name="ck_campaigns_state"),
    CheckConstraint("funded_by IN ('airport', 'merchant')", name="ck_campaigns_funded_by"),
    Index("ix_campaigns_state", "state", "ends_at"),
    Index("ix_campaigns_card_id", "card_id"),
)

MOVES_TABLE: Final = moves_table(metadata, "coupon")

COUPONS: Final = Table(
    "coupons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("campaign_id", String(32), ForeignKey("campaigns.id"), nullable=False),
    Column("passenger_id", String(64), nullable=False),
    Column("nth", Integer),
    Column("state", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("value_fen", Integer),
    Column("threshold_fen", Integer),
    Column("parent_id", String(32), ForeignKey("coupons.id")),
    Column("claimed_at", Instant, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("code_digest", String(80), nullable=False),
    Column("code_sealed", Text, nullable=False),
    Column("card_code_digest", String(80)),
    Column("card_code_sealed", Text),
    Column("uses", Integer, nullable=False),
    Column("lock_until", Instant),
    Column("soon_told", Boolean, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(
        ["id", "steps", "state"],
        ["coupon_steps.coupon_id", "coupon_steps.number", "coupon_steps.after"],
        name="fk_coupons_step",
    ),
    UniqueConstraint("campaign_id", "passenger_id", "nth", name="uq_coupons_nth"),
    UniqueConstraint("code_digest", name="uq_coupons_code"),
    UniqueConstraint("card_code_digest", name="uq_coupons_card_code"),
    CheckConstraint("state IN ('claimed', 'expired', 'locked', 'redeemed', 'void')", name="ck_coupons_state"),
    CheckConstraint("source IN ('card', 'given_back', 'page')", name="ck_coupons_source"),
    CheckConstraint("nth > 0", name="ck_coupons_nth"),
    # What is left of a coupon gives nothing new: it has no number, a value of its own, and a parent.
    CheckConstraint(
        "(source = 'given_back') = (nth IS NULL) AND (source = 'given_back') = (value_fen IS NOT NULL)"
        " AND (source = 'given_back') = (threshold_fen IS NOT NULL)"
        " AND (source = 'given_back') = (parent_id IS NOT NULL)",
        name="ck_coupons_change",
    ),
    CheckConstraint("value_fen > 0", name="ck_coupons_value"),
    CheckConstraint("threshold_fen >= 0", name="ck_coupons_threshold"),
    CheckConstraint("valid_from < valid_until", name="ck_coupons_valid"),
    CheckConstraint("lock_until IS NULL OR state = 'locked'", name="ck_coupons_lock"),
    CheckConstraint("state NOT IN ('locked', 'redeemed') OR uses > 0", name="ck_coupons_used"),
    CheckConstraint("(card_code_digest IS NULL) = (card_code_sealed IS NULL)", name="ck_coupons_card_code"),
    Index("ix_coupons_passenger_id", "passenger_id", "claimed_at", "id"),
    Index("ix_coupons_campaign_id", "campaign_id", "state"),
    Index("ix_coupons_parent_id", "parent_id", sqlite_where=_CHANGE, postgresql_where=_CHANGE),
    Index("ix_coupons_lock_until", "lock_until", sqlite_where=_LOCKED, postgresql_where=_LOCKED),
    Index("ix_coupons_valid_until", "valid_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
    Index("ix_coupons_over", "valid_until", sqlite_where=_OVER, postgresql_where=_OVER),
    Index("ix_coupons_untold", "valid_until", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
)

STEPS: Final = steps_table(metadata, "coupon", actor_size=80)

USES: Final = Table(
    "coupon_uses",
    metadata,
    Column("coupon_id", String(32), ForeignKey("coupons.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("service", String(16), nullable=False),
    Column("order_id", String(128), nullable=False),
    Column("discount_fen", Integer, nullable=False),
    Column("given_back_fen", Integer, nullable=False),
    Column("locked_at", Instant, nullable=False),
    Column("redeemed_at", Instant),
    Column("ended_at", Instant),
    CheckConstraint("discount_fen > 0", name="ck_coupon_uses_discount"),
    CheckConstraint("given_back_fen BETWEEN 0 AND discount_fen", name="ck_coupon_uses_given_back"),
    CheckConstraint(
        "given_back_fen = 0 OR redeemed_at IS NOT NULL", name="ck_coupon_uses_only_used_come_back"
    ),
    # A coupon is in one order at a time: whatever a store does wrong, it isn't spent twice.
    Index("uq_coupon_uses_live", "coupon_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_coupon_uses_order", "service", "order_id"),
)

SHARES: Final = Table(
    "coupon_shares",
    metadata,
    Column("coupon_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("ref", String(64), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("share_fen", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    ForeignKeyConstraint(
        ["coupon_id", "number"], ["coupon_uses.coupon_id", "coupon_uses.number"], name="fk_coupon_shares_use"
    ),
    CheckConstraint("share_fen > 0", name="ck_coupon_shares_share"),
    CheckConstraint("returned BETWEEN 0 AND quantity", name="ck_coupon_shares_returned"),
)

OWNERS: Final = Table(
    "coupon_owners",
    metadata,
    Column("passenger_id", String(64), primary_key=True),
    Column("became", String(64)),
    Column("at", Instant, nullable=False),
    Index("ix_coupon_owners_became", "became"),
)
