"""Boarding passes as a PDF for home printers: A4, folded twice, both languages on every page.

    ┌───────────────┬───────────────┐
    │ who, from, to │               │
    │ flight, seat, │  Aztec code   │   folded twice, this half is what is shown:
    │ gate, times   │               │   no fold runs through the code
    ├───────────────┴───────────────┤
    │ what to know before the gate  │
    └───────────────────────────────┘

The code is drawn, not a picture: it is as sharp as the printer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from gateway.barcodes import aztec_modules
from gateway.passes.printed import Both, PrintedPass
from gateway.printing import Ink, Paper, Size, printed

_WIDTH: Final = 210.0
_HEIGHT: Final = 297.0
_FOLD_X: Final = _WIDTH / 2
_FOLD_Y: Final = _HEIGHT / 2
_MARGIN: Final = 12.0
_COLUMN: Final = _FOLD_X - 2 * _MARGIN
_CODE: Final = 62.0
_CODE_TOP: Final = 22.0
_BOLD_FROM: Final = 12
_GREY: Final = (96, 106, 118)
_BLUE: Final = (0, 82, 140)
_LINE: Final = (205, 211, 218)
_FOLD: Final = "先向后对折，再对折  Fold back here, then fold again"
_TITLE: Final = "登机牌 Boarding pass"


def draw_passes(passes: Sequence[PrintedPass], made_at: datetime) -> bytes:
    """The PDF of some passes, one page each. As `render_passes`."""
    return printed(_TITLE, made_at, Size(_WIDTH, _HEIGHT), partial(_draw, passes))


def _draw(passes: Sequence[PrintedPass], paper: Paper) -> None:
    for one in passes:
        paper.new_page()
        _Page(paper, one).draw()


class _Page:
    """One pass while it is drawn. Lengths are millimetres from the page's upper left corner; sizes are points."""

    def __init__(self, paper: Paper, one: PrintedPass) -> None:
        self._paper, self._pdf, self._pass = paper, paper.pdf, one

    def draw(self) -> None:
        self._heading()
        self._journey()
        self._details()
        self._code()
        self._folds()
        self._notes()

    def _heading(self) -> None:
        one = self._pass
        self._paper.text(_MARGIN, 12, "登机牌", Ink(20, _BLUE, bold=True))
        self._paper.text(_MARGIN + 25, 15.2, "BOARDING PASS", Ink(11, _BLUE))
        carrier = f"{one.carrier.zh}  {one.carrier.en}".strip()
        self._paper.text(_MARGIN, 24, carrier, Ink(9, _GREY), _COLUMN)
        self._rule(_MARGIN, 31, _FOLD_X - _MARGIN)
        name = f"{one.name}  {one.name_zh}".strip()
        self._label(_MARGIN, 33.5, Both("旅客", "Passenger"))
        self._paper.text(_MARGIN, 38.5, name, Ink(15, bold=True), _COLUMN)

    def _journey(self) -> None:
        one, half = self._pass, _COLUMN / 2
        for x, code, place in (
            (_MARGIN, one.from_code, one.from_place),
            (_MARGIN + half + 4, one.to_code, one.to_place),
        ):
            self._paper.text(x, 49, code, Ink(30, bold=True), half - 4)
            self._paper.text(x, 62, place.zh, Ink(10), half - 4)
            self._paper.text(x, 67, place.en, Ink(7.5, _GREY), half - 4)
        # the arrow is drawn: readers of the text would only be told of a sign
        y, x = 55.5, _MARGIN + half - 7
        self._pdf.set_draw_color(*_BLUE)
        self._pdf.set_line_width(0.7)
        self._pdf.line(x, y, x + 7, y)
        self._pdf.line(x + 5, y - 2, x + 7, y)
        self._pdf.line(x + 5, y + 2, x + 7, y)

    def _details(self) -> None:
        one = self._pass
        self._rule(_MARGIN, 74, _FOLD_X - _MARGIN)
        large = [
            (Both("航班", "Flight"), one.flight),
            (Both("登机口", "Gate"), one.gate or "–"),
            (Both("座位", "Seat"), one.seat or "–"),
            (Both("登机时间", "Boarding"), one.boards),
            (Both("起飞", "Departure"), one.departs),
            (Both("序号", "Sequence"), one.sequence),
        ]
        self._grid(77, large, 3, 16, 17)
        small = [
            (Both("日期", "Date"), one.day),
            (Both("航站楼", "Terminal"), one.terminal),
            (Both("到达", "Arrival"), one.arrives),
            (Both("舱位", "Cabin"), f"{one.cabin.zh} {one.cabin.en}".strip()),
            (Both("登机口关闭", "Gate closes"), one.gate_closes),
            (Both("预订编号", "Booking"), one.pnr),
        ]
        self._grid(112, [cell for cell in small if cell[1]], 3, 9, 11.5)

    def _grid(
        self, y: float, cells: list[tuple[Both, str]], columns: int, size: float, height: float
    ) -> None:
        width = _COLUMN / columns
        for place, (label, text) in enumerate(cells):
            x, top = _MARGIN + place % columns * width, y + place // columns * height
            self._label(x, top, label, width - 2)
            self._paper.text(x, top + 4.2, text, Ink(size, bold=size > _BOLD_FROM), width - 2)

    def _code(self) -> None:
        """The code in its corner, what scanners can't read below it."""
        one, left = self._pass, _FOLD_X + (_FOLD_X - _CODE) / 2
        self._paper.code(left, _CODE_TOP, _CODE, aztec_modules(one.code))
        lines = [
            (Both("客票", "Ticket"), one.ticket),
            (Both("常旅客", "Frequent flyer"), one.frequent_flyer),
            (Both("行李", "Bags"), one.bags),
            (Both("婴儿", "Infant"), one.infant),
            (Both("服务", "Services"), one.specials),
        ]
        y = _CODE_TOP + _CODE + 6
        for label, text in lines:
            if text:
                self._label(_FOLD_X + _MARGIN, y + 0.7, label, 30)
                self._paper.text(_FOLD_X + _MARGIN + 30, y, text, Ink(9), _COLUMN - 30)
                y += 7
        airport = f"{one.airport.zh}  {one.airport.en}".strip()
        self._paper.text(_FOLD_X + _MARGIN, _FOLD_Y - 14, airport, Ink(7.5, _GREY), _COLUMN)

    def _folds(self) -> None:
        self._pdf.set_draw_color(*_LINE)
        self._pdf.set_line_width(0.25)
        self._pdf.set_dash_pattern(1.6, 1.6)
        self._pdf.line(0, _FOLD_Y, _WIDTH, _FOLD_Y)
        self._pdf.line(_FOLD_X, 0, _FOLD_X, _FOLD_Y)
        self._pdf.set_dash_pattern()
        self._paper.text(_MARGIN, _FOLD_Y + 1.5, _FOLD, Ink(6.5, _GREY), 120)

    def _notes(self) -> None:
        y = _FOLD_Y + 14
        self._paper.text(_MARGIN, y, "登机前请留意", Ink(13, _BLUE, bold=True))
        self._paper.text(_MARGIN + 34, y + 1.6, "Before you board", Ink(9.5, _BLUE))
        y += 11
        for note in self._pass.notes:
            if y > _HEIGHT - 22:
                return
            self._pdf.set_fill_color(*_BLUE)
            self._pdf.rect(_MARGIN, y + 1.3, 1.4, 1.4, style="F")
            y = self._paragraph(y, note.zh, Ink(10))
            y = self._paragraph(y, note.en, Ink(8.5, _GREY)) + 3

    def _paragraph(self, y: float, text: str, ink: Ink) -> float:
        """Text over several lines; returns where it ends."""
        if not text:
            return y
        self._paper.take(ink)
        self._pdf.set_xy(_MARGIN + 4, y)
        self._pdf.multi_cell(_WIDTH - 2 * _MARGIN - 4, ink.size * 0.5, self._paper.printable(text), align="L")
        return float(self._pdf.get_y()) + 0.6

    def _label(self, x: float, y: float, label: Both, width: float = 60) -> None:
        self._paper.text(x, y, f"{label.zh} {label.en}", Ink(6.5, _GREY), width)

    def _rule(self, x: float, y: float, to: float) -> None:
        self._pdf.set_draw_color(*_LINE)
        self._pdf.set_line_width(0.3)
        self._pdf.line(x, y, to, y)
