"""At the door of a bus: the inspector's page, which goes on without a network, and what its script asks and tells.

The page holds the public keys, the list of tickets that are good no more and the passengers of one bus; the script
judges with them, keeps what it ticked, and tells the service as soon as it can (docs/decisions/0051-at-the-door-of-a-bus.md).
Who ticked is the session's word, never the script's. When is the script's claim, brought onto this machine's clock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadBody
from gateway.staff.assets import STATIC
from gateway.staff.boarding_words import VERDICTS, WORDS
from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, call, page
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel import clock
from kernel.ids import new_id
from services.bus.schemas.inspection import MAX_SCANS, ScanSchema
from services.staff.schemas import Role

HOME: Final = "/staff/inspector"
ROLES: Final = frozenset({Role.INSPECTOR, Role.SUPERVISOR})
# Buses that should have left a while ago and are late; and those of the coming hours.
_LATE: Final = timedelta(hours=2)
_LONGEST_AGO: Final = timedelta(days=7)
_SCRIPT: Final = "text/javascript; charset=utf-8"
# The reader is WebAssembly; only the worker that it runs in may compile it.
_READER_CSP: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'"
)


class _Strict(Schema):
    departure_id = fields.String(required=True, validate=validate.Length(min=1, max=80))


class StateSchema(_Strict):
    """since: the version of the list of tickets that the page has. day: whether today's buses are asked for, too."""

    since = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=2**53))
    day = fields.Boolean(load_default=False)


class ScansSchema(_Strict):
    """sent_at: the device's clock as it sends this; with it each scan's age is known whatever that clock shows."""

    device = fields.String(required=True, validate=validate.Length(min=1, max=64))
    sent_at = fields.AwareDateTime(required=True)
    scans = fields.List(
        fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=MAX_SCANS)
    )


class UndoSchema(Schema):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=64))
    ticket_id = fields.String(required=True, validate=validate.Length(min=1, max=32))
    reason = fields.String(required=True, validate=validate.Length(min=2, max=200))


def desk(console: Console) -> Desk:
    inspector = Inspector(console)
    return Desk(
        HOME,
        N_("Bus boarding"),
        "bus",
        ROLES,
        (
            page(HOME, inspector.today),
            page(f"{HOME}/worker.js", inspector.worker),
            page(f"{HOME}/reader.js", inspector.reader),
            call(f"{HOME}/state", inspector.state),
            call(f"{HOME}/scans", inspector.scans),
            call(f"{HOME}/undo", inspector.undo),
            page(f"{HOME}/{{departure_id}}", inspector.door),
        ),
    )


