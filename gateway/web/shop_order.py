"""One order of the mall, from what is held to the parcels in one's hands; and all of one's orders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.barcodes import qr_svg
from gateway.session import Traveller
from gateway.web import shop_views as views
from gateway.web.bus_views import money
from gateway.web.notices import notice
from gateway.web.shop_checkout import promise
from gateway.web.shop_desk import ShopDesk
from gateway.web.site import in_wechat, link
from gateway.web.texts import N_, Texts
from gateway.web.times import when_words
from gateway.web.visitors import PRIVATE, Form, go
from kernel import clock
from services.payments.schemas import Channel
from services.shop.schemas.order_words import AskKind, Choice, OrderState, ParcelState, Way

WAITS: Final = frozenset({"held", "paying"})
_CHANGES_SOON: Final = WAITS | {"paid", "returning"}
_OVER: Final = frozenset({"handed_over", "missed", "cancelled", "ended"})
_PICKED: Final = frozenset({"placed", "picking"})
_PAGE: Final = 20
MINE: Final = "/me/orders"
STATES: Final = {
    OrderState.HELD: (N_("Waiting for payment"), "late"),
    OrderState.PAYING: (N_("Waiting for payment"), "late"),
    OrderState.PAID: (N_("Paid for"), "go"),
    OrderState.ISSUED: (N_("Paid for"), "go"),
    OrderState.RELEASED: (N_("Given up"), "done"),
    OrderState.LAPSED: (N_("Not paid in time"), "done"),
    OrderState.RETURNING: (N_("Money on its way back"), "late"),
    OrderState.REFUNDED: (N_("Refunded"), "done"),
}
"""By state of an order: the word and its tone."""
PARCELS: Final = {
    ParcelState.HELD: (N_("Waiting for payment"), "late"),
    ParcelState.PLACED: (N_("The shop has your order"), "calm"),
    ParcelState.PICKING: (N_("Being picked"), "air"),
    ParcelState.ASKING: (N_("The shop asks you"), "late"),
    ParcelState.READY: (N_("Ready"), "go"),
    ParcelState.ON_THE_WAY: (N_("On its way to the gate"), "air"),
    ParcelState.HANDED_OVER: (N_("Handed over"), "done"),
    ParcelState.MISSED: (N_("The flight left without it"), "bad"),
    ParcelState.CANCELLED: (N_("Called off"), "bad"),
    ParcelState.ENDED: (N_("Not paid in time"), "done"),
}
_STEPS: Final = {
    Way.SHOP: (
        (N_("Ordered"), {"placed"}),
        (N_("Picking"), {"picking", "asking"}),
        (N_("Ready"), {"ready", "on_the_way"}),
        (N_("Collected"), {"handed_over"}),
    ),
    Way.GATE: (
        (N_("Ordered"), {"placed"}),
        (N_("Picking"), {"picking", "asking", "ready"}),
        (N_("To the gate"), {"on_the_way"}),
        (N_("Handed over"), {"handed_over"}),
    ),
}
"""What a parcel goes through, and the states that mean it is there."""
CHOICES: Final = {
    (AskKind.MISSING, Choice.REPLACE): N_("Take this instead"),
    (AskKind.MISSING, Choice.REFUND): N_("Give the money back"),
    (AskKind.GATE_UNREACHABLE, Choice.COLLECT): N_("I collect it at the shop"),
    (AskKind.GATE_UNREACHABLE, Choice.REFUND): N_("Give all the money back"),
    (AskKind.FLIGHT_CANCELLED, Choice.COLLECT): N_("I collect it at the shop"),
    (AskKind.FLIGHT_CANCELLED, Choice.REFUND): N_("Give all the money back"),
}


class Orders:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._airport = desk.site.deps.airport

    async def page(self, request: Request, traveller: Traveller) -> Response:
        """GET /shop/orders/{order_id}: pay it, or see where its parcels are."""
        order = await self.known(request, traveller)
        return self._desk.own(request, self._draw(request, order, {}))

    async def state(self, request: Request, traveller: Traveller) -> Response:
        """GET /shop/orders/{order_id}/state: what an open page asks for to see whether it is still true."""
        order = await self.known(request, traveller)
        told = {"state": order["state"], "version": _version(order), "left_s": _left_s(order)}
        return JSONResponse(told, headers=PRIVATE)

    async def pay(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /shop/orders/{order_id}/pay: as for bus tickets, what WeChat's sheet is opened with, or a code."""
        wish = {"order_id": self.id_of(request), "channel": Channel.NATIVE.value}
        visitors = self._desk.visitors
        if in_wechat(request):
            # Who pays is whose session it is, whatever the page says.
            payer = await visitors.read(request, traveller, "passengers", "get_payer")
            wish |= {"channel": Channel.JSAPI.value, "openid": payer["openid"]}
        told = await visitors.write(request, form, "shop", "pay_order", traveller, **wish)
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"pay": told["pay"]}, headers=PRIVATE)
        if not told["pay"]:
            return go(request, self.path(request))
        return self._draw(request, told["order"], told["pay"])

    async def release(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /shop/orders/{order_id}/release: the goods go back to the others."""
        wish = {"order_id": self.id_of(request)}
        await self._desk.visitors.write(request, form, "shop", "cancel_order", traveller, **wish)
        return go(request, self.path(request))

    async def mine(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/orders: the newest first."""
        cursor, t = request.query_params.get("after", "")[:200], self._site.texts(request)
        mine = {"passenger_id": traveller.passenger_id, "limit": _PAGE, "cursor": cursor or None}
        told = await self._desk.call(request, "list_orders", **mine)
        return self._desk.draw_own(
            request,
            "me_orders.html",
            orders=[self.summary(order, t) for order in told["orders"]],
            older=link(MINE, after=told["next_cursor"]) if told["next_cursor"] else "",
            is_first=not cursor,
            said=notice(request),
        )

    def summary(self, order: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        """An order in a list: its parcels at a glance."""
        word, tone = STATES[OrderState(order["state"])]
        lines = [line for parcel in order["parcels"] for line in parcel["lines"]]
        parcels = [self._glance(one, t) for one in order["parcels"]]
        paid = order["state"] in {"paid", "issued"}
        return {
            "id": order["id"],
            "word": t(word),
            "tone": tone,
            "parcels": parcels if paid else [],
            "shops": t.listing(list(dict.fromkeys(one["shop"] for one in parcels))),
            "pictures": [line["picture"] for line in lines][:4],
            "names": t.listing([t.name(line["name"]) for line in lines[:2]]),
            "pieces": sum(line["quantity"] for line in lines),
            "amount": money(order["amount_fen"], order["currency"]),
            "when": when_words(t, order["held_at"], self._desk.zone),
            "asks": any(one["ask"] for one in order["parcels"]),
            "waits": order["state"] in WAITS and _left_s(order) > 0,
        }

    async def known(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """The order, if it is this traveller's. Raises OrderNotFound."""
        mine = {"passenger_id": traveller.passenger_id, "order_id": self.id_of(request)}
        order: dict[str, Any] = (await self._desk.call(request, "get_order", **mine))["order"]
        return order

    @staticmethod
    def id_of(request: Request) -> str:
        return str(request.path_params["order_id"])[:64]

    def path(self, request: Request) -> str:
        return f"/shop/orders/{self.id_of(request)}"

    # --- inside --------------------------------------------------------------------------------------

    def _draw(self, request: Request, order: Mapping[str, Any], pay: Mapping[str, str]) -> bytes:
        t, zone, currency = self._site.texts(request), self._desk.zone, order["currency"]
        left_s = _left_s(order)
        return self._desk.draw_own(
            request,
            "shop_order.html",
            order=order,
            one=self.summary(order, t),
            waits=order["state"] in WAITS and left_s > 0,
            overdue=order["state"] in WAITS and left_s <= 0,
            follows=order["state"] in _CHANGES_SOON
            or any(one["state"] not in _OVER for one in order["parcels"]),
            picked=any(one["state"] in _PICKED for one in order["parcels"]),
            version=_version(order),
            left_s=left_s,
            pay_qr=qr_svg(pay["code_url"], t("Code to pay with WeChat"), "#0d3b33")
            if "code_url" in pay
            else "",
            parcels=[self._parcel(one, t) for one in order["parcels"]],
            flight=self._flight(order, t),
            goods=money(order["goods_fen"], currency),
            coupons=[
                {
                    "title": t.name(one["title"]),
                    "off": money(one["discount_fen"]),
                    "back": money(one["given_back_fen"]) if one["given_back_fen"] else "",
                }
                for one in order["coupons"]
            ],
            refunded=money(order["refunded_fen"], currency) if order["refunded_fen"] else "",
            refunding=money(order["refunding_fen"], currency) if order["refunding_fen"] else "",
            paid=when_words(t, order["paid_at"], zone) if order["paid_at"] else "",
            returns=any(one["can_return"] for one in order["parcels"]),
            said=notice(request),
            shown_at=when_words(t, clock.now(), zone),
        )

    def _parcel(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        shop, state = told["shop"], told["state"]
        label = t("Code for parcel %(number)s", number=told["number"])
        return {
            **self._glance(told, t),
            "id": told["id"],
            "number": told["number"],
            "shop_id": shop["id"],
            "place": views.place(shop["place"], t, self._airport),
            "phone": shop["phone"],
            "state": state,
            "open": state not in _OVER,
            "steps": self._steps(told, t),
            "code": told["code"],
            "shown": f"{told['code'][:4]} {told['code'][4:]}",
            "qr": qr_svg(told["code"], label) if told["code"] else "",
            "label": label,
            "again": told["promises"] > 1 and state not in _OVER,
            "why": t.name(told["why"]) if told["why"] and state != "handed_over" else "",
            "lines": [self._line(one, t) for one in told["lines"]],
            "ask": self._ask(told["ask"], t) if told["ask"] else None,
            "can_cancel": told["can_cancel"],
            "duty_free": told["duty_free"],
            "refund": money(told["refund_fen"]) if told["refund_fen"] else "",
        }

    def _glance(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = PARCELS[ParcelState(told["state"])]
        return {
            "shop": t.name(told["shop"]["name"]),
            "word": t(word),
            "tone": tone,
            "way": told["way"],
            "promise": promise(told, t, self._desk.zone) if told["state"] not in _OVER else "",
        }

    @staticmethod
    def _steps(told: Mapping[str, Any], t: Texts) -> list[dict[str, Any]]:
        """Where it is on its way; none of one that came to nothing."""
        steps = _STEPS[Way(told["way"])]
        now = next((n for n, (_, states) in enumerate(steps) if told["state"] in states), None)
        if now is None:
            return []
        return [
            {"word": t(word), "done": number < now or told["state"] == "handed_over", "now": number == now}
            for number, (word, _) in enumerate(steps)
        ]

    @staticmethod
    def _line(told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        return {
            "name": t.name(told["name"]),
            "options": t.name(told["options"]) if any(told["options"].values()) else "",
            "product": told["product_id"],
            "picture": told["picture"],
            "quantity": told["quantity"],
            "price": money(told["unit_fen"]),
            "missing": told["missing"],
            "returned": told["returned"],
            "refund": money(told["refund_fen"]) if told["refund_fen"] else "",
        }

    def _ask(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        offer = told["offer"]
        return {
            "id": told["id"],
            "words": t.name(told["words"]),
            "until": f"{datetime.fromisoformat(told['until']).astimezone(self._desk.zone):%H:%M}",
            "choices": [
                (one, t(CHOICES.get((AskKind(told["kind"]), Choice(one)), N_("Give the money back"))))
                for one in told["choices"]
            ],
            "offer": {
                "name": t.name(offer["name"]),
                "options": t.name(offer["options"]) if any(offer["options"].values()) else "",
                "picture": offer["picture"],
                "price": money(offer["unit_fen"]),
            }
            if offer
            else None,
        }

    def _flight(self, order: Mapping[str, Any], t: Texts) -> dict[str, Any] | None:
        told, zone = order["flight"], self._desk.zone
        if told is None:
            return None
        boards = datetime.fromisoformat(told["boarding_at"]) if told["boarding_at"] else None
        return {
            "id": told["flight_id"],
            "number": told["number"],
            "gate": told["gate"] or "",
            "departs": when_words(t, told["departs_at"], zone),
            "boards": f"{boards.astimezone(zone):%H:%M}" if boards else "",
        }


def _left_s(order: Mapping[str, Any]) -> int:
    """Seconds for which the goods are still held, by the server's clock."""
    if order["state"] not in WAITS:
        return 0
    left = datetime.fromisoformat(order["expires_at"]) - clock.real_now()
    return max(0, int(left.total_seconds()))


def _version(order: Mapping[str, Any]) -> str:
    """Another one whenever the page would look different: not while WeChat's pay sheet lies over it."""
    state = OrderState.HELD.value if order["state"] in WAITS else order["state"]
    seen = [
        state,
        order["state"] in WAITS and not _left_s(order),
        order["refunded_fen"],
        order["refunding_fen"],
    ]
    for one in order["parcels"]:
        ask = one["ask"]["id"] if one["ask"] else None
        seen += [one["state"], one["way"], one["gate"], one["promised_from"], one["promised_until"], ask]
        seen += [one["can_cancel"], one["can_return"], one["refund_fen"]]
    seen += [one["state"] for one in order["invoices"]]
    return hashlib.sha256(orjson.dumps(seen)).hexdigest()[:16]
