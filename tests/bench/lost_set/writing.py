"""How staff and travellers write: sentences of both languages and parts, slips and places in words."""

from __future__ import annotations

import random
import re
from typing import Final

from tests.bench.lost_set.bank import Brand, Part

STAFF: Final[dict[tuple[Part, str], tuple[str, ...]]] = {
    ("train", "zh"): (
        "{colour}{brand}{thing}，{details}",
        "{brand}{thing}一{measure}，{colour}，{details}",
        "{colour}{thing}，{details}",
        "{thing}（{colour}）{details}",
        "旅客遗留{colour}{thing}{details}",
    ),
    ("held_out", "zh"): (
        "拾得{brand}{thing}，{colour}，{details}",
        "{thing} {colour} {details}",
        "保洁员交来{colour}{thing}，{details}",
        "{colour}{brand}{thing}。{details}。",
        "无人认领{thing}，{details}，{colour}",
    ),
    ("train", "en"): (
        "{colour} {brand} {thing}, {details}",
        "{thing}, {colour}, {details}",
        "One {colour} {thing}. {details}",
    ),
    ("held_out", "en"): (
        "{brand} {thing} in {colour}; {details}",
        "Found: {colour} {thing} - {details}",
        "{thing} ({colour}), {details}, handed in by crew",
    ),
}
OWNERS: Final[dict[tuple[Part, str], tuple[str, ...]]] = {
    ("train", "zh"): (
        "我的{colour}{brand}{thing}丢了，{details}，请帮忙找一下，谢谢",
        "丢失{brand}{thing}，{colour}，{details}",
        "{when}在{place}丢了一{measure}{colour}{thing}，{details}",
        "我把{brand}{thing}忘在{place}了，{colour}的，{details}",
        "{colour}{thing}，{details}，很着急",
        "{thing}",
    ),
    ("held_out", "zh"): (
        "您好，{when}坐飞机的时候好像把{thing}落在{place}，{colour}，{brand}的，{details}，对我很重要",
        "寻物：{colour}{brand}{thing}。{details}。地点{place}。",
        "孩子的{thing}不见了，{details}，{colour}",
        "刚下飞机发现{thing}没拿，应该在{place}，{brand}，{details}",
        "求助！{place}遗失{colour}{thing}，{details}，必有重谢",
        "{brand}{thing}不见了",
    ),
    ("train", "en"): (
        "I lost my {colour} {brand} {thing} at {place}. {details}. Please help!",
        "Lost: {brand} {thing}, {colour}. {details}",
        "My {thing} is missing, {details}, {colour}",
        "{colour} {thing} left at {place}, {details}",
        "{thing}",
    ),
    ("held_out", "en"): (
        "Hi, I think I left my {thing} ({brand}, {colour}) somewhere near {place} {when}. {details}. Thank you so much.",
        "Looking for a {colour} {thing} - {details}. Forgot it on {place}.",
        "We flew out {when} and my wife forgot her {brand} {thing}. It is {colour}, {details}.",
        "Did anyone hand in a {thing}? {details}. It's {colour}.",
        "{brand} {thing}, {colour}",
    ),
}
MIXED: Final[dict[Part, tuple[str, ...]]] = {
    "train": ("{colour}{brand} {thing}，{details}", "lost {thing} {colour}，{details}"),
    "held_out": (
        "我的{thing}（{brand}）{colour}落在{place}，{details}",
        "{thing} {brand} {colour} {details}，thank you",
    ),
}
COLOURS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "black": (("黑色", "黑"), ("black",)),
    "white": (("白色", "白"), ("white",)),
    "grey": (("灰色", "深灰", "灰"), ("grey", "gray", "dark grey")),
    "silver": (("银色", "银白色"), ("silver",)),
    "gold": (("金色", "玫瑰金"), ("gold", "golden", "rose gold")),
    "red": (("红色", "酒红", "暗红色"), ("red", "burgundy", "dark red")),
    "pink": (("粉色", "粉红"), ("pink",)),
    "orange": (("橙色", "橘色"), ("orange",)),
    "yellow": (("黄色", "姜黄"), ("yellow", "mustard")),
    "beige": (("米色", "卡其色", "驼色"), ("beige", "khaki", "cream", "camel")),
    "brown": (("棕色", "咖啡色", "褐色"), ("brown", "dark brown")),
    "green": (("绿色", "墨绿", "军绿色"), ("green", "olive", "dark green")),
    "blue": (("蓝色", "天蓝", "浅蓝"), ("blue", "light blue")),
    "navy": (("藏青色", "深蓝色"), ("navy", "navy blue", "dark blue")),
    "purple": (("紫色", "浅紫"), ("purple", "lilac")),
    "transparent": (("透明",), ("transparent", "clear")),
    "patterned": (("花色", "彩色"), ("patterned", "multicolour")),
}
MATERIALS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "leather": (("皮质", "真皮"), ("leather",)),
    "plastic": (("硬壳", "塑料"), ("hard shell", "plastic")),
    "aluminium": (("铝框", "铝合金"), ("aluminium", "aluminum")),
    "nylon": (("尼龙", "布面"), ("nylon", "fabric")),
    "canvas": (("帆布", "布的"), ("canvas", "cloth")),
    "pu": (("人造革",), ("faux leather",)),
    "wool": (("羊毛", "毛线"), ("wool", "knitted")),
    "silk": (("真丝",), ("silk",)),
    "down": (("羽绒",), ("down",)),
    "denim": (("牛仔",), ("denim",)),
    "steel": (("不锈钢", "金属"), ("stainless steel", "metal")),
    "glass": (("玻璃",), ("glass",)),
    "rubber": (("硅胶", "橡胶"), ("silicone", "rubber")),
    "wood": (("木头", "木制"), ("wooden", "wood")),
    "plush_stuff": (("毛绒",), ("plush", "fluffy")),
    "gold_stuff": (("黄金", "金的"), ("gold",)),
    "silver_stuff": (("纯银", "银的"), ("silver", "sterling silver")),
    "jade_stuff": (("玉", "翡翠"), ("jade",)),
    "pearl": (("珍珠",), ("pearl",)),
    "paper_stuff": (("牛皮纸",), ("kraft paper",)),
}
_WHEN: Final = {
    "zh": ("昨天", "今天早上", "下午", "晚上", "上周五"),
    "en": ("yesterday", "this morning", "last night", "on Friday"),
}
_HOMOPHONES: Final = {
    "箱": "像",
    "耳": "尔",
    "帽": "冒",
    "围": "为",
    "钥": "药",
    "充": "冲",
    "杯": "被",
    "表": "婊",
    "戒": "介",
    "机": "击",
}
_MEASURES: Final = {
    "phone": "部",
    "suitcase": "个",
    "keys": "串",
    "umbrella": "把",
    "coat": "件",
    "scarf": "条",
    "book": "本",
}


