"""Recipients, follows, followed flights, news, messages, and the account's state."""

from __future__ import annotations

from typing import Any

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
    _people()
    _news()
    _account()


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _people() -> None:
    op.create_table(
        "recipients",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("openid", sa.String(64)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("subscribed", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("blocked_at", Instant),
    )
    op.create_index("ix_recipients_openid", "recipients", ["openid"])
    op.create_table(
        "gone",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("into", sa.String(64)),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_gone_into", "gone", ["into"])
    op.create_table(
        "follows",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("passenger_id", sa.String(64), nullable=False),
        sa.Column("flight_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.UniqueConstraint("passenger_id", "flight_id", name="uq_follows"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_follows_flight", "follows", ["flight_id", "id"])
    op.create_table(
        "refusals",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("template", sa.String(64), primary_key=True),
        sa.Column("at", Instant, nullable=False),
    )


def _news() -> None:
    op.create_table(
        "flights",
        sa.Column("flight_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("board_at", Instant, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("memory", sa.String, nullable=False),
        sa.Column("next_due_at", Instant),
    )
    op.create_index("ix_flights_board_at", "flights", ["board_at"])
    op.create_index("ix_flights_due", "flights", ["next_due_at"], **_where("next_due_at IS NOT NULL"))
    op.create_table(
        "news",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("flight_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("decided_at", Instant, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("not_before_at", Instant),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("followers", sa.Integer, nullable=False),
        sa.Column("reached", sa.Integer, nullable=False),
        sa.Column("done_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_news_created_at", "news", ["created_at"])
    op.create_index("ix_news_flight", "news", ["flight_id", "id"])
    op.create_index("ix_news_open", "news", ["rank", "id"], **_where("state = 'open'"))
    op.create_table(
        "messages",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("news_id", sa.BigInteger, nullable=False),
        sa.Column("flight_id", sa.String(64), nullable=False),
        sa.Column("passenger_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("not_before_at", Instant),
        sa.Column("claimed_at", Instant),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("unsure_since", Instant),
        sa.Column("wechat_msgid", sa.String(64)),
        sa.Column("sent_at", Instant),
        sa.Column("received_at", Instant),
        sa.UniqueConstraint("news_id", "passenger_id", name="uq_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at", "state"])
    op.create_index("ix_messages_deferred", "messages", ["not_before_at"], **_where("state = 'deferred'"))
    op.create_index("ix_messages_flight", "messages", ["flight_id", "id"])
    op.create_index("ix_messages_msgid", "messages", ["wechat_msgid"], **_where("wechat_msgid IS NOT NULL"))
    op.create_index(
        "ix_messages_open",
        "messages",
        ["passenger_id", "flight_id", "id"],
        **_where("state IN ('queued', 'deferred', 'sending')"),
    )
    op.create_index("ix_messages_passenger", "messages", ["passenger_id", "id"])
    op.create_index("ix_messages_queued", "messages", ["rank", "id"], **_where("state = 'queued'"))
    op.create_index("ix_messages_sending", "messages", ["claimed_at"], **_where("state = 'sending'"))


def _account() -> None:
    op.create_table(
        "early_receipts",
        sa.Column("msgid", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_early_receipts_at", "early_receipts", ["at"])
    op.create_table(
        "customer_messages",
        sa.Column("request_id", sa.String(128), primary_key=True),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("errcode", sa.Integer),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_customer_messages_at", "customer_messages", ["at"])
    op.create_index("ix_customer_messages_openid", "customer_messages", ["openid"])
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.String, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("appid", sa.String(64), primary_key=True),
        sa.Column("paused_until", Instant),
        sa.Column("reason", sa.String(64)),
        sa.Column("alert", sa.String(200)),
    )
