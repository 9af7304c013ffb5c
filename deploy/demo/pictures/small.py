"""What fits into a pocket or a tray: electronics, papers, keys, bottles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from deploy.demo.pictures.scene import (
    BLACK,
    BRASS,
    CLOTH,
    FLAT,
    HARD,
    LEATHER,
    METAL,
    PAPER,
    STEEL,
    Dye,
    Thing,
    mixed,
)
from deploy.demo.pictures.shapes import (
    arc,
    ellipse,
    hexagon,
    line,
    polygon,
    rectangle,
    ring,
    rounded,
    rounded_frame,
)

_GLASS: Final = (34, 40, 52)


def phone(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((560, 140, 1040, 1080), 84), dye, HARD)
    thing.part(rounded((600, 190, 840, 440), 60), mixed(dye.main, BLACK, 0.2))
    for box in ((625, 215, 715, 305), (625, 325, 715, 415), (735, 270, 815, 350)):
        thing.part(ellipse(box), STEEL, METAL)
        inner = (box[0] + 14, box[1] + 14, box[2] - 14, box[3] - 14)
        thing.part(ellipse(inner), BLACK, METAL)
    thing.part(rounded((1034, 380, 1050, 560), 6), dye.trim)


def tablet(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((350, 210, 1250, 1020), 54), dye, HARD)
    thing.part(rounded((400, 260, 1200, 970), 16), _GLASS, FLAT)
    shine = ((400, 700), (840, 260), (1060, 260), (400, 920))
    thing.part(polygon(shine, fill=70), PAPER, FLAT)


def computer(thing: Thing, dye: Dye) -> None:
    shell = dye.main
    thing.part(polygon(((430, 150), (1170, 150), (1210, 640), (390, 640))), shell, HARD)
    thing.part(polygon(((460, 180), (1140, 180), (1172, 610), (428, 610))), _GLASS, FLAT)
    thing.part(polygon(((390, 640), (1210, 640), (1330, 1040), (270, 1040))), shell, HARD)
    for row in range(5):
        for column in range(13):
            width = 58 + row * 4
            x, y = 800 + (column - 6.5) * width, 680 + row * 42
            key = (x + 4, y, x + width - 4, y + 32)
            thing.part(rounded(key, 6), BLACK, FLAT)
    thing.part(
        polygon(((660, 920), (940, 920), (960, 1015), (640, 1015))),
        mixed(shell, BLACK, 0.15),
    )


def headphones(thing: Thing, dye: Dye) -> None:
    thing.body(arc((470, 170, 1130, 1000), 180, 360, 54), dye, LEATHER)
    for x in (400, 1010):
        thing.part(rounded((x, 560, x + 190, 920), 90), BLACK, CLOTH)
        thing.body(rounded((x + 30, 580, x + 160, 900), 64), dye, HARD)
        thing.part(ellipse((x + 70, 710, x + 120, 760)), dye.trim, METAL)


def camera(thing: Thing, dye: Dye) -> None:
    thing.part(arc((330, 90, 1270, 900), 190, 350, 30), dye.trim, CLOTH)
    thing.part(rounded((640, 290, 960, 460), 40), BLACK)
    thing.body(rounded((370, 390, 1230, 960), 60), dye, LEATHER)
    for inset, colour in ((0, BLACK), (40, STEEL), (66, BLACK), (120, (40, 50, 84)), (170, BLACK)):
        box = (570 + inset, 430 + inset, 1030 - inset, 890 - inset)
        thing.part(ellipse(box), colour, METAL)
    thing.part(ellipse((690, 540, 750, 600), fill=120), PAPER, FLAT)
    thing.part(ellipse((1080, 345, 1180, 405)), STEEL, METAL)


def power_bank(thing: Thing, dye: Dye) -> None:
    thing.part(arc((700, 860, 1300, 1300), 180, 300, 16), dye.trim, HARD)
    thing.body(rounded((600, 240, 1000, 1000), 70), dye, HARD)
    for at in range(4):
        thing.part(ellipse((700 + at * 56, 330, 722 + at * 56, 352)), (210, 240, 220), FLAT)
    thing.part(rounded((740, 975, 860, 1000), 8), BLACK, FLAT)


def charger(thing: Thing, dye: Dye) -> None:
    for box in ((560, 420, 1100, 960), (610, 470, 1050, 910), (655, 515, 1005, 865)):
        thing.body(ring(box, 18), dye, HARD)
    thing.part(rounded((420, 330, 640, 560), 36), dye.main)
    for x in (470, 560):
        thing.part(rectangle((x, 250, x + 22, 335)), STEEL, METAL)
    thing.part(rounded((1010, 880, 1180, 940), 14), dye.main)
    thing.part(rounded((1175, 892, 1230, 928), 8), STEEL, METAL)


def wallet(thing: Thing, dye: Dye) -> None:
    for at, colour in enumerate(((60, 110, 190), (200, 170, 90), (90, 150, 110))):
        box = (470 + at * 24, 320 + at * 34, 1080 + at * 24, 700)
        thing.part(rounded(box, 24), colour, FLAT)
    thing.body(rounded((410, 450, 1190, 970), 46), dye, LEATHER)
    edge = (436, 476, 1164, 944)
    thing.part(rounded_frame(edge, 34, 5), mixed(dye.main, PAPER, 0.35), FLAT)
    thing.part(rounded((1080, 640, 1200, 780), 30), dye.trim, LEATHER)
    thing.part(ellipse((1112, 688, 1156, 732)), BRASS, METAL)


def passport(thing: Thing, dye: Dye) -> None:
    thing.part(rounded((566, 206, 1046, 1036), 26), PAPER, HARD)
    thing.body(rounded((550, 190, 1030, 1020), 28), dye, LEATHER)
    gold = (206, 176, 104)
    thing.part(ring((680, 430, 900, 650), 14), gold, METAL)
    thing.part(hexagon(790, 540, 74), gold, METAL)
    for box in ((640, 280, 940, 312), (690, 340, 890, 360), (640, 820, 940, 852), (700, 880, 880, 898)):
        thing.part(rectangle(box), gold, FLAT)


def card(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((400, 370, 1200, 870), 44), dye, HARD)
    thing.part(rounded((480, 520, 620, 630), 18), BRASS, METAL)
    for group in range(4):
        box = (480 + group * 165, 690, 610 + group * 165, 722)
        # The number is covered, as the rules of the desk want it on photos.
        thing.part(rounded(box, 4), BLACK, FLAT)
    thing.part(rectangle((480, 780, 820, 800)), mixed(dye.main, PAPER, 0.6), FLAT)
    for x in (1010, 1070):
        thing.part(ellipse((x, 430, x + 100, 530), fill=190), mixed(dye.trim, PAPER, 0.3), FLAT)


def keys(thing: Thing, dye: Dye) -> None:
    thing.part(ring((660, 240, 900, 480), 20), STEEL, METAL)
    for turn, metal in ((0, BRASS), (150, STEEL)):
        x = 600 + turn
        thing.part(ring((x, 440, x + 150, 590), 46), metal, METAL)
        thing.part(rectangle((x + 55, 580, x + 95, 960)), metal, METAL)
        for y in (800, 860, 920):
            thing.part(rectangle((x + 90, y, x + 130, y + 28)), metal, METAL)
    thing.body(rounded((930, 430, 1130, 800), 80), dye, LEATHER)
    thing.part(line(((880, 400), (1000, 460)), 22), dye.trim, LEATHER)


def cup(thing: Thing, dye: Dye) -> None:
    thing.part(rounded((680, 120, 920, 330), 46), dye.trim, METAL)
    thing.body(rounded((620, 270, 980, 1110), 80), dye, METAL)
    thing.part(rectangle((620, 330, 980, 352)), STEEL, METAL)
    thing.part(rounded((690, 400, 720, 1010), 15, fill=70), PAPER, FLAT)


def book(thing: Thing, dye: Dye) -> None:
    thing.part(
        polygon(((480, 210), (1110, 210), (1140, 240), (1140, 1070), (500, 1070))),
        PAPER,
    )
    thing.body(rounded((460, 180, 1100, 1050), 16), dye, HARD)
    thing.part(rectangle((500, 182, 512, 1048)), mixed(dye.main, BLACK, 0.4), FLAT)
    thing.part(
        rounded((590, 320, 1000, 520), 8),
        mixed(dye.main, PAPER, 0.8),
        FLAT,
    )
    for y in (370, 430):
        thing.part(rectangle((640, y, 950, y + 20)), dye.trim, FLAT)
    thing.part(ellipse((680, 640, 920, 880)), dye.trim, FLAT)


def papers(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((440, 200, 1160, 1080), 14), dye, HARD)
    thing.part(rectangle((500, 150, 1120, 1000)), PAPER, FLAT)
    for row in range(14):
        end = 1040 if row % 4 != 3 else 820
        thing.part(rectangle((570, 240 + row * 50, end, 252 + row * 50)), STEEL, FLAT)


def medicine(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((420, 300, 1020, 640), 14), dye, HARD)
    thing.part(rectangle((480, 420, 780, 450)), PAPER, FLAT)
    thing.part(rectangle((860, 380, 950, 410)), (200, 40, 50), FLAT)
    thing.part(rectangle((890, 350, 920, 440)), (200, 40, 50), FLAT)
    thing.part(rounded((600, 720, 1240, 980), 30), STEEL, METAL)
    for row in range(2):
        for column in range(5):
            x, y = 640 + column * 118, 752 + row * 110
            thing.part(ellipse((x, y, x + 84, y + 84)), PAPER, CLOTH)


THINGS: Final[Mapping[str, Callable[[Thing, Dye], None]]] = {
    "phone": phone,
    "tablet": tablet,
    "computer": computer,
    "headphones": headphones,
    "camera": camera,
    "power_bank": power_bank,
    "charger": charger,
    "wallet": wallet,
    "passport": passport,
    "id_card": card,
    "bank_card": card,
    "keys": keys,
    "cup": cup,
    "book": book,
    "papers": papers,
    "medicine": medicine,
}
