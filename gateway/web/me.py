"""My page: the language, what is kept about me, a copy of it, its deletion, and the ways out."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.session import Traveller
from gateway.web.notices import notice
from gateway.web.site import Site, in_wechat
from gateway.web.texts import LANGUAGES, N_, texts
from gateway.web.times import when_words
from gateway.web.visitors import PRIVATE, Form, Visitors, go, page
from kernel import clock
from services.passengers.schemas import Language

SERVICES: Final = {
    "passengers": N_("Account, companions, documents, consents"),
    "notify": N_("Followed flights and messages"),
    "bus": N_("Bus tickets"),
    "checkin": N_("Check-in and boarding passes"),
    "payments": N_("Payments"),
    "shop": N_("Orders of the mall and coupons"),
    "lostfound": N_("Lost things and claims"),
}
"""The services that hold something about travellers, as a traveller calls them; others go by their own name."""
_WORD: Final = "delete"


class Me:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site = site
        self._visitors = visitors

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me."""
        passenger, companions, documents, follows = await asyncio.gather(
            self._visitors.try_read(request, traveller, "passengers", "get_passenger"),
            self._visitors.try_read(request, traveller, "passengers", "list_companions"),
            self._visitors.try_read(request, traveller, "passengers", "list_documents"),
            self._visitors.try_read(request, traveller, "notify", "list_follows"),
        )
        return self._visitors.draw(
            request,
            "me.html",
            passenger=passenger["passenger"] if passenger else None,
            language=traveller.language,
            languages={key: texts(key) for key in LANGUAGES},
            companions=_count(companions, "companions"),
            documents=_count(documents, "documents"),
            follows=_count(follows, "follows"),
            said=notice(request),
        )

    async def invite(self, request: Request) -> bytes:
        """GET /me of somebody who isn't signed in."""
        return self._site.draw(request, "me_invite.html", in_wechat=in_wechat(request))

    async def set_language(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/language: of the pages in this browser, and of messages everywhere."""
        language = "en" if form.get("language") == Language.EN.value else Language.ZH.value
        wish = {"language": language}
        await self._visitors.write(request, form, "passengers", "set_language", traveller, **wish)
        self._site.deps.sessions.forget_passenger(traveller.passenger_id)
        return go(request, f"/me?done=language&lang={texts(language).tag}")

    async def data(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/data."""
        return self._draw_data(request, wrong=False)

    async def export(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /me/data/export: everything held, as a file, or on a page where no file can be kept."""
        told = await self._visitors.write(request, form, "passengers", "request_export", traveller)
        text = orjson.dumps(told, option=orjson.OPT_INDENT_2)
        if form.get("as") == "page":
            return self._visitors.draw(request, "export.html", text=text.decode(), told=told)
        name = f"{self._site.deps.airport.iata.lower()}-my-data-{clock.now():%Y-%m-%d}.json"
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, 200, headers, "application/json")

    async def erase(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /me/data/erasure: the end of the account. The report's address is all that is left to its owner."""
        if form.get("sure") != _WORD:
            return page(self._draw_data(request, wrong=True), self._site.texts(request).tag, 400)
        told = await self._visitors.write(request, form, "passengers", "request_erasure", traveller)
        sessions = self._site.deps.sessions
        sessions.forget_passenger(traveller.passenger_id)
        response = go(request, f"/erasures/{told['erasure_id']}")
        sessions.cookies.drop_session(response)
        return response

    async def erasure(self, request: Request) -> Response:
        """GET /erasures/{erasure_id}: the report, for whoever has its address; it names nobody."""
        wish = {"erasure_id": request.path_params["erasure_id"]}
        told = await self._site.deps.rpc.call(
            "passengers", "get_erasure", wish, repeat=True, context=context_of(request)
        )
        t, zone = self._site.texts(request), self._site.deps.airport.zoneinfo
        html = self._site.draw(
            request,
            "erasure.html",
            told=told,
            services=[{**one, "label": _service(t, one["service"])} for one in told["services"]],
            requested=when_words(t, told["requested_at"], zone),
            due=when_words(t, told["due_at"], zone),
            completed=when_words(t, told["completed_at"], zone) if told["completed_at"] else "",
        )
        return page(html, t.tag)

    def _draw_data(self, request: Request, wrong: bool) -> bytes:
        return self._visitors.draw(request, "me_data.html", wrong=wrong)


def _count(told: Any, what: str) -> int | None:
    return len(told[what]) if told else None


def _service(t: Any, name: str) -> str:
    return t(SERVICES[name]) if name in SERVICES else name
