"""A report of a loss: the page that files it, and the same page again for a change.

What was typed is never lost: a session that is over, a form of another session and whatever is refused draw the page
again with every word; the browser keeps a draft besides (lost.js).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.session import Traveller
from gateway.web.forms import EMPTY, WHOLE, Filled
from gateway.web.lost_context import Contexts
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_form import DOCUMENTS, Context, local_text, read, wrong
from gateway.web.lost_uploads import Sent, Uploads
from gateway.web.lost_views import (
    CLAIMED_BY_NUMBER,
    OFTEN,
    hues,
    kinds,
    known_places,
    places_by_area,
)
from gateway.web.site import in_wechat
from gateway.web.texts import Texts
from gateway.web.visitors import address_of, go, page, sign_in_href
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import COLOURS, MAX_COLOURS, MAX_PHOTOS, MAX_PLACES

NEW: Final = "/lost/report"
_IS_VERSION: Final = re.compile(r"[0-9]{1,9}")
_FILED_BEFORE: Final = "lostfound.already_filed"
_STATUS: Final = {Kind.LIMITED: 429, Kind.CONFLICT: 409}


class Reports:
    def __init__(self, desk: LostDesk, uploads: Uploads) -> None:
        self._desk, self._uploads = desk, uploads
        self._site = desk.site
        self._contexts = Contexts(desk.site)
        self._zone = desk.site.deps.airport.zoneinfo
        self._places = known_places(desk.site.deps.airport)

    # --- a new one -----------------------------------------------------------------------------------

    async def new(self, request: Request) -> Response:
        """GET /lost/report?flight=&seat=&bus_order=&category=. Who isn't signed in may fill it in, and signs in before
        it is sent: somebody must be told when it is found."""
        traveller = await self._desk.someone(request)
        if traveller is None and in_wechat(request) and "guest" not in request.query_params:
            return go(request, sign_in_href(address_of(request)))
        context = await self._contexts.begun(request, traveller)
        return self._page(request, traveller, Filled(context.values), context)

    async def file(self, request: Request) -> Response:
        """POST /lost/report, from anybody: every word comes back until it is filed."""
        sent = await self._uploads.read(request)
        again = self._not_ready(request, sent)
        if again is not None:
            return again
        assert sent.traveller is not None
        t, now = self._site.texts(request), clock.now()
        errors = wrong(sent.form, t, self._zone, now, self._places) | dict(sent.errors)
        if errors:
            return self._page(request, sent.traveller, Filled(sent.form, errors), status=400)
        try:
            report_id = await self._file(request, sent, sent.traveller, t)
        except ServiceError as exc:
            if exc.code == _FILED_BEFORE:
                # Gone back to and sent again: on to what it became, and nothing is written over it.
                return go(request, f"/lost/reports/{exc.data['report_id']}?done=lost_filed_before")
            filled = self._desk.refused(t, sent.form, exc)
            return self._page(request, sent.traveller, filled, status=_STATUS.get(exc.kind, 400))
        done = await self._attach(request, sent, sent.traveller, report_id)
        return go(request, f"/lost/reports/{report_id}?done={done}")

    # --- a change ------------------------------------------------------------------------------------

    async def ask_change(self, request: Request, traveller: Traveller) -> Response:
        """GET /lost/reports/{report_id}/change."""
        report = await self._known(request, traveller)
        if report["state"] != "open":
            return go(request, f"/lost/reports/{report['id']}")
        return self._page(request, traveller, Filled(self._values(report)), change=report)

    async def change(self, request: Request) -> Response:
        """POST /lost/reports/{report_id}/change. What is masked on the page stays as it is unless it is written anew."""
        sent = await self._uploads.read(request)
        if sent.traveller is None:
            return go(request, sign_in_href(f"/lost/reports/{self._id(request)}/change"))
        report = await self._known(request, sent.traveller)
        again = self._not_ready(request, sent, report)
        if again is not None:
            return again
        t = self._site.texts(request)
        errors = wrong(sent.form, t, self._zone, clock.now(), self._places) | dict(sent.errors)
        if errors:
            return self._page(request, sent.traveller, Filled(sent.form, errors), change=report, status=400)
        try:
            await self._change(request, sent, sent.traveller, report)
        except ServiceError as exc:
            filled = self._desk.refused(t, sent.form, exc)
            status = _STATUS.get(exc.kind, 400)
            return self._page(request, sent.traveller, filled, change=report, status=status)
        done = await self._attach(request, sent, sent.traveller, report["id"], "lost_changed")
        return go(request, f"/lost/reports/{report['id']}?done={done}")

    # --- inside --------------------------------------------------------------------------------------

    async def _file(self, request: Request, sent: Sent, traveller: Traveller, t: Texts) -> str:
        loss = read(sent.form, self._zone, clock.now(), self._places)
        named = await self._contexts.named(request, traveller, sent.form)
        told = await self._desk.write_sealed(
            request,
            sent.form,
            "file_report",
            traveller,
            loss.private,
            language=t.language,
            loss=_with_number(loss.loss, sent.form, named) | named,
        )
        return str(told["report"]["id"])

    async def _change(
        self, request: Request, sent: Sent, traveller: Traveller, report: Mapping[str, Any]
    ) -> None:
        loss = read(sent.form, self._zone, clock.now(), self._places)
        named = await self._contexts.named(request, traveller, sent.form)
        private = {name: value for name, value in loss.private.items() if value is not None}
        version = sent.form.get("version", "")
        await self._desk.write_sealed(
            request,
            sent.form,
            "change_report",
            traveller,
            private,
            report_id=report["id"],
            version=int(version) if _IS_VERSION.fullmatch(version) else 0,
            loss=_with_number(loss.loss, sent.form, named) | named,
        )

    async def _attach(
        self, request: Request, sent: Sent, traveller: Traveller, report_id: str, done: str = "lost_filed"
    ) -> str:
        """The notice that follows."""
        about = ("report", report_id)
        kept = await self._desk.try_attach(request, sent.form, traveller, about, sent.photos)
        return done if kept else "lost_no_photo"

    def _not_ready(
        self, request: Request, sent: Sent, change: Mapping[str, Any] | None = None
    ) -> Response | None:
        """The page once more for one who must sign in first, or whose page was drawn before they did."""
        if sent.traveller is not None and sent.is_theirs:
            return None
        t = self._site.texts(request)
        if sent.traveller is None:
            said = t("Please sign in, then send it: everything you wrote is still here.")
        else:
            said = t(
                "You signed in since this page was opened. Everything is still here: please send it once more."
            )
        status = 401 if sent.traveller is None else 403
        return self._page(
            request, sent.traveller, Filled(sent.form, {WHOLE: said}), change=change, status=status
        )

    def _page(
        self,
        request: Request,
        traveller: Traveller | None,
        filled: Filled = EMPTY,
        context: Context | None = None,
        change: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        t = self._site.texts(request)
        context = context or Context(filled.values.get("context", "")[:80], {}, "")
        html = self._desk.draw(
            request,
            traveller,
            "lost_report.html",
            filled=filled,
            context=context,
            change=change,
            action=f"/lost/reports/{change['id']}/change" if change else NEW,
            version=filled.values.get("version") or (change["version"] if change else ""),
            kinds=kinds(t),
            often=OFTEN,
            palette=hues(COLOURS, t),
            places=places_by_area(self._site.deps.airport, t),
            documents=tuple(DOCUMENTS),
            numbered=CLAIMED_BY_NUMBER,
            most_colours=MAX_COLOURS,
            most_places=MAX_PLACES,
            most_photos=MAX_PHOTOS - (len(change["photos"]) if change else 0),
            latest=local_text(clock.now(), self._zone),
            sign_in=sign_in_href(address_of(request) if request.method == "GET" else NEW),
        )
        response = page(html, t.tag, status)
        return self._site.remember_language(request, response)

    def _values(self, report: Mapping[str, Any]) -> dict[str, str]:
        """A report as the form holds it. What is masked isn't filled in: empty means as it was."""
        values = {name: report[name] for name in ("category", "brand", "description", "marks", "serial")}
        for name in ("lost_from", "lost_to"):
            values[name] = local_text(datetime.fromisoformat(report[name]), self._zone)
        values |= {f"colour-{code}": "1" for code in report["colours"]}
        values |= {f"place-{code}": "1" for code in report["places"]}
        if report["flight_id"]:
            entry = self._site.deps.flights.get(report["flight_id"])
            number = entry.flight["number"] if entry else report["flight_id"].split("-")[0]
            values |= {"flight_id": report["flight_id"], "flight": number, "seat": report["seat"] or ""}
        if report["order_id"]:
            values["bus_order"] = report["order_id"]
        return values

    async def _known(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        told = await self._desk.ask(
            request, "get_report", passenger_id=traveller.passenger_id, report_id=self._id(request)
        )
        report: dict[str, Any] = told["report"]
        return report

    @staticmethod
    def _id(request: Request) -> str:
        return str(request.path_params["report_id"])[:64]


def _with_number(loss: dict[str, Any], form: Mapping[str, str], named: Mapping[str, Any]) -> dict[str, Any]:
    """A flight's number that no leg is known for helps as a word."""
    number = form.get("flight", "")
    if not number or named["flight_id"] or number.lower() in loss["description"].lower():
        return loss
    return loss | {"description": f"{loss['description']}\n{number}".strip()[:1000]}
