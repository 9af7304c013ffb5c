"""What the airport bus's JSON says of itself; a traveller's orders are described with `me`."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.api import me_described
from gateway.api.bus import BUS
from gateway.api.bus_operations import BUS_OPERATIONS, TAG
from gateway.api.bus_schemas import DeparturesParameters, RideParameters, StopsParameters
from gateway.api.openapi import problem_responses
from services.bus.schemas import DepartureSchema, DeparturesSchema, LinesSchema, StopsSchema

_COMMON: Final = (400, 404, 405, 406, 429, 503, 504)
_DEPARTURE_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "departure_id",
    "required": True,
    "description": "as `departure_id` of a departure",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "example": "20261123-A1-in-0630"},
}


def describe(spec: APISpec) -> None:
    spec.tag(
        {
            "name": TAG,
            "description": "The airport bus: lines, stops, departures with seats and terms for everybody; orders for one "
            "who is signed in on this site.",
        }
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in BUS_OPERATIONS:
        told = me_described.described(operation) | {"tags": [TAG]}
        paths.setdefault(operation.path, {})[operation.method.lower()] = told
    for path, operations in paths.items():
        spec.path(path, operations=operations)
    spec.path(f"{BUS}/lines", operations=_get("busLines", "All lines with their stops", LinesSchema, []))
    spec.path(
        f"{BUS}/stops",
        operations=_get(
            "busStops", "All stops; with a place the nearest first", StopsSchema, [StopsParameters]
        ),
    )
    spec.path(
        f"{BUS}/departures",
        operations=_get(
            "busDepartures",
            "Departures between stops, or for a flight",
            DeparturesSchema,
            [DeparturesParameters],
        ),
    )
    spec.path(
        f"{BUS}/departures/{{departure_id}}",
        operations=_get(
            "busDeparture",
            "One departure: its calls, prices, seats and terms",
            DepartureSchema,
            [RideParameters],
            [_DEPARTURE_ID],
        ),
    )


def _get(
    name: str, summary: str, result: Any, queries: list[Any], path: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    parameters: list[Any] = [*(path or []), *({"in": "query", "schema": query} for query in queries)]
    content = {"application/json": {"schema": result}}
    return {
        "get": {
            "operationId": name,
            "tags": [TAG],
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": f"{summary}.", "content": content},
                **problem_responses(*_COMMON),
            },
        }
    }
