"""What has a plug, a battery or a screen beside it; and what is carried on a journey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.demo.mall.drawn.look import Draw, Look
from deploy.demo.mall.drawn.sheet import (
    GOLD,
    INK,
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

_GLASS: Final = (34, 40, 54)


def cable(sheet: Sheet, look: Look) -> None:
    """Coiled, both plugs out, held by a strap."""
    for inset in (0, 34, 68):
        box = (270 + inset, 330 + inset, 730 - inset, 790 - inset)
        sheet.arc(box, (0, 360), 24, look.main)
        sheet.arc((box[0] + 5, box[1] + 5, box[2] - 5, box[3] - 5), (190, 290), 6, Glaze(WHITE, 0.4))
    for x, y, way in ((330, 470, -1), (690, 470, 1)):
        end = x + way * 70
        sheet.line(((x, y), (x + way * 20, y - 160), (end, 250)), 24, look.main)
        sheet.rounded((end - 32, 170, end + 32, 270), 14, round_(look.trim))
        sheet.rounded((end - 20, 116, end + 20, 176), 8, round_(SILVER))
    sheet.rounded((462, 700, 538, 810), 12, slant(look.trim))
    sheet.rect((462, 748, 538, 756), Glaze(WHITE, 0.5))


def charger(sheet: Sheet, look: Look) -> None:
    """A block with two ports and two pins."""
    for x in (420, 540):
        sheet.rounded((x, 170, x + 40, 320), 8, round_(SILVER))
    sheet.rounded((300, 300, 700, 800), 70, round_(look.main, 0.8))
    sheet.rounded((330, 620, 670, 770), 40, dim(look.main, 0.08))
    for x in (380, 530):
        sheet.rounded((x, 668, x + 90, 708), 18, _GLASS)
        sheet.rounded((x + 16, 682, x + 74, 694), 6, SILVER)
    sheet.fitted((500, 470), look.text, (280, 74), written_on(look.main))
    sheet.fitted((500, 550), look.small, (220, 34), written_on(look.main))
    sheet.rounded((320, 350, 338, 740), 9, Glaze(WHITE, 0.4))


def power_bank(sheet: Sheet, look: Look) -> None:
    sheet.rounded((340, 190, 660, 860), 56, round_(look.main, 0.9))
    sheet.rounded((366, 216, 634, 834), 40, Glaze(WHITE, 0.08))
    for number in range(4):
        sheet.disc(440 + number * 40, 290, 9, (130, 226, 160) if number < 3 else dim(look.main, 0.3))
    sheet.fitted((500, 520), look.text, (230, 68), written_on(look.main))
    sheet.fitted((500, 600), look.small, (230, 32), written_on(look.main))
    sheet.rounded((440, 836, 560, 852), 8, _GLASS)
    sheet.rounded((358, 260, 374, 800), 8, Glaze(WHITE, 0.35))


def earphones(sheet: Sheet, look: Look) -> None:
    """Two buds above their open case."""
    for x, way in ((400, 1), (600, -1)):
        sheet.line(((x, 300), (x + way * 14, 470)), 44, look.main)
        sheet.ellipse((x - 66, 210, x + 66, 350), round_(look.main))
        sheet.ellipse((x + way * 30 - 34, 240, x + way * 30 + 34, 312), round_(dim(look.main, 0.22)))
        sheet.disc(x - way * 20, 270, 14, look.trim)
    sheet.rounded((280, 560, 720, 860), 120, Down((lit(look.main, 0.12), look.main, dim(look.main, 0.2))))
    sheet.ellipse((296, 540, 704, 640), dim(look.main, 0.32))
    for x in (390, 610):
        sheet.ellipse((x - 60, 556, x + 60, 622), dim(look.main, 0.55))
    sheet.disc(500, 720, 12, (120, 224, 150))
    sheet.rounded((310, 660, 326, 800), 8, Glaze(WHITE, 0.35))


def headphones(sheet: Sheet, look: Look) -> None:
    sheet.arc((270, 190, 730, 830), (180, 360), 52, look.main)
    sheet.arc((296, 216, 704, 804), (185, 355), 14, Glaze(WHITE, 0.3))
    for x in (226, 604):
        sheet.rounded((x, 480, x + 170, 800), 84, round_(dim(look.trim, 0.15)))
    for x in (250, 610):
        sheet.rounded((x, 500, x + 140, 780), 68, round_(look.main))
        sheet.disc(x + 70, 640, 30, Glaze(WHITE, 0.2))


def phone_case(sheet: Sheet, look: Look) -> None:
    sheet.rounded((330, 150, 670, 870), 66, round_(look.main, 0.7))
    sheet.rounded((346, 166, 654, 854), 54, slant(lit(look.main, 0.08)))
    sheet.rounded((366, 190, 520, 350), 42, dim(look.main, 0.28))
    for x, y in ((408, 232), (478, 232), (408, 306)):
        sheet.disc(x, y, 27, INK)
        sheet.disc(x, y, 15, (52, 62, 92))
        sheet.disc(x - 6, y - 6, 5, WHITE)
    for number in range(4):
        way = number * 30
        sheet.arc((450 - way, 560 - way, 550 + way, 660 + way), (190, 350), 12, Glaze(look.trim, 0.9))
    sheet.fitted((500, 760), look.text, (220, 60), written_on(look.main))


def adapter(sheet: Sheet, look: Look) -> None:
    """A plug for many countries' sockets."""
    sheet.rounded((320, 270, 680, 830), 44, round_(look.main))
    sheet.rounded((300, 240, 700, 420), 40, round_(dim(look.main, 0.12)))
    for x in (400, 560):
        sheet.rounded((x, 150, x + 36, 250), 8, round_(SILVER))
    sheet.disc(500, 560, 112, dim(look.main, 0.16))
    for points in (((430, 530), (456, 606)), ((570, 530), (544, 606)), ((500, 480), (500, 530))):
        sheet.line(points, 20, _GLASS)
    for x in (400, 520):
        sheet.rounded((x, 740, x + 84, 772), 8, _GLASS)
    sheet.fitted((500, 330), look.text, (330, 62), written_on(look.main))


