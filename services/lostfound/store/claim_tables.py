"""The tables of reports, matches, claims, handovers and finds. What is personal is sealed, bound to its row's id."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from kernel.tables import Instant, RowNumber
from services.lostfound.matching import index_tables
from services.lostfound.store.tables import metadata

# phone_index, document_index: keyed hashes by which staff find a report. colours, places: codes with commas.
REPORTS: Final = Table(
    "reports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("state", String(8), nullable=False),
    Column("why", String(16)),
    Column("version", Integer, nullable=False),
    Column("passenger_id", String(64)),
    Column("filed_by", String(16), nullable=False),
    Column("filer", String(128)),
    Column("language", String(2), nullable=False),
    Column("category", String(32), nullable=False),
    Column("colours", String(64), nullable=False),
    Column("brand", String(64), nullable=False),
    Column("description", String(1000), nullable=False),
    Column("lost_from", Instant, nullable=False),
    Column("lost_to", Instant, nullable=False),
    Column("places", String(200), nullable=False),
    Column("flight_id", String(64)),
    Column("seat", String(4)),
    Column("bus_departure_id", String(64)),
    Column("order_id", String(64)),
    Column("marks_sealed", Text),
    Column("document_sealed", Text),
    Column("contact_sealed", Text),
    Column("phone_index", String(80)),
    Column("document_index", String(80)),
    Column("filed_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("marks_changed_at", Instant),
    Column("first_hint_at", Instant),
    Column("changes", Integer, nullable=False),
    CheckConstraint("state IN ('open', 'closed')", name="ck_reports_state"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_reports_closed"),
    CheckConstraint("(state = 'closed') = (why IS NOT NULL)", name="ck_reports_why"),
    Index("ix_reports_passenger_id", "passenger_id", "filed_at"),
    Index("ix_reports_filed_at", "filed_at", "id"),
    Index("ix_reports_flight_id", "flight_id"),
    Index("ix_reports_phone_index", "phone_index"),
    Index("ix_reports_document_index", "document_index"),
    Index(
        "ix_reports_expires_at",
        "expires_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

FINDS: Final = Table(
    "finds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("passenger_id", String(64)),
    Column("language", String(2), nullable=False),
    Column("category", String(32), nullable=False),
    Column("colours", String(64), nullable=False),
    Column("description", String(1000), nullable=False),
    Column("place", String(200), nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("document_sealed", Text),
    Column("contact_sealed", Text),
    Column("item_id", String(32), ForeignKey("items.id")),
    Column("note", String(200), nullable=False),
    Column("announced_at", Instant, nullable=False),
    Column("closed_at", Instant),
    CheckConstraint("state IN ('announced', 'received', 'closed')", name="ck_finds_state"),
    CheckConstraint("(state = 'received') = (item_id IS NOT NULL)", name="ck_finds_item"),
    Index("ix_finds_announced_at", "announced_at", "id"),
    Index("ix_finds_passenger_id", "passenger_id"),
)

# reasons: JSON of [{code, zh, en, public}]. told_at: when the owner was told of it, once for ever. offered: by a desk.
MATCHES: Final = Table(
    "matches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("found_id", String(32), nullable=False),
    Column("report_id", String(32), ForeignKey("reports.id"), nullable=False),
    Column("probability", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("offered_at", Instant),
    Column("offered_by", String(80)),
    CheckConstraint("kind IN ('item', 'find')", name="ck_matches_kind"),
    CheckConstraint("state IN ('suggested', 'dismissed', 'claimed')", name="ck_matches_state"),
    Index("uq_matches_found_id", "found_id", "report_id", unique=True),
    Index("ix_matches_report_id", "report_id"),
)

CLAIMS: Final = Table(
    "claims",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("item_id", String(32), ForeignKey("items.id"), nullable=False),
    Column("report_id", String(32), ForeignKey("reports.id"), nullable=False),
    Column("match_id", String(32)),
    Column("passenger_id", String(64)),
    Column("filer", String(128)),
    Column("proof_sealed", Text),
    Column("submitted_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(128)),
    Column("reason", String(24)),
    Column("note", String(500), nullable=False),
    Column("ended_at", Instant),
    Column("way", String(8)),
    Column("code_index", String(80)),
    Column("code_sealed", Text),
    Column("tries_left", Integer),
    Column("fetch_by", Instant),
    Column("window_from", Instant),
    Column("window_to", Instant),
    CheckConstraint(
        "state IN ('submitted', 'approved', 'refused', 'withdrawn', 'lapsed', 'handed_over')",
        name="ck_claims_state",
    ),
    CheckConstraint("way IN ('pickup', 'courier')", name="ck_claims_way"),
    CheckConstraint("tries_left BETWEEN 0 AND 5", name="ck_claims_tries"),
    CheckConstraint(
        "state <> 'approved' OR (way IS NOT NULL AND fetch_by IS NOT NULL)", name="ck_claims_approved"
    ),
    CheckConstraint("(state IN ('submitted', 'approved')) = (ended_at IS NULL)", name="ck_claims_ended"),
    # Whatever the code does: an item is promised to one person at a time, and given to one for ever.
    Index(
        "uq_claims_promised",
        "item_id",
        unique=True,
        sqlite_where=text("state IN ('approved', 'handed_over')"),
        postgresql_where=text("state IN ('approved', 'handed_over')"),
    ),
    Index(
        "uq_claims_open",
        "item_id",
        "report_id",
        unique=True,
        sqlite_where=text("state IN ('submitted', 'approved')"),
        postgresql_where=text("state IN ('submitted', 'approved')"),
    ),
    Index("ix_claims_item_id", "item_id"),
    Index("ix_claims_report_id", "report_id"),
    Index("ix_claims_passenger_id", "passenger_id", "submitted_at"),
    Index("ix_claims_state", "state", "submitted_at", "id"),
    Index("ix_claims_window_from", "window_from"),
)

# Kept when the account is erased, until nobody can sue any more: who got what must be shown.
HANDOVERS: Final = Table(
    "handovers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("item_id", String(32), ForeignKey("items.id"), nullable=False, unique=True),
    Column("claim_id", String(32), ForeignKey("claims.id"), nullable=False, unique=True),
    Column("actor", String(128), nullable=False),
    Column("desk_id", String(32)),
    Column("identity_sealed", Text),
    Column("signature_sealed", Text),
    Column("photo_id", String(32)),
    Column("at", Instant, nullable=False),
)

EVIDENCE: Final = Table(
    "evidence",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("about", String(16), nullable=False),
    Column("about_id", String(32), nullable=False),
    Column("jpeg_sealed", Text, nullable=False),
    Column("thumbnail_sealed", Text, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("about IN ('report', 'claim', 'handover')", name="ck_evidence_about"),
    Index("ix_evidence_about_id", "about_id", "at"),
)

# Who did what with a report, a claim or a find, and why.
TRACES: Final = Table(
    "claim_traces",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("about_id", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("what", String(32), nullable=False),
    Column("note", String(500), nullable=False),
    Index("ix_claim_traces_about_id", "about_id", "id"),
    sqlite_autoincrement=True,
)

# What is counted to hold somebody back: numbers that don't exist, announcements. who: a keyed hash.
TRIES: Final = Table(
    "tries",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("what", String(16), nullable=False),
    Column("who", String(80), nullable=False),
    Index("ix_tries_who", "what", "who", "at"),
    Index("ix_tries_at", "at"),
    sqlite_autoincrement=True,
)

# Accounts that are no more: what still comes about them is dropped or goes to whom they became.
GONE: Final = Table(
    "gone",
    metadata,
    Column("passenger_id", String(64), primary_key=True),
    Column("into", String(64)),
    Column("gone_at", Instant, nullable=False),
    Index("ix_gone_into", "into"),
)

# The matching's own: see services.lostfound.matching.tables.
MATCH_TABLES: Final = index_tables(metadata)
