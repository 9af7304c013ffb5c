"""The airport bus for everybody, as JSON: lines and stops from memory, departures and seats as they are now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.api.bus_schemas import DeparturesParameters, RideParameters, StopsParameters
from gateway.api.flights import RATE_POLICY
from gateway.api.schemas import NO_PARAMETERS
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.errors import BadParameter
from gateway.limits import Spent
from gateway.pages import require_json, respond
from gateway.parameters import read_query
from kernel import clock
from services.bus.errors import DepartureNotFound

BUS: Final = "/api/v1/bus"
AFTER_LANDING: Final = timedelta(minutes=30)
_LONGEST_ID: Final = 80
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}
_STOPS, _DEPARTURES, _RIDE = StopsParameters(), DeparturesParameters(), RideParameters()


class BusApi:
    """The endpoints. Each is a few lines: read, ask, answer."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{BUS}/lines", self.lines),
            Route(f"{BUS}/stops", self.stops),
            Route(f"{BUS}/departures", self.departures),
            Route(f"{BUS}/departures/{{departure_id}}", self.departure),
        ]

    async def lines(self, request: Request) -> Response:
        require_json(request)
        read_query(request, NO_PARAMETERS)
        catalogue = await self._deps.bus.current(context_of(request))
        return respond(request, catalogue.lines_json)

    async def stops(self, request: Request) -> Response:
        """All stops; with a place the nearest first, which is asked for and never kept."""
        require_json(request)
        given = read_query(request, _STOPS)
        if given["latitude"] is None and given["longitude"] is None:
            catalogue = await self._deps.bus.current(context_of(request))
            return respond(request, catalogue.stops_json)
        return await self._asked(request, "list_stops", given)

    async def departures(self, request: Request) -> Response:
        require_json(request)
        given = read_query(request, _DEPARTURES)
        asked = {
            key: _wire(value) for key, value in given.items() if value is not None and key != "flight_id"
        }
        if given["flight_id"] is not None:
            asked |= await self._for_flight(request, given)
        return await self._asked(request, "search_departures", asked)

    async def departure(self, request: Request) -> Response:
        """One departure between two stops: its calls, prices, seats and terms."""
        require_json(request)
        given, departure_id = read_query(request, _RIDE), request.path_params["departure_id"]
        if len(departure_id) > _LONGEST_ID:
            raise DepartureNotFound
        return await self._asked(request, "get_departure", given | {"departure_id": departure_id})

    async def _for_flight(self, request: Request, given: dict[str, Any]) -> dict[str, Any]:
        """A bus that is in time for a departure, or the next one after an arrival. Raises BadParameter."""
        entry = self._deps.flights.get(given["flight_id"])
        if entry is None:
            raise BadParameter(fields={"flight_id": ["Not one of the flights of these days."]})
        flight = entry.flight
        if flight["direction"] == "departure":
            return {"flight_departs_at": flight["departure"]["scheduled_at"] or flight["board_at"]}
        here = flight["arrival"]
        lands = datetime.fromisoformat(here["actual_at"] or here["estimated_at"] or flight["board_at"])
        begins = max(lands + AFTER_LANDING, given["after"] or clock.now())
        catalogue = await self._deps.bus.current(context_of(request))
        return {"from_stop": given["from_stop"] or catalogue.airport, "after": begins.isoformat()}

    async def _asked(self, request: Request, method: str, asked: dict[str, Any]) -> Response:
        spent: Spent = self._deps.limits.spend(RATE_POLICY, self._deps.limits.address(request))
        answer = await self._deps.rpc.call_bytes(
            "bus", method, asked, repeat=True, context=context_of(request)
        )
        return Response(answer, 200, _NEVER_KEPT | spent.headers(), "application/json")


def _wire(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
