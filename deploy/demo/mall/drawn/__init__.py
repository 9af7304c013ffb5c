"""Pictures of the demo's goods, drawn here: one kind of thing in many colours, on paper that suits what it is.

shot = shown("tin/green/gold", "湘叶", "TEA-01")        # Shot(jpeg of 800×800, thumbnail of 320×320)
python -m deploy.demo.mall.drawn FOLDER                 # contact sheets, to look at
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image

from deploy.demo.chance import Chance
from deploy.demo.mall.colours import hue
from deploy.demo.mall.drawn.crafts import CRAFTS
from deploy.demo.mall.drawn.fronts import front
from deploy.demo.mall.drawn.gadgets import GADGETS
from deploy.demo.mall.drawn.look import Draw, Look
from deploy.demo.mall.drawn.packs import PACKS
from deploy.demo.mall.drawn.sheet import EDGE, Sheet, dim, lit
from deploy.demo.mall.drawn.table import TABLE
from deploy.demo.mall.drawn.toys import TOYS
from deploy.demo.mall.drawn.vessels import VESSELS
from deploy.demo.mall.drawn.wear import WEAR
from deploy.demo.pictures.scene import Colour, mixed

THUMBNAIL: Final = 320
DRAWINGS: Final[Mapping[str, Draw]] = {**PACKS, **VESSELS, **GADGETS, **WEAR, **CRAFTS, **TOYS, **TABLE}
# Seen from above: nothing they stand on.
_LYING: Final = {*WEAR, "cable", "eye_mask", "keyboard", "mouse", "neck_pillow", "cards", "pen", "magnet", "puzzle",
                 "comb", "keyring", "headphones", "tag", "watch", "fan", "umbrella", "wired", "pendant", "bracelet", "film"}  # fmt: skip
_GROUNDS: Final[tuple[Colour, ...]] = (
    (243, 236, 224), (228, 236, 231), (231, 236, 244), (246, 231, 226), (238, 233, 243), (240, 238, 222), (226, 238, 240),
)  # fmt: skip
_FRONTS: Final = (
    (
        "main",
        (
            "navy",
            "teal",
            "moss",
            "crimson",
            "brown",
            "purple",
            "coral",
            "olive",
            "green",
            "blue",
            "rose",
            "amber",
        ),
    ),
    ("trim", ("gold", "amber", "coral", "cream")),
    ("food", ("jade", "coral", "sky", "rose", "yellow")),
)


@dataclass(frozen=True)
class Shot:
    """A product's picture as the mall keeps it."""

    jpeg: bytes
    thumbnail: bytes


def shown(picture: str, text: str, seed: str) -> Shot:
    """The picture of a product. picture: drawing/main/trim/food/words, the last three at will; text: its brand."""
    kind, look = look_of(picture, text, seed)
    sheet = Sheet()
    DRAWINGS[kind](sheet, look)
    is_lying = kind in _LYING
    return _shot(sheet.paint(_ground(Chance("ground", seed).one("colour", _GROUNDS), is_lying), is_lying))


def shop_front(name: str, seed: str) -> Shot:
    """A shop's picture: its front, with its name on the sign."""
    chance = Chance("front", seed)
    main, trim, food = (hue(chance.one(part, codes)) for part, codes in _FRONTS)
    sheet = Sheet()
    front(sheet, Look(main, trim, food, name))
    return _shot(sheet.paint(_ground(chance.one("colour", _GROUNDS), False), is_lying=False))


def look_of(picture: str, text: str, seed: str) -> tuple[str, Look]:
    """Which drawing, and what it is told. Raises KeyError for a colour or a drawing that isn't known."""
    kind, *more = picture.split("/")
    if kind not in DRAWINGS:
        raise KeyError(kind)
    colours = [each for each in more if each.isascii() and not each.isdigit()]
    words = next((each for each in more if each not in colours), text)
    main = hue(colours[0]) if colours else (110, 130, 140)
    trim = hue(colours[1]) if len(colours) > 1 else dim(main, 0.3)
    food = hue(colours[2]) if len(colours) > 2 else mixed(lit(trim, 0.3), (226, 150, 90), 0.4)
    return kind, Look(main, trim, food, words, text if words != text else _small(seed))


def _small(seed: str) -> str:
    return f"CSX {seed[-3:].strip('-')}"


@lru_cache(maxsize=16)
def _ground(colour: Colour, is_lying: bool) -> Image.Image:
    """A wall and the table before it, or a table seen from above."""
    edge = EDGE * 2
    strip = Image.new("RGB", (1, 2))
    strip.putdata([lit(colour, 0.5), dim(colour, 0.03)])
    ground = strip.resize((edge, edge), Image.Resampling.BILINEAR)
    if not is_lying:
        table = Image.new("RGB", (1, 2))
        table.putdata([dim(colour, 0.07), lit(colour, 0.1)])
        low = round(edge * 0.735)
        ground.paste(table.resize((edge, edge - low), Image.Resampling.BILINEAR), (0, low))
    return ground


def _shot(image: Image.Image) -> Shot:
    small = image.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    return Shot(_jpeg(image, 80), _jpeg(small, 60))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=quality, optimize=True)
    return kept.getvalue()
