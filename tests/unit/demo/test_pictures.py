"""The demo's photos of found things: photos as the gateway takes them, and alike again after a restart."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from deploy.demo.pictures import DRAWINGS, picture
from gateway.photos.darkroom import develop
from services.lostfound.schemas.goods import CATEGORIES


def seen(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def test_every_drawing_is_of_a_kind_that_gets_lost() -> None:
    assert set(DRAWINGS) <= set(CATEGORIES)
    assert len(DRAWINGS) >= 30


@pytest.mark.parametrize("category", ["umbrella", "keys", "wheelchair"])
def test_a_picture_is_a_photo(category: str) -> None:
    jpeg = picture(category, ("navy", "patterned"), "CSX-6B7K2M-4")
    assert seen(jpeg).size == (960, 720)
    photo = develop(jpeg)
    assert (photo.width, photo.height) == (960, 720)
    assert len(jpeg) < 200_000


def test_the_same_thing_looks_the_same_and_another_does_not() -> None:
    first = picture("cup", ("red",), "one")
    assert picture("cup", ("red",), "one") == first
    assert picture("cup", ("red",), "two") != first


def test_a_thing_has_its_colour() -> None:
    for colour, channel in (("red", 0), ("blue", 2)):
        middle = (
            seen(picture("suitcase", (colour,), "one"))
            .crop((430, 330, 470, 370))
            .resize((1, 1))
            .getpixel((0, 0))
        )
        assert isinstance(middle, tuple)
        assert middle[channel] == max(middle)
        assert middle[channel] > 1.5 * sorted(middle)[1]
