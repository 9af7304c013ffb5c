"""How the second set's desk and travellers write."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from services.lostfound.matching.chinese import FOLDER, sound
from tests.bench.lost_set.second_bank import Said, bank

if TYPE_CHECKING:
    from tests.bench.lost_set.bank import Part
    from tests.bench.lost_set.second import Own

DESK_ZH: Final = (
    "{maker}{colour}{kind}1件{marks}", "旅客遗留{colour}{kind}一个{marks}，失主不在现场", "{kind}/{maker}/{colour}{marks}",
    "{colour}{maker}{kind}{marks}。保洁交来", "拾获{kind}，{colour}{marks}，无人认领", "{kind}（{colour}）{marks}",
    "值班员拾到{maker}{kind}{marks}", "{colour}{kind}{marks}，已登记，安检移交", "机供品回收发现{colour}{kind}{marks}",
)  # fmt: skip
DESK_EN: Final = (
    "1X {colour} {kind} {maker}{marks}", "{kind} {colour}. {maker}{marks}. HANDED IN BY CREW",
    "{maker} {kind}, {colour}{marks}, NO CLAIMANT", "LEFT BEHIND: {kind}{marks}",
)  # fmt: skip
TOLD_ZH: Final = {
    "train": (
        "{colour}{maker}{kind}{marks}，找到请联系", "我的{kind}丢了{marks} {colour}的", "{kind}不见了，{maker}的，{colour}{marks}",
        "今天赶飞机把{kind}落下了{marks}", "{kind} {colour}{marks}", "急！！{maker}{kind}{marks}谢谢",
        "应该是过完安检忘拿了{colour}的{kind}{marks}", "{kind}，{marks}里面东西很重要", "喝咖啡的时候放椅子上的{kind}{marks}",
    ),
    "held_out": (
        "有没有捡到一个{colour}的{kind}啊{marks}", "{maker}{kind} 忘在那了{marks}", "请问有{kind}吗 {colour}{marks}",
        "刚下飞机发现{kind}没了{marks}，{colour}", "丢{kind}一个{marks}", "{kind}丟了，{colour}，{maker}{marks}，拜托了",
        "带娃手忙脚乱，{colour}{kind}没拿{marks}", "老人的{kind}{marks} 麻烦帮找下", "{colour}{kind}，登机前还在的{marks}",
    ),
}  # fmt: skip
TOLD_EN: Final = {
    "train": (
        "I lost my {colour} {maker} {kind}{marks}", "{kind} {colour}{marks} pls help", "forgot {kind} near the gate where i had coffee{marks}",
        "lost {maker} {kind}, {colour}{marks}", "hello i leave my {kind}{marks} it is {colour}", "{kind}{marks}",
        "my {kind} is missing{marks}. colour {colour}",
    ),
    "held_out": (
        "did anyone hand in a {colour} {kind}?{marks}", "left behind {maker} {kind}{marks}", "{kind} lost!! {colour}{marks}",
        "Dear sir, i have forgot one {kind} of {colour} color{marks}", "think i put my {kind} down when boarding{marks}",
        "{colour} {maker} {kind}{marks} thanks so much", "Missing {kind}, i was in hurry{marks}",
    ),
}  # fmt: skip
PLACES_ZH: Final = {
    "SECURITY": ("，安检那里", "，过安检的框里"), "GATE": ("，登机口旁边椅子", "，{number}号登机口附近"), "AIRCRAFT": ("，飞机座位上", "，飞机上"),
    "TOILET": ("，卫生间挂钩上", "，厕所里"), "SHOPS": ("，吃面那家店", "，买咖啡的店"), "LOUNGE": ("，贵宾室",), "BELT": ("，拿行李那边",),
    "CHECKIN": ("，值机那边", "，托运柜台"), "BUS": ("，大巴上",), "METRO": ("，地铁上",), "TAXI": ("，打车的地方",), "NURSERY": ("，母婴室",),
}  # fmt: skip
PLACES_EN: Final = {
    "SECURITY": (" at the xray", " security tray"), "GATE": (" near my gate", " gate {number} seats"), "AIRCRAFT": (" in the airplane", " on board"),
    "TOILET": (" in the toilet", " restroom hook"), "SHOPS": (" where i had noodles", " coffee place"), "LOUNGE": (" in the lounge",),
    "BELT": (" at baggage claim",), "CHECKIN": (" at check in",), "BUS": (" on the bus",), "METRO": (" metro",), "TAXI": (" taxi stand",),
    "NURSERY": (" baby room",),
}  # fmt: skip


def item_text(chance: random.Random, own: Own, colour: str, marks: Sequence[Said]) -> tuple[str, str]:
    """The desk's words and its private marks. Foreign airlines' desks write English codes."""
    language = "zh" if chance.random() < 0.88 else "en"
    known = bank()
    open_marks = [each.desk[language][0] for each in marks]
    private: list[str] = []
    if open_marks and chance.random() < 0.5:
        private, open_marks = [open_marks[-1]], open_marks[:-1]
    colours = known.colours[colour].desk["zh"]
    if language == "en":
        colours = tuple(each for each in colours if each.isascii()) or (colour.upper(),)
    else:
        colours = tuple(each for each in colours if not each.isascii())
    maker = ""
    if own.maker and chance.random() < 0.5:
        maker = chance.choice(known.makers[own.maker].desk["zh"])
    comma = "，" if language == "zh" else ", "
    text = chance.choice(DESK_ZH if language == "zh" else DESK_EN).format(
        kind=chance.choice(own.kind.desk[language]), maker=maker, marks="".join(f"{comma}{each}" for each in open_marks),
        colour=chance.choice(colours) if chance.random() < 0.8 else "",
    )  # fmt: skip
    return _tidied(text), comma.join(private)


def report_text(
    chance: random.Random, own: Own, part: Part, language: str, colour: str, maker: str, marks: Sequence[Said]
) -> tuple[str, str, str]:
    """The maker as the form has it, the traveller's words, and what only the owner knows."""
    known = bank()
    wording = 0 if part == "train" else -1
    told = [each.told[language][wording] for each in marks]
    private: list[str] = []
    if told and chance.random() < 0.35:
        private, told = [told[-1]], told[:-1]
    brand = chance.choice(known.makers[maker].told[language]) if maker else ""
    templates = (TOLD_ZH if language == "zh" else TOLD_EN)[part]
    between = chance.choice(("，", " ", "、") if language == "zh" else (", ", ". ", " and "))
    text = chance.choice(templates).format(
        kind=chance.choice(own.kind.told[language]), maker=brand if chance.random() < 0.6 else "",
        colour=chance.choice(known.colours[colour].told[language]) if chance.random() < 0.6 else "",
        marks="".join(f"{between}{each}" for each in told),
    )  # fmt: skip
    return brand, _sloppy(chance, _tidied(text), language), between.join(private)


