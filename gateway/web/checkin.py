"""The way to a booking: two factors that show its status, a code that proves whose it is, and one's own trips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.session import Traveller
from gateway.web.checkin_access import HOME, Asker, Askers, to_ask_again
from gateway.web.checkin_views import STANDINGS, flown, window_words
from gateway.web.forms import EMPTY, WHOLE, Filled, chosen
from gateway.web.notices import notice
from gateway.web.site import in_wechat
from gateway.web.texts import N_
from gateway.web.visitors import AWAY, Form, go, page, sign_in_href
from kernel.errors import Kind, ServiceError
from services.checkin.errors import BookingNotFound, NoCode
from services.checkin.schemas import Standing

FACTORS: Final = {
    "pnr": N_("Booking reference"),
    "ticket": N_("E-ticket number"),
    "document": N_("ID or passport number"),
}
"""What a booking is found by, beside the surname."""
_LONGEST: Final = {"pnr": 16, "ticket": 20, "document": 32}
_STATUS: Final = {Kind.LIMITED: 429, Kind.CONFLICT: 409}
_PARTIES: Final = 12


class Checkin:
    def __init__(self, askers: Askers) -> None:
        self._askers, self._site = askers, askers.site

    async def home(self, request: Request, asker: Asker) -> bytes | Response:
        """GET /checkin: one's own trips, and the form for every other booking. WeChat's own browser signs in first:
        a code can be sent to its chat, and the booking stays with the account."""
        if asker.traveller is None and in_wechat(request) and "guest" not in request.query_params:
            return go(request, sign_in_href(HOME))
        return await self._draw(request, asker, EMPTY)

    async def again(self, request: Request, asker: Asker) -> Response:
        """GET of what is only ever sent: back to the form."""
        return go(request, HOME)

    async def find(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/find: the status of what was found, masked; whatever was wrong, one answer."""
        t = self._site.texts(request)
        missing = self._missing(request, form)
        if missing.errors:
            return page(await self._draw(request, asker, missing), t.tag, 400)
        wish = {"address": self._askers.address(request), "passenger_id": asker.passenger_id}
        factors = {"surname": form["surname"], _kind(form): form["number"]}
        try:
            told = await self._askers.call_sealed(request, "find_booking", wish, factors)
        except ServiceError as exc:
            if exc.code != BookingNotFound.code and not to_ask_again(exc):
                raise
            filled = Filled(form, {WHOLE: self._askers.said(t, exc)})
            return page(await self._draw(request, asker, filled), t.tag, _STATUS.get(exc.kind, 400))
        bookings = [self._found(request, one) for one in told["bookings"]]
        html = self._askers.draw(request, asker, "checkin_found.html", bookings=bookings)
        return page(html, t.tag)

    async def send_code(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/{booking_id}/code: to the booking's phone. Loading the page again sends nothing twice."""
        t = self._site.texts(request)
        wish = {
            "request_id": self._askers.once(asker, form, "send_code"),
            "address": self._askers.address(request),
            "booking_id": asker.booking_id,
            "passenger_id": asker.passenger_id,
        }
        try:
            told = await self._askers.call(request, "send_code", wish)
        except ServiceError as exc:
            if exc.code != NoCode.code and not to_ask_again(exc):
                raise
            filled = Filled({}, {WHOLE: self._askers.said(t, exc)})
            return page(await self._draw(request, asker, filled), t.tag, _STATUS.get(exc.kind, 400))
        return page(self._code(request, asker, told["to"], EMPTY), t.tag)

    async def confirm(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/{booking_id}/confirm: the account is bound, or this browser may use the booking for a while."""
        t, code = self._site.texts(request), "".join(form.get("code", "").split())[:16]
        to = form.get("to", "")[:32]
        if not code:
            filled = Filled(form, {"code": t("Fill in the code.")})
            return page(self._code(request, asker, to, filled), t.tag, 400)
        wish = {
            "request_id": self._askers.once(asker, form, "confirm_code"),
            "address": self._askers.address(request),
            "booking_id": asker.booking_id,
            "passenger_id": asker.passenger_id,
            "code": code,
        }
        try:
            told = await self._askers.call(request, "confirm_code", wish)
        except ServiceError as exc:
            if not to_ask_again(exc):
                raise
            filled = Filled({}, {"code": self._askers.said(t, exc)})
            return page(self._code(request, asker, to, filled), t.tag, _STATUS.get(exc.kind, 400))
        response = go(request, asker.href)
        if told["grant"]:
            self._askers.keep_grant(response, asker, told["grant"], told["expires_at"])
        return response

    async def mine(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/trips: bookings and boarding passes of this account."""
        asker = Asker("", traveller, None)
        trips = await self.trips(request, asker)
        return self._askers.draw(request, asker, "me_trips.html", trips=trips, away=trips is None)

    async def trips(self, request: Request, asker: Asker) -> list[dict[str, Any]] | None:
        """The trips of the account that asks; None while nobody can say."""
        if asker.traveller is None:
            return []
        try:
            told = await self._askers.call(request, "list_my_trips", {"passenger_id": asker.passenger_id})
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            return None
        return [self._trip(request, trip) for trip in told["trips"][:_PARTIES]]

    async def _draw(self, request: Request, asker: Asker, filled: Filled) -> bytes:
        trips = await self.trips(request, asker)
        kind = _kind(filled.values) if filled.values else chosen(request, "by", FACTORS, "pnr")
        return self._askers.draw(
            request,
            asker,
            "checkin_find.html",
            trips=trips or [],
            away=trips is None,
            factors=FACTORS,
            kind=kind,
            filled=filled,
            said=notice(request),
        )

    def _code(self, request: Request, asker: Asker, to: str, filled: Filled) -> bytes:
        return self._askers.draw(request, asker, "checkin_code.html", to=to, filled=filled)

    def _missing(self, request: Request, form: Form) -> Filled:
        """What nobody has to be asked about."""
        t, errors = self._site.texts(request), {}
        if not form.get("surname"):
            errors["surname"] = t("Fill in the surname.")
        elif len(form["surname"]) > 64:
            errors["surname"] = t("That is too long for a surname.")
        number = form.get("number", "")
        if not number:
            errors["number"] = t("Fill in the number.")
        elif len(number) > _LONGEST[_kind(form)]:
            errors["number"] = t("That is too long for such a number.")
        return Filled(form, errors)

    def _found(self, request: Request, one: Mapping[str, Any]) -> dict[str, Any]:
        t = self._site.texts(request)
        return {
            "id": one["booking_id"],
            "flight": flown(one["flight"], t, self._site.deps),
            "window": window_words(one["window"], t, self._site.deps.airport.zoneinfo),
            "travellers": [
                {"name": who["name"].replace("/", " "), **_standing(who["standing"], t)}
                for who in one["travellers"]
            ],
            "full": one["full"],
            "code_to": one["code_to"],
        }

    def _trip(self, request: Request, trip: Mapping[str, Any]) -> dict[str, Any]:
        t = self._site.texts(request)
        window = window_words(trip["window"], t, self._site.deps.airport.zoneinfo)
        return {
            "id": trip["booking_id"],
            "flight": flown(trip["flight"], t, self._site.deps),
            "window": window,
            "travellers": trip["travellers"],
            "checked_in": trip["checked_in"],
            "seats": t.listing(trip["seats"]),
        }


def _standing(value: str, t: Any) -> dict[str, str]:
    word, tone = STANDINGS[Standing(value)]
    return {"word": t(word), "tone": tone}


def _kind(form: Mapping[str, str]) -> str:
    return form["by"] if form.get("by") in FACTORS else "pnr"
