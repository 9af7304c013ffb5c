"""The metadata of the mall's database, and what its tables have in common. The tables: *_tables.py beside this."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, text

from kernel.tables import kernel_tables

metadata = MetaData()
kernel_tables(metadata)


def some(where: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of some of the rows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def among(column: str, values: type) -> str:
    """The text of a CHECK: the column holds one of an enum's values."""
    return f"{column} IN ({', '.join(repr(str(each)) for each in values)})"  # type: ignore[attr-defined]
