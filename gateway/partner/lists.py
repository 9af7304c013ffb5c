"""Passenger lists, their changes and aircraft: what an airline says about who flies, and how they can sit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.deps import Deps
from gateway.errors import BadBody, BadJson
from gateway.identity import PartnerIdentity
from gateway.parameters import read_query
from gateway.partner import reports
from gateway.partner.batch import MAX_ITEM_DEPTH, depth_within
from gateway.partner.door import Reply, accepts, as_if_missing
from gateway.partner.naming import FlightNames
from gateway.partner.schemas import NO_PARAMETERS
from gateway.partner.writes import JSON, Received, SignedWrites
from gateway.sealing import INLINE_BYTES, Sealer
from services.checkin import teletype
from services.checkin.errors import FlightNotFound
from services.partners.schemas import Scope

log = logging.getLogger(__name__)

TEXT: Final = "text/plain"
MAX_LIST_BYTES: Final = 5_000_000
MAX_TELETYPE_BYTES: Final = 2_000_000
MAX_CONFIGURATION_BYTES: Final = 256 * 1024
_MOST_MESSAGES: Final = 99

T = TypeVar("T")


@dataclass(frozen=True)
class _Messages:
    """What a teletype body holds: one message a part of the list of one flight, or why it isn't that."""

    texts: tuple[str, ...] = ()
    flight: teletype.Flight | None = None
    problems: tuple[teletype.Problem, ...] = ()


class ListEndpoints:
    """Authenticates, verifies, seals, passes on, answers; what a list means is checkin's to say."""

    def __init__(self, deps: Deps, identity: PartnerIdentity, names: FlightNames) -> None:
        self._deps = deps
        self._writes = SignedWrites(deps, identity)
        self._names = names
        self._sealer = Sealer(deps.rpc, "checkin")
        self._readers = asyncio.Semaphore(2)

    async def put_list(self, request: Request, reply: Reply) -> Response:
        """The whole list of a flight."""
        return await self._json(request, reply, "apply_list", ("version",))

    async def post_changes(self, request: Request, reply: Reply) -> Response:
        """Who is new, who changed, who is gone."""
        return await self._json(request, reply, "apply_changes", ("version", "base_version"))

    async def put_configuration(self, request: Request, reply: Reply) -> Response:
        """The aircraft's seats."""
        received = await self._received(request, reply, JSON, MAX_CONFIGURATION_BYTES)
        document = await self._apart(received.body, read_object)
        flight_id = await self._names.flight_id(request.path_params["flight_id"], received.context)
        wish = {
            "request_id": received.request_id,
            "partner": received.caller,
            "flight_id": flight_id,
            "version": document.pop("version", None),
            "configuration": document,
        }
        with as_if_missing():
            report = await self._writes.ask("checkin", "apply_configuration", received, wish)
        return self._answer(reply, received, report)

    async def post_teletype(self, request: Request, reply: Reply) -> Response:
        """A PNL or ADL, or some of its parts; the messages say which flight."""
        received = await self._received(request, reply, TEXT, MAX_TELETYPE_BYTES)
        today = self._deps.flights.today
        found = await self._apart(received.body, lambda body: _messages(body, today))
        if found.flight is None:
            return self._answer(reply, received, reports.of_unreadable(found.problems))
        flight = found.flight
        if flight.board_point != self._deps.airport.iata or not received.partner.reports_for(flight.carrier):
            raise FlightNotFound
        flight_id = await self._names.departure(
            flight.carrier, flight.number, flight.day_local, received.context
        )
        content = orjson.dumps({"texts": found.texts}).decode()
        return await self._apply(reply, received, ("apply_teletype", flight_id, {}), content)

    async def _json(self, request: Request, reply: Reply, method: str, plain: tuple[str, ...]) -> Response:
        received = await self._received(request, reply, JSON, MAX_LIST_BYTES)
        document = await self._apart(received.body, read_object)
        flight_id = await self._names.flight_id(request.path_params["flight_id"], received.context)
        counts = {name: document.pop(name) for name in plain if name in document}
        content = await self._apart(received.body, lambda _: orjson.dumps(document).decode())
        return await self._apply(reply, received, (method, flight_id, counts), content)

    async def _received(self, request: Request, reply: Reply, kind: str, limit_bytes: int) -> Received:
        writer = await self._writes.admit(request, reply, Scope.CHECKIN_WRITE)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        return await self._writes.receive(request, reply, writer, (kind,), limit_bytes)

    async def _apply(
        self, reply: Reply, received: Received, what: tuple[str, str, Mapping[str, Any]], content: str
    ) -> Response:
        method, flight_id, counts = what
        wish = {
            "request_id": received.request_id,
            "partner": received.caller,
            "flight_id": flight_id,
            **counts,
        }

        async def ask(sealed: str) -> dict[str, Any]:
            answer: dict[str, Any] = await self._writes.ask(
                "checkin", method, received, {**wish, "sealed": sealed}
            )
            return answer

        with as_if_missing():
            report = await self._sealer.sealed(content, received.context, ask)
        return self._answer(reply, received, report)

    def _answer(self, reply: Reply, received: Received, report: Mapping[str, Any]) -> Response:
        fields = {"call_id": received.context.call_id, "client_id": received.client_id}
        log.info("partner list", extra={**fields, "outcome": report["outcome"]})
        told = reports.told(report, self._deps.words, received.context.language)
        return reply.send(orjson.dumps(told), JSON)

    async def _apart(self, body: bytes, read: Callable[[bytes], T]) -> T:
        """Read a body; a long one in a thread."""
        if len(body) <= INLINE_BYTES:
            return read(body)
        async with self._readers:
            return await asyncio.to_thread(read, body)


def read_object(body: bytes) -> dict[str, Any]:
    """A body that is one JSON object, not nested deeper than anything we take. Raises BadJson, BadBody."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise BadJson(line=exc.lineno, column=exc.colno) from None
    if not isinstance(document, dict) or not depth_within(document, MAX_ITEM_DEPTH):
        raise BadBody(fields={"_schema": ["Invalid input type."]})
    return document


def _messages(body: bytes, near: date) -> _Messages:
    """near: a day near the flight's."""
    texts = teletype.messages(body.decode("latin-1"))
    if not texts or len(texts) > _MOST_MESSAGES:
        reason = teletype.Reason.TOO_LONG if texts else teletype.Reason.NO_MESSAGE
        return _Messages(problems=(teletype.Problem(0, 0, reason),))
    problems: list[teletype.Problem] = []
    heads: set[tuple[teletype.Kind, teletype.Flight]] = set()
    for number, text in enumerate(texts, 1):
        try:
            part = teletype.open_part(text, near)
        except teletype.Refused as exc:
            # A message that can't be opened doesn't say which part it is: its place in the body does.
            problems.append(replace(exc.problem, part=exc.problem.part or number))
            continue
        heads.add((part.kind, part.flight))
        if len(heads) > 1:
            problems.append(teletype.Problem(number, 0, teletype.Reason.OTHER_LIST))
            break
    if problems:
        return _Messages(problems=tuple(problems))
    (head,) = heads
    return _Messages(tuple(texts), head[1])
