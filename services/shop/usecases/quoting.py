"""What an order would cost, how it would reach its buyer, and why it can't be placed: decided anew at each step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from services.shop.domain import duty_free
from services.shop.domain.flights import Flight
from services.shop.domain.orders import OnShelf, spot_of
from services.shop.domain.promises import Offer, offers, words
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.order_words import MAX_QUANTITY, Problem, Way
from services.shop.schemas.vocabulary import ShopState, Side, Zone
from services.shop.store import ShopStore
from services.shop.usecases import coupon_use
from services.shop.usecases.shared import Place, Tx


@dataclass(frozen=True)
class Asked:
    """wanted: pieces by variant. flight_id given and flight None: it isn't known, or couldn't be asked for.

    holds: whether they may have orders that they haven't paid; False saves asking of what.
    """

    passenger_id: str
    wanted: Mapping[str, int]
    ways: Mapping[str, Way]
    coupon_ids: tuple[str, ...]
    adult: bool
    flight_id: str | None
    flight: Flight | None
    holds: bool = True

    @property
    def flies(self) -> bool:
        """Whether their flight can be ordered for; who has named none may order."""
        return self.flight_id is None or (self.flight is not None and self.flight.leaves)


@dataclass(frozen=True)
class Trouble:
    """Why it can't be placed as it is."""

    kind: Problem
    words: Mapping[str, str]
    variant_id: str | None = None
    shop_id: str | None = None
    coupon_id: str | None = None


@dataclass(frozen=True)
class QuotedLine:
    thing: OnShelf
    quantity: int
    unit_fen: int
    discount_fen: int

    @property
    def goods_fen(self) -> int:
        return self.quantity * self.unit_fen


@dataclass(frozen=True)
class QuotedParcel:
    """offers: the ways, the gate first; chosen: the one that this quote is for, offered or not."""

    lines: tuple[QuotedLine, ...]
    offers: tuple[Offer, ...]
    chosen: Offer

    @property
    def thing(self) -> OnShelf:
        return self.lines[0].thing

    @property
    def goods_fen(self) -> int:
        return sum(line.goods_fen for line in self.lines)

    @property
    def discount_fen(self) -> int:
        return sum(line.discount_fen for line in self.lines)


@dataclass(frozen=True)
class Quoted:
    parcels: tuple[QuotedParcel, ...]
    flight: Flight | None
    coupons: coupon_use.Offers
    troubles: tuple[Trouble, ...]
    barred: duty_free.Barred | None
    currency: str
    items: tuple[coupon_use.Item, ...] = field(repr=False, default=())

    @cached_property
    def lines(self) -> tuple[QuotedLine, ...]:
        return tuple(line for parcel in self.parcels for line in parcel.lines)

    @property
    def goods_fen(self) -> int:
        return sum(parcel.goods_fen for parcel in self.parcels)

    @property
    def discount_fen(self) -> int:
        return sum(parcel.discount_fen for parcel in self.parcels)

    @property
    def amount_fen(self) -> int:
        return self.goods_fen - self.discount_fen


def on_shelf(store: ShopStore, variant_ids: Collection[str]) -> dict[str, OnShelf]:
    """By id; what there never was is missing."""
    variants = store.variants(variant_ids)
    products = store.products_of({each.product_id for each in variants.values()})
    shops = store.shops_of({each.shop_id for each in products.values()})
    levels = store.stock.levels_of(list(variants))
    return {
        id_: OnShelf(
            variant,
            products[variant.product_id],
            shops[products[variant.product_id].shop_id],
            levels[id_].free if id_ in levels else 0,
        )
        for id_, variant in variants.items()
    }


def sold_out(tx: Tx, asked: Asked) -> tuple[str, ...]:
    """Of what is asked for the variants of which too few are free, in one question. Empty when there aren't any, and when
    something else would be said first: it is for `quoted` to say."""
    free = tx.store.stock.free_of(asked.wanted)
    if not asked.flies or len(free) < len(asked.wanted):
        return ()
    return tuple(id_ for id_, quantity in asked.wanted.items() if quantity > free[id_])


