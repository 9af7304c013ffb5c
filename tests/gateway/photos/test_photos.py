"""Photos as people send them: what comes out is upright, small, and holds nothing but the picture."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PIL import Image

from gateway import photos
from gateway.photos import darkroom
from tests.gateway.photos.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    corners,
    opened,
    quarters,
    saved,
    with_exif,
)

UPRIGHT = [RED, GREEN, BLUE, WHITE]
# What a camera stores so that, turned as EXIF says, the picture is upright: the inverse of each turn.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", STORED)
def test_a_photo_is_turned_upright_and_forgets_where_it_was_taken(orientation: int) -> None:
    turn = STORED[orientation]
    sent = with_exif(quarters() if turn is None else quarters().transpose(turn), orientation)
    control = opened(sent)
    assert control.getexif().get_ifd(0x8825), "the place is in what was sent"
    assert "icc_profile" in control.info
    if orientation != 1:
        assert corners(control) != UPRIGHT, "what was sent lies on its side or is mirrored"

    photo = darkroom.develop(sent)

    for jpeg in (photo.jpeg, photo.thumbnail):
        image = opened(jpeg)
        assert corners(image) == UPRIGHT
        assert not dict(image.getexif())
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"Spyphone" not in jpeg
        assert b"home" not in jpeg
    assert (photo.width, photo.height) == opened(photo.jpeg).size == (120, 80)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("I;16", "PNG"),
        ("RGB", "WEBP"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_way_of_writing_colours_can_be_shown(mode: str, kind: str) -> None:
    image = quarters()
    if mode == "I;16":
        image = image.convert("L").convert("I").point(lambda level: level * 257).convert("I;16")
    else:
        image = image.convert(mode)
    result = opened(darkroom.develop(saved(image, kind)).jpeg)
    assert (result.mode, result.size) == ("RGB", (120, 80))
    if mode in {"RGB", "RGBA", "CMYK", "P"}:
        assert corners(result) == UPRIGHT
    else:
        # two colours are dots of both: what the eye mixes is looked at
        mixed = result.resize((2, 2), Image.Resampling.BOX)
        levels = [mixed.getpixel(place)[0] for place in ((0, 0), (0, 1), (1, 1))]
        assert levels[2] > 240
        assert max(levels[:2]) < 120, "dark stays dark and light stays light"


def test_sixteen_bits_of_colour_come_out_as_eight() -> None:
    import struct
    import zlib

    from tests.gateway.photos.pictures import png

    row = b"\0" + struct.pack(">HHH", 0xDC00, 0x1E00, 0x1E00) * 40
    result = opened(darkroom.develop(png(40, 40, zlib.compress(row * 40), depth=16, colour=2)).jpeg)
    assert corners(result) == [RED] * 4


def test_what_was_transparent_is_white() -> None:
    image = quarters().convert("RGBA")
    image.putalpha(0)
    result = opened(darkroom.develop(saved(image, "PNG")).jpeg)
    assert corners(result) == [WHITE] * 4


def test_a_large_photo_becomes_small_enough_for_a_message() -> None:
    noise = Image.effect_noise((2600, 3400), 90)
    photo = darkroom.develop(saved(Image.merge("RGB", (noise, noise.rotate(90), noise)), quality=70))
    assert len(photo.jpeg) <= 400_000
    assert max(photo.width, photo.height) <= 1600
    assert max(opened(photo.thumbnail).size) == 320
    assert len(photo.thumbnail) < 40_000
    assert abs(photo.width / photo.height - 2600 / 3400) < 0.01


def test_a_photo_that_a_phone_keeps_with_another_is_a_photo() -> None:
    """Panoramas and portraits come as JPEG with several pictures: not an animation."""
    sent = saved(quarters(), "MPO", save_all=True, append_images=[quarters(60, 40)])
    assert opened(sent).format == "MPO"
    assert corners(opened(darkroom.develop(sent).jpeg)) == UPRIGHT


def test_broken_exif_does_not_cost_the_photo() -> None:
    from tests.gateway.photos.pictures import segment

    sent = segment(saved(quarters()), 0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xee" * 40)
    assert corners(opened(darkroom.develop(sent).jpeg)) == UPRIGHT


@pytest.mark.anyio
async def test_the_event_loop_goes_on_and_few_photos_are_opened_at_once() -> None:
    beats = 0
    before = set(threading.enumerate())

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.002)
            beats += 1

    heart = asyncio.create_task(beat())
    taken = await asyncio.gather(*(photos.take(saved(quarters())) for _ in range(4)))
    heart.cancel()
    assert [photo.width for photo in taken] == [120] * 4
    assert beats >= 20
    mine = [one for one in set(threading.enumerate()) - before if one.name.startswith("photos")]
    assert len(mine) <= darkroom.AT_ONCE
