"""Merchants and shops, as those who run the mall and those who work in it write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from services.shop.domain.catalogue import Merchant, Shop
from services.shop.domain.hours import Hours, OtherDay, Times
from services.shop.errors import ChangedMeanwhile, MerchantNotFound, PhotoNotFound, ShopNotFound
from services.shop.schemas.shared import EVERY
from services.shop.schemas.vocabulary import ShopState, Words
from services.shop.store.shops import ShopFilter
from services.shop.usecases import indexing
from services.shop.usecases.saving import lock_shop, tell_shop
from services.shop.usecases.shared import Place, Tx, Work, once, refuse_other, refuse_some
from services.shop.usecases.views import merchant_view, shop_views

_PLAIN = ("merchant_id", "terminal", "side", "zone", "place", "walk_m", "picking_minutes", "phone", "state")
_WHOSE = ("merchant_id", "terminal", "side", "zone", "place")
_FOUND_BY = ("name", "terminal", "side", "place")


def save_merchant(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """MerchantResultSchema. Raises NotYourShop, ChangedMeanwhile, MerchantNotFound."""
    refuse_some(request["shops"])

    def work(tx: Tx) -> dict[str, Any]:
        seen = request["seen_version"]
        values = {name: request[name] for name in ("name", "licence", "invoice_email")}
        merchant = Merchant(request["merchant_id"], **values, version=(seen or 0) + 1)
        known = tx.store.merchant(merchant.id)
        if seen is None:
            if known is not None:
                raise ChangedMeanwhile
            tx.store.add_merchant(merchant)
        elif known is None:
            raise MerchantNotFound
        elif not tx.store.save_merchant(merchant, seen):
            raise ChangedMeanwhile
        return {"merchant": merchant_view(merchant)}

    return once(uow, request, "save_merchant", work)


def list_merchants(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """MerchantsSchema: those of the account's shops."""
    with uow.read() as tx:
        found = tx.store.merchants()
        if EVERY not in request["shops"]:
            own = {each.merchant_id for each in tx.store.shops_of(request["shops"]).values()}
            found = [each for each in found if each.id in own]
    return {"merchants": [merchant_view(each) for each in found]}


def save_shop(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopResultSchema. Raises NotYourShop, ShopNotFound, MerchantNotFound, UnknownPlace, ChangedMeanwhile."""
    place.refuse_unknown(request["place"])

    def work(tx: Tx) -> dict[str, Any]:
        if request["seen_version"] is None:
            return {"shop": shop_views(tx, place, [_added(tx, request)], now)[0]}
        shop = lock_shop(tx, request["shops"], request["shop_id"])
        if shop.version != request["seen_version"]:
            raise ChangedMeanwhile
        after = replace(shop, **_values(request), version=shop.version + 1)
        if any(getattr(after, name) != getattr(shop, name) for name in _WHOSE):
            refuse_some(request["shops"])
            _refuse_unknown_merchant(tx, after.merchant_id)
        tx.store.save_shop(after)
        tell_shop(tx, after)
        gone = (shop.state is ShopState.CLOSED) != (after.state is ShopState.CLOSED)
        if gone or any(getattr(after, name) != getattr(shop, name) for name in _FOUND_BY):
            _put_down_all(tx, place, after)
        return {"shop": shop_views(tx, place, [after], now)[0]}

    return once(uow, request, "save_shop", work)


def set_hours(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopResultSchema. Raises NotYourShop, ShopNotFound, ChangedMeanwhile."""

    def work(tx: Tx) -> dict[str, Any]:
        shop = lock_shop(tx, request["shops"], request["shop_id"])
        if shop.version != request["seen_version"]:
            raise ChangedMeanwhile
        after = replace(shop, hours=_hours(request), version=shop.version + 1)
        tx.store.save_hours(shop.id, after.hours)
        tx.store.save_shop(after)
        tell_shop(tx, after)
        return {"shop": shop_views(tx, place, [after], now)[0]}

    return once(uow, request, "set_hours", work)


def set_shop_state(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopResultSchema. Raises NotYourShop, ShopNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        shop = lock_shop(tx, request["shops"], request["shop_id"])
        if shop.state is request["state"]:
            return {"shop": shop_views(tx, place, [shop], now)[0]}
        if ShopState.CLOSED in (shop.state, request["state"]):
            # For good: that is for those who run the mall to say.
            refuse_some(request["shops"])
        after = replace(shop, state=request["state"], version=shop.version + 1)
        tx.store.save_shop(after)
        tell_shop(tx, after)
        if ShopState.CLOSED in (shop.state, after.state):
            _put_down_all(tx, place, after)
        return {"shop": shop_views(tx, place, [after], now)[0]}

    return once(uow, request, "set_shop_state", work)


def set_shop_picture(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopResultSchema. Raises NotYourShop, ShopNotFound, PhotoNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        shop = lock_shop(tx, request["shops"], request["shop_id"])
        picture = request["photo_id"]
        if picture is not None and tx.store.photo_shop(picture) != shop.id:
            raise PhotoNotFound
        if shop.picture is not None and shop.picture != picture:
            tx.store.remove_photos([shop.picture])
        after = replace(shop, picture=picture, version=shop.version + 1)
        tx.store.save_shop(after)
        tell_shop(tx, after)
        return {"shop": shop_views(tx, place, [after], now)[0]}

    return once(uow, request, "set_shop_picture", work)


def get_staff_shop(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopResultSchema, also of a closed one. Raises NotYourShop, ShopNotFound."""
    refuse_other(request["shops"], request["shop_id"])
    with uow.read() as tx:
        shop = tx.store.shop(request["shop_id"])
        if shop is None:
            raise ShopNotFound
        return {"shop": shop_views(tx, place, [shop], now)[0]}


def list_staff_shops(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopsSchema: those where the account works, also closed ones."""
    ids = None if EVERY in request["shops"] else request["shops"]
    with uow.read() as tx:
        return {"shops": shop_views(tx, place, tx.store.shops(ShopFilter(ids=ids, gone=True)), now)}


def _added(tx: Tx, request: Mapping[str, Any]) -> Shop:
    refuse_some(request["shops"])
    if tx.store.shop(request["shop_id"]) is not None:
        raise ChangedMeanwhile
    _refuse_unknown_merchant(tx, request["merchant_id"])
    shop = Shop(id=request["shop_id"], picture=None, version=1, **_values(request))
    tx.store.add_shop(shop)
    tell_shop(tx, shop)
    return shop


def _refuse_unknown_merchant(tx: Tx, merchant_id: str) -> None:
    if tx.store.merchant(merchant_id) is None:
        raise MerchantNotFound


def _values(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: request[name] for name in _PLAIN},
        "name": Words(**request["name"]),
        "about": Words(**request["about"]),
        "near_gates": tuple(dict.fromkeys(request["near_gates"])),
    }


def _hours(request: Mapping[str, Any]) -> Hours:
    others = {
        each["day_local"]: OtherDay(_times(each["times"]), each["reason"]["zh"], each["reason"]["en"])
        for each in request["exceptions"]
    }
    return Hours(tuple(_times(each) for each in request["weekly"]), others)


def _times(given: Mapping[str, str] | None) -> Times | None:
    if given is None:
        return None
    return Times(time.fromisoformat(given["opens"]), time.fromisoformat(given["closes"]))


def _put_down_all(tx: Tx, place: Place, shop: Shop) -> None:
    """Everything it has is found by its name and place, or no longer."""
    indexing.put_down(tx, place, tx.store.lock_all(shop.id))
