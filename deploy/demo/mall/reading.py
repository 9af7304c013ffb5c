"""The tables of the demo's mall, read into what its doors take: merchants, shops, goods, coupon campaigns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from deploy.demo.chance import Chance
from deploy.demo.mall.colours import COLOURS
from services.shop.domain.barcodes import check_digit
from services.shop.schemas.vocabulary import OPTIONS, Words

_HERE: Final = Path(__file__).parent
_UNITS: Final = {
    "g": "克", "kg": "公斤", "ml": "毫升", "l": "升", "m": "米", "GB": "GB", "%": "%", "%vol": "度", "x": "件装",
}  # fmt: skip
_MEASURE: Final = re.compile(r"(\d+(?:\.\d+)?)(g|kg|ml|l|m|GB|%vol|%|x)\Z")
_KINDS: Final = {
    **dict.fromkeys(("tea", "spicy-snacks", "cured-meat", "pastries", "sauces", "hampers"), "food"),
    **dict.fromkeys(("ready-meals", "coffee", "drinks", "biscuits", "sweets", "fruit"), "food"),
    **dict.fromkeys(("cables", "power-banks", "audio", "adapters"), "electronics"),
    **dict.fromkeys(("perfume", "make-up", "skin-care"), "cosmetics"),
    **dict.fromkeys(("baijiu", "wine"), "alcohol"),
    **dict.fromkeys(("clothes", "scarves"), "clothing"),
    "tobacco": "tobacco", "jewellery": "jewellery", "books": "books",
}  # fmt: skip
_TAGS: Final = {
    "gift": ("伴手礼", "gift"),
    "local": ("湖南特色", "local"),
    "new": ("新品", "new"),
}
_SOLD_OUT: Final = 0.025
"""A share of shelves is empty, so that one sees what that looks like."""


@dataclass(frozen=True)
class Shop:
    """hours: opens, closes. number: within barcodes. prefix: of SKUs."""

    id: str
    number: int
    prefix: str
    merchant: str
    name: Words
    terminal: str
    side: str
    zone: str
    place: str
    near_gates: tuple[str, ...]
    walk_m: int
    picking_minutes: int
    hours: tuple[str, str]
    phone: str
    duty_free: bool
    about: Words


@dataclass(frozen=True)
class Variant:
    """options: by OPTIONS' codes. deal_fen: None for the usual price."""

    options: Mapping[str, Words]
    barcode: str
    price_fen: int
    deal_fen: int | None
    weight_g: int
    on_hand: int


@dataclass(frozen=True)
class Product:
    """picture: as `drawn.shown` takes it."""

    shop: Shop
    sku: str
    name: Words
    words: Words
    brand: str
    category: str
    kind: str
    tags: tuple[str, ...]
    origin: str
    perishable: bool
    liquid_ml: int | None
    popularity: int
    deal_limit: int | None
    picture: str
    variants: tuple[Variant, ...]

    def rows(self) -> Iterator[dict[str, str]]:
        """As import_products takes them: one for each variant."""
        for each in self.variants:
            chosen = (f"{OPTIONS[code].zh}={value.zh}/{value.en}" for code, value in each.options.items())
            row = {
                "sku": self.sku, "name_zh": self.name.zh, "name_en": self.name.en, "words_zh": self.words.zh,
                "words_en": self.words.en, "brand": self.brand, "category": self.category, "kind": self.kind,
                "tags": "; ".join(self.tags), "origin": self.origin, "liquid_ml": str(self.liquid_ml or ""),
                "duty_free": _yes(self.shop.duty_free), "perishable": _yes(self.perishable),
                "options": "; ".join(chosen), "price": _yuan(each.price_fen), "barcode": each.barcode,
                "weight_g": str(each.weight_g), "on_hand": str(each.on_hand),
            }  # fmt: skip
            if each.deal_fen is not None:
                row |= {"deal_price": _yuan(each.deal_fen), "deal_limit": str(self.deal_limit or "")}
            yield row


