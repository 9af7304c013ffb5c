"""What check-in's JSON says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.api.checkin import GRANT
from gateway.api.checkin_operations import CHECKIN_OPERATIONS, TAG, Asks, CheckinOperation
from gateway.api.me_described import described
from gateway.api.openapi import problem_responses

_GRANT_SCHEME: Final = "checkinGrant"


def describe(spec: APISpec) -> None:
    spec.tag(
        {
            "name": TAG,
            "description": "Find a booking, choose seats, check in, get the pass. Surname and number show the status only; the rest "
            "is for the account that is bound to the booking, or for whoever sends the `grant` that a confirmed code "
            f"gave as `{GRANT}`. When somebody of a party is refused, `errors` of the problem names each `id` and why.",
        }
    )
    spec.components.security_scheme(_GRANT_SCHEME, {"type": "apiKey", "in": "header", "name": GRANT})
    paths: dict[str, dict[str, Any]] = {}
    for operation in CHECKIN_OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _told(operation)
    for path, operations in paths.items():
        spec.path(path, operations=operations)


def _told(operation: CheckinOperation) -> dict[str, Any]:
    told = described(operation) | {"tags": [TAG]}
    session: list[dict[str, Any]] = told["security"]
    if operation.asks is Asks.PARTY:
        told["security"] = [*session, {_GRANT_SCHEME: []}]
    elif operation.asks is Asks.ANYBODY:
        told["security"] = [*session, {}]
    told["responses"] |= problem_responses(403)
    return told
