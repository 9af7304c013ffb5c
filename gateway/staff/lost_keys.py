"""What finds a kind, a colour or a place while it is typed: words of both languages, codes, pinyin and its initials.

An agent types `ys`, `yusan`, `伞` or `umb` for an umbrella, and `g34` or `34` for a gate, whatever the page's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.staff.texts import Texts
from services.lostfound.schemas.vocabulary import AREAS, CATEGORIES, COLOURS, GROUPS, Place

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_BETWEEN: Final = re.compile(r"[、，,/（）()]+")
_WORD: Final = re.compile(r"[a-z0-9]+")
_TERMINAL: Final = re.compile(r"^T\d\s*")
ALSO: Final[Mapping[str, str]] = {
    "id_card": "身份证 id",
    "travel_permit": "通行证 回乡证 台胞证 居留证",
    "licence": "驾照 行驶证 driver",
    "other_document": "学生证 工作证 军官证 card",
    "cash": "钱 人民币 money notes coins",
    "bank_card": "信用卡 公交卡 credit debit visa unionpay",
    "wallet": "purse 皮夹",
    "phone": "iphone huawei 华为 小米 cell handset",
    "computer": "电脑 macbook notebook pc thinkpad",
    "tablet": "ipad kindle 平板",
    "headphones": "airpods earbuds earphones 蓝牙耳机",
    "camera": "gopro dji 大疆",
    "power_bank": "移动电源 powerbank battery",
    "charger": "adapter 插头 usb",
    "suitcase": "拉杆箱 旅行箱 trolley luggage",
    "backpack": "书包 背包 rucksack",
    "handbag": "挎包 briefcase",
    "shopping_bag": "袋子 carrier",
    "coat": "夹克 大衣 羽绒 jacket parka",
    "clothing": "衣服 毛衣 裤子 sweater shirt trousers dress",
    "hat": "cap beanie",
    "scarf": "手套 丝巾 shawl",
    "shoes": "鞋子 拖鞋 sneakers boots",
    "jewellery": "戒指 项链 耳环 手镯 ring necklace earring bracelet jewelry",
    "watch": "手环 applewatch",
    "keys": "钥匙串 keyring",
    "glasses": "墨镜 sunglasses spectacles",
    "umbrella": "伞 brolly parasol",
    "cup": "杯子 保温杯 thermos mug flask",
    "cosmetics": "口红 香水 lipstick perfume toiletries",
    "pillow": "u型枕 毛毯",
    "medicine": "药 pills drugs",
    "medical_aid": "拐杖 假牙 crutch cane hearing",
    "book": "书 本子 notebook",
    "papers": "文件 合同 file folder",
    "toy": "娃娃 毛绒 teddy doll lego",
    "pram": "推车 stroller pushchair buggy",
    "baby_things": "奶瓶 尿布 nappy diaper",
    "instrument": "吉他 小提琴 guitar violin",
    "sports": "球拍 高尔夫 racket golf ski",
    "food": "吃的 特产 水果 snack fruit",
    "drink": "水 茶叶 water juice tea",
    "alcohol": "白酒 茅台 whisky",
    "tobacco": "烟 火机 cigarettes",
    "tool": "刀 剪刀 scissors",
    "other": "其他 其它 misc",
    "grey": "gray",
    "navy": "深蓝 dark",
    "brown": "咖啡色 褐色",
    "beige": "卡其 khaki cream",
    "patterned": "彩色 格子 条纹 striped checked colourful multicolour",
    "transparent": "clear",
    "pink": "粉红",
    "gold": "golden",
}
"""What the vocabulary's own words leave out."""


@dataclass(frozen=True)
class Option:
    """keys: in small letters, parted by blanks; Chinese words among them are found by any part of theirs."""

    value: str
    word: str
    keys: str


def categories(t: Texts) -> list[tuple[str, list[Option]]]:
    """All kinds by groups: (the group's name, its kinds)."""
    return [
        (
            t.name({"zh": group.zh, "en": group.en}),
            [
                Option(each.code, t.name({"zh": each.zh, "en": each.en}), _keys(each.code, each.zh, each.en))
                for each in CATEGORIES.values()
                if each.group == group.code
            ],
        )
        for group in GROUPS.values()
    ]


def colours(t: Texts) -> list[Option]:
    """All colours, the commonest first."""
    return [
        Option(each.code, t.name({"zh": each.zh, "en": each.en}), _keys(each.code, each.zh, each.en))
        for each in COLOURS.values()
    ]


def placed(t: Texts, known: Mapping[str, Place]) -> list[tuple[str, list[Option]]]:
    """All places by areas."""
    return [
        (
            t.name({"zh": area.zh, "en": area.en}),
            [
                Option(each.code, t.name({"zh": each.zh, "en": each.en}), _place_keys(each))
                for each in known.values()
                if each.area == area.code
            ],
        )
        for area in AREAS.values()
    ]


def _place_keys(place: Place) -> str:
    """Also `gate34`, `g34` and `34` for T2-GATE-34."""
    parts = place.code.lower().split("-")
    short = [f"{parts[-2]}{parts[-1]}", f"{parts[-2][:1]}{parts[-1]}"] if len(parts) > 2 else []
    return " ".join(
        dict.fromkeys([place.code.lower(), *short, *parts, *_keys("", place.zh, place.en).split()])
    )


@lru_cache(maxsize=1024)
def _keys(code: str, zh: str, en: str) -> str:
    also = ALSO.get(code, "")
    words = [*_WORD.findall(en.lower()), *_WORD.findall(code), *_WORD.findall(also.lower())]
    chinese = [_TERMINAL.sub("", part) for part in [*_BETWEEN.split(zh), *also.split()] if _HAN.search(part)]
    return " ".join(dict.fromkeys([*_spoken(chinese), *words, *(each.lower() for each in chinese)]))


def _spoken(chinese: list[str]) -> Iterator[str]:
    """The initials and the pinyin of each word."""
    # It loads a large dictionary: only a gateway with a desk pays for it.
    from pypinyin import Style, lazy_pinyin

    for each in chinese:
        syllables = lazy_pinyin(each, style=Style.NORMAL)
        yield "".join(syllable[:1] for syllable in syllables).lower()
        yield "".join(syllables).lower()
