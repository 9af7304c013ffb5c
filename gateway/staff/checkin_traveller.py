"""One traveller at the check-in desk: what is known, what can be done, and who did what."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.checkin_views import masked, seat_rows
from gateway.staff.checkin_words import (
    ACTIONS,
    BY,
    DONE,
    KINDS,
    POSSIBLE,
    REASONS,
    SEATED,
    STANDINGS,
    TRAVELLER,
    WHYS,
)
from gateway.staff.console import Console
from gateway.staff.desks import Form
from gateway.staff.people import Staff
from gateway.staff.texts import Texts, clock
from kernel.errors import Kind, ServiceError
from services.checkin.errors import TravellerNotFound
from services.checkin.schemas import StaffAction

_WRONG: Final = frozenset({Kind.CONFLICT, Kind.INVALID})
_LONGEST_REASON: Final = 200


class TravellerPages:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/checkin/{flight_id}/{traveller_id}."""
        return await self._draw(request, staff)

    async def name(self, request: Request, staff: Staff, form: Form) -> bytes:
        """POST …/name: the same page with the whole name. Who looked is noted first."""
        flight_id, traveller_id = _ids(request)
        await self._console.note(request, staff, "names.shown", f"{flight_id}/{traveller_id}", travellers=1)
        return await self._draw(request, staff, whole=True)

    async def act(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/act: one action with its reason; what is wrong is told beside the form, over a fresh map."""
        flight_id, traveller_id = _ids(request)
        console, reason = self._console, form.get("reason", "").strip()[:_LONGEST_REASON]
        home = f"/staff/checkin/{flight_id}/{traveller_id}"
        action = next((each for each in ACTIONS if each.value == form.get("action", "")), None)
        t = console.texts(request)
        if action is None or not reason:
            wrong = t("Choose what to do, and say why.")
            return console.page(request, await self._draw(request, staff, wrong=wrong, typed=form), 400)
        wish: dict[str, Any] = {"action": action.value, "reason": reason}
        if action in SEATED and form.get("seat"):
            wish["seat"] = form["seat"][:4].upper()
        try:
            await console.write(
                request, staff, form, "checkin", "act", flight_id=flight_id, traveller_id=traveller_id, **wish
            )
        except ServiceError as exc:
            if exc.kind not in _WRONG:
                raise
            wrong = console.refused(request, exc)
            status = 409 if exc.kind is Kind.CONFLICT else 400
            return console.page(request, await self._draw(request, staff, wrong=wrong, typed=form), status)
        return console.go(f"{home}?done={action.value}")

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        *,
        whole: bool = False,
        wrong: str = "",
        typed: Form | None = None,
    ) -> bytes:
        console, t = self._console, self._console.texts(request)
        flight_id, traveller_id = _ids(request)
        found = await console.read(request, staff, "checkin", "list_flight", flight_id=flight_id)
        who = next((each for each in found["travellers"] if each["id"] == traveller_id), None)
        if who is None:
            raise TravellerNotFound
        traces = await console.read(
            request, staff, "checkin", "list_traces", flight_id=flight_id, traveller_id=traveller_id
        )
        home = f"/staff/checkin/{flight_id}"
        standing, tone = STANDINGS[who["standing"]]
        kind = KINDS[who["kind"]]
        done = next((word for action, word in ACTIONS.items() if action.value == _done(request)), "")
        typed = typed or {}
        return console.draw(
            request,
            "checkin_traveller.html",
            staff,
            who=who,
            name=who["name"] if whole else masked(who["name"]),
            whole=whole,
            kind=t(kind),
            standing=(t(standing), tone),
            flight=found["desk"]["flight"],
            home=home,
            here=f"{home}/{traveller_id}",
            actions=_possible(t, who),
            reasons=[t(each) for each in REASONS],
            cabins=[each for each in seat_rows(t, found, home) if each["cabin"] == who["cabin"]],
            traces=await self._traces(request, staff, traces["traces"]),
            party=[
                {"id": each["id"], "name": masked(each["name"]), "seat": each["seat"] or "–"}
                for each in found["travellers"]
                if each["pnr"] == who["pnr"] and each["id"] != traveller_id
            ],
            wrong=wrong,
            typed=typed,
            done="" if wrong else done,
        )

    async def _traces(
        self, request: Request, staff: Staff, traces: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        t = self._console.texts(request)
        ids = {each["actor"][6:] for each in traces if each["actor"].startswith("staff:")}
        names = dict(await asyncio.gather(*(self._named(request, staff, one) for one in sorted(ids))))
        return [
            {
                "at": clock(each["at"], self._console.zone),
                "who": _actor(t, each["actor"], names),
                "what": t(DONE.get(each["what"], each["what"])),
                "seat": each["seat"] or "",
                "reason": _why(t, each["reason"]),
            }
            for each in traces
        ]

    async def _named(self, request: Request, staff: Staff, account_id: str) -> tuple[str, str]:
        """The name of somebody of the staff; their number, if the account is no more."""
        try:
            answer = await self._console.read(request, staff, "staff", "get_account", account_id=account_id)
        except ServiceError as exc:
            if exc.kind is not Kind.NOT_FOUND:
                raise
            return account_id, account_id
        return account_id, str(answer["account"]["name"])


def _ids(request: Request) -> tuple[str, str]:
    return request.path_params["flight_id"][:64], request.path_params["traveller_id"][:64]


def _done(request: Request) -> str:
    return request.query_params.get("done", "") if request.method == "GET" else ""


def _possible(t: Texts, who: dict[str, Any]) -> list[dict[str, Any]]:
    offered = [
        action for action in POSSIBLE[who["standing"]] if action is not StaffAction.CLEAR or who["agent"]
    ]
    return [{"value": each.value, "word": t(ACTIONS[each]), "seated": each in SEATED} for each in offered]


def _why(t: Texts, reason: str) -> str:
    """What somebody wrote, or the words for the service's code."""
    return t(WHYS[reason]) if reason in WHYS else reason


def _actor(t: Texts, actor: str, names: dict[str, str]) -> str:
    kind, _, rest = actor.partition(":")
    if kind == "staff":
        return names.get(rest, rest)
    if kind in BY:
        return f"{t(BY[kind])} {rest}".strip()
    return t(TRAVELLER)
