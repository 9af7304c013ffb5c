"""The catalogue as it is answered: schemas.shops, .products."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kernel.instants import instant, instant_or_none
from services.shop.domain.catalogue import Merchant, Product, Shop, Variant, offered
from services.shop.domain.hours import Hours, Times, openings
from services.shop.domain.prices import Deal
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.vocabulary import Words
from services.shop.store.stock import Level
from services.shop.usecases.shared import Place, Tx

_AHEAD = timedelta(days=8)


def words(of: Words) -> dict[str, str]:
    return {"zh": of.zh, "en": of.en}


def merchant_view(merchant: Merchant) -> dict[str, Any]:
    """MerchantSchema."""
    return dict(vars(merchant))


def hours_view(hours: Hours, place: Place, now: datetime) -> dict[str, Any]:
    """HoursSchema."""
    today = now.astimezone(place.zone).date()
    return {
        "weekly": [_times(each) for each in hours.weekly],
        "exceptions": [
            {
                "day_local": day.isoformat(),
                "times": _times(each.times),
                "reason": {"zh": each.reason_zh, "en": each.reason_en},
            }
            for day, each in sorted(hours.exceptions.items())
            if day >= today
        ],
    }


def short_shop(shop: Shop) -> dict[str, Any]:
    """ShortShopSchema."""
    return {
        "id": shop.id,
        "name": words(shop.name),
        "terminal": shop.terminal,
        "side": shop.side.value,
        "zone": shop.zone.value,
        "place": shop.place,
        "state": shop.state.value,
    }


def shop_views(tx: Tx, place: Place, shops: Sequence[Shop], now: datetime) -> list[dict[str, Any]]:
    """ShopSchema of each."""
    counts = tx.store.category_counts()
    merchants = {each.id: each.name for each in tx.store.merchants()}
    return [
        _shop_view(each, place, counts.get(each.id, {}), merchants[each.merchant_id], now) for each in shops
    ]


def card_views(
    tx: Tx, products: Sequence[Product], known: Mapping[str, Shop] | None = None
) -> list[dict[str, Any]]:
    """ProductCardSchema of each. known: their shops, where they have been read already."""
    shops = tx.store.bare_shops({each.shop_id for each in products}) if known is None else known
    available = tx.store.available([each.id for each in products])
    return [_card(each, shops[each.shop_id], each.id in available) for each in products]


def product_view(tx: Tx, place: Place, product: Product, now: datetime) -> dict[str, Any]:
    """ProductSchema."""
    variants = offered(tx.store.variants_of([product.id])[product.id])
    levels = tx.store.stock.levels_of([each.id for each in variants])
    most = place.settings.shown_most
    shown = [_variant(each, levels.get(each.id), now, most) for each in variants]
    return _whole(tx, [product], {product.id: shown})[0]


def staff_views(tx: Tx, products: Sequence[Product], now: datetime) -> list[dict[str, Any]]:
    """StaffProductSchema of each."""
    variants = tx.store.variants_of([each.id for each in products])
    levels = tx.store.stock.levels_of([each.id for some in variants.values() for each in some])
    shown = {
        product_id: [_staff_variant(each, levels.get(each.id), now) for each in some]
        for product_id, some in variants.items()
    }
    return [
        {
            **view,
            "popularity": each.promoted,
            "bought_lately": each.popularity - each.promoted,
            "created_at": instant(each.created_at),
            "changed_at": instant(each.changed_at),
            "changed_by": each.changed_by,
        }
        for view, each in zip(_whole(tx, products, shown), products, strict=True)
    ]


def stock_views(tx: Tx, shop_id: str, variant_ids: Collection[str]) -> list[dict[str, Any]]:
    """StockSchema of each that there is, in the order asked for."""
    variants = tx.store.variants(variant_ids)
    products = tx.store.products_of({each.product_id for each in variants.values()})
    levels = tx.store.stock.levels_of(list(variants))
    found = (variants[each] for each in dict.fromkeys(variant_ids) if each in variants)
    return [
        _stock(each, products[each.product_id], levels.get(each.id))
        for each in found
        if each.shop_id == shop_id
    ]


def photo_view(photo_id: str, jpeg: bytes) -> dict[str, Any]:
    """PhotoResultSchema."""
    return {"photo_id": photo_id, "jpeg": base64.b64encode(jpeg).decode()}


def options_view(options: Mapping[str, Words]) -> dict[str, Any]:
    return {code: words(each) for code, each in options.items()}


def _times(times: Times | None) -> dict[str, str] | None:
    return None if times is None else {"opens": f"{times.opens:%H:%M}", "closes": f"{times.closes:%H:%M}"}


def _shop_view(
    shop: Shop, place: Place, counts: Mapping[str, int], merchant: str, now: datetime
) -> dict[str, Any]:
    ahead = openings(shop.hours, place.zone, now, now + _AHEAD)
    spot = place.places.get(shop.place)
    return {
        **short_shop(shop),
        "about": words(shop.about),
        "merchant_id": shop.merchant_id,
        "merchant_name": merchant,
        "place_name": {"zh": spot.zh, "en": spot.en} if spot else {"zh": shop.place, "en": shop.place},
        "near_gates": list(shop.near_gates),
        "walk_m": shop.walk_m,
        "picking_minutes": shop.picking_minutes,
        "hours": hours_view(shop.hours, place, now),
        "opening": [
            {"opens_at": instant(each.opens_at), "closes_at": instant(each.closes_at)} for each in ahead
        ],
        "open_now": bool(ahead) and ahead[0].opens_at <= now,
        "phone": shop.phone,
        "picture": shop.picture,
        "categories": [code for code in CATEGORIES if code in counts],
        "products": sum(counts.values()),
        "version": shop.version,
    }


def _card(product: Product, shop: Shop, available: bool) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": words(product.name),
        "shop": short_shop(shop),
        "brand": product.brand,
        "category": product.category,
        "kind": product.kind.value,
        "tags": list(product.tags),
        "duty_free": product.duty_free,
        "picture": product.photos[0] if product.photos else None,
        "now_fen": product.now_fen or 0,
        "was_fen": product.was_fen,
        "many_prices": product.many_prices,
        "deal_until": instant_or_none(product.deal_until),
        "variant_count": product.variant_count,
        "available": available,
        "version": product.version,
    }


def _whole(
    tx: Tx, products: Sequence[Product], variants: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """variants: as they are shown; those that aren't offered say so."""
    shops = tx.store.bare_shops({each.shop_id for each in products})
    merchants = {each.id: each.name for each in tx.store.merchants()}
    return [
        {
            **_card(each, shops[each.shop_id], any(_to_be_had(variant) for variant in variants[each.id])),
            "merchant_id": shops[each.shop_id].merchant_id,
            "merchant_name": merchants[shops[each.shop_id].merchant_id],
            "sku": each.sku,
            "words": words(each.words),
            "origin": each.origin,
            "perishable": each.perishable,
            "liquid_ml": each.liquid_ml,
            "photos": list(each.photos),
            "state": each.state.value,
            "variants": variants[each.id],
        }
        for each in products
    ]


