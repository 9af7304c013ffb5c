"""What can be wrong with a spreadsheet that somebody sends.

ServiceError
├── Invalid
│   ├── EmptySheet          sheets.empty             no row besides headings
│   ├── UnknownFormat       sheets.unknown_format    neither CSV nor XLSX
│   ├── OldWorkbook         sheets.old_workbook      .xls, or locked by a password
│   ├── UnknownEncoding     sheets.encoding          CSV that is neither UTF-8 nor GB18030
│   ├── DamagedSheet        sheets.damaged           data.row: where it breaks, 0 where that is unknown
│   └── MissingColumns      sheets.missing_columns   data.columns
└── TooLarge
    ├── FileTooLarge        sheets.too_large         data.limit_mb; packed or unpacked
    └── TooMuch             sheets.too_much          data.rows, data.columns, data.characters: the most there may be
"""

from __future__ import annotations

from kernel.errors import Invalid, TooLarge


class EmptySheet(Invalid):
    code = "sheets.empty"


class UnknownFormat(Invalid):
    code = "sheets.unknown_format"


class OldWorkbook(Invalid):
    code = "sheets.old_workbook"


class UnknownEncoding(Invalid):
    code = "sheets.encoding"


class DamagedSheet(Invalid):
    code = "sheets.damaged"


class MissingColumns(Invalid):
    code = "sheets.missing_columns"


class FileTooLarge(TooLarge):
    code = "sheets.too_large"


class TooMuch(TooLarge):
    code = "sheets.too_much"
