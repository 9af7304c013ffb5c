"""A coupon whose card left WeChat's wallet: the coupon stays good, and may get another card."""

from __future__ import annotations

from typing import Any

from services.shop.domain.coupon_codes import CARD_CODE
from services.shop.errors import CouponNotFound
from services.shop.usecases.coupon_views import coupon_view
from services.shop.usecases.shared import Place, Tx, Work, once


def drop_card(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """OneCouponSchema. A card that it hasn't, or hasn't any more, is no error. Raises CouponNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        held = tx.store.coupons.lock_coupons([request["coupon_id"]])
        if not held:
            raise CouponNotFound
        coupon = held[0]
        named = tx.store.coupons.coupon_by_card(place.vault.candidates(request["card"]["code"], CARD_CODE))
        if named is not None and named.id == coupon.id:
            gone: dict[str, Any] = {"card_code_sealed": None, "card_code_digest": None}
            coupon = tx.store.coupons.change_coupon(coupon, **gone)
        return {"coupon": coupon_view(coupon, tx.now())}

    return once(uow, request, "drop_card", work)
