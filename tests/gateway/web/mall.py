"""The mall as dictionaries: strict about what it is asked and whose order is whose, as the real one.

What it answers is read by the service's own schemas, so that the pages are never tried on shapes that there aren't.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from kernel import clock
from kernel.instants import instant
from kernel.sealing import SealBox
from services.payments.errors import OpenidNeeded
from services.shop import errors
from services.shop.schemas import (
    baskets,
    campaigns,
    cases,
    coupons,
    invoices,
    orders,
    parcels,
)
from services.shop.schemas.order_words import CaseReason
from tests.gateway.web.mall_orders import campaign_of, case_of, coupon_of, line_of, order_of, quote_of
from tests.gateway.web.mall_shelf import FakeShelf, told
from tests.gateway.web.travellers import loaded


class FakeShop(FakeShelf):
    """`refuses`: what the next write says; `at_gate`: whether a runner makes it to the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.baskets: dict[str, dict[str, int]] = {}
        self.seen: dict[str, int] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.cases: dict[str, dict[str, Any]] = {}
        self.coupons: dict[str, dict[str, Any]] = {}
        self.campaigns = [campaign_of(number) for number in range(4)]
        self.pays: list[tuple[str, str]] = []
        self.merged: list[tuple[str, str]] = []
        self.answered: list[tuple[str, str]] = []
        self.invoiced: list[str] = []
        self.refuses: Exception | None = None
        self.at_gate = True
        self.for_bus: dict[str, tuple[int, int]] = {}
        """Coupons for other services: what they take off, and from which sum on."""
        self._answers: dict[str, str] = {}
        self._box = SealBox({"k1": b"m" * 32}, b"the mall of a test")

    # --- baskets -------------------------------------------------------------------------------------

    def get_basket(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(baskets.BasketOwnerSchema(), request)
        return self._basket(wish["passenger_id"] or wish["guest"])

    def put_line(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(baskets.PutLineSchema(), request)
        if self.refuses:
            raise self.refuses
        owner, variant_id = wish["passenger_id"] or wish["guest"], wish["variant_id"]
        _, variant = self.variant(variant_id)
        self.seen[variant_id] = variant["now_fen"]
        basket = self.baskets.setdefault(owner, {})
        basket[variant_id] = wish["quantity"]
        if not wish["quantity"]:
            del basket[variant_id]
        return self._basket(owner)

    def merge_basket(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(baskets.MergeBasketSchema(), request)
        theirs = self.baskets.pop(wish["guest"], {})
        mine = self.baskets.setdefault(wish["passenger_id"], {})
        for variant_id, quantity in theirs.items():
            mine[variant_id] = min(20, mine.get(variant_id, 0) + quantity)
        self.merged.append((wish["guest"], wish["passenger_id"]))
        return self._basket(wish["passenger_id"])

    def _basket(self, owner: str) -> dict[str, Any]:
        by_shop: dict[str, list[dict[str, Any]]] = {}
        changes = []
        for variant_id, quantity in self.baskets.get(owner, {}).items():
            product, variant = self.variant(variant_id)
            seen = self.seen.get(variant_id, variant["now_fen"])
            by_shop.setdefault(product["shop"]["id"], []).append(line_of(product, variant, quantity, seen))
            if seen != variant["now_fen"]:
                name = product["name"]
                words = {"zh": f"{name['zh']} 价格变了", "en": f"{name['en']} has another price"}
                about = {"line": variant_id, "kind": "price", "was": seen, "now": variant["now_fen"]}
                changes.append(about | {"words": words})
        lines = [line for found in by_shop.values() for line in found]
        basket = {
            "shops": [{"shop": self.ref(shop_id), "lines": found} for shop_id, found in by_shop.items()],
            "pieces": sum(line["quantity"] for line in lines),
            "goods_fen": sum(line["line_fen"] for line in lines if line["buyable"]),
            "currency": "CNY",
            "changes": changes,
        }
        return told(baskets.BasketResultSchema(), {"basket": basket})

    # --- orders --------------------------------------------------------------------------------------

    def quote_order(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(orders.QuoteOrderSchema(), request)
        return told(orders.QuoteResultSchema(), {"quote": quote_of(self, wish)})

    def place_order(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(orders.PlaceOrderSchema(), request)
        if wish["request_id"] in self._answers:
            return {"order": self.orders[self._answers[wish["request_id"]]]}
        if self.refuses:
            raise self.refuses
        quote = quote_of(self, wish)
        if quote["amount_fen"] != wish["expects_fen"]:
            raise errors.QuoteChanged(quote=quote)
        order_id = f"{len(self.orders) + 1:032x}"
        self.orders[order_id] = order_of(order_id, quote)
        self.owners[order_id] = wish["passenger_id"]
        self._answers[wish["request_id"]] = order_id
        if wish["lines"] is None:
            self.baskets.pop(wish["passenger_id"], None)
        return self._order(order_id)

    def get_order(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._order(self._mine(loaded(orders.OrderIdSchema(), request)))

    def list_orders(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(orders.ListOrdersSchema(), request)
        mine = [self.orders[one] for one, owner in self.owners.items() if owner == wish["passenger_id"]]
        return told(orders.OrdersSchema(), {"orders": mine[::-1], "next_cursor": None})

    def pay_order(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(orders.PayOrderSchema(), request)
        order = self.orders[self._mine(wish)]
        order |= {"state": "paying", "out_trade_no": f"M{order['id'][-8:]}"}
        self.pays.append((order["id"], wish["channel"].value))
        pay = {"code_url": f"weixin://wxpay/bizpayurl?pr={order['id'][:9]}"}
        if wish["channel"].value == "jsapi":
            if not wish["openid"]:
                raise OpenidNeeded
            pay = {"appId": "wx1", "timeStamp": "1", "nonceStr": "n", "package": "prepay_id=1"}
            pay |= {"signType": "RSA", "paySign": "s"}
        return told(orders.PayResultSchema(), {"order": order, "pay": pay})

    def cancel_order(self, request: dict[str, Any]) -> dict[str, Any]:
        order_id = self._mine(loaded(orders.CancelOrderSchema(), request))
        self.orders[order_id]["state"] = "released"
        return self._order(order_id)

    def answer_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(parcels.AnswerAskSchema(), request)
        if self.refuses:
            raise self.refuses
        self.answered.append((wish["ask_id"], wish["choice"].value))
        for order_id, order in self.orders.items():
            for parcel in order["parcels"]:
                if parcel["ask"] and parcel["ask"]["id"] == wish["ask_id"]:
                    parcel |= {"ask": None, "state": "picking"}
                    return self._order(order_id)
        raise errors.AskNotFound

    def cancel_parcel(self, request: dict[str, Any]) -> dict[str, Any]:
        order_id = self._mine(loaded(parcels.CancelParcelSchema(), request))
        for parcel in self.orders[order_id]["parcels"]:
            if parcel["id"] == request["parcel_id"]:
                parcel |= {"state": "cancelled", "can_cancel": False, "refund_fen": parcel["goods_fen"]}
        return self._order(order_id)

    def _order(self, order_id: str) -> dict[str, Any]:
        return told(orders.OrderResultSchema(), {"order": self.orders[order_id]})

    def _mine(self, wish: dict[str, Any]) -> str:
        if self.owners.get(wish["order_id"]) != wish["passenger_id"]:
            raise errors.OrderNotFound
        return str(wish["order_id"])

    # --- after the sale ------------------------------------------------------------------------------

    def quote_return(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(cases.QuoteReturnSchema(), request)
        self._mine(wish)
        allowed = wish["reason"].value != "changed_mind"
        words = {
            "zh": "食品有问题，收到后24小时内可退。",
            "en": "Food that isn't right: within 24 hours of hand-over.",
        }
        lines = [
            {
                **one,
                "refund_fen": 3000 * one["quantity"] if allowed else 0,
                "allowed": allowed,
                "words": words,
                "until": instant(clock.now() + timedelta(hours=20)),
                "needs_photo": True,
            }
            for one in wish["lines"]
        ]
        total = sum(one["refund_fen"] for one in lines)
        answer = {"lines": lines, "refund_fen": total, "allowed": allowed}
        return told(cases.QuoteReturnResultSchema(), answer)

    def open_case(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(cases.OpenCaseSchema(), request)
        if self.refuses:
            raise self.refuses
        for each in wish["photos"]:
            base64.b64decode(each["jpeg"], validate=True)
        order = self.orders[self._mine(wish)]
        case = case_of(f"case{len(self.cases) + 1}", order, wish)
        self.cases[case["id"]] = case
        return told(cases.CaseResultSchema(), {"case": case})

    def list_cases_of(self, request: dict[str, Any]) -> dict[str, Any]:
        order_id = self._mine(loaded(cases.OrderCasesSchema(), request))
        mine = [one for one in self.cases.values() if one["order_id"] == order_id]
        return told(cases.CasesSchema(), {"cases": mine})

    def get_own_case_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(cases.OwnCasePhotoSchema(), request)
        for case in self.cases.values():
            if wish["photo_id"] in case["photos"] and self.owners[case["order_id"]] == wish["passenger_id"]:
                return told(cases.CasePhotoResultSchema(), {"jpeg": "/9j/4A=="})
        raise errors.PhotoNotFound

    def get_case(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(cases.CaseIdSchema(), request)
        case = self.cases.get(wish["case_id"])
        if case is None or self.owners[case["order_id"]] != wish["passenger_id"]:
            raise errors.CaseNotFound
        return told(cases.CaseResultSchema(), {"case": case})

    def withdraw_case(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(cases.WithdrawCaseSchema(), request)
        case = self.cases.get(wish["case_id"])
        if case is None or self.owners[case["order_id"]] != wish["passenger_id"]:
            raise errors.CaseNotFound
        case["state"] = "withdrawn"
        return {"case": case}

    def get_sealing_key(self, request: dict[str, Any]) -> Any:
        return {"key": self._box.public_key()}

    def request_invoice(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(invoices.RequestInvoiceSchema(), request)
        text = loaded(invoices.InvoiceTextSchema(), json.loads(self._box.open(wish["sealed"])))
        if text["tax_number"] and text["tax_number"].endswith("0"):
            raise errors.BadTaxNumber
        self.invoiced.append(text["title"])
        order = self.orders[self._mine(wish)]
        asked = {
            "id": "i1",
            "merchant_name": "长沙黄花商贸有限公司",
            "kind": wish["kind"].value,
            "state": "asked",
        }
        asked |= {
            "amount_fen": order["amount_fen"],
            "number": None,
            "asked_at": instant(clock.now()),
            "words": "",
        }
        order |= {"invoices": [asked], "can_invoice": False}
        return self._order(order["id"])

    # --- coupons -------------------------------------------------------------------------------------

    def list_campaigns(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(campaigns.ListCampaignsSchema(), request)
        owner = wish["passenger_id"]
        shown = []
        for one in self.campaigns:
            mine = sum(each["campaign_id"] == one["id"] for each in self.coupons.values()) if owner else 0
            shown.append(one | {"mine": mine, "why_not": "limit" if mine else one["why_not"]})
        return told(campaigns.CampaignsSchema(), {"campaigns": shown})

    def get_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(campaigns.GetCampaignSchema(), request)
        found = next((one for one in self.campaigns if one["id"] == wish["campaign_id"]), None)
        if found is None:
            raise errors.CampaignNotFound
        return told(campaigns.OneCampaignSchema(), {"campaign": found})

    def claim_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(coupons.ClaimCouponSchema(), request)
        if self.refuses:
            raise self.refuses
        campaign = next(one for one in self.campaigns if one["id"] == wish["campaign_id"])
        coupon = coupon_of(f"coupon{len(self.coupons) + 1}", campaign)
        self.coupons[coupon["id"]] = coupon | {"owner": wish["passenger_id"]}
        return told(coupons.OneCouponSchema(), {"coupon": coupon})

    def quote_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(coupons.QuoteCouponSchema(), request)
        fen = sum(item["price_fen"] * item["quantity"] for item in wish["items"])

        def title(id_: str) -> dict[str, str]:
            return {"zh": f"车票券 {id_}", "en": f"Bus coupon {id_}"}

        fits = {id_: min(off, fen) for id_, (off, least) in self.for_bus.items() if fen >= least}
        lacks = {id_: least - fen for id_, (_, least) in self.for_bus.items() if fen < least}
        until = instant(clock.real_now() + timedelta(days=7))
        return {
            "used": [],
            "usable": [
                {"id": id_, "title": title(id_), "discount_fen": off, "valid_until": until}
                for id_, off in sorted(fits.items(), key=lambda one: -one[1])
            ],
            "not_usable": [
                {
                    "id": id_,
                    "title": title(id_),
                    "why": "threshold",
                    "words": {"zh": f"还差 {fen / 100:g} 元", "en": f"¥{fen / 100:g} more needed"},
                    "missing_fen": fen,
                }
                for id_, fen in lacks.items()
            ],
        }

    def list_my_coupons(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(coupons.ListMyCouponsSchema(), request)
        states = {"usable": {"claimed", "locked"}, "used": {"redeemed"}, "over": {"expired", "void"}}[
            wish["shelf"]
        ]
        mine = [
            {name: value for name, value in one.items() if name != "owner"}
            for one in self.coupons.values()
            if one["owner"] == wish["passenger_id"] and one["state"] in states
        ]
        return told(coupons.CouponPageSchema(), {"coupons": mine, "next_cursor": None})

    def get_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(coupons.GetCouponSchema(), request)
        found = self.coupons.get(wish["coupon_id"])
        if found is None or found["owner"] != wish["passenger_id"]:
            raise errors.CouponNotFound
        coupon = {name: value for name, value in found.items() if name != "owner"}
        good = coupon["state"] == "claimed"
        rule = {
            "zh": "部分退货时，按比例退回找零券。",
            "en": "When some goods come back you get a change coupon.",
        }
        more = {
            "code": "7K2M9PQ4RTX5" if good else "",
            "shown": "7K2M 9PQ4 RTX5" if good else "",
            "rule": rule,
            "steps": [{"after": "claimed", "at": instant(clock.now())}],
        }
        return told(coupons.DetailedCouponSchema(), {"coupon": coupon | more})

    # --- what tests do -------------------------------------------------------------------------------

    def bought(self, owner: str, *variant_ids: str, flight_id: str | None = None) -> dict[str, Any]:
        """An order of this traveller that is paid."""
        order = self.held(owner, *variant_ids, flight_id=flight_id)
        order |= {
            "state": "issued",
            "paid_at": instant(clock.real_now()),
            "can_pay": False,
            "can_cancel": False,
        }
        order["can_invoice"] = True
        for number, parcel in enumerate(order["parcels"]):
            parcel |= {"state": "placed", "code": f"7K2M9PQ{number + 2}", "can_cancel": True}
        return order

    def held(self, owner: str, *variant_ids: str, flight_id: str | None = None) -> dict[str, Any]:
        lines = [{"variant_id": one, "quantity": 1} for one in variant_ids or ("tea-heicha",)]
        wish = {"passenger_id": owner, "lines": lines, "flight_id": flight_id}
        quote = self.quote_order(wish)["quote"]
        request_id = f"made by hand {len(self.orders)}"
        self.place_order({**wish, "request_id": request_id, "expects_fen": quote["amount_fen"]})
        return self.orders[self._answers[request_id]]

    def move(self, order: dict[str, Any], number: int, state: str, **more: Any) -> None:
        """A parcel of an order, by its place, into another state."""
        order["parcels"][number] |= {"state": state, "can_cancel": False, **more}
        if state == "handed_over":
            order["parcels"][number] |= {"code": "", "can_return": True}

    def settle(self, owner: str) -> None:
        """Somebody with a paid order, a parcel handed over and complained of with a photo, and a coupon."""
        order = self.bought(owner, "tea-gift", "scarf")
        self.move(order, 0, "handed_over")
        lines = [{"line_id": order["parcels"][0]["lines"][0]["id"], "quantity": 1}]
        wish = {"lines": lines, "reason": CaseReason.DAMAGED, "words": "", "photos": [{}]}
        self.cases["settled"] = case_of("settled", order, wish)
        self.claimed(owner)

    def claimed(self, owner: str, number: int = 0) -> str:
        """A coupon of this traveller's."""
        wish = {"request_id": f"made by hand {len(self.coupons)}", "passenger_id": owner}
        answer = self.claim_coupon({**wish, "campaign_id": self.campaigns[number]["id"]})
        return str(answer["coupon"]["id"])
