"""What is ordered: things on a shelf with their price of now, and the order that keeps them as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel.saga.states import Sale
from services.shop.domain.catalogue import Product, Shop, Variant
from services.shop.domain.duty_free import Piece
from services.shop.domain.hours import openings
from services.shop.domain.parcels import Parcel
from services.shop.domain.prices import Deal
from services.shop.domain.promises import AHEAD, Spot
from services.shop.schemas.vocabulary import ProductState, ShopState, Side, Zone

_BOTH: Final = frozenset({Zone.DOMESTIC.value, Zone.INTERNATIONAL.value})
_LATER: Final = timedelta(days=2)


@dataclass(frozen=True)
class OnShelf:
    """One variant as it can be bought. free: pieces that nobody holds."""

    variant: Variant
    product: Product
    shop: Shop
    free: int

    @property
    def variant_id(self) -> str:
        return self.variant.id

    @property
    def key(self) -> tuple[str, str]:
        """Of its stock."""
        return self.shop.id, self.variant.id

    @property
    def offered(self) -> bool:
        """Whether it is sold at all, be its shop at rest or not."""
        on_sale = self.product.state is ProductState.ON_SALE
        return on_sale and self.variant.offered and self.shop.state is not ShopState.CLOSED

    def unit_fen(self, now: datetime) -> int:
        """What one piece costs now."""
        return self.variant.price.now_fen(now)

    def deal(self, now: datetime) -> Deal | None:
        return self.variant.price.deal_at(now)

    def piece(self, quantity: int) -> Piece:
        product = self.product
        return Piece(self.variant.id, product.kind.value, product.duty_free, product.liquid_ml or 0, quantity)

    @property
    def name(self) -> dict[str, str]:
        return {"zh": self.product.name.zh, "en": self.product.name.en}

    @property
    def options(self) -> dict[str, str]:
        """`红色 / 大`; empty when there is nothing to choose."""
        options = self.variant.options.values()
        return {
            "zh": " / ".join(each.zh for each in options),
            "en": " / ".join(each.en for each in options),
        }

    @property
    def picture(self) -> str | None:
        return self.product.photos[0] if self.product.photos else None

    @property
    def words(self) -> dict[str, Any]:
        """As a line keeps them."""
        return {
            "name": self.name,
            "options": self.options,
            "picture": self.picture,
            "sku": self.product.sku,
        }


def spot_of(shop: Shop, iata: str, zone: ZoneInfo, now: datetime) -> Spot:
    """The shop as promises see it."""
    gates = shop.near_gates or ((shop.place,) if "GATE" in shop.place else ())
    open_ = openings(shop.hours, zone, now, now + AHEAD + _LATER) if shop.state is ShopState.OPEN else []
    return Spot(
        shop_id=shop.id,
        iata=iata,
        terminal=shop.terminal,
        airside=shop.side is Side.AIRSIDE,
        zones=_BOTH if shop.zone is Zone.BOTH else frozenset({shop.zone.value}),
        near_gates=gates,
        # Who is near gates is among them; who isn't stands that far from where they begin.
        door_m=0 if gates else shop.walk_m,
        picking=timedelta(minutes=shop.picking_minutes),
        hours=tuple((each.opens_at, each.closes_at) for each in open_),
    )


@dataclass(frozen=True)
class MallOrder:
    """adult: declared by the buyer. parcels: with their lines, by number of the order in which they were made."""

    sale: Sale
    goods_fen: int
    discount_fen: int
    flight_id: str | None
    adult: bool
    language: str
    parcels: tuple[Parcel, ...] = ()

    @property
    def id(self) -> str:
        return self.sale.id
