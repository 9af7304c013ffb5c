"""Flights, lists, seats, passes, scans, and who may see them."""

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
    _flights()
    _travellers()
    _gate()
    _access()


def _flights() -> None:
    op.create_table(
        "flights",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("airline", sa.String(3), nullable=False),
        sa.Column("departs_at", Instant, nullable=False),
        sa.Column("told_departs_at", Instant, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("list_version", sa.Integer),
        sa.Column("configuration_version", sa.Integer),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("last_sequence", sa.Integer, nullable=False),
        sa.CheckConstraint("last_sequence BETWEEN 0 AND 9999", name="ck_flights_sequence"),
    )
    op.create_index("ix_flights_departs_at", "flights", ["departs_at"])
    op.create_table(
        "configurations",
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), nullable=False),
        sa.Column("pnr", sa.String(13), nullable=False),
        sa.Column("contact_sealed", sa.Text),
        sa.Column("given_sealed", sa.Text),
        sa.Column("given_by", sa.String(64)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("flight_id", "pnr", name="uq_bookings_flight_id"),
    )
    op.create_index("ix_bookings_pnr", "bookings", ["pnr"])
    op.create_index("ix_bookings_given_by", "bookings", ["given_by"])


def _travellers() -> None:
    op.create_table(
        "travellers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), nullable=False),
        sa.Column("booking_id", sa.String(32), sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("pnr", sa.String(13), nullable=False),
        sa.Column("ref", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("ticket", sa.String(13)),
        sa.Column("coupon", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("gender", sa.String(8), nullable=False),
        sa.Column("cabin", sa.String(1), nullable=False),
        sa.Column("infant", sa.Boolean, nullable=False),
        sa.Column("specials", sa.String(80), nullable=False),
        sa.Column("flags", sa.String(120), nullable=False),
        sa.Column("name_sealed", sa.Text, nullable=False),
        sa.Column("details_sealed", sa.Text, nullable=False),
        sa.Column("given_sealed", sa.Text),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("seat", sa.String(4)),
        sa.Column("sequence", sa.Integer),
        sa.Column("boarded_at", Instant),
        sa.Column("boarded_by", sa.String(64)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("flight_id", "seat", name="uq_travellers_seat"),
        sa.CheckConstraint(
            "standing IN ('booked', 'checked_in', 'boarded', 'off_loaded', 'deleted')",
            name="ck_travellers_standing",
        ),
        sa.CheckConstraint(
            "(standing IN ('checked_in', 'boarded')) = (sequence IS NOT NULL)", name="ck_travellers_sequence"
        ),
        sa.CheckConstraint("(standing = 'boarded') = (boarded_at IS NOT NULL)", name="ck_travellers_boarded"),
        sa.CheckConstraint(
            "standing NOT IN ('off_loaded', 'deleted') OR seat IS NULL", name="ck_travellers_gone"
        ),
    )
    op.create_index("ix_travellers_booking_id", "travellers", ["booking_id"])
    op.create_index("ix_travellers_ticket", "travellers", ["ticket"])
    op.create_table(
        "papers",
        sa.Column("traveller_id", sa.String(32), sa.ForeignKey("travellers.id"), primary_key=True),
        sa.Column("number_index", sa.String(80), primary_key=True),
    )
    op.create_index("ix_papers_number_index", "papers", ["number_index"])


def _gate() -> None:
    op.create_table(
        "passes",
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("traveller_id", sa.String(32), sa.ForeignKey("travellers.id"), nullable=False),
        sa.Column("issued_at", Instant, nullable=False),
        sa.Column("voided_at", Instant),
    )
    op.create_index("ix_passes_traveller_id", "passes", ["traveller_id"])
    op.create_table(
        "scans",
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), primary_key=True),
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("scan_id", sa.String(64), primary_key=True),
        sa.Column("scanned_at", Instant, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("traveller_id", sa.String(32)),
        sa.Column("sequence", sa.Integer),
        sa.Column("moved", sa.Boolean, nullable=False),
        sa.Column("conflict", sa.Boolean, nullable=False),
    )
    op.create_table(
        "traces",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("flight_id", sa.String(64), sa.ForeignKey("flights.id"), nullable=False),
        sa.Column("traveller_id", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("seat", sa.String(4)),
        sa.Column("reason", sa.String(200), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_traces_traveller_id", "traces", ["traveller_id", "id"])
    op.create_index("ix_traces_flight_id", "traces", ["flight_id"])


def _access() -> None:
    op.create_table(
        "bindings",
        sa.Column("booking_id", sa.String(32), sa.ForeignKey("bookings.id"), primary_key=True),
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("bound_at", Instant, nullable=False),
        sa.CheckConstraint("how IN ('document', 'code')", name="ck_bindings_how"),
    )
    op.create_index("ix_bindings_passenger_id", "bindings", ["passenger_id"])
    op.create_table(
        "codes",
        sa.Column("booking_id", sa.String(32), sa.ForeignKey("bookings.id"), primary_key=True),
        sa.Column("code_index", sa.String(80), nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_table(
        "grants",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("booking_id", sa.String(32), sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_index("ix_grants_booking_id", "grants", ["booking_id"])
    op.create_index("ix_grants_expires_at", "grants", ["expires_at"])
    op.create_table(
        "guesses",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guesses_at", "guesses", ["at"])
    op.create_index("ix_guesses_address", "guesses", ["address", "at"])
    op.create_index("ix_guesses_target", "guesses", ["target", "at"])
    op.create_table(
        "gone",
        sa.Column("passenger_id", sa.String(64), primary_key=True),
        sa.Column("into", sa.String(64)),
        sa.Column("gone_at", Instant, nullable=False),
    )
    op.create_index("ix_gone_into", "gone", ["into"])
