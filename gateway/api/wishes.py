"""What the endpoints for travellers have in common: ids of a path, bodies, names of requests, answers."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import read_json
from gateway.errors import BadBody, BadParameter, UnknownPath
from kernel.ids import new_id

HEADERS: Final = {"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Language"}
_KEY: Final = re.compile(r"[A-Za-z0-9._~:-]{8,64}")
_LONGEST_ID: Final = 64


def as_json(document: Any, status: int, headers: dict[str, str]) -> Response:
    """An answer that is one reader's only."""
    return Response(orjson.dumps(document), status, HEADERS | headers, "application/json")


def path_id(request: Request, name: str) -> str:
    """An id of the path. Raises UnknownPath for what can be none."""
    text = str(request.path_params[name])
    if not 3 <= len(text) <= _LONGEST_ID or not text.isprintable():
        raise UnknownPath
    return text


async def read_wish(request: Request, schema: Schema) -> dict[str, Any]:
    """The body as it goes on to the service. Raises BadBody, BadJson, WrongMediaType."""
    return load_wish(await read_json(request), schema)


def load_wish(given: Any, schema: Schema) -> dict[str, Any]:
    """What was given, as it goes on to the service. Raises BadBody."""
    try:
        loaded = schema.load(given)
    except ValidationError as exc:
        raise BadBody(fields=exc.normalized_messages()) from None
    return {name: _plain(value) for name, value in loaded.items()}


def request_id(request: Request, operation: str, asker: str) -> str:
    """Of the Idempotency-Key, so that a repeat is done once; else one of its own. Raises BadParameter."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return f"me:{new_id()}"
    if not _KEY.fullmatch(key):
        raise BadParameter(fields={"Idempotency-Key": ["String does not match expected pattern."]})
    parts = (asker, operation, request.url.path, key)
    return f"me:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:48]}"


def _plain(value: Any) -> Any:
    """Enumerations and dates as JSON has them."""
    return getattr(value, "value", None) or (value.isoformat() if hasattr(value, "isoformat") else value)
