"""What the partner door says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.partner.push import XML
from gateway.partner.schemas import (
    ListParameters,
    PartnerDetailSchema,
    PartnerListSchema,
    PushResultSchema,
    PushSchema,
    TokenErrorSchema,
    TokenRequestSchema,
    TokenSchema,
)
from gateway.partner.writes import JSON
from services.partners.schemas import NONCE_PATTERN, SIGNATURE_PATTERN, Scope

TAG: Final = "Partners"
SCHEME: Final = "partnerToken"
FLIGHT_ID: Final[dict[str, Any]] = {
    "in": "path",
    "name": "flight_id",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Z0-9-]{3,64}$", "example": "CZ3101-20261123-CSX-PEK"},
}
LIMIT_HEADERS: Final[dict[str, Any]] = {
    "RateLimit-Policy": {"description": "the allowance", "schema": {"type": "string"}},
    "RateLimit": {"description": "what is left of it", "schema": {"type": "string"}},
}


def describe(spec: APISpec) -> None:
    """Add the paths of this door, and how its callers show who they are."""
    spec.tag(
        {
            "name": TAG,
            "description": "For airlines and ground handlers; docs/partner-api.md shows a signed request being made.",
        }
    )
    spec.components.security_scheme(
        SCHEME,
        {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/partner/v1/oauth/token",
                    "scopes": {
                        Scope.FLIGHTS_READ.value: "read the flights you report for",
                        Scope.FLIGHTS_WRITE.value: "report updates of your flights",
                        Scope.CHECKIN_WRITE.value: "push passenger lists and aircraft",
                        Scope.BOARDING_WRITE.value: "scan boarding passes at the gate",
                        Scope.BOARDING_READ.value: "read who boards; webhooks",
                        Scope.LOSTFOUND_WRITE.value: "register what was found on board",
                        Scope.LOSTFOUND_READ.value: "read what became of it; webhooks",
                    },
                }
            },
        },
    )
    spec.path("/partner/v1/oauth/token", operations={"post": _token()})
    spec.path("/partner/v1/flights", operations={"get": _list(), "post": _push()})
    spec.path("/partner/v1/flights/{flight_id}", operations={"get": _one()})


def _token() -> dict[str, Any]:
    def error(text: str) -> dict[str, Any]:
        return {"description": text, "content": {JSON: {"schema": TokenErrorSchema}}}

    return {
        "operationId": "partnerToken",
        "tags": [TAG],
        "summary": "An access token for an hour (OAuth 2.0, client credentials)",
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": TokenRequestSchema}},
        },
        "responses": {
            "200": {
                "description": "The token.",
                "headers": LIMIT_HEADERS,
                "content": {JSON: {"schema": TokenSchema}},
            },
            "400": error("As RFC 6749, section 5.2 has it."),
            "401": error("The same for an unknown client, a wrong secret and a revoked client."),
            "429": error("Too often; see Retry-After."),
            "503": error("The partners service is away; see Retry-After."),
            **problems(405, 411, 413, 415),
        },
    }


def _push() -> dict[str, Any]:
    aidx = {"type": "string", "description": "IATA_AIDX_FlightLegNotifRQ (RP 1797A)"}
    acknowledgement = {"type": "string", "description": "IATA_AIDX_FlightLegRS"}
    return {
        "operationId": "partnerPush",
        "tags": [TAG],
        "summary": "Report updates: up to 1000 items, each judged on its own",
        "security": [{SCHEME: [Scope.FLIGHTS_WRITE.value]}],
        "parameters": signed(),
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": PushSchema}, **{name: {"schema": aidx} for name in XML}},
        },
        "responses": {
            "200": {
                "description": "One result per item; look at each.",
                "headers": LIMIT_HEADERS,
                "content": {
                    JSON: {"schema": PushResultSchema},
                    **{name: {"schema": acknowledgement} for name in XML},
                },
            },
            **problems(400, 401, 403, 405, 406, 409, 411, 413, 415, 429, 503, 504),
        },
    }


def _list() -> dict[str, Any]:
    return {
        "operationId": "partnerFlights",
        "tags": [TAG],
        "summary": "The flights you report for, one day",
        "security": [{SCHEME: [Scope.FLIGHTS_READ.value]}],
        "parameters": [{"in": "query", "schema": ListParameters}],
        "responses": read("The flights, in order of their scheduled time here.", PartnerListSchema),
    }


def _one() -> dict[str, Any]:
    return {
        "operationId": "partnerFlight",
        "tags": [TAG],
        "summary": "One of your flights with its history",
        "security": [{SCHEME: [Scope.FLIGHTS_READ.value]}],
        "parameters": [FLIGHT_ID],
        "responses": {**read("The flight.", PartnerDetailSchema), **problems(404)},
    }


def read(text: str, schema: Any) -> dict[str, Any]:
    return {
        "200": {"description": text, "headers": LIMIT_HEADERS, "content": {JSON: {"schema": schema}}},
        **problems(400, 401, 403, 405, 406, 429, 503, 504),
    }


def signed() -> list[dict[str, Any]]:
    """The headers of every write."""

    def header(name: str, pattern: str, text: str, *, required: bool = True) -> dict[str, Any]:
        return {
            "in": "header",
            "name": name,
            "required": required,
            "description": text,
            "schema": {"type": "string", "pattern": pattern.replace(r"\Z", "$")},
        }

    return [
        header("X-Timestamp", "^[0-9]{1,12}$", "Unix seconds, within 300 of ours"),
        header("X-Nonce", NONCE_PATTERN, "new for each request"),
        header("X-Signature", SIGNATURE_PATTERN, "HMAC-SHA256, lower-case hex"),
        header(
            "Idempotency-Key",
            "^[A-Za-z0-9._~:-]{8,64}$",
            "the same key and body get the same answer; default: the nonce",
            required=False,
        ),
    ]


def problems(*statuses: int) -> dict[str, Any]:
    return {str(status): f"Problem{status}" for status in statuses}
