"""What a drawing is told of a product: its colours and the words on its label; and what many packs have on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.demo.mall.drawn.sheet import PAPER, Box, Ink, Sheet, dim, is_dark, lit
from deploy.demo.pictures.scene import Colour


@dataclass(frozen=True)
class Look:
    """main: of the thing or its pack. trim: lids, ribbons, edges. food: of what is inside. text, small: on the label."""

    main: Colour
    trim: Colour
    food: Colour
    text: str
    small: str = ""


Draw = Callable[[Sheet, Look], None]


def label(sheet: Sheet, box: Box, look: Look) -> None:
    """A paper label; words stand in a column where it is high."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    sheet.rounded(box, 8, PAPER)
    edge = look.main if is_dark(look.main) else dim(look.main, 0.35)
    sheet.rounded((left + 10, top + 10, right - 10, bottom - 10), 5, edge)
    sheet.rounded((left + 14, top + 14, right - 14, bottom - 14), 4, PAPER)
    middle = ((left + right) / 2, (top + bottom) / 2)
    ink = dim(edge, 0.45)
    if height > width * 1.15 and len(look.text) > 1:
        sheet.column(middle, look.text[:5], (height - 60, width * 0.52), ink)
    else:
        sheet.fitted(middle, look.text, (width - 50, height * 0.5), ink)


def round_label(sheet: Sheet, at: tuple[float, float], radius: float, look: Look) -> None:
    """A round one: the maker's two characters, or leaves."""
    sheet.disc(*at, radius, PAPER)
    sheet.disc(*at, radius - 8, dim(look.main, 0.2))
    sheet.disc(*at, radius - 12, PAPER)
    if look.small[:1].isascii():
        leaf(sheet, (at[0], at[1] + radius * 0.2), radius * 0.6, dim(look.main, 0.2))
    else:
        sheet.fitted(at, look.small[:2], (radius * 1.4, radius * 0.8), dim(look.main, 0.5))


def leaf(sheet: Sheet, at: tuple[float, float], size: float, ink: Ink) -> None:
    """Two leaves and a bud."""
    x, y = at
    for turn in (-1, 1):
        tip = (x + turn * size, y - size * 0.7)
        sheet.blob(
            ((x, y + size * 0.3), (x + turn * size * 0.2, y - size * 0.4), tip, (x + turn * size * 0.7, y)),
            ink,
        )
    sheet.blob(
        (
            (x, y + size * 0.2),
            (x - size * 0.2, y - size * 0.5),
            (x, y - size),
            (x + size * 0.2, y - size * 0.5),
        ),
        ink,
    )


def gloss(colour: Colour) -> Colour:
    """The bright spot of something shiny."""
    return lit(colour, 0.6)
