"""A shop's front: its sign, an awning, what stands in its window."""

from __future__ import annotations

from deploy.demo.mall.drawn.look import Look
from deploy.demo.mall.drawn.sheet import PAPER, WHITE, WOOD, Down, Glaze, Sheet, dim, lit, slant, written_on


def front(sheet: Sheet, look: Look) -> None:
    sheet.rect((110, 180, 890, 860), slant(lit(look.main, 0.72)))
    sheet.rounded((90, 120, 910, 280), 18, slant(look.main))
    sheet.fitted((500, 200), look.text, (700, 108), written_on(look.main))
    sheet.rect((160, 400, 620, 780), Down((lit((150, 190, 205), 0.6), (166, 196, 205))))
    sheet.poly(((160, 400), (330, 400), (160, 640)), Glaze(WHITE, 0.4))
    _window(sheet, look)
    sheet.rect((160, 740, 620, 780), slant(WOOD))
    sheet.rounded((660, 400, 840, 860), 10, slant(dim(look.main, 0.15)))
    sheet.rounded((684, 430, 816, 700), 8, Down((lit((150, 190, 205), 0.5), (150, 184, 196))))
    sheet.disc(690, 740, 14, look.trim)
    stripes = 12
    wide = 820 / stripes
    for number in range(stripes):
        x, ink = 90 + number * wide, look.main if number % 2 == 0 else PAPER
        sheet.rect((x, 280, x + wide, 370), slant(ink))
        sheet.ellipse((x, 336, x + wide, 336 + wide), dim(ink, 0.08))
    sheet.rect((90, 280, 910, 292), Glaze(dim(look.main, 0.8), 0.3))
    for x in (120, 560):
        sheet.rounded((x, 800, x + 90, 870), 12, slant(dim(WOOD, 0.1)))
        for dx, dy in ((20, -20), (45, -42), (70, -18)):
            sheet.disc(x + dx, 800 + dy, 30, (104, 156, 96))


def _window(sheet: Sheet, look: Look) -> None:
    for x, high, ink in (
        (200, 150, look.main),
        (300, 210, look.trim),
        (400, 170, look.food),
        (510, 230, lit(look.main, 0.3)),
    ):
        sheet.rounded((x, 740 - high, x + 76, 742), 10, slant(ink))
        sheet.rounded((x + 12, 740 - high * 0.7, x + 64, 740 - high * 0.3), 5, PAPER)
        sheet.rounded((x + 18, 722 - high, x + 58, 744 - high), 6, slant(dim(ink, 0.2)))
