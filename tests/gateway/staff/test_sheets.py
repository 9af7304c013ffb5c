"""Spreadsheets that desks import, as programs write them and as attackers do."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from gateway.staff.sheets import Sheet, as_csv, as_xlsx, read
from gateway.staff.sheets.errors import (
    DamagedSheet,
    EmptySheet,
    FileTooLarge,
    MissingColumns,
    OldWorkbook,
    TooMuch,
    UnknownEncoding,
    UnknownFormat,
)
from gateway.staff.sheets.reading import read_sheet
from kernel.errors import ServiceError

ROWS = [
    ["编号", "类别", "说明"],
    ["A1", "雨伞", "黑色，长柄"],
    ["A2", "Wallet", 'he said "mine"'],
    ["", "手机", ""],
]
MOMENT = datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - a workbook's moments have no zone
HEADINGS = {"number": ("编号", "Number"), "category": ("类别", "Category"), "colour": ("颜色", "Colour")}


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row.cells) for row in (sheet.headings, *sheet.rows)]


def delimited(delimiter: str) -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in ROWS]
    return "\r\n".join(delimiter.join(row) for row in quoted)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_with_the_delimiters_that_programs_use(
    encoding: str, delimiter: str
) -> None:
    assert cells(read_sheet(delimited(delimiter).encode(encoding))) == ROWS


def test_what_we_export_can_be_imported_again() -> None:
    rows = [["a", "b", "c"], ["=1+1", "-x", "'quoted"], ["two\nlines", "0012", "13800138000"]]
    assert cells(read_sheet(as_csv(rows))) == rows
    assert cells(read_sheet(as_xlsx(rows))) == rows


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    sheet = read_sheet('编号,类别\n\nA1,伞\n,\n"A\n2",包\n'.encode())
    assert [(row.number, row.cells[0]) for row in sheet.rows] == [(3, "A1"), (5, "A\n2")]
    marked = read_sheet(b"sep=;\na;b\n1;2\n")
    assert [row.number for row in (marked.headings, *marked.rows)] == [2, 3]


def workbook(rows: list[list[Any]], **more: Any) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for name, value in more.items():
        sheet[name] = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_of_another_program_is_read_as_it_is_shown() -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("招领")
    sheet.append(["编号", "数量", "拾到", "时刻", "几点", "对", "公式", "错"])
    sheet.append(["A1", 3, date(2026, 11, 23), MOMENT, None, True, "=1+1", "#N/A"])
    sheet["E2"] = 0.5
    sheet["E2"].number_format = '[$-804]h"时"mm"分"'
    sheet["B2"].comment = Comment("a note", "somebody")
    sheet["A9"], sheet["B9"] = "A2", 0.1 + 0.2
    sheet["B9"].number_format = '0.00" days"'
    sheet["C9"] = 46349
    sheet["C9"].number_format = "yyyy年m月d日"
    book.active = 1
    kept = io.BytesIO()
    book.save(kept)
    found = read_sheet(kept.getvalue())
    assert found.rows[0].cells[:6] == ("A1", "3", "2026-11-23", "2026-11-23 08:30", "12:00", "TRUE")
    assert (found.rows[1].number, found.rows[1].cells) == (9, ("A2", "0.3", "2026-11-23"))
    assert "secret" not in str(found)


def test_records_are_found_by_any_name_of_a_column() -> None:
    sheet = read_sheet(b"Number *, CATEGORY ,other\n1,bag,x\n2\n")
    records = sheet.records(HEADINGS, needed=("number", "category"))
    assert [dict(record.values) for record in records] == [
        {"number": "1", "category": "bag", "colour": ""},
        {"number": "2", "category": "", "colour": ""},
    ]
    assert [record.number for record in records] == [2, 3]
    with pytest.raises(MissingColumns) as caught:
        sheet.records(HEADINGS, needed=("number", "colour"))
    assert caught.value.data == {"columns": ["颜色"]}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptySheet),
        (b" \r\n \r\n", EmptySheet),
        (b"only,headings\n", EmptySheet),
        (b"a,b\n" * 5_002, TooMuch),
        (b"," * 60 + b"\n1,2\n", TooMuch),
        (b"a,b\n" + b"x" * 4_001 + b",1\n", TooMuch),
        (b"x" * 5_000_001, FileTooLarge),
        (b'a,b\n"open,1\n', DamagedSheet),
        (b'a,b\n"x"y,1\n', DamagedSheet),
        (b"a,b\n\xff\xff\xff,1\n", UnknownEncoding),
        (b"a,b\n\0\0\0,1\n", UnknownFormat),
        (b"%PDF-1.7 a,b\n1,2", UnknownFormat),
        (b"<html><table><tr><td>1,2", UnknownFormat),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), OldWorkbook),
        (b"PK\x03\x04" + bytes(40), DamagedSheet),
        (workbook([["a"], ["b"]])[:-300], DamagedSheet),
        (workbook([["a"] * 61, ["b"]]), TooMuch),
        (workbook([["a"], ["x" * 4_001]]), TooMuch),
        (workbook([["a"]] * 5_002), TooMuch),
        (workbook([["a"]]), EmptySheet),
    ],
)
def test_what_is_no_sheet_of_ours_is_refused_with_its_reason(
    content: bytes, error: type[ServiceError]
) -> None:
    with pytest.raises(error):
        read_sheet(content)


def packed(parts: dict[str, bytes], good: bytes) -> bytes:
    """A workbook with some of its parts replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts.get(name) if name in parts else old.read(name))
    return kept.getvalue()


