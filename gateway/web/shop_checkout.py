"""From the basket, or from one thing that is bought at once, to an order: ways, flight, coupons, and what it costs.

The page is a question to shop and its answer: each choice asks again. What is sent in the end is what was answered, with
the sum that stood there; another sum is shown again instead of being taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadParameter
from gateway.session import Traveller
from gateway.web import shop_views as views
from gateway.web.bus_flights import flight_wanted
from gateway.web.bus_views import money
from gateway.web.forms import again
from gateway.web.rows import best_at, is_open, row
from gateway.web.shop_desk import ShopDesk
from gateway.web.texts import N_, Texts
from gateway.web.times import day_words
from gateway.web.visitors import AWAY, Form, go
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.shop.schemas.order_words import MAX_QUANTITY, Way
from services.shop.schemas.orders import MAX_COUPONS

PATH: Final = "/shop/checkout"
_LONGEST: Final = 64
_MOST_SHOPS: Final = 40
_MOST_FLIGHTS: Final = 5
_IS_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_WAYS: Final = {Way.SHOP.value, Way.GATE.value}
_ASK_AGAIN: Final = frozenset(
    {
        "shop.quote_changed",
        "shop.sold_out",
        "shop.shop_closed",
        "shop.not_eligible",
        "shop.too_late",
        "shop.too_many_holds",
        "shop.too_many_lapsed",
        "shop.coupon_not_usable",
        "shop.bad_flight",
        "shop.product_not_found",
    }
)
"""Refusals that are answered by the same page with what holds now."""
_PROBLEMS_OF_PAGE: Final = frozenset({"shop_closed", "way_not_offered", "sold_out", "gone", "limit"})


class Wish:
    """What the address or the form asks for: as far as it is understood."""

    def __init__(self, given: Mapping[str, Any], coupons: list[str] | None) -> None:
        self.variant = str(given.get("variant", ""))[:_LONGEST]
        quantity = str(given.get("quantity", "1"))
        self.quantity = min(MAX_QUANTITY, int(quantity)) if _IS_NUMBER.fullmatch(quantity) else 1
        self.flight = str(given.get("flight", "")).strip()[:_LONGEST]
        self.knows_flight = "flight" in given
        """Whether somebody has chosen, be it none: until then it is the next one that they follow."""
        self.adult = given.get("adult") == "yes"
        self.coupons = coupons
        """None: nobody has chosen yet, so the best is taken."""
        ways = [(key.removeprefix("way."), value) for key, value in given.items() if key.startswith("way.")]
        self.ways = {shop[:_LONGEST]: way for shop, way in ways[:_MOST_SHOPS] if way in _WAYS}

    @classmethod
    def of_address(cls, given: QueryParams) -> Wish:
        chosen = [one[:_LONGEST] for one in given.getlist("coupon") if one][:MAX_COUPONS]
        # A flight is chosen from a list or typed below it: what isn't empty counts.
        flights = [one for one in given.getlist("flight") if one.strip()]
        told = {"flight": _meant(flights[-1], given.get("meant", ""))} if flights else {}
        return cls(dict(given) | told, chosen if "chosen" in given else None)

    @classmethod
    def of_form(cls, form: Form) -> Wish:
        chosen = [one[:_LONGEST] for one in form.get("coupons", "").split(",") if one][:MAX_COUPONS]
        return cls(form, chosen)


def _is_over(parcel: Mapping[str, Any]) -> bool:
    """Whether the way of a parcel isn't offered while another is."""
    offered = {one["way"] for one in parcel["ways"] if one["offered"]}
    return bool(offered) and parcel["way"] not in offered


def _meant(typed: str, meant: str) -> str:
    """The flight that stood there, as long as its number still does: a number flies every day."""
    number = "".join(typed.split()).upper()
    return meant if meant.partition("-")[0] == number else typed


