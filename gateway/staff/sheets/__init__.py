"""Rows as files that spreadsheets write and open.

    body = as_csv(rows); body = as_xlsx(rows)            # no cell is ever taken for a formula
    sheet = await read(upload.content)                   # CSV or XLSX, whatever its name: Sheet
    records = sheet.records({"category": ("类别", "Category"), …}, needed=("category",))

A record is a row by field, with its number as the spreadsheet shows it, for a report of what was refused. All cells are
text: days as 2026-11-23, moments as 2026-11-23 08:30, whole numbers without a point. What is wrong with a file is
raised as an error of gateway.staff.sheets.errors.
"""

from __future__ import annotations

from gateway.staff.sheets.reading import Record, Row, Sheet, read
from gateway.staff.sheets.writing import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx

__all__ = ["CSV_TYPE", "XLSX_TYPE", "Record", "Row", "Sheet", "as_csv", "as_xlsx", "read"]
