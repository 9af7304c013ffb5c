"""One departure: its way, prices and terms; who rides; and the seats that are held for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.errors import BadParameter
from gateway.session import Traveller
from gateway.web.bus import Bus
from gateway.web.bus_coupons import NONE, Coupons, chosen
from gateway.web.bus_views import RIDERS, money, offer
from gateway.web.forms import again
from gateway.web.rows import row
from gateway.web.site import Draw, Site, in_wechat, link
from gateway.web.times import when_words
from gateway.web.visitors import Form, Visitors, go, sign_in_href
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.bus.schemas import MAX_SEATS, Rider

_LONGEST: Final = 80
_KEPT: Final = ("from", "to", "flight", *(rider.value for rider in Rider))
_AGAIN: Final = frozenset(
    {
        "bus.sold_out",
        "bus.sales_closed",
        "bus.too_many_holds",
        "bus.coupons_away",
        "shop.coupon_not_usable",
    }
)
"""Refusals that the form itself answers: the rider may choose fewer, or another bus."""


class Departure:
    def __init__(self, site: Site, visitors: Visitors, bus: Bus) -> None:
        self._site, self._visitors, self._bus = site, visitors, bus
        self._airport = site.deps.airport
        self._coupons = Coupons(site)

    async def page(self, request: Request) -> bytes:
        """GET /bus/departures/{departure_id}?from=&to=&flight=."""
        values = await self._values(request, request.query_params)
        return self._site.draw(request, "bus_departure.html", **values, **self._nobody(request))

    async def own(self, request: Request, traveller: Traveller) -> bytes:
        """The same for one who is signed in: the form may be sent at once."""
        values = await self._values(request, request.query_params, traveller)
        return self._visitors.draw(request, "bus_departure.html", **values, said="", signed_in=True)

    def total(self) -> Draw:
        """GET /bus/departures/{departure_id}/total: what these riders pay."""

        async def draw(request: Request) -> bytes:
            told = await self._ask(request, request.query_params)
            return self._site.draw(request, "bus_total.html", **_total(told, request.query_params))

        return draw

    async def own_total(self, request: Request, traveller: Traveller) -> bytes:
        """The same with what a coupon takes off; and the coupons that fit these riders."""
        given = request.query_params
        told = await self._ask(request, given)
        values = _total(told, given) | await self._coupons.values(
            request, traveller, given, _fares(told, given)
        )
        values |= {"departure_id": request.path_params["departure_id"], "swap": True}
        return self._visitors.draw(request, "bus_own_total.html", **values)

    async def hold(self, request: Request) -> Response:
        """POST /bus/departures/{departure_id}/hold, from anybody: without a session one signs in first and comes
        back to the same choice."""
        traveller = await self._visitors.traveller(request)
        if traveller is None:
            form = await self._visitors.visitors_form(request)
            return go(request, sign_in_href(self._here(request, form)))
        form = await self._visitors.form(request)
        try:
            held = await self._hold(request, traveller, form)
        except ServiceError as exc:
            if exc.code not in _AGAIN:
                raise
            return await self._refused(request, traveller, form, exc)
        return go(request, f"/bus/orders/{held['order']['id']}")

    async def _hold(self, request: Request, traveller: Traveller, form: Form) -> Any:
        riders = _riders(form)
        if not 1 <= len(riders) <= MAX_SEATS:
            raise BadParameter(fields={"adult": [f"Shorter than minimum length 1. Longer than {MAX_SEATS}."]})
        arguments: dict[str, Any] = {
            **_key(request, form),
            "passengers": [{"kind": rider.value} for rider in riders],
        }
        flight = self._site.deps.flights.get(form.get("flight", ""))
        if flight is not None:
            arguments |= {"flight_id": flight.id, "flight_departs_at": flight.flight["board_at"]}
        if chosen(form):
            arguments["coupon_ids"] = [chosen(form)]
        return await self._visitors.write(request, form, "bus", "hold_seats", traveller, **arguments)

    async def _refused(
        self, request: Request, traveller: Traveller, form: Form, error: ServiceError
    ) -> Response:
        t = self._site.texts(request)
        said = self._site.deps.words.detail(error.code, error.kind, error.data, t.language)
        if isinstance(why := error.data.get("words"), dict):
            said = f"{said} ({t.name(why)})" if t.language == "en" else f"{said}（{t.name(why)}）"
        values = await self._values(request, form, traveller)
        html = self._visitors.draw(request, "bus_departure.html", **values, said=said, signed_in=True)
        response = again(html, t)
        response.status_code = 409 if error.kind is Kind.CONFLICT else 400
        return response

    async def _values(
        self, request: Request, given: Mapping[str, str], traveller: Traveller | None = None
    ) -> dict[str, Any]:
        t, zone = self._site.texts(request), self._airport.zoneinfo
        told = await self._ask(request, given)
        catalogue = await self._bus.catalogue(request)
        today = clock.now().astimezone(zone).date()
        flight = self._site.deps.flights.get(given.get("flight", ""))
        prices = told["ride"]["prices"]
        coupons = NONE
        if traveller is not None:
            coupons = await self._coupons.values(request, traveller, given, _fares(told, given))
        return {
            "departure_id": request.path_params["departure_id"],
            "swap": False,
            "one": offer(told["ride"], t, self._airport, catalogue, today),
            "calls": [
                {
                    "stop": call["stop_id"],
                    "name": t.name(call["name"]),
                    "at": f"{when_words(t, call['departs_at'], zone)[-5:]}",
                }
                for call in told["calls"]
            ],
            "returns": self._terms(request, told["returns"]),
            "changes": self._terms(request, told["changes"]),
            "riders": [
                {
                    "kind": rider.value,
                    "word": t(word),
                    "who": t(who),
                    "price": money(prices[f"{rider.value}_fen"], prices["currency"]),
                    "n": _count(given, rider),
                }
                for rider, (word, who) in RIDERS.items()
            ],
            "most": min(MAX_SEATS, max(1, told["ride"]["free"])),
            "flight": row(flight.flight, t, self._airport) if flight else None,
            "sells": told["ride"]["on_sale"],
            **_total(told, given),
            **coupons,
        }

    def _terms(self, request: Request, terms: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows that hold now or later."""
        t, zone = self._site.texts(request), self._airport.zoneinfo
        return [
            {
                "until": when_words(t, term["until_at"], zone) if term["until_at"] else "",
                "fee_pct": term["fee_pct"],
                "reason": t.name(term["reason"]),
            }
            for term in terms
            if not term["until_at"] or datetime.fromisoformat(term["until_at"]) > clock.now()
        ]

    async def _ask(self, request: Request, given: Mapping[str, str]) -> Any:
        return await self._site.deps.rpc.call(
            "bus", "get_departure", _key(request, given), repeat=True, context=context_of(request)
        )

    def _here(self, request: Request, form: Form) -> str:
        departure_id = request.path_params["departure_id"]
        return link(f"/bus/departures/{departure_id}", **{name: form.get(name, "") for name in _KEPT})

    @staticmethod
    def _nobody(request: Request) -> dict[str, Any]:
        return {
            "said": "",
            "signed_in": False,
            "token": "",
            "form_id": "",
            "in_wechat": in_wechat(request),
        }


