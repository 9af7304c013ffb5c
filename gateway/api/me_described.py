"""What a traveller's own JSON says of itself in the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any, Final

from apispec import APISpec

from gateway.api.me_operations import ME, OPERATIONS, Operation
from gateway.api.me_schemas import CONSENT_KINDS, SignatureParameters
from gateway.api.openapi import problem_responses
from services.notify.schemas import PageSignatureSchema
from services.passengers.schemas import ErasureSchema

_TAG: Final = "Me"
SESSION: Final = "session"
_READS: Final = (400, 401, 404, 405, 406, 429, 503, 504)
WRITES: Final = (400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 429, 503, 504)
KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "the same key with the same request is done once",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~:-]{8,64}$"},
}


def describe(spec: APISpec) -> None:
    spec.tag(
        {
            "name": _TAG,
            "description": "A traveller's own data, for the pages of this site: a cookie says who asks, and what "
            "changes something must come from our own origin. Another's data is answered like what doesn't exist.",
        }
    )
    spec.components.security_scheme(SESSION, {"type": "apiKey", "in": "cookie", "name": "__Host-session"})
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation)
    paths[f"{ME}/session"] = {"delete": _sign_out()}
    paths["/api/v1/erasures/{erasure_id}"] = {"get": _erasure()}
    paths["/api/v1/wechat/js-signature"] = {"get": _signature()}
    for path, operations in paths.items():
        spec.path(path, operations=operations)


def described(operation: Operation) -> dict[str, Any]:
    parameters: list[Any] = [parameter(name) for name in re.findall(r"\{(\w+)\}", operation.path)]
    if operation.query is not None:
        parameters.append({"in": "query", "schema": operation.query})
    if operation.writes and operation.changes:
        parameters.append(KEY)
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [_TAG],
        "summary": operation.summary,
        "security": [{SESSION: []}],
        "parameters": parameters,
        "responses": {
            **_good(operation),
            **problem_responses(*(WRITES if operation.changes else _READS)),
        },
    }
    if operation.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.body}},
        }
    return told


def _good(operation: Operation) -> dict[str, Any]:
    if operation.result is None:
        return {"204": {"description": "Done."}}
    content = {"application/json": {"schema": operation.result}}
    return {str(operation.status): {"description": operation.summary + ".", "content": content}}


def parameter(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 3, "maxLength": 64}
    if name == "kind":
        schema = {"type": "string", "enum": list(CONSENT_KINDS)}
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _sign_out() -> dict[str, Any]:
    return {
        "operationId": "signOut",
        "tags": [_TAG],
        "summary": "Sign out in this browser",
        "responses": {"204": {"description": "Nobody is signed in here."}, **problem_responses(*WRITES)},
    }


def _erasure() -> dict[str, Any]:
    content = {"application/json": {"schema": ErasureSchema}}
    return {
        "operationId": "erasure",
        "tags": [_TAG],
        "summary": "The report of an erasure, for whoever has its number; it names nobody",
        "parameters": [parameter("erasure_id")],
        "responses": {
            "200": {"description": "The report.", "content": content},
            **problem_responses(*_READS),
        },
    }


def _signature() -> dict[str, Any]:
    content = {"application/json": {"schema": PageSignatureSchema}}
    return {
        "operationId": "jsSignature",
        "tags": [_TAG],
        "summary": "What wx.config needs on a page of ours",
        "parameters": [{"in": "query", "schema": SignatureParameters}],
        "responses": {
            "200": {"description": "The signature.", "content": content},
            **problem_responses(*_READS, 403),
        },
    }
