"""A row of a catalogue's sheet: texts by column to what a product and a variant are made of, and back.

The columns, and how each is written: schemas.columns. What a row says is judged elsewhere; here only whether it can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.shop.domain.barcodes import as_barcode
from services.shop.domain.catalogue import Product, Variant
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.columns import COLUMNS, NEEDED
from services.shop.schemas.vocabulary import OPTIONS, Kind, ProductState, Words

NOT_A_PRICE: Final = "Not a price."
NOT_A_NUMBER: Final = "Not a valid integer."
NOT_A_TIME: Final = "Not a date or a date and a time."
NOT_YES_OR_NO: Final = "Yes or no."
NOT_AN_OPTION: Final = "Write options as 颜色=红色/Red; 尺码=L/L."
NOT_A_BARCODE: Final = "Not a barcode: its check digit is wrong."
NOT_A_WORD: Final = "Not one of the words for it."
MISSING: Final = "Missing data for required field."
UNKNOWN: Final = "Unknown field."

_YES: Final = frozenset({"是", "yes", "y", "true", "1", "✓", "√"})
_NO: Final = frozenset({"否", "no", "n", "false", "0", ""})
_KINDS: Final = {
    Kind.GOODS: Words("普通商品", "goods"),
    Kind.FOOD: Words("食品", "food"),
    Kind.ALCOHOL: Words("酒类", "alcohol"),
    Kind.TOBACCO: Words("烟草", "tobacco"),
    Kind.COSMETICS: Words("化妆品", "cosmetics"),
    Kind.ELECTRONICS: Words("电子产品", "electronics"),
    Kind.CLOTHING: Words("服装", "clothing"),
    Kind.JEWELLERY: Words("珠宝", "jewellery"),
    Kind.MEDICINE: Words("药品", "medicine"),
    Kind.BOOKS: Words("图书", "books"),
}
_STATES: Final = {
    ProductState.ON_SALE: Words("在售", "on sale"),
    ProductState.HIDDEN: Words("未上架", "hidden"),
    ProductState.ENDED: Words("已停售", "ended"),
}
_SEPARATOR: Final = re.compile(r"[;；]")
_EQUALS: Final = re.compile(r"[=＝:：]")
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}\Z")


class Unread(ValueError):
    """Why a text can't be read, as a field's message."""


@dataclass(frozen=True)
class Refusal:
    """Of one cell: no value of it is repeated."""

    field: str
    reason: str


def read_row(cells: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any] | list[Refusal]:
    """What ImportRowSchema loads, or all that can't be read. Empty cells are as good as none."""
    given = {name: text.strip() for name, text in cells.items()}
    refused = [Refusal(name, UNKNOWN) for name in given if name not in COLUMNS]
    refused += [Refusal(name, MISSING) for name in NEEDED if not given.get(name)]
    values: dict[str, Any] = {}
    for name, text in given.items():
        if text and name in COLUMNS:
            try:
                values[name] = _READERS.get(name, str)(text)
            except Unread as exc:
                refused.append(Refusal(name, str(exc)))
    deal = {name: values.pop(f"deal_{name}", None) for name in ("price", "from", "until", "limit")}
    if deal["price"] is None and any(deal.values()):
        refused.append(Refusal("deal_price", MISSING))
    return refused or _row(values, deal, zone)


def write_row(product: Product, variant: Variant, on_hand: int, zone: ZoneInfo) -> dict[str, str]:
    """A row that read_row takes for the same."""
    deal = variant.deal
    options = [f"{OPTIONS[code].zh}={each.zh}/{each.en}" for code, each in variant.options.items()]
    return {
        "sku": product.sku,
        "name_zh": product.name.zh,
        "name_en": product.name.en,
        "options": "; ".join(options),
        "price": _price(variant.price_fen),
        "barcode": variant.barcode,
        "on_hand": str(on_hand),
        "category": CATEGORIES[product.category].zh,
        "brand": product.brand,
        "kind": _KINDS[product.kind].zh,
        "words_zh": product.words.zh,
        "words_en": product.words.en,
        "tags": "; ".join(product.tags),
        "origin": product.origin,
        "duty_free": _yes(product.duty_free),
        "perishable": _yes(product.perishable),
        "liquid_ml": _number(product.liquid_ml),
        "weight_g": _number(variant.weight_g),
        "deal_price": "" if deal is None else _price(deal.price_fen),
        "deal_from": "" if deal is None else _local(deal.from_at, zone),
        "deal_until": "" if deal is None or deal.until_at is None else _local(deal.until_at, zone),
        "deal_limit": "" if deal is None else _number(deal.per_person),
        "state": _STATES[product.state].zh,
        "offered": _yes(variant.offered),
    }


