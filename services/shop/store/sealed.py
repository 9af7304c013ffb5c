"""FRONT DOOR of the operator's command: what of this database is sealed, and found by a keyed hash."""

from __future__ import annotations

from typing import Final

from services.shop.store.coupon_seals import COUPON_SEALED
from services.shop.store.order_seals import ORDER_SEALED

SEALED: Final = (*COUPON_SEALED, *ORDER_SEALED)
