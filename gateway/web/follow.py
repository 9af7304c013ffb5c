"""The button on a flight's page: follow it in a role, change the role, stop; from a page, with or without scripts."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadParameter
from gateway.session import Traveller
from gateway.session.cookies import may_be_secure
from gateway.session.errors import BadForm
from gateway.web.flight import Flight
from gateway.web.leg import leg
from gateway.web.roles import ROLES, preset
from gateway.web.site import Site, link
from gateway.web.times import age_words
from gateway.web.visitors import (
    Form,
    Visitors,
    go,
    is_htmx,
    page,
    sign_in_href,
)
from kernel import clock

_INTENT_S: Final = 900
_INTENT: Final = "follow"


class Follow:
    def __init__(self, site: Site, visitors: Visitors, flight: Flight) -> None:
        self._site = site
        self._visitors = visitors
        self._flight = flight

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /flights/{flight_id} of one who is signed in."""
        return await self._draw(request, traveller, "flight.html")

    async def ask(self, request: Request, traveller: Traveller) -> bytes | Response:
        """GET /flights/{flight_id}/follow: back from signing in. Who pressed the button before, in this browser, is
        served at once; who comes by a link or a QR code is asked, for a link must do nothing by itself."""
        flight_id = request.path_params["flight_id"]
        role, _, wanted = request.cookies.get(self._cookie, "").partition(":")
        if role not in ROLES or wanted != flight_id:
            return await self._draw(request, traveller, "follow_page.html")
        await self._follow(request, traveller, {}, role)
        response = go(request, f"/flights/{flight_id}#follow")
        response.delete_cookie(self._cookie, **self._cookie_form)
        return response

    async def follow(self, request: Request) -> Response:
        """POST /flights/{flight_id}/follow, from anybody: without a session one signs in first."""
        traveller = await self._visitors.traveller(request)
        if traveller is None:
            return await self._sign_in_first(request)
        try:
            form = await self._visitors.form(request)
        except BadForm:  # the page was drawn before signing in
            return go(request, f"/flights/{request.path_params['flight_id']}/follow")
        role = _role(form)
        await self._follow(request, traveller, form, role)
        return await self._done(request, traveller)

    async def unfollow(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /flights/{flight_id}/unfollow."""
        flight_id = request.path_params["flight_id"]
        await self._visitors.write(request, form, "notify", "unfollow", traveller, flight_id=flight_id)
        if form.get("back") == "list":
            return go(request, "/me/flights?done=unfollowed")
        return await self._done(request, traveller)

    async def _follow(self, request: Request, traveller: Traveller, form: Form, role: str) -> None:
        flight = await self._flight.known(request)
        await self._visitors.agree(request, form, traveller)
        await self._visitors.write(
            request, form, "notify", "follow", traveller, flight_id=flight["id"], role=role
        )

    async def _done(self, request: Request, traveller: Traveller) -> Response:
        """The panel as it now is: alone for htmx, else on its page."""
        if not is_htmx(request):
            return go(request, f"/flights/{request.path_params['flight_id']}#follow")
        html = await self._draw(request, traveller, "follow.html", changed=True)
        return page(html, self._site.texts(request).tag)

    async def _sign_in_first(self, request: Request) -> Response:
        """On to signing in; the cookie, which only a page of ours can have had set, remembers what was pressed."""
        role = _role(await self._visitors.visitors_form(request))
        flight = await self._flight.known(request)
        response = go(request, sign_in_href(link(f"/flights/{flight['id']}/follow", role=role)))
        response.set_cookie(self._cookie, f"{role}:{flight['id']}", max_age=_INTENT_S, **self._cookie_form)
        return response

    @property
    def _cookie(self) -> str:
        return f"__Host-{_INTENT}" if self._secure else _INTENT

    @property
    def _cookie_form(self) -> dict[str, Any]:
        return {"path": "/", "httponly": True, "samesite": "lax", "secure": self._secure}

    @property
    def _secure(self) -> bool:
        return may_be_secure(self._site.deps.settings.public_url)

    async def _draw(
        self, request: Request, traveller: Traveller, template: str, changed: bool = False
    ) -> bytes:
        flight, panel = await asyncio.gather(self._flight.known(request), self._panel(request, traveller))
        t = self._site.texts(request)
        shown = leg(flight, t, self._site.deps.airport, clock.now())
        return self._visitors.draw(
            request,
            template,
            flight=shown,
            updated_age=age_words(t, shown.updated_age_s),
            live=self._site.deps.flights.get(shown.id) is not None,
            changed=changed,
            told_in="" if traveller.language == t.language else traveller.language,
            **panel,
            **preset(request, flight),
        )

    async def _panel(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """Whether this flight is followed and how, and whether messages arrive; `away` when nobody can say now."""
        told = await self._visitors.try_read(request, traveller, "notify", "list_follows")
        if told is None:
            return {"away": True, "following": None, "hears": True, "consent": ""}
        flight_id = request.path_params["flight_id"]
        role = next((one["role"] for one in told["follows"] if one["flight_id"] == flight_id), None)
        return {"away": False, "following": role, "hears": told["reachable"], "consent": told["consent"]}


def _role(form: Form) -> str:
    role = form.get("role", "")
    if role not in ROLES:
        raise BadParameter(fields={"role": [f"Must be one of: {', '.join(ROLES)}."]})
    return role