class Inspector:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def today(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/inspector?line=…: the buses of now and later today, to choose one's own."""
        duties = await self._duties(request, staff)
        t, line = self._console.texts(request), request.query_params.get("line", "")
        lines = {each["line_id"]: t.name(each["line_name"]) for each in duties}
        late = clock.now() - _LATE
        shown = [
            duty_words(t, self._console, each)
            for each in duties
            if line in ("", each["line_id"]) and at(each["departs_at"]) >= late
        ]
        return self._console.draw(
            request, "inspector_day.html", staff, duties=shown, lines=sorted(lines.items()), line=line
        )

    async def door(self, request: Request, staff: Staff) -> Response:
        """GET /staff/inspector/{departure_id}: the page for scanning, kept by the phone until the session ends."""
        departure_id = request.path_params["departure_id"]
        found = await self._console.read(request, staff, "bus", "get_manifest", departure_id=departure_id)
        t = self._console.texts(request)
        words = {key: t(word) for key, word in WORDS.items()}
        verdicts = {key: {"title": t(title), "what": t(what)} for key, (title, what) in VERDICTS.items()}
        html = self._console.draw(
            request,
            "inspector.html",
            staff,
            duty=duty_words(t, self._console, found["departure"]),
            words=words | {"verdicts": verdicts},
            zone=self._console.zone.key,
        )
        response = self._console.page(request, html)
        left = staff.expires_at - clock.real_now()
        response.headers["X-Page-Of"] = staff.session_id
        response.headers["X-Page-For-S"] = str(max(0, int(left.total_seconds())))
        return response

    async def worker(self, request: Request, staff: Staff) -> Response:
        """GET /staff/inspector/worker.js: keeps the page for scanning, and nothing else, for want of a network."""
        return _script("keeper.js")

    async def reader(self, request: Request, staff: Staff) -> Response:
        """GET /staff/inspector/reader.js: reads codes where the browser can't."""
        return reader_script()

    async def state(self, request: Request, staff: Staff, body: object) -> dict[str, Any]:
        """POST /staff/inspector/state: keys, what became of tickets since a version, and who rides."""
        wish = _loaded(StateSchema(), body)

        async def ask(method: str, **arguments: Any) -> Any:
            return await self._console.read(request, staff, "bus", method, **arguments)

        # The list first: who is ticked after it is told again by the next one, and never lost between the two.
        marks = await ask("list_revocations", since=wish["since"])
        keys, manifest, duties = await asyncio.gather(
            ask("ticket_keys"),
            ask("get_manifest", departure_id=wish["departure_id"]),
            self._duties(request, staff) if wish["day"] else _nothing(),
        )
        t = self._console.texts(request)
        buses = [duty_words(t, self._console, each) for each in duties]
        others = {each["id"]: f"{each['time']} {each['line']} · {each['headsign']}" for each in buses}
        tickets = [_named(t, each) for each in manifest["tickets"]]
        return {**marks, **keys, "departure": manifest["departure"], "tickets": tickets, "others": others}

    async def scans(self, request: Request, staff: Staff, body: object) -> dict[str, Any]:
        """POST /staff/inspector/scans: what was scanned or typed, just now or without a network."""
        wish = _loaded(ScansSchema(), body)
        now = clock.real_now()
        scans = [_judged_by_our_clock(each, wish["sent_at"], now) for each in wish["scans"]]
        # A new number each time: what makes a scan count once is its own id, and its time is reckoned anew.
        arguments = {key: wish[key] for key in ("device", "departure_id")}
        answer = await self._console.write(
            request, staff, {"form_id": new_id()}, "bus", "board_tickets", **arguments, scans=scans
        )
        t = self._console.texts(request)
        return {**answer, "results": [_named(t, each) for each in answer["results"]]}

    async def undo(self, request: Request, staff: Staff, body: object) -> Any:
        """POST /staff/inspector/undo: a tick that was a mistake, with the reason."""
        wish = _loaded(UndoSchema(), body)
        form = {"form_id": wish.pop("request_id")}
        return await self._console.write(request, staff, form, "bus", "unboard_ticket", **wish)

    async def _duties(self, request: Request, staff: Staff) -> list[dict[str, Any]]:
        """Today's buses; after midnight also those of yesterday's service day that go on."""
        now = clock.now()
        today = now.astimezone(self._console.zone).date()
        days = [today - timedelta(days=1), today]
        answers = await asyncio.gather(
            *(self._console.read(request, staff, "bus", "list_day", day_local=f"{day}") for day in days)
        )
        earlier = [each for each in answers[0]["departures"] if at(each["departs_at"]) >= now - _LATE]
        return sorted([*earlier, *answers[1]["departures"]], key=lambda each: str(each["departs_at"]))


def at(instant: str) -> datetime:
    """An instant as services write it."""
    return datetime.fromisoformat(instant)


def duty_words(t: Texts, console: Console, duty: dict[str, Any]) -> dict[str, Any]:
    """One departure as a row: its id, hour there, line and way in the reader's language, and the figures."""
    local = at(duty["departs_at"]).astimezone(console.zone)
    figures = {key: duty[key] for key in ("capacity", "sold", "held", "boarded", "cancelled", "line_id")}
    return {
        **figures,
        "id": duty["departure_id"],
        "line": t.name(duty["line_name"]),
        "headsign": duty["headsign"],
        "time": f"{local:%H:%M}",
        "day": f"{local:%Y-%m-%d}",
        "free": max(0, duty["capacity"] - duty["sold"] - duty["held"]),
    }


def _judged_by_our_clock(scan: dict[str, Any], sent_at: datetime, now: datetime) -> dict[str, Any]:
    """The scan as long ago as its device says; a time to come counts as now."""
    ago = min(max(sent_at - scan["scanned_at"], timedelta(0)), _LONGEST_AGO)
    given = {key: value for key, value in scan.items() if value is not None}
    return {**given, "scanned_at": (now - ago).isoformat()}


def _named(t: Texts, ticket: dict[str, Any]) -> dict[str, Any]:
    """Its stops in the reader's language."""
    names = {key: t.name(ticket[key]) if ticket[key] else None for key in ("from_name", "to_name")}
    return ticket | names


def _loaded(schema: Schema, body: object) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema.load(body)  # type: ignore[arg-type]
    except ValidationError as exc:
        raise BadBody(fields=exc.normalized_messages()) from None
    return found


async def _nothing() -> list[dict[str, Any]]:
    return []


def reader_script() -> Response:
    """The worker that reads codes, under a policy of its own; each desk that scans sends it from below its own path."""
    response = _script("reader.js")
    response.headers["Content-Security-Policy"] = _READER_CSP
    return response


def _script(name: str) -> Response:
    return Response((STATIC / name).read_bytes(), headers=HEADERS, media_type=_SCRIPT)
