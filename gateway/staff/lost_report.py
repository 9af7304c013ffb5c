"""One report: what is missed, what may be it and why, and a claim made for somebody who stands at the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.desks import Form, Place, act, page
from gateway.staff.lost_claims import CLAIM_STATES, CLAIMS
from gateway.staff.lost_compare import document_words, span_words
from gateway.staff.lost_offer import OFFERED, UNKNOWN, offer
from gateway.staff.lost_shared import (
    HOME,
    TABS,
    WRONG,
    LostFound,
    category_words,
    colour_words,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.claim_words import ClosedWhy, MatchState, ReportState

REPORTS: Final = f"{HOME}/reports"
_ONE: Final = f"{REPORTS}/{{report_id}}"
REPORT_STATES: Final = {
    ReportState.OPEN.value: (N_("Open"), "late"),
    ReportState.CLOSED.value: (N_("Closed"), "calm"),
}
WHY: Final = {
    ClosedWhy.RETURNED.value: N_("given back"),
    ClosedWhy.WITHDRAWN.value: N_("withdrawn"),
    ClosedWhy.FOUND_ELSEWHERE.value: N_("found elsewhere"),
    ClosedWhy.EXPIRED.value: N_("run out"),
}
DONE: Final = {
    "filed": N_("Taken down. Matches come within seconds: load the page again."),
    "filed_before": N_("This form was sent before: here is the report. What you changed since isn't in it."),
    "dismissed": N_("Dismissed: nobody is told of it again."),
    "closed": N_("Closed."),
    **OFFERED,
}
_MOST_WHY: Final = 200


class ReportPages:
    """The page and its forms."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(_ONE, self.page),
            act(f"{_ONE}/dismiss", self.dismiss),
            act(f"{_ONE}/offer", self.offer),
            act(f"{_ONE}/claim", self.claim),
            act(f"{_ONE}/close", self.close),
            act(f"{_ONE}/contact", self.contact),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/reports/{report_id}: by its id, or by its number."""
        return await self._draw(request, staff)

    async def dismiss(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/dismiss: that match isn't it."""
        return await self._do(
            request, staff, form, "dismissed", "dismiss_match", match_id=form.get("match_id", "")[:64]
        )

    async def offer(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/offer: an item by its number, as a hint; of a match, or what the matching didn't see."""
        report = await self._get(request, staff)
        try:
            pair = (report["number"], form.get("item_number", ""))
            done = await offer(self._lost, request, staff, form, pair)
        except ServiceError as exc:
            return await self._refused(request, staff, form, "offer", exc)
        return self._console.go(f"{REPORTS}/{report['number']}?done={done}")

    async def close(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/close: it turned up, or isn't looked for any more."""
        report = await self._get(request, staff)
        return await self._do(
            request,
            staff,
            form,
            "closed",
            "close_report",
            report_id=report["id"],
            why=form.get("why", "")[:20],
        )

    async def claim(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/claim: for somebody at the desk or on the phone, by a match or by an item's number."""
        report = await self._get(request, staff)
        proof = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in ("marks", "words")}
        proof["serial"] = form.get("serial", "").strip()[:64]
        wish = {"match_id": form.get("match_id", "")[:64]}
        if not wish["match_id"]:
            wish = {"report_id": report["id"], "item_number": form.get("item_number", "").strip()[:40] or "-"}
        secret = ("sealed", {name: said[:1000] for name, said in proof.items()})
        try:
            done = await self._lost.write_sealed(request, staff, form, "submit_claim", secret, **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, form, "claim", exc)
        return self._console.go(f"{CLAIMS}/{done['claim']['number']}")

    async def contact(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/contact: how they are reached, for who says why."""
        report, why = await self._get(request, staff), form.get("why", "").strip()[:_MOST_WHY]
        try:
            shown = await self._lost.write(
                request, staff, form, "reveal_contact", about="report", about_id=report["id"], why=why
            )
        except ServiceError as exc:
            return await self._refused(request, staff, form, "contact", exc)
        return self._console.page(request, await self._draw(request, staff, contact=shown))

    # --- in between -----------------------------------------------------------------------------------------

    async def _do(
        self, request: Request, staff: Staff, form: Form, name: str, method: str, **wish: Any
    ) -> Response:
        try:
            await self._lost.write(request, staff, form, method, **wish)
        except ServiceError as exc:
            return await self._refused(request, staff, form, name, exc)
        return self._console.go(f"{REPORTS}/{_id(request)}?done={name}")

    async def _refused(
        self, request: Request, staff: Staff, form: Form, name: str, error: ServiceError
    ) -> Response:
        if error.kind not in WRONG and error.code not in UNKNOWN | {"lostfound.match_not_found"}:
            raise error
        blamed = self._lost.blamed(self._console.texts(request), error)
        wrong = next(iter(blamed.values()), "") or self._console.refused(request, error)
        html = await self._draw(request, staff, refused=(name, wrong), typed=form)
        return self._console.page(request, html, 409 if error.kind is Kind.CONFLICT else 400)

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        answer = await self._lost.read(
            request, staff, "get_report", actor=staff.actor, report_id=_id(request)
        )
        report: dict[str, Any] = answer["report"]
        return report

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        contact: Mapping[str, str] | None = None,
        refused: tuple[str, str] = ("", ""),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        lost, t, report = self._lost, self._console.texts(request), await self._get(request, staff)
        if request.method == "GET" and (report["marks"] or report["serial"]):
            await self._console.note(request, staff, "names.shown", report["number"])
        found, names = await asyncio.gather(
            lost.read(request, staff, "list_matches", actor=staff.actor, report_id=report["id"]),
            lost.names(request, staff, [report["filer"]]),
        )
        return self._console.draw(
            request,
            "lost_report.html",
            staff,
            tabs=TABS,
            section=REPORTS,
            report=report,
            title=title(t, report),
            state=REPORT_STATES[report["state"]],
            why=WHY.get(report["why"] or "", ""),
            whys=[each for each in WHY.items() if each[0] in ("withdrawn", "found_elsewhere")],
            facts=self._facts(t, report, names),
            matches=[self._match(t, each) for each in found["matches"]],
            claims=[{**each, "word": CLAIM_STATES[each["state"]]} for each in report["claims"]],
            contact=contact,
            open=report["state"] == ReportState.OPEN.value,
            here=f"{REPORTS}/{report['number']}",
            done=DONE.get(request.query_params.get("done", ""), ""),
            refused=refused,
            typed=typed or {},
        )

    def _facts(self, t: Texts, report: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
        written = written_in(self._console)
        filer = names.get(report["filer"] or "", "")
        found = [
            (t("Kind"), category_words(t, report["category"])),
            (t("Colours"), ", ".join(colour_words(t, each) for each in report["colours"])),
            (t("Brand"), report["brand"]),
            (t("Description"), report["description"]),
            (t("Lost"), span_words(report, written)),
            (t("Place"), ", ".join(self._lost.place(t, each) for each in report["places"])),
            (t("Flight"), " ".join(filter(None, (report["flight_id"], report["seat"])))),
            (t("Bus"), report["bus_departure_id"] or ""),
            (
                t("Filed"),
                " · ".join(filter(None, (written(report["filed_at"]), filer or t("by the traveller")))),
            ),
            (t("Open until"), written(report["expires_at"])),
            (t("Private marks"), report["marks"]),
            (t("Serial number"), report["serial"]),
            (t("Document"), document_words(t, report["document"])),
        ]
        return [(name, value) for name, value in found if value]

    def _match(self, t: Texts, match: Mapping[str, Any]) -> dict[str, Any]:
        written, item, find = written_in(self._console), match["item"], match["find"]
        number = item["number"] if item else find["number"]
        return {
            "id": match["id"],
            "number": number,
            "href": f"{HOME}/items/{number}" if item else f"{HOME}/finds/{find['id']}",
            "title": title(t, item) if item else category_words(t, find["category"]),
            "description": (item or find)["description"],
            "where": self._lost.place(t, item["place"] or "") if item else find["place"],
            "pct": round(match["probability"] * 100),
            "likely": match["band"] == "likely",
            "reasons": [t.name(each) for each in match["reasons"]],
            "told": written(match["told_at"]),
            "claimed": match["state"] == MatchState.CLAIMED.value,
            "offered": written(match["offered_at"]),
            "guessed": bool(match["reasons"]),
            "free": item is not None and item["state"] in ("stored", "in_transfer"),
            "here": item is not None and item["state"] in ("stored", "in_transfer", "reserved"),
        }


def _id(request: Request) -> str:
    return str(request.path_params["report_id"])[:64]
