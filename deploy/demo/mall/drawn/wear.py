"""What is worn, folded or laid out; seen from above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look, leaf
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    PAPER,
    WHITE,
    Across,
    Glaze,
    Sheet,
    dim,
    lit,
    round_,
    slant,
    written_on,
)


def tee(sheet: Sheet, look: Look) -> None:
    sheet.poly(
        (
            (370, 210),
            (440, 236),
            (560, 236),
            (630, 210),
            (840, 330),
            (770, 480),
            (690, 440),
            (700, 850),
            (300, 850),
            (310, 440),
            (230, 480),
            (160, 330),
        ),
        slant(look.main),
    )
    sheet.pie((410, 150, 590, 300), (0, 180), dim(look.main, 0.35))
    sheet.arc((402, 142, 598, 308), (10, 170), 14, dim(look.main, 0.15))
    for x in (310, 690):
        sheet.line(((x, 440), (x + (8 if x < 500 else -8), 600)), 5, Glaze(dim(look.main, 0.8), 0.3))
    sheet.disc(500, 500, 96, look.trim)
    sheet.fitted((500, 500), look.text[:2], (150, 84), written_on(look.trim))
    sheet.rect((300, 828, 700, 834), Glaze(dim(look.main, 0.8), 0.25))


def shirt(sheet: Sheet, look: Look) -> None:
    sheet.poly(
        (
            (380, 200),
            (620, 200),
            (800, 300),
            (850, 760),
            (760, 780),
            (706, 470),
            (712, 860),
            (288, 860),
            (294, 470),
            (240, 780),
            (150, 760),
            (200, 300),
        ),
        slant(look.main),
    )
    sheet.poly(((380, 200), (500, 300), (430, 340), (350, 240)), lit(look.main, 0.25))
    sheet.poly(((620, 200), (500, 300), (570, 340), (650, 240)), lit(look.main, 0.25))
    sheet.rect((484, 300, 516, 860), Glaze(dim(look.main, 0.6), 0.14))
    for y in (380, 480, 580, 680, 780):
        sheet.disc(500, y, 11, look.trim)
    sheet.rect((560, 440, 660, 552), Glaze(dim(look.main, 0.7), 0.16))
    for points in (((294, 470), (310, 640)), ((706, 470), (690, 640))):
        sheet.line(points, 6, Glaze(dim(look.main, 0.8), 0.3))


def jacket(sheet: Sheet, look: Look) -> None:
    for x, way in ((200, 1), (800, -1)):
        sheet.poly(
            ((x, 320), (x + way * 130, 280), (x + way * 110, 800), (x - way * 30, 800)),
            slant(dim(look.main, 0.12)),
        )
    sheet.blob(
        ((330, 190), (500, 150), (670, 190), (640, 300), (500, 330), (360, 300)), slant(dim(look.main, 0.3))
    )
    sheet.rounded((290, 240, 710, 860), 60, slant(look.main))
    for y in range(330, 840, 90):
        sheet.rounded((296, y, 704, y + 12), 6, Glaze(dim(look.main, 0.7), 0.22))
    sheet.rect((490, 250, 510, 860), look.trim)
    sheet.blob(((380, 200), (500, 260), (620, 200), (600, 250), (500, 300), (400, 250)), dim(look.main, 0.5))
    for x in (350, 570):
        sheet.rounded((x, 660, x + 80, 676), 8, look.trim)


def trousers(sheet: Sheet, look: Look) -> None:
    sheet.poly(
        ((340, 160), (660, 160), (720, 880), (560, 880), (500, 400), (440, 880), (280, 880)), slant(look.main)
    )
    sheet.rect((336, 150, 664, 208), slant(dim(look.main, 0.14)))
    sheet.line(((500, 208), (500, 400)), 5, dim(look.main, 0.4))
    for x in (392, 500, 608):
        sheet.rect((x - 8, 144, x + 8, 214), dim(look.main, 0.28))
    for points in (((352, 220), (392, 310)), ((648, 220), (608, 310))):
        sheet.line(points, 6, Glaze(dim(look.main, 0.8), 0.4))
    sheet.disc(500, 180, 11, look.trim)


def dress(sheet: Sheet, look: Look) -> None:
    sheet.poly(
        (
            (390, 150),
            (430, 150),
            (460, 250),
            (540, 250),
            (570, 150),
            (610, 150),
            (640, 420),
            (760, 850),
            (240, 850),
            (360, 420),
        ),
        slant(look.main),
    )
    sheet.rect((352, 410, 648, 452), look.trim)
    for x, foot in ((420, 360), (500, 500), (580, 640)):
        sheet.line(((x, 460), (foot, 840)), 6, Glaze(dim(look.main, 0.8), 0.25))
    leaf(sheet, (500, 640), 70, Glaze(look.trim, 0.7))


def socks(sheet: Sheet, look: Look) -> None:
    for x, colour in ((0, dim(look.main, 0.14)), (110, look.main)):
        sheet.poly(
            (
                (300 + x, 180),
                (460 + x, 180),
                (464 + x, 560),
                (600 + x, 680),
                (590 + x, 780),
                (480 + x, 820),
                (310 + x, 660),
            ),
            slant(colour),
        )
        sheet.rect((296 + x, 170, 464 + x, 250), look.trim)
        sheet.blob(((520 + x, 620), (608 + x, 690), (590 + x, 790), (490 + x, 820)), look.trim)
        sheet.blob(((312 + x, 560), (380 + x, 600), (360 + x, 690), (312 + x, 660)), look.trim)


def cap(sheet: Sheet, look: Look) -> None:
    sheet.pie(
        (250, 260, 750, 880), (180, 360), Across((lit(look.main, 0.16), look.main, dim(look.main, 0.2)))
    )
    for box in ((390, 262, 610, 878),):
        sheet.arc(box, (180, 360), 5, Glaze(dim(look.main, 0.8), 0.35))
    sheet.blob(((236, 570), (500, 530), (764, 570), (830, 680), (500, 640), (170, 680)), slant(look.trim))
    sheet.disc(500, 262, 20, look.trim)
    sheet.fitted((500, 440), look.text[:2], (170, 96), written_on(look.main))


def shoes(sheet: Sheet, look: Look) -> None:
    for y, colour in ((0, dim(look.main, 0.12)), (220, look.main)):
        sheet.blob(
            (
                (200, 320 + y),
                (300, 290 + y),
                (420, 350 + y),
                (620, 420 + y),
                (780, 470 + y),
                (800, 540 + y),
                (500, 550 + y),
                (210, 540 + y),
            ),
            slant(colour),
        )
        sheet.rounded((200, 520 + y, 810, 570 + y), 24, slant(PAPER))
        for step in range(4):
            x = 400 + step * 56
            sheet.line(((x, 350 + y + step * 20), (x + 30, 420 + y + step * 14)), 10, look.trim)
        sheet.ellipse((230, 290 + y, 400, 350 + y), dim(look.main, 0.55))


def slippers(sheet: Sheet, look: Look) -> None:
    for x in (290, 530):
        sheet.rounded((x, 190, x + 180, 850), 88, round_(lit(look.trim, 0.1), 0.5))
        sheet.rounded((x + 16, 210, x + 164, 830), 74, lit(look.trim, 0.25))
        sheet.rounded((x - 14, 300, x + 194, 540), 80, round_(look.main))
        sheet.fitted((x + 90, 420), look.text[:2], (120, 60), written_on(look.main))


def belt(sheet: Sheet, look: Look) -> None:
    for inset in (0, 74, 148):
        sheet.arc(
            (200 + inset, 240 + inset, 800 - inset, 840 - inset), (0, 360), 54, dim(look.main, inset / 700)
        )
        sheet.arc((208 + inset, 248 + inset, 792 - inset, 832 - inset), (190, 300), 8, Glaze(WHITE, 0.3))
    sheet.rounded((390, 190, 610, 340), 20, GOLD)
    sheet.rounded((420, 218, 580, 312), 10, look.main)
    sheet.rect((492, 210, 508, 320), GOLD)


def gloves(sheet: Sheet, look: Look) -> None:
    for x, way in ((380, 1), (620, -1)):
        for step, tall in enumerate((250, 210, 216, 262)):
            left = x - 92 + step * 48
            sheet.rounded((left, tall, left + 42, 560), 20, slant(look.main))
        sheet.rounded((x - 92, 420, x + 94, 700), 40, slant(look.main))
        sheet.line(((x + way * -80, 640), (x + way * -140, 520)), 44, look.main)
        sheet.rect((x - 88, 690, x + 90, 830), slant(look.trim))


def romper(sheet: Sheet, look: Look) -> None:
    """A baby's suit."""
    sheet.blob(
        (
            (360, 230),
            (500, 260),
            (640, 230),
            (790, 380),
            (730, 470),
            (680, 440),
            (690, 640),
            (720, 830),
            (590, 850),
            (500, 740),
            (410, 850),
            (280, 830),
            (310, 640),
            (320, 440),
            (270, 470),
            (210, 380),
        ),
        slant(look.main),
    )
    sheet.pie((420, 180, 580, 300), (0, 180), dim(look.main, 0.3))
    for y in (330, 400, 470):
        sheet.disc(500, y, 12, look.trim)
    sheet.disc(500, 590, 74, look.trim)
    for x in (450, 550):
        sheet.disc(x, 536, 26, look.trim)
    for x in (474, 526):
        sheet.disc(x, 580, 9, written_on(look.trim))
    sheet.ellipse((482, 606, 518, 628), written_on(look.trim))


