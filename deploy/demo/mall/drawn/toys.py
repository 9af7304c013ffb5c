"""What is played with, and pages to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look
from deploy.demo.mall.drawn.sheet import (
    INK,
    PAPER,
    SILVER,
    WHITE,
    WOOD,
    Down,
    Glaze,
    Sheet,
    dim,
    lit,
    round_,
    slant,
    written_on,
)


def picture_book(sheet: Sheet, look: Look) -> None:
    sheet.poly(((200, 300), (240, 270), (240, 800), (200, 820)), slant(dim(look.main, 0.3)))
    sheet.poly(((240, 270), (800, 290), (800, 830), (240, 800)), slant(look.main))
    sheet.blob(
        ((270, 690), (420, 560), (520, 640), (640, 540), (780, 660), (780, 790), (270, 766)), look.trim
    )
    sheet.disc(690, 400, 64, look.food)
    sheet.fitted((430, 400), look.text, (330, 110), written_on(look.main))
    sheet.disc(430, 640, 56, PAPER)
    for x in (396, 464):
        sheet.disc(x, 590, 22, PAPER)
    for x in (412, 448):
        sheet.disc(x, 634, 8, INK)
    sheet.ellipse((418, 652, 442, 668), INK)


def plush(sheet: Sheet, look: Look) -> None:
    """A soft animal; the trim is its belly and muzzle."""
    for x in (350, 650):
        sheet.disc(x, 250, 72, round_(look.food))
        sheet.ellipse((x - 76, 760, x + 76, 880), round_(dim(look.food, 0.08)))
    for x in (270, 730):
        sheet.ellipse((x - 60, 540, x + 60, 720), round_(look.food))
    sheet.ellipse((310, 500, 690, 860), round_(look.main))
    sheet.ellipse((380, 580, 620, 830), look.trim)
    sheet.ellipse((280, 210, 720, 570), round_(look.main))
    for x in (400, 600):
        sheet.disc(x, 380, 24, INK)
        sheet.disc(x - 8, 372, 8, WHITE)
        sheet.ellipse(
            (x - 50 if x < 500 else x - 10, 430, x + 10 if x < 500 else x + 50, 462),
            Glaze((238, 130, 130), 0.5),
        )
    sheet.ellipse((430, 410, 570, 520), lit(look.trim, 0.2))
    sheet.ellipse((472, 420, 528, 456), INK)
    sheet.arc((462, 440, 538, 496), (20, 160), 7, INK)
    sheet.blob(((430, 560), (500, 580), (570, 560), (560, 610), (500, 590), (440, 610)), (196, 62, 56))


def blocks(sheet: Sheet, look: Look) -> None:
    """Building bricks."""
    for x, y, colour in (
        (240, 640, look.main),
        (500, 640, look.trim),
        (370, 440, look.food),
        (630, 500, lit(look.main, 0.3)),
    ):
        for stud in (50, 150):
            sheet.rounded((x + stud, y - 36, x + stud + 66, y + 10), 12, round_(lit(colour, 0.1)))
        sheet.rounded((x, y, x + 256, y + 196), 16, slant(colour))
        sheet.rect((x + 10, y + 14, x + 20, y + 180), Glaze(WHITE, 0.35))


def car(sheet: Sheet, look: Look) -> None:
    sheet.blob(((300, 520), (380, 360), (620, 360), (720, 520), (720, 600), (300, 600)), slant(look.main))
    sheet.poly(
        ((340, 510), (396, 396), (490, 396), (490, 510)), Down((lit((120, 170, 200), 0.5), (120, 170, 200)))
    )
    sheet.poly(
        ((516, 396), (606, 396), (672, 510), (516, 510)), Down((lit((120, 170, 200), 0.5), (120, 170, 200)))
    )
    sheet.rounded((170, 510, 830, 720), 80, slant(look.main))
    sheet.rect((170, 640, 830, 662), look.trim)
    for x in (320, 680):
        sheet.disc(x, 730, 96, INK)
        sheet.disc(x, 730, 52, SILVER)
        sheet.disc(x, 730, 18, INK)
    sheet.ellipse((780, 560, 826, 610), (255, 226, 140))


def aircraft(sheet: Sheet, look: Look) -> None:
    """A model on its stand."""
    sheet.line(((500, 560), (500, 800)), 18, SILVER)
    sheet.ellipse((380, 780, 620, 850), round_(WOOD))
    sheet.poly(((690, 400), (800, 220), (870, 220), (810, 420)), slant(look.main))
    sheet.blob(
        ((140, 500), (260, 420), (600, 390), (850, 396), (860, 430), (640, 520), (300, 570), (170, 560)),
        Down((WHITE, (236, 240, 244), dim(SILVER, 0.1))),
    )
    sheet.line(((190, 540), (600, 478), (840, 416)), 20, look.trim)
    sheet.poly(((430, 500), (560, 480), (720, 700), (640, 712)), slant(look.main))
    sheet.rounded((560, 610, 640, 650), 20, dim(SILVER, 0.3))
    for x in range(300, 640, 44):
        sheet.disc(x, 492 - (x - 300) * 0.16, 9, (96, 140, 176))
    sheet.poly(((168, 496), (230, 452), (240, 486), (180, 514)), (96, 140, 176))


def puzzle(sheet: Sheet, look: Look) -> None:
    for row in range(3):
        for column in range(3):
            x, y = 230 + column * 182, 230 + row * 182
            colour = (look.main, look.trim, look.food)[(row + column) % 3]
            sheet.rounded((x, y, x + 176, y + 176), 12, slant(colour))
            if column < 2:
                sheet.disc(x + 182, y + 88, 32, colour)
            if row < 2:
                sheet.disc(x + 88, y + 182, 32, colour)


def ball(sheet: Sheet, look: Look) -> None:
    sheet.disc(500, 540, 320, round_(look.main))
    for box in ((180, 420, 820, 660), (380, 220, 620, 860)):
        sheet.arc(box, (0, 360), 16, look.trim)
    sheet.blob(((290, 400), (370, 310), (380, 350), (310, 440)), Glaze(WHITE, 0.6))


def game(sheet: Sheet, look: Look) -> None:
    """A box of cards or a board game with two dice."""
    sheet.poly(((200, 320), (690, 340), (690, 740), (200, 720)), slant(look.main))
    sheet.poly(((690, 340), (780, 310), (780, 690), (690, 740)), slant(dim(look.main, 0.3)))
    sheet.poly(((200, 320), (310, 290), (780, 310), (690, 340)), lit(look.main, 0.3))
    sheet.disc(330, 530, 96, look.trim)
    sheet.disc(330, 530, 60, look.food)
    sheet.fitted((540, 530), look.text, (240, 100), written_on(look.main))
    for x, y in ((560, 700), (690, 740)):
        sheet.rounded((x, y, x + 110, y + 110), 20, slant(PAPER))
        for dx, dy in ((30, 30), (80, 80), (55, 55)):
            sheet.disc(x + dx, y + dy, 10, look.trim)


def rabbit(sheet: Sheet, look: Look) -> None:
    """A soft one with long ears."""
    for x, way in ((420, -1), (580, 1)):
        ear = (
            (x - 44, 330),
            (x - 56 + way * 20, 170),
            (x + way * 30, 80),
            (x + 56 + way * 20, 170),
            (x + 44, 330),
        )
        sheet.blob(ear, round_(look.main))
        sheet.blob(tuple((x + (a - x) * 0.5 + way * 6, 110 + (b - 90) * 0.8) for a, b in ear), look.trim)
        sheet.ellipse(
            (x - 110 if x < 500 else x - 40, 770, x + 40 if x < 500 else x + 110, 876), round_(look.main)
        )
    for x in (290, 710):
        sheet.ellipse((x - 56, 560, x + 56, 720), round_(dim(look.main, 0.06)))
    sheet.ellipse((320, 520, 680, 860), round_(look.main))
    sheet.ellipse((400, 600, 600, 830), look.trim)
    sheet.ellipse((300, 270, 700, 580), round_(look.main))
    _face(sheet, 410)
    sheet.blob(((430, 572), (500, 590), (570, 572), (560, 618), (500, 602), (440, 618)), look.food)


def chilli(sheet: Sheet, look: Look) -> None:
    """A soft pepper with a face."""
    sheet.blob(
        (
            (340, 300),
            (500, 240),
            (660, 300),
            (700, 460),
            (660, 640),
            (560, 780),
            (420, 860),
            (470, 740),
            (400, 620),
            (320, 480),
        ),
        round_(look.main),
    )
    sheet.blob(
        ((350, 300), (430, 230), (500, 250), (580, 230), (650, 300), (570, 320), (500, 300), (430, 320)),
        look.food,
    )
    sheet.line(((500, 250), (510, 180), (550, 130)), 38, look.food)
    _face(sheet, 430)
    sheet.ellipse((360, 480, 420, 512), Glaze((255, 190, 160), 0.6))
    sheet.ellipse((580, 480, 640, 512), Glaze((255, 190, 160), 0.6))
    for x, way in ((316, -1), (690, 1)):
        sheet.line(((x, 520), (x + way * 66, 470)), 30, dim(look.main, 0.12))


def crayfish(sheet: Sheet, look: Look) -> None:
    """A soft one with claws."""
    for way in (-1, 1):
        sheet.line(
            ((500 + way * 40, 300), (500 + way * 120, 170), (500 + way * 210, 150)), 10, dim(look.main, 0.3)
        )
        sheet.line(
            ((500 + way * 130, 480), (500 + way * 250, 430), (500 + way * 270, 330)), 46, dim(look.main, 0.08)
        )
        sheet.ellipse((500 + way * 280 - 76, 210, 500 + way * 280 + 76, 370), round_(look.main))
        sheet.poly(((500 + way * 280 - 26, 200), (500 + way * 280 + 26, 200), (500 + way * 280, 290)), PAPER)
        for y in (600, 670, 740):
            sheet.line(((500 + way * 120, y), (500 + way * 220, y + 40)), 22, dim(look.main, 0.2))
    for x in (390, 500, 610):
        sheet.ellipse((x - 70, 780, x + 70, 890), round_(dim(look.main, 0.12)))
    sheet.ellipse((340, 260, 660, 620), round_(look.main))
    for at, y in enumerate((520, 610, 700)):
        inset = at * 22
        sheet.rounded((350 + inset, y, 650 - inset, y + 120), 54, round_(dim(look.main, 0.05 + 0.05 * at)))
    sheet.ellipse((420, 560, 580, 800), look.trim)
    _face(sheet, 400)


def _face(sheet: Sheet, y: float) -> None:
    for x in (430, 570):
        sheet.disc(x, y, 24, INK)
        sheet.disc(x - 8, y - 8, 8, WHITE)
    sheet.ellipse((484, y + 30, 516, y + 52), INK)
    sheet.arc((462, y + 28, 538, y + 92), (20, 160), 8, INK)


TOYS: Final[Mapping[str, Draw]] = {
    "rabbit": rabbit, "chilli": chilli, "crayfish": crayfish, "picture_book": picture_book, "plush": plush, "blocks": blocks, "car": car, "aircraft": aircraft, "puzzle": puzzle, "ball": ball, "game": game,
}  # fmt: skip
