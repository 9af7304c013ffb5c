"""A desk, light from the upper left, and things made of parts that bulge towards it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from deploy.demo.chance import Chance
from deploy.demo.pictures.shapes import Shape

WIDTH: Final = 1600
HEIGHT: Final = 1200
SHOWN: Final = (960, 720)
Colour = tuple[int, int, int]
BLACK: Final[Colour] = (28, 29, 32)
STEEL: Final[Colour] = (176, 182, 190)
BRASS: Final[Colour] = (196, 160, 74)
PAPER: Final[Colour] = (244, 241, 233)
# Laminate, beech, rubber mat, felt: what desks of airports are made of.
_DESKS: Final[tuple[Colour, ...]] = ((199, 193, 182), (186, 158, 122), (104, 112, 120), (150, 160, 152))


@dataclass(frozen=True)
class Finish:
    """bulge: how round a part is, pixels. gloss, depth: how light and dark its slopes get. grain: of cloth, 0..1."""

    bulge: int = 16
    gloss: float = 0.8
    depth: float = 0.9
    grain: float = 0.0


HARD: Final = Finish(7, 0.9, 0.7)
METAL: Final = Finish(9, 1.6, 1.2)
CLOTH: Final = Finish(38, 0.55, 1.1, 0.35)
LEATHER: Final = Finish(22, 0.7, 1.0, 0.14)
FLAT: Final = Finish(3, 0.3, 0.3)


@dataclass(frozen=True)
class Dye:
    """main: most of a thing. trim: straps, edges, what is beside. is_patterned: stripes over the main colour."""

    main: Colour
    trim: Colour
    is_patterned: bool = False

    @classmethod
    def of(cls, hexes: Sequence[str], is_patterned: bool) -> Dye:
        """From none, one or more colours."""
        found = [ImageColor.getrgb(each)[:3] for each in hexes] or [(90, 100, 115)]
        main = _solid(found[0])
        second = _solid(found[1]) if len(found) > 1 else mixed(main, BLACK, 0.45)
        return cls(main, second, is_patterned)


def _solid(colour: tuple[int, ...]) -> Colour:
    red, green, blue = colour[:3]
    # Nothing on a photo is as black or as white as a code of colours.
    return max(24, min(238, red)), max(24, min(238, green)), max(26, min(236, blue))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two; share: of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Thing:
    """A thing while it is put together, part upon part."""

    def __init__(self, seed: str) -> None:
        self.chance = Chance("picture", seed)
        self.image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
        self._seed = seed

    def part(self, shape: Shape, colour: Colour, finish: Finish = HARD) -> None:
        """Lay a part on what is there."""
        self.lay(mask_of(shape), colour, finish)

    def lay(self, mask: Image.Image, colour: Colour, finish: Finish = HARD) -> None:
        """The same with a mask."""
        box = mask.getbbox()
        if box is None:
            return
        around = finish.bulge * 3 + 8
        box = (box[0] - around, box[1] - around, box[2] + around, box[3] + around)
        cut = mask.crop(box)
        layer = Image.new("RGB", cut.size, colour)
        if finish.grain:
            layer = _grained(layer, finish.grain, f"{self._seed} {box}")
        height, step = cut.filter(ImageFilter.GaussianBlur(finish.bulge)), max(2, finish.bulge // 2)
        towards, away = ImageChops.offset(height, -step, -step), ImageChops.offset(height, step, step)
        light = ImageChops.subtract(towards, away)
        dark = ImageChops.subtract(away, towards)
        layer.paste((255, 255, 255), (0, 0), _dimmed(light, finish.gloss * 0.6))
        layer.paste((8, 8, 14), (0, 0), _dimmed(dark, finish.depth * 0.6))
        piece = layer.convert("RGBA")
        piece.putalpha(cut)
        left, top = max(0, box[0]), max(0, box[1])
        self.image.alpha_composite(piece, (left, top), (left - box[0], top - box[1]))

    def stripes(self, mask: Image.Image, colour: Colour, width: int = 34, turn: float = 30) -> None:
        """A pattern within a mask."""
        bars = Image.new("L", (WIDTH * 2, HEIGHT * 2))
        pen = ImageDraw.Draw(bars)
        for x in range(0, WIDTH * 2, width * 3):
            pen.rectangle((x, 0, x + width, HEIGHT * 2), fill=150)
        bars = bars.rotate(turn).crop((WIDTH // 2, HEIGHT // 2, WIDTH // 2 + WIDTH, HEIGHT // 2 + HEIGHT))
        flat = Image.new("RGBA", self.image.size, (*colour, 0))
        flat.putalpha(ImageChops.multiply(bars, mask))
        self.image = Image.alpha_composite(self.image, flat)

    def body(self, shape: Shape, dye: Dye, finish: Finish) -> Image.Image:
        """The part in the main colour, with its pattern if it has one; returns its mask."""
        mask = mask_of(shape)
        self.lay(mask, dye.main, finish)
        if dye.is_patterned:
            self.stripes(mask, dye.trim)
            self.stripes(mask, mixed(dye.trim, (240, 200, 90), 0.6), 12, -40)
        return mask


def mask_of(shape: Shape) -> Image.Image:
    """Where a shape is."""
    mask = Image.new("L", (WIDTH, HEIGHT))
    shape(ImageDraw.Draw(mask))
    return mask


def on_a_desk(thing: Thing, seed: str) -> Image.Image:
    """The photo: the thing on one of the desks, a little turned, with its shadows."""
    chance = thing.chance
    desk = _desk(chance, seed)
    turned = thing.image.resize(SHOWN, Image.Resampling.LANCZOS)
    turned = turned.rotate(chance.whole("turn", -11, 11), Image.Resampling.BICUBIC)
    alpha = turned.getchannel("A")
    for blur, by, share in ((20, 18, 0.42), (5, 5, 0.45)):
        shadow = ImageChops.offset(alpha, by, round(by * 1.3)).filter(ImageFilter.GaussianBlur(blur))
        desk.paste((12, 12, 18), (0, 0), _dimmed(shadow, share))
    desk.paste(turned.convert("RGB"), (0, 0), alpha)
    corners = Image.radial_gradient("L").resize(SHOWN)
    desk.paste((10, 10, 14), (0, 0), corners.point(lambda level: max(0, level - 110) // 2))
    return _grained(desk, 0.05, seed)


def _dimmed(mask: Image.Image, share: float) -> Image.Image:
    return mask.point(lambda level: round(level * share))


def _desk(chance: Chance, seed: str) -> Image.Image:
    colour = chance.one("desk", _DESKS)
    width, height = SHOWN
    desk = Image.new("RGB", SHOWN, colour)
    fibres = _noise((40, 300), f"fibres {seed}").resize(SHOWN, Image.Resampling.BICUBIC)
    desk = Image.blend(desk, ImageChops.soft_light(desk, fibres.convert("RGB")), 0.5)
    # turned within a larger one, so that no corner of it is seen
    light = Image.linear_gradient("L").resize((width * 2, width * 2)).rotate(chance.whole("light", -60, -20))
    light = light.crop((width // 2, width // 2, width // 2 + width, width // 2 + height))
    desk.paste((255, 252, 244), (0, 0), light.point(lambda level: (255 - level) // 5))
    return desk


def _grained(image: Image.Image, share: float, seed: str) -> Image.Image:
    grain = _noise(image.size, seed).filter(ImageFilter.GaussianBlur(0.8)).convert("RGB")
    return Image.blend(image, ImageChops.soft_light(image, grain), share)


def _noise(size: tuple[int, int], seed: str) -> Image.Image:
    return Image.frombytes("L", size, hashlib.shake_128(seed.encode()).digest(size[0] * size[1]))
