"""Having a thing sent: where to, what it costs, the address, paying, and where the parcel is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.barcodes import qr_svg
from gateway.session import Traveller
from gateway.web.bus_views import money
from gateway.web.forms import EMPTY, Filled
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_one import seen
from gateway.web.lost_views import thing
from gateway.web.notices import notice
from gateway.web.site import in_wechat
from gateway.web.texts import N_, Texts
from gateway.web.times import when_words
from gateway.web.visitors import PRIVATE, Form, go, page
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.claim_words import ClaimState
from services.lostfound.schemas.courier_words import ABROAD, CARRIERS, PROVINCES, ParcelState
from services.payments.schemas import Channel

_WAITS: Final = frozenset({"held", "paying"})
_SOON: Final = _WAITS | {"paid", "returning"}
_AGAIN: Final = frozenset({ParcelState.CANCELLED.value, ParcelState.CAME_BACK.value})
"""After these, another parcel may be ordered."""
_STATUS: Final = {Kind.LIMITED: 429, Kind.CONFLICT: 409}
_ADDRESS: Final = ("name", "phone", "city", "street", "postcode")
PARCELS: Final = {
    ParcelState.ORDERED.value: (N_("Waiting for payment"), "late"),
    ParcelState.WAITING.value: (N_("Paid, waits for the courier"), "go"),
    ParcelState.SENT.value: (N_("On its way to you"), "air"),
    ParcelState.DELIVERED.value: (N_("Delivered"), "go"),
    ParcelState.CAME_BACK.value: (N_("Came back to us"), "bad"),
    ParcelState.CANCELLED.value: (N_("Not sent"), "done"),
}


class Courier:
    def __init__(self, desk: LostDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._zone = desk.site.deps.airport.zoneinfo

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /lost/claims/{claim_id}/courier; with ?province= what it costs there, and the form for the address."""
        return await self._draw(request, traveller)

    async def state(self, request: Request, traveller: Traveller) -> Response:
        """GET …/courier/state: what an open page asks for to see whether it is still true."""
        order = await self._order(request, traveller)
        told = {"state": order and order["state"], "version": _version(order), "left_s": _left_s(order)}
        return JSONResponse(told, headers=PRIVATE)

    async def order(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST …/courier: order it for the fee that was shown."""
        t, wish = self._site.texts(request), self._wish(request)
        await self._order(request, traveller)  # another's claim is none, whatever the form says
        wish |= {"province": form.get("province", "")[:8]}
        wish["fee_fen"] = int(form["fee_fen"]) if form.get("fee_fen", "").isdecimal() else 1
        address = {name: form.get(name, "").strip() for name in _ADDRESS}
        try:
            await self._desk.write_sealed(request, form, "order_courier", traveller, address, **wish)
        except ServiceError as exc:
            filled = self._desk.refused(t, form, exc)
            html = await self._draw(request, traveller, filled=filled)
            return page(html, t.tag, _STATUS.get(exc.kind, 400))
        return go(request, self._here(request))

    async def pay(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST …/courier/pay: as for bus tickets, what WeChat's pay sheet is opened with, or a code to scan."""
        order = await self._order(request, traveller)
        if order is None:
            return go(request, self._here(request))
        wish = {"order_id": order["id"], "channel": Channel.NATIVE.value}
        if in_wechat(request):
            # Who pays is whose session it is, whatever the page says.
            payer = await self._desk.visitors.read(request, traveller, "passengers", "get_payer")
            wish |= {"channel": Channel.JSAPI.value, "openid": payer["openid"]}
        told = await self._desk.write(request, form, "pay_courier", traveller, **wish)
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"pay": told["pay"]}, headers=PRIVATE)
        if not told["pay"]:
            return go(request, self._here(request))
        return await self._draw(request, traveller, pay=told["pay"])

    async def release(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST …/courier/release: fetch it after all; what was paid goes back."""
        order = await self._order(request, traveller)
        if order is not None:
            await self._desk.write(request, form, "release_courier", traveller, order_id=order["id"])
        return go(request, self._here(request))

    # --- inside --------------------------------------------------------------------------------------

    async def _order(self, request: Request, traveller: Traveller) -> dict[str, Any] | None:
        wish = {"passenger_id": traveller.passenger_id, **self._wish(request)}
        order: dict[str, Any] | None = (await self._desk.ask(request, "get_courier_order", **wish))["order"]
        return order

    async def _draw(
        self,
        request: Request,
        traveller: Traveller,
        *,
        filled: Filled = EMPTY,
        pay: Mapping[str, str] | None = None,
    ) -> bytes:
        t, wish = self._site.texts(request), {"passenger_id": traveller.passenger_id, **self._wish(request)}
        claim = (await self._desk.ask(request, "get_claim", **wish))["claim"]
        order = await self._order(request, traveller)
        may_order = claim["state"] == ClaimState.APPROVED.value and (
            order is None or order["parcel"] in _AGAIN
        )
        province = filled.values.get("province") or request.query_params.get("province", "")
        quote = None
        if may_order and (province in PROVINCES or province == ABROAD):
            quote = (await self._desk.ask(request, "quote_courier", **wish, province=province))["quote"]
        label = t("Code to pay with WeChat")
        return self._desk.draw(
            request,
            traveller,
            "lost_courier.html",
            claim=claim,
            thing=thing(claim, t),
            here=self._here(request),
            order=order,
            one=self._parcel(order, t) if order else None,
            waits=_left_s(order) > 0,
            follows=order is not None and order["state"] in _SOON,
            version=_version(order),
            left_s=_left_s(order),
            pay_qr=qr_svg(pay["code_url"], label, "#0d3b33") if pay and "code_url" in pay else "",
            may_order=may_order,
            provinces=[(each.code, t.name({"zh": each.zh, "en": each.en})) for each in PROVINCES.values()],
            abroad=ABROAD,
            province=province,
            quote=quote,
            fee=money(quote["fee_fen"]) if quote and quote["fee_fen"] else "",
            because=t.name(quote["reason"]) if quote else "",
            filled=filled,
            said=notice(request),
        )

    def _parcel(self, order: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = PARCELS[order["parcel"]]
        carrier, number = CARRIERS.get(order["carrier"] or ""), order["tracking_number"] or ""
        province, currency = PROVINCES[order["province"]], order["currency"]
        at = {
            name: when_words(t, order[f"{name}_at"], self._zone) if order[f"{name}_at"] else ""
            for name in ("paid", "sent", "arrived")
        }
        return {
            "word": t(word),
            "tone": tone,
            "to": t.name({"zh": province.zh, "en": province.en}),
            "amount": money(order["amount_fen"], currency),
            "refunding": money(order["refunding_fen"], currency) if order["refunding_fen"] else "",
            "refunded": money(order["refunded_fen"], currency) if order["refunded_fen"] else "",
            "carrier": t.name({"zh": carrier.zh, "en": carrier.en}) if carrier else "",
            "track": carrier.track.format(number=number) if carrier else "",
            **at,
        }

    @staticmethod
    def _wish(request: Request) -> dict[str, Any]:
        return {"claim_id": str(request.path_params["claim_id"])[:64]}

    def _here(self, request: Request) -> str:
        return f"/lost/claims/{self._wish(request)['claim_id']}/courier"


def _left_s(order: Mapping[str, Any] | None) -> int:
    """Seconds for which it may still be paid, by the server's clock."""
    if order is None or order["state"] not in _WAITS:
        return 0
    left = datetime.fromisoformat(order["expires_at"]) - clock.real_now()
    return max(0, int(left.total_seconds()))


def _version(order: Mapping[str, Any] | None) -> str:
    """Another one whenever the page would look different: not while WeChat's pay sheet lies over it."""
    if order is None:
        return seen([])
    state = "held" if order["state"] in _WAITS else order["state"]
    money_ = [order["refunding_fen"], order["refunded_fen"]]
    return seen([state, order["parcel"], order["tracking_number"], _left_s(order) > 0, *money_])
