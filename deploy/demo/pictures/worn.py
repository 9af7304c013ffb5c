"""What people wear, and what travels with children."""

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
    chord,
    ellipse,
    line,
    pie,
    polygon,
    rectangle,
    ring,
    rounded,
    rounded_frame,
)


def coat(thing: Thing, dye: Dye) -> None:
    sleeves = (
        ((560, 260), (330, 520), (250, 940), (390, 980), (480, 640), (600, 480)),
        ((1040, 260), (1270, 520), (1350, 940), (1210, 980), (1120, 640), (1000, 480)),
    )
    for sleeve in sleeves:
        thing.body(polygon(sleeve), dye, CLOTH)
    body = ((600, 220), (1000, 220), (1090, 420), (1130, 1110), (470, 1110), (510, 420))
    thing.body(polygon(body), dye, CLOTH)
    for collar in (
        ((640, 190), (800, 420), (800, 250), (720, 180)),
        ((960, 190), (800, 420), (800, 250), (880, 180)),
    ):
        thing.part(polygon(collar), mixed(dye.main, BLACK, 0.18), CLOTH)
    thing.part(rectangle((797, 400, 803, 1105)), mixed(dye.main, BLACK, 0.55), FLAT)
    for y in (500, 640, 780, 920):
        thing.part(ellipse((820, y, 850, y + 30)), dye.trim)
    for x in (560, 900):
        thing.part(
            rounded((x, 820, x + 140, 840), 8),
            mixed(dye.main, BLACK, 0.4),
            FLAT,
        )


def clothing(thing: Thing, dye: Dye) -> None:
    shirt = (
        (600, 230),
        (700, 270),
        (900, 270),
        (1000, 230),
        (1260, 430),
        (1150, 600),
        (1060, 540),
        (1060, 1090),
        (540, 1090),
        (540, 540),
        (450, 600),
        (340, 430),
    )
    thing.body(polygon(shirt), dye, CLOTH)
    thing.part(chord((690, 190, 910, 350), 0, 180), mixed(dye.main, BLACK, 0.5), FLAT)
    thing.part(arc((680, 180, 920, 366), 5, 175, 20), dye.trim, CLOTH)


def hat(thing: Thing, dye: Dye) -> None:
    thing.part(pie((330, 470, 1110, 940), 0, 180), dye.trim, LEATHER)
    thing.body(pie((470, 250, 1200, 1180), 180, 360), dye, CLOTH)
    for box in ((640, 250, 1030, 1180), (800, 250, 870, 1180)):
        thing.part(arc(box, 180, 360, 6), mixed(dye.main, BLACK, 0.35), FLAT)
    thing.part(ellipse((810, 230, 862, 270)), dye.trim)


def scarf(thing: Thing, dye: Dye) -> None:
    thing.body(ring((420, 240, 1180, 880), 170), dye, CLOTH)
    for ends in (
        ((560, 760), (740, 800), (700, 1120), (500, 1090)),
        ((760, 800), (930, 790), (980, 1110), (800, 1130)),
    ):
        thing.body(polygon(ends), dye, CLOTH)
    for x in (*range(510, 700, 22), *range(808, 980, 22)):
        thing.part(line(((x, 1080), (x - 4, 1160)), 9), dye.trim, FLAT)


def shoes(thing: Thing, dye: Dye) -> None:
    for x, y in ((0, 0), (330, 130)):
        sole = (360 + x, 340 + y, 660 + x, 1010 + y)
        thing.part(rounded(sole, 140), PAPER)
        upper = (378 + x, 356 + y, 642 + x, 992 + y)
        thing.body(rounded(upper, 124), dye, LEATHER)
        inside = (430 + x, 700 + y, 590 + x, 960 + y)
        thing.part(
            rounded(inside, 76),
            mixed(dye.main, BLACK, 0.7),
            FLAT,
        )
        for row in range(5):
            lace = ((430 + x, 520 + y + row * 38), (590 + x, 532 + y + row * 38))
            thing.part(line(lace, 15), dye.trim, HARD)


