"""A file that somebody sent, read to rows: CSV as any program writes it, or the first sheet of a workbook."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from gateway.staff.sheets.errors import (
    DamagedSheet,
    EmptySheet,
    FileTooLarge,
    MissingColumns,
    OldWorkbook,
    UnknownEncoding,
    UnknownFormat,
)
from gateway.staff.sheets.limits import MOST_BYTES, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, too_much
from gateway.staff.sheets.workbook import read_workbook

_READER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sheets")
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS: Final = (",", ";", "\t", "，")
# What as_csv puts before what a spreadsheet would run.
_TAMED: Final = ("'=", "'+", "'-", "'@")
Headings = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Row:
    """number: as the spreadsheet shows it, from 1. cells: trimmed; those to the right may be missing."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """A row by field; a field whose column or cell is missing is ""."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """headings: the first row that isn't empty. rows: those after it that aren't."""

    headings: Row
    rows: tuple[Row, ...]

    def records(self, headings: Headings, needed: Sequence[str] = ()) -> list[Record]:
        """Rows by field. headings: what each field's column may be called, whatever its case and blanks.

        Columns of other names are left out. Raises MissingColumns with the first name of each that is needed.
        """
        at = {_plain(cell): place for place, cell in reversed(list(enumerate(self.headings.cells))) if cell}
        places = {
            field: next((at[_plain(name)] for name in (field, *names) if _plain(name) in at), None)
            for field, names in headings.items()
        }
        missing = [next(iter(headings[field]), field) for field in needed if places[field] is None]
        if missing:
            raise MissingColumns(columns=missing)
        return [
            Record(
                row.number,
                {
                    field: row.cells[place] if place is not None and place < len(row.cells) else ""
                    for field, place in places.items()
                },
            )
            for row in self.rows
        ]


async def read(content: bytes) -> Sheet:
    """The rows of a file, read in a thread: the event loop goes on. As `read_sheet`."""
    return await asyncio.get_running_loop().run_in_executor(_READER, read_sheet, content)


def read_sheet(content: bytes) -> Sheet:
    """The rows of a CSV file or of a workbook's first sheet.

    Raises the errors of gateway.staff.sheets.errors, except MissingColumns.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(limit_mb=MOST_BYTES // 1_000_000)
    if not content.strip():
        raise EmptySheet
    if content.startswith(_OLD):
        raise OldWorkbook
    found = read_workbook(content) if content.startswith(b"PK\x03\x04") else _csv(_text(content))
    rows = [Row(number, cells) for number, cells in found if any(cells)]
    if len(rows) < 2:
        raise EmptySheet
    return Sheet(rows[0], tuple(rows[1:]))


def _text(content: bytes) -> str:
    """The characters of a CSV file: Excel writes UTF-8 with a mark, UTF-16 or, in China, GB18030."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or text.startswith(("%PDF", "{\\rtf", "<")):
            raise UnknownFormat
        return text
    raise UnknownFormat if b"\0" in content else UnknownEncoding


def _csv(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    lines = io.StringIO(text, newline="")
    first = text.split("\n", 1)[0].strip()
    skipped = 0
    if first.lower().startswith("sep=") and len(first) == 5:
        delimiter, skipped = first[4], 1
        lines.readline()
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = skipped
    count = 0
    while True:
        # A cell may hold several lines: a spreadsheet counts rows, so we do.
        number += 1
        try:
            cells = tuple(_cell(cell) for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as exc:
            raise DamagedSheet(row=number) from exc
        count += any(cells)
        if count > MOST_ROWS + 1 or len(cells) > MOST_COLUMNS:
            raise too_much()
        yield number, cells


def _delimiter(text: str) -> str:
    """What parts the headings: the one that makes the most of them."""
    head = text.lstrip()[:4_000]

    def parts(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=parts)


def _cell(text: str) -> str:
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise too_much()
    return text[1:] if text.startswith(_TAMED) else text


def _plain(heading: str) -> str:
    return "".join(heading.split()).casefold().strip("*＊")
