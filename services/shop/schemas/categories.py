"""What the mall sells, as a tree of two levels. Codes are for good; words may change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Category:
    """parent: None for the upper level, where no product lies."""

    code: str
    zh: str
    en: str
    parent: str | None = None


_TREE: Final = (
    (
        ("specialties", "湖南特产", "Hunan specialties"),
        (
            ("tea", "茶叶", "Tea"),
            ("spicy-snacks", "辣味小吃", "Spicy snacks"),
            ("cured-meat", "腊味", "Cured meat"),
            ("pastries", "糕点", "Pastries"),
            ("sauces", "酱料调味", "Sauces and spices"),
            ("hampers", "特产礼盒", "Gift boxes of specialties"),
        ),
    ),
    (
        ("food", "食品饮料", "Food and drink"),
        (
            ("ready-meals", "即食餐点", "Meals to take away"),
            ("coffee", "咖啡", "Coffee"),
            ("drinks", "饮料", "Drinks"),
            ("biscuits", "饼干坚果", "Biscuits and nuts"),
            ("sweets", "糖果巧克力", "Sweets and chocolate"),
            ("fruit", "水果", "Fruit"),
        ),
    ),
    (
        ("crafts", "工艺文创", "Crafts and souvenirs"),
        (
            ("embroidery", "湘绣", "Hunan embroidery"),
            ("ceramics", "陶瓷", "Ceramics"),
            ("museum", "博物馆文创", "Museum gifts"),
            ("souvenirs", "旅游纪念品", "Souvenirs"),
            ("stationery", "文具", "Stationery"),
        ),
    ),
    (
        ("digital", "数码配件", "Electronics"),
        (
            ("cables", "数据线充电器", "Cables and chargers"),
            ("power-banks", "充电宝", "Power banks"),
            ("audio", "耳机音箱", "Headphones and speakers"),
            ("adapters", "转换插头", "Travel adapters"),
            ("phone-cases", "手机壳膜", "Phone cases"),
        ),
    ),
    (
        ("travel", "旅行用品", "Travel goods"),
        (
            ("luggage", "箱包", "Luggage and bags"),
            ("comfort", "颈枕眼罩", "Neck pillows and sleep masks"),
            ("umbrellas", "雨具", "Umbrellas"),
            ("toiletries", "洗漱用品", "Toiletries"),
        ),
    ),
    (
        ("beauty", "美妆个护", "Beauty"),
        (
            ("perfume", "香水", "Perfume"),
            ("make-up", "彩妆", "Make-up"),
            ("skin-care", "护肤", "Skin care"),
        ),
    ),
    (
        ("wine-tobacco", "烟酒", "Wine, spirits and tobacco"),
        (
            ("baijiu", "白酒", "Baijiu"),
            ("wine", "葡萄酒洋酒", "Wine and spirits"),
            ("tobacco", "香烟", "Tobacco"),
        ),
    ),
    (
        ("fashion", "服饰配件", "Fashion"),
        (
            ("clothes", "服装", "Clothes"),
            ("scarves", "丝巾围巾", "Scarves"),
            ("jewellery", "珠宝首饰", "Jewellery"),
            ("watches", "钟表眼镜", "Watches and sunglasses"),
        ),
    ),
    (
        ("family", "母婴玩具", "Children"),
        (
            ("toys", "玩具", "Toys"),
            ("baby", "母婴用品", "Baby care"),
        ),
    ),
    (
        ("books-health", "图书健康", "Books and health"),
        (
            ("books", "图书杂志", "Books and magazines"),
            ("health", "药品健康", "Medicine and health"),
        ),
    ),
)


def _categories() -> Iterator[Category]:
    for upper, lower in _TREE:
        yield Category(*upper)
        for each in lower:
            yield Category(*each, upper[0])


CATEGORIES: Final = {each.code: each for each in _categories()}
LEAVES: Final = tuple(each.code for each in CATEGORIES.values() if each.parent is not None)
"""Where products lie."""


def within(code: str) -> tuple[str, ...]:
    """A category's leaves; of a leaf itself; of an unknown code none."""
    if code in LEAVES:
        return (code,)
    return tuple(each.code for each in CATEGORIES.values() if each.parent == code)
