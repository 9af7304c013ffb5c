"""Intents, refunds, the ledger that nothing changes, notifications, bills and their differences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel import migrate
from kernel.tables import Instant, RowNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_kernel_tables(op)
    _bill_lines()
    _bills()
    _intents()
    _notifications()
    _differences()
    _ledger()
    _refunds()
    _seal_the_ledger()


def _bill_lines() -> None:
    op.create_table(
        "bill_lines",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("out_trade_no", sa.String(length=64), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("fee_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name="ck_bill_lines_kind"),
        sa.PrimaryKeyConstraint("key", "day"),
    )
    op.create_index("ix_bill_lines_day", "bill_lines", ["day"], unique=False)


def _bills() -> None:
    op.create_table(
        "bills",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("reconciled_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )


def _intents() -> None:
    op.create_table(
        "intents",
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("order_service", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("passenger_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("description", sa.String(length=127), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("prepay", sa.String(length=256), nullable=False),
        sa.Column("prepaid_at", Instant, nullable=True),
        sa.Column("transaction_id", sa.String(length=32), nullable=True),
        sa.Column("paid_at", Instant, nullable=True),
        sa.Column("promised_fen", sa.Integer(), nullable=False),
        sa.Column("refunded_fen", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("look_at", Instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state <> 'refunded' OR refunded_fen = amount_fen) AND (state <> 'paid' OR refunded_fen = 0)",
            name="ck_intents_refunded",
        ),
        sa.CheckConstraint(
            "(state IN ('created', 'prepaid', 'closed')) = (transaction_id IS NULL)"
            " AND (transaction_id IS NULL) = (paid_at IS NULL)",
            name="ck_intents_paid",
        ),
        sa.CheckConstraint("amount_fen > 0 AND currency = 'CNY'", name="ck_intents_amount"),
        sa.CheckConstraint("channel IN ('jsapi', 'native')", name="ck_intents_channel"),
        sa.CheckConstraint("state <> 'prepaid' OR prepay <> ''", name="ck_intents_prepaid"),
        sa.CheckConstraint(
            "state IN ('created', 'prepaid', 'paid', 'partly_refunded', 'refunded', 'closed', 'late')",
            name="ck_intents_state",
        ),
        sa.CheckConstraint(
            "0 <= refunded_fen AND refunded_fen <= promised_fen AND promised_fen <= amount_fen",
            name="ck_intents_refunded_fen",
        ),
        sa.CheckConstraint(
            "transaction_id IS NOT NULL OR promised_fen = 0", name="ck_intents_unpaid_gives_nothing"
        ),
        sa.PrimaryKeyConstraint("out_trade_no"),
        sa.UniqueConstraint("transaction_id"),
    )
    op.create_index(
        "ix_intents_look_at",
        "intents",
        ["look_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('created', 'prepaid')"),
        postgresql_where=sa.text("state IN ('created', 'prepaid')"),
    )
    op.create_index("ix_intents_order", "intents", ["order_service", "order_id"], unique=False)
    op.create_index(
        "uq_intents_order",
        "intents",
        ["order_service", "order_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('closed', 'late')"),
        postgresql_where=sa.text("state NOT IN ('closed', 'late')"),
    )


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("out_trade_no", sa.String(length=64), nullable=False),
        sa.Column("out_refund_no", sa.String(length=64), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", Instant, nullable=False),
        sa.CheckConstraint("(state = 'refused') = (reason <> '')", name="ck_notifications_reason"),
        sa.CheckConstraint("state IN ('received', 'applied', 'refused')", name="ck_notifications_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_notifications_open",
        "notifications",
        ["try_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index("ix_notifications_out_trade_no", "notifications", ["out_trade_no"], unique=False)
    op.create_index(
        "ix_notifications_refused",
        "notifications",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'refused'"),
        postgresql_where=sa.text("state = 'refused'"),
    )


def _differences() -> None:
    op.create_table(
        "differences",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("gap", sa.String(length=16), nullable=False),
        sa.Column("bill_fen", sa.Integer(), nullable=True),
        sa.Column("ledger_fen", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "gap IN ('not_in_ledger', 'not_in_bill', 'other_amount')", name="ck_differences_gap"
        ),
        sa.ForeignKeyConstraint(
            ["day"],
            ["bills.day"],
        ),
        sa.PrimaryKeyConstraint("day", "key"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("debit", sa.String(length=32), nullable=False),
        sa.Column("credit", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("out_refund_no", sa.String(length=64), nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint("amount_fen > 0", name="ck_ledger_amount"),
        sa.CheckConstraint("debit <> credit", name="ck_ledger_accounts"),
        sa.ForeignKeyConstraint(
            ["out_trade_no"],
            ["intents.out_trade_no"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_ledger_at", "ledger", ["at"], unique=False)
    op.create_index("ix_ledger_out_trade_no", "ledger", ["out_trade_no"], unique=False)


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("out_refund_no", sa.String(length=64), nullable=False),
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=True),
        sa.Column("requested_at", Instant, nullable=False),
        sa.Column("settled_at", Instant, nullable=True),
        sa.Column("provider_code", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", Instant, nullable=False),
        sa.CheckConstraint("state <> 'done' OR settled_at IS NOT NULL", name="ck_refunds_done"),
        sa.CheckConstraint(
            "state IN ('requested', 'accepted', 'done', 'abnormal', 'closed')", name="ck_refunds_state"
        ),
        sa.CheckConstraint("amount_fen > 0", name="ck_refunds_amount"),
        sa.ForeignKeyConstraint(
            ["out_trade_no"],
            ["intents.out_trade_no"],
        ),
        sa.PrimaryKeyConstraint("out_refund_no"),
    )
    op.create_index(
        "ix_refunds_abnormal",
        "refunds",
        ["requested_at"],
        unique=False,
        sqlite_where=sa.text("state = 'abnormal'"),
        postgresql_where=sa.text("state = 'abnormal'"),
    )
    op.create_index("ix_refunds_out_trade_no", "refunds", ["out_trade_no"], unique=False)
    op.create_index(
        "ix_refunds_try_at",
        "refunds",
        ["try_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('requested', 'accepted', 'abnormal')"),
        postgresql_where=sa.text("state IN ('requested', 'accepted', 'abnormal')"),
    )


def _seal_the_ledger() -> None:
    """A posting is written once: whoever erred writes another that corrects it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_is_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_sealed BEFORE UPDATE OR DELETE ON ledger "
            "FOR EACH ROW EXECUTE FUNCTION ledger_is_sealed()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_sealed_{verb.lower()} BEFORE {verb} ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        )
