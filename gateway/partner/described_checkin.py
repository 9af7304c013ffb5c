"""What the partner door says of lists, aircraft and gates in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.partner.described import LIMIT_HEADERS, SCHEME, TAG, problems, signed
from gateway.partner.lists import TEXT
from gateway.partner.naming import ADDRESS_PATTERN
from gateway.partner.schemas import (
    ChangesPushSchema,
    ConfigurationAnswerSchema,
    ConfigurationPushSchema,
    ListAnswerSchema,
    ListPushSchema,
    ScanPushSchema,
    ScansPushSchema,
    TeletypeAnswerSchema,
    UndoPushSchema,
)
from gateway.partner.writes import JSON
from services.checkin.schemas import (
    BoardingListSchema,
    GateCountsSchema,
    ScanSchema,
    SyncedScansSchema,
    UndoneSchema,
)
from services.partners.schemas import Scope

_OF_FLIGHT: Final = "/partner/v1/flights/{flight_id}"
_FLIGHT: Final[dict[str, Any]] = {
    "in": "path",
    "name": "flight_id",
    "required": True,
    "description": "our id, or number and local day: CZ3101-20261123",
    "schema": {"type": "string", "pattern": ADDRESS_PATTERN, "example": "CZ3101-20261123"},
}
_ETAG: Final[dict[str, Any]] = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "the ETag of the list that the gate has",
    "schema": {"type": "string"},
}


def describe(spec: APISpec) -> None:
    """Add the paths of check-in and boarding."""
    spec.path(
        f"{_OF_FLIGHT}/passengers",
        operations={
            "put": _write("partnerPutList", "The whole passenger list", ListPushSchema, ListAnswerSchema),
            "post": _write("partnerPostChanges", "Changes of it", ChangesPushSchema, ListAnswerSchema),
        },
    )
    spec.path(
        f"{_OF_FLIGHT}/configuration",
        operations={
            "put": _write(
                "partnerPutConfiguration",
                "The aircraft's seats; another aircraft seats everybody again",
                ConfigurationPushSchema,
                ConfigurationAnswerSchema,
            )
        },
    )
    teletype = _write(
        "partnerPostTeletype",
        "A PNL or ADL (IATA RP 1708), whole or some of its parts",
        {"type": "string", "description": "7-bit teletype text, one message or several"},
        TeletypeAnswerSchema,
        parameters=[],
        media_type=TEXT,
    )
    spec.path("/partner/v1/teletype", operations={"post": teletype})
    spec.path(f"{_OF_FLIGHT}/boarding-list", operations={"get": _list()})
    spec.path(
        f"{_OF_FLIGHT}/boarding/scans",
        operations={
            "post": _write(
                "partnerPostScans",
                "A boarding pass under a reader; or those that a gate let through without a network",
                {"oneOf": [ScanPushSchema, ScansPushSchema]},
                {"oneOf": [ScanSchema, SyncedScansSchema]},
                scope=Scope.BOARDING_WRITE,
            )
        },
    )
    undo = _write(
        "partnerPostUndo",
        "Somebody who went through is outside again",
        UndoPushSchema,
        UndoneSchema,
        scope=Scope.BOARDING_WRITE,
    )
    spec.path(f"{_OF_FLIGHT}/boarding/undo", operations={"post": undo})
    spec.path(
        f"{_OF_FLIGHT}/boarding/counts",
        operations={"get": _read("partnerGetCounts", "How many are booked and boarded", GateCountsSchema)},
    )


def _write(
    name: str,
    summary: str,
    body: Any,
    answer: Any,
    *,
    scope: Scope = Scope.CHECKIN_WRITE,
    parameters: list[Any] | None = None,
    media_type: str = JSON,
) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [TAG],
        "summary": summary,
        "security": [{SCHEME: [scope.value]}],
        "parameters": [*([_FLIGHT] if parameters is None else parameters), *signed()],
        "requestBody": {"required": True, "content": {media_type: {"schema": body}}},
        "responses": {
            "200": {
                "description": "What became of it.",
                "headers": LIMIT_HEADERS,
                "content": {JSON: {"schema": answer}},
            },
            **problems(400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 429, 503, 504),
        },
    }


def _list() -> dict[str, Any]:
    described = _read("partnerGetBoardingList", "What a gate needs to board without us", BoardingListSchema)
    described["parameters"].append(_ETAG)
    etag = {"ETag": {"description": "changes with the list", "schema": {"type": "string"}}}
    described["responses"]["200"]["headers"] = {**LIMIT_HEADERS, **etag}
    described["responses"]["304"] = {"description": "The gate's own is the newest.", "headers": etag}
    return described


def _read(name: str, summary: str, answer: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [TAG],
        "summary": summary,
        "security": [{SCHEME: [Scope.BOARDING_READ.value]}],
        "parameters": [_FLIGHT],
        "responses": {
            "200": {
                "description": "As it is now.",
                "headers": LIMIT_HEADERS,
                "content": {JSON: {"schema": answer}},
            },
            **problems(400, 401, 403, 404, 405, 406, 429, 503, 504),
        },
    }