def scarf(sheet: Sheet, look: Look) -> None:
    """Folded, its fringe hanging."""
    sheet.rounded((240, 240, 760, 640), 40, slant(look.main))
    for y in (310, 380, 450):
        sheet.rounded((240, y, 760, y + 20), 4, Glaze(look.trim, 0.75))
    for x in (330, 460, 610):
        sheet.rect((x, 240, x + 22, 640), Glaze(look.trim, 0.4))
    sheet.poly(((400, 520), (740, 520), (720, 790), (420, 790)), slant(lit(look.main, 0.06)))
    for y in (580, 650, 720):
        sheet.rect((412, y, 730, y + 18), Glaze(look.trim, 0.75))
    for x in range(424, 720, 22):
        sheet.line(((x, 790), (x + (x % 3 - 1) * 4, 862)), 8, dim(look.main, 0.12))


def silk(sheet: Sheet, look: Look) -> None:
    """A square of silk, spread out, with an embroidered spray."""
    sheet.poly(((500, 130), (870, 500), (500, 870), (130, 500)), slant(look.trim))
    sheet.poly(((500, 172), (828, 500), (500, 828), (172, 500)), slant(look.main))
    sheet.poly(((500, 200), (800, 500), (500, 800), (200, 500)), Glaze(WHITE, 0.08))
    _spray(sheet, (500, 520), look)
    for x, y in ((500, 240), (760, 500), (500, 760), (240, 500)):
        sheet.disc(x, y, 16, look.food)


