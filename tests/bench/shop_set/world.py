"""Products by templates: kinds and brands from kinds.txt, makers and series made up so that words are as many as in life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from pypinyin import Style, lazy_pinyin

from services.shop.schemas.categories import CATEGORIES
from services.shop.search import Item

TRAITS = {
    "gift": ("礼盒装", "Gift Box", "礼盒", "gift box"),
    "bags": ("袋装", "Bagged", "", ""),
    "pocket": ("便携装", "Travel Size", "旅行装", "travel size"),
    "limited": ("限量版", "Limited Edition", "", ""),
    "classic": ("经典款", "Classic", "", ""),
    "new": ("2026新款", "New 2026", "", ""),
    "none": ("", "", "", ""),
}
SPECS = ("100g", "250g", "500g", "1kg", "30ml", "50ml", "100ml", "500ml", "1米", "20寸", "6支", "10片", "")
_CHARACTERS = "盛和德福瑞祥泰昌隆永兴源裕丰恒鼎嘉华美佳宝康安乐天云山水月星阳春秋雅兰竹梅松鹤龙凤湘楚岳麓潇"
_SERIES = (
    "臻选",
    "匠心",
    "云境",
    "岁月",
    "楚韵",
    "初见",
    "晨曦",
    "悠然",
    "锦绣",
    "清和",
    "知味",
    "山海",
    "朝露",
    "远航",
)
_SERIES_EN = (
    "Select",
    "Craft",
    "Cloud",
    "Years",
    "Chu",
    "First",
    "Dawn",
    "Ease",
    "Brocade",
    "Calm",
    "Taste",
    "Sea",
    "Dew",
    "Voyage",
)
SHOPS = 25


@dataclass(frozen=True)
class Kind:
    number: int
    category: str
    parent: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    asked_zh: tuple[str, ...]
    asked_en: tuple[str, ...]
    fen: int
    brands: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Product:
    """An item and what is true of it. brand: by number in the kind's list, None for a maker made up."""

    item: Item
    kind: int
    brand: str
    trait: str


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    found = []
    for line in (Path(__file__).parent / "kinds.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        category, parent, zh, en, asked_zh, asked_en, fen, brands = line.split("|")
        names, names_en, asked, asked_too = (tuple(each.split(",")) for each in (zh, en, asked_zh, asked_en))
        pairs = tuple((one, other) for one, _, other in (each.partition("/") for each in brands.split(",")))
        found.append(Kind(len(found), category, parent, names, names_en, asked, asked_too, int(fen), pairs))
    return tuple(found)


@lru_cache(maxsize=4)
def makers(number: int) -> tuple[tuple[str, str], ...]:
    """Names of makers that nobody knows, in both writings."""
    random = Random(20260801)
    names = {"".join(random.choices(_CHARACTERS, k=random.choice((2, 2, 3)))) for _ in range(number)}
    return tuple((name, "".join(lazy_pinyin(name, style=Style.NORMAL)).title()) for name in sorted(names))


def catalogue(size: int, seed: int = 7) -> Iterator[Product]:
    """So many products, always the same ones."""
    random = Random(seed)
    unknown = makers(40 + size // 60)
    for number in range(size):
        yield _product(number, random, unknown)


def _product(number: int, random: Random, unknown: tuple[tuple[str, str], ...]) -> Product:
    kind = kinds()[random.randrange(len(kinds()))]
    known = random.random() < 0.6
    brand_zh, brand_en = random.choice(kind.brands if known else unknown)
    which = random.randrange(min(len(kind.zh), len(kind.en)))
    trait = random.choice(list(TRAITS))
    trait_zh, trait_en, _, _ = TRAITS[trait]
    series = random.randrange(len(_SERIES))
    spec = random.choice(SPECS)
    leaf, parent = CATEGORIES[kind.category], CATEGORIES[kind.parent]
    parts = [brand_zh, _SERIES[series] if random.random() < 0.7 else "", kind.zh[which], trait_zh, spec]
    parts_en = [brand_en, _SERIES_EN[series], kind.en[which], trait_en, spec if spec.isascii() else ""]
    item = Item(
        id=f"p{number:06d}",
        name_zh=" ".join(filter(None, parts)) if random.random() < 0.5 else "".join(parts),
        name_en=" ".join(filter(None, parts_en)) if random.random() < 0.85 else "",
        brand=brand_zh if random.random() < 0.5 else f"{brand_zh} {brand_en}",
        words=(
            f"{_SERIES[series]}系列，机场专供，送礼自用两相宜。",
            f"From the {_SERIES_EN[series]} series.",
        ),
        kinds=(leaf.zh, leaf.en, parent.zh, parent.en),
        places=("T2航站楼精品店", "Terminal 2 boutique"),
        origin=random.choice(("湖南", "广东", "法国", "日本", "")),
        skus=(f"HN-{kind.number:02d}-{number:06d}",),
        barcodes=(f"69{number:010d}0",),
        shop_id=f"shop-{random.randrange(SHOPS):02d}",
        terminal=random.choice(("T1", "T2", "T2")),
        side=random.choice(("landside", "airside")),
        category=kind.category,
        parent=kind.parent,
        duty_free=random.random() < 0.15,
        in_stock=random.random() < 0.9,
        price_fen=kind.fen * random.randrange(60, 160) // 100,
        popularity=int(random.paretovariate(0.9)),
        listed_at=1_780_000_000 + random.randrange(10_000_000),
    )
    return Product(item, kind.number, brand_zh, trait)
