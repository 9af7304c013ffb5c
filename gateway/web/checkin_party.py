"""A party: who can check in and who must see an agent; papers and declaration; done; and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.checkin_access import Asker, Askers, asked_for, named, to_ask_again
from gateway.web.checkin_views import flown, members, window_words
from gateway.web.forms import EMPTY, WHOLE, Filled
from gateway.web.notices import notice
from gateway.web.site import link
from gateway.web.texts import N_, Texts
from gateway.web.visitors import Form, go, page
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.checkin.errors import PartyRefused
from services.checkin.schemas import MAX_PARTY
from services.passengers import papers

KINDS: Final = {"passport": N_("Passport"), "other": N_("Another travel document")}
_LONGEST: Final = 200
_PHONE: Final = 24
_AGAIN: Final = {Kind.CONFLICT: 409}


class Party:
    def __init__(self, askers: Askers) -> None:
        self._askers, self._site = askers, askers.site

    async def page(self, request: Request, asker: Asker) -> bytes:
        """GET /checkin/{booking_id}."""
        return await self._draw(request, asker, "", {})

    async def declare(self, request: Request, asker: Asker) -> bytes | Response:
        """GET /checkin/{booking_id}/declare?who=…: what is missing, and what nobody may carry."""
        party = await self._askers.ask(request, asker, "get_party")
        chosen = who(party, asked_for(request))
        if not chosen or party["window"]["state"] != "open":
            return go(request, asker.href)
        return self._draw_declare(request, asker, party, chosen, EMPTY)

    async def check_in(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/{booking_id}/check-in: everybody who is named, or nobody."""
        t = self._site.texts(request)
        party = await self._askers.ask(request, asker, "get_party")
        chosen = who(party, named(form))
        if not chosen:
            return go(request, asker.href)
        errors = self._wrong(t, party, chosen, form)
        if errors:
            html = self._draw_declare(request, asker, party, chosen, Filled(form, errors))
            return page(html, t.tag, 400)
        try:
            await self._check_in(request, asker, form, party, chosen)
        except ServiceError as exc:
            if exc.code == PartyRefused.code:
                return await self._refused(request, asker, exc)
            if not to_ask_again(exc):
                raise
            filled = Filled(form, {WHOLE: self._askers.said(t, exc)})
            html = self._draw_declare(request, asker, party, chosen, filled)
            return page(html, t.tag, _AGAIN.get(exc.kind, 400))
        return go(request, f"{asker.passes_href}?done=checked_in")

    async def cancel(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/{booking_id}/cancel: seats go back, passes are void."""
        ids = named(form)[:MAX_PARTY]
        if not ids:
            return go(request, asker.href)
        try:
            await self._askers.write(request, asker, form, "cancel_check_in", traveller_ids=ids)
        except ServiceError as exc:
            if not to_ask_again(exc):
                raise
            return await self._refused(request, asker, exc)
        return go(request, f"{asker.href}?done=checkin_cancelled")

    async def _check_in(
        self,
        request: Request,
        asker: Asker,
        form: Form,
        party: Mapping[str, Any],
        chosen: Sequence[Mapping[str, Any]],
    ) -> None:
        wish = {
            "request_id": self._askers.once(asker, form, "check_in"),
            "access": asker.access,
            "traveller_ids": [one["id"] for one in chosen],
            "dangerous_goods": form.get("goods", "")[:16],
        }
        given = _given(form, chosen)
        if given:
            await self._askers.call_sealed(request, "check_in", wish, given)
        else:
            await self._askers.call(request, "check_in", wish)

    async def _refused(self, request: Request, asker: Asker, error: ServiceError) -> Response:
        """Somebody of them can't: all are shown, and each reason with its person."""
        t = self._site.texts(request)
        whys = {
            one["traveller_id"]: [t.name(why["reason"]) for why in one["reasons"]]
            for one in error.data.get("travellers", [])
        }
        html = await self._draw(request, asker, self._askers.said(t, error), whys)
        return page(html, t.tag, _AGAIN.get(error.kind, 400))

    async def _draw(self, request: Request, asker: Asker, wrong: str, whys: Mapping[str, list[str]]) -> bytes:
        party = await self._askers.ask(request, asker, "get_party")
        t, airport = self._site.texts(request), self._site.deps.airport
        travellers = members(party["travellers"], t)
        for one in travellers:
            one["reasons"] = list(dict.fromkeys([*one["reasons"], *whys.get(one["id"], [])]))
        asked = asked_for(request)
        able = [one for one in travellers if one["may"]]
        return self._askers.draw(
            request,
            asker,
            "checkin_party.html",
            party=party,
            flight=flown(party["flight"], t, self._site.deps),
            window=window_words(party["window"], t, airport.zoneinfo),
            travellers=travellers,
            chosen=asked or [one["id"] for one in able if not one["inside"]][:MAX_PARTY],
            able=able,
            waiting=[one for one in able if not one["inside"]],
            inside=[one for one in travellers if one["inside"]],
            most=MAX_PARTY,
            wrong=wrong,
            said=notice(request),
        )

    def _draw_declare(
        self,
        request: Request,
        asker: Asker,
        party: Mapping[str, Any],
        chosen: Sequence[Mapping[str, Any]],
        filled: Filled,
    ) -> bytes:
        t = self._site.texts(request)
        ids = ",".join(one["id"] for one in chosen)
        needs = {need for one in chosen for need in one["needs"]}
        return self._askers.draw(
            request,
            asker,
            "checkin_declare.html",
            party=party,
            flight=flown(party["flight"], t, self._site.deps),
            travellers=members(chosen, t),
            who=ids,
            seats_href=link(f"{asker.href}/seats", who=ids),
            needs=needs,
            kinds=KINDS,
            goods=[(one["code"], t.name(one["reason"])) for one in party["declaration"]["items"]],
            filled=filled,
        )

    def _wrong(
        self, t: Texts, party: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]], form: Form
    ) -> dict[str, str]:
        """What can be said before anybody is asked: empty fields, check digits that don't fit."""
        errors: dict[str, str] = {}
        today = clock.now().astimezone(self._site.deps.airport.zoneinfo).date()
        for at, one in enumerate(chosen, 1):
            if "paper" in one["needs"]:
                errors |= self._wrong_paper(t, form, at, today)
        needs = {need for one in chosen for need in one["needs"]}
        if "contact" in needs and not form.get("phone"):
            errors["phone"] = t("Fill in a phone number.")
        elif len(form.get("phone", "")) > _PHONE or not _is_phone(form.get("phone", "")):
            errors["phone"] = t("Write digits only, with the country's code if it isn't +86.")
        if "destination" in needs and not form.get("destination"):
            errors["destination"] = t("Fill in where you stay the first night.")
        if form.get("goods") != party["declaration"]["version"]:
            errors["goods"] = t("Please read it and tick the box: nobody checks in without.")
        return errors

    def _wrong_paper(self, t: Texts, form: Form, at: int, today: date) -> dict[str, str]:
        mrz, number, expires = (form.get(f"{name}-{at}", "") for name in ("mrz", "number", "expires"))
        if not mrz and not number:
            return {f"mrz-{at}": t("Fill in the two lines, or the number below.")}
        where = f"mrz-{at}" if mrz else f"number-{at}"
        if max(len(mrz), len(number)) > _LONGEST:
            return {where: t("That is too long for a document number.")}
        until = _day(expires)
        if expires and until is None:
            return {f"expires-{at}": t("Choose a day.")}
        if not mrz and until is None:
            return {f"expires-{at}": t("Choose the day the document expires.")}
        if not mrz and form.get(f"kind-{at}") == "other":
            return {} if until is None or until >= today else {f"expires-{at}": t("It has expired.")}
        try:
            shown = papers.ShownForm(papers.DocumentKind.PASSPORT, mrz or number, "TRAVELLER", until)
            papers.read_document(shown, today)
        except ServiceError as exc:
            return {where: self._askers.said(t, exc)}
        return {}


