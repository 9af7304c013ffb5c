"""The tables of checkin. Names, documents and ways to reach somebody are sealed, bound to their row's id."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kernel.tables import Instant, RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

# A flight has a row from its first list or seat map on. changes: grows with everything that a page or a gate
# shows of it. told_departs_at: the time that travellers were told last. document: flights.schemas.FlightSchema as last heard, without keywords.
FLIGHTS: Final = Table(
    "flights",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("airline", String(3), nullable=False),
    Column("departs_at", Instant, nullable=False),
    Column("told_departs_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
    Column("list_version", Integer),
    Column("configuration_version", Integer),
    Column("changes", Integer, nullable=False),
    Column("last_sequence", Integer, nullable=False),
    CheckConstraint("last_sequence BETWEEN 0 AND 9999", name="ck_flights_sequence"),
    Index("ix_flights_departs_at", "departs_at"),
)

CONFIGURATIONS: Final = Table(
    "configurations",
    metadata,
    Column("flight_id", String(64), ForeignKey("flights.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", Text, nullable=False),
)

BOOKINGS: Final = Table(
    "bookings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("flight_id", String(64), ForeignKey("flights.id"), nullable=False),
    Column("pnr", String(13), nullable=False),
    Column("contact_sealed", Text),
    Column("given_sealed", Text),
    Column("given_by", String(64)),
    Column("version", Integer, nullable=False),
    UniqueConstraint("flight_id", "pnr", name="uq_bookings_flight_id"),
    Index("ix_bookings_pnr", "pnr"),
    Index("ix_bookings_given_by", "given_by"),
)

TRAVELLERS: Final = Table(
    "travellers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("flight_id", String(64), ForeignKey("flights.id"), nullable=False),
    Column("booking_id", String(32), ForeignKey("bookings.id"), nullable=False),
    Column("pnr", String(13), nullable=False),
    Column("ref", String(32), nullable=False),
    Column("place", Integer, nullable=False),
    Column("ticket", String(13)),
    Column("coupon", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("gender", String(8), nullable=False),
    Column("cabin", String(1), nullable=False),
    Column("infant", Boolean, nullable=False),
    Column("specials", String(80), nullable=False),
    Column("flags", String(120), nullable=False),
    Column("name_sealed", Text, nullable=False),
    Column("details_sealed", Text, nullable=False),
    Column("given_sealed", Text),
    Column("standing", String(16), nullable=False),
    Column("seat", String(4)),
    Column("sequence", Integer),
    Column("boarded_at", Instant),
    Column("boarded_by", String(64)),
    Column("version", Integer, nullable=False),
    Column("settled", String(200), nullable=False, server_default=text("''")),
    # Nobody sits on somebody: whatever the code does, the database refuses the second.
    UniqueConstraint("flight_id", "seat", name="uq_travellers_seat"),
    CheckConstraint(
        "standing IN ('booked', 'checked_in', 'boarded', 'off_loaded', 'deleted')",
        name="ck_travellers_standing",
    ),
    CheckConstraint(
        "(standing IN ('checked_in', 'boarded')) = (sequence IS NOT NULL)", name="ck_travellers_sequence"
    ),
    CheckConstraint("(standing = 'boarded') = (boarded_at IS NOT NULL)", name="ck_travellers_boarded"),
    CheckConstraint("standing NOT IN ('off_loaded', 'deleted') OR seat IS NULL", name="ck_travellers_gone"),
    Index("ix_travellers_booking_id", "booking_id"),
    Index("ix_travellers_ticket", "ticket"),
)

# By which a document number finds its traveller: keyed hashes.
PAPERS: Final = Table(
    "papers",
    metadata,
    Column("traveller_id", String(32), ForeignKey("travellers.id"), primary_key=True),
    Column("number_index", String(80), primary_key=True),
    Index("ix_papers_number_index", "number_index"),
)

# A sequence number is given once in a flight's life; a pass that was given back stays void for ever.
PASSES: Final = Table(
    "passes",
    metadata,
    Column("flight_id", String(64), ForeignKey("flights.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("traveller_id", String(32), ForeignKey("travellers.id"), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("voided_at", Instant),
    Index("ix_passes_traveller_id", "traveller_id"),
)

SCANS: Final = Table(
    "scans",
    metadata,
    Column("flight_id", String(64), ForeignKey("flights.id"), primary_key=True),
    Column("device", String(64), primary_key=True),
    Column("scan_id", String(64), primary_key=True),
    Column("scanned_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("result", String(16), nullable=False),
    Column("traveller_id", String(32)),
    Column("sequence", Integer),
    Column("moved", Boolean, nullable=False),
    Column("conflict", Boolean, nullable=False),
)

TRACES: Final = Table(
    "traces",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("flight_id", String(64), ForeignKey("flights.id"), nullable=False),
    Column("traveller_id", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("what", String(32), nullable=False),
    Column("seat", String(4)),
    Column("reason", String(200), nullable=False),
    Index("ix_traces_traveller_id", "traveller_id", "id"),
    Index("ix_traces_flight_id", "flight_id"),
    sqlite_autoincrement=True,
)

BINDINGS: Final = Table(
    "bindings",
    metadata,
    Column("booking_id", String(32), ForeignKey("bookings.id"), primary_key=True),
    Column("passenger_id", String(64), primary_key=True),
    Column("how", String(16), nullable=False),
    Column("bound_at", Instant, nullable=False),
    CheckConstraint("how IN ('document', 'code')", name="ck_bindings_how"),
    Index("ix_bindings_passenger_id", "passenger_id"),
)

CODES: Final = Table(
    "codes",
    metadata,
    Column("booking_id", String(32), ForeignKey("bookings.id"), primary_key=True),
    Column("code_index", String(80), nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

GRANTS: Final = Table(
    "grants",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("booking_id", String(32), ForeignKey("bookings.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_grants_booking_id", "booking_id"),
    Index("ix_grants_expires_at", "expires_at"),
)

# Wrong guesses of the last hour; addresses and what was tried are keyed hashes.
GUESSES: Final = Table(
    "guesses",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("address", String(80), nullable=False),
    Column("target", String(80), nullable=False),
    Index("ix_guesses_at", "at"),
    Index("ix_guesses_address", "address", "at"),
    Index("ix_guesses_target", "target", "at"),
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

# Parts of teletype lists. train: those of one list; minute: when it was sent, since 2020; sealed: the text, while it waits
# for others; version: of the list that it was applied as, by which a repeat is known.
TELETYPE_PARTS: Final = Table(
    "teletype_parts",
    metadata,
    Column("flight_id", String(64), ForeignKey("flights.id"), primary_key=True),
    Column("fingerprint", String(80), primary_key=True),
    Column("train", Integer, nullable=False),
    Column("changes", Boolean, nullable=False),
    Column("minute", Integer),
    Column("number", Integer, nullable=False),
    Column("is_last", Boolean, nullable=False),
    Column("sealed", Text),
    Column("version", Integer),
    Column("heard_at", Instant, nullable=False),
    CheckConstraint("(sealed IS NULL) = (version IS NOT NULL)", name="ck_teletype_parts_sealed"),
    Index("ix_teletype_parts_heard_at", "heard_at"),
)
