"""A card that left the wallet leaves the coupon as good as before, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.ids import new_id
from services.shop.errors import CouponNotFound
from services.shop.schemas import coupons as schemas
from services.shop.usecases import coupon_cards
from tests.unit.shop.coupons import CARD, PLACE, bind, claim, look, put_in_wallet, put_out


def drop(uow: Any, coupon_id: str, code: str = CARD["code"]) -> dict[str, Any]:
    given = {"request_id": new_id(), "coupon_id": coupon_id, "card": CARD | {"code": code}}
    answer = coupon_cards.drop_card(uow, PLACE, schemas.DropCardSchema().load(given))
    assert schemas.OneCouponSchema().validate(answer) == {}
    coupon: dict[str, Any] = answer["coupon"]
    return coupon


def test_a_card_that_was_thrown_away_makes_room_for_another(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    coupon_id = claim(real_uow, campaign_id)["id"]
    put_in_wallet(real_uow, campaign_id)
    assert bind(real_uow, coupon_id)["in_wallet"]
    assert drop(real_uow, coupon_id, "999999999999")["in_wallet"], "that one it never had"
    gone = drop(real_uow, coupon_id)
    assert (gone["in_wallet"], gone["state"]) == (False, "claimed")
    assert drop(real_uow, coupon_id) == gone, "again it is no error"
    assert look(real_uow, coupon_id)["code"] != ""
    assert bind(real_uow, coupon_id)["in_wallet"]


def test_nobodys_card_is_dropped_of_a_coupon_that_isnt_there(real_uow: Any) -> None:
    with pytest.raises(CouponNotFound):
        drop(real_uow, "gone")
