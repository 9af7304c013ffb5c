"""The mall's words: states, kinds, options, orders of lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Words(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class Side(StrEnum):
    """Of the security check."""

    LANDSIDE = "landside"
    AIRSIDE = "airside"


class Zone(StrEnum):
    """Whose departures a shop serves: behind border control only those abroad."""

    DOMESTIC = "domestic"
    INTERNATIONAL = "international"
    BOTH = "both"


class ShopState(StrEnum):
    """paused: shown, sells nothing for now; closed: gone for good, or not yet there."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ProductState(StrEnum):
    """hidden: being written; ended: no longer in the range."""

    ON_SALE = "on_sale"
    HIDDEN = "hidden"
    ENDED = "ended"


class Kind(StrEnum):
    """What rules hold for a product: who may buy it, what may be carried, whether it can be returned."""

    GOODS = "goods"
    FOOD = "food"
    ALCOHOL = "alcohol"
    TOBACCO = "tobacco"
    COSMETICS = "cosmetics"
    ELECTRONICS = "electronics"
    CLOTHING = "clothing"
    JEWELLERY = "jewellery"
    MEDICINE = "medicine"
    BOOKS = "books"


class MoveKind(StrEnum):
    """Why the count of a shelf changed."""

    COUNT = "count"
    DELIVERED = "delivered"
    SOLD = "sold"
    RETURNED = "returned"
    BROKEN = "broken"
    CORRECTED = "corrected"


class ProductSort(StrEnum):
    """relevance: of a search; of a list the most bought first, as popular."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    PRICE = "price"
    PRICE_DESC = "price_desc"
    NEW = "new"


class PhotoSize(StrEnum):
    FULL = "full"
    SMALL = "small"


OPTIONS: Final[dict[str, Words]] = {
    "colour": Words("颜色", "Colour"),
    "size": Words("尺码", "Size"),
    "taste": Words("口味", "Taste"),
    "scent": Words("香型", "Scent"),
    "pack": Words("规格", "Pack"),
    "weight": Words("净含量", "Net weight"),
    "length": Words("长度", "Length"),
    "model": Words("型号", "Model"),
    "plug": Words("接口", "Connector"),
    "strength": Words("度数", "Strength"),
    "year": Words("年份", "Year"),
    "style": Words("款式", "Style"),
}
"""By what the variants of a product differ."""

MAX_PAGE: Final = 100
MAX_ROWS: Final = 500
MAX_VARIANTS: Final = 60
MAX_GATES: Final = 10
MAX_TAGS: Final = 12
MAX_STOCK: Final = 1_000_000
MAX_PRICE_FEN: Final = 100_000_000
