"""What holds something that flows: bottles, cans, tubes, pots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look, leaf
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    PAPER,
    SILVER,
    WHITE,
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


def jar(sheet: Sheet, look: Look) -> None:
    """A glass jar; what is in it has the food's colour."""
    sheet.rounded((290, 330, 710, 850), 70, round_(look.food))
    for number in range(26):
        x, y = 330 + number * 67 % 310, 366 + number * 89 % 430
        sheet.ellipse(
            (x, y, x + 30, y + 22), Glaze(lit(look.food, 0.5) if number % 3 else (236, 200, 96), 0.6)
        )
    sheet.rounded((330, 290, 670, 360), 20, Across((lit(look.food, 0.5), look.food, dim(look.food, 0.3))))
    sheet.rounded((306, 190, 694, 306), 26, round_(look.trim))
    for x in range(322, 690, 22):
        sheet.rect((x, 214, x + 6, 300), Glaze(dim(look.trim, 0.6), 0.2))
    sheet.ellipse((312, 178, 688, 226), Down((lit(look.trim, 0.35), look.trim)))
    sheet.rect((290, 450, 710, 740), round_(look.main))
    sheet.fitted((500, 580), look.text, (350, 120), written_on(look.main))
    sheet.fitted((500, 684), look.small, (280, 34), written_on(look.main))
    sheet.rounded((318, 350, 344, 830), 12, Glaze(WHITE, 0.4))


def can(sheet: Sheet, look: Look) -> None:
    """A drink's can."""
    body = round_(look.main)
    sheet.ellipse((340, 800, 660, 872), round_(SILVER))
    sheet.poly(((330, 270), (670, 270), (670, 810), (650, 848), (350, 848), (330, 810)), body)
    sheet.poly(((358, 210), (642, 210), (670, 274), (330, 274)), round_(SILVER))
    sheet.ellipse((356, 186, 644, 236), Down((SILVER, lit(SILVER, 0.5))))
    sheet.ellipse((470, 196, 560, 222), dim(SILVER, 0.3))
    sheet.poly(((330, 560), (670, 470), (670, 640), (330, 730)), Glaze(look.trim, 0.85))
    sheet.fitted((500, 400), look.text, (280, 104), written_on(look.main))
    sheet.disc(500, 606, 58, look.food)
    sheet.rect((354, 280, 372, 830), Glaze(WHITE, 0.35))


def bottle(sheet: Sheet, look: Look) -> None:
    """Water and juice."""
    sheet.rounded((352, 340, 648, 880), 54, round_(look.food))
    sheet.poly(((352, 420), (430, 270), (570, 270), (648, 420)), round_(look.food))
    sheet.rect((440, 226, 560, 290), round_(lit(look.food, 0.2)))
    sheet.rounded((430, 150, 570, 236), 16, round_(look.trim))
    for x in range(440, 566, 14):
        sheet.rect((x, 166, x + 5, 232), Glaze(dim(look.trim, 0.6), 0.22))
    sheet.rect((352, 470, 648, 700), round_(look.main))
    sheet.fitted((500, 572), look.text, (256, 92), written_on(look.main))
    sheet.fitted((500, 654), look.small, (210, 28), written_on(look.main))
    for y in (748, 796):
        sheet.rect((352, y, 648, y + 10), Glaze(dim(look.food, 0.4), 0.25))
    sheet.rounded((378, 420, 400, 850), 10, Glaze(WHITE, 0.5))


def wine(sheet: Sheet, look: Look) -> None:
    """A bottle with a long neck."""
    glass = round_(look.main)
    shoulders = (
        (370, 460),
        (392, 400),
        (446, 360),
        (456, 200),
        (544, 200),
        (554, 360),
        (608, 400),
        (630, 460),
    )
    sheet.poly((*shoulders, (630, 850), (610, 876), (390, 876), (370, 850)), glass)
    sheet.rounded((450, 130, 550, 300), 12, round_(look.trim))
    sheet.rect((370, 520, 630, 770), round_(PAPER, 0.7))
    sheet.rect((370, 530, 630, 538), look.trim)
    sheet.rect((370, 752, 630, 760), look.trim)
    sheet.fitted((500, 620), look.text, (226, 88), dim(look.trim, 0.5))
    leaf(sheet, (500, 706), 40, look.trim)
    sheet.rounded((394, 450, 410, 860), 8, Glaze(WHITE, 0.35))


def spirit(sheet: Sheet, look: Look) -> None:
    """A broad bottle, a stopper of gold, the drink seen through it."""
    sheet.rounded((300, 380, 700, 870), 48, round_(look.food))
    sheet.poly(((318, 410), (440, 300), (560, 300), (682, 410)), round_(look.food))
    sheet.rect((440, 226, 560, 316), round_(lit(look.food, 0.1)))
    sheet.rounded((424, 130, 576, 240), 16, round_(look.trim))
    sheet.rect((424, 216, 576, 226), Glaze(dim(look.trim, 0.6), 0.4))
    sheet.rounded((352, 480, 648, 790), 10, slant(look.main))
    sheet.rounded((366, 494, 634, 776), 6, Glaze(look.trim, 0.5))
    sheet.rounded((372, 500, 628, 770), 5, slant(look.main))
    sheet.fitted((500, 610), look.text, (226, 100), written_on(look.main))
    sheet.fitted((500, 706), look.small, (200, 28), written_on(look.main))
    sheet.rounded((322, 430, 344, 840), 10, Glaze(WHITE, 0.4))