def memory(sheet: Sheet, look: Look) -> None:
    """A stick with its plug."""
    sheet.rounded((410, 170, 590, 330), 10, round_(SILVER))
    for x in (446, 524):
        sheet.rect((x, 220, x + 34, 254), dim(SILVER, 0.5))
    sheet.rounded((370, 310, 630, 830), 46, round_(look.main))
    sheet.rounded((470, 750, 530, 796), 22, dim(look.main, 0.5))
    sheet.column((500, 500), look.text[:3], (220, 74), written_on(look.main))
    sheet.fitted((500, 680), look.small, (200, 44), written_on(look.main))
    sheet.rounded((388, 360, 404, 780), 8, Glaze(WHITE, 0.35))


def stand(sheet: Sheet, look: Look) -> None:
    """A phone on a stand."""
    sheet.ellipse((290, 780, 710, 880), round_(look.main))
    sheet.ellipse((300, 770, 700, 846), Down((lit(look.main, 0.4), look.main)))
    sheet.line(((500, 800), (520, 560)), 40, dim(look.main, 0.1))
    sheet.poly(((400, 190), (650, 190), (636, 690), (386, 690)), INK)
    sheet.poly(((410, 204), (640, 204), (627, 676), (397, 676)), Down((look.trim, lit(look.trim, 0.5))))
    sheet.disc(520, 420, 66, Glaze(WHITE, 0.7))
    sheet.poly(((500, 384), (500, 456), (560, 420)), look.trim)
    sheet.rounded((370, 670, 660, 720), 20, round_(look.main))


def mouse(sheet: Sheet, look: Look) -> None:
    sheet.blob(
        ((380, 300), (500, 250), (620, 300), (680, 520), (650, 760), (500, 850), (350, 760), (320, 520)),
        round_(look.main),
    )
    sheet.line(((500, 256), (500, 520)), 6, dim(look.main, 0.4))
    sheet.line(((322, 520), (500, 545), (678, 520)), 6, dim(look.main, 0.4))
    sheet.rounded((478, 350, 522, 470), 22, round_(look.trim))
    sheet.blob(((366, 360), (400, 330), (372, 500), (352, 520)), Glaze(WHITE, 0.4))


