"""Travellers, their WeChat accounts, sessions, companions, documents and consents; what was done to them."""

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
    _accounts()
    _belongings()
    _records()


def _passenger_id() -> sa.Column[str]:
    return sa.Column("passenger_id", sa.String(32), sa.ForeignKey("passengers.id"), nullable=False)


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _accounts() -> None:
    op.create_table(
        "passengers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("last_seen_at", Instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("merged_into", sa.String(32), sa.ForeignKey("passengers.id")),
    )
    _indexed("passengers", "merged_into", "last_seen_at")
    op.create_table(
        "wechat_accounts",
        sa.Column("openid", sa.String(64), primary_key=True),
        sa.Column("unionid", sa.String(64)),
        _passenger_id(),
        sa.Column("subscribed", sa.Boolean, nullable=False),
        sa.Column("subscribed_at", Instant),
        sa.Column("news_at", Instant),
    )
    _indexed("wechat_accounts", "unionid", "passenger_id")
    op.create_table(
        "sign_in_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.Column("taken_at", Instant, nullable=False),
    )
    _indexed("sign_in_codes", "taken_at")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _passenger_id(),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("last_seen_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    _indexed("sessions", "passenger_id", "last_seen_at", "expires_at")


def _belongings() -> None:
    op.create_table(
        "companions",
        sa.Column("id", sa.String(32), primary_key=True),
        _passenger_id(),
        sa.Column("name_sealed", sa.String, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
    )
    _indexed("companions", "passenger_id")
    op.create_index("ix_companions_key_id_id", "companions", ["key_id", "id"])
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        _passenger_id(),
        sa.Column("companion_id", sa.String(32), sa.ForeignKey("companions.id")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number_sealed", sa.String, nullable=False),
        sa.Column("number_index", sa.String(80), nullable=False),
        sa.Column("details_sealed", sa.String, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("masked_number", sa.String(32), nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("checked", sa.String(16), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
    )
    _indexed("documents", "passenger_id", "companion_id", "number_index", "expires_on")
    op.create_index("ix_documents_key_id_id", "documents", ["key_id", "id"])
    op.create_table(
        "consents",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        _passenger_id(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    _indexed("consents", "passenger_id")


def _records() -> None:
    op.create_table(
        "unmaskings",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("passenger_id", sa.String(32), nullable=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    _indexed("unmaskings", "passenger_id", "at")
    op.create_table(
        "audit",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("passenger_id", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    _indexed("audit", "passenger_id", "at")
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("passenger_id", sa.String(32), nullable=False),
        sa.Column("requested_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("completed_at", Instant),
    )
    _indexed("erasures", "requested_at")
    still_open = sa.text("completed_at IS NULL")
    op.create_index(
        "ix_erasures_open",
        "erasures",
        ["requested_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "erasure_services",
        sa.Column("erasure_id", sa.String(32), sa.ForeignKey("erasures.id"), primary_key=True),
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("done_at", Instant),
        sa.Column("counts", sa.String, nullable=False),
    )
