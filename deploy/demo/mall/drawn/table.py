"""What is eaten, drunk or smelt soon: cups, bread, bowls, fruit, flowers; and cigarettes, which are neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look, label, leaf
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    KRAFT,
    PAPER,
    WHITE,
    Down,
    Glaze,
    Sheet,
    dim,
    lit,
    round_,
    slant,
    written_on,
)

_CRUST: Final = (206, 138, 70)


def hot_cup(sheet: Sheet, look: Look) -> None:
    sheet.poly(((320, 300), (680, 300), (630, 870), (370, 870)), round_(look.main))
    sheet.poly(((336, 460), (664, 460), (648, 700), (352, 700)), round_(KRAFT))
    sheet.disc(500, 580, 84, look.trim)
    sheet.fitted((500, 580), look.text[:2], (120, 74), written_on(look.trim))
    sheet.rounded((296, 250, 704, 316), 22, round_(PAPER))
    sheet.poly(((330, 250), (670, 250), (650, 196), (350, 196)), round_(PAPER))
    sheet.ellipse((560, 208, 620, 226), dim(PAPER, 0.5))


def iced_cup(sheet: Sheet, look: Look) -> None:
    sheet.line(((560, 300), (620, 90)), 24, look.trim)
    sheet.poly(((320, 300), (680, 300), (630, 870), (370, 870)), round_(lit(look.food, 0.2)))
    sheet.poly(
        ((326, 380), (674, 380), (630, 870), (370, 870)),
        Down((lit(look.food, 0.35), look.food, dim(look.food, 0.2))),
    )
    for x, y in ((380, 420), (500, 400), (590, 450), (440, 510), (540, 530)):
        sheet.rounded((x, y, x + 76, y + 70), 14, Glaze(WHITE, 0.42))
    sheet.pie((310, 150, 690, 460), (180, 360), Glaze((232, 240, 244), 0.6))
    sheet.rounded((300, 288, 700, 326), 16, round_((236, 240, 242)))
    sheet.disc(500, 680, 88, PAPER)
    sheet.fitted((500, 680), look.text[:2], (130, 76), dim(look.trim, 0.3))
    sheet.poly(((344, 400), (360, 400), (396, 840), (384, 840)), Glaze(WHITE, 0.5))


def noodles(sheet: Sheet, look: Look) -> None:
    """A cup of noodles with its lid."""
    sheet.poly(((260, 380), (740, 380), (650, 860), (350, 860)), round_(look.main))
    sheet.poly(((280, 500), (720, 500), (690, 660), (310, 660)), round_(look.trim))
    sheet.fitted((500, 580), look.text, (330, 110), written_on(look.trim))
    sheet.ellipse((250, 320, 750, 440), Down((PAPER, dim(PAPER, 0.14))))
    sheet.ellipse((300, 336, 700, 420), Glaze(look.main, 0.85))
    sheet.poly(((720, 360), (800, 330), (790, 390), (742, 400)), PAPER)
    for x in range(400, 620, 44):
        sheet.arc((x, 352, x + 60, 400), (180, 360), 8, (246, 226, 160))


def meal(sheet: Sheet, look: Look) -> None:
    """A bowl of food with steam."""
    for x in (400, 500, 600):
        sheet.arc((x - 20, 260, x + 24, 340), (90, 270), 10, Glaze(WHITE, 0.8))
        sheet.arc((x - 20, 184, x + 24, 264), (270, 90), 10, Glaze(WHITE, 0.8))
    sheet.poly(((190, 470), (810, 470), (720, 720), (610, 830), (390, 830), (280, 720)), round_(look.main))
    sheet.ellipse((188, 380, 812, 560), round_(lit(look.main, 0.12)))
    sheet.ellipse((220, 398, 780, 540), Down((dim(look.food, 0.2), look.food)))
    for number in range(8):
        x, y = 280 + number * 53, 430 + number * 37 % 60
        sheet.blob(
            ((x, y), (x + 66, y - 16), (x + 90, y + 22), (x + 20, y + 38)),
            Down((lit(look.food, 0.35), look.food)),
        )
    for x, y in ((360, 420), (520, 490), (640, 430)):
        sheet.disc(x, y, 14, (94, 158, 74))
        sheet.disc(x + 60, y + 20, 12, (206, 54, 40))
    sheet.fitted((500, 680), look.text, (300, 84), written_on(look.main))


def tofu(sheet: Sheet, look: Look) -> None:
    """Dark cubes in a paper tray, with a stick."""
    sheet.line(((700, 200), (560, 480)), 14, (222, 190, 140))
    for x, y in ((300, 470), (430, 430), (560, 470), (360, 380), (500, 370)):
        sheet.poly(((x, y), (x + 80, y - 34), (x + 150, y), (x + 72, y + 38)), lit(look.food, 0.2))
        sheet.poly(((x, y), (x + 72, y + 38), (x + 72, y + 130), (x, y + 90)), look.food)
        sheet.poly(
            ((x + 72, y + 38), (x + 150, y), (x + 150, y + 90), (x + 72, y + 130)), dim(look.food, 0.3)
        )
        sheet.disc(x + 74, y - 2, 14, (206, 60, 40))
        sheet.disc(x + 50, y + 6, 9, (104, 164, 80))
    sheet.poly(((210, 560), (790, 560), (700, 840), (300, 840)), slant(look.main))
    sheet.rect((210, 556, 790, 580), look.trim)
    sheet.fitted((500, 710), look.text, (330, 100), written_on(look.main))


def loaf(sheet: Sheet, look: Look) -> None:
    sheet.blob(
        (
            (190, 620),
            (230, 470),
            (400, 420),
            (600, 420),
            (770, 470),
            (810, 620),
            (780, 780),
            (500, 810),
            (220, 780),
        ),
        Down((lit(look.food, 0.15), look.food, dim(look.food, 0.25))),
    )
    for x in (330, 470, 610):
        sheet.blob(((x, 470), (x + 50, 460), (x + 20, 640), (x - 20, 650)), lit(look.food, 0.5))
    sheet.rounded((180, 740, 820, 850), 24, slant(look.main))
    sheet.fitted((500, 795), look.text, (500, 64), written_on(look.main))


def croissant(sheet: Sheet, look: Look) -> None:
    sheet.pie((190, 330, 810, 1130), (188, 352), dim(_CRUST, 0.12))
    for number, x in enumerate((250, 345, 500, 655, 750)):
        wide, high = (62, 96, 120, 96, 62)[number], (150, 210, 250, 210, 150)[number]
        inks = (lit(_CRUST, 0.34), _CRUST, dim(_CRUST, 0.22))
        sheet.ellipse((x - wide, 700 - high, x + wide, 760), Down(inks))
        sheet.arc((x - wide + 14, 716 - high, x + wide - 14, 740), (200, 300), 7, Glaze(WHITE, 0.4))
    sheet.poly(((180, 720), (820, 720), (780, 850), (220, 850)), slant(look.main))
    sheet.fitted((500, 786), look.text, (420, 72), written_on(look.main))


def cake(sheet: Sheet, look: Look) -> None:
    sheet.ellipse((180, 740, 820, 860), round_(PAPER))
    sheet.poly(
        ((250, 520), (700, 440), (760, 520), (760, 740), (250, 790)), Down((look.food, dim(look.food, 0.1)))
    )
    for y in (580, 660, 730):
        sheet.poly(((250, y + 6), (760, y - 46), (760, y - 22), (250, y + 30)), lit(look.main, 0.3))
    sheet.poly(((240, 520), (690, 410), (770, 500), (770, 540), (250, 574)), slant(look.main))
    for x, y in ((420, 460), (540, 430), (650, 420)):
        sheet.disc(x, y, 42, Down((lit(look.trim, 0.3), look.trim)))
        leaf(sheet, (x, y - 34), 18, (96, 156, 84))


def cookies(sheet: Sheet, look: Look) -> None:
    for x, y in ((330, 620), (560, 640), (450, 500), (640, 500)):
        sheet.disc(x, y, 132, Down((lit(look.food, 0.2), look.food, dim(look.food, 0.18))))
        for dx, dy in ((-50, -30), (20, -60), (50, 20), (-20, 40), (-70, 40), (6, -4)):
            sheet.disc(x + dx, y + dy, 15, look.trim)
    sheet.rounded((230, 690, 770, 850), 30, slant(look.main))
    sheet.fitted((500, 770), look.text, (420, 84), written_on(look.main))


def tea_cake(sheet: Sheet, look: Look) -> None:
    """Pressed tea in its paper, leaning on a stand."""
    sheet.poly(((330, 800), (670, 800), (720, 866), (280, 866)), slant((134, 88, 54)))
    sheet.disc(500, 490, 326, round_(PAPER, 0.9))
    sheet.disc(500, 490, 316, Down((lit(PAPER, 0.4), PAPER, dim(PAPER, 0.06))))
    sheet.disc(500, 490, 220, look.main)
    sheet.disc(500, 490, 206, PAPER)
    sheet.fitted((500, 470), look.text, (330, 130), dim(look.main, 0.3))
    sheet.fitted((500, 590), look.small, (270, 36), dim(look.main, 0.2))
    for turn in range(0, 360, 30):
        sheet.arc((196, 186, 804, 794), (turn, turn + 3), 60, Glaze(dim(PAPER, 0.5), 0.3))


def brick(sheet: Sheet, look: Look) -> None:
    """A brick of dark tea, a corner of its paper open."""
    sheet.poly(((210, 420), (660, 340), (800, 440), (340, 540)), lit(look.main, 0.3))
    sheet.poly(((210, 420), (340, 540), (340, 810), (210, 680)), slant(dim(look.main, 0.2)))
    sheet.poly(((340, 540), (800, 440), (800, 700), (340, 810)), slant(look.main))
    sheet.poly(((600, 484), (800, 440), (800, 700), (700, 724)), slant(look.food))
    for number in range(14):
        x, y = 650 + number * 31 % 140, 500 + number * 47 % 190
        sheet.disc(x, y, 6, lit(look.food, 0.3))
    sheet.poly(((430, 560), (580, 528), (580, 720), (430, 752)), PAPER)
    sheet.column((505, 640), look.text[:3], (180, 62), dim(look.main, 0.5))


def fruit(sheet: Sheet, look: Look) -> None:
    """A basket of round fruit."""
    for x, y in ((330, 440), (500, 400), (660, 440), (410, 330), (580, 330), (500, 270)):
        sheet.disc(x, y, 104, round_(look.food))
        sheet.disc(x - 30, y - 40, 18, Glaze(WHITE, 0.4))
        leaf(sheet, (x + 4, y - 84), 30, (88, 146, 78))
    sheet.poly(((200, 500), (800, 500), (730, 850), (270, 850)), slant(look.main))
    for y in range(560, 840, 70):
        sheet.rect((220, y, 780, y + 14), Glaze(dim(look.main, 0.7), 0.25))
    sheet.rounded((190, 470, 810, 530), 26, round_(dim(look.main, 0.12)))
    label(sheet, (400, 590, 600, 730), look)


def bouquet(sheet: Sheet, look: Look) -> None:
    for x, y in ((300, 400), (690, 380), (500, 240)):
        leaf(sheet, (x, y), 120, (112, 164, 108))
    for x, y, size in ((400, 330, 84), (560, 300, 92), (640, 430, 84), (340, 460, 80), (490, 440, 98)):
        leaf(sheet, (x, y - 50), 70, (92, 148, 92))
        for inset, share in ((0, 0.0), (22, 0.16), (44, 0.32), (62, 0.5)):
            if size > inset:
                sheet.disc(x, y, size - inset, lit(look.food, share))
    sheet.poly(((260, 500), (740, 500), (560, 870), (440, 870)), slant(look.main))
    sheet.poly(((260, 500), (420, 540), (500, 870), (440, 870)), slant(lit(look.main, 0.18)))
    sheet.rounded((410, 700, 590, 756), 20, look.trim)


def candle(sheet: Sheet, look: Look) -> None:
    sheet.rounded((320, 420, 680, 860), 50, round_(look.main))
    sheet.ellipse((330, 380, 670, 480), Down((lit(look.food, 0.6), lit(look.food, 0.3))))
    sheet.rect((494, 350, 506, 430), dim(KRAFT, 0.6))
    sheet.blob(((500, 240), (534, 320), (500, 366), (466, 320)), Down(((255, 222, 120), (246, 150, 60))))
    sheet.rounded((390, 560, 610, 760), 8, PAPER)
    sheet.fitted((500, 660), look.text, (190, 72), dim(look.main, 0.5))


def cigarettes(sheet: Sheet, look: Look) -> None:
    """A carton with two packets before it."""
    sheet.poly(((190, 330), (700, 350), (700, 600), (190, 580)), slant(look.main))
    sheet.poly(((700, 350), (810, 310), (810, 550), (700, 600)), slant(dim(look.main, 0.3)))
    sheet.poly(((190, 330), (310, 294), (810, 310), (700, 350)), lit(look.main, 0.26))
    sheet.fitted((445, 432), look.text, (340, 92), written_on(look.main))
    for x in (280, 500):
        sheet.poly(((x, 520), (x + 180, 528), (x + 180, 860), (x, 846)), slant(lit(look.main, 0.05)))
        sheet.poly(((x, 520), (x + 180, 528), (x + 180, 590), (x, 580)), slant(look.trim))
        sheet.fitted((x + 90, 680), look.text[:2], (130, 66), written_on(look.main))
        sheet.poly(((x, 790), (x + 180, 804), (x + 180, 860), (x, 846)), PAPER)


def cigars(sheet: Sheet, look: Look) -> None:
    brown = (112, 72, 44)
    sheet.rounded((180, 420, 820, 830), 20, slant(look.main))
    sheet.poly(((180, 430), (820, 430), (780, 250), (220, 250)), slant(lit(look.main, 0.15)))
    sheet.fitted((500, 340), look.text, (420, 90), written_on(look.main))
    sheet.rounded((210, 460, 790, 800), 12, dim(look.main, 0.4))
    for number in range(5):
        y = 476 + number * 64
        sheet.rounded((230, y, 770, y + 54), 26, Down((lit(brown, 0.3), brown, dim(brown, 0.3))))
        sheet.rect((560, y, 620, y + 54), look.trim)
        sheet.rect((584, y, 596, y + 54), GOLD)


def ice(sheet: Sheet, look: Look) -> None:
    """A lolly in the shape of a pavilion."""
    sheet.rounded((468, 700, 532, 900), 24, round_((224, 190, 140)))
    for tier, wide in enumerate((190, 160, 124)):
        y = 560 - tier * 150
        sheet.poly(
            (
                (500 - wide, y + 40),
                (500 + wide, y + 40),
                (500 + wide * 0.7, y - 30),
                (500 - wide * 0.7, y - 30),
            ),
            round_(dim(look.main, 0.06)),
        )
        sheet.rect((500 - wide * 0.7, y + 40, 500 + wide * 0.7, y + 150), round_(look.main))
        for x in (-0.4, 0.0, 0.4):
            sheet.rect(
                (500 + wide * x - 16, y + 66, 500 + wide * x + 16, y + 130), Glaze(dim(look.main, 0.7), 0.25)
            )
    sheet.poly(((450, 232), (550, 232), (500, 150)), round_(look.trim))


def sandwich(sheet: Sheet, look: Look) -> None:
    """A half, its cut towards us, in a paper collar."""
    bread = (248, 236, 212)
    sheet.poly(((190, 470), (500, 290), (810, 470)), slant(_CRUST))
    sheet.poly(((220, 470), (500, 312), (780, 470)), lit(_CRUST, 0.35))
    sheet.rounded((184, 460, 816, 540), 26, slant(bread))
    wave = tuple((184 + step * 79, 556 + (step % 2) * 26) for step in range(9))
    sheet.poly(((184, 530), (816, 530), *reversed(wave)), (120, 176, 92))
    sheet.rounded((196, 566, 804, 606), 16, slant(look.food))
    sheet.poly(
        ((190, 600), (810, 600), (790, 622), (690, 622), (640, 660), (590, 622), (190, 622)), (250, 214, 110)
    )
    for x in (260, 400, 540, 680):
        sheet.rounded((x, 622, x + 96, 648), 12, (222, 84, 66))
    sheet.rounded((184, 644, 816, 740), 26, slant(bread))
    sheet.poly(((160, 690), (840, 690), (810, 856), (190, 856)), slant(look.main))
    sheet.fitted((500, 774), look.text, (430, 104), written_on(look.main))


TABLE: Final[Mapping[str, Draw]] = {
    "sandwich": sandwich,
    "hot_cup": hot_cup, "iced_cup": iced_cup, "noodles": noodles, "meal": meal, "tofu": tofu, "loaf": loaf,
    "croissant": croissant, "cake": cake, "cookies": cookies, "tea_cake": tea_cake, "brick": brick,
    "fruit": fruit, "bouquet": bouquet, "candle": candle, "cigarettes": cigarettes, "cigars": cigars, "ice": ice,
}  # fmt: skip