def keyboard(sheet: Sheet, look: Look) -> None:
    sheet.rounded((130, 370, 870, 720), 40, slant(look.main))
    for row in range(4):
        for column in range(11):
            x, y = 164 + column * 62, 402 + row * 74
            if row == 3 and 2 < column < 8:
                continue
            sheet.rounded((x, y, x + 52, y + 60), 12, slant(look.trim))
    sheet.rounded((350, 624, 650, 684), 12, slant(look.trim))


def speaker(sheet: Sheet, look: Look) -> None:
    sheet.rounded((310, 250, 690, 860), 150, round_(look.main))
    for row in range(13):
        for column in range(9):
            sheet.disc(356 + column * 36, 380 + row * 34, 7, Glaze(dim(look.main, 0.8), 0.5))
    sheet.ellipse((330, 240, 670, 350), Down((lit(look.main, 0.25), dim(look.main, 0.1))))
    for x in (440, 500, 560):
        sheet.disc(x, 294, 12, written_on(look.main))
    sheet.rounded((420, 560, 580, 630), 14, look.trim)
    sheet.fitted((500, 595), look.text, (130, 44), written_on(look.trim))


def watch(sheet: Sheet, look: Look) -> None:
    """A band or a watch with its strap."""
    sheet.rounded((410, 130, 590, 880), 60, round_(look.main))
    for y in (200, 240, 280, 740, 780, 820):
        sheet.ellipse((486, y, 514, y + 20), dim(look.main, 0.5))
    sheet.rounded((352, 340, 648, 670), 84, round_(look.trim))
    sheet.rounded((376, 364, 624, 646), 66, _GLASS)
    sheet.arc((430, 410, 570, 550), (150, 400), 16, (118, 214, 160))
    sheet.words((500, 480), "9:41", 46, WHITE, is_serif=False)
    sheet.line(((430, 600), (470, 580), (510, 604), (570, 570)), 8, (240, 130, 110))


def suitcase(sheet: Sheet, look: Look) -> None:
    for x in (420, 570):
        sheet.rect((x, 110, x + 14, 260), round_(SILVER))
    sheet.rounded((400, 96, 604, 132), 16, look.trim)
    for x in (326, 640):
        sheet.disc(x + 18, 876, 26, INK)
    sheet.rounded((280, 240, 720, 870), 54, round_(look.main))
    for x in (350, 426, 502, 578, 640):
        sheet.rounded((x, 270, x + 14, 840), 7, Glaze(dim(look.main, 0.7), 0.3))
        sheet.rounded((x - 8, 270, x - 2, 840), 3, Glaze(WHITE, 0.25))
    sheet.rounded((430, 226, 574, 260), 14, look.trim)
    sheet.rounded((400, 500, 604, 572), 10, look.trim)
    sheet.fitted((502, 536), look.text, (180, 48), written_on(look.trim))


def backpack(sheet: Sheet, look: Look) -> None:
    sheet.arc((420, 120, 580, 300), (180, 360), 26, dim(look.main, 0.3))
    for x in (250, 670):
        sheet.rounded((x, 420, x + 80, 800), 38, round_(dim(look.main, 0.24)))
    sheet.rounded((290, 190, 710, 870), 130, round_(look.main))
    sheet.arc((330, 240, 670, 660), (190, 350), 8, look.trim)
    sheet.rounded((340, 540, 660, 830), 46, round_(lit(look.main, 0.07)))
    sheet.rect((340, 610, 660, 620), look.trim)
    sheet.rounded((600, 606, 618, 670), 8, SILVER)
    sheet.rounded((420, 690, 580, 750), 8, look.trim)
    sheet.fitted((500, 720), look.text, (140, 40), written_on(look.trim))


def neck_pillow(sheet: Sheet, look: Look) -> None:
    sheet.arc((220, 220, 780, 830), (125, 415), 190, look.main)
    for x, y in ((332, 730), (668, 730)):
        sheet.disc(x, y, 95, look.main)
    sheet.arc((250, 250, 750, 800), (190, 280), 40, Glaze(WHITE, 0.24))
    sheet.arc((380, 400, 620, 640), (135, 405), 14, Glaze(dim(look.main, 0.8), 0.35))
    sheet.rounded((404, 250, 596, 306), 20, look.trim)
    sheet.fitted((500, 278), look.text, (170, 40), written_on(look.trim))


