"""The tables of what happens to tickets after they were issued."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, text

from kernel.tables import Instant, RowNumber
from services.bus.store.tables import metadata

_TICKS: Final = text("result = 'boarded' AND undone_at IS NULL")
_COPIES: Final = text("result = 'copy'")

# Every reading of a ticket with its answer: the audit of who let whom on, when and with which device.
SCANS: Final = Table(
    "scans",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("ticket_id", String(32)),
    Column("departure_id", String(80), nullable=False),
    Column("device", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("scanned_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("result", String(16), nullable=False),
    Column("answer", Text, nullable=False),
    Column("undone_at", Instant),
    CheckConstraint(
        "result IN ('boarded', 'already_boarded', 'copy', 'other_departure', 'revoked', 'forged', 'unreadable',"
        " 'unknown_key', 'unknown')",
        name="ck_scans_result",
    ),
    CheckConstraint("result NOT IN ('boarded', 'copy') OR ticket_id IS NOT NULL", name="ck_scans_ticket"),
    # One tick for one ticket, whatever the devices do.
    Index("uq_scans_tick", "ticket_id", unique=True, sqlite_where=_TICKS, postgresql_where=_TICKS),
    Index("ix_scans_copies", "seen_at", sqlite_where=_COPIES, postgresql_where=_COPIES),
    Index("ix_scans_seen_at", "seen_at"),
)

# What inspectors' devices must learn, in the order in which it became true: a version is the last number seen.
MARKS: Final = Table(
    "ticket_marks",
    metadata,
    Column("version", RowNumber, primary_key=True, autoincrement=True),
    Column("ticket_id", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("departs_at", Instant, nullable=False),
    CheckConstraint("kind IN ('revoked', 'boarded', 'cleared')", name="ck_ticket_marks_kind"),
    Index("ix_ticket_marks_departs_at", "departs_at"),
    sqlite_autoincrement=True,
)

# Who did what to tickets and departures, and from which door; scans are their own audit.
AUDIT: Final = Table(
    "audit",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("door", String(16), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("details", Text, nullable=False),
    Index("ix_audit_subject", "subject", "number"),
    Index("ix_audit_at", "at"),
    sqlite_autoincrement=True,
)

# Tickets that were given in place of those for a cancelled bus: their owners didn't choose the new one.
MOVED: Final = Table(
    "moved_tickets",
    metadata,
    Column("ticket_id", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_moved_tickets_at", "at"),
)

CANCELLATIONS: Final = Table(
    "cancellations",
    metadata,
    Column("departure_id", String(80), primary_key=True),
    Column("reason_zh", String(200), nullable=False),
    Column("reason_en", String(200), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("move_to", String(80)),
    Column("moved", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
)

# Flights that an order is to meet, as they were last heard of.
FLIGHTS: Final = Table(
    "bound_flights",
    metadata,
    Column("flight_id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("direction", String(16), nullable=False),
    Column("scheduled_at", Instant, nullable=False),
    Column("best_at", Instant, nullable=False),
    CheckConstraint("direction IN ('departure', 'arrival')", name="ck_bound_flights_direction"),
    Index("ix_bound_flights_scheduled_at", "scheduled_at"),
)

# The longest delay of which an order's traveller was told, as `domain.delay_step` counts them.
OFFERS: Final = Table(
    "roll_offers",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_roll_offers_at", "at"),
)

REMINDERS: Final = Table(
    "reminders",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("departure_id", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_reminders_at", "at"),
)
