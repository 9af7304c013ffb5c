"""What is packed: tins, pouches, boxes, jars, bottles, tubes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look, label, leaf, round_label
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    KRAFT,
    PAPER,
    SILVER,
    WHITE,
    Across,
    Box,
    Down,
    Glaze,
    Sheet,
    dim,
    lit,
    round_,
    slant,
    written_on,
)
from deploy.demo.pictures.scene import mixed


def tin(sheet: Sheet, look: Look) -> None:
    """A tall round tin with a lid."""
    body = round_(look.main)
    sheet.ellipse((315, 790, 685, 870), body)
    sheet.rect((315, 330, 685, 830), body)
    sheet.rect((315, 700, 685, 712), Glaze(look.trim, 0.9))
    sheet.rounded((308, 190, 692, 360), 18, round_(dim(look.main, 0.18)))
    sheet.ellipse((308, 160, 692, 228), Down((lit(look.main, 0.3), lit(look.main, 0.12))))
    sheet.rect((308, 344, 692, 358), round_(look.trim))
    label(sheet, (405, 410, 595, 690), look)
    leaf(sheet, (500, 768), 46, Glaze(look.trim, 0.9))
    sheet.rect((338, 362, 356, 826), Glaze(WHITE, 0.22))


def caddy(sheet: Sheet, look: Look) -> None:
    """A square tin, two sides seen."""
    front, side = look.main, dim(look.main, 0.26)
    sheet.poly(((300, 300), (610, 320), (610, 860), (300, 830)), slant(front))
    sheet.poly(((610, 320), (720, 290), (720, 815), (610, 860)), slant(side))
    sheet.poly(((290, 210), (615, 222), (615, 330), (290, 306)), slant(dim(front, 0.12)))
    sheet.poly(((615, 222), (730, 200), (730, 296), (615, 330)), slant(dim(side, 0.12)))
    sheet.poly(((290, 210), (405, 190), (730, 200), (615, 222)), lit(front, 0.25))
    label(sheet, (370, 400, 540, 740), look)
    sheet.line(((300, 312), (612, 334), (722, 302)), 6, look.trim)


def flat_tin(sheet: Sheet, look: Look) -> None:
    """A low round tin, its lid seen from above."""
    sheet.ellipse((200, 420, 800, 820), round_(dim(look.main, 0.25)))
    sheet.rect((200, 560, 800, 620), round_(dim(look.main, 0.25)))
    sheet.ellipse((192, 350, 808, 762), round_(dim(look.main, 0.1)))
    sheet.ellipse((198, 330, 802, 732), Down((lit(look.main, 0.2), look.main)))
    sheet.ellipse((240, 360, 760, 702), Glaze(look.trim, 0.85))
    sheet.ellipse((250, 367, 750, 695), lit(look.main, 0.06))
    sheet.fitted((500, 510), look.text, (360, 104), written_on(look.main))
    leaf(sheet, (500, 620), 44, look.trim)


def pouch(sheet: Sheet, look: Look) -> None:
    """A bag that stands."""
    edge = ((292, 210), (708, 210), (722, 560), (738, 800), (700, 850), (300, 850), (262, 800), (278, 560))
    sheet.poly(edge, round_(look.main))
    sheet.poly(((262, 800), (738, 800), (700, 850), (300, 850)), Glaze(dim(look.main, 0.6), 0.28))
    sheet.rect((290, 190, 710, 262), round_(dim(look.main, 0.1)))
    for y in (205, 219, 233, 247):
        sheet.rect((290, y, 710, y + 4), Glaze(WHITE, 0.25))
    sheet.disc(500, 290, 12, Glaze(dim(look.main, 0.8), 0.6))
    label(sheet, (368, 340, 632, 660), look)
    sheet.rounded((400, 700, 600, 744), 20, look.trim)
    sheet.fitted((500, 722), look.small, (180, 28), written_on(look.trim))
    sheet.poly(((310, 270), (336, 270), (322, 790), (296, 790)), Glaze(WHITE, 0.2))


def kraft(sheet: Sheet, look: Look) -> None:
    """A paper bag with a window of the main colour."""
    edge = ((300, 250), (700, 250), (726, 850), (274, 850))
    sheet.poly(edge, round_(KRAFT, 0.8))
    sheet.poly(((300, 250), (700, 250), (690, 180), (310, 180)), round_(dim(KRAFT, 0.1), 0.8))
    sheet.rect((305, 222, 695, 240), look.trim)
    sheet.rounded((370, 560, 630, 800), 24, dim(look.main, 0.05))
    for number in range(22):
        x, y = 392 + number * 53 % 216, 585 + number * 37 % 190
        sheet.ellipse((x, y, x + 40, y + 26), lit(look.main, 0.12 + number % 3 * 0.12))
    sheet.rounded((370, 560, 630, 620), 24, Glaze(WHITE, 0.18))
    label(sheet, (350, 300, 650, 520), look)


def pillow(sheet: Sheet, look: Look) -> None:
    """A bag of crisps."""
    edge = (
        (290, 210),
        (710, 210),
        (750, 330),
        (742, 530),
        (752, 720),
        (716, 850),
        (284, 850),
        (248, 720),
        (258, 530),
        (250, 330),
    )
    sheet.poly(edge, round_(look.main))
    for y in (210, 806):
        sheet.rect((290, y, 710, y + 44), round_(dim(look.main, 0.14)))
        for x in range(296, 706, 16):
            sheet.rect((x, y, x + 5, y + 44), Glaze(WHITE, 0.16))
    sheet.ellipse((300, 590, 700, 780), Glaze(lit(look.trim, 0.1), 0.95))
    for number in range(7):
        x, y = 338 + number * 46, 640 + number % 3 * 30
        sheet.ellipse((x, y, x + 74, y + 50), Down((lit(look.food, 0.25), look.food)))
    label(sheet, (340, 300, 660, 570), look)
    sheet.blob(((282, 300), (300, 420), (288, 620), (276, 420)), Glaze(WHITE, 0.35))


def vacuum(sheet: Sheet, look: Look) -> None:
    """What is packed without air: the food itself is seen below a printed head."""
    sheet.rounded((270, 180, 730, 860), 18, Across((lit(SILVER, 0.4), SILVER, dim(SILVER, 0.14))))
    sheet.blob(
        (
            (310, 480),
            (400, 450),
            (600, 462),
            (694, 500),
            (680, 700),
            (640, 812),
            (500, 826),
            (350, 806),
            (316, 660),
        ),
        round_(look.food),
    )
    for number in range(9):
        x, y = 350 + number * 71 % 230, 510 + number * 97 % 240
        sheet.blob(
            ((x, y), (x + 50, y - 12), (x + 72, y + 20), (x + 18, y + 30)), Glaze(lit(look.food, 0.35), 0.5)
        )
    sheet.rect((270, 240, 730, 450), round_(look.main))
    sheet.rect((270, 440, 730, 452), look.trim)
    sheet.fitted((500, 345), look.text, (380, 110), written_on(look.main))
    sheet.poly(((300, 470), (330, 470), (322, 840), (300, 840)), Glaze(WHITE, 0.5))
    sheet.rect((270, 206, 730, 214), Glaze(dim(SILVER, 0.5), 0.4))


def box(sheet: Sheet, look: Look) -> None:
    """A carton, its front and a side."""
    sheet.poly(((270, 270), (630, 290), (630, 860), (270, 826)), slant(look.main))
    sheet.poly(((630, 290), (742, 258), (742, 806), (630, 860)), slant(dim(look.main, 0.3)))
    sheet.poly(((270, 270), (388, 240), (742, 258), (630, 290)), lit(look.main, 0.32))
    sheet.poly(((270, 700), (630, 727), (630, 800), (270, 769)), look.trim)
    label(sheet, (340, 350, 560, 650), look)
    sheet.fitted((450, 749), look.small, (300, 34), written_on(look.trim))


def slim_box(sheet: Sheet, look: Look) -> None:
    """A low, wide carton: sweets, cakes, plasters."""
    sheet.poly(((180, 420), (700, 440), (700, 800), (180, 760)), slant(look.main))
    sheet.poly(((700, 440), (830, 392), (830, 730), (700, 800)), slant(dim(look.main, 0.3)))
    sheet.poly(((180, 420), (318, 376), (830, 392), (700, 440)), lit(look.main, 0.34))
    sheet.poly(((180, 690), (700, 726), (700, 760), (180, 722)), look.trim)
    round_label(sheet, (300, 580), 104, look)
    sheet.fitted((545, 590), look.text, (260, 84), written_on(look.main))


def gift_box(sheet: Sheet, look: Look) -> None:
    """A present: a lid, a paper sleeve, a seal."""
    sheet.poly(((170, 460), (830, 460), (810, 810), (190, 810)), slant(dim(look.main, 0.14)))
    sheet.rounded((150, 340, 850, 500), 14, slant(look.main))
    sheet.poly(((150, 352), (850, 352), (800, 290), (200, 290)), lit(look.main, 0.24))
    sheet.rect((420, 340, 580, 500), slant(look.trim))
    sheet.poly(((424, 500), (576, 500), (572, 810), (428, 810)), slant(dim(look.trim, 0.08)))
    sheet.poly(((420, 340), (580, 340), (566, 290), (434, 290)), lit(look.trim, 0.3))
    sheet.column((500, 650), look.text[:4], (250, 74), written_on(look.trim))
    sheet.disc(500, 425, 46, (186, 52, 44))
    sheet.words((500, 425), "礼", 54, PAPER)
    for x in (220, 700):
        leaf(sheet, (x + 40, 660), 60, Glaze(look.trim, 0.5))


def sachet(sheet: Sheet, look: Look) -> None:
    """Sheet masks, wipes, plasters: a flat bag and another behind it."""
    for turn, colour in ((40, dim(look.main, 0.18)), (0, look.main)):
        sheet.rounded((290 + turn, 220 - turn, 690 + turn, 840 - turn), 14, slant(colour))
    sheet.rect((290, 260, 690, 272), Glaze(WHITE, 0.4))
    sheet.ellipse((370, 420, 610, 740), Glaze(WHITE, 0.85))
    sheet.ellipse((418, 530, 470, 552), look.main)
    sheet.ellipse((510, 530, 562, 552), look.main)
    sheet.ellipse((460, 650, 520, 670), look.main)
    sheet.fitted((490, 346), look.text, (340, 84), written_on(look.main))


def medicine(sheet: Sheet, look: Look) -> None:
    """A box with a cross, a strip of tablets before it."""
    sheet.poly(((220, 320), (700, 336), (700, 700), (220, 664)), slant(PAPER))
    sheet.poly(((700, 336), (796, 300), (796, 640), (700, 700)), slant(dim(PAPER, 0.2)))
    sheet.poly(((220, 320), (330, 290), (796, 300), (700, 336)), lit(PAPER, 0.6))
    sheet.poly(((220, 320), (320, 323), (320, 672), (220, 664)), slant(look.main))
    sheet.rect((250, 400, 290, 480), WHITE)
    sheet.rect((230, 420, 310, 460), WHITE)
    sheet.fitted((520, 470), look.text, (320, 100), dim(look.main, 0.3))
    sheet.fitted((520, 570), look.small, (280, 34), dim(look.main, 0.2))
    sheet.rounded((380, 690, 830, 860), 22, Down((lit(SILVER, 0.4), SILVER)))
    for number in range(10):
        x, y = 410 + number % 5 * 82, 706 + number // 5 * 74
        sheet.ellipse((x, y, x + 60, y + 60), Down((WHITE, mixed(look.main, WHITE, 0.4))))


def stick(sheet: Sheet, look: Look) -> None:
    """A lipstick beside its cap."""
    for x, is_open in ((330, True), (570, False)):
        sheet.rect((x, 560, x + 130, 850), round_(look.trim))
        sheet.rect((x, 548, x + 130, 572), round_(GOLD))
        if is_open:
            sheet.rect((x + 16, 430, x + 114, 560), round_(GOLD))
            sheet.poly(
                ((x + 24, 440), (x + 24, 300), (x + 60, 230), (x + 106, 300), (x + 106, 440)),
                round_(look.main),
            )
        else:
            sheet.rounded((x, 330, x + 130, 560), 10, round_(look.trim))
            sheet.column((x + 65, 700), look.text[:2], (150, 54), written_on(look.trim))


def _wrapper(box: Box) -> tuple[tuple[float, float], ...]:
    left, top, right, bottom = box
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def bar(sheet: Sheet, look: Look) -> None:
    """A bar of chocolate, half out of its paper."""
    brown = (92, 56, 38)
    sheet.poly(_wrapper((350, 180, 650, 560)), slant(brown))
    for row in range(3):
        for column in range(3):
            x, y = 362 + column * 96, 192 + row * 122
            sheet.rounded((x, y, x + 84, y + 108), 8, Down((lit(brown, 0.22), dim(brown, 0.1))))
    sheet.poly(
        ((338, 470), (390, 452), (450, 478), (520, 452), (590, 476), (662, 456), (662, 490), (338, 500)),
        SILVER,
    )
    sheet.poly(((334, 486), (666, 486), (666, 860), (334, 860)), round_(look.main))
    sheet.rect((334, 800, 666, 816), look.trim)
    sheet.fitted((500, 630), look.text, (280, 92), written_on(look.main))
    sheet.fitted((500, 740), look.small, (230, 32), written_on(look.main))


def packet(sheet: Sheet, look: Look) -> None:
    """Wipes: a soft pack, its flap half open."""
    sheet.blob(
        (
            (200, 440),
            (300, 390),
            (700, 390),
            (800, 440),
            (812, 620),
            (790, 800),
            (500, 820),
            (210, 800),
            (188, 620),
        ),
        slant(look.main),
    )
    for x in (190, 776):
        sheet.rounded((x, 430, x + 34, 810), 10, slant(dim(look.main, 0.12)))
    sheet.rounded((360, 470, 640, 610), 30, WHITE)
    sheet.blob(((420, 480), (470, 380), (540, 400), (590, 360), (600, 480)), Down((WHITE, (226, 232, 238))))
    sheet.rounded((360, 520, 640, 610), 30, slant(look.trim))
    sheet.fitted((500, 715), look.text, (420, 110), written_on(look.main))


def film(sheet: Sheet, look: Look) -> None:
    """A sheet of glass for a screen, and the paper it comes on."""
    sheet.rounded((250, 170, 590, 850), 40, slant(look.main))
    sheet.fitted((326, 760), look.text, (110, 96), written_on(look.main))
    sheet.rounded((400, 150, 740, 830), 46, Down(((236, 244, 250), (206, 222, 234))))
    sheet.rounded((414, 164, 726, 816), 38, Down(((246, 250, 253), (222, 234, 243))))
    sheet.rounded((530, 190, 610, 214), 12, look.trim)
    sheet.poly(((430, 560), (640, 180), (710, 180), (430, 690)), Glaze(WHITE, 0.7))


PACKS: Final[Mapping[str, Draw]] = {
    "packet": packet, "film": film,
    "tin": tin, "caddy": caddy, "flat_tin": flat_tin, "pouch": pouch, "kraft": kraft, "pillow": pillow,
    "vacuum": vacuum, "box": box, "slim_box": slim_box, "gift_box": gift_box, "sachet": sachet, "medicine": medicine, "stick": stick,
    "bar": bar,
}  # fmt: skip
