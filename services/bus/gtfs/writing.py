"""A feed as a zip of GTFS files; the same feed is always the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from services.bus.domain.feed import Feed
from services.bus.gtfs.tables import TABLES, Column, Table

# The oldest that a zip can tell: when it was written would make equal feeds differ.
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)


def write_feed(feed: Feed) -> bytes:
    """The zip; tables without rows are left out, as are columns that no row fills and no reader needs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            rows = getattr(feed, table.name)
            if rows or table.required:
                entry = zipfile.ZipInfo(table.file, _WRITTEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, _lines(table, rows))
    return packed.getvalue()


def _lines(table: Table, rows: Sequence[Any]) -> str:
    columns = [column for column in table.columns if column.required or _filled(column, rows)]
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow([column.name for column in columns])
    for row in rows:
        lines.writerow([_cell(column, getattr(row, column.field)) for column in columns])
    return text.getvalue()


def _filled(column: Column, rows: Sequence[Any]) -> bool:
    return any(getattr(row, column.field) != column.default for row in rows)


def _cell(column: Column, value: Any) -> str:
    return "" if value is None else column.cell.write(value)
