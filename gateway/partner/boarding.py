"""The gate's side: scans, undone boardings, the list that a gate works from without us, and counts."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.deps import Deps
from gateway.errors import BadBody
from gateway.identity import PartnerIdentity
from gateway.parameters import read_query
from gateway.partner.door import Reply, accepts, as_if_missing
from gateway.partner.lists import read_object
from gateway.partner.naming import FlightNames
from gateway.partner.reads import READ_RATE_POLICY
from gateway.partner.schemas import NO_PARAMETERS
from gateway.partner.writes import GATE_RATE_POLICY, JSON, Received, SignedWrites
from services.partners.schemas import Scope

MAX_SCANS_BYTES: Final = 512 * 1024
_ETAG = re.compile(r'(?:W/)?"l([0-9]{1,9})"')


class BoardingEndpoints:
    """Passes on what the gate asks; who may board is checkin's to say."""

    def __init__(self, deps: Deps, identity: PartnerIdentity, names: FlightNames) -> None:
        self._deps = deps
        self._identity = identity
        self._writes = SignedWrites(deps, identity)
        self._names = names

    async def post_scans(self, request: Request, reply: Reply) -> Response:
        """One scan, judged now; or `scans`, those that a gate let through while it had no network."""
        received, wish = await self._wish(request, reply)
        method = "sync_scans" if "scans" in wish else "board_scan"
        with as_if_missing():
            return await self._answer(reply, method, received, wish)

    async def post_undo(self, request: Request, reply: Reply) -> Response:
        """Somebody who went through is outside again."""
        received, wish = await self._wish(request, reply)
        wish["request_id"] = received.request_id
        with as_if_missing():
            return await self._answer(reply, "undo_boarding", received, wish)

    async def get_list(self, request: Request, reply: Reply) -> Response:
        """The boarding list; 304 while the gate's own is still the newest."""
        wish, context = await self._read(request, reply)
        given = _ETAG.fullmatch(request.headers.get("if-none-match", "").strip())
        wish["version"] = int(given[1]) if given else None
        with as_if_missing():
            found = await self._deps.rpc.call(
                "checkin", "get_boarding_list", wish, repeat=True, context=context
            )
        reply.headers["ETag"] = f'"l{found["version"]}"'
        # The gate asks again each time; what it has may be used only for as long as we say so.
        reply.headers["Cache-Control"] = "private, no-cache"
        if found["entries"] is None:
            return Response(None, 304, reply.headers)
        return reply.send(orjson.dumps(found), JSON)

    async def get_counts(self, request: Request, reply: Reply) -> Response:
        """How many are booked, checked in, boarded."""
        wish, context = await self._read(request, reply)
        with as_if_missing():
            found = await self._deps.rpc.call(
                "checkin", "boarding_counts", wish, repeat=True, context=context
            )
        return reply.send(orjson.dumps(found), JSON)

    async def _wish(self, request: Request, reply: Reply) -> tuple[Received, dict[str, Any]]:
        writer = await self._writes.admit(request, reply, Scope.BOARDING_WRITE, GATE_RATE_POLICY)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        received = await self._writes.receive(request, reply, writer, (JSON,), MAX_SCANS_BYTES)
        wish = read_object(received.body)
        ours = {"partner", "flight_id", "request_id"} & wish.keys()
        if ours:
            raise BadBody(fields={name: ["Unknown field."] for name in sorted(ours)})
        wish["partner"] = received.caller
        wish["flight_id"] = await self._names.flight_id(request.path_params["flight_id"], received.context)
        return received, wish

    async def _answer(self, reply: Reply, method: str, received: Received, wish: dict[str, Any]) -> Response:
        answer = await self._writes.ask("checkin", method, received, wish)
        return reply.send(orjson.dumps(answer), JSON)

    async def _read(self, request: Request, reply: Reply) -> tuple[dict[str, Any], Any]:
        principal = await self._identity.require(request, Scope.BOARDING_READ, calls.context_of(request))
        context = reply.identified(principal)
        reply.spend(self._deps.limits, READ_RATE_POLICY, principal.partner.client_id)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        partner = principal.partner
        flight_id = await self._names.flight_id(request.path_params["flight_id"], context)
        caller = {"client_id": partner.client_id, "airlines": list(partner.airlines)}
        return {"partner": caller, "flight_id": flight_id}, context
