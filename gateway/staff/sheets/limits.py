"""How much a spreadsheet may hold: what a desk imports in a day, many times over."""

from __future__ import annotations

from typing import Final

from gateway.staff.sheets.errors import TooMuch

MOST_BYTES: Final = 5_000_000
MOST_UNPACKED: Final = 24_000_000
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
MOST_CHARACTERS: Final = 4_000
"""Of one cell."""
MOST_TEXT: Final = 5_000_000
"""Characters of all cells: in a workbook one text may stand in many."""


def too_much() -> TooMuch:
    return TooMuch(rows=MOST_ROWS, columns=MOST_COLUMNS, characters=MOST_CHARACTERS)