def merchants() -> list[dict[str, str]]:
    """merchant_id, name, licence, invoice_email of each."""
    names = ("merchant_id", "name", "licence", "invoice_email")
    found = [dict(zip(names, cells, strict=True)) for cells in _table("merchants.txt")]
    return [each | {"licence": each["licence"] + _licence_check(each["licence"])} for each in found]


@lru_cache(maxsize=1)
def shops() -> tuple[Shop, ...]:
    """Every shop, in the order of their numbers."""
    return tuple(_shop(cells) for cells in _table("shops.txt"))


@lru_cache(maxsize=1)
def products() -> tuple[Product, ...]:
    """Everything that the shops have."""
    return tuple(each for shop in shops() for each in _goods(shop))


def campaigns() -> list[dict[str, Any]]:
    """The coupon campaigns, as CampaignDraftSchema takes them but for their times; `id` and `days` are the demo's."""
    return [_campaign(cells) for cells in _table("campaigns.txt")]


def barcode(shop: int, product: int, variant: int) -> str:
    """An EAN-13 for use within a shop (prefix 21): no real product has it."""
    digits = f"21{shop:03}{product:03}{variant:04}"
    return digits + check_digit(digits)


def _shop(cells: list[str]) -> Shop:
    id_, number, prefix, merchant, zh, en, terminal, side, zone, place, gates, walk, pick, hours, *rest = (
        cells
    )
    phone, duty_free, about_zh, about_en = rest
    opens, _, closes = hours.partition("-")
    return Shop(
        id_, int(number), prefix, merchant, Words(zh, en), terminal, side, zone, place,
        tuple(filter(None, gates.split(","))), int(walk), int(pick), (opens, closes), phone,
        duty_free == "yes", Words(about_zh, about_en),
    )  # fmt: skip


def _goods(shop: Shop) -> Iterator[Product]:
    brand = ""
    for cells in _table(f"goods/{shop.id}.txt"):
        if len(cells) == 1:
            brand = cells[0].removeprefix("brand ")
        else:
            yield _product(shop, brand, cells)


def _product(shop: Shop, brand: str, cells: list[str]) -> Product:
    number, category, picture, zh, en, price, options, weight, *rest = cells
    more = rest.pop(0).split() if len(rest) == 3 else []
    said = dict(_said(each) for each in more)
    tags = [word for each in more if each.startswith("#") for word in _TAGS[each[1:]]]
    always = _category_words()[category]
    sku = f"{shop.prefix}-{number}"
    share = int(said.get("deal", "0"))
    return Product(
        shop=shop, sku=sku, name=Words(zh, en),
        words=Words(f"{rest[0]}{always.zh}", f"{rest[1]} {always.en}"),
        brand=said.get("b", brand).replace("_", " "), category=category,
        kind=said.get("kind", _KINDS.get(category, "goods")), tags=tuple(tags),
        origin=_origins()[said["origin"]] if "origin" in said else "",
        perishable="perish" in more, liquid_ml=int(said["ml"]) if "ml" in said else None,
        popularity=int(said.get("pop", Chance("popularity", sku).whole("of", 20, 320))),
        deal_limit=int(said["limit"]) if "limit" in said else None, picture=picture,
        variants=tuple(_variants(shop, int(number), (price, options, weight), (share, said.get("stock")))),
    )  # fmt: skip


def _said(token: str) -> tuple[str, str]:
    """`ml500`, `-20%`, `pop=900`, `@anhua`, `#gift` by what they are about."""
    if token[0] == "@":
        return "origin", token[1:]
    if token[0] == "-":
        return "deal", token[1:].removesuffix("%")
    if token.startswith("ml") and token[2:].isdigit():
        return "ml", token[2:]
    name, _, value = token.partition("=")
    return name, value