def _row(values: dict[str, Any], deal: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    row = dict(values)
    for each in ("name", "words"):
        row[each] = {"zh": row.pop(f"{each}_zh", ""), "en": row.pop(f"{each}_en", "")}
    row["price_fen"] = row.pop("price")
    if deal["price"] is not None:
        row["deal"] = {
            "price_fen": deal["price"],
            "from_at": _at(deal["from"], zone),
            "until_at": _at(deal["until"], zone),
            "per_person": deal["limit"],
        }
    return row


def _fen(text: str) -> int:
    try:
        amount = Decimal(text.lstrip("¥￥").replace(",", "").removesuffix("元").strip()) * 100
    except InvalidOperation:
        raise Unread(NOT_A_PRICE) from None
    if not amount.is_finite() or abs(amount) > 10**12 or amount != amount.to_integral_value():
        raise Unread(NOT_A_PRICE)
    return int(amount)


def _whole(text: str) -> int:
    if not _WHOLE.match(text):
        raise Unread(NOT_A_NUMBER)
    return int(text)


def _truth(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise Unread(NOT_YES_OR_NO)


def _moment(text: str) -> datetime:
    """Naive: the airport's. A day is its first minute."""
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise Unread(NOT_A_TIME) from None
    if at.tzinfo is not None:
        raise Unread(NOT_A_TIME)
    return at if len(text) > 10 else datetime.combine(at.date(), time())


def _options(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for part in filter(None, (each.strip() for each in _SEPARATOR.split(text))):
        name, *value = _EQUALS.split(part, maxsplit=1)
        code = _OPTION_CODES.get(name.strip().casefold())
        if code is None or not value or not value[0].strip() or code in found:
            raise Unread(NOT_AN_OPTION)
        zh, _, en = (each.strip() for each in value[0].partition("/"))
        found[code] = {"zh": zh, "en": en or zh}
    return found


def _barcode(text: str) -> str:
    barcode = as_barcode(text.replace(" ", ""))
    if barcode is None:
        raise Unread(NOT_A_BARCODE)
    return barcode


def _tags(text: str) -> list[str]:
    return [each.strip() for each in _SEPARATOR.split(text) if each.strip()]


def _one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.casefold() not in words:
            raise Unread(NOT_A_WORD)
        return words[text.casefold()]

    return read


def _coded(table: Mapping[Any, Any]) -> dict[str, str]:
    """By code and by the words of both languages, whatever the case."""
    return {
        str(name).casefold(): str(code)
        for code, each in table.items()
        for name in (each.zh, each.en, str(code))
    }


_OPTION_CODES: Final = _coded(OPTIONS)
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "price": _fen,
    "deal_price": _fen,
    "deal_from": _moment,
    "deal_until": _moment,
    "deal_limit": _whole,
    "liquid_ml": _whole,
    "weight_g": _whole,
    "on_hand": _whole,
    "duty_free": _truth,
    "perishable": _truth,
    "offered": _truth,
    "options": _options,
    "barcode": _barcode,
    "tags": _tags,
    "category": _one_of(_coded({code: each for code, each in CATEGORIES.items() if each.parent})),
    "kind": _one_of(_coded(_KINDS)),
    "state": _one_of(_coded(_STATES)),
}


def _at(local: datetime | None, zone: ZoneInfo) -> str | None:
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC).isoformat()


def _local(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" + (f":{local:%S}" if local.second else "")


def _price(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _yes(truth: bool) -> str:
    return "是" if truth else "否"