def who(party: Mapping[str, Any], asked: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the party who are named and can check in here; all who still have to when nobody is named."""
    able = [one for one in party["travellers"] if one["standing"] in {"booked", "checked_in"}]
    if not asked:
        return [one for one in able if one["standing"] == "booked" and not one["agent"]][:MAX_PARTY]
    return [one for one in able if one["id"] in asked][:MAX_PARTY]


def _given(form: Form, chosen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """GivenSchema: only what was asked for. {} for nothing."""
    given: dict[str, Any] = {}
    found = []
    for at, one in enumerate(chosen, 1):
        mrz, number = form.get(f"mrz-{at}", ""), form.get(f"number-{at}", "")
        if "paper" not in one["needs"] or not (mrz or number):
            continue
        other = not mrz and form.get(f"kind-{at}") == "other"
        paper = {"traveller_id": one["id"], "kind": "other" if other else "passport", "text": mrz or number}
        if not mrz and _day(form.get(f"expires-{at}", "")):
            paper["expires_on"] = form[f"expires-{at}"]
        found.append(paper)
    if found:
        given["papers"] = found
    contact = {name: form[name] for name in ("phone", "destination") if form.get(name)}
    if contact and {need for one in chosen for need in one["needs"]} & {"contact", "destination"}:
        given["contact"] = contact
    return given


def _is_phone(text: str) -> bool:
    digits = text.removeprefix("+")
    return not text or (
        all(sign in "0123456789 -" for sign in digits) and 6 <= sum(sign.isdigit() for sign in digits) <= 15
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
