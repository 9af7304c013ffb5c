"""GET /partner/v1/flights and /partner/v1/flights/{id}: the flights that a partner reports for."""

from __future__ import annotations

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.cache import FlightEntry, envelope
from gateway.deps import Deps
from gateway.errors import BadParameter, NoNewsYet
from gateway.identity import PartnerIdentity, Principal
from gateway.parameters import read_query
from gateway.partner.door import Reply, accepts
from gateway.partner.errors import NotYourFlight
from gateway.partner.schemas import LIST_PARAMETERS, NO_PARAMETERS
from gateway.rpc import CallContext
from kernel.errors import Kind, ServiceError
from services.flights.errors import FlightNotFound
from services.partners.schemas import Scope

READ_RATE_POLICY: Final = "partner-read"
_JSON: Final = "application/json"
_LONGEST_ID: Final = 64


class ReadEndpoints:
    """From the gateway's memory where the window reaches; history from the service."""

    def __init__(self, deps: Deps, identity: PartnerIdentity) -> None:
        self._deps = deps
        self._identity = identity

    async def day(self, request: Request, reply: Reply) -> Response:
        """The partner's flights of one day, in the order of their scheduled times here."""
        principal, _ = await self._admit(request, reply)
        given = read_query(request, LIST_PARAMETERS)
        flights = self._deps.flights
        if not flights.loaded:
            raise NoNewsYet(retry_after_s=2)
        days = flights.days()
        day = given["day"] or flights.today
        if day not in days:
            raise BadParameter(fields={"day": [f"Out of reach: {days[0]} to {days[-1]}."]})
        airline = given["airline"]
        if airline is not None and not principal.partner.reports_for(airline):
            raise NotYourFlight
        directions = [given["direction"]] if given["direction"] else ["departure", "arrival"]
        found: list[FlightEntry] = [
            entry
            for direction in directions
            for entry in flights.board(direction, day, given["terminal"], airline)
            if principal.partner.reports_for(entry.airline)
        ]
        found.sort(key=lambda entry: entry.order)
        reply.headers["Age"] = str(flights.age_s)
        return reply.send(envelope(flights.status() | {"day_local": day}, found), _JSON)

    async def one(self, request: Request, reply: Reply) -> Response:
        """One of the partner's flights with its history; the history is null while its service is away."""
        principal, context = await self._admit(request, reply)
        read_query(request, NO_PARAMETERS)
        flight_id = request.path_params["flight_id"]
        if not (3 <= len(flight_id) <= _LONGEST_ID and flight_id.isascii() and flight_id.isprintable()):
            raise FlightNotFound
        entry = self._deps.flights.get(flight_id)
        flight = (
            dict(entry.flight) if entry is not None else await self._ask("get_flight", flight_id, context)
        )
        if not principal.partner.reports_for(flight["airline"]["iata"]):
            raise NotYourFlight
        flight.pop("keywords", None)
        document = {"flight": flight, "changes": await self._changes(flight_id, principal, context)}
        return reply.send(orjson.dumps(document), _JSON)

    async def _admit(self, request: Request, reply: Reply) -> tuple[Principal, CallContext]:
        principal = await self._identity.require(request, Scope.FLIGHTS_READ, calls.context_of(request))
        context = reply.identified(principal)
        reply.spend(self._deps.limits, READ_RATE_POLICY, principal.partner.client_id)
        accepts(request, (_JSON,))
        return principal, context

    async def _changes(
        self, flight_id: str, principal: Principal, context: CallContext
    ) -> list[dict[str, Any]] | None:
        try:
            history = await self._ask("get_history", flight_id, context)
        except ServiceError as exc:
            if exc.kind in {Kind.UNAVAILABLE, Kind.DEADLINE}:
                return None
            raise
        changes: list[dict[str, Any]] = history["changes"]
        for change in changes:
            # others are told as a kind, never by name
            change["yours"] = change.pop("source_name", None) == principal.partner.client_id
        return changes

    async def _ask(self, method: str, flight_id: str, context: CallContext) -> dict[str, Any]:
        answer: dict[str, Any] = await self._deps.rpc.call(
            "flights", method, {"flight_id": flight_id}, repeat=True, context=context
        )
        return answer