def _variants(
    shop: Shop, number: int, what: tuple[str, str, str], how: tuple[int, str | None]
) -> Iterator[Variant]:
    price, options, weight = what
    share, stock = how
    for at, (chosen, yuan) in enumerate(_choices(options), 1):
        fen = round(float(yuan or price) * 100)
        chance = Chance("stock", shop.id, number, at)
        most = 12 if fen > 100_000 else 40 if fen > 20_000 else 120
        on_hand = 0 if chance.share("empty") < _SOLD_OUT else chance.whole("pieces", 3, most)
        yield Variant(
            options={code: _worded(code, value) for code, value in chosen.items()},
            barcode=barcode(shop.number, number, at),
            price_fen=fen,
            deal_fen=_deal(fen, share) if share else None,
            weight_g=_weight(int(weight), chosen),
            on_hand=on_hand if stock is None else int(stock),
        )


def _deal(fen: int, share: int) -> int:
    """So many hundredths less, in whole yuan; what costs little in tenths of one."""
    step = 100 if fen >= 3000 else 10
    return fen * (100 - share) // 100 // step * step


def _choices(options: str) -> Iterator[tuple[dict[str, str], str]]:
    """`length:1m=39,2m=55+colour:white,black`: every choice of one of each, with the price where one is said."""
    found: list[tuple[dict[str, str], str]] = [({}, "")]
    for part in filter(None, options.split("+")):
        code, _, values = part.partition(":")
        found = [
            ({**chosen, code: value.partition("=")[0]}, value.partition("=")[2] or yuan)
            for chosen, yuan in found
            for value in values.split(",")
        ]
    yield from found


def _worded(code: str, value: str) -> Words:
    """A value of an option in both languages."""
    if code == "colour":
        return Words(*COLOURS[value][1:])
    zh, slash, en = value.partition("/")
    if slash:
        return Words(zh, en)
    measure = _MEASURE.match(value)
    if measure is None:
        return Words(value, value)
    amount, unit = measure.groups()
    if unit == "x":
        return Words(
            "单件" if amount == "1" else f"{amount}件装", "Single" if amount == "1" else f"Pack of {amount}"
        )
    gap = "" if unit.startswith("%") else " "
    return Words(f"{amount}{_UNITS[unit]}", f"{amount}{gap}{unit.replace('%vol', '% vol')}")


def _weight(usual: int, chosen: Mapping[str, str]) -> int:
    measure = _MEASURE.match(chosen.get("weight", ""))
    if measure is None:
        return usual
    grams = float(measure[1]) * (1000 if measure[2] == "kg" else 1)
    return round(grams * 1.15) + 20


def _campaign(cells: list[str]) -> dict[str, Any]:
    id_, kind, value, cap, least, stock, person, services, of_shops, categories, days, *rest = cells
    group, paid_by, zh, en, terms_zh, terms_en = rest
    is_amount = kind == "amount"
    return {
        "id": id_, "kind": kind, "title": {"zh": zh, "en": en}, "terms": {"zh": terms_zh, "en": terms_en},
        "value_fen": int(value) * 100 if is_amount else None, "pct": None if is_amount else int(value),
        "cap_fen": int(cap) * 100 if cap else None, "threshold_fen": int(least) * 100, "stock": int(stock),
        "per_person": int(person), "valid_days": int(days), "stack_group": group, "funded_by": paid_by,
        "scope": {"services": services.split(","), "shop_ids": _listed(of_shops), "categories": _listed(categories)},
    }  # fmt: skip


def _table(name: str) -> Iterator[list[str]]:
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("|")


@lru_cache(maxsize=1)
def _category_words() -> dict[str, Words]:
    return {code: Words(zh, en) for code, zh, en in _table("category_words.txt")}


@lru_cache(maxsize=1)
def _origins() -> dict[str, str]:
    return {code: f"{zh} {en}" for code, zh, en in _table("origins.txt")}


def _licence_check(digits: str) -> str:
    """The last character of a unified social credit code. Source: GB 32100-2015."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(each) * pow(3, at, 31) for at, each in enumerate(digits))
    return letters[-total % 31]


def _listed(cell: str) -> list[str]:
    return cell.split(",") if cell else []


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def _yes(it_is: bool) -> str:
    return "yes" if it_is else "no"
