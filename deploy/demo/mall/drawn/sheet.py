"""A sheet on which a thing is put together, part upon part; what it will stand on and its shadow come from the parts.

Lengths are thousandths of the sheet's edge, whatever its size in pixels: parts are kept until they are painted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

from deploy.demo.pictures.scene import Colour, mixed

EDGE: Final = 800
_OVER: Final = 2
_SCALE: Final = EDGE * _OVER / 1000
_SHADOW_SCALE: Final = 0.16
WHITE: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (38, 36, 40)
PAPER: Final[Colour] = (250, 246, 238)
GOLD: Final[Colour] = (205, 166, 88)
SILVER: Final[Colour] = (196, 200, 206)
WOOD: Final[Colour] = (170, 118, 76)
KRAFT: Final[Colour] = (201, 166, 122)

Box = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]]
Placed = Callable[[ImageDraw.ImageDraw, "Frame", int | Colour], None]


@dataclass(frozen=True)
class Across:
    """An ink that changes from left to right, as light does on a can."""

    colours: tuple[Colour, ...]


@dataclass(frozen=True)
class Down:
    """An ink that changes from top to bottom."""

    colours: tuple[Colour, ...]


@dataclass(frozen=True)
class Glaze:
    """A thin ink: what lies under it is seen through. It throws no shadow. share: 0..1."""

    colour: Colour
    share: float


Ink = Colour | Across | Down | Glaze


@dataclass(frozen=True)
class Frame:
    """Where thousandths are in pixels."""

    scale: float
    left: float = 0
    top: float = 0

    def box(self, box: Box) -> Box:
        x, y, right, bottom = box
        s = self.scale
        return (x - self.left) * s, (y - self.top) * s, (right - self.left) * s, (bottom - self.top) * s

    def points(self, points: Points) -> list[tuple[float, float]]:
        return [((x - self.left) * self.scale, (y - self.top) * self.scale) for x, y in points]

    def length(self, length: float) -> int:
        return max(1, round(length * self.scale))


@dataclass(frozen=True)
class _Part:
    box: Box
    place: Placed
    ink: Ink


@dataclass(frozen=True)
class _Words:
    x: float
    y: float
    text: str
    size: float
    colour: Colour
    is_serif: bool


class Sheet:
    """What a drawing is made on."""

    def __init__(self) -> None:
        self._parts: list[_Part | _Words] = []

    def rect(self, box: Box, ink: Ink) -> None:
        self._parts.append(_Part(box, lambda pen, at, fill: pen.rectangle(at.box(box), fill=fill), ink))

    def rounded(self, box: Box, radius: float, ink: Ink) -> None:
        def place(pen: ImageDraw.ImageDraw, at: Frame, fill: int | Colour) -> None:
            pen.rounded_rectangle(at.box(box), at.length(radius), fill=fill)

        self._parts.append(_Part(box, place, ink))

    def ellipse(self, box: Box, ink: Ink) -> None:
        self._parts.append(_Part(box, lambda pen, at, fill: pen.ellipse(at.box(box), fill=fill), ink))

    def disc(self, x: float, y: float, radius: float, ink: Ink) -> None:
        self.ellipse((x - radius, y - radius, x + radius, y + radius), ink)

    def poly(self, points: Points, ink: Ink) -> None:
        def place(pen: ImageDraw.ImageDraw, at: Frame, fill: int | Colour) -> None:
            pen.polygon(at.points(points), fill=fill)

        self._parts.append(_Part(_around(points), place, ink))

    def blob(self, points: Points, ink: Ink) -> None:
        """A closed curve through these points."""
        self.poly(smooth(points), ink)

    def line(self, points: Points, width: float, ink: Ink) -> None:
        """With round ends and joints."""

        def place(pen: ImageDraw.ImageDraw, at: Frame, fill: int | Colour) -> None:
            found = at.points(points)
            pen.line(found, fill=fill, width=at.length(width), joint="curve")
            half = at.length(width) / 2
            for x, y in (found[0], found[-1]):
                pen.ellipse((x - half, y - half, x + half, y + half), fill=fill)

        self._parts.append(_Part(_around(points, width), place, ink))

    def arc(self, box: Box, turns: tuple[float, float], width: float, ink: Ink) -> None:
        """turns: degrees from three o'clock, clockwise."""

        def place(pen: ImageDraw.ImageDraw, at: Frame, fill: int | Colour) -> None:
            pen.arc(at.box(box), turns[0], turns[1], fill=fill, width=at.length(width))

        self._parts.append(_Part(box, place, ink))

    def pie(self, box: Box, turns: tuple[float, float], ink: Ink) -> None:
        def place(pen: ImageDraw.ImageDraw, at: Frame, fill: int | Colour) -> None:
            pen.pieslice(at.box(box), turns[0], turns[1], fill=fill)

        self._parts.append(_Part(box, place, ink))

    def words(
        self, at: tuple[float, float], text: str, size: float, colour: Colour = INK, is_serif: bool = True
    ) -> None:
        """A line around this middle."""
        self._parts.append(_Words(*at, text, size, colour, is_serif))

    def fitted(
        self, at: tuple[float, float], text: str, within: tuple[float, float], colour: Colour = INK
    ) -> None:
        """A line as large as fits. within: width, greatest size."""
        self.words(at, text, min(within[1], within[0] / max(1.0, _breadth(text))), colour)

    def column(
        self, at: tuple[float, float], text: str, within: tuple[float, float], colour: Colour = INK
    ) -> None:
        """Characters one under the other around this middle. within: height, greatest size."""
        size = min(within[1], within[0] / (1.12 * max(1, len(text))))
        top = at[1] - 1.12 * size * (len(text) - 1) / 2
        for number, each in enumerate(text):
            self.words((at[0], top + 1.12 * size * number), each, size, colour)

    def paint(self, ground: Image.Image, is_lying: bool) -> Image.Image:
        """The picture. is_lying: seen from above, so its shadow is all around it."""
        image = ground.copy()
        _cast(image, self._shadow(is_lying))
        pen = ImageDraw.Draw(image)
        for part in self._parts:
            if isinstance(part, _Words):
                _write(pen, part)
            elif isinstance(part.ink, tuple):
                part.place(pen, Frame(_SCALE), part.ink)
            else:
                _lay(image, part, part.ink)
        return image.reduce(_OVER)

    def _shadow(self, is_lying: bool) -> Image.Image:
        edge = round(1000 * _SHADOW_SCALE)
        seen = Image.new("L", (edge, edge))
        pen = ImageDraw.Draw(seen)
        for part in self._parts:
            if isinstance(part, _Part) and not isinstance(part.ink, Glaze):
                part.place(pen, Frame(_SHADOW_SCALE), 255)
        cast = Image.new("L", (edge, edge))
        box = seen.getbbox()
        if is_lying or box is None:
            cast.paste(seen, (2, 4))
            cast = cast.filter(ImageFilter.GaussianBlur(4)).point(lambda level: level * 28 // 100)
        else:
            flat = seen.crop(box)
            flat = flat.resize((round(flat.width * 1.04), max(6, round(flat.height * 0.16))))
            cast.paste(flat, (box[0] + 2, box[3] - round(flat.height * 0.62)), flat)
            near = cast.filter(ImageFilter.GaussianBlur(1.6)).point(lambda level: level * 18 // 100)
            cast = cast.filter(ImageFilter.GaussianBlur(6)).point(lambda level: level * 32 // 100)
            cast.paste(255, (0, 0), near)
        return cast


def smooth(points: Points, steps: int = 8) -> list[tuple[float, float]]:
    """A closed curve through points (Catmull and Rom's)."""
    found: list[tuple[float, float]] = []
    count = len(points)
    for at in range(count):
        before, here, there, after = (points[(at + step) % count] for step in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            found.append(
                (
                    _between((before[0], here[0], there[0], after[0]), t),
                    _between((before[1], here[1], there[1], after[1]), t),
                )
            )
    return found


def _between(four: tuple[float, float, float, float], t: float) -> float:
    a, b, c, d = four
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def lit(colour: Colour, share: float = 0.3) -> Colour:
    """Nearer to the light."""
    return mixed(colour, WHITE, share)


def dim(colour: Colour, share: float = 0.25) -> Colour:
    """Further from it; shadows are a little blue."""
    return mixed(colour, (22, 20, 36), share)


def round_(colour: Colour, depth: float = 1.0) -> Across:
    """The ink of what is round: light from the left."""
    shades = ((lit, 0.10), (lit, 0.26), (lit, 0.04), (dim, 0.08), (dim, 0.2), (dim, 0.34))
    return Across(tuple(how(colour, share * depth) for how, share in shades))


def slant(colour: Colour, depth: float = 1.0) -> Down:
    """The ink of what is flat and stands: lighter above."""
    return Down((lit(colour, 0.14 * depth), colour, dim(colour, 0.12 * depth)))


def is_dark(colour: Colour) -> bool:
    return colour[0] * 0.3 + colour[1] * 0.59 + colour[2] * 0.11 < 140


def written_on(colour: Colour) -> Colour:
    """A colour that can be read on this one."""
    return (252, 246, 232) if is_dark(colour) else dim(mixed(colour, INK, 0.6), 0.3)


def _around(points: Points, more: float = 0) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - more, min(ys) - more, max(xs) + more, max(ys) + more


def _cast(image: Image.Image, shadow: Image.Image) -> None:
    """Darken what lies in the shadow, which is small yet."""
    box = shadow.getbbox()
    if box is None:
        return
    times = image.width // shadow.width
    wide, high = (box[2] - box[0]) * times, (box[3] - box[1]) * times
    mask = shadow.crop(box).resize((wide, high), Image.Resampling.BILINEAR)
    image.paste((40, 30, 34), (box[0] * times, box[1] * times), mask)


def _lay(image: Image.Image, part: _Part, ink: Across | Down | Glaze) -> None:
    left, top, right, bottom = (round(edge * _SCALE) for edge in part.box)
    size = max(1, right - left + 1), max(1, bottom - top + 1)
    mask = Image.new("L", size)
    place = Frame(_SCALE, left / _SCALE, top / _SCALE)
    if isinstance(ink, Glaze):
        part.place(ImageDraw.Draw(mask), place, round(255 * ink.share))
        image.paste(ink.colour, (left, top), mask)
        return
    part.place(ImageDraw.Draw(mask), place, 255)
    is_across = isinstance(ink, Across)
    strip = Image.new("RGB", (len(ink.colours), 1) if is_across else (1, len(ink.colours)))
    strip.putdata(ink.colours)
    # Along the change first, which is a line; then that line over and over, which is fast.
    line = strip.resize((size[0], 1) if is_across else (1, size[1]), Image.Resampling.BILINEAR)
    image.paste(line.resize(size, Image.Resampling.NEAREST), (left, top), mask)


def _breadth(text: str) -> float:
    """How wide a line is, in its size."""
    return sum(1.02 if ord(each) > 0x2E80 else 0.6 for each in text)


@lru_cache(maxsize=64)
def _font(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), pixels)


def _write(pen: ImageDraw.ImageDraw, words: _Words) -> None:
    # Sizes in steps of four: each opens its font anew.
    pixels = max(8, round(words.size * _SCALE / 4) * 4)
    font = _font(serif_path() if words.is_serif else sans_path(), pixels)
    weight = pixels // 44
    spot = (words.x * _SCALE, words.y * _SCALE)
    pen.text(spot, words.text, words.colour, font, anchor="mm", stroke_width=weight, stroke_fill=words.colour)