def purse(sheet: Sheet, look: Look) -> None:
    """A small bag with a clasp and embroidery."""
    sheet.arc((330, 120, 670, 520), (190, 350), 12, GOLD)
    sheet.blob(
        ((330, 360), (500, 340), (670, 360), (770, 600), (700, 820), (500, 850), (300, 820), (230, 600)),
        slant(look.main),
    )
    sheet.rounded((310, 318, 690, 384), 24, GOLD)
    for x in (478, 522):
        sheet.disc(x, 312, 22, lit(GOLD, 0.3))
    _spray(sheet, (500, 620), look)


def hoop(sheet: Sheet, look: Look) -> None:
    """Embroidery in a wooden hoop."""
    sheet.ellipse((200, 180, 800, 820), slant((178, 128, 84)))
    sheet.rounded((462, 130, 538, 200), 14, GOLD)
    sheet.ellipse((232, 212, 768, 788), slant(look.main))
    _spray(sheet, (500, 520), look, 1.5)
    sheet.arc((216, 196, 784, 804), (200, 300), 8, Glaze(WHITE, 0.4))


def _spray(sheet: Sheet, at: tuple[float, float], look: Look, size: float = 1.0) -> None:
    x, y = at
    sheet.line(
        ((x - 90 * size, y + 110 * size), (x, y), (x + 70 * size, y - 100 * size)),
        9 * size,
        dim(look.trim, 0.3),
    )
    for dx, dy in ((-60, 60), (30, -50), (-10, 50), (60, -20)):
        leaf(sheet, (x + dx * size, y + dy * size), 34 * size, dim(look.trim, 0.12))
    for dx, dy, radius in ((0, 0, 40), (74, -104, 30), (-74, 20, 26)):
        for way_x, way_y in ((0, -1), (0.95, -0.3), (0.6, 0.8), (-0.6, 0.8), (-0.95, -0.3)):
            spot = (x + (dx + way_x * radius * 0.7) * size, y + (dy + way_y * radius * 0.7) * size)
            sheet.disc(*spot, radius * 0.56 * size, look.food)
        sheet.disc(x + dx * size, y + dy * size, radius * 0.36 * size, lit(look.food, 0.6))


