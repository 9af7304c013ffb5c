"""The tables of passengers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
    text,
)

from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

# A row whose merged_into is set is a signpost only: nothing belongs to it any more.
PASSENGERS: Final = Table(
    "passengers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("language", String(2), nullable=False),
    Column("language_chosen", Boolean, nullable=False, server_default=false()),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("merged_into", String(32), ForeignKey("passengers.id")),
    Index("ix_passengers_merged_into", "merged_into"),
    Index("ix_passengers_last_seen_at", "last_seen_at"),
)


def _passenger_id() -> Column[str]:
    return Column("passenger_id", String(32), ForeignKey("passengers.id"), nullable=False)


WECHAT_ACCOUNTS: Final = Table(
    "wechat_accounts",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("unionid", String(64)),
    _passenger_id(),
    Column("subscribed", Boolean, nullable=False),
    Column("subscribed_at", Instant),
    Column("news_at", Instant),
    Index("ix_wechat_accounts_unionid", "unionid"),
    Index("ix_wechat_accounts_passenger_id", "passenger_id"),
)

SIGN_IN_CODES: Final = Table(
    "sign_in_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("request_id", String(128), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Index("ix_sign_in_codes_taken_at", "taken_at"),
)

SESSIONS: Final = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _passenger_id(),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_sessions_passenger_id", "passenger_id"),
    Index("ix_sessions_last_seen_at", "last_seen_at"),
    Index("ix_sessions_expires_at", "expires_at"),
)

# No foreign key: it is over in minutes, and what was merged or erased meanwhile is looked up when it is claimed.
PAIRINGS: Final = Table(
    "pairings",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("watch_hash", String(64), nullable=False),
    Column("number", String(2), nullable=False),
    Column("browser", String(80), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("passenger_id", String(32)),
    CheckConstraint(
        "state IN ('waiting', 'refused') AND passenger_id IS NULL"
        " OR state IN ('approved', 'used') AND passenger_id IS NOT NULL",
        name="ck_pairings_state",
    ),
    Index("ix_pairings_watch_hash", "watch_hash", unique=True),
    Index("ix_pairings_expires_at", "expires_at"),
)

# key_id: of the key that sealed this row, so that those under an old key are found without reading all.
COMPANIONS: Final = Table(
    "companions",
    metadata,
    Column("id", String(32), primary_key=True),
    _passenger_id(),
    Column("name_sealed", String, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_companions_passenger_id", "passenger_id"),
    Index("ix_companions_key_id_id", "key_id", "id"),
)

DOCUMENTS: Final = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    _passenger_id(),
    Column("companion_id", String(32), ForeignKey("companions.id")),
    Column("kind", String(16), nullable=False),
    Column("number_sealed", String, nullable=False),
    Column("number_index", String(80), nullable=False),
    Column("details_sealed", String, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("masked_number", String(32), nullable=False),
    Column("expires_on", Date),
    Column("checked", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_documents_passenger_id", "passenger_id"),
    Index("ix_documents_companion_id", "companion_id"),
    Index("ix_documents_number_index", "number_index"),
    Index("ix_documents_key_id_id", "key_id", "id"),
    Index("ix_documents_expires_on", "expires_on"),
)

CONSENTS: Final = Table(
    "consents",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    _passenger_id(),
    Column("kind", String(32), nullable=False),
    Column("version", String(32), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_consents_passenger_id", "passenger_id"),
)

# No foreign keys below: what was done is remembered when those to whom it was done are erased. Ids only.
UNMASKINGS: Final = Table(
    "unmaskings",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("passenger_id", String(32), nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_unmaskings_passenger_id", "passenger_id"),
    Index("ix_unmaskings_at", "at"),
)

AUDIT: Final = Table(
    "audit",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("passenger_id", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("detail", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_audit_passenger_id", "passenger_id"),
    Index("ix_audit_at", "at"),
)

ERASURES: Final = Table(
    "erasures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("passenger_id", String(32), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Index("ix_erasures_requested_at", "requested_at"),
    Index(
        "ix_erasures_open",
        "requested_at",
        sqlite_where=text("completed_at IS NULL"),
        postgresql_where=text("completed_at IS NULL"),
    ),
)

ERASURE_SERVICES: Final = Table(
    "erasure_services",
    metadata,
    Column("erasure_id", String(32), ForeignKey("erasures.id"), primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("done_at", Instant),
    Column("counts", String, nullable=False),
)