def sentence(chance: random.Random, template: str, slots: dict[str, str]) -> str:
    """Fill a template; what is empty leaves no stray commas."""
    text = template.format(**slots)
    text = re.sub(r"（\s*）|\(\s*,?\s*\)", "", text)
    text = re.sub(r"([，,;；.。-])\s*(?=[，,;；.。])", r"\1", re.sub(r" {2,}", " ", text))
    return text.strip(" ，,;；-")


def colour(chance: random.Random, code: str, language: str) -> str:
    return chance.choice(COLOURS[code][language == "en"])


def material(chance: random.Random, code: str, language: str) -> str:
    return chance.choice(MATERIALS[code][language == "en"])


def brand(chance: random.Random, maker: Brand, language: str) -> str:
    """As people write a maker: Chinese travellers write some in Latin letters, and products for makers."""
    if maker.product and chance.random() < 0.4:
        return maker.product
    if language == "zh" and maker.zh and chance.random() < 0.75:
        return maker.zh
    return maker.en or (maker.zh if language == "zh" else "")


def when(chance: random.Random, language: str) -> str:
    return chance.choice(_WHEN[language])


def measure(code: str) -> str:
    return _MEASURES.get(code, "个")


def slip(chance: random.Random, text: str, rate: float) -> str:
    """Typing mistakes: letters left out, doubled or swapped; characters that sound alike."""

    def english(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < 5 or chance.random() > rate:
            return word
        at = chance.randrange(1, len(word) - 1)
        return chance.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
            )
        )

    text = re.sub(r"[A-Za-z]+", english, text)
    return "".join(
        _HOMOPHONES[each] if each in _HOMOPHONES and chance.random() < rate / 2 else each for each in text
    )