def belt(thing: Thing, dye: Dye) -> None:
    for box in ((420, 300, 1180, 1060), (510, 390, 1090, 970), (590, 470, 1010, 890)):
        thing.body(ring(box, 58), dye, LEATHER)
    thing.part(rounded_frame((1060, 560, 1230, 760), 22, 26), STEEL, METAL)
    thing.part(rectangle((1140, 560, 1160, 760)), STEEL, METAL)


def watch(thing: Thing, dye: Dye) -> None:
    for box in ((700, 90, 900, 460), (700, 740, 900, 1120)):
        thing.body(rounded(box, 50), dye, LEATHER)
    for y in range(880, 1060, 50):
        thing.part(ellipse((790, y, 810, y + 20)), BLACK, FLAT)
    thing.part(rounded((1000, 570, 1050, 630), 12), STEEL, METAL)
    thing.part(ellipse((580, 380, 1020, 820)), STEEL, METAL)
    thing.part(ellipse((625, 425, 975, 775)), PAPER, FLAT)
    for hand in (((800, 600), (800, 480)), ((800, 600), (880, 650))):
        thing.part(line(hand, 14), BLACK, FLAT)
    for box in ((792, 440, 808, 470), (792, 730, 808, 760), (640, 592, 670, 608), (930, 592, 960, 608)):
        thing.part(rectangle(box), BLACK, FLAT)


def jewellery(thing: Thing, dye: Dye) -> None:
    metal = dye.main if dye.main != BLACK else BRASS
    for step in range(0, 360, 6):
        thing.part(
            arc((500, 180, 1100, 900), step, step + 4, 16),
            metal,
            METAL,
        )
    thing.part(ellipse((740, 870, 860, 1050)), dye.trim, METAL)
    thing.part(ring((740, 870, 860, 1050), 14), metal, METAL)
    thing.part(ring((1180, 760, 1340, 920), 26), metal, METAL)


def glasses(thing: Thing, dye: Dye) -> None:
    for arm in (((480, 560), (400, 300), (520, 220)), ((1120, 560), (1200, 300), (1080, 220))):
        thing.part(line(arm, 24), dye.main, HARD)
    lens = mixed((70, 80, 92), dye.trim, 0.25)
    for box in ((450, 520, 770, 790), (830, 520, 1150, 790)):
        thing.part(rounded(box, 110), lens, HARD)
        thing.body(rounded_frame(box, 110, 30), dye, HARD)
    thing.part(arc((740, 560, 860, 680), 190, 350, 24), dye.main, HARD)


def toy(thing: Thing, dye: Dye) -> None:
    light = mixed(dye.main, PAPER, 0.55)
    for box in ((530, 190, 710, 370), (890, 190, 1070, 370), (400, 620, 600, 860), (1000, 620, 1200, 860)):
        thing.body(ellipse(box), dye, CLOTH)
    for box in ((500, 900, 760, 1150), (840, 900, 1100, 1150), (540, 560, 1060, 1090), (550, 230, 1050, 670)):
        thing.body(ellipse(box), dye, CLOTH)
    for box in ((650, 680, 950, 1000), (690, 440, 910, 630), (570, 970, 690, 1090), (910, 970, 1030, 1090)):
        thing.part(ellipse(box), light, CLOTH)
    for box in ((675, 385, 723, 433), (877, 385, 925, 433), (755, 455, 845, 525)):
        thing.part(ellipse(box), BLACK, METAL)
    thing.part(polygon(((800, 660), (690, 610), (690, 720))), dye.trim, CLOTH)
    thing.part(polygon(((800, 660), (910, 610), (910, 720))), dye.trim, CLOTH)


def pillow(thing: Thing, dye: Dye) -> None:
    thing.body(arc((420, 230, 1180, 1010), 125, 55, 250), dye, CLOTH)
    for box in ((555, 790, 805, 1040), (795, 790, 1045, 1040)):
        thing.body(ellipse(box), dye, CLOTH)
    thing.part(rounded((740, 890, 860, 925), 14), dye.trim, HARD)


THINGS: Final[Mapping[str, Callable[[Thing, Dye], None]]] = {
    "coat": coat,
    "clothing": clothing,
    "hat": hat,
    "scarf": scarf,
    "shoes": shoes,
    "belt": belt,
    "watch": watch,
    "jewellery": jewellery,
    "glasses": glasses,
    "toy": toy,
    "pillow": pillow,
}