class Checkout:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._airport = desk.site.deps.airport

    async def page(self, request: Request, traveller: Traveller) -> Response:
        """GET /shop/checkout?variant=&quantity=&flight=&way.<shop>=&coupon=&adult=."""
        await self._desk.owner(request)
        answer = await self._answer(request, traveller, Wish.of_address(request.query_params), "")
        return self._desk.settle(request, answer)

    async def place(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /shop/checkout: the order, held for its payment."""
        wish, expects = Wish.of_form(form), form.get("expects_fen", "")
        if not _IS_NUMBER.fullmatch(expects):
            raise BadParameter(fields={"expects_fen": ["Not a valid integer."]})
        asked = self._asked(request, wish, wish.flight or None) | {"expects_fen": int(expects)}
        try:
            told = await self._desk.visitors.write(request, form, "shop", "place_order", traveller, **asked)
        except ServiceError as exc:
            if exc.code == "shop.basket_empty":
                return go(request, "/shop/basket")
            if exc.code not in _ASK_AGAIN or exc.kind in {Kind.INTERNAL, Kind.UNAVAILABLE}:
                raise
            try:
                answer = await self._answer(request, traveller, wish, self._desk.said(request, exc))
            except ServiceError as later:
                # What was refused is known, even if what holds now isn't.
                raise exc if later.kind in AWAY else later from None
            return (
                again(bytes(answer.body), self._site.texts(request)) if answer.status_code == 200 else answer
            )
        return go(request, f"/shop/orders/{told['order']['id']}")

    # --- inside --------------------------------------------------------------------------------------

    async def _answer(self, request: Request, traveller: Traveller, wish: Wish, said: str) -> Response:
        t, flights = self._site.texts(request), await self._flights(request, traveller)
        wanted = flight_wanted(self._site.deps.flights, wish.flight, None)
        if not wish.knows_flight and flights:
            wanted = flight_wanted(self._site.deps.flights, flights[0]["id"], None)
        flight_id = wanted.flight["id"] if wanted.flight else None
        try:
            quote = await self._quote(request, traveller, wish, flight_id)
        except ServiceError as exc:
            if exc.code == "shop.bad_flight":
                said, flight_id = said or self._desk.said(request, exc), None
                quote = await self._quote(request, traveller, wish, None)
            elif exc.code == "shop.basket_empty":
                return go(request, "/shop/basket")
            else:
                raise
        if not quote["parcels"] and not wish.variant:
            return go(request, "/shop/basket")
        html = self._desk.draw_own(
            request,
            "shop_checkout.html",
            said=said,
            wish=wish,
            flight_id=flight_id or "",
            flight=row(wanted.flight, t, self._airport) if wanted.flight and flight_id else None,
            flights=flights,
            unknown=wanted.text if wanted.missing else "",
            others=[row(one, t, self._airport) for one in wanted.others],
            typed=wish.flight if not flight_id else "",
            **self._shown(quote, t),
        )
        return self._desk.own(request, html)

    async def _quote(
        self, request: Request, traveller: Traveller, wish: Wish, flight_id: str | None
    ) -> Mapping[str, Any]:
        """While nobody has chosen coupons the best one is taken: what can be used stands with the best first. A way that
        isn't offered any more, as the flight is another one, gives way to what is."""
        mine = {"passenger_id": traveller.passenger_id}
        asked = self._asked(request, wish, flight_id)
        quote: Mapping[str, Any] = (await self._desk.call(request, "quote_order", **mine, **asked))["quote"]
        over = {one["shop"]["id"] for one in quote["parcels"] if _is_over(one)} & wish.ways.keys()
        if over:
            wish.ways = {shop: way for shop, way in wish.ways.items() if shop not in over}
            asked["ways"] = wish.ways
            quote = (await self._desk.call(request, "quote_order", **mine, **asked))["quote"]
        best = quote["coupons"]["usable"][:1]
        if wish.coupons is None and best:
            wish.coupons = [best[0]["id"]]
            asked["coupon_ids"] = wish.coupons
            quote = (await self._desk.call(request, "quote_order", **mine, **asked))["quote"]
        return quote

    def _asked(self, request: Request, wish: Wish, flight_id: str | None) -> dict[str, Any]:
        lines = [{"variant_id": wish.variant, "quantity": wish.quantity}] if wish.variant else None
        return {
            "lines": lines,
            "ways": wish.ways,
            "flight_id": flight_id,
            "coupon_ids": wish.coupons or [],
            "adult": wish.adult,
            "language": self._site.texts(request).language,
        }

    async def _flights(self, request: Request, traveller: Traveller) -> list[dict[str, Any]]:
        """The next flights from here that they follow."""
        told = await self._desk.visitors.try_read(request, traveller, "notify", "list_follows")
        t, now, flights = self._site.texts(request), clock.now(), self._site.deps.flights
        entries = [flights.get(one["flight_id"]) for one in told["follows"]] if told else []
        ahead = [
            one.flight
            for one in entries
            if one is not None
            and one.direction == "departure"
            and is_open(one.flight)
            and best_at(one.flight) > now
        ]
        ahead.sort(key=best_at)
        return [{"id": one["id"], "row": row(one, t, self._airport)} for one in ahead[:_MOST_FLIGHTS]]

    def _shown(self, quote: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        used = {one["id"] for one in quote["coupons"]["used"]}
        usable = [*quote["coupons"]["used"], *(x for x in quote["coupons"]["usable"] if x["id"] not in used)]
        duty = quote["duty_free"]
        return {
            "parcels": [self._parcel(one, quote, t) for one in quote["parcels"]],
            "ways": {one["shop"]["id"]: one["way"] for one in quote["parcels"]},
            "goods": money(quote["goods_fen"], quote["currency"]),
            "discount": money(quote["discount_fen"], quote["currency"]) if quote["discount_fen"] else "",
            "amount": money(quote["amount_fen"], quote["currency"]),
            "amount_fen": quote["amount_fen"],
            "used": [one["id"] for one in quote["coupons"]["used"]],
            "coupons": [
                {
                    "id": one["id"],
                    "title": t.name(one["title"]),
                    "off": money(one["discount_fen"]),
                    "on": one["id"] in used,
                }
                for one in sorted(usable, key=lambda one: -one["discount_fen"])
            ],
            "not_usable": [(t.name(x["title"]), t.name(x["why"])) for x in quote["coupons"]["not_usable"]],
            "duty": {
                "eligible": duty["eligible"],
                "why": t.name(duty["why"]) if duty["why"] else "",
                "allowances": [t.name(one) for one in duty["allowances"]],
                "adults_only": duty["adults_only"],
            },
            "problems": [t.name(one["words"]) for one in quote["problems"] if one["kind"] != "adults_only"],
            "placeable": not quote["problems"],
        }

    def _parcel(self, told: Mapping[str, Any], quote: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        shop = told["shop"]
        return {
            "shop": shop["id"],
            "name": t.name(shop["name"]),
            "place": views.place(shop["place"], t, self._airport),
            "way": told["way"],
            "ways": [self._way(one, shop, t) for one in told["ways"]],
            # What was the only way isn't anybody's choice: with a flight the gate is offered first.
            "choice": all(one["offered"] for one in told["ways"]),
            "lines": [
                {
                    "name": t.name(one["name"]),
                    "options": t.name(one["options"]) if any(one["options"].values()) else "",
                    "picture": one["picture"],
                    "quantity": one["quantity"],
                    "price": money(one["unit_fen"]),
                    "missing": 0,
                    "returned": 0,
                    "refund": "",
                }
                for one in told["lines"]
            ],
            "sum": money(told["goods_fen"] - told["discount_fen"]),
        }

    def _way(self, told: Mapping[str, Any], shop: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        return {
            "way": told["way"],
            "offered": told["offered"],
            "why_not": t.name(told["why_not"]) if told["why_not"] else "",
            "promise": promise(told, t, self._airport.zoneinfo) if told["offered"] else "",
        }


def promise(told: Mapping[str, Any], t: Texts, zone: Any) -> str:
    """What is promised, in words: at the shop from when, at the gate until when. Of a quote or of a parcel."""
    begins, ends = (
        datetime.fromisoformat(told[name]) if told[name] else None
        for name in ("promised_from", "promised_until")
    )
    if begins is None or ends is None:
        return ""
    if told["way"] == Way.GATE.value:
        words = N_("at gate %(gate)s by %(time)s") if told["gate"] else N_("at your gate by %(time)s")
        return t(words, gate=told["gate"] or "", time=_clock(ends, t, zone))
    if begins <= clock.now():
        return t("ready now, until %(time)s", time=_clock(ends, t, zone))
    return t("ready from %(time)s", time=_clock(begins, t, zone))


def _clock(at: datetime, t: Texts, zone: Any) -> str:
    """`21:40`, and the day unless it is today."""
    local, today = at.astimezone(zone), clock.now().astimezone(zone).date()
    day = f"{day_words(t, local.date(), today)} " if local.date() != today else ""
    return f"{day}{local:%H:%M}"
