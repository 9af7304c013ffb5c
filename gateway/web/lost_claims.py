"""A claim: the proof that it is theirs, where it stands, the time to fetch it, and the code that opens the drawer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.barcodes import qr_svg
from gateway.session import Traveller
from gateway.web.forms import EMPTY, WHOLE, Filled
from gateway.web.lost_courier import PARCELS
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_form import DOCUMENTS, paper_of
from gateway.web.lost_one import report_id, seen
from gateway.web.lost_uploads import Sent, Uploads
from gateway.web.lost_views import CLAIMED_BY_NUMBER, month_words, thing
from gateway.web.lost_words import CLAIMS, NOTES, REFUSALS, STAGES
from gateway.web.notices import notice
from gateway.web.texts import Texts
from gateway.web.times import date_words, day_words, full_date, when_words
from gateway.web.visitors import Form, go, page
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.lostfound.errors import MatchNotFound
from services.lostfound.schemas.claim_words import ClaimState, PickupWay, RefusalReason
from services.lostfound.schemas.vocabulary import MAX_PHOTOS

_LONGEST: Final = 64
_STATUS: Final = {Kind.LIMITED: 429, Kind.CONFLICT: 409}
_AT: Final = {ClaimState.SUBMITTED: 2, ClaimState.APPROVED: 3, ClaimState.HANDED_OVER: 5}
"""How far a claim is among the stages, counted from 1."""
_BY_STAFF: Final = "number"
_NEWS: Final = ("state", "window", "code", "code_locked", "desk_id")
"""What makes an open page another one."""


class Claims:
    def __init__(self, desk: LostDesk, uploads: Uploads) -> None:
        self._desk, self._uploads, self._site = desk, uploads, desk.site
        self._zone = desk.site.deps.airport.zoneinfo

    # --- claiming ------------------------------------------------------------------------------------

    async def ask(self, request: Request, traveller: Traveller) -> Response:
        """GET /lost/reports/{report_id}/claim?hint=: by a hint, or by a number that staff gave."""
        report = await self._report(request, traveller)
        if report["state"] != "open":
            return go(request, f"/lost/reports/{report['id']}")
        begun = {name: report[name] for name in ("marks", "serial")}
        return await self._form(request, traveller, report, Filled(begun))

    async def submit(self, request: Request) -> Response:
        """POST /lost/reports/{report_id}/claim."""
        sent = await self._uploads.read(request)
        traveller = sent.traveller
        if traveller is None:
            return self._uploads.sign_in(request, f"/lost/reports/{report_id(request)}")
        report, t = await self._report(request, traveller), self._site.texts(request)
        errors = self._wrong(sent, t) | dict(sent.errors)
        if errors:
            status = 400 if sent.is_theirs else 403
            return await self._form(request, traveller, report, Filled(sent.form, errors), status)
        try:
            claim_id = await self._submit(request, sent, traveller, report)
        except ServiceError as exc:
            filled = self._refused(t, sent, exc)
            return await self._form(request, traveller, report, filled, _STATUS.get(exc.kind, 400))
        about = ("claim", claim_id)
        kept = await self._desk.try_attach(request, sent.form, traveller, about, sent.photos)
        return go(request, f"/lost/claims/{claim_id}?done={'lost_claimed' if kept else 'lost_no_photo'}")

    # --- one claim -----------------------------------------------------------------------------------

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /lost/claims/{claim_id}."""
        return await self._draw(request, traveller)

    async def pickup(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /lost/claims/{claim_id}/pickup: choose a time, or another one."""
        t, here = self._site.texts(request), f"/lost/claims/{_claim_id(request)}"
        wish = {"claim_id": _claim_id(request), "starts_at": form.get("starts_at", "")[:40]}
        if not wish["starts_at"]:
            return page(await self._draw(request, traveller, t("Choose a time.")), t.tag, 400)
        try:
            await self._desk.write(request, form, "choose_pickup", traveller, **wish)
        except ServiceError as exc:
            said = next(iter(self._desk.refused(t, form, exc).errors.values()))
            return page(await self._draw(request, traveller, said), t.tag, _STATUS.get(exc.kind, 400))
        return go(request, f"{here}?done=lost_pickup")

    async def withdraw(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /lost/claims/{claim_id}/withdraw."""
        wish = {"claim_id": _claim_id(request)}
        await self._desk.write(request, form, "withdraw_claim", traveller, **wish)
        return go(request, f"/lost/claims/{_claim_id(request)}?done=lost_withdrawn")

    # --- inside --------------------------------------------------------------------------------------

    def _wrong(self, sent: Sent, t: Texts) -> dict[str, str]:
        form = sent.form
        if not sent.is_theirs:
            return {
                WHOLE: t(
                    "You signed in since this page was opened. Everything is still here: please send it once more."
                )
            }
        if form.get("hint") == _BY_STAFF and not form.get("item_number"):
            return {"item_number": t("Fill in the number that staff gave you.")}
        told = [form.get(name, "") for name in ("marks", "serial", "words")]
        if not any(told) and paper_of(form) is None:
            return {"marks": t("Say something that only the owner can know.")}
        return {}

    def _refused(self, t: Texts, sent: Sent, error: ServiceError) -> Filled:
        if error.code == MatchNotFound.code and sent.form.get("hint") == _BY_STAFF:
            return Filled(sent.form, {"item_number": t("Nothing here has that number. Please check it.")})
        return self._desk.refused(t, sent.form, error)

    async def _submit(
        self, request: Request, sent: Sent, traveller: Traveller, report: Mapping[str, Any]
    ) -> str:
        form = sent.form
        by_staff = form.get("hint") == _BY_STAFF
        wish = (
            {"report_id": report["id"], "item_number": form["item_number"][:32].upper()}
            if by_staff
            else {"match_id": form.get("hint", "")[:_LONGEST]}
        )
        proof = {name: form.get(name, "") for name in ("marks", "serial", "words")}
        private = proof | {"document": paper_of({**form, "category": report["category"]})}
        told = await self._desk.write_sealed(request, form, "submit_claim", traveller, private, **wish)
        return str(told["claim"]["id"])

    async def _form(
        self,
        request: Request,
        traveller: Traveller,
        report: Mapping[str, Any],
        filled: Filled = EMPTY,
        status: int = 200,
    ) -> Response:
        t = self._site.texts(request)
        hint = filled.values.get("hint") or request.query_params.get("hint", "")[:_LONGEST] or _BY_STAFF
        shown = thing(report, t)
        html = self._desk.draw(
            request,
            traveller,
            "lost_claim_form.html",
            report=report,
            thing=shown,
            hint=hint,
            by_staff=hint == _BY_STAFF,
            is_document=report["category"] in DOCUMENTS,
            is_numbered=shown.group in CLAIMED_BY_NUMBER,
            most_photos=MAX_PHOTOS,
            filled=filled,
        )
        return self._site.remember_language(request, page(html, t.tag, status))

    async def _report(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        wish = {"passenger_id": traveller.passenger_id, "report_id": report_id(request)}
        report: dict[str, Any] = (await self._desk.ask(request, "get_report", **wish))["report"]
        return report

    async def _draw(self, request: Request, traveller: Traveller, wrong: str = "") -> bytes:
        t, wish = self._site.texts(request), {"passenger_id": traveller.passenger_id}
        wish["claim_id"] = _claim_id(request)
        claim = (await self._desk.ask(request, "get_claim", **wish))["claim"]
        state = ClaimState(claim["state"])
        to_fetch = state is ClaimState.APPROVED and claim["way"] != PickupWay.COURIER.value
        windows = await self._desk.try_ask(request, "list_windows", **wish) if to_fetch else None
        parcel = await self._parcel(request, wish) if state is ClaimState.APPROVED and not to_fetch else None
        word, tone = PARCELS[parcel] if parcel else CLAIMS[state]
        label = t("Pick-up code")
        return self._desk.draw(
            request,
            traveller,
            "lost_claim.html",
            claim=claim,
            thing=thing(claim, t),
            word=t(word),
            tone=tone,
            note=t(NOTES[state]),
            month=month_words(t, claim["month"]),
            area=t.name(claim["area"]) if claim["area"] else "",
            stages=[t(stage) for stage in STAGES],
            at=4 if claim["window"] else _AT.get(state, 0),
            version=seen([*(claim[name] for name in _NEWS), parcel]),
            is_open=state in {ClaimState.SUBMITTED, ClaimState.APPROVED},
            to_fetch=to_fetch,
            reason=t(REFUSALS[RefusalReason(claim["reason"])]) if claim["reason"] else "",
            code_qr=qr_svg(claim["code"], label) if claim["code"] and to_fetch else "",
            desk=await self._at_desk(request, claim) if to_fetch else None,
            days=self._days(windows["windows"], claim["window"], t) if windows else [],
            hours=self._hours(windows["windows"]) if windows else "",
            chosen=claim["window"]["starts_at"] if claim["window"] else "",
            window=self._window(claim["window"], t) if claim["window"] else "",
            fetch_by=self._date(claim["fetch_by"], t) if claim["fetch_by"] else "",
            submitted=when_words(t, claim["submitted_at"], self._zone),
            ended=when_words(t, claim["ended_at"], self._zone) if claim["ended_at"] else "",
            wrong=wrong,
            said=notice(request),
        )

    async def _parcel(self, request: Request, wish: Mapping[str, Any]) -> str | None:
        """Where the parcel is, of a thing that goes by courier: courier_words.ParcelState; None while nobody can say."""
        told = await self._desk.try_ask(request, "get_courier_order", **wish)
        return told["order"]["parcel"] if told and told["order"] else None

    async def _at_desk(self, request: Request, claim: Mapping[str, Any]) -> dict[str, str] | None:
        """Where the thing is fetched."""
        desks = await self._desk.desk_words(request)
        return next((desk for desk in desks if desk["id"] == claim["desk_id"]), None)

    def _days(
        self, windows: list[Mapping[str, Any]], chosen: Mapping[str, Any] | None, t: Texts
    ) -> list[dict[str, Any]]:
        """The times one may choose, by day; open is the day that was chosen, or the first with a free time."""
        today = clock.real_now().astimezone(self._zone).date()
        days: dict[str, dict[str, Any]] = {}
        for one in windows:
            starts, ends = self._local(one["starts_at"]), self._local(one["ends_at"])
            name = f"{day_words(t, starts.date(), today)} {date_words(t, starts.date())}"
            day = days.setdefault(name, {"name": name, "windows": []})
            day["windows"].append(
                {
                    "starts_at": one["starts_at"],
                    "time": f"{starts:%H:%M}–{ends:%H:%M}",
                    "free": one["free"],
                }
            )
        shown = list(days.values())
        for day in shown:
            free = [one["starts_at"] for one in day["windows"] if one["free"]]
            day["free"], day["open"] = bool(free), bool(chosen and chosen["starts_at"] in free)
        if shown and not any(day["open"] for day in shown):
            next((day for day in shown if day["free"]), shown[0])["open"] = True
        return shown

    def _hours(self, windows: list[Mapping[str, Any]]) -> str:
        """From when to when the desk gives things out, of the times that it offers."""
        if not windows:
            return ""
        starts = min(f"{self._local(one['starts_at']):%H:%M}" for one in windows)
        ends = max(f"{self._local(one['ends_at']):%H:%M}" for one in windows)
        return f"{starts}–{ends}"

    def _window(self, window: Mapping[str, Any], t: Texts) -> str:
        starts, ends = self._local(window["starts_at"]), self._local(window["ends_at"])
        today = clock.real_now().astimezone(self._zone).date()
        day = f"{day_words(t, starts.date(), today)} {date_words(t, starts.date())}"
        return f"{day} {starts:%H:%M}–{ends:%H:%M}"

    def _date(self, text: str, t: Texts) -> str:
        return full_date(t, self._local(text).date())

    def _local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self._zone)


def _claim_id(request: Request) -> str:
    return str(request.path_params["claim_id"])[:_LONGEST]
