"""The first page of lost and found: what to do now, where to go; and everything of one traveller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from gateway.session import Traveller
from gateway.web.lost_desk import LostDesk
from gateway.web.lost_one import standing
from gateway.web.lost_views import thing
from gateway.web.lost_words import CLAIMS, NOTES
from gateway.web.notices import notice
from gateway.web.site import in_wechat, link
from gateway.web.texts import Texts
from gateway.web.times import when_words
from services.lostfound.schemas.claim_words import ClaimState

_PAGE: Final = 20
_ON_START: Final = 3


class Start:
    def __init__(self, desk: LostDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._zone = desk.site.deps.airport.zoneinfo

    async def page(self, request: Request) -> bytes:
        """GET /lost."""
        desks = await self._desk.desk_words(request)
        # Without desks it is drawn while the service is away: nobody else is shown that.
        request.state.passing = not desks
        return self._site.draw(
            request, "lost_start.html", mine=[], away=False, in_wechat=in_wechat(request), desks=desks
        )

    async def own(self, request: Request, traveller: Traveller) -> bytes:
        """GET /lost of one who is signed in: what they miss comes first."""
        told = await self._desk.try_ask(
            request, "list_my_reports", passenger_id=traveller.passenger_id, limit=_PAGE
        )
        t = self._site.texts(request)
        shown = [self._report(one, t) for one in told["reports"]] if told else []
        return self._desk.draw(
            request,
            traveller,
            "lost_start.html",
            mine=[one for one in shown if one["is_open"]][:_ON_START],
            away=told is None,
            desks=await self._desk.desk_words(request),
        )

    async def mine(self, request: Request, traveller: Traveller) -> bytes:
        """GET /me/lost: reports and claims."""
        t, who = self._site.texts(request), traveller.passenger_id
        cursor = request.query_params.get("after", "")[:200] or None
        told = await self._desk.try_ask(
            request, "list_my_reports", passenger_id=who, limit=_PAGE, cursor=cursor
        )
        claimed = await self._desk.try_ask(request, "list_my_claims", passenger_id=who, limit=_PAGE)
        reports = [self._report(one, t) for one in told["reports"]] if told else []
        claims = [self._claim(one, t) for one in claimed["claims"]] if claimed else []
        older = told["next_cursor"] if told else None
        return self._desk.draw(
            request,
            traveller,
            "me_lost.html",
            away=told is None or claimed is None,
            claims=[one for one in claims if one["is_open"]],
            open=[one for one in reports if one["is_open"]],
            over=[one for one in reports if not one["is_open"]],
            claims_over=[one for one in claims if not one["is_open"]],
            older=link("/me/lost", after=older) if older else "",
            is_first=not cursor,
            said=notice(request),
        )

    def _report(self, report: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = standing(report)
        return {
            "id": report["id"],
            "thing": thing(report, t),
            "word": t(word),
            "tone": tone,
            "when": when_words(t, report["lost_from"], self._zone),
            "hints": report["hints"] if report["state"] == "open" else 0,
            "is_open": report["state"] == "open",
        }

    def _claim(self, claim: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        state = ClaimState(claim["state"])
        word, tone = CLAIMS[state]
        is_open = state in {ClaimState.SUBMITTED, ClaimState.APPROVED}
        return {
            "id": claim["id"],
            "thing": thing(claim, t),
            "word": t(word),
            "tone": tone,
            "note": t(NOTES[state]),
            "is_open": is_open,
        }
