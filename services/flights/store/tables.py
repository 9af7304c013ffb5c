"""Tables of flights.

Instants are whole microseconds (`_us`) as in the rules: one number sorts and pages the same on both
databases, and hot reads convert nothing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from kernel.tables import RowNumber, kernel_tables

metadata = MetaData()
kernel_tables(metadata)

FLIGHTS: Final = Table(
    "flights",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("direction", String(9), nullable=False),
    Column("terminal", String(12)),
    Column("board_us", BigInteger, nullable=False),
    Column("terms", Text, nullable=False),  # its rows in flight_terms, one a line
    Column("document", Text, nullable=False),  # FlightSchema, ready to send
    Column("state", Text, nullable=False),  # domain.LegState
    Index("ix_flights_board", "board_us", "id"),
)

TERMS: Final = Table(
    "flight_terms",
    metadata,
    # n:cz3101 n:3101 a:CZ f:CSX t:PEK r:<flight it refers to>; in the order that searches read them.
    Column("term", String(80), primary_key=True),
    Column("board_us", BigInteger, primary_key=True),
    Column("flight_id", String(64), primary_key=True),
    sqlite_with_rowid=False,
)

CHANGES: Final = Table(
    "flight_changes",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("flight_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("field", String(64), nullable=False),
    Column("old", Text, nullable=False),  # JSON
    Column("new", Text, nullable=False),  # JSON
    Column("event_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("source_kind", String(16), nullable=False),
    Column("source_name", String(64), nullable=False),
    Index("ix_flight_changes_flight", "flight_id", "id"),
)

REFUSALS: Final = Table(
    "flight_refusals",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("recorded_us", BigInteger, nullable=False),
    Column("flight_id", String(64)),
    Column("source_name", String(64), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("item", Text, nullable=False),  # JSON
    Index("ix_flight_refusals_recorded", "recorded_us"),
)