GOOD = as_xlsx([["a", "b"], ["1", "2"]])
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "%s"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">%s]>
<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("part", "body", "error"),
    [
        (SHEET, b"<worksheet>" + b" " * 24_000_000 + b"</worksheet>", FileTooLarge),
        ("xl/styles.xml", b"<styleSheet>" + b" " * 24_000_000 + b"</styleSheet>", FileTooLarge),
        (SHEET, ENTITIES % (b"x" * 1000, b"", b"&b;"), DamagedSheet),
        (SHEET, ENTITIES % (b"", b'<!ENTITY e SYSTEM "file:///etc/hostname">', b"&e;"), DamagedSheet),
        (SHEET, b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><worksheet/>', DamagedSheet),
        (SHEET, b"<worksheet><sheetData><row>", DamagedSheet),
        (SHEET, b"\xff\xfe<worksheet/>", DamagedSheet),
        (SHEET, b"<worksheet/>", EmptySheet),
        ("xl/workbook.xml", b"<workbook/>", DamagedSheet),
    ],
    ids=[
        "bomb",
        "bomb beside",
        "entities",
        "external entity",
        "external dtd",
        "cut",
        "utf-16",
        "no rows",
        "no sheet",
    ],
)
def test_workbooks_made_to_hurt_are_refused_quickly(
    part: str, body: bytes, error: type[ServiceError]
) -> None:
    assert cells(read_sheet(packed({}, GOOD))) == [["a", "b"], ["1", "2"]], "the control can be read"
    content = packed({part: body}, GOOD)
    assert len(content) < 100_000
    began = time.process_time()
    with pytest.raises(error):
        read_sheet(content)
    assert time.process_time() - began < 3


def test_one_text_in_many_cells_does_not_become_much() -> None:
    row = "<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>"
    shared = f"<sst><si><t>{'x' * 4_000}</t></si></sst>".encode()
    sheet = f"<worksheet><sheetData>{row * 400}</sheetData></worksheet>".encode()
    links = (
        b'<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        b'<Relationship Id="rId9" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    parts = {SHEET: sheet, "xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": links}
    with pytest.raises(TooMuch):
        read_sheet(packed(parts, GOOD))


def test_a_sheet_elsewhere_is_not_fetched() -> None:
    links = b'<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="http://127.0.0.1:9/" TargetMode="External"/></Relationships>'
    with pytest.raises(DamagedSheet):
        read_sheet(packed({"xl/_rels/workbook.xml.rels": links}, GOOD))


def test_a_zip_of_another_kind_is_no_workbook() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(UnknownFormat):
        read_sheet(kept.getvalue())


@pytest.mark.anyio
async def test_the_largest_sheet_is_read_while_the_loop_goes_on() -> None:
    rows = [[f"h{n}" for n in range(12)]] + [[f"cell {row} {n}" for n in range(12)] for row in range(5_000)]
    began = time.monotonic()
    sheet = await read(as_xlsx(rows))
    assert len(sheet.rows) == 5_000
    assert time.monotonic() - began < 60