def eye_mask(sheet: Sheet, look: Look) -> None:
    sheet.arc((160, 130, 840, 760), (195, 345), 20, dim(look.main, 0.35))
    sheet.blob(
        (
            (180, 460),
            (300, 390),
            (500, 408),
            (700, 390),
            (820, 460),
            (800, 610),
            (680, 690),
            (560, 640),
            (500, 560),
            (440, 640),
            (320, 690),
            (200, 610),
        ),
        slant(look.main),
    )
    for x in (330, 670):
        sheet.arc((x - 80, 470, x + 80, 580), (20, 160), 10, look.trim)
        for way in (-50, 0, 50):
            sheet.line(((x + way, 574 - abs(way) // 4), (x + way * 1.2, 604 - abs(way) // 4)), 8, look.trim)


def tag(sheet: Sheet, look: Look) -> None:
    """A luggage tag."""
    sheet.arc((400, 110, 600, 420), (150, 390), 22, dim(look.main, 0.4))
    sheet.poly(smooth_tag(), slant(look.main))
    sheet.disc(500, 372, 34, PAPER)
    sheet.rounded((370, 480, 630, 760), 16, PAPER)
    for y in (540, 600, 660):
        sheet.rect((400, y, 600 if y < 660 else 520, y + 10), SILVER)
    sheet.fitted((500, 808), look.text, (250, 46), written_on(look.main))


def smooth_tag() -> tuple[tuple[float, float], ...]:
    return ((430, 310), (570, 310), (680, 430), (680, 850), (320, 850), (320, 430))


def lock(sheet: Sheet, look: Look) -> None:
    sheet.arc((390, 160, 610, 560), (180, 360), 44, SILVER)
    for x in (390, 566):
        sheet.rect((x, 350, x + 44, 480), round_(SILVER))
    sheet.rounded((320, 450, 680, 850), 50, round_(look.main))
    for x in (384, 466, 548):
        sheet.rounded((x, 560, x + 70, 720), 16, round_(PAPER))
        sheet.words((x + 35, 640), str((x * 7) % 10), 62, INK, is_serif=False)


def umbrella(sheet: Sheet, look: Look) -> None:
    sheet.line(((500, 210), (500, 780)), 16, dim(SILVER, 0.3))
    sheet.arc((410, 700, 506, 850), (10, 180), 22, look.trim)
    sheet.pie(
        (170, 200, 830, 860), (180, 360), Across((lit(look.main, 0.2), look.main, dim(look.main, 0.25)))
    )
    for x, wide in ((170, 165), (335, 165), (500, 165), (665, 165)):
        sheet.ellipse((x, 484, x + wide, 576), Glaze(dim(look.main, 0.85), 0.42))
    for x in (336, 664):
        sheet.line(
            ((500, 206), ((x + 500) / 2 + (x - 500) * 0.22, 330), (x, 526)),
            5,
            Glaze(dim(look.main, 0.8), 0.45),
        )
    sheet.rect((494, 170, 506, 214), SILVER)


def flask(sheet: Sheet, look: Look) -> None:
    """A thermos."""
    sheet.rounded((380, 300, 620, 870), 50, round_(look.main))
    sheet.rounded((396, 150, 604, 320), 34, round_(look.trim))
    sheet.rect((380, 306, 620, 326), round_(SILVER))
    sheet.rounded((380, 800, 620, 870), 40, round_(SILVER))
    sheet.column((500, 560), look.text[:4], (280, 74), written_on(look.main))
    sheet.rounded((400, 350, 416, 780), 8, Glaze(WHITE, 0.45))


def bottles(sheet: Sheet, look: Look) -> None:
    """A set to fill for a journey, in a clear bag."""
    for x, tall, colour in ((270, 300, look.main), (440, 220, look.trim), (600, 260, look.food)):
        sheet.rounded((x, 780 - tall, x + 130, 790), 34, round_(lit(colour, 0.25)))
        sheet.rounded((x + 34, 720 - tall, x + 96, 790 - tall), 12, round_(WHITE))
        sheet.rounded((x + 26, 820 - tall, x + 104, 700), 8, Glaze(WHITE, 0.6))
    sheet.rounded((210, 330, 790, 850), 40, Glaze((226, 238, 244), 0.42))
    sheet.rect((210, 330, 790, 366), look.main)
    sheet.rounded((700, 322, 760, 374), 10, GOLD)
    sheet.poly(((250, 380), (330, 380), (260, 830), (230, 830)), Glaze(WHITE, 0.3))


def cubes(sheet: Sheet, look: Look) -> None:
    """Bags for a suitcase, one upon the other."""
    for number, colour in enumerate((dim(look.main, 0.2), look.main, lit(look.main, 0.25))):
        inset, y = number * 44, 660 - number * 180
        sheet.rounded((230 + inset, y, 770 - inset, y + 190), 40, slant(colour))
        sheet.rounded((270 + inset, y + 40, 730 - inset, y + 150), 24, Glaze(WHITE, 0.22))
        sheet.line(((260 + inset, y + 24), (740 - inset, y + 24)), 7, look.trim)
        sheet.rounded((700 - inset, y + 16, 722 - inset, y + 66), 8, SILVER)


def tote(sheet: Sheet, look: Look) -> None:
    sheet.arc((370, 130, 630, 560), (180, 360), 26, dim(look.main, 0.22))
    sheet.poly(((270, 360), (730, 360), (760, 870), (240, 870)), slant(look.main))
    sheet.arc((400, 170, 600, 520), (180, 360), 24, lit(look.main, 0.1))
    sheet.disc(500, 590, 112, look.trim)
    sheet.fitted((500, 590), look.text[:4], (190, 96), written_on(look.trim))
    sheet.fitted((500, 760), look.small, (320, 40), written_on(look.main))


def wallet(sheet: Sheet, look: Look) -> None:
    sheet.rounded((250, 330, 750, 400), 14, (86, 140, 190))
    sheet.rounded((270, 300, 730, 390), 14, (222, 186, 110))
    sheet.rounded((210, 380, 790, 790), 40, slant(look.main))
    sheet.rounded((226, 396, 774, 774), 30, Glaze(WHITE, 0.07))
    sheet.rounded((640, 530, 800, 640), 44, slant(dim(look.main, 0.2)))
    sheet.disc(700, 585, 20, GOLD)
    sheet.fitted((420, 690), look.text, (240, 44), lit(look.main, 0.35))


def wired(sheet: Sheet, look: Look) -> None:
    """Earphones on a wire."""
    for x, way in ((350, 1), (650, -1)):
        sheet.line(((x, 330), (x + way * 20, 480), (500 + way * -14, 620)), 14, look.main)
        sheet.ellipse((x - 62, 190, x + 62, 320), round_(look.main))
        sheet.disc(x + way * 34, 256, 34, dim(look.main, 0.3))
        sheet.rounded((x - 18, 290, x + 18, 420), 16, round_(look.main))
    sheet.line(((500, 610), (500, 690)), 16, look.main)
    for inset in (0, 36):
        sheet.arc((390 + inset, 640 + inset, 610 - inset, 840 - inset), (0, 360), 14, look.main)
    sheet.rounded((476, 590, 524, 650), 16, look.trim)
    sheet.line(((600, 750), (690, 800)), 14, look.main)
    sheet.rounded((680, 776, 760, 824), 14, look.trim)
    sheet.rounded((752, 788, 800, 812), 8, round_(SILVER))


GADGETS: Final[Mapping[str, Draw]] = {
    "wired": wired,
    "cable": cable, "charger": charger, "power_bank": power_bank, "earphones": earphones,
    "headphones": headphones, "phone_case": phone_case, "adapter": adapter, "memory": memory, "stand": stand,
    "mouse": mouse, "keyboard": keyboard, "speaker": speaker, "watch": watch, "suitcase": suitcase,
    "backpack": backpack, "neck_pillow": neck_pillow, "eye_mask": eye_mask, "tag": tag, "lock": lock,
    "umbrella": umbrella, "flask": flask, "bottles": bottles, "cubes": cubes, "tote": tote, "wallet": wallet,
}  # fmt: skip