def _to_be_had(variant: Mapping[str, Any]) -> bool:
    return bool(variant["available"] > 0 and variant.get("offered", True))


def _deal(deal: Deal | None) -> dict[str, Any] | None:
    if deal is None:
        return None
    return {
        "price_fen": deal.price_fen,
        "from_at": instant(deal.from_at),
        "until_at": instant_or_none(deal.until_at),
        "per_person": deal.per_person,
    }


def _variant(variant: Variant, level: Level | None, now: datetime, most: int | None) -> dict[str, Any]:
    """most: pieces that are told of at most; None: all."""
    free = 0 if level is None else level.free
    return {
        "id": variant.id,
        "options": options_view(variant.options),
        "barcode": variant.barcode,
        "price_fen": variant.price_fen,
        "now_fen": variant.price.now_fen(now),
        "deal": _deal(variant.price.deal_at(now)),
        "weight_g": variant.weight_g,
        "available": free if most is None else min(free, most),
    }


def _staff_variant(variant: Variant, level: Level | None, now: datetime) -> dict[str, Any]:
    return {
        **_variant(variant, level, now, None),
        "deal": _deal(variant.deal),
        "offered": variant.offered,
        "on_hand": 0 if level is None else level.on_hand,
        "held": 0 if level is None else level.held,
        "stock_version": 0 if level is None else level.version,
    }


def _stock(variant: Variant, product: Product, level: Level | None) -> dict[str, Any]:
    return {
        "variant_id": variant.id,
        "product_id": product.id,
        "sku": product.sku,
        "name": words(product.name),
        "options": options_view(variant.options),
        "barcode": variant.barcode,
        "state": product.state.value,
        "on_hand": 0 if level is None else level.on_hand,
        "held": 0 if level is None else level.held,
        "free": 0 if level is None else level.free,
        "version": 0 if level is None else level.version,
        "changed_at": None if level is None else instant(level.changed_at),
    }
