"""Tables of staff."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from kernel.tables import Instant, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

ACCOUNTS: Final = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("shops", Text, nullable=False, server_default=text("''")),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("enrolled", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    Column("version", Integer, nullable=False),
)

RECOVERY_CODES: Final = Table(
    "recovery_codes",
    metadata,
    Column("account_id", String(32), ForeignKey("accounts.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

CHALLENGES: Final = Table(
    "challenges",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("login", String(200), nullable=False),
    Column("account_id", String(32)),
    Column("enrols", Boolean, nullable=False),
    Column("bucket", String(80), nullable=False),
    Column("known_device", Boolean, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_challenges_expires_at", "expires_at"),
)

SESSIONS: Final = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
    Index("ix_sessions_account_id", "account_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

DEVICES: Final = Table(
    "devices",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_devices_account_id", "account_id"),
    Index("ix_devices_expires_at", "expires_at"),
)

BUCKETS: Final = Table(
    "buckets",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Index("ix_buckets_last_at", "last_at"),
)

# Rows are only ever added; triggers of the database refuse the rest (migration 0001).
AUDIT: Final = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_actor", "actor", "seq"),
    Index("ix_audit_subject", "subject", "seq"),
    Index("ix_audit_action", "action", "seq"),
)

# One row: whoever appends to the trail holds it until the commit, so that the chain has no fork.
AUDIT_HEAD: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
