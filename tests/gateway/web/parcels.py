"""The courier way of the lostfound service as dictionaries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema

from kernel import clock
from kernel.sealing import SealBox
from services.lostfound import errors
from services.lostfound.schemas import courier


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Parcels:
    """parcels: by claim, the newest order. addresses: what was sealed for each."""

    private: dict[str, dict[str, Any]]
    _box: SealBox

    def __init__(self) -> None:
        self.parcels: dict[str, dict[str, Any]] = {}
        self.addresses: dict[str, dict[str, Any]] = {}

    def _claimed(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def _told(self, schema: Schema, answer: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def quote_courier(self, request: dict[str, Any]) -> Any:
        wish = courier.QuoteCourierSchema().load(request)
        self._claimed(wish)
        words = {"zh": "不能寄往境外。", "en": "Nothing is sent abroad."}
        quote: dict[str, Any] = dict.fromkeys(("not_sent", "fee_fen", "zone", "weight"))
        quote |= {"province": wish["province"], "reason": words}
        if wish["province"] == "abroad":
            quote["not_sent"] = {"code": "abroad", "reason": words}
        else:
            quote |= {"fee_fen": 1800, "zone": "local", "weight": "medium"}
            quote["reason"] = {"zh": "中件，省内", "en": "Medium, within Hunan"}
        return self._told(courier.CourierQuoteSchema(), {"quote": quote})

    def order_courier(self, request: dict[str, Any]) -> Any:
        wish = courier.OrderCourierSchema().load(request)
        claim = self._claimed(wish)
        if wish["fee_fen"] != 1800:
            raise errors.FeeChanged(fee_fen=1800)
        address = courier.AddressSchema().load(json.loads(self._box.open(wish["sealed"])))
        now = clock.real_now()
        order: dict[str, Any] = dict.fromkeys(
            ("paid_at", "out_trade_no", "carrier", "tracking_number", "sent_at", "arrived_at")
        )
        order |= {"id": f"p{len(self.addresses):031x}", "claim_id": claim["id"], "state": "held"}
        order |= {"parcel": "ordered", "province": wish["province"], "amount_fen": 1800, "currency": "CNY"}
        order |= {"refunding_fen": 0, "refunded_fen": 0, "held_at": text_of(now)}
        order["expires_at"] = text_of(now + timedelta(minutes=30))
        self.parcels[claim["id"]], self.addresses[order["id"]] = order, address
        return self._told(courier.OneCourierOrderSchema(), {"order": order})

    def pay_courier(self, request: dict[str, Any]) -> Any:
        wish = courier.PayCourierSchema().load(request)
        order = self._parcel(wish)
        order |= {"state": "paying", "out_trade_no": "t1"}
        if wish["channel"] == "jsapi":
            pay = {"paySign": "signed", "package": "prepay_id=1"}
        else:
            pay = {"code_url": "weixin://wxpay/bizpayurl?pr=1"}
        return self._told(courier.PayingCourierSchema(), {"order": order, "pay": pay})

    def release_courier(self, request: dict[str, Any]) -> Any:
        order = self._parcel(courier.ReleaseCourierSchema().load(request))
        if order["parcel"] not in ("ordered", "waiting"):
            raise errors.WrongParcel(state=order["parcel"])
        paid = order["parcel"] == "waiting"
        order |= {"parcel": "cancelled", "state": "returning" if paid else "released"}
        order["refunding_fen"] = 1800 if paid else 0
        return self._told(courier.OneCourierOrderSchema(), {"order": order})

    def get_courier_order(self, request: dict[str, Any]) -> Any:
        claim = self._claimed(courier.CourierClaimSchema().load(request))
        return self._told(courier.MaybeCourierOrderSchema(), {"order": self.parcels.get(claim["id"])})

    def _parcel(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        for order in self.parcels.values():
            mine = self.private[order["claim_id"]]["owner"] == wish["passenger_id"]
            if order["id"] == wish["order_id"] and mine:
                return order
        raise errors.CourierNotFound