def quoted(tx: Tx, place: Place, asked: Asked, now: datetime) -> Quoted:
    """What `asked` costs now. now: the airport's time."""
    shelf = on_shelf(tx.store, asked.wanted)
    things = [(shelf[id_], n) for id_, n in asked.wanted.items() if id_ in shelf and shelf[id_].offered]
    troubles = [
        Trouble(Problem.GONE, _GONE, variant_id=id_)
        for id_ in asked.wanted
        if id_ not in shelf or not shelf[id_].offered
    ]
    items = tuple(_item(thing, n, now) for thing, n in things)
    wish = coupon_use.Wish("shop", items, asked.coupon_ids)
    coupons = coupon_use.offers(tx.store, asked.passenger_id, wish, tx.now())
    shares: dict[str, int] = {}
    for used in coupons.used:
        for ref, share in used.shares.items():
            shares[ref] = shares.get(ref, 0) + share
    lines = [QuotedLine(t, n, t.unit_fen(now), shares.get(t.variant_id, 0)) for t, n in things]
    parcels = tuple(_parcels(place, lines, asked, now))
    barred = duty_free.barred(asked.flight, now)
    some = any(line.thing.product.duty_free for line in lines)
    troubles += _of_stock(tx, asked, lines, now)
    troubles += _of_people(tx, asked, lines, barred)
    troubles += _of_ways(asked, parcels)
    troubles += _of_coupons(asked, coupons)
    if not asked.wanted:
        troubles.append(Trouble(Problem.EMPTY, _EMPTY))
    currency = place.airport.currency
    return Quoted(parcels, asked.flight, coupons, tuple(troubles), barred if some else None, currency, items)


def _item(thing: OnShelf, quantity: int, now: datetime) -> coupon_use.Item:
    code: str | None = thing.product.category
    codes = set()
    while code is not None:
        codes.add(code)
        code = CATEGORIES[code].parent if code in CATEGORIES else None
    return coupon_use.Item(thing.variant_id, thing.shop.id, frozenset(codes), thing.unit_fen(now), quantity)


def _parcels(place: Place, lines: list[QuotedLine], asked: Asked, now: datetime) -> Iterable[QuotedParcel]:
    for shop_id in dict.fromkeys(line.thing.shop.id for line in lines):
        mine = tuple(line for line in lines if line.thing.shop.id == shop_id)
        spot = spot_of(mine[0].thing.shop, place.airport.iata, place.zone, now)
        gate, shop = offers(spot, asked.flight, now)
        wish = asked.ways.get(shop_id) or (Way.GATE if gate.offered else Way.SHOP)
        yield QuotedParcel(mine, (gate, shop), gate if wish is Way.GATE else shop)


def _of_stock(tx: Tx, asked: Asked, lines: list[QuotedLine], now: datetime) -> Iterable[Trouble]:
    unpaid = tx.store.unpaid_of(asked.passenger_id, asked.wanted, tx.now()) if asked.holds else {}
    for line in lines:
        thing, id_ = line.thing, line.thing.variant_id
        if thing.shop.state is not ShopState.OPEN:
            yield Trouble(Problem.SHOP_CLOSED, _RESTS, id_, thing.shop.id)
        elif line.quantity > thing.free:
            left = {"zh": f"仅剩 {thing.free} 件", "en": f"Only {thing.free} left"}
            yield Trouble(Problem.SOLD_OUT, left if thing.free else _SOLD_OUT, id_)
        if line.quantity + unpaid.get(id_, 0) > MAX_QUANTITY:
            # Who doesn't pay would hold back from others what nobody may have.
            yield Trouble(Problem.LIMIT, _MOST, id_)
        deal = thing.deal(now)
        if deal is not None and deal.per_person is not None:
            had = tx.store.bought_since(asked.passenger_id, id_, deal.from_at)
            if had + line.quantity > deal.per_person:
                most = deal.per_person
                yield Trouble(Problem.LIMIT, {"zh": f"每人限购 {most} 件", "en": f"{most} to a person"}, id_)


