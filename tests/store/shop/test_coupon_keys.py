"""A change of keys reaches the codes of coupons: afterwards the old key may go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kernel.crypto import FieldCipher
from kernel.resealing import reseal
from services.shop.errors import CouponNotFound
from services.shop.schemas import till as schemas
from services.shop.store.coupon_seals import COUPON_SEALED
from services.shop.usecases import coupon_claim, coupon_till
from services.shop.vault import Vault
from tests.unit.shop.coupons import ANN, CASHIER, PLACE, claimed, look

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def test_codes_are_found_and_shown_under_the_new_key_and_the_old_one_may_go(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    code = look(real_uow, coupon_id)["code"]
    after = replace(PLACE, vault=Vault({"k2": NEW}))
    given = {**CASHIER, "shop_id": "t2-tea", "codes": [code], "amount_fen": 12_000, "receipt": "R-1"}
    asked = schemas.ScanCouponsSchema().load(given)
    with pytest.raises(CouponNotFound):
        coupon_till.scan_coupons(real_uow, after, asked)
    last = list(reseal(real_uow.database, FieldCipher({"k2": NEW, "k1": OLD}), "k2", COUPON_SEALED, 100))[-1]
    assert (last.done, last.left, last.unreadable) == (1, 0, 0)
    assert coupon_till.scan_coupons(real_uow, after, asked)["coupons"][0]["coupon_id"] == coupon_id
    mine = {"passenger_id": ANN, "coupon_id": coupon_id}
    assert coupon_claim.get_coupon(real_uow, after, mine)["coupon"]["code"] == code
