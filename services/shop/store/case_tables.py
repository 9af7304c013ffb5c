"""The tables of what comes after: cases and invoices."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from kernel.tables import Instant
from services.shop.schemas.order_words import CaseReason, CaseState, InvoiceKind, InvoiceState
from services.shop.store.tables import among, metadata, some

# words_sealed: what the buyer wrote, null: erased; answer: what the shop wrote.
CASES: Final = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
    Column("parcel_id", String(32), ForeignKey("parcels.id"), nullable=False),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("words_sealed", Text),
    Column("answer", String(500), nullable=False),
    Column("asked_fen", Integer, nullable=False),
    Column("refund_fen", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(80)),
    Column("version", Integer, nullable=False),
    CheckConstraint(among("state", CaseState), name="ck_cases_state"),
    CheckConstraint(among("reason", CaseReason), name="ck_cases_reason"),
    CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="ck_cases_decided"),
    CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_cases_decided_by"),
    CheckConstraint("refund_fen BETWEEN 0 AND asked_fen", name="ck_cases_refund"),
    # What was wholly paid by a coupon is taken back without money.
    CheckConstraint(
        "(state IN ('accepted', 'refunded') AND (refund_fen > 0 OR asked_fen = 0))"
        " OR (state NOT IN ('accepted', 'refunded') AND refund_fen = 0)",
        name="ck_cases_accepted",
    ),
    # A parcel has one at a time, so that no piece is asked back twice.
    some("state = 'open'", "uq_cases_open", "parcel_id", unique=True),
    some("state = 'accepted'", "ix_cases_accepted", "order_id"),
    Index("ix_cases_order_id", "order_id"),
    Index("ix_cases_shop_id", "shop_id", "state", "opened_at"),
)

CASE_LINES: Final = Table(
    "case_lines",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("line_id", String(32), ForeignKey("parcel_lines.id"), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("paid_fen", Integer, nullable=False),
    CheckConstraint("quantity > 0 AND paid_fen >= 0", name="ck_case_lines_counts"),
)

CASE_PHOTOS: Final = Table(
    "case_photos",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False),
    Column("thumbnail_sealed", Text, nullable=False),
    Column("jpeg_sealed", Text, nullable=False),
    Index("ix_case_photos_case_id", "case_id"),
)

# Append-only: a trigger refuses everything else.
CASE_STEPS: Final = Table(
    "case_steps",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    CheckConstraint("actor <> ''", name="ck_case_steps_actor"),
)

# written_sealed: title, tax number and e-mail; null: erased.
INVOICES: Final = Table(
    "invoices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
    Column("merchant_id", String(48), ForeignKey("merchants.id"), nullable=False),
    Column("merchant_name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("written_sealed", Text),
    Column("state", String(16), nullable=False),
    Column("number", String(20)),
    Column("words", String(300), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", String(80)),
    UniqueConstraint("order_id", "merchant_id", name="uq_invoices_merchant"),
    CheckConstraint(among("kind", InvoiceKind), name="ck_invoices_kind"),
    CheckConstraint(among("state", InvoiceState), name="ck_invoices_state"),
    CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="ck_invoices_number"),
    CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="ck_invoices_answered"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="ck_invoices_answered_by"),
    Index("ix_invoices_asked", "state", "asked_at"),
)
