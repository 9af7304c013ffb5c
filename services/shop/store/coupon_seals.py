"""What of coupons is sealed, and found by a keyed hash: their codes, and WeChat's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, update

from kernel.crypto import FieldCipher
from kernel.resealing import SealedTable
from services.shop.domain.coupon_codes import CARD_CODE, CODE
from services.shop.store.coupon_tables import COUPONS


def _codes(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Tills find codes under the new key from now on."""
    found = {"code_digest": cipher.index(orjson.loads(plain["code_sealed"]), CODE)}
    if "card_code_sealed" in plain:
        found["card_code_digest"] = cipher.index(orjson.loads(plain["card_code_sealed"]), CARD_CODE)
    connection.execute(update(COUPONS).where(COUPONS.c.id == row.id).values(found))


COUPON_SEALED: Final = (SealedTable(COUPONS, ("code_sealed", "card_code_sealed"), reindex=_codes),)