def _key(request: Request, given: Mapping[str, str]) -> dict[str, str]:
    """RideKeySchema. Raises BadParameter when the address lacks an end."""
    missing = {name: ["Missing data for required field."] for name in ("from", "to") if not given.get(name)}
    if missing:
        raise BadParameter(fields=missing)
    return {
        "departure_id": request.path_params["departure_id"][:_LONGEST],
        "from_stop": given["from"][:_LONGEST],
        "to_stop": given["to"][:_LONGEST],
    }


def _count(given: Mapping[str, str], rider: Rider) -> int:
    """How many of them; one adult unless something else is said."""
    said = any(one.value in given for one in Rider)
    text = given.get(rider.value, "" if said else str(int(rider is Rider.ADULT)))
    try:
        return max(0, min(MAX_SEATS, int(text or 0)))
    except ValueError as exc:
        raise BadParameter(fields={rider.value: ["Not a valid integer."]}) from exc


def _riders(given: Mapping[str, str]) -> list[Rider]:
    return [rider for rider in Rider for _ in range(_count(given, rider))]


def _total(told: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """What they pay together, of the prices that bus told."""
    fares = _fares(told, given)
    return {
        "total": money(sum(fares), told["ride"]["prices"]["currency"]),
        "count": len(fares),
        "too_many": len(fares) > MAX_SEATS,
        "off": "",
    }


def _fares(told: dict[str, Any], given: Mapping[str, str]) -> list[int]:
    """What each rider pays without a coupon, in the order in which they are sent."""
    return [told["ride"]["prices"][f"{rider.value}_fen"] for rider in _riders(given)]
