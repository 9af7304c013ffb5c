"""What the partner door says of lost and found in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.partner.described import LIMIT_HEADERS, SCHEME, TAG, problems, signed
from gateway.partner.schemas import (
    HandedPushSchema,
    LostClaimParameters,
    LostItemsPushSchema,
    LostItemsResultSchema,
    LostListParameters,
)
from gateway.partner.writes import JSON
from services.lostfound.schemas.partners import (
    FlightClaimsSchema,
    FoundPageSchema,
    HandedToDeskSchema,
    OneFoundSchema,
    PartnerWordsSchema,
)
from services.partners.schemas import Scope

_ITEMS: Final = "/partner/v1/lost-items"
_ITEM: Final[dict[str, Any]] = {
    "in": "path",
    "name": "item",
    "required": True,
    "description": "its id, or the number on its label",
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{4,40}$", "example": "CSX-6B7K2M-4"},
}


def describe(spec: APISpec) -> None:
    """Add the paths of lost and found."""
    register = _operation(
        "partnerRegisterFound",
        "Register what was found on board: up to 100 items, each whole or refused",
        LostItemsResultSchema,
    )
    listed = _operation("partnerFoundItems", "What you registered, the newest first", FoundPageSchema)
    listed["parameters"] = [{"in": "query", "schema": LostListParameters}]
    spec.path(_ITEMS, operations={"get": listed, "post": _writes(register, LostItemsPushSchema, [])})
    one = _operation("partnerFoundItem", "What became of an item of yours", OneFoundSchema, 404)
    one["parameters"] = [_ITEM]
    spec.path(f"{_ITEMS}/{{item}}", operations={"get": one})
    hand = _operation("partnerHandToDesk", "An item is on its way to a desk", HandedToDeskSchema, 404)
    spec.path(
        f"{_ITEMS}/{{item}}/handed-to-desk", operations={"post": _writes(hand, HandedPushSchema, [_ITEM])}
    )
    claims = _operation(
        "partnerFlightClaims", "Claims and open reports of one of your flights", FlightClaimsSchema, 404
    )
    claims["parameters"] = [{"in": "query", "schema": LostClaimParameters}]
    spec.path("/partner/v1/lost-claims", operations={"get": claims})
    codes = _operation("partnerLostCodes", "Codes of categories, colours and desks", PartnerWordsSchema)
    spec.path("/partner/v1/lost-codes", operations={"get": codes})


def _operation(name: str, summary: str, answer: Any, *more: int) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [TAG],
        "summary": summary,
        "security": [{SCHEME: [Scope.LOSTFOUND_READ.value]}],
        "responses": {
            "200": {
                "description": "As it is now.",
                "headers": LIMIT_HEADERS,
                "content": {JSON: {"schema": answer}},
            },
            **problems(400, 401, 403, 405, 406, 429, 503, 504, *more),
        },
    }


def _writes(operation: dict[str, Any], body: Any, parameters: list[Any]) -> dict[str, Any]:
    operation["security"] = [{SCHEME: [Scope.LOSTFOUND_WRITE.value]}]
    operation["parameters"] = [*parameters, *signed()]
    operation["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    operation["responses"] |= problems(409, 411, 413, 415)
    return operation
