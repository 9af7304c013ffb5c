"""Paper that we print: PDF with a Chinese font of its own, made in a thread.

    pdf = await in_printer(render, things, made_at)                      # the event loop goes on
    return printed("title", made_at, Size(62, 29), lambda paper: …)      # inside `render`

Lengths are millimetres from the page's upper left corner; sizes of letters are points. fpdf2 and the font are loaded
by who draws and no other: a third of a second and some 80 MB.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, ParamSpec

from gateway.barcodes import Modules, runs

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT: Final = "Noto Sans SC"
# Typography's sign for a character that the font doesn't have.
_NO_GLYPH: Final = "〓"
_SMALLEST: Final = 5.0
_MM_A_POINT: Final = 0.3528
# A document takes a fifth of a second of one processor: one at a time leaves the others to everybody else.
_PRINTER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")
P = ParamSpec("P")


@dataclass(frozen=True)
class Size:
    """Of a page, in millimetres."""

    width: float
    height: float


@dataclass(frozen=True)
class Ink:
    """size: points."""

    size: float
    colour: tuple[int, int, int] = (20, 28, 38)
    bold: bool = False


async def in_printer(render: Callable[P, bytes], *things: P.args, **more: P.kwargs) -> bytes:
    """What `render` makes, in the printer's thread: one document at a time."""
    assert not more, "a thread takes things by their order"
    return await asyncio.get_running_loop().run_in_executor(_PRINTER, render, *things)


def printed(title: str, made_at: datetime, size: Size, draw: Callable[[Paper], None]) -> bytes:
    """The PDF that `draw` draws on paper of that size. The same drawing at the same moment gives the same file."""
    from fpdf import FPDF
    from fpdf.fonts import TTFFont
    from pylopdf_fonts_zh_cn import sans_path

    document = FPDF(format=(size.width, size.height))
    document.set_auto_page_break(False)
    document.set_margin(0)
    document.set_creation_date(made_at)
    document.set_title(title)
    document.set_lang("zh-CN")
    document.add_font(_FONT, fname=sans_path())
    font: Any = document.fonts[_FONT.lower()]
    if not isinstance(font, TTFFont):
        raise TypeError("an outline font is expected")
    # Its file is read piece by piece and stays open until somebody closes it.
    with closing(font.ttfont):
        # The boxes of the whole font are good for a part of it; measuring them again is a third of the work.
        font.ttfont.recalcBBoxes = False
        draw(Paper(document, size, font.cmap))
        return bytes(document.output())


class Paper:
    """Pages, and what stands on them. pdf: for what is drawn without letters."""

    def __init__(self, pdf: FPDF, size: Size, glyphs: Container[int]) -> None:
        self.pdf, self._size, self._glyphs = pdf, size, glyphs

    def new_page(self) -> None:
        self.pdf.add_page(format=(self._size.width, self._size.height))

    def text(self, x: float, y: float, text: str, ink: Ink, width: float = 60) -> None:
        """One line from its upper left corner: smaller when it wouldn't fit its width, cut when that isn't enough."""
        from fpdf.enums import TextMode

        text = self.printable(text)
        if not text:
            return
        self.take(ink)
        while ink.size > _SMALLEST and self.pdf.get_string_width(text) > width:
            ink = replace(ink, size=ink.size - 0.5)
            self.pdf.set_font_size(ink.size)
        whole = text
        while len(text) > 1 and self.pdf.get_string_width(text) > width:
            whole = whole[:-1]
            text = f"{whole.rstrip()}…"
        if ink.bold:
            # the font has one weight: its outline is drawn too
            self.pdf.text_mode = TextMode.FILL_STROKE
            self.pdf.set_draw_color(*ink.colour)
            self.pdf.set_line_width(ink.size * 0.008)
        self.pdf.text(x, y + ink.size * _MM_A_POINT, text)
        self.pdf.text_mode = TextMode.FILL

    def take(self, ink: Ink) -> None:
        self.pdf.set_font(_FONT, size=ink.size)
        self.pdf.set_text_color(*ink.colour)

    def code(self, x: float, y: float, side: float, rows: Modules) -> None:
        """A code of dark modules: drawn, not a picture, so that it is as sharp as the printer."""
        module = side / len(rows)
        self.pdf.set_fill_color(0, 0, 0)
        for place, row in enumerate(rows):
            for start, width in runs(row):
                self.pdf.rect(x + start * module, y + place * module, width * module, module, style="F")

    def printable(self, text: str) -> str:
        return "".join(c if ord(c) in self._glyphs else _NO_GLYPH for c in " ".join(text.split()))