def porcelain_bottle(sheet: Sheet, look: Look) -> None:
    """White porcelain for grain spirit, with a red ribbon."""
    clay = round_(look.main, 0.8)
    sheet.blob(
        (
            (440, 240),
            (560, 240),
            (566, 340),
            (650, 420),
            (684, 580),
            (650, 760),
            (600, 868),
            (400, 868),
            (350, 760),
            (316, 580),
            (350, 420),
            (434, 340),
        ),
        clay,
    )
    sheet.rounded((430, 160, 570, 262), 30, round_((178, 40, 38)))
    sheet.line(((440, 300), (500, 318), (560, 300)), 18, (178, 40, 38))
    sheet.line(((520, 312), (560, 400), (548, 470)), 12, (178, 40, 38))
    sheet.poly(((500, 440), (630, 570), (500, 700), (370, 570)), (178, 40, 38))
    sheet.fitted((500, 570), look.text[:2], (150, 92), (248, 226, 170))
    leaf(sheet, (500, 790), 60, Glaze(look.trim, 0.9))
    sheet.blob(((372, 460), (392, 470), (378, 640), (356, 600)), Glaze(WHITE, 0.5))


def tube(sheet: Sheet, look: Look) -> None:
    """Cream, toothpaste."""
    sheet.poly(((350, 190), (650, 190), (612, 720), (388, 720)), round_(look.main))
    sheet.rect((346, 176, 654, 222), round_(dim(look.main, 0.1)))
    for x in range(352, 650, 14):
        sheet.rect((x, 178, x + 4, 222), Glaze(WHITE, 0.3))
    sheet.rounded((400, 716, 600, 862), 18, round_(look.trim))
    sheet.column((500, 430), look.text[:4], (300, 84), written_on(look.main))
    sheet.fitted((500, 640), look.small, (190, 28), written_on(look.main))
    sheet.poly(((374, 230), (390, 230), (414, 700), (402, 700)), Glaze(WHITE, 0.4))


def pump(sheet: Sheet, look: Look) -> None:
    """A bottle with a pump: soap, lotion."""
    sheet.rounded((330, 380, 670, 870), 60, round_(look.main))
    sheet.rounded((436, 300, 564, 392), 14, round_(look.trim))
    sheet.rect((484, 220, 516, 310), round_(SILVER))
    sheet.rounded((400, 180, 548, 232), 18, round_(look.trim))
    sheet.rounded((340, 196, 420, 224), 12, round_(look.trim))
    sheet.rounded((400, 480, 600, 780), 12, PAPER)
    sheet.column((500, 610), look.text[:4], (210, 76), dim(look.main, 0.5))
    sheet.fitted((500, 748), look.small, (170, 26), dim(look.main, 0.4))
    sheet.rounded((352, 430, 372, 830), 10, Glaze(WHITE, 0.45))


def perfume(sheet: Sheet, look: Look) -> None:
    """A thick block of glass."""
    sheet.rounded(
        (300, 400, 700, 850), 36, Across((lit(look.food, 0.7), lit(look.food, 0.45), lit(look.food, 0.6)))
    )
    sheet.rounded((340, 470, 660, 810), 22, Down((lit(look.food, 0.4), look.food)))
    sheet.rounded((340, 440, 660, 500), 20, lit(look.food, 0.62))
    sheet.rect((450, 340, 550, 410), round_(GOLD))
    sheet.rounded((420, 190, 580, 352), 20, round_(look.trim))
    sheet.rounded((400, 580, 600, 720), 6, Glaze(WHITE, 0.88))
    sheet.fitted((500, 636), look.text, (176, 64), dim(look.trim, 0.4))
    sheet.fitted((500, 692), look.small, (160, 24), dim(look.trim, 0.3))
    sheet.poly(((322, 440), (352, 440), (336, 800), (322, 800)), Glaze(WHITE, 0.7))


def cream(sheet: Sheet, look: Look) -> None:
    """A pot with a lid."""
    sheet.rounded((260, 520, 740, 830), 70, round_(look.main))
    sheet.rounded((250, 350, 750, 540), 40, round_(look.trim))
    sheet.ellipse((254, 330, 746, 410), Down((lit(look.trim, 0.4), lit(look.trim, 0.1))))
    sheet.fitted((500, 660), look.text, (340, 96), written_on(look.main))
    sheet.fitted((500, 752), look.small, (260, 30), written_on(look.main))
    sheet.rounded((288, 556, 312, 790), 12, Glaze(WHITE, 0.45))


def carton(sheet: Sheet, look: Look) -> None:
    """Milk and the like."""
    sheet.poly(((340, 380), (590, 396), (590, 870), (340, 838)), slant(look.main))
    sheet.poly(((590, 396), (680, 366), (680, 826), (590, 870)), slant(dim(look.main, 0.26)))
    sheet.poly(((340, 380), (430, 240), (640, 250), (590, 396)), slant(lit(look.main, 0.18)))
    sheet.poly(((590, 396), (640, 250), (680, 366)), dim(look.main, 0.3))
    sheet.poly(((430, 190), (640, 200), (640, 254), (430, 244)), dim(look.main, 0.1))
    sheet.poly(((340, 640), (590, 660), (590, 780), (340, 754)), look.trim)
    sheet.column((465, 510), look.text[:3], (200, 76), written_on(look.main))


VESSELS: Final[Mapping[str, Draw]] = {
    "jar": jar, "can": can, "bottle": bottle, "wine": wine, "spirit": spirit, "porcelain_bottle": porcelain_bottle, "tube": tube, "pump": pump, "perfume": perfume, "cream": cream, "carton": carton,
}  # fmt: skip
