"""Merchants, shops, products and variants as the rules see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.shop.domain.hours import Hours
from services.shop.domain.prices import Deal, Price
from services.shop.schemas.vocabulary import Kind, ProductState, ShopState, Side, Words, Zone


@dataclass(frozen=True)
class Merchant:
    """licence: its unified social credit code, may be empty."""

    id: str
    name: str
    licence: str
    invoice_email: str
    version: int


@dataclass(frozen=True)
class Shop:
    """walk_m: metres to where the gates begin; picking_minutes: from paid to ready; picture: a photo's id."""

    id: str
    merchant_id: str
    name: Words
    about: Words
    terminal: str
    side: Side
    zone: Zone
    place: str
    near_gates: tuple[str, ...]
    walk_m: int
    picking_minutes: int
    phone: str
    state: ShopState
    picture: str | None
    version: int
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True)
class Variant:
    """options: by the codes of OPTIONS. offered: it can be bought as long as its product is on sale."""

    id: str
    product_id: str
    shop_id: str
    position: int
    options: Mapping[str, Words]
    barcode: str
    price_fen: int
    deal: Deal | None
    weight_g: int | None
    offered: bool

    @property
    def price(self) -> Price:
        return Price(self.price_fen, self.deal)


@dataclass(frozen=True)
class Product:
    """photos: ids, in the order in which they are shown. promoted: what the shop gave it to stand higher; popularity: that and
    the pieces that were bought lately. now_fen to turns_at: `prices.summary` of its variants."""

    id: str
    shop_id: str
    sku: str
    name: Words
    words: Words
    brand: str
    category: str
    kind: Kind
    tags: tuple[str, ...]
    origin: str
    duty_free: bool
    perishable: bool
    liquid_ml: int | None
    photos: tuple[str, ...]
    state: ProductState
    promoted: int
    popularity: int
    now_fen: int | None
    was_fen: int | None
    saved_fen: int
    many_prices: bool
    deal_until: datetime | None
    variant_count: int
    turns_at: datetime | None
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str


def option_key(options: Mapping[str, Words]) -> str:
    """Equal for variants that nobody could tell apart: by the Chinese words, in the order of the codes."""
    return "; ".join(f"{code}={options[code].zh.strip().casefold()}" for code in sorted(options))


def offered(variants: Iterable[Variant]) -> list[Variant]:
    """Those that can be bought, in the order in which they are shown."""
    return sorted((each for each in variants if each.offered), key=lambda each: (each.position, each.id))
