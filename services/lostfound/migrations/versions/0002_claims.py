"""Reports, matches, claims, handovers, finds, and what is kept about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant, RowNumber

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _reports()
    _reports_found()
    _finds()
    _matches()
    _claims()
    _claims_found()
    _handovers()
    _evidence()
    _claim_traces()
    _tries()
    _gone()


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("why", sa.String(16)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("passenger_id", sa.String(64)),
        sa.Column("filed_by", sa.String(16), nullable=False),
        sa.Column("filer", sa.String(128)),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("colours", sa.String(64), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("lost_from", Instant, nullable=False),
        sa.Column("lost_to", Instant, nullable=False),
        sa.Column("places", sa.String(200), nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("seat", sa.String(4)),
        sa.Column("bus_departure_id", sa.String(64)),
        sa.Column("order_id", sa.String(64)),
        sa.Column("marks_sealed", sa.Text),
        sa.Column("document_sealed", sa.Text),
        sa.Column("contact_sealed", sa.Text),
        sa.Column("phone_index", sa.String(80)),
        sa.Column("document_index", sa.String(80)),
        sa.Column("filed_at", Instant, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("marks_changed_at", Instant),
        sa.Column("first_hint_at", Instant),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_reports_closed"),
        sa.CheckConstraint("(state = 'closed') = (why IS NOT NULL)", name="ck_reports_why"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_reports_state"),
    )


def _reports_found() -> None:
    op.create_index("ix_reports_document_index", "reports", ["document_index"])
    op.create_index(
        "ix_reports_expires_at",
        "reports",
        ["expires_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_reports_filed_at", "reports", ["filed_at", "id"])
    op.create_index("ix_reports_flight_id", "reports", ["flight_id"])
    op.create_index("ix_reports_passenger_id", "reports", ["passenger_id", "filed_at"])
    op.create_index("ix_reports_phone_index", "reports", ["phone_index"])


def _finds() -> None:
    op.create_table(
        "finds",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("passenger_id", sa.String(64)),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("colours", sa.String(64), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("found_at", Instant, nullable=False),
        sa.Column("document_sealed", sa.Text),
        sa.Column("contact_sealed", sa.Text),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id")),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("announced_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.CheckConstraint("(state = 'received') = (item_id IS NOT NULL)", name="ck_finds_item"),
        sa.CheckConstraint("state IN ('announced', 'received', 'closed')", name="ck_finds_state"),
    )
    op.create_index("ix_finds_announced_at", "finds", ["announced_at", "id"])
    op.create_index("ix_finds_passenger_id", "finds", ["passenger_id"])


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("found_id", sa.String(32), nullable=False),
        sa.Column("report_id", sa.String(32), sa.ForeignKey("reports.id"), nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("told_at", Instant),
        sa.CheckConstraint("kind IN ('item', 'find')", name="ck_matches_kind"),
        sa.CheckConstraint("state IN ('suggested', 'dismissed', 'claimed')", name="ck_matches_state"),
    )
    op.create_index("ix_matches_report_id", "matches", ["report_id"])
    op.create_index("uq_matches_found_id", "matches", ["found_id", "report_id"], unique=True)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False),
        sa.Column("report_id", sa.String(32), sa.ForeignKey("reports.id"), nullable=False),
        sa.Column("match_id", sa.String(32)),
        sa.Column("passenger_id", sa.String(64)),
        sa.Column("filer", sa.String(128)),
        sa.Column("proof_sealed", sa.Text),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("decided_at", Instant),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("reason", sa.String(24)),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("ended_at", Instant),
        sa.Column("way", sa.String(8)),
        sa.Column("code_index", sa.String(80)),
        sa.Column("code_sealed", sa.Text),
        sa.Column("tries_left", sa.Integer),
        sa.Column("fetch_by", Instant),
        sa.Column("window_from", Instant),
        sa.Column("window_to", Instant),
        sa.CheckConstraint(
            "(state IN ('submitted', 'approved')) = (ended_at IS NULL)", name="ck_claims_ended"
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR (way IS NOT NULL AND fetch_by IS NOT NULL)", name="ck_claims_approved"
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'refused', 'withdrawn', 'lapsed', 'handed_over')",
            name="ck_claims_state",
        ),
        sa.CheckConstraint("way IN ('pickup', 'courier')", name="ck_claims_way"),
        sa.CheckConstraint("tries_left BETWEEN 0 AND 5", name="ck_claims_tries"),
    )


def _claims_found() -> None:
    op.create_index("ix_claims_item_id", "claims", ["item_id"])
    op.create_index("ix_claims_passenger_id", "claims", ["passenger_id", "submitted_at"])
    op.create_index("ix_claims_report_id", "claims", ["report_id"])
    op.create_index("ix_claims_state", "claims", ["state", "submitted_at", "id"])
    op.create_index("ix_claims_window_from", "claims", ["window_from"])
    op.create_index(
        "uq_claims_open",
        "claims",
        ["item_id", "report_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitted', 'approved')"),
        postgresql_where=sa.text("state IN ('submitted', 'approved')"),
    )
    op.create_index(
        "uq_claims_promised",
        "claims",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('approved', 'handed_over')"),
        postgresql_where=sa.text("state IN ('approved', 'handed_over')"),
    )


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.id"), nullable=False, unique=True),
        sa.Column("claim_id", sa.String(32), sa.ForeignKey("claims.id"), nullable=False, unique=True),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("desk_id", sa.String(32)),
        sa.Column("identity_sealed", sa.Text),
        sa.Column("signature_sealed", sa.Text),
        sa.Column("photo_id", sa.String(32)),
        sa.Column("at", Instant, nullable=False),
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("about_id", sa.String(32), nullable=False),
        sa.Column("jpeg_sealed", sa.Text, nullable=False),
        sa.Column("thumbnail_sealed", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint("about IN ('report', 'claim', 'handover')", name="ck_evidence_about"),
    )
    op.create_index("ix_evidence_about_id", "evidence", ["about_id", "at"])


def _claim_traces() -> None:
    op.create_table(
        "claim_traces",
        sa.Column("id", RowNumber, autoincrement=True, primary_key=True),
        sa.Column("about_id", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_claim_traces_about_id", "claim_traces", ["about_id", "id"])


def _tries() -> None:
    op.create_table(
        "tries",
        sa.Column("id", RowNumber, autoincrement=True, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tries_at", "tries", ["at"])
    op.create_index("ix_tries_who", "tries", ["what", "who", "at"])


def _gone() -> None:
    op.create_table(
        "gone",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("into", sa.String(64)),
        sa.Column("gone_at", Instant, nullable=False),
    )
    op.create_index("ix_gone_into", "gone", ["into"])
