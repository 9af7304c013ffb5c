"""The bus desk: the buses of a day, who rides, copies that were shown, and a bus that doesn't run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.inspector import ROLES, at, duty_words
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts, clock, when
from kernel.clock import now
from kernel.errors import Kind, ServiceError
from services.bus.schemas import Rider, TicketState
from services.staff.schemas import Role

HOME: Final = "/staff/bus"
_ONE: Final = f"{HOME}/{{departure_id}}"
_MAY_CANCEL: Final = frozenset({Role.SUPERVISOR})
_MOST_COPIES: Final = 200
_SMALL_HOURS: Final = 4
_STAFF: Final = "staff:"
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
TABS: Final = ((HOME, N_("Departures")), (f"{HOME}/copies", N_("Copies")))
KINDS: Final = {
    Rider.ADULT.value: N_("Adult"),
    Rider.CHILD.value: N_("Child"),
    Rider.DISCOUNT.value: N_("Discount"),
}
STATES: Final = {
    TicketState.BOARDED.value: (N_("On board"), "go"),
    TicketState.VALID.value: (N_("Not boarded"), "calm"),
}
REASONS: Final = (
    ("恶劣天气，道路封闭", "Severe weather, the road is closed"),
    ("车辆故障", "The bus broke down"),
    ("交通管制", "Traffic control"),
    ("司机突发疾病", "The driver was taken ill"),
)
"""Offered for both fields, in this order; anything else may be typed."""
MANIFEST: Final = Queue(
    "manifest",
    (
        Column(N_("Short code"), "code"),
        Column(N_("Passenger")),
        Column(N_("Gets on at")),
        Column(N_("Gets off at")),
        Column(N_("State")),
        Column(N_("Boarded"), "time"),
    ),
    search=N_("Code or stop"),
    filters=(Filter("state", N_("State"), tuple((value, word) for value, (word, _) in STATES.items())),),
)
COPIES: Final = Queue(
    "copies",
    (
        Column(N_("Shown again"), "time"),
        Column(N_("Ticket"), "code"),
        Column(N_("Bus"), "code"),
        Column(N_("Inspector and phone")),
        Column(N_("Shown first"), "time"),
        Column(N_("Then by")),
    ),
    search=N_("Ticket, bus or phone"),
)


def desk(console: Console) -> Desk:
    buses = Buses(console)
    return Desk(
        HOME,
        N_("Buses"),
        "bus",
        ROLES,
        (
            page(HOME, buses.day),
            page(f"{HOME}/copies", buses.copies),
            page(_ONE, buses.manifest),
            page(f"{_ONE}/cancel", buses.ask_cancel, _MAY_CANCEL),
            act(f"{_ONE}/cancel", buses.cancel, _MAY_CANCEL),
        ),
    )


class Buses:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def day(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/bus?day=…&line=…: every bus of a day and how full it is."""
        today = now().astimezone(self._console.zone).date()
        shown, line = day_of(request.query_params.get("day", ""), today), request.query_params.get("line", "")
        answer = await self._console.read(request, staff, "bus", "list_day", day_local=f"{shown}")
        t, duties = self._console.texts(request), answer["departures"]
        lines = {each["line_id"]: t.name(each["line_name"]) for each in duties}
        rows = [duty_words(t, self._console, each) for each in duties if line in ("", each["line_id"])]
        for row, duty in zip(rows, (each for each in duties if line in ("", each["line_id"])), strict=True):
            row |= {"bar": seats_bar(t, duty), "gone": at(duty["departs_at"]) < now()}
        sums = {key: sum(row[key] for row in rows) for key in ("capacity", "sold", "held", "boarded")}
        return self._console.draw(
            request,
            "bus_day.html",
            staff,
            tabs=TABS,
            rows=rows,
            sums=sums,
            lines=sorted(lines.items()),
            line=line,
            day=shown,
            today=today,
            before=shown - timedelta(days=1),
            after=shown + timedelta(days=1),
        )

    async def manifest(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/bus/{departure_id}: who rides; as a page, a file, or on paper."""
        departure_id = request.path_params["departure_id"]
        found = await self._console.read(request, staff, "bus", "get_manifest", departure_id=departure_id)
        t, duty = self._console.texts(request), found["departure"]

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            rows = [self._rider(t, each) for each in found["tickets"] if _rides(t, each, wishes)]
            start = int(cursor) if cursor.isdecimal() else 0
            return Found(rows[start : start + limit], f"{start + limit}" if len(rows) > start + limit else "")

        shown = duty_words(t, self._console, duty)
        values = {
            "template": "bus_manifest.html",
            "heading": f"{shown['time']} {shown['line']}",
            "empty": N_("Nobody has bought a ticket for this bus."),
            "duty": shown,
            "bar": seats_bar(t, duty),
            "may_cancel": staff.may(_MAY_CANCEL) and not duty["cancelled"],
        }
        queue = replace(MANIFEST, name=f"manifest-{_NOT_IN_A_NAME.sub('-', departure_id)}")
        return await queue.answer(self._console, request, staff, fetch, values)

    async def copies(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/bus/copies: tickets on which two people seem to have ridden."""

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            answer = await self._console.read(request, staff, "bus", "list_copies", limit=_MOST_COPIES)
            sought = wishes["q"].lower()
            kept = [each for each in answer["copies"] if sought in " ".join(each.values()).lower()]
            names = await self._names(request, staff, kept)
            rows = [self._copy(each, names) for each in kept]
            return Found(rows, hrefs=[f"{HOME}/{quote(each['departure_id'])}" for each in kept])

        values = {
            "template": "bus_copies.html",
            "tabs": TABS,
            "heading": N_("Copies of tickets"),
            "empty": N_("No ticket was used twice."),
        }
        return await COPIES.answer(self._console, request, staff, fetch, values)

    # --- a bus that doesn't run ----------------------------------------------------------------------------------

    async def ask_cancel(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/bus/{departure_id}/cancel?move_to=…: whom it would concern, before anything is done."""
        return await self._draw_cancel(request, staff, request.query_params.get("move_to", "")[:80])

    async def cancel(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/bus/{departure_id}/cancel: with the reason in both languages, and the hour typed again."""
        departure_id, move_to = request.path_params["departure_id"], form.get("move_to", "")[:80]
        reason = {each: form.get(f"reason_{each}", "").strip() for each in ("zh", "en")}
        found = await self._console.read(request, staff, "bus", "get_manifest", departure_id=departure_id)
        t = self._console.texts(request)
        shown = duty_words(t, self._console, found["departure"])
        if form.get("confirm", "").strip().replace("：", ":") != shown["time"]:
            wrong = t("Type the hour of the bus as it stands above: nothing was done.")
        elif not all(2 <= len(words) <= 200 for words in reason.values()):
            wrong = t("The reason is needed in both languages, of 2 to 200 characters.")
        else:
            wish = {"departure_id": departure_id, "move_to": move_to or None, "reason": reason}
            try:
                done = await self._console.write(request, staff, form, "bus", "cancel_departure", **wish)
            except ServiceError as exc:
                if exc.kind not in (Kind.CONFLICT, Kind.INVALID):
                    raise
                wrong = self._console.refused(request, exc)
            else:
                html = self._console.draw(request, "bus_cancelled.html", staff, duty=shown, done=done)
                return self._console.page(request, html)
        html = await self._draw_cancel(request, staff, move_to, wrong, form)
        return self._console.page(request, html, 400)

    async def _draw_cancel(
        self, request: Request, staff: Staff, move_to: str, wrong: str = "", form: Form | None = None
    ) -> bytes:
        departure_id = request.path_params["departure_id"]
        found = await self._console.read(request, staff, "bus", "get_manifest", departure_id=departure_id)
        duty, t = found["departure"], self._console.texts(request)
        others = [duty_words(t, self._console, each) for each in await self._others(request, staff, duty)]
        # Only what is offered can be chosen, and what is chosen is what is shown.
        target = next((each for each in others if each["id"] == move_to), None)
        preview = None
        try:
            wish = {"departure_id": departure_id, "move_to": target and target["id"]}
            preview = await self._console.read(request, staff, "bus", "preview_cancellation", **wish)
        except ServiceError as exc:
            if exc.kind not in (Kind.CONFLICT, Kind.INVALID):
                raise
            wrong = wrong or self._console.refused(request, exc)
        return self._console.draw(
            request,
            "bus_cancel.html",
            staff,
            duty=duty_words(t, self._console, duty),
            others=others,
            target=target,
            preview=preview,
            refund=f"¥{(preview['refund_fen'] if preview else 0) / 100:,.2f}",
            reasons=REASONS,
            typed={name: (form or {}).get(name, "")[:200] for name in ("reason_zh", "reason_en")},
            wrong=wrong,
        )

    async def _others(self, request: Request, staff: Staff, duty: dict[str, Any]) -> list[dict[str, Any]]:
        """Buses of the same line and way that are still to come."""
        local = at(duty["departs_at"]).astimezone(self._console.zone)
        # After midnight a bus may belong to the day before.
        days = [local.date() - timedelta(days=1)] if local.hour < _SMALL_HOURS else []
        found: dict[str, dict[str, Any]] = {}
        for day in [*days, local.date()]:
            wish = {"day_local": f"{day}", "line_id": duty["line_id"]}
            answer = await self._console.read(request, staff, "bus", "list_day", **wish)
            found |= {each["departure_id"]: each for each in answer["departures"]}
        found.pop(duty["departure_id"], None)
        return [
            each
            for each in sorted(found.values(), key=lambda each: str(each["departs_at"]))
            if each["headsign"] == duty["headsign"]
            and not each["cancelled"]
            and at(each["departs_at"]) > now()
        ]

    # --- rows ------------------------------------------------------------------------------------------------------

    def _rider(self, t: Texts, ticket: dict[str, Any]) -> list[Cell]:
        state, tone = STATES[ticket["state"]]
        kind = KINDS[ticket["kind"]]
        return [
            Cell(ticket["short_code"]),
            Cell(t(kind)),
            Cell(t.name(ticket["from_name"])),
            Cell(t.name(ticket["to_name"])),
            Cell(t(state), tone),
            Cell(when(ticket["boarded_at"], self._console.zone)),
        ]

    async def _names(
        self, request: Request, staff: Staff, copies: Sequence[Mapping[str, Any]]
    ) -> dict[str, str]:
        """Who the inspectors are, by what the service's trail calls them."""
        actors = {copy[key] for copy in copies for key in ("actor", "first_actor")}
        found = {}
        for actor in sorted(actors):
            account_id = actor.removeprefix(_STAFF)
            try:
                answer = await self._console.read(
                    request, staff, "staff", "get_account", account_id=account_id
                )
            except ServiceError as exc:
                if exc.kind is not Kind.NOT_FOUND:
                    raise
                continue
            found[actor] = str(answer["account"]["name"])
        return found

    def _copy(self, copy: dict[str, Any], names: Mapping[str, str]) -> list[Cell]:
        zone = self._console.zone
        return [
            Cell(clock(copy["scanned_at"], zone)),
            Cell(copy["ticket_id"]),
            Cell(copy["departure_id"]),
            Cell(names.get(copy["actor"], copy["actor"]), note=copy["device"]),
            Cell(clock(copy["first_at"], zone)),
            Cell(names.get(copy["first_actor"], copy["first_actor"]), note=copy["first_device"]),
        ]


def day_of(text: str, otherwise: date) -> date:
    """The day that an address names; `otherwise` when it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def seats_bar(t: Texts, duty: Mapping[str, Any]) -> Markup:
    """The seats of a bus as one bar: who is on board, who has paid, what is held, what is free."""
    capacity = max(1, duty["capacity"])
    parts = (
        ("go", duty["boarded"]),
        ("calm", max(0, duty["sold"] - duty["boarded"])),
        ("late", duty["held"]),
    )
    said = t(
        "%(boarded)d on board, %(sold)d sold, %(held)d held, of %(capacity)d seats",
        **{key: duty[key] for key in ("boarded", "sold", "held", "capacity")},
    )
    drawn, x = "", 0.0
    for tone, seats in parts:
        width = 400 * min(seats, capacity) / capacity
        drawn += (
            f'<rect class="plot__bar--{tone}" x="{x:.1f}" width="{width:.1f}" height="14"/>' if seats else ""
        )
        x += width
    return Markup(  # noqa: S704 - made here, of numbers; the sentence is ours
        f'<svg class="seats" viewBox="0 0 400 14" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f'<title>{said}</title><rect class="plot__back" width="400" height="14"/>{drawn}</svg>'
    )


def _rides(t: Texts, ticket: Mapping[str, Any], wishes: Mapping[str, str]) -> bool:
    if wishes["state"] and ticket["state"] != wishes["state"]:
        return False
    sought = wishes["q"].lower()
    stops = f"{t.name(ticket['from_name'])} {t.name(ticket['to_name'])}".lower()
    return ticket["short_code"].lower().startswith(sought.replace(" ", "")) or sought in stops
