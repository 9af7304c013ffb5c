"""What people carry: bags, cases, umbrellas, instruments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PIL import ImageChops

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
    mask_of,
    mixed,
)
from deploy.demo.pictures.shapes import (
    arc,
    ellipse,
    line,
    polygon,
    rectangle,
    ring,
    rounded,
    rounded_frame,
    together,
)


def suitcase(thing: Thing, dye: Dye) -> None:
    thing.part(rounded_frame((660, 90, 940, 320), 26, 26), STEEL, METAL)
    for x in (560, 980):
        thing.part(rounded((x, 1040, x + 66, 1130), 24), BLACK)
    thing.body(rounded((480, 230, 1120, 1080), 70), dye, HARD)
    for x in range(560, 1060, 84):
        thing.part(
            rounded((x, 300, x + 30, 1010), 15),
            mixed(dye.main, BLACK, 0.08),
        )
    thing.part(rounded((690, 240, 910, 285), 20), dye.trim)
    thing.part(rounded((880, 330, 1010, 520), 12), PAPER, FLAT)
    thing.part(rectangle((900, 360, 990, 374)), BLACK, FLAT)


def backpack(thing: Thing, dye: Dye) -> None:
    thing.part(arc((690, 90, 910, 330), 180, 360, 30), dye.trim, CLOTH)
    for x in (440, 1090):
        thing.part(rounded((x, 420, x + 76, 1000), 36), dye.trim, CLOTH)
    thing.body(rounded((490, 190, 1110, 1090), 190), dye, CLOTH)
    thing.part(arc((560, 270, 1040, 760), 200, 340, 12), BLACK, FLAT)
    thing.part(
        rounded((570, 640, 1030, 1030), 80),
        mixed(dye.main, BLACK, 0.12),
        CLOTH,
    )
    thing.part(rounded((600, 690, 1000, 704), 6), STEEL, METAL)
    thing.part(rounded((965, 690, 985, 770), 8), STEEL, METAL)
    thing.part(rounded((735, 470, 865, 540), 14), dye.trim, LEATHER)


def handbag(thing: Thing, dye: Dye) -> None:
    thing.part(arc((560, 150, 1040, 830), 180, 360, 34), dye.trim, LEATHER)
    outline = ((470, 520), (1130, 520), (1210, 1030), (1160, 1080), (440, 1080), (390, 1030))
    thing.body(polygon(outline), dye, LEATHER)
    flap = ((470, 520), (1130, 520), (1080, 760), (520, 760))
    thing.part(polygon(flap), mixed(dye.main, (255, 255, 255), 0.06), LEATHER)
    for x in (570, 1010):
        thing.part(ring((x - 28, 500, x + 28, 556), 12), BRASS, METAL)
    thing.part(rounded((755, 720, 845, 800), 18), BRASS, METAL)


def travel_bag(thing: Thing, dye: Dye) -> None:
    thing.body(rounded((270, 470, 1330, 1010), 150), dye, CLOTH)
    for x in (500, 1030):
        thing.part(rectangle((x, 472, x + 64, 1008)), dye.trim, CLOTH)
    thing.part(arc((510, 230, 1090, 900), 190, 350, 44), dye.trim, CLOTH)
    thing.part(rounded((360, 520, 1240, 536), 8), STEEL, METAL)


def shopping_bag(thing: Thing, dye: Dye) -> None:
    for turn in (0, 40):
        thing.part(
            arc((650 + turn, 160, 910 + turn, 560), 180, 360, 12),
            dye.trim,
        )
    front = ((520, 360), (1080, 360), (1100, 1090), (500, 1090))
    thing.body(polygon(front), dye, HARD)
    side = ((1080, 360), (1170, 410), (1180, 1040), (1100, 1090))
    thing.part(polygon(side), mixed(dye.main, BLACK, 0.28), FLAT)
    thing.part(ring((700, 600, 900, 800), 18), dye.trim, FLAT)


def paper_bag(thing: Thing, dye: Dye) -> None:
    kraft = (190, 152, 106)
    thing.part(
        polygon(((510, 300), (1090, 300), (1130, 1080), (470, 1080))),
        kraft,
        LEATHER,
    )
    thing.part(
        polygon(((510, 300), (1090, 300), (1080, 420), (520, 420))),
        mixed(kraft, BLACK, 0.12),
        LEATHER,
    )
    thing.part(rounded((640, 600, 960, 840), 10), PAPER, FLAT)
    for y in (660, 710, 760):
        thing.part(rectangle((680, y, 920, y + 10)), dye.main, FLAT)


def umbrella(thing: Thing, dye: Dye) -> None:
    thing.part(rounded((1190, 585, 1390, 609), 10), STEEL, METAL)
    thing.part(rounded((130, 588, 420, 606), 8), STEEL, METAL)
    thing.part(arc((60, 480, 250, 714), 20, 200, 38), dye.trim, LEATHER)
    outline = ((330, 590), (420, 520), (1080, 540), (1250, 597), (1080, 655), (420, 680))
    thing.body(polygon(outline), dye, CLOTH)
    for y in (560, 600, 640):
        thing.part(
            line(((400, y), (1200, 597)), 8),
            mixed(dye.main, BLACK, 0.4),
            FLAT,
        )
    thing.part(rounded((640, 505, 700, 690), 16), dye.trim, CLOTH)


def instrument(thing: Thing, dye: Dye) -> None:
    wood = dye.main if sum(dye.main) > 120 else (150, 92, 44)
    thing.part(rectangle((770, 90, 830, 560)), mixed(wood, BLACK, 0.5))
    thing.part(rounded((745, 50, 855, 190), 20), mixed(wood, BLACK, 0.35))
    thing.part(
        together(ellipse((610, 480, 990, 820)), ellipse((560, 680, 1040, 1130))),
        wood,
        LEATHER,
    )
    thing.part(ellipse((715, 640, 885, 810)), BLACK, FLAT)
    thing.part(rounded((690, 960, 910, 1000), 12), mixed(wood, BLACK, 0.6))
    for x in (781, 794, 807, 820):
        thing.part(line(((x, 110), (x, 980)), 4), STEEL, FLAT)


def sports(thing: Thing, dye: Dye) -> None:
    thing.part(rounded((775, 700, 825, 1140), 22), BLACK, CLOTH)
    strings = [line(((x, 90), (x, 720)), 4) for x in range(592, 1030, 34)]
    strings += [line(((570, y), (1030, y)), 4) for y in range(120, 720, 34)]
    within = ImageChops.multiply(mask_of(together(*strings)), mask_of(ellipse((580, 100, 1020, 710))))
    thing.lay(within, mixed(PAPER, STEEL, 0.4), FLAT)
    thing.body(ring((570, 90, 1030, 720), 46), dye, HARD)
    thing.part(rounded((770, 690, 830, 800), 10), dye.trim)


THINGS: Final[Mapping[str, Callable[[Thing, Dye], None]]] = {
    "suitcase": suitcase,
    "backpack": backpack,
    "handbag": handbag,
    "travel_bag": travel_bag,
    "shopping_bag": shopping_bag,
    "umbrella": umbrella,
    "instrument": instrument,
    "sports": sports,
}
