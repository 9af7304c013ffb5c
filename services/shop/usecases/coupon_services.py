"""Coupons of other services' orders: what the mall does in its own transactions, by calls.

A caller's request_id makes each call one; what it does may be repeated under other ids as well.
"""

from __future__ import annotations

from typing import Any

from services.shop.domain.coupons import Item, Use
from services.shop.errors import CouponNotUsable
from services.shop.schemas.coupon_words import WhyNot
from services.shop.usecases.coupon_use import (
    Returned,
    Wish,
    coupons_of_orders,
    give_back,
    lock,
    offers,
    redeem,
    refusal,
    release,
)
from services.shop.usecases.coupon_views import discount_view, offers_view
from services.shop.usecases.shared import Place, Tx, Work, once


def quote_coupon(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OffersSchema. Nothing is kept."""
    wish = Wish(request["service"], _items(request), tuple(request["coupon_ids"]))
    with uow.read() as tx:
        return offers_view(offers(tx.store, request["passenger_id"], wish, tx.now()))


def lock_coupon(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """LockedSchema. Raises CouponNotUsable."""

    def work(tx: Tx) -> dict[str, Any]:
        use = Use(request["service"], request["order_id"], _items(request), request["expires_at"])
        done = lock(tx, request["passenger_id"], request["coupon_ids"], use)
        known = coupons_of_orders(tx.store, use.service, [use.order_id])[use.order_id]
        titles = {each.coupon_id: dict(each.title) for each in known}
        return {"discounts": [discount_view(each, titles[each.coupon_id]) for each in done]}

    return once(uow, request, "lock_coupon", work)


def redeem_coupon(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OrderCouponsSchema. Raises CouponNotUsable when its lock ended and it went elsewhere or is over: then nothing was
    redeemed, and the caller releases what is left of the order's coupons and gives its money back."""

    def work(tx: Tx) -> dict[str, Any]:
        if not redeem(tx, request["service"], request["order_id"]):
            raise CouponNotUsable(**_gone(tx, request))
        return _coupons(tx, request)

    return once(uow, request, "redeem_coupon", work)


def release_coupon(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OrderCouponsSchema."""

    def work(tx: Tx) -> dict[str, Any]:
        release(tx, request["service"], request["order_id"])
        return _coupons(tx, request)

    return once(uow, request, "release_coupon", work)


def give_back_coupon(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """GivenBackSchema: what came back with this call."""
    quantities = {each["ref"]: each["quantity"] for each in request["returned"]}

    def work(tx: Tx) -> dict[str, Any]:
        done = give_back(tx, place.vault, Returned(request["service"], request["order_id"], quantities))
        return {
            "given_back": [
                {
                    "used_coupon_id": each.used_coupon_id,
                    "back": each.back.value,
                    "coupon_id": each.coupon_id,
                    "value_fen": each.value_fen,
                }
                for each in done
            ]
        }

    return once(uow, request, "give_back_coupon", work)


def _gone(tx: Tx, request: dict[str, Any]) -> dict[str, object]:
    """The first of an order's coupons that isn't there any more, and why."""
    order_id = request["order_id"]
    for each in coupons_of_orders(tx.store, request["service"], [order_id])[order_id]:
        coupon = tx.store.coupons.coupon(each.coupon_id)
        why = None if each.live or coupon is None else coupon.why_not(tx.now())
        if why is not None:
            return refusal(each.coupon_id, why)
    return refusal("", WhyNot.NOT_FOUND)


def _items(request: dict[str, Any]) -> tuple[Item, ...]:
    return tuple(
        Item(
            each["ref"],
            each["shop_id"],
            frozenset(each["categories"]),
            each["price_fen"],
            each["quantity"],
        )
        for each in request["items"]
    )


def _coupons(tx: Tx, request: dict[str, Any]) -> dict[str, Any]:
    order_id = request["order_id"]
    return {
        "coupons": [
            {
                "id": each.coupon_id,
                "title": dict(each.title),
                "discount_fen": each.discount_fen,
                "given_back_fen": each.given_back_fen,
            }
            for each in coupons_of_orders(tx.store, request["service"], [order_id])[order_id]
        ]
    }
