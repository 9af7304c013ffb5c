"""Coupons: those to claim, one's own, and one with its code for the till."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.barcodes import qr_svg
from gateway.cache import mall_questions as ask
from gateway.session import Traveller
from gateway.web.bus_views import money
from gateway.web.forms import again
from gateway.web.notices import notice
from gateway.web.shop_desk import ShopDesk
from gateway.web.site import link
from gateway.web.texts import N_, Texts
from gateway.web.times import date_words, when_words
from gateway.web.visitors import Form, go
from kernel.errors import Kind, ServiceError
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.coupon_words import CouponState, Service, Source, WhyClosed

CENTRE: Final = "/shop/coupons"
MINE: Final = "/me/coupons"
ORDERS: Final = {Service.SHOP.value: "/shop/orders/{}", Service.BUS.value: "/bus/orders/{}"}
"""Where the order is that a coupon was used for."""
_PAGE: Final = 24
_LONGEST: Final = 64
_SHELVES: Final = (("usable", N_("To use")), ("used", N_("Used")), ("over", N_("Over")))
STATES: Final = {
    CouponState.CLAIMED: (N_("Ready to use"), "go"),
    CouponState.LOCKED: (N_("In an order that waits for payment"), "late"),
    CouponState.REDEEMED: (N_("Used"), "done"),
    CouponState.EXPIRED: (N_("Over"), "done"),
    CouponState.VOID: (N_("Not valid any more"), "bad"),
}
CLOSED: Final = {
    WhyClosed.NOT_YET: N_("Not yet"),
    WhyClosed.OVER: N_("Over"),
    WhyClosed.PAUSED: N_("Paused"),
    WhyClosed.GONE: N_("All gone"),
    WhyClosed.LIMIT: N_("You have it"),
}
SERVICES: Final = {
    Service.SHOP: N_("Mall"),
    Service.BUS: N_("Airport bus"),
    Service.LOUNGE: N_("VIP lounge"),
}


class Coupons:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site

    async def centre(self, request: Request) -> bytes:
        """GET /shop/coupons of somebody who isn't signed in."""
        told, t = await self._desk.ask(request, ask.campaigns()), self._site.texts(request)
        campaigns = [self._campaign(one, t) for one in told["campaigns"]]
        return self._desk.draw(request, "shop_coupons.html", campaigns=campaigns, signed_in=False, said="")

    async def own_centre(self, request: Request, traveller: Traveller) -> bytes:
        """GET /shop/coupons: with what this traveller has already."""
        return await self._own(request, traveller, notice(request))

    async def claim(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /shop/coupons: one of a campaign."""
        wish = {"campaign_id": form.get("campaign_id", "")[:_LONGEST], "source": Source.PAGE.value}
        try:
            told = await self._desk.visitors.write(request, form, "shop", "claim_coupon", traveller, **wish)
        except ServiceError as exc:
            if exc.kind not in {Kind.CONFLICT, Kind.INVALID, Kind.NOT_FOUND, Kind.LIMITED}:
                raise
            html = await self._own(request, traveller, self._desk.said(request, exc), wrong=True)
            return again(html, self._site.texts(request))
        return go(request, f"{MINE}/{told['coupon']['id']}?done=coupon_claimed")

    async def mine(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/coupons?shelf=&after=."""
        t, shelf = self._site.texts(request), request.query_params.get("shelf", "")
        shelf = shelf if shelf in dict(_SHELVES) else "usable"
        after = request.query_params.get("after", "")[:300] or None
        told = await self._desk.call(
            request,
            "list_my_coupons",
            passenger_id=traveller.passenger_id,
            shelf=shelf,
            limit=_PAGE,
            cursor=after,
        )
        cursor = told["next_cursor"]
        return self._desk.draw_own(
            request,
            "me_coupons.html",
            coupons=[self._coupon(one, t) for one in told["coupons"]],
            shelves=[(t(word), link(MINE, shelf=code), code == shelf) for code, word in _SHELVES],
            older=link(MINE, shelf=shelf, after=cursor) if cursor else "",
            shelf=shelf,
        )

    async def one(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/coupons/{coupon_id}: the code for the till, the terms, and how it comes back."""
        mine = {
            "passenger_id": traveller.passenger_id,
            "coupon_id": str(request.path_params["coupon_id"])[:_LONGEST],
        }
        told, t = (await self._desk.call(request, "get_coupon", **mine))["coupon"], self._site.texts(request)
        zone, label = self._desk.zone, t("Code of this coupon")
        order = told["order"]
        return self._desk.draw_own(
            request,
            "me_coupon.html",
            coupon=self._coupon(told, t),
            qr=qr_svg(told["code"], label) if told["code"] else "",
            shown=told["shown"],
            label=label,
            terms=[line for line in t.name(told["terms"]).split("\n") if line.strip()],
            rule=t.name(told["rule"]),
            order={
                "href": ORDERS.get(order["service"], "").format(order["order_id"]),
                "off": money(order["discount_fen"]),
                "when": when_words(t, order["used_at"], zone) if order["used_at"] else "",
            }
            if order
            else None,
            steps=[
                (t(STATES[CouponState(one["after"])][0]), when_words(t, one["at"], zone))
                for one in told["steps"]
            ],
            said=notice(request),
        )

    # --- inside --------------------------------------------------------------------------------------

    async def _own(self, request: Request, traveller: Traveller, said: str, wrong: bool = False) -> bytes:
        t = self._site.texts(request)
        told = await self._desk.call(request, "list_campaigns", passenger_id=traveller.passenger_id)
        campaigns = [self._campaign(one, t) for one in told["campaigns"]]
        return self._desk.draw_own(
            request, "shop_coupons.html", campaigns=campaigns, signed_in=True, said=said, wrong=wrong
        )

    def _campaign(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        left = told["left"]
        return {
            **worth(told, t),
            "id": told["id"],
            "title": t.name(told["title"]),
            "terms": t.name(told["terms"]),
            "where": scope(told["scope"], t),
            "closed": t(CLOSED[WhyClosed(told["why_not"])]) if told["why_not"] else "",
            "mine": told["mine"],
            "card": bool(told["card_id"]) and not told["why_not"],
            "left_pct": max(1, round(100 * left / told["stock"])) if left else 0,
            "left": left,
            "until": self._day(told["ends_at"], t),
            "good": t.plural("good for %(n)d day", "good for %(n)d days", told["valid_days"])
            if told["valid_days"]
            else t("good until %(day)s", day=self._day(told["valid_until"], t)),
        }

    def _coupon(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = STATES[CouponState(told["state"])]
        return {
            **worth(told, t),
            "id": told["id"],
            "title": t.name(told["title"]),
            "where": scope(told["scope"], t),
            "word": t(word),
            "tone": tone,
            "usable": told["why_not"] is None and told["state"] == CouponState.CLAIMED.value,
            "why": t.name(told["words"]) if told["words"] else "",
            "change": told["source"] == Source.GIVEN_BACK.value,
            "until": self._day(told["valid_until"], t),
            "until_full": when_words(t, told["valid_until"], self._desk.zone),
            "card": bool(told["card_id"]) and not told["in_wallet"],
            "mall": Service.SHOP.value in told["scope"]["services"],
        }

    def _day(self, at: str, t: Texts) -> str:
        return date_words(t, datetime.fromisoformat(at).astimezone(self._desk.zone).date())


def worth(told: Mapping[str, Any], t: Texts) -> dict[str, str]:
    """The big figure of a coupon, and from what sum it holds."""
    threshold = told["threshold_fen"]
    above = t("from %(sum)s", sum=money(threshold)) if threshold else t("on any sum")
    if told["pct"] is None:
        return {"big": money(told["value_fen"]), "sign": "", "above": above, "cap": ""}
    cap = t("at most %(sum)s", sum=money(told["cap_fen"])) if told["cap_fen"] else ""
    if t.language == "zh":
        return {
            "big": f"{(100 - told['pct']) / 10:.1f}".removesuffix(".0"),
            "sign": "折",
            "above": above,
            "cap": cap,
        }
    return {"big": f"{told['pct']}%", "sign": "off", "above": above, "cap": cap}


def scope(told: Mapping[str, Any], t: Texts) -> str:
    """For what it may be used."""
    services = [t(SERVICES[Service(one)]) for one in told["services"]]
    if told["categories"]:
        names = [getattr(CATEGORIES[one], t.language) for one in told["categories"][:4] if one in CATEGORIES]
        return t.listing(names)
    if told["shop_ids"]:
        return t.plural("In %(n)d shop", "In %(n)d shops", len(told["shop_ids"]))
    return t.listing(services)
