"""Porcelain and stone, books and paper, toys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look, leaf
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    INK,
    PAPER,
    SILVER,
    WHITE,
    WOOD,
    Across,
    Down,
    Glaze,
    Sheet,
    dim,
    lit,
    round_,
    slant,
    written_on,
)


def vase(sheet: Sheet, look: Look) -> None:
    sheet.blob(
        (
            (440, 200),
            (560, 200),
            (556, 330),
            (650, 440),
            (676, 580),
            (620, 760),
            (570, 860),
            (430, 860),
            (380, 760),
            (324, 580),
            (350, 440),
            (444, 330),
        ),
        round_(look.main),
    )
    sheet.ellipse((424, 168, 576, 226), Down((dim(look.main, 0.5), dim(look.main, 0.2))))
    _flower(sheet, (500, 570), 74, look)
    for x in (410, 590):
        leaf(sheet, (x, 700), 44, look.trim)
    sheet.rect((446, 300, 554, 312), look.trim)
    sheet.blob(((372, 470), (392, 460), (370, 640), (352, 600)), Glaze(WHITE, 0.6))


def _flower(sheet: Sheet, at: tuple[float, float], size: float, look: Look) -> None:
    x, y = at
    for way_x, way_y in ((0, -1), (0.87, -0.5), (0.87, 0.5), (0, 1), (-0.87, 0.5), (-0.87, -0.5)):
        sheet.disc(x + way_x * size * 0.6, y + way_y * size * 0.6, size * 0.44, look.trim)
    sheet.disc(x, y, size * 0.4, look.food)


def teapot(sheet: Sheet, look: Look) -> None:
    sheet.arc((560, 450, 860, 740), (270, 90), 40, dim(look.main, 0.14))
    sheet.poly(((330, 560), (170, 430), (130, 440), (150, 500), (330, 700)), round_(look.main))
    sheet.ellipse((260, 400, 740, 830), round_(look.main))
    sheet.rounded((380, 806, 620, 846), 18, round_(dim(look.main, 0.1)))
    sheet.ellipse((360, 374, 640, 446), round_(dim(look.main, 0.06)))
    sheet.pie((380, 330, 620, 470), (180, 360), round_(look.main))
    sheet.disc(500, 322, 32, round_(look.trim))
    _flower(sheet, (500, 620), 82, look)
    sheet.blob(((310, 520), (340, 480), (322, 650), (300, 640)), Glaze(WHITE, 0.5))


def gaiwan(sheet: Sheet, look: Look) -> None:
    """A cup with its lid and saucer."""
    sheet.ellipse((210, 750, 790, 870), round_(look.main))
    sheet.ellipse((250, 752, 750, 840), dim(look.main, 0.12))
    sheet.poly(((280, 470), (720, 470), (660, 690), (590, 800), (410, 800), (340, 690)), round_(look.main))
    sheet.pie((290, 330, 710, 600), (180, 360), round_(lit(look.main, 0.06)))
    sheet.rounded((270, 450, 730, 484), 16, round_(dim(look.main, 0.05)))
    sheet.rounded((440, 290, 560, 346), 16, round_(look.trim))
    _flower(sheet, (500, 620), 66, look)
    for x in (390, 610):
        leaf(sheet, (x, 640), 36, look.trim)


def bowl(sheet: Sheet, look: Look) -> None:
    sheet.poly(((190, 450), (810, 450), (740, 650), (620, 800), (380, 800), (260, 650)), round_(look.main))
    sheet.rect((400, 796, 600, 850), round_(dim(look.main, 0.1)))
    sheet.ellipse((188, 390, 812, 512), Down((dim(look.main, 0.34), dim(look.main, 0.08))))
    sheet.arc((188, 390, 812, 512), (0, 360), 12, look.trim)
    for x in (320, 500, 680):
        _flower(sheet, (x, 640 if x == 500 else 600), 44, look)


def mug(sheet: Sheet, look: Look) -> None:
    sheet.arc((540, 390, 830, 680), (270, 90), 46, dim(look.main, 0.12))
    sheet.rounded((270, 290, 690, 850), 50, round_(look.main))
    sheet.ellipse((270, 250, 690, 340), Down((dim(look.main, 0.45), dim(look.main, 0.15))))
    sheet.arc((270, 250, 690, 340), (0, 360), 12, lit(look.main, 0.3))
    sheet.disc(480, 580, 122, look.trim)
    sheet.fitted((480, 580), look.text[:3], (210, 100), written_on(look.trim))
    sheet.rounded((294, 360, 312, 800), 9, Glaze(WHITE, 0.4))


def plate(sheet: Sheet, look: Look) -> None:
    """On a stand."""
    sheet.poly(((330, 800), (670, 800), (720, 870), (280, 870)), slant(WOOD))
    sheet.disc(500, 490, 330, round_(look.main, 0.6))
    sheet.disc(500, 490, 312, look.trim)
    sheet.disc(500, 490, 300, lit(look.main, 0.1))
    sheet.disc(500, 490, 220, Glaze(look.trim, 0.4))
    sheet.disc(500, 490, 212, lit(look.main, 0.16))
    _flower(sheet, (500, 470), 110, look)
    for x in (370, 630):
        leaf(sheet, (x, 620), 60, look.trim)


def stone(sheet: Sheet, look: Look) -> None:
    """Chrysanthemum stone on its stand: white crystal flowers in dark rock."""
    sheet.poly(((250, 790), (750, 790), (800, 860), (200, 860)), slant(dim(WOOD, 0.3)))
    sheet.poly(((290, 760), (710, 760), (750, 800), (250, 800)), slant(WOOD))
    sheet.blob(
        ((300, 770), (250, 560), (330, 330), (470, 220), (600, 260), (730, 400), (760, 620), (700, 775)),
        round_(look.main),
    )
    for x, y, size in ((450, 420, 104), (610, 590, 86), (390, 640, 60)):
        for turn in range(14):
            way = _WAYS[turn]
            sheet.poly(
                (
                    (x - way[1] * 8, y + way[0] * 8),
                    (x + way[0] * size, y + way[1] * size),
                    (x + way[1] * 8, y - way[0] * 8),
                ),
                lit(look.trim, turn % 2 * 0.4),
            )
        sheet.disc(x, y, size * 0.16, dim(look.main, 0.2))
    sheet.blob(((300, 470), (360, 350), (340, 480), (300, 600)), Glaze(WHITE, 0.14))


_WAYS: Final = (
    (1, 0), (0.9, 0.43), (0.62, 0.78), (0.22, 0.97), (-0.22, 0.97), (-0.62, 0.78), (-0.9, 0.43), (-1, 0),
    (-0.9, -0.43), (-0.62, -0.78), (-0.22, -0.97), (0.22, -0.97), (0.62, -0.78), (0.9, -0.43),
)  # fmt: skip


def inkstone(sheet: Sheet, look: Look) -> None:
    sheet.rounded((180, 380, 820, 820), 90, round_(dim(look.main, 0.2)))
    sheet.rounded((190, 350, 810, 780), 80, slant(look.main))
    sheet.ellipse((260, 420, 740, 720), Down((dim(look.main, 0.5), dim(look.main, 0.25))))
    sheet.ellipse((300, 450, 480, 560), Glaze(INK, 0.55))
    for x, y in ((250, 410), (740, 730)):
        for turn in range(14):
            way = _WAYS[turn]
            sheet.line(((x, y), (x + way[0] * 46, y + way[1] * 46)), 6, look.trim)


def figure(sheet: Sheet, look: Look) -> None:
    """A bronze beast, a lamp, a drum: an object of the museum on a plinth."""
    sheet.rounded((250, 770, 750, 860), 12, slant(dim(WOOD, 0.35)))
    sheet.blob(
        (
            (300, 700),
            (290, 520),
            (360, 430),
            (560, 430),
            (640, 330),
            (740, 340),
            (780, 430),
            (740, 500),
            (720, 640),
            (730, 770),
            (660, 770),
            (640, 660),
            (420, 660),
            (400, 770),
            (320, 770),
        ),
        round_(look.main),
    )
    sheet.poly(((670, 340), (650, 230), (700, 320)), look.main)
    sheet.poly(((720, 335), (750, 230), (750, 345)), dim(look.main, 0.2))
    sheet.disc(716, 410, 13, look.trim)
    for x, y, size in ((440, 540, 60), (580, 540, 46)):
        for inset in (0, 18, 36):
            if size - inset > 6:
                sheet.arc(
                    (x - size + inset, y - size + inset, x + size - inset, y + size - inset),
                    (20, 330),
                    8,
                    look.trim,
                )
    sheet.fitted((500, 815), look.text, (420, 48), lit(GOLD, 0.2))


def book(sheet: Sheet, look: Look) -> None:
    """Standing, its back and its front seen."""
    sheet.poly(((270, 230), (350, 190), (350, 830), (270, 850)), slant(dim(look.main, 0.3)))
    sheet.poly(((350, 190), (730, 210), (730, 860), (350, 830)), slant(look.main))
    sheet.poly(((730, 210), (746, 220), (746, 852), (730, 860)), PAPER)
    sheet.poly(((350, 620), (730, 646), (730, 730), (350, 702)), look.trim)
    if len(look.text) <= 6:
        sheet.column((470, 400), look.text, (360, 92), written_on(look.main))
    else:
        sheet.column((440, 400), look.text[:6], (360, 66), written_on(look.main))
        sheet.column(
            (530, 400), look.text[6:12], (66 * len(look.text[6:12]) * 1.12, 60), written_on(look.main)
        )
    sheet.disc(650, 290, 52, look.trim)
    sheet.disc(650, 290, 32, look.food)
    sheet.fitted((540, 674), look.small, (330, 40), written_on(look.trim))
    sheet.poly(((360, 196), (374, 197), (374, 828), (360, 827)), Glaze(INK, 0.12))


def notebook(sheet: Sheet, look: Look) -> None:
    sheet.poly(((310, 190), (720, 200), (720, 860), (310, 846)), slant(look.main))
    sheet.poly(((720, 200), (738, 212), (738, 850), (720, 860)), PAPER)
    sheet.rect((640, 196, 662, 858), look.trim)
    for y in range(230, 840, 56):
        sheet.rounded((276, y, 350, y + 18), 9, round_(SILVER))
    sheet.rounded((390, 330, 600, 470), 8, PAPER)
    sheet.fitted((495, 400), look.text, (180, 60), dim(look.main, 0.5))
    sheet.poly(((560, 858), (590, 858), (590, 900), (575, 886), (560, 900)), look.food)


def cards(sheet: Sheet, look: Look) -> None:
    """Postcards, bookmarks: a fan of three."""
    for number, colour in enumerate((look.food, look.trim, look.main)):
        x, y = 170 + number * 90, 250 + number * 90
        sheet.rounded((x, y, x + 480, y + 340), 12, WHITE)
        sheet.rect((x + 18, y + 18, x + 462, y + 322), slant(colour))
        sheet.blob(
            (
                (x + 18, y + 260),
                (x + 150, y + 170),
                (x + 260, y + 230),
                (x + 360, y + 150),
                (x + 462, y + 240),
                (x + 462, y + 322),
                (x + 18, y + 322),
            ),
            dim(colour, 0.25),
        )
        sheet.disc(x + 380, y + 90, 36, lit(colour, 0.6))
    sheet.fitted((500, 520), look.text, (230, 70), written_on(look.main))


def pen(sheet: Sheet, look: Look) -> None:
    sheet.poly(
        ((250, 760), (690, 250), (740, 292), (300, 802)),
        Across((lit(look.main, 0.3), look.main, dim(look.main, 0.3))),
    )
    sheet.poly(((690, 250), (740, 292), (800, 222), (752, 182)), look.trim)
    sheet.poly(((250, 760), (300, 802), (206, 850)), SILVER)
    sheet.poly(((222, 832), (236, 846), (206, 850)), INK)
    sheet.line(((560, 430), (700, 276)), 14, GOLD)


def magnet(sheet: Sheet, look: Look) -> None:
    """A round badge with the town's tower."""
    sheet.disc(500, 510, 310, round_(dim(look.trim, 0.1)))
    sheet.disc(500, 504, 292, slant(look.main))
    sheet.pie((208, 212, 792, 796), (20, 160), dim(look.main, 0.25))
    for tier, wide in enumerate((150, 120, 90)):
        y = 590 - tier * 90
        sheet.poly(
            ((500 - wide, y), (500 + wide, y), (500 + wide * 0.6, y - 46), (500 - wide * 0.6, y - 46)),
            look.trim,
        )
        sheet.rect((500 - wide * 0.56, y, 500 + wide * 0.56, y + 46), PAPER)
    sheet.poly(((480, 372), (520, 372), (500, 316)), GOLD)
    sheet.fitted((500, 700), look.text, (340, 74), written_on(look.main))


