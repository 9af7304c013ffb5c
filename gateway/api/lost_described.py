"""What lost and found's JSON says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from apispec import APISpec

from gateway.api.lost import PHOTO, PHOTO_TYPES, PHOTOS
from gateway.api.lost_operations import LOST_OPERATIONS, TAG
from gateway.api.lost_schemas import PhotoParameters
from gateway.api.me_described import described, parameter
from gateway.api.openapi import problem_responses
from services.lostfound.schemas.claims import AttachedSchema

_BINARY: Final[dict[str, Any]] = {"type": "string", "format": "binary"}
_READS: Final = (400, 401, 404, 405, 406, 429, 503, 504)
_WRITES: Final = (400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 429, 503, 504)


def describe(spec: APISpec) -> None:
    spec.tag(
        {
            "name": TAG,
            "description": "Report a loss, see what may be yours, claim it and fetch it; announce what you found. Hints and the "
            "list of what was handed in say little on purpose: what only the owner knows is the proof. What stands under "
            "`private` is encrypted at our door for the service alone.",
        }
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in LOST_OPERATIONS:
        told = described(operation) | {"tags": [TAG]}
        if operation.open:
            told["security"] = [*told["security"], {}]
            told["responses"] |= problem_responses(401, 403)
        paths.setdefault(operation.path, {})[operation.method.lower()] = told
    for about, path in PHOTOS:
        paths[path] = {"post": _attach(about)}
    paths[PHOTO] = {"get": _photo()}
    for path, operations in paths.items():
        spec.path(path, operations=operations)


def _attach(about: str) -> dict[str, Any]:
    content = {"application/json": {"schema": AttachedSchema}}
    return {
        "operationId": f"{about}Photo",
        "tags": [TAG],
        "summary": f"Add a photo to a {about}: JPEG, PNG or WebP; place and maker are removed",
        "security": [{"session": []}],
        "parameters": [parameter(f"{about}_id")],
        "requestBody": {"required": True, "content": {kind: {"schema": _BINARY} for kind in PHOTO_TYPES}},
        "responses": {
            "201": {"description": "The photo.", "content": content},
            **problem_responses(*_WRITES),
        },
    }


def _photo() -> dict[str, Any]:
    return {
        "operationId": "lostPhoto",
        "tags": [TAG],
        "summary": "A photo of my report or claim",
        "security": [{"session": []}],
        "parameters": [parameter("photo_id"), {"in": "query", "schema": PhotoParameters}],
        "responses": {
            "200": {"description": "The photo.", "content": {"image/jpeg": {"schema": _BINARY}}},
            **problem_responses(*_READS),
        },
    }