def cushion(sheet: Sheet, look: Look) -> None:
    sheet.blob(
        ((210, 250), (500, 230), (790, 250), (770, 520), (790, 800), (500, 780), (210, 800), (230, 520)),
        slant(look.main),
    )
    for x, y in ((205, 245), (795, 245), (795, 805), (205, 805)):
        sheet.disc(x, y, 24, look.trim)
    _spray(sheet, (500, 530), look, 1.4)


def towel(sheet: Sheet, look: Look) -> None:
    for number in range(3):
        y = 620 - number * 150
        colour = (look.main, lit(look.main, 0.25), look.trim)[number]
        sheet.rounded((230, y, 770, y + 170), 70, slant(colour))
        sheet.arc((650, y + 24, 760, y + 146), (90, 270), 6, Glaze(dim(colour, 0.8), 0.3))
        sheet.rect((300, y + 2, 326, y + 168), Glaze(WHITE, 0.35))
    sheet.rounded((420, 300, 540, 800), 8, PAPER)
    sheet.column((480, 540), look.text[:4], (320, 70), dim(look.main, 0.5))


def pendant(sheet: Sheet, look: Look) -> None:
    sheet.arc((250, -120, 750, 620), (22, 158), 8, GOLD)
    sheet.disc(500, 616, 18, GOLD)
    sheet.disc(500, 720, 112, round_(GOLD))
    sheet.disc(500, 720, 100, round_(look.main))
    sheet.disc(500, 720, 62, look.trim)
    sheet.fitted((500, 720), look.text[:1], (100, 84), written_on(look.trim))
    sheet.arc((410, 630, 590, 810), (190, 280), 8, Glaze(WHITE, 0.6))


def bracelet(sheet: Sheet, look: Look) -> None:
    """A string of beads."""
    for turn in range(18):
        x, y = _RING[turn % 9]
        way = 1 if turn < 9 else -1
        spot = (500 + way * x * 290, 510 + way * y * 270)
        sheet.disc(*spot, 52, round_(look.main))
        for dx, dy in ((-14, -8), (12, 10), (4, -20)):
            sheet.disc(spot[0] + dx, spot[1] + dy, 7, look.trim)
    sheet.disc(500, 780, 40, GOLD)


_RING: Final = (
    (1, 0), (0.94, 0.342), (0.766, 0.643), (0.5, 0.866), (0.174, 0.985), (-0.174, 0.985), (-0.5, 0.866),
    (-0.766, 0.643), (-0.94, 0.342),
)  # fmt: skip


def timepiece(sheet: Sheet, look: Look) -> None:
    """A watch with hands."""
    sheet.rounded((410, 120, 590, 880), 40, round_(look.main))
    for y in (190, 230, 760, 800):
        sheet.ellipse((488, y, 512, y + 18), dim(look.main, 0.5))
    sheet.rounded((690, 480, 724, 520), 8, look.trim)
    sheet.disc(500, 500, 206, round_(look.trim))
    sheet.disc(500, 500, 178, PAPER)
    for across, down in _RING:
        for way in (-1, 1):
            sheet.disc(500 + way * across * 150, 500 + way * down * 150, 8, look.trim)
    sheet.line(((500, 500), (440, 420)), 16, dim(look.main, 0.3))
    sheet.line(((500, 500), (590, 400)), 11, dim(look.main, 0.3))
    sheet.disc(500, 500, 15, look.trim)
    sheet.pie((330, 330, 670, 670), (200, 260), Glaze(WHITE, 0.3))


WEAR: Final[Mapping[str, Draw]] = {
    "timepiece": timepiece, "pendant": pendant, "bracelet": bracelet,
    "tee": tee, "shirt": shirt, "jacket": jacket, "trousers": trousers, "dress": dress, "socks": socks, "cap": cap,
    "shoes": shoes, "slippers": slippers, "belt": belt, "gloves": gloves, "romper": romper, "scarf": scarf,
    "silk": silk, "purse": purse, "hoop": hoop, "cushion": cushion, "towel": towel,
}  # fmt: skip
