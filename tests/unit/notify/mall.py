"""The mall as notify meets it: campaigns, and coupons that are claimed by cards."""

from __future__ import annotations

from typing import Any

from kernel.errors import Kind, RemoteError

CAMPAIGN: dict[str, Any] = {
    "id": "tea",
    "title": {"zh": "商城满100减20", "en": "20 off 100"},
    "terms": {"zh": "每单一张", "en": "One an order"},
    "kind": "amount",
    "value_fen": 2000,
    "pct": None,
    "cap_fen": None,
    "threshold_fen": 10_000,
    "valid_from": "2026-11-23T00:00:00Z",
    "valid_until": "2026-12-31T16:00:00Z",
    "valid_days": None,
    "funded_by": "airport",
    "card_id": None,
    "why_not": None,
}


class Mall:
    """`fails[method]`: errors to raise, one a call. `claims`: (request_id, card) by coupon."""

    def __init__(self) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {"tea": dict(CAMPAIGN)}
        self.coupons: dict[str, dict[str, Any]] = {}
        self.fails: dict[str, list[Exception]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2.0) -> Any:
        assert service == "shop"
        self.asked.append((method, request))
        if self.fails.get(method):
            raise self.fails[method].pop(0)
        answer: Any = getattr(self, f"_{method}")(request)
        return answer

    def coupon(self, coupon_id: str, passenger_id: str = "anna", **changes: Any) -> None:
        plain = {"id": coupon_id, "campaign_id": "tea", "passenger_id": passenger_id, "state": "claimed"}
        self.coupons[coupon_id] = plain | {"source": "page", "in_wallet": False, "card": None} | changes

    def _get_campaign(self, request: dict[str, Any]) -> Any:
        if request["campaign_id"] not in self.campaigns:
            raise RemoteError("shop.campaign_not_found", Kind.NOT_FOUND, {})
        return {"campaign": dict(self.campaigns[request["campaign_id"]])}

    def _set_campaign_card(self, request: dict[str, Any]) -> Any:
        self.campaigns[request["campaign_id"]]["card_id"] = request["card_id"]
        return {}

    def _get_coupon(self, request: dict[str, Any]) -> Any:
        coupon = self.coupons.get(request["coupon_id"])
        if coupon is None or coupon["passenger_id"] != request["passenger_id"]:
            raise RemoteError("shop.coupon_not_found", Kind.NOT_FOUND, {})
        return {"coupon": coupon}

    def _claim_coupon(self, request: dict[str, Any]) -> Any:
        assert request["source"] == "card"
        held = [c for c in self.coupons.values() if c["card"] == request["card"]]
        if held:
            return {"coupon": held[0]}
        if self.campaigns[request["campaign_id"]]["why_not"]:
            raise RemoteError("shop.campaign_closed", Kind.CONFLICT, {})
        coupon_id = f"c{len(self.coupons) + 1}"
        self.coupon(coupon_id, request["passenger_id"], source="card", in_wallet=True, card=request["card"])
        return {"coupon": self.coupons[coupon_id]}

    def _bind_card(self, request: dict[str, Any]) -> Any:
        coupon = self._get_coupon(request)["coupon"]
        coupon |= {"in_wallet": True, "card": request["card"]}
        return {"coupon": coupon}

    def _drop_card(self, request: dict[str, Any]) -> Any:
        coupon = self.coupons[request["coupon_id"]]
        if coupon["card"] == request["card"]:
            coupon |= {"in_wallet": False, "card": None}
        return {"coupon": coupon}

    def _get_coupon_card(self, request: dict[str, Any]) -> Any:
        if "code" in request:
            held = [c for c in self.coupons.values() if (c["card"] or {}).get("code") == request["code"]]
        else:
            held = [self.coupons[request["coupon_id"]]]
        if not held:
            raise RemoteError("shop.coupon_not_found", Kind.NOT_FOUND, {})
        return {"state": held[0]["state"], "coupon_id": held[0]["id"]}
