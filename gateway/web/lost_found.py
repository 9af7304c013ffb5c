"""Somebody found something: at the airport, at home, or in London; with an account or without."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.session import Traveller
from gateway.web.forms import EMPTY, WHOLE, Filled
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_form import (
    DOCUMENTS,
    PHONE_WRONG,
    chosen_of,
    instant_of,
    is_phone,
    local_text,
    paper_of,
)
from gateway.web.lost_views import hues, kinds
from gateway.web.texts import Texts
from gateway.web.visitors import Form, page
from kernel import clock
from kernel.errors import Kind, ServiceError
from kernel.instants import instant
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, MAX_COLOURS

RATE_POLICY: Final = "lost-finds"
RATE: Final = "20/hour"
"""Of one address: nobody finds more in an hour; who announces things by the hundred does it to hide something."""
_STATUS: Final = {Kind.LIMITED: 429, Kind.CONFLICT: 409}
_TRAP: Final = "website"
"""A field that people don't see. What fills it in is no person."""


class Finder:
    def __init__(self, desk: LostDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._zone = desk.site.deps.airport.zoneinfo
        desk.site.deps.limits.add(RATE_POLICY, RATE)

    async def page(self, request: Request) -> Response:
        """GET /lost/found."""
        traveller = await self._desk.someone(request)
        return await self._draw(request, traveller)

    async def announce(self, request: Request) -> Response:
        """POST /lost/found, from anybody. Loading the answer again announces nothing twice."""
        form, t = await self._desk.visitors.visitors_form(request), self._site.texts(request)
        traveller = await self._desk.someone(request)
        errors = self._wrong(form, t)
        if errors:
            return await self._draw(request, traveller, Filled(form, errors), 400)
        limits = self._site.deps.limits
        try:
            address = limits.address(request)[:64]
            limits.spend(RATE_POLICY, address)
            told = await self._announce(request, form, traveller, address)
        except ServiceError as exc:
            filled = self._desk.refused(t, form, exc)
            return await self._draw(request, traveller, filled, _STATUS.get(exc.kind, 400))
        html = self._desk.draw(
            request,
            traveller,
            "lost_thanks.html",
            number=told["number"],
            is_document=form["category"] in DOCUMENTS,
            desks=await self._desk.desk_words(request),
        )
        return page(html, t.tag)

    async def _announce(self, request: Request, form: Form, traveller: Traveller | None, address: str) -> Any:
        found_at = instant_of(form["found_at"], self._zone)
        if found_at is None:
            raise ValueError("a form without a time")
        contact = {name: form.get(name, "") for name in ("name", "phone", "email")}
        return await self._desk.write_sealed(
            request,
            form,
            "announce_find",
            traveller,
            {"document": paper_of(form), "contact": contact},
            address=address,
            language=self._site.texts(request).language,
            category=form["category"],
            colours=[one for one in chosen_of(form, "colour") if one in COLOURS],
            description=form.get("description", ""),
            place=form["place"],
            found_at=instant(min(found_at, clock.now())),
        )

    def _wrong(self, form: Form, t: Texts) -> dict[str, str]:
        errors: dict[str, str] = {}
        if form.get(_TRAP):
            errors[WHOLE] = t("Please leave the hidden field empty.")
        if form.get("category") not in CATEGORIES:
            errors["category"] = t("Choose what it is.")
        if len(chosen_of(form, "colour")) > MAX_COLOURS:
            errors["colours"] = t("Three colours at most.")
        if not form.get("place"):
            errors["place"] = t("Say where: a city and a street, or a place at the airport.")
        elif len(form["place"]) > 200:
            errors["place"] = t("That is too long.")
        errors |= self._wrong_time(form, t)
        if not is_phone(form.get("phone", "")):
            errors["phone"] = t(PHONE_WRONG)
        elif not form.get("phone") and "@" not in form.get("email", ""):
            errors["phone"] = t("A phone number or an e-mail: we may have to ask you.")
        return errors

    def _wrong_time(self, form: Form, t: Texts) -> dict[str, str]:
        found_at = instant_of(form.get("found_at", ""), self._zone)
        if found_at is None:
            return {"found_at": t("Say when; about is enough.")}
        if found_at > clock.now() + timedelta(days=1):
            # Whoever writes from the other side of the Pacific may be a day ahead of us.
            return {"found_at": t("That is still to come.")}
        return {}

    async def _draw(
        self, request: Request, traveller: Traveller | None, filled: Filled = EMPTY, status: int = 200
    ) -> Response:
        t = self._site.texts(request)
        html = self._desk.draw(
            request,
            traveller,
            "lost_found.html",
            filled=filled,
            kinds=kinds(t),
            palette=hues(COLOURS, t),
            documents=tuple(DOCUMENTS),
            most_colours=MAX_COLOURS,
            latest=local_text(clock.now(), self._zone),
            desks=await self._desk.desk_words(request),
        )
        return self._site.remember_language(request, page(html, t.tag, status))
