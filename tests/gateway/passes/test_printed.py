"""The boarding pass to print: readable by people in two languages, and by a gate's scanner."""

from __future__ import annotations

import asyncio
import io
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from gateway.barcodes import Found, read_codes
from gateway.passes import Both, PrintedPass, print_passes, render_passes
from tests.gateway.passes.test_barcodes import SIGNED, TWO_LEGS

MADE_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PASS = PrintedPass(
    code=SIGNED,
    name="ZHANG/SAN",
    name_zh="张三",
    flight="CZ3101",
    day="2026-11-23",
    from_code="CSX",
    from_place=Both("长沙黄花", "Changsha Huanghua"),
    to_code="PEK",
    to_place=Both("北京首都", "Beijing Capital"),
    departs="10:20",
    boards="09:40",
    seat="31A",
    sequence="025",
    cabin=Both("经济舱", "Economy"),
    gate="A12",
    infant="ZHANG/BAO",
    notes=(Both("登机口可能变更。", "Your gate may change."),),
)


def text_of(pdf: bytes, page: int = 0) -> str:
    return str(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range())


def picture_of(pdf: bytes, page: int = 0, scale: float = 2) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("L")


def as_png(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_passes(
        [PASS, replace(PASS, code=TWO_LEGS, name="WANG/LI", name_zh="", seat="31B")], MADE_AT
    )


def test_everything_that_matters_stands_on_the_page_in_both_languages(pdf: bytes) -> None:
    text = text_of(pdf)
    for words in (
        "登机牌",
        "BOARDING PASS",
        "ZHANG/SAN",
        "张三",
        "CZ3101",
        "长沙黄花",
        "Changsha Huanghua",
        "北京首都",
    ):
        assert words in text
    for words in (
        "登机口 Gate",
        "A12",
        "座位 Seat",
        "31A",
        "09:40",
        "10:20",
        "025",
        "经济舱 Economy",
        "ZHANG/BAO",
    ):
        assert words in text
    for words in ("登机口可能变更。", "Your gate may change."):
        assert words in text
    assert "航站楼 Terminal" not in text


def test_one_page_is_one_passenger_on_one_leg(pdf: bytes) -> None:
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert "WANG/LI" in text_of(pdf, 1)
    assert "ZHANG/SAN" not in text_of(pdf, 1)


@pytest.mark.parametrize("scale", [1.5, 3])
def test_a_scanner_reads_the_printed_code(pdf: bytes, scale: float) -> None:
    assert read_codes(as_png(picture_of(pdf, 0, scale))) == [Found("aztec", SIGNED)]
    assert read_codes(as_png(picture_of(pdf, 1, scale))) == [Found("aztec", TWO_LEGS)]


def test_no_fold_runs_through_the_code(pdf: bytes) -> None:
    page = picture_of(pdf)
    right_upper_quarter = page.crop((page.width // 2 + 4, 0, page.width, page.height // 2 - 4))
    assert read_codes(as_png(right_upper_quarter)) == [Found("aztec", SIGNED)]


def test_the_font_goes_with_the_file_and_only_as_far_as_it_is_used(pdf: bytes) -> None:
    assert b"/FontFile3" in pdf
    assert b"+NotoSansSC" in pdf
    assert b"/Helvetica" not in pdf
    assert len(pdf) < 100_000


def test_the_glyphs_are_those_of_the_characters(pdf: bytes) -> None:
    """What is extracted could be right while another glyph is drawn: the picture must look like the font's."""
    page, scale = pypdfium2.PdfDocument(pdf)[0], 8
    words = page.get_textpage()
    picture = page.render(scale=scale).to_pil().convert("L")

    def drawn(character: str) -> Image.Image:
        left, bottom, right, top = words.get_charbox(words.get_text_range().index(character))
        box = (left, page.get_height() - top, right, page.get_height() - bottom)
        return picture.crop(tuple(round(edge * scale) for edge in box)).resize((64, 64))

    def of_the_font(character: str) -> Image.Image:
        image = Image.new("L", (400, 400), 255)
        ImageDraw.Draw(image).text((50, 50), character, 20, ImageFont.truetype(str(sans_path()), 240))
        return image.crop(ImageChops.invert(image).getbbox()).resize((64, 64))

    def difference(one: Image.Image, other: Image.Image) -> float:
        return sum(ImageChops.difference(one, other).tobytes()) / (64 * 64)

    for character, other in (("沙", "京"), ("北", "黄"), ("经", "济")):
        assert difference(drawn(character), of_the_font(character)) < 25
        assert difference(drawn(character), of_the_font(other)) > 50


def test_a_character_that_the_font_lacks_is_marked() -> None:
    assert "吉〓" in text_of(render_passes([replace(PASS, name_zh="吉𠮷")], MADE_AT))


def test_long_texts_shrink_and_stay_in_their_places() -> None:
    long = replace(
        PASS,
        name="WOLFESCHLEGELSTEIN/H",
        name_zh="尼格买提·热合曼·阿卜杜拉",
        from_place=Both("乌鲁木齐地窝堡国际机场二号航站楼", "Ürümqi Tianshan International Airport"),
        cabin=Both("高端经济舱", "Premium economy"),
        specials="WCHR VGML BLND PETC UMNR DEAF MEDA STCR",
    )
    page = picture_of(render_passes([long], MADE_AT))
    fold = page.crop((page.width // 2 - 12, 60, page.width // 2 - 4, page.height // 2 - 8))
    assert fold.getextrema()[0] > 200
    assert page.crop((page.width - 16, 0, page.width, page.height // 2 - 4)).getextrema()[0] > 200


def test_more_notes_than_a_page_holds_are_not_drawn_beyond_it() -> None:
    many = replace(
        PASS, notes=tuple(Both(f"第{n}条：请提前到达。", f"Note {n}: be early.") for n in range(60))
    )
    page = picture_of(render_passes([many], MADE_AT))
    assert page.crop((0, page.height - 16, page.width, page.height)).getextrema()[0] > 200


def test_the_same_passes_make_the_same_file(pdf: bytes) -> None:
    assert render_passes([PASS], MADE_AT) == render_passes([PASS], MADE_AT)


@pytest.mark.anyio
async def test_printing_leaves_the_event_loop_alone() -> None:
    beats = 0
    threads = set(threading.enumerate())

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    heart = asyncio.create_task(beat())
    made = await print_passes([PASS] * 3, MADE_AT)
    heart.cancel()
    assert made == render_passes([PASS] * 3, MADE_AT)
    assert beats >= 3
    assert {one.name.partition("_")[0] for one in set(threading.enumerate()) - threads} <= {"printer"}


def test_what_cant_be_printed_is_refused() -> None:
    for passes in ([], [PASS] * 37, [replace(PASS, code="登机")]):
        with pytest.raises(ValueError):
            render_passes(passes, MADE_AT)
