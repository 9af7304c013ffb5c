"""The index as tables: items with what they are filtered by, which of them hold a term, and how words may be typed.

There is no counter of how many items hold a term: it would be a row that all writers of a common word wait for. A
search counts the postings of its own few terms, up to a bound, as it reads them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    false,
)

_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
_OWN: Final = MetaData()

ITEMS: Final = Table(
    "search_items",
    _OWN,
    Column("num", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("shop_id", String(64), nullable=False),
    Column("terminal", String(8), nullable=False),
    Column("side", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("parent", String(32), nullable=False, comment="the category above, or empty"),
    Column("brand", String(80), nullable=False),
    Column("duty_free", Boolean, nullable=False),
    Column("in_stock", Boolean, nullable=False),
    Column("deal", Boolean, nullable=False, server_default=false(), comment="it costs less now"),
    Column("price_fen", BigInteger, nullable=False, comment="the lowest one of its variants now"),
    Column("popularity", Integer, nullable=False),
    Column("listed_at", BigInteger, nullable=False, comment="seconds since 1970"),
    Column("made", SmallInteger, nullable=False, comment="by which version of the words it was written down"),
    Column("name_size", SmallInteger, nullable=False, comment="how much its name says, in weighed words"),
    Column("terms", LargeBinary, nullable=False, comment="64-bit terms, each with its weight in a byte"),
    Index("ix_search_items_id", "id", unique=True),
    Index("ix_search_items_shop", "shop_id"),
    Index("ix_search_items_category", "category"),
    Index("ix_search_items_parent", "parent"),
    Index("ix_search_items_made", "made"),
)
POSTINGS: Final = Table(
    "search_postings",
    _OWN,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("hit", BigInteger, primary_key=True, autoincrement=False, comment="how little it says, then num"),
    sqlite_with_rowid=False,
)
KEYS: Final = Table(
    "search_keys",
    _OWN,
    Column("key", LargeBinary, primary_key=True, comment="a way to type a word: pinyin, initials, slips"),
    Column("word", LargeBinary, primary_key=True, comment="the word, UTF-8; kept when the last item is gone"),
    sqlite_with_rowid=False,
)


def index_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Add the index's tables to a service's own metadata; its migration makes them."""
    return tuple(table.to_metadata(metadata) for table in (ITEMS, POSTINGS, KEYS))