def place_words(chance: random.Random, place: str, language: str) -> str:
    """Where, as people say it; nothing for most places."""
    table = PLACES_ZH if language == "zh" else PLACES_EN
    for part, words in table.items():
        if part in place:
            return chance.choice(words).format(number=place.rpartition("-")[2])
    return ""


def _tidied(text: str) -> str:
    for wrong, right in (
        ("//", "/"),
        ("（）", ""),
        (" ,", ","),
        ("  ", " "),
        ("，，", "，"),
        ("一个，的", "，"),
    ):
        text = text.replace(wrong, right)
    return text.strip(" ，/")


def _sloppy(chance: random.Random, text: str, language: str) -> str:
    """Slips of the thumb: letters changed or left out, words in pinyin, characters of the same sound, traditional ones."""
    if language == "en":
        words = [
            _slip(chance, word) if len(word) > 4 and chance.random() < 0.07 else word
            for word in text.split(" ")
        ]
        text = " ".join(words)
        return text.lower() if chance.random() < 0.5 else text
    drawn = chance.random()
    if drawn < 0.15:
        return "".join(_traditional().get(each, each) for each in text)
    if drawn < 0.30:
        at = chance.randrange(max(len(text) - 1, 1))
        return text[:at] + sound(text[at : at + 2]) + text[at + 2 :] if sound(text[at : at + 2]) else text
    if drawn < 0.40:
        at = chance.randrange(len(text))
        return text[:at] + _alike(chance, text[at]) + text[at + 1 :]
    return text


def _slip(chance: random.Random, word: str) -> str:
    at = chance.randrange(1, len(word) - 1)
    way = chance.randrange(3)
    if way == 0:
        return word[:at] + word[at + 1 :]
    if way == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice("aeionrst") + word[at + 1 :]


def _alike(chance: random.Random, character: str) -> str:
    """Another character of the same sound, as an input method offers it."""
    heard = sound(character)
    rows = (
        line.split() for line in (FOLDER / "pinyin.txt").read_text().splitlines() if not line.startswith("#")
    )
    others = (
        next((characters for each, characters in rows if each == heard), character) if heard else character
    )
    return chance.choice(others[:20])


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    lines = (FOLDER / "simplified.txt").read_text().splitlines()
    return {pair[1]: pair[0] for line in lines if line[0] != "#" for pair in line.split()}
