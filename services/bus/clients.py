"""The mall as bus asks it about coupons, over any way of calling; `services.shop.schemas.coupons` says what may be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kernel.ids import new_id
from kernel.instants import instant
from services.bus.events import PUBLISHER


class Calls(Protocol):
    """`kernel.wire`'s Caller is one."""

    def call(self, service: str, method: str, request: dict[str, Any]) -> Any: ...


@dataclass(frozen=True)
class Keep:
    """Coupons to keep for an order until an instant. fares: of its seats, by number."""

    order_id: str
    passenger_id: str
    coupon_ids: Sequence[str]
    fares: Sequence[int]
    until: datetime


class MallCoupons:
    """Everything may be asked again: what was done once for an order is done. Raises what the call raises."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def lock(self, keep: Keep) -> Mapping[int, int]:
        """What the coupons take off, by the number of the seat."""
        request = {
            "request_id": new_id(),
            "service": PUBLISHER,
            "order_id": keep.order_id,
            "passenger_id": keep.passenger_id,
            "coupon_ids": list(keep.coupon_ids),
            "items": [
                {"ref": str(number), "price_fen": fen, "quantity": 1}
                for number, fen in enumerate(keep.fares, 1)
            ],
            "expires_at": instant(keep.until),
        }
        shares: dict[int, int] = {}
        for discount in self._calls.call("shop", "lock_coupon", request)["discounts"]:
            for ref, fen in discount["shares"].items():
                shares[int(ref)] = shares.get(int(ref), 0) + fen
        return shares

    def redeem(self, order_id: str) -> None:
        self._calls.call("shop", "redeem_coupon", self._about(order_id))

    def release(self, order_id: str) -> None:
        self._calls.call("shop", "release_coupon", self._about(order_id))

    def give_back(self, order_id: str, numbers: Collection[int]) -> None:
        """numbers: of the seats that came back in all so far."""
        returned = [{"ref": str(number), "quantity": 1} for number in sorted(numbers)]
        self._calls.call("shop", "give_back_coupon", self._about(order_id) | {"returned": returned})

    @staticmethod
    def _about(order_id: str) -> dict[str, Any]:
        return {"request_id": new_id(), "service": PUBLISHER, "order_id": order_id}
