"""XLSX (ECMA-376) read to rows: the first sheet that is shown, its values only.

A workbook is a zip of XML from somebody else. Five of its parts are read, each up to a limit while it is unpacked,
whatever the zip says of their size; XML goes through gateway.xml, which knows no DTD and no entity; rows, columns and
characters are counted while they come. Formulas aren't computed: what the program that saved it had computed is read.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from xml.sax.handler import ContentHandler

from gateway.staff.sheets.errors import DamagedSheet, FileTooLarge, UnknownFormat
from gateway.staff.sheets.limits import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_TEXT,
    MOST_UNPACKED,
    too_much,
)
from gateway.xml import XmlRefused, feed

_MOST_PARTS: Final = 2_000
_BOOK: Final = "xl/workbook.xml"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ORDINARY: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# ECMA-376 part 1, 18.8.30: formats of days and times, among them those of Chinese and Japanese programs.
_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a sheet have no zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY: Final = 2_958_466
Attributes = Mapping[Any, str]


def read_workbook(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and cells of each row that holds anything. Raises UnknownFormat, DamagedSheet, FileTooLarge, TooMuch."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _Archive(archive)
            book = _Book()
            parts.read(_BOOK, book)
            links = _Links()
            parts.read("xl/_rels/workbook.xml.rels", links)
            strings, styles = _Strings(), _Styles()
            parts.read(links.path("sharedStrings"), strings)
            parts.read(links.path("styles"), styles)
            cells = _Cells(strings.texts, styles.dates, _EPOCH_1904 if book.is_1904 else _EPOCH)
            if not parts.read(links.of(book.sheet), cells):
                raise DamagedSheet(row=0)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
    ) as exc:
        raise DamagedSheet(row=0) from exc
    return iter(cells.rows)


class _Archive:
    """The parts of a workbook, unpacked no further than all of them together may be."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_UNPACKED
        entries = archive.infolist()
        if len(entries) > _MOST_PARTS:
            raise FileTooLarge(limit_mb=MOST_UNPACKED // 1_000_000)
        self._entries = {entry.filename: entry for entry in entries}
        if _BOOK not in self._entries:
            raise UnknownFormat

    def read(self, name: str, handler: ContentHandler) -> bool:
        """Feed a part to what reads it; False when there is no such part."""
        entry = self._entries.get(name)
        if entry is None:
            return False
        if entry.flag_bits & 1 or entry.compress_type not in _ORDINARY:
            raise DamagedSheet(row=0)
        with self._archive.open(entry) as packed:
            body = packed.read(self._left + 1)
        self._left -= len(body)
        if self._left < 0:
            raise FileTooLarge(limit_mb=MOST_UNPACKED // 1_000_000)
        try:
            feed(body, lambda _: handler)
        except XmlRefused as exc:
            raise DamagedSheet(row=getattr(handler, "row", 0)) from exc
        return True


class _Part(ContentHandler):
    """What all parts' readers share: the name without its namespace, and text between two tags."""

    def __init__(self) -> None:
        super().__init__()
        self._text: list[str] = []
        self._begin: dict[str, Callable[[Attributes], None]] = {}
        self._end: dict[str, Callable[[], None]] = {}

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        begin = self._begin.get(name[1])
        if begin is not None:
            begin({key[1]: value for key, value in attrs.items()})

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        end = self._end.get(name[1])
        if end is not None:
            end()

    def characters(self, content: str) -> None:
        self._text.append(content)

    def _forget(self, attributes: Attributes) -> None:
        self._text.clear()


class _Book(_Part):
    """The first sheet that isn't hidden, as its relation's id."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet, self.is_1904 = "", False
        self._begin = {"sheet": self._sheet, "workbookPr": self._properties}

    def _sheet(self, attributes: Attributes) -> None:
        if not self.sheet and attributes.get("state", "visible") == "visible":
            self.sheet = attributes.get("id", "")

    def _properties(self, attributes: Attributes) -> None:
        self.is_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Links(_Part):
    """Where the workbook's parts are."""

    def __init__(self) -> None:
        super().__init__()
        self._by_id: dict[str, str] = {}
        self._by_kind: dict[str, str] = {}
        self._begin = {"Relationship": self._link}

    def _link(self, attributes: Attributes) -> None:
        if attributes.get("TargetMode", "Internal") != "Internal":
            return
        path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
        self._by_id[attributes.get("Id", "")] = path
        self._by_kind[attributes.get("Type", "").rpartition("/")[2]] = path

    def of(self, link: str) -> str:
        return self._by_id.get(link, "")

    def path(self, kind: str) -> str:
        return self._by_kind.get(kind, "")


class _Strings(_Part):
    """Texts that cells share; how they are pronounced is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._runs: list[str] = []
        self._is_sound = False
        self._begin = {"si": self._one, "t": self._forget, "rPh": self._sound}
        self._end = {"si": self._whole, "t": self._run, "rPh": self._no_sound}

    def _one(self, attributes: Attributes) -> None:
        self._runs.clear()

    def _sound(self, attributes: Attributes) -> None:
        self._is_sound = True

    def _no_sound(self) -> None:
        self._is_sound = False

    def _run(self) -> None:
        if not self._is_sound:
            self._runs.append("".join(self._text))

    def _whole(self) -> None:
        self.texts.append("".join(self._runs))


class _Styles(_Part):
    """For each style of cells, whether its numbers are days or times."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: list[bool] = []
        self._own: dict[str, str] = {}
        self._is_cells = False
        self._begin = {"numFmt": self._format, "cellXfs": self._cells, "xf": self._style}
        self._end = {"cellXfs": self._no_cells}

    def _format(self, attributes: Attributes) -> None:
        self._own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def _cells(self, attributes: Attributes) -> None:
        self._is_cells = True

    def _no_cells(self) -> None:
        self._is_cells = False

    def _style(self, attributes: Attributes) -> None:
        if self._is_cells:
            number = attributes.get("numFmtId", "0")
            code = self._own.get(number)
            self.dates.append(
                _is_date(code) if code is not None else number.isdigit() and int(number) in _DATES
            )


def _is_date(code: str) -> bool:
    letters = _NO_LETTERS.sub("", code.split(";")[0]).lower()
    return "general" not in letters and any(letter in letters for letter in "ymdhs")


class _Cells(_Part):
    """The rows of a sheet. row: the one that is being read."""

    def __init__(self, strings: list[str], dates: list[bool], epoch: datetime) -> None:
        super().__init__()
        self.rows: list[tuple[int, tuple[str, ...]]] = []
        self.row = 0
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._cells: dict[int, str] = {}
        self._column, self._kind, self._style = -1, "n", 0
        self._begin = {
            "row": self._row,
            "c": self._cell,
            "v": self._forget,
            "t": self._forget,
            "is": self._inline,
        }
        self._end = {"row": self._row_over, "v": self._value, "t": self._inline_text}
        self._is_inline = False
        self._size = 0

    def _row(self, attributes: Attributes) -> None:
        told = attributes.get("r", "")
        self.row = int(told) if told.isdigit() and len(told) < 8 else self.row + 1
        self._cells, self._column = {}, -1

    def _cell(self, attributes: Attributes) -> None:
        place = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column(place[1]) if place else self._column + 1
        self._kind, style = attributes.get("t", "n"), attributes.get("s", "0")
        self._style = int(style) if style.isdigit() and len(style) < 6 else 0
        self._is_inline = False

    def _inline(self, attributes: Attributes) -> None:
        self._is_inline = True

    def _inline_text(self) -> None:
        if self._is_inline:
            self._keep(self._cells.get(self._column, "") + "".join(self._text))

    def _value(self) -> None:
        text = "".join(self._text).strip()
        if self._kind == "s":
            text = self._strings[int(text)] if text.isdigit() and int(text) < len(self._strings) else ""
        elif self._kind == "b":
            text = "TRUE" if text == "1" else "FALSE"
        elif self._kind == "e":
            text = ""
        elif self._kind == "n":
            is_date = self._style < len(self._dates) and self._dates[self._style]
            text = _number(text, self._epoch if is_date else None)
        self._keep(text)

    def _keep(self, text: str) -> None:
        if not text.strip():
            return
        self._size += len(text)
        if self._column >= MOST_COLUMNS or len(text) > MOST_CHARACTERS or self._size > MOST_TEXT:
            raise too_much()
        self._cells[self._column] = text

    def _row_over(self) -> None:
        if not self._cells:
            return
        if len(self.rows) > MOST_ROWS:
            raise too_much()
        width = max(self._cells) + 1
        self.rows.append((self.row, tuple(self._cells.get(at, "").strip() for at in range(width))))


def _column(letters: str) -> int:
    """A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str, epoch: datetime | None) -> str:
    """A number as people write it; with `epoch` the day and time that it stands for."""
    try:
        value = float(text)
    except ValueError:
        return text
    if epoch is not None and 0 <= value < _LAST_DAY:
        at = epoch + timedelta(seconds=round(value * 86_400))
        if value < 1:
            return f"{at:%H:%M}"
        return f"{at:%Y-%m-%d}" if at.hour == at.minute == at.second == 0 else f"{at:%Y-%m-%d %H:%M}"
    # Fifteen digits are what a spreadsheet keeps; 0.1 + 0.2 is shown as 0.3.
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
