"""The index as tables: things, which of them hold a term, and how many do."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
_OWN: Final = MetaData()

THINGS: Final = Table(
    "match_things",
    _OWN,
    Column("num", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("facts", Text, nullable=False, comment="JSON of what pairs are judged by"),
    Column("terms", LargeBinary, nullable=False, comment="64-bit terms: words, then marks, then keys"),
    Column(
        "version", Integer, nullable=False, server_default="1", comment="of the reading that wrote it down"
    ),
    Index("ix_match_things_version", "version"),
    Index("ix_match_things_id", "id", unique=True),
)
POSTINGS: Final = Table(
    "match_postings",
    _OWN,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("num", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
TERMS: Final = Table(
    "match_terms",
    _OWN,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("things", BigInteger, nullable=False, comment="how many things hold it"),
    sqlite_with_rowid=False,
)


def index_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Add the index's tables to a service's own metadata; its migration makes them."""
    return tuple(table.to_metadata(metadata) for table in (THINGS, POSTINGS, TERMS))