def keyring(sheet: Sheet, look: Look) -> None:
    sheet.arc((400, 140, 600, 340), (0, 360), 20, SILVER)
    for y in (330, 372, 414):
        sheet.ellipse((484, y, 516, y + 52), SILVER)
    sheet.disc(500, 650, 196, round_(look.main))
    sheet.disc(500, 650, 160, look.trim)
    sheet.fitted((500, 650), look.text[:2], (240, 130), written_on(look.trim))


def fan(sheet: Sheet, look: Look) -> None:
    """A round fan of silk."""
    sheet.rounded((484, 600, 516, 890), 14, round_(WOOD))
    sheet.disc(500, 430, 300, slant(WOOD))
    sheet.disc(500, 430, 286, slant(look.main))
    sheet.line(((420, 620), (470, 480), (600, 330)), 12, dim(look.trim, 0.3))
    for x, y, size in ((470, 470, 60), (600, 320, 46), (400, 360, 36)):
        _flower(sheet, (x, y), size, look)
    sheet.line(((500, 880), (500, 930)), 10, (190, 50, 50))


def comb(sheet: Sheet, look: Look) -> None:
    sheet.pie((180, 250, 820, 850), (180, 360), slant(look.main))
    for x in range(214, 800, 30):
        sheet.rounded((x, 540, x + 16, 800), 8, slant(look.main))
    _flower(sheet, (500, 420), 66, look)
    sheet.fitted((640, 480), look.text[:2], (110, 56), written_on(look.main))


CRAFTS: Final[Mapping[str, Draw]] = {
    "vase": vase, "teapot": teapot, "gaiwan": gaiwan, "bowl": bowl, "mug": mug, "plate": plate, "stone": stone,
    "inkstone": inkstone, "figure": figure, "book": book, "notebook": notebook,
    "cards": cards, "pen": pen, "magnet": magnet, "keyring": keyring, "fan": fan,
    "comb": comb,
}  # fmt: skip
