"""A zip of GTFS files as a feed, or what is wrong with it, line by line."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.bus.domain.feed import Feed
from services.bus.gtfs.problems import Problem
from services.bus.gtfs.tables import TABLES, Column, Table

__all__ = ["Problem", "Reading", "read_feed"]

MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_PROBLEMS: Final = 1000
# Its rows stand for departures that no row names: reading on would lose them without a word.
_NEEDED_BUT_UNREAD: Final = "frequencies.txt"


@dataclass
class Reading:
    """feed: None when a problem was found. left_out: files and columns of the zip that a feed doesn't keep."""

    feed: Feed | None = None
    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_feed(packed: bytes) -> Reading:
    """Read every table that we know. It says what is wrong with single rows; `check_feed` judges the whole.

    Source: docs/sources/bus-gtfs.md.
    """
    reading = Reading()
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            tables = _tables(archive, reading)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as exc:
        reading.problems.append(Problem("", 0, "not_a_zip", str(exc)))
        return reading
    if not reading.problems:
        reading.feed = Feed(**tables)
    return reading


def _tables(archive: zipfile.ZipFile, reading: Reading) -> dict[str, tuple[Any, ...]]:
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > MAX_UNPACKED:
        reading.problems.append(Problem("", 0, "too_large", f"more than {MAX_UNPACKED} bytes unpacked"))
        return {}
    if sizes.get(_NEEDED_BUT_UNREAD):
        reading.problems.append(Problem(_NEEDED_BUT_UNREAD, 0, "not_supported", "write its trips out"))
    known = {table.file for table in TABLES}
    reading.left_out += sorted(name for name in sizes if name not in known and name != _NEEDED_BUT_UNREAD)
    tables = {}
    for table in TABLES:
        if table.file in sizes:
            tables[table.name] = _rows(table, archive.read(table.file), reading)
        elif table.required:
            reading.problems.append(Problem(table.file, 0, "missing_file", ""))
    return tables


def _rows(table: Table, raw: bytes, reading: Reading) -> tuple[Any, ...]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        reading.problems.append(Problem(table.file, 0, "not_utf8", str(exc)))
        return ()
    found = {}
    for line, record in _records(table, text, reading):
        key = tuple(getattr(record, name) for name in table.key)
        if key in found:
            _tell(reading, Problem(table.file, line, "twice", " ".join(map(str, key))))
        found[key] = record
    return tuple(found[key] for key in sorted(found))


def _records(table: Table, text: str, reading: Reading) -> Iterator[tuple[int, Any]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        places = _places(table, header, reading)
        if places is None:
            return
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            record = _record(table, places, cells, lines.line_num, reading)
            if record is not None:
                yield lines.line_num, record
    except csv.Error as exc:
        reading.problems.append(Problem(table.file, lines.line_num, "not_csv", str(exc)))


def _places(table: Table, header: list[str], reading: Reading) -> list[tuple[int, Column]] | None:
    missing = [column.name for column in table.columns if column.required and column.name not in header]
    twice = {name for name in header if header.count(name) > 1}
    if missing or twice:
        reason = "missing_column" if missing else "column_twice"
        reading.problems.append(Problem(table.file, 1, reason, ", ".join(missing or sorted(twice))))
        return None
    known = {column.name for column in table.columns}
    reading.left_out += [f"{table.file}: {name}" for name in header if name not in known]
    return [(header.index(column.name), column) for column in table.columns if column.name in header]


def _record(
    table: Table, places: list[tuple[int, Column]], cells: list[str], line: int, reading: Reading
) -> Any:
    values = {column.field: column.default for column in table.columns if not column.required}
    right = True
    for place, column in places:
        raw = cells[place].strip() if place < len(cells) else ""
        try:
            if raw:
                values[column.field] = column.cell.read(raw)
            elif column.required:
                raise ValueError("empty")
        except ValueError as exc:
            right = False
            _tell(reading, Problem(table.file, line, "bad_value", f"{column.name}: {exc}"))
    return table.record(**values) if right else None


def _tell(reading: Reading, problem: Problem) -> None:
    if len(reading.problems) < MAX_PROBLEMS:
        reading.problems.append(problem)
