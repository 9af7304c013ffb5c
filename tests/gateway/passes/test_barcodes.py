"""Codes on screens and paper are read back as they were written, however the picture was treated."""

from __future__ import annotations

import io
import random
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from gateway.barcodes import (
    Found,
    aztec_modules,
    aztec_png,
    aztec_svg,
    qr_modules,
    qr_png,
    qr_svg,
    read_codes,
)

# A signed pass of one leg and an unsigned one of two.
SIGNED = (
    "M1ZHANG/SAN           EABC123 CSXPEKCZ 3101 327Y031A0025 13A>80B WW6326BCZ 297841234567890  CZ                  "
    "   20K^168AT5MTWNPYT4CTIL4RQLF2YLJVDLKHHAZUYGGPVD6TB67IAKFXNIOXJF3VV7MOI5SYXR74W44ADV73LDYOBEGAJE7EYC47JRGZCT6TECQ"
)
TWO_LEGS = "M2ZHANG/SAN           EABC123 CSXPEKCZ 3101 327Y031A0025 100ABC123 PEKULNCA 0955 327Y012C0103 100"
PICTURES = {"aztec": aztec_png, "qr": qr_png}
# CSS pixels of a phone's width, less what a page leaves at both sides.
PHONE = 330


def as_png(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def at_phone_size(picture: bytes, side: int = PHONE) -> Image.Image:
    """Scaled as a browser scales, on a screenshot of a phone: white card, dark page, text above."""
    code = Image.open(io.BytesIO(picture)).convert("L").resize((side, side), Image.Resampling.BILINEAR)
    screen = Image.new("L", (390, 844), 40)
    screen.paste(235, (15, 100, 375, 760))
    screen.paste(code, (30, 220))
    return screen


@pytest.mark.parametrize("text", [SIGNED, TWO_LEGS], ids=["signed", "two legs"])
@pytest.mark.parametrize("kind", PICTURES)
def test_a_screenshot_of_a_phone_is_read(kind: str, text: str) -> None:
    assert read_codes(as_png(at_phone_size(PICTURES[kind](text)))) == [Found(kind, text)]


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("left", [0.5, 0.25, 0.12])
def test_a_dimmed_screen_is_read(kind: str, left: float) -> None:
    dim = ImageEnhance.Brightness(at_phone_size(PICTURES[kind](SIGNED))).enhance(left)
    assert read_codes(as_png(dim)) == [Found(kind, SIGNED)]


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("degrees", [7, 30, 90, 137, 180, 270])
def test_a_phone_held_askew_is_read(kind: str, degrees: int) -> None:
    askew = at_phone_size(PICTURES[kind](SIGNED)).rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=90
    )
    assert read_codes(as_png(askew)) == [Found(kind, SIGNED)]


@pytest.mark.parametrize("kind", PICTURES)
def test_a_noisy_blurred_picture_is_read(kind: str) -> None:
    grains = random.Random(7)
    picture = at_phone_size(PICTURES[kind](SIGNED)).filter(ImageFilter.GaussianBlur(0.8))
    noise = bytes(max(0, min(255, int(v + grains.gauss(0, 22)))) for v in picture.tobytes())
    assert read_codes(as_png(Image.frombytes("L", picture.size, noise))) == [Found(kind, SIGNED)]


def test_a_scratch_through_the_code_is_repaired() -> None:
    picture = at_phone_size(aztec_png(SIGNED))
    picture.paste(128, (60, 250, 110, 330))
    assert read_codes(as_png(picture)) == [Found("aztec", SIGNED)]


def test_a_code_that_is_mostly_gone_is_not_read() -> None:
    picture = at_phone_size(aztec_png(SIGNED))
    picture.paste(128, (30, 220, 360, 400))
    assert read_codes(as_png(picture)) == []


def test_modules_of_a_signed_pass_are_wide_enough_for_a_phone() -> None:
    # a reader wants four device pixels a module; phones have at least two a CSS pixel
    assert PHONE * 2 / (len(aztec_modules(SIGNED)) + 4) >= 4
    assert PHONE * 2 / (len(qr_modules(SIGNED)) + 8) >= 4


def test_an_svg_shows_the_modules_that_a_png_shows() -> None:
    root = ElementTree.fromstring(aztec_svg(TWO_LEGS, "Boarding pass"))
    space = "{http://www.w3.org/2000/svg}"
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side, side), 255)
    for run in root.findall(f"{space}path")[1].attrib["d"].split("M")[1:]:
        place, _, width = run.partition("h")
        x, y = (int(part) for part in place.split())
        image.paste(0, (x, y, x + int(width.partition("v")[0]), y + 1))
    grown = image.resize((side * 8, side * 8), Image.Resampling.NEAREST)
    assert grown.tobytes() == Image.open(io.BytesIO(aztec_png(TWO_LEGS))).convert("L").tobytes()


def test_labels_are_escaped_and_no_style_is_used() -> None:
    for svg in (aztec_svg("M1", '<b>&"'), qr_svg("M1", '<b>&"')):
        assert "<b>" not in svg
        assert "&lt;b&gt;&amp;" in svg
        assert "style" not in svg
        ElementTree.fromstring(svg)


@pytest.mark.parametrize("text", ["", "登机牌", "A" * 4000])
def test_what_no_boarding_pass_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        aztec_modules(text)


def test_what_isnt_a_picture_is_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        read_codes(b"GIF89a")
    with pytest.raises(ValueError, match="not a picture"):
        read_codes(qr_png("M1")[:60])
    with pytest.raises(ValueError, match="too large"):
        read_codes(as_png(Image.new("1", (8000, 8000))))
    assert read_codes(as_png(Image.new("L", (200, 200), 255))) == []
