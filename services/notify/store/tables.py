"""The tables of notify."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)


def _where(condition: str) -> dict[str, Any]:
    """An index of the few rows that are asked for, which stays as small as they are."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


RECIPIENTS: Final = Table(
    "recipients",
    metadata,
    Column("passenger_id", String(64), primary_key=True),
    Column("openid", String(64)),
    Column("language", String(8), nullable=False),
    Column("subscribed", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    # Whether they agreed to messages about flights: given, never or withdrawn.
    Column("consent", String(16), nullable=False, server_default="never"),
    # WeChat said that they don't follow us, whatever passengers has heard so far.
    Column("blocked_at", Instant),
    Index("ix_recipients_openid", "openid"),
)

# Travellers that are erased or part of another: what still comes about them is dropped or goes to `into`.
GONE: Final = Table(
    "gone",
    metadata,
    Column("passenger_id", String(64), primary_key=True),
    Column("into", String(64)),
    Column("at", Instant, nullable=False),
    Index("ix_gone_into", "into"),
)

FOLLOWS: Final = Table(
    "follows",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("passenger_id", String(64), nullable=False),
    Column("flight_id", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("passenger_id", "flight_id", name="uq_follows"),
    Index("ix_follows_flight", "flight_id", "id"),
    # News goes to the follows up to a number: one given again could reach somebody who came later.
    sqlite_autoincrement=True,
)

FLIGHTS: Final = Table(
    "flights",
    metadata,
    Column("flight_id", String(64), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("board_at", Instant, nullable=False),
    Column("document", String, nullable=False),
    Column("memory", String, nullable=False),
    Column("next_due_at", Instant),
    Index("ix_flights_due", "next_due_at", **_where("next_due_at IS NOT NULL")),
    Index("ix_flights_board_at", "board_at"),
)

NEWS: Final = Table(
    "news",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("flight_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("said", String, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("not_before_at", Instant),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("followers", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    # The fan-out goes over follows.id, from after `done_id` to `last_id`.
    Column("done_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Index("ix_news_open", "rank", "id", **_where("state = 'open'")),
    Index("ix_news_flight", "flight_id", "id"),
    Index("ix_news_created_at", "created_at"),
    sqlite_autoincrement=True,
)

_OPEN: Final = "state IN ('queued', 'deferred', 'sending')"

# A message about an order, or with a code, is about no flight: its flight_id is "".
MESSAGES: Final = Table(
    "messages",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("news_id", BigInteger, nullable=False),
    Column("flight_id", String(64), nullable=False),
    Column("order_id", String(64), nullable=False, server_default=text("''")),
    Column("passenger_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("not_before_at", Instant),
    Column("claimed_at", Instant),
    Column("claimed_by", String(64)),
    # The first attempt whose answer was lost: WeChat may have the message since then.
    Column("unsure_since", Instant),
    Column("wechat_msgid", String(64)),
    Column("sent_at", Instant),
    Column("received_at", Instant),
    # What makes it impossible that somebody is told twice, whatever is done again.
    UniqueConstraint("news_id", "passenger_id", name="uq_messages"),
    Index("ix_messages_queued", "rank", "id", **_where("state = 'queued'")),
    Index("ix_messages_deferred", "not_before_at", **_where("state = 'deferred'")),
    Index("ix_messages_sending", "claimed_at", **_where("state = 'sending'")),
    Index("ix_messages_open", "passenger_id", "flight_id", "id", **_where(_OPEN)),
    Index("ix_messages_passenger", "passenger_id", "id"),
    Index("ix_messages_flight", "flight_id", "id"),
    Index("ix_messages_order", "order_id", "id", **_where("order_id <> ''")),
    Index("ix_messages_msgid", "wechat_msgid", **_where("wechat_msgid IS NOT NULL")),
    Index("ix_messages_created_at", "created_at", "state"),
    sqlite_autoincrement=True,
)

# Who doesn't want which template (43101).
REFUSALS: Final = Table(
    "refusals",
    metadata,
    Column("passenger_id", String(64), primary_key=True),
    Column("template", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

# A receipt may come before the answer it belongs to is saved.
EARLY_RECEIPTS: Final = Table(
    "early_receipts",
    metadata,
    Column("msgid", String(64), primary_key=True),
    Column("status", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_early_receipts_at", "at"),
)

CUSTOMER_MESSAGES: Final = Table(
    "customer_messages",
    metadata,
    Column("request_id", String(128), primary_key=True),
    Column("fingerprint", String(32), nullable=False),
    Column("openid", String(64), nullable=False),
    Column("errcode", Integer),
    Column("at", Instant, nullable=False),
    Index("ix_customer_messages_at", "at"),
    Index("ix_customer_messages_openid", "openid"),
)

TOKENS: Final = Table(
    "tokens",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("sealed", String, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

ACCOUNT: Final = Table(
    "account",
    metadata,
    Column("appid", String(64), primary_key=True),
    Column("paused_until", Instant),
    Column("reason", String(64)),
    Column("alert", String(200)),
)
