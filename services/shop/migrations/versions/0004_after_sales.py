"""After-sales cases and invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _cases()
    _invoices()
    _steps_are_sealed("case_steps")


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("parcel_id", sa.String(32), sa.ForeignKey("parcels.id"), nullable=False),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("words_sealed", sa.Text),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("asked_fen", sa.Integer, nullable=False),
        sa.Column("refund_fen", sa.Integer, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "(state IN ('accepted', 'refunded')) = (refund_fen > 0)", name="ck_cases_accepted"
        ),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="ck_cases_decided"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_cases_decided_by"),
        sa.CheckConstraint(
            "reason IN ('damaged', 'wrong_item', 'not_as_described', 'expired', 'missing_part', 'changed_mind')",
            name="ck_cases_reason",
        ),
        sa.CheckConstraint("refund_fen BETWEEN 0 AND asked_fen", name="ck_cases_refund"),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'refunded', 'refused', 'withdrawn')", name="ck_cases_state"
        ),
    )
    _some("state = 'accepted'", "ix_cases_accepted", "cases", "order_id")
    op.create_index("ix_cases_order_id", "cases", ["order_id"])
    op.create_index("ix_cases_shop_id", "cases", ["shop_id", "state", "opened_at"])
    _some("state = 'open'", "uq_cases_open", "cases", "parcel_id", unique=True)
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("line_id", sa.String(32), sa.ForeignKey("parcel_lines.id"), primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("paid_fen", sa.Integer, nullable=False),
        sa.CheckConstraint("quantity > 0 AND paid_fen >= 0", name="ck_case_lines_counts"),
    )
    op.create_table(
        "case_photos",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("thumbnail_sealed", sa.Text, nullable=False),
        sa.Column("jpeg_sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_case_photos_case_id", "case_photos", ["case_id"])
    op.create_table(
        "case_steps",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.CheckConstraint("actor <> ''", name="ck_case_steps_actor"),
    )


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("merchant_id", sa.String(48), sa.ForeignKey("merchants.id"), nullable=False),
        sa.Column("merchant_name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("written_sealed", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.String(20)),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("answered_at", Instant),
        sa.Column("answered_by", sa.String(80)),
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="ck_invoices_answered"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="ck_invoices_answered_by"),
        sa.CheckConstraint("kind IN ('personal', 'company')", name="ck_invoices_kind"),
        sa.CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name="ck_invoices_number"),
        sa.CheckConstraint("state IN ('asked', 'issued', 'refused')", name="ck_invoices_state"),
        sa.UniqueConstraint("order_id", "merchant_id", name="uq_invoices_merchant"),
    )
    op.create_index("ix_invoices_asked", "invoices", ["state", "asked_at"])


def _steps_are_sealed(table: str) -> None:
    """A step is written once. Its keys keep it from being deleted as long as what it is about is there."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_are_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} are append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_are_sealed()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
    )


def _some(where: str, name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index of some of the rows."""
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some)
