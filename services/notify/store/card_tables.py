"""The tables of cards in WeChat's wallet."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from kernel.tables import Instant, RowNumber
from services.notify.store.tables import metadata

# What a campaign's card is in WeChat. said: the card as WeChat was told it last, as JSON; "" before that.
CARDS: Final = Table(
    "cards",
    metadata,
    Column("campaign_id", String(64), primary_key=True),
    Column("card_id", String(64), unique=True),
    Column("version", BigInteger, nullable=False),
    Column("said", String, nullable=False),
)

# A code of ours that a page was signed for. WeChat has it once the person said yes; the mall once it is bound.
CARD_CODES: Final = Table(
    "card_codes",
    metadata,
    Column("code_index", String(96), primary_key=True),
    Column("code", String(255), nullable=False),
    Column("card_id", String(64), nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("passenger_id", String(64), nullable=False),
    Column("coupon_id", String(64)),
    Column("state", String(16), nullable=False),
    Column("signed_at", Instant, nullable=False),
    CheckConstraint(
        "state IN ('signed', 'taken', 'bound', 'refused', 'used', 'void', 'deleted', 'lapsed')",
        name="ck_card_codes_state",
    ),
    Index("ix_card_codes_coupon", "coupon_id"),
    Index("ix_card_codes_passenger", "passenger_id"),
    Index("ix_card_codes_signed_at", "signed_at"),
)

# What is to be done with WeChat or the mall, until it is. attempts: how often it was begun.
CARD_ERRANDS: Final = Table(
    "card_errands",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(96), nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before_at", Instant, nullable=False),
    Column("reason", String(64)),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("kind", "subject", name="uq_card_errands"),
    CheckConstraint("state IN ('open', 'done', 'stuck')", name="ck_card_errands_state"),
    Index(
        "ix_card_errands_due",
        "not_before_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)
