"""One report as its owner sees it: what we know, hints that give nothing away, photos, and its end."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.session import Traveller
from gateway.uploads import Files
from gateway.web.forms import PHOTOS
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_views import known_places, month_words, thing
from gateway.web.lost_words import BANDS, CLAIMS, CLOSED, OPEN
from gateway.web.notices import notice
from gateway.web.texts import Texts
from gateway.web.times import date_words, full_date, when_words
from gateway.web.visitors import PRIVATE, Form, go, page
from kernel.errors import ServiceError
from services.lostfound.schemas.claim_words import Band, ClaimState, ClosedWhy, ReportState
from services.lostfound.schemas.vocabulary import MAX_PHOTOS, Size

_LONGEST: Final = 64


class OneReport:
    def __init__(self, desk: LostDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._zone = desk.site.deps.airport.zoneinfo
        self._places = known_places(desk.site.deps.airport)

    async def page(self, request: Request, traveller: Traveller) -> bytes:
        """GET /lost/reports/{report_id}."""
        return await self._draw(request, traveller)

    async def close(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /lost/reports/{report_id}/close."""
        elsewhere = form.get("why") == ClosedWhy.FOUND_ELSEWHERE.value
        why = (ClosedWhy.FOUND_ELSEWHERE if elsewhere else ClosedWhy.WITHDRAWN).value
        wish = {"report_id": report_id(request), "why": why}
        await self._desk.write(request, form, "close_report", traveller, **wish)
        return go(request, f"/lost/reports/{report_id(request)}?done=lost_closed")

    async def dismiss(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /lost/reports/{report_id}/hints/{match_id}/dismiss: it isn't mine."""
        wish = {"match_id": str(request.path_params["match_id"])[:_LONGEST]}
        await self._desk.write(request, form, "dismiss_match", traveller, **wish)
        return go(request, f"/lost/reports/{report_id(request)}?done=lost_dismissed")

    async def add_photos(
        self, request: Request, traveller: Traveller, form: Form, files: Files
    ) -> bytes | Response:
        """POST /lost/reports/{report_id}/photos."""
        t, here = self._site.texts(request), f"/lost/reports/{report_id(request)}"
        await self._known(request, traveller)
        try:
            taken = [await photos.take(each.content) for each in files[PHOTOS]]
            await self._desk.attach(request, form, traveller, ("report", report_id(request)), taken)
        except ServiceError as exc:
            said = self._desk.refused(t, form, exc)
            wrong = next(iter(said.errors.values()))
            return page(await self._draw(request, traveller, wrong), t.tag, 400)
        return go(request, f"{here}?done=lost_photo" if taken else here)

    async def photo(self, request: Request, traveller: Traveller) -> Response:
        """GET /lost/photos/{photo_id}: of one's own report or claim."""
        wanted = str(request.path_params["photo_id"])[:_LONGEST]
        size = Size.FULL if request.query_params.get("size") == "full" else Size.THUMBNAIL
        wish = {"passenger_id": traveller.passenger_id, "photo_id": wanted, "size": size.value}
        told = await self._desk.ask(request, "get_evidence", **wish)
        return Response(base64.b64decode(told["jpeg"]), 200, PRIVATE, "image/jpeg")

    async def _draw(self, request: Request, traveller: Traveller, wrong: str = "") -> bytes:
        t, who = self._site.texts(request), traveller.passenger_id
        wish = {"passenger_id": who, "report_id": report_id(request)}
        report = await self._known(request, traveller)
        is_open = report["state"] == ReportState.OPEN.value
        hints = await self._desk.try_ask(request, "list_hints", **wish) if is_open else {"hints": []}
        word, tone = standing(report)
        return self._desk.draw(
            request,
            traveller,
            "lost_one.html",
            report=report,
            thing=thing(report, t),
            word=t(word),
            tone=tone,
            is_open=is_open,
            version=seen([report["state"], report["claims"], hints]),
            facts=self._facts(report, t),
            hints=None if hints is None else [self._hint(one, t) for one in hints["hints"]],
            claims=[self._claim(one, report, t) for one in report["claims"]],
            filed=when_words(t, report["filed_at"], self._zone),
            expires=self._day(report["expires_at"], t),
            most_photos=MAX_PHOTOS,
            more_photos=is_open and len(report["photos"]) < MAX_PHOTOS,
            wrong=wrong,
            said=notice(request),
        )

    async def _known(self, request: Request, traveller: Traveller) -> dict[str, Any]:
        """The report of the address, if it is this traveller's. Raises ReportNotFound."""
        wish = {"passenger_id": traveller.passenger_id, "report_id": report_id(request)}
        report: dict[str, Any] = (await self._desk.ask(request, "get_report", **wish))["report"]
        return report

    def _facts(self, report: Mapping[str, Any], t: Texts) -> list[tuple[str, str]]:
        """What its owner told us, as they told it; masked where the service masks."""
        since, until = (when_words(t, report[name], self._zone) for name in ("lost_from", "lost_to"))
        places = [getattr(self._places[one], t.language) for one in report["places"] if one in self._places]
        paper, contact = report["document"], report["contact"] or {}
        told = [
            (t("Brand and model"), report["brand"]),
            (t("Description"), report["description"]),
            (t("Last had it"), since),
            (t("Noticed it was gone"), until),
            (t("Where it may be"), t.listing(places)),
            (t("Flight"), self._flight(report, t)),
            (t("Airport bus"), t("from your order of tickets") if report["order_id"] else ""),
            (t("Private marks"), report["marks"]),
            (t("Serial number or IMEI"), report["serial"]),
            (t("Document"), " ".join((paper["holder_name"], paper["number"])).strip() if paper else ""),
            (t("You are reached at"), " · ".join(one for one in contact.values() if one)),
        ]
        return [(name, value) for name, value in told if value]

    def _flight(self, report: Mapping[str, Any], t: Texts) -> str:
        if not report["flight_id"]:
            return ""
        entry = self._site.deps.flights.get(report["flight_id"])
        number, _, rest = report["flight_id"].partition("-")
        day = f"{rest[:4]}-{rest[4:6]}-{rest[6:8]}"
        if entry:
            number, day = entry.flight["number"], date_words(t, entry.day_local)
        seat = t("seat %(seat)s", seat=report["seat"]) if report["seat"] else ""
        return " · ".join(part for part in (number, day, seat) if part)

    def _hint(self, hint: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = BANDS[Band(hint["band"])]
        return {
            "id": hint["match_id"],
            "thing": thing(hint, t),
            "word": t(word),
            "tone": tone,
            "month": month_words(t, hint["month"]),
            "area": t.name(hint["area"]) if hint["area"] else "",
            "reasons": [t.name(one) for one in hint["reasons"]],
            "at_desk": hint["at_desk"],
            "claim_id": hint["claim_id"],
        }

    def _claim(self, claim: Mapping[str, Any], report: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = CLAIMS[ClaimState(claim["state"])]
        note = t("Claim %(number)s", number=claim["number"])
        return {"id": claim["id"], "thing": thing(report, t), "word": t(word), "tone": tone, "note": note}

    def _day(self, text: str, t: Texts) -> str:
        return full_date(t, datetime.fromisoformat(text).astimezone(self._zone).date())


def seen(parts: Any) -> str:
    """Another one whenever the page would tell something new."""
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:16]


def standing(report: Mapping[str, Any]) -> tuple[str, str]:
    """The word for where a report stands, and its tone."""
    return CLOSED[ClosedWhy(report["why"])] if report["why"] else OPEN


def report_id(request: Request) -> str:
    return str(request.path_params["report_id"])[:_LONGEST]
