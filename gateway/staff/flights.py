"""The flight desk: updates of airlines and handlers that were refused, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts, clock
from services.flights.errors import Refusal
from services.staff.schemas import Role

_HOME: Final = "/staff/flights"
REASONS: Final = {
    Refusal.INVALID.value: N_("Breaks the form"),
    Refusal.UNKNOWN_AIRLINE.value: N_("Unknown airline"),
    Refusal.NOT_YOUR_AIRLINE.value: N_("Not this partner's airline"),
    Refusal.UNKNOWN_AIRPORT.value: N_("Unknown airport"),
    Refusal.NOT_THIS_AIRPORT.value: N_("Not a flight of this airport"),
    Refusal.UNKNOWN_FLIGHT.value: N_("Unknown flight, no schedule given"),
    Refusal.OUTSIDE_WINDOW.value: N_("Too far from today or the schedule"),
    Refusal.FROM_THE_FUTURE.value: N_("Dated in the future"),
    Refusal.IMPOSSIBLE_STEP.value: N_("Impossible step"),
    Refusal.IMPOSSIBLE_TIMES.value: N_("Impossible times"),
}
_CHUNK: Final = 200
_CHUNKS: Final = 10
"""How far back one search goes: the next page goes on from there."""
_LONGEST_ITEM: Final = 400
QUEUE: Final = Queue(
    "refusals",
    (
        Column(N_("Time"), "time"),
        Column(N_("Flight"), "code"),
        Column(N_("Source")),
        Column(N_("Why refused")),
        Column(N_("Details"), "code"),
    ),
    search=N_("Flight, source or something in the update"),
    filters=(Filter("reason", N_("Reason"), tuple(REASONS.items())),),
)


def desk(console: Console) -> Desk:
    flights = Flights(console)
    return Desk(
        _HOME, N_("Flight desk"), "flight", frozenset({Role.FLIGHT_DESK}), (page(_HOME, flights.page),)
    )


class Flights:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/flights."""

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            return await self._search(request, staff, wishes, cursor, limit)

        values = {"heading": N_("Refused flight updates"), "empty": N_("No update was refused.")}
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    async def _search(
        self, request: Request, staff: Staff, wishes: Mapping[str, str], cursor: str, limit: int
    ) -> Found:
        """Whole pages of flights are read and searched here until there are rows enough, or it went far back."""
        t, rows = self._console.texts(request), []
        narrowed = wishes["q"] or wishes["reason"]
        for _ in range(_CHUNKS if narrowed else 1):
            answer = await self._console.read(
                request, staff, "flights", "list_refusals", limit=_CHUNK if narrowed else limit, cursor=cursor
            )
            rows += [self._row(t, each) for each in answer["refusals"] if _matches(each, wishes)]
            cursor = answer["cursor"] or ""
            if not cursor or len(rows) >= limit:
                break
        return Found(rows, cursor)

    def _row(self, t: Texts, refusal: dict[str, Any]) -> list[Cell]:
        detail = json.dumps(refusal["detail"], ensure_ascii=False) if refusal["detail"] else ""
        item = json.dumps(refusal["item"], ensure_ascii=False)
        return [
            Cell(clock(refusal["recorded_at"], self._console.zone)),
            Cell(refusal["flight_id"] or "–"),
            Cell(refusal["source_name"]),
            Cell(t(REASONS.get(refusal["reason"], refusal["reason"])), "late"),
            Cell(detail, note=item if len(item) <= _LONGEST_ITEM else f"{item[:_LONGEST_ITEM]}…"),
        ]


def _matches(refusal: dict[str, Any], wishes: Mapping[str, str]) -> bool:
    if wishes["reason"] and refusal["reason"] != wishes["reason"]:
        return False
    sought = wishes["q"].lower()
    places = (
        refusal["flight_id"] or "",
        refusal["source_name"],
        json.dumps(refusal["item"], ensure_ascii=False),
    )
    return not sought or any(sought in place.lower() for place in places)
