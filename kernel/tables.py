"""Tables that every service's database has, and the column type for instants.

    outbox            events saved with the change that caused them; sent_at is null until the broker has them
    inbox_requests    answers given, by request_id
    inbox_events      events whose effect is in this database
    leases            who may do a job that runs once whatever the number of copies

They are created by each service's own first migration (`kernel.migrate.create_kernel_tables`), so that a
service's database needs no other.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, to the microsecond, that sorts and compares on both databases.

    SQLite keeps it as text without a zone, which is UTC by this type; PostgreSQL as timestamptz.
    A naive datetime is refused: it would be a silent guess about the zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column that is exactly INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")

_kernel = MetaData()

OUTBOX = Table(
    "outbox",
    _kernel,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("event_id", String(32), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("aggregate", String(128), nullable=False),
    Column("aggregate_version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("headers", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    # The relay asks for unsent rows only: its index holds these and stays as small as the backlog.
    Index(
        "ix_outbox_unsent",
        "id",
        sqlite_where=text("sent_at IS NULL"),
        postgresql_where=text("sent_at IS NULL"),
    ),
    # The purge asks for sent rows only; an index of all would tempt the planner to sort the backlog.
    Index(
        "ix_outbox_sent_at",
        "sent_at",
        sqlite_where=text("sent_at IS NOT NULL"),
        postgresql_where=text("sent_at IS NOT NULL"),
    ),
    # A number given once is never given again, even when the newest rows were purged.
    sqlite_autoincrement=True,
)

INBOX_REQUESTS = Table(
    "inbox_requests",
    _kernel,
    Column("request_id", String(128), primary_key=True),
    Column("method", String(64), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("answered_at", Instant, nullable=False),
    Index("ix_inbox_requests_answered_at", "answered_at"),
)

INBOX_EVENTS = Table(
    "inbox_events",
    _kernel,
    Column("event_id", String(64), primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Index("ix_inbox_events_seen_at", "seen_at"),
)

LEASES = Table(
    "leases",
    _kernel,
    Column("name", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)


def kernel_tables(metadata: MetaData) -> dict[str, Table]:
    """Add the kernel's tables to a service's metadata; returns them by name."""
    return {table.name: table.to_metadata(metadata) for table in _kernel.sorted_tables}


def create_all(bind: Any) -> None:
    """Create the kernel's tables where there is no service to migrate: the kernel's own tests."""
    _kernel.create_all(bind)
