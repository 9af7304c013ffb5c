"""Labels for shelves: readable by a scanner as a thermal printer prints them, and by people from two steps away."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from gateway.barcodes import Found, read_codes
from gateway.passes import Both
from gateway.printing import Size
from gateway.staff.labels import LARGE, SIZES, SMALL, Label, print_labels, render_labels

MADE_AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
NUMBER = "CSX-6B7K2M-4"
LABEL = Label(NUMBER, Both("雨伞", "Umbrella"), "2026-11-23", "A-12", "T2 失物招领处")
LONG = Label(
    "CSX-6B7K2M-4",
    Both("婴儿推车、轮椅及其他助行器具", "Prams, wheelchairs and other walking aids"),
    "2026-11-23",
    "T2-B1-RACK-0112-LEFT",
    "长沙黄花国际机场二号航站楼失物招领处 Lost and found, Terminal 2",
)


def printed(pdf: bytes, page: int = 0, dpi: int = 203) -> Image.Image:
    """The label as a printer of so many dots an inch makes it: black or nothing."""
    drawn = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil().convert("L")
    return drawn.point(lambda level: 255 if level > 127 else 0)


def scanned(image: Image.Image) -> list[Found]:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return read_codes(kept.getvalue())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("label", [LABEL, LONG], ids=["short", "long"])
def test_a_scanner_reads_the_number_and_nothing_else(size: Size, label: Label) -> None:
    image = printed(render_labels([label], size, MADE_AT))
    assert abs(image.width / image.height - size.width / size.height) < 0.02
    for seen in (
        image,
        image.rotate(90, expand=True),
        image.rotate(17, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC),
        image.filter(ImageFilter.GaussianBlur(2)),
        image.resize((image.width // 2, image.height // 2)),
    ):
        assert scanned(seen) == [Found("qr", NUMBER)]
    worn = image.copy()
    worn.paste(255, (0, image.height // 2 - 4, image.width // 3, image.height // 2 + 4))
    assert scanned(worn) == [Found("qr", NUMBER)], "a scratch of a millimetre through the code is borne"
    torn = image.copy()
    torn.paste(255, (0, 0, image.width // 3, image.height // 2))
    assert scanned(torn) == [], "the control: a code torn in half isn't read"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_people_read_number_kind_shelf_and_day_in_both_languages(size: Size) -> None:
    text = str(
        pypdfium2.PdfDocument(render_labels([LABEL], size, MADE_AT))[0].get_textpage().get_text_range()
    )
    for words in (NUMBER, "雨伞", "Umbrella", "A-12", "2026-11-23", "T2 失物招领处"):
        assert words in text


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_long_words_shrink_and_stay_on_the_label(size: Size) -> None:
    image = printed(render_labels([LONG], size, MADE_AT), dpi=300)
    edge = 8
    for box in (
        (0, 0, image.width, edge),
        (0, image.height - edge, image.width, image.height),
        (image.width - edge, 0, image.width, image.height),
        (0, 0, edge, image.height),
    ):
        assert image.crop(box).getextrema() == (255, 255)


def test_many_labels_are_as_many_pages_and_the_same_file_each_time() -> None:
    many = [LABEL, LONG, LABEL]
    pdf = render_labels(many, SMALL, MADE_AT)
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    assert pdf == render_labels(many, SMALL, MADE_AT)
    assert b"/Helvetica" not in pdf
    for none in ([], [LABEL] * 201):
        with pytest.raises(ValueError):
            render_labels(none, SMALL, MADE_AT)


@pytest.mark.anyio
async def test_labels_are_printed_in_the_printers_thread() -> None:
    assert await print_labels([LABEL], SMALL, MADE_AT) == render_labels([LABEL], SMALL, MADE_AT)
