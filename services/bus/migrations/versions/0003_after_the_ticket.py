"""Scans and what devices must learn, cancelled departures, late flights, reminders, and the audit of all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.tables import Instant, RowNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _scans()
    _marks()
    _audit()
    _cancellations()
    _flights()
    for name, keys in (("reminders", ("order_id", "departure_id")), ("moved_tickets", ("ticket_id",))):
        lengths = {"order_id": 32, "departure_id": 80, "ticket_id": 32}
        columns = [sa.Column(key, sa.String(lengths[key]), primary_key=True) for key in keys]
        op.create_table(name, *columns, sa.Column("at", Instant, nullable=False))
        op.create_index(f"ix_{name}_at", name, ["at"])


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.String(32)),
        sa.Column("departure_id", sa.String(80), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("scanned_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("undone_at", Instant),
        sa.CheckConstraint(
            "result IN ('boarded', 'already_boarded', 'copy', 'other_departure', 'revoked', 'forged',"
            " 'unreadable', 'unknown_key', 'unknown')",
            name="ck_scans_result",
        ),
        sa.CheckConstraint(
            "result NOT IN ('boarded', 'copy') OR ticket_id IS NOT NULL", name="ck_scans_ticket"
        ),
    )
    ticks, copies = sa.text("result = 'boarded' AND undone_at IS NULL"), sa.text("result = 'copy'")
    op.create_index(
        "uq_scans_tick", "scans", ["ticket_id"], unique=True, sqlite_where=ticks, postgresql_where=ticks
    )
    op.create_index("ix_scans_copies", "scans", ["seen_at"], sqlite_where=copies, postgresql_where=copies)
    op.create_index("ix_scans_seen_at", "scans", ["seen_at"])


def _marks() -> None:
    op.create_table(
        "ticket_marks",
        sa.Column("version", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("departs_at", Instant, nullable=False),
        sa.CheckConstraint("kind IN ('revoked', 'boarded', 'cleared')", name="ck_ticket_marks_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_marks_departs_at", "ticket_marks", ["departs_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("door", sa.String(16), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "number"])
    op.create_index("ix_audit_at", "audit", ["at"])


def _cancellations() -> None:
    op.create_table(
        "cancellations",
        sa.Column("departure_id", sa.String(80), primary_key=True),
        sa.Column("reason_zh", sa.String(200), nullable=False),
        sa.Column("reason_en", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("move_to", sa.String(80)),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("refunded", sa.Integer, nullable=False),
    )


def _flights() -> None:
    op.create_table(
        "bound_flights",
        sa.Column("flight_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("scheduled_at", Instant, nullable=False),
        sa.Column("best_at", Instant, nullable=False),
        sa.CheckConstraint("direction IN ('departure', 'arrival')", name="ck_bound_flights_direction"),
    )
    op.create_index("ix_bound_flights_scheduled_at", "bound_flights", ["scheduled_at"])
    op.create_table(
        "roll_offers",
        sa.Column("order_id", sa.String(32), primary_key=True),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_roll_offers_at", "roll_offers", ["at"])
