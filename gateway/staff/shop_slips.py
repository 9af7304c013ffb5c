"""What is printed of a parcel: a picking slip to walk the shelves with, and a label for the bag.

Both carry the parcel's number as a QR code, which opens it at a desk and hands nothing over: that takes the buyer's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from gateway.barcodes import qr_modules
from gateway.passes import Both
from gateway.printing import Ink, Paper, Size, in_printer, printed
from gateway.staff.labels import SIZES, Label, print_labels

LABELS: Final = SIZES
PAPER: Final = Size(100, 150)
"""The sheet of the thermal printers that every courier's label comes from."""
_BLACK: Final = (0, 0, 0)
_GREY: Final = (70, 70, 70)
_MARGIN: Final = 5.0
_ROW: Final = 11.0
_FIRST: Final = 52.0
_QUIET: Final = 2

Words = Mapping[str, str]


@dataclass(frozen=True)
class Slip:
    """Of one parcel. gate: None when it is collected at the shop. until, pick_by: local. lines: (pieces, name, options)."""

    number: str
    shop: Words
    gate: str | None
    flight: str
    until: str
    pick_by: str
    duty_free: bool
    lines: list[tuple[int, Words, Words]]

    @property
    def way(self) -> Both:
        """Where it goes, in both languages."""
        if self.gate is None:
            return Both("到店自取", "Collected at the shop")
        return Both(f"送至登机口 {self.gate}", f"To gate {self.gate}")


async def print_slip(slip: Slip, made_at: datetime) -> bytes:
    """The picking slip, made in a thread. As `render_slip`."""
    return await in_printer(render_slip, slip, made_at)


def render_slip(slip: Slip, made_at: datetime) -> bytes:
    """100 × 150 mm, as many sheets as the lines take. made_at: aware."""
    return printed("拣货单 Picking slip", made_at, PAPER, partial(_draw, slip))


async def print_label(slip: Slip, size: Size, made_at: datetime) -> bytes:
    """The label of the bag: where it goes and by when, readable from two steps away."""
    pieces = sum(count for count, _, _ in slip.lines)
    where = " ".join(filter(None, (slip.flight, f"{pieces}件", "免税 Duty free" if slip.duty_free else "")))
    label = Label(slip.number, slip.way, slip.shop["zh"], slip.until, where)
    return await print_labels([label], size, made_at, "订单标签 Parcel label")


def _draw(slip: Slip, paper: Paper) -> None:
    room = int((PAPER.height - _FIRST - _MARGIN) // _ROW)
    sheets = [slip.lines[at : at + room] for at in range(0, len(slip.lines), room)] or [[]]
    for number, lines in enumerate(sheets, 1):
        paper.new_page()
        _head(paper, slip, f"{number}/{len(sheets)}" if len(sheets) > 1 else "")
        for at, line in enumerate(lines):
            _line(paper, line, _FIRST + at * _ROW)


def _head(paper: Paper, slip: Slip, sheet: str) -> None:
    rows = qr_modules(slip.number, "m")
    outer = 30.0
    side = outer * len(rows) / (len(rows) + 2 * _QUIET)
    paper.code(PAPER.width - _MARGIN - side, _MARGIN, side, rows)
    width = PAPER.width - 2 * _MARGIN - outer

    def line(
        y: float, text: str, points: float, bold: bool = False, colour: tuple[int, int, int] = _BLACK
    ) -> None:
        paper.text(_MARGIN, y, text, Ink(points, colour, bold), width)

    line(5, slip.number, 19, bold=True)
    line(14, slip.shop["zh"], 11, bold=True)
    line(19.5, slip.shop["en"], 8, colour=_GREY)
    line(25, slip.way.zh, 14, bold=True)
    line(31.5, slip.way.en, 8.5, colour=_GREY)
    wide = PAPER.width - 2 * _MARGIN
    paper.text(
        _MARGIN,
        38,
        f"拣货截止 Pick by {slip.pick_by}    承诺 Promised {slip.until}  {slip.flight}",
        Ink(9, _BLACK, True),
        wide,
    )
    said = "免税品：交付时查验登机牌 Duty free: look at the boarding pass" if slip.duty_free else ""
    pieces = sum(count for count, _, _ in slip.lines)
    paper.text(_MARGIN, 43, f"共 {pieces} 件 {pieces} pieces  {said}  {sheet}".strip(), Ink(8, _BLACK), wide)
    _rule(paper, 49.5, 0.4)


def _line(paper: Paper, line: tuple[int, Words, Words], y: float) -> None:
    count, name, options = line
    paper.pdf.set_draw_color(*_BLACK)
    paper.pdf.set_line_width(0.3)
    paper.pdf.rect(_MARGIN, y + 1.2, 5, 5)
    paper.text(_MARGIN + 8, y + 0.8, f"{count} ×", Ink(13, _BLACK, True), 13)
    left, width = _MARGIN + 22, PAPER.width - 2 * _MARGIN - 22
    zh = " · ".join(filter(None, (name["zh"], options.get("zh", ""))))
    en = " · ".join(filter(None, (name["en"], options.get("en", ""))))
    paper.text(left, y, zh, Ink(10, _BLACK, True), width)
    paper.text(left, y + 5, en, Ink(7.5, _GREY), width)
    _rule(paper, y + _ROW - 1.6, 0.1)


def _rule(paper: Paper, y: float, thickness: float) -> None:
    paper.pdf.set_draw_color(*_BLACK)
    paper.pdf.set_line_width(thickness)
    paper.pdf.line(_MARGIN, y, PAPER.width - _MARGIN, y)
