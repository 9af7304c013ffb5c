"""What the travellers' JSON says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.api import bus_described, checkin_described, lost_described, me_described, shop_described
from gateway.api.openapi import problem_responses
from gateway.api.schemas import (
    BoardParameters,
    BoardSchema,
    FoundSchema,
    PublicFlightSchema,
    PublicHistorySchema,
    SearchParameters,
)

_TAG: Final = "Travellers"
_FLIGHT_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "flight_id",
    "required": True,
    "description": "as `id` of a flight; it never changes, whatever happens to the flight",
    "schema": {"type": "string", "pattern": "^[A-Z0-9-]{3,64}$", "example": "CZ3101-20261123-CSX-PEK"},
}
_BOARD: Final[dict[str, Any]] = {
    "in": "path",
    "name": "board",
    "required": True,
    "schema": {"type": "string", "enum": ["departures", "arrivals"]},
}
_COMMON: Final = (400, 404, 405, 406, 429, 503, 504)


def _answer(text: str, schema: Any) -> dict[str, Any]:
    headers = {
        "ETag": {"description": "strong; send it back as If-None-Match", "schema": {"type": "string"}},
        "Age": {"description": "seconds since the news was checked", "schema": {"type": "integer"}},
        "Cache-Status": {
            "description": 'says `detail="stale"` while newer news may exist (RFC 9211)',
            "schema": {"type": "string"},
        },
    }
    return {
        "200": {
            "description": text,
            "headers": headers,
            "content": {"application/json": {"schema": schema}},
        },
        "304": {"description": "What you have is what we have."},
        **problem_responses(*_COMMON),
    }


def _get(operation: str, summary: str, parameters: list[Any], responses: dict[str, Any]) -> dict[str, Any]:
    named = {"operationId": operation, "tags": [_TAG], "summary": summary}
    return {"get": {**named, "parameters": parameters, "responses": responses}}


def describe(spec: APISpec) -> None:
    """Add the paths of this door."""
    spec.tag({"name": _TAG, "description": "Boards, search, one flight and its history. No key is needed."})
    board = _get(
        "board",
        "All departures or arrivals of one day",
        [_BOARD, {"in": "query", "schema": BoardParameters}],
        _answer("The board, in order of scheduled time.", BoardSchema),
    )
    search = _get(
        "search",
        "Search as people write: number, city, airline, day, in Chinese, pinyin or English",
        [{"in": "query", "schema": SearchParameters}],
        _answer("What was found, one page.", FoundSchema),
    )
    flight = _get("flight", "One flight", [_FLIGHT_ID], _answer("The flight.", PublicFlightSchema))
    history = _get(
        "history",
        "Every change of one flight, newest first",
        [_FLIGHT_ID],
        _answer("The changes.", PublicHistorySchema),
    )
    spec.path("/api/v1/boards/{board}", operations=board)
    spec.path("/api/v1/flights", operations=search)
    spec.path("/api/v1/flights/{flight_id}", operations=flight)
    spec.path("/api/v1/flights/{flight_id}/history", operations=history)
    bus_described.describe(spec)
    checkin_described.describe(spec)
    lost_described.describe(spec)
    me_described.describe(spec)
    shop_described.describe(spec)