def _of_people(
    tx: Tx, asked: Asked, lines: list[QuotedLine], barred: duty_free.Barred | None
) -> Iterable[Trouble]:
    for line in lines:
        thing, id_ = line.thing, line.thing.variant_id
        if thing.product.duty_free:
            if barred is not None:
                yield Trouble(Problem.NOT_ELIGIBLE, duty_free.words(barred), id_)
            elif thing.shop.side is not Side.AIRSIDE or thing.shop.zone is Zone.DOMESTIC:
                yield Trouble(Problem.NOT_ELIGIBLE, _NO_DUTY_FREE_SHOP, id_)
        if thing.product.kind.value in duty_free.ADULTS_ONLY and not asked.adult:
            yield Trouble(Problem.ADULTS_ONLY, _ADULTS, id_)
    pieces = [line.thing.piece(line.quantity) for line in lines]
    had: list[duty_free.Piece] = []
    if asked.flight is not None and any(each.duty_free for each in pieces):
        # Nobody leaves twice in a day: what was bought for another flight is taken along, too.
        since = tx.now() - duty_free.WITHIN
        had = tx.store.duty_free_of(asked.passenger_id, asked.flight.flight_id, since)
    for each in duty_free.over_allowance(pieces, had):
        yield Trouble(Problem.ALLOWANCE, {"zh": each.zh, "en": each.en})


def _of_ways(asked: Asked, parcels: Iterable[QuotedParcel]) -> Iterable[Trouble]:
    if not asked.flies:
        yield Trouble(Problem.FLIGHT, _BAD_FLIGHT)
    for parcel in parcels:
        shop, why = parcel.thing.shop, parcel.chosen.why_not
        if why is not None and shop.state is ShopState.OPEN:
            kind = Problem.WAY_NOT_OFFERED if parcel.chosen.way is Way.GATE else Problem.SHOP_CLOSED
            yield Trouble(kind, words(why), shop_id=shop.id)


def _of_coupons(asked: Asked, coupons: coupon_use.Offers) -> Iterable[Trouble]:
    for each in coupons.not_usable:
        if each.coupon_id in asked.coupon_ids:
            yield Trouble(Problem.COUPON, each.words, coupon_id=each.coupon_id)


def allowances(lines: Iterable[QuotedLine]) -> list[dict[str, str]]:
    """What limits there are for the duty-free kinds among these."""
    kinds = {line.thing.product.kind.value for line in lines if line.thing.product.duty_free}
    return [{"zh": each.zh, "en": each.en} for each in duty_free.ALLOWANCES if each.kind in kinds]


def adults_only(lines: Iterable[QuotedLine]) -> bool:
    return any(line.thing.product.kind.value in duty_free.ADULTS_ONLY for line in lines)


_EMPTY = {"zh": "购物袋是空的", "en": "The basket is empty"}
_GONE = {"zh": "商品已下架", "en": "No longer sold"}
_SOLD_OUT = {"zh": "已售罄", "en": "Sold out"}
_RESTS = {"zh": "店铺暂停接单", "en": "The shop takes no orders for now"}
_ADULTS = {
    "zh": "烟酒不向未满 18 周岁的人出售，请确认您已成年",
    "en": "Alcohol and tobacco aren't sold to anyone under 18: confirm that you are of age",
}
_MOST = {
    "zh": f"每种商品一次最多 {MAX_QUANTITY} 件，未付款的订单也算在内",
    "en": f"At most {MAX_QUANTITY} of one thing, unpaid orders included",
}
_NO_DUTY_FREE_SHOP = {
    "zh": "免税品只在国际出发隔离区内的店铺销售",
    "en": "Duty free is sold only in shops behind border control",
}
_BAD_FLIGHT = {
    "zh": "查不到这个航班，或它不从本场出发、已起飞、已取消",
    "en": "That flight isn't known, doesn't leave from here, has left or was cancelled",
}


def details(trouble: Trouble) -> dict[str, Any]:
    """ProblemSchema."""
    return {
        "kind": trouble.kind.value,
        "variant_id": trouble.variant_id,
        "shop_id": trouble.shop_id,
        "coupon_id": trouble.coupon_id,
        "words": dict(trouble.words),
    }
