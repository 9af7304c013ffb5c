"""The tables of payments. What may never be is refused by CHECKs; the ledger refuses any change by triggers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

OF_ITS_ORDER: Final = "state NOT IN ('closed', 'late')"
UNPAID: Final = "state IN ('created', 'prepaid')"
UNSETTLED: Final = "state IN ('requested', 'accepted', 'abnormal')"

INTENTS: Final = Table(
    "intents",
    metadata,
    Column("out_trade_no", String(32), primary_key=True),
    Column("order_service", String(16), nullable=False),
    Column("order_id", String(64), nullable=False),
    Column("passenger_id", String(64), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("description", String(127), nullable=False),
    Column("state", String(16), nullable=False),
    Column("prepay", String(256), nullable=False),
    Column("prepaid_at", Instant),
    Column("transaction_id", String(32), unique=True),
    Column("paid_at", Instant),
    Column("promised_fen", Integer, nullable=False),
    Column("refunded_fen", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("look_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "state IN ('created', 'prepaid', 'paid', 'partly_refunded', 'refunded', 'closed', 'late')",
        name="ck_intents_state",
    ),
    CheckConstraint("channel IN ('jsapi', 'native')", name="ck_intents_channel"),
    CheckConstraint("amount_fen > 0 AND currency = 'CNY'", name="ck_intents_amount"),
    CheckConstraint("state <> 'prepaid' OR prepay <> ''", name="ck_intents_prepaid"),
    CheckConstraint(
        "(state IN ('created', 'prepaid', 'closed')) = (transaction_id IS NULL)"
        " AND (transaction_id IS NULL) = (paid_at IS NULL)",
        name="ck_intents_paid",
    ),
    CheckConstraint(
        "0 <= refunded_fen AND refunded_fen <= promised_fen AND promised_fen <= amount_fen",
        name="ck_intents_refunded_fen",
    ),
    CheckConstraint("transaction_id IS NOT NULL OR promised_fen = 0", name="ck_intents_unpaid_gives_nothing"),
    CheckConstraint(
        "(state <> 'refunded' OR refunded_fen = amount_fen) AND (state <> 'paid' OR refunded_fen = 0)",
        name="ck_intents_refunded",
    ),
    # One payment an order: whoever asks twice finds the first.
    Index(
        "uq_intents_order",
        "order_service",
        "order_id",
        unique=True,
        sqlite_where=text(OF_ITS_ORDER),
        postgresql_where=text(OF_ITS_ORDER),
    ),
    Index("ix_intents_order", "order_service", "order_id"),
    Index("ix_intents_passenger_id", "passenger_id", "created_at"),
    Index("ix_intents_look_at", "look_at", sqlite_where=text(UNPAID), postgresql_where=text(UNPAID)),
)

REFUNDS: Final = Table(
    "refunds",
    metadata,
    Column("out_refund_no", String(64), primary_key=True),
    Column("out_trade_no", String(32), ForeignKey("intents.out_trade_no"), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("refund_id", String(64)),
    Column("requested_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("provider_code", String(64)),
    Column("attempts", Integer, nullable=False),
    Column("try_at", Instant, nullable=False),
    CheckConstraint(
        "state IN ('requested', 'accepted', 'done', 'abnormal', 'closed')", name="ck_refunds_state"
    ),
    CheckConstraint("amount_fen > 0", name="ck_refunds_amount"),
    CheckConstraint("state <> 'done' OR settled_at IS NOT NULL", name="ck_refunds_done"),
    Index("ix_refunds_out_trade_no", "out_trade_no"),
    Index("ix_refunds_try_at", "try_at", sqlite_where=text(UNSETTLED), postgresql_where=text(UNSETTLED)),
    Index(
        "ix_refunds_abnormal",
        "requested_at",
        sqlite_where=text("state = 'abnormal'"),
        postgresql_where=text("state = 'abnormal'"),
    ),
)

LEDGER: Final = Table(
    "ledger",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("debit", String(32), nullable=False),
    Column("credit", String(32), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("out_trade_no", String(32), ForeignKey("intents.out_trade_no"), nullable=False),
    Column("out_refund_no", String(64)),
    Column("at", Instant, nullable=False),
    CheckConstraint("amount_fen > 0", name="ck_ledger_amount"),
    CheckConstraint("debit <> credit", name="ck_ledger_accounts"),
    Index("ix_ledger_out_trade_no", "out_trade_no"),
    Index("ix_ledger_at", "at"),
)

NOTIFICATIONS: Final = Table(
    "notifications",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("event_type", String(64), nullable=False),
    Column("out_trade_no", String(64), nullable=False),
    Column("out_refund_no", String(64), nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("try_at", Instant, nullable=False),
    CheckConstraint("state IN ('received', 'applied', 'refused')", name="ck_notifications_state"),
    CheckConstraint("(state = 'refused') = (reason <> '')", name="ck_notifications_reason"),
    Index("ix_notifications_out_trade_no", "out_trade_no"),
    Index(
        "ix_notifications_open",
        "try_at",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    Index(
        "ix_notifications_refused",
        "received_at",
        sqlite_where=text("state = 'refused'"),
        postgresql_where=text("state = 'refused'"),
    ),
)

BILL_LINES: Final = Table(
    "bill_lines",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("out_trade_no", String(64), nullable=False),
    Column("transaction_id", String(64), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("fee_fen", Integer, nullable=False),
    CheckConstraint("kind IN ('payment', 'refund')", name="ck_bill_lines_kind"),
    Index("ix_bill_lines_day", "day"),
)

BILLS: Final = Table(
    "bills",
    metadata,
    Column("day", Date, primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("differences", Integer, nullable=False),
    Column("reconciled_at", Instant, nullable=False),
)

DIFFERENCES: Final = Table(
    "differences",
    metadata,
    Column("day", Date, ForeignKey("bills.day"), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("gap", String(16), nullable=False),
    Column("bill_fen", Integer),
    Column("ledger_fen", Integer),
    CheckConstraint("gap IN ('not_in_ledger', 'not_in_bill', 'other_amount')", name="ck_differences_gap"),
)
