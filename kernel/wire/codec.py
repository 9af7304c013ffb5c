"""JSON on the wire: orjson under kombu's name `json`, through kombu's own registry."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import kombu.serialization
import orjson
from kombu.utils import json as kombu_json

CONTENT_TYPE: Final = "application/json"
CONTENT_ENCODING: Final = "utf-8"


def _fallback(value: Any) -> Any:
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} can't travel as JSON")


def encode(value: Any) -> bytes:
    """`value` as JSON. What orjson refuses (whole numbers beyond 64 bits, keys that aren't texts) goes
    through kombu's encoder. Raises TypeError for what is no JSON."""
    try:
        return orjson.dumps(value, default=_fallback)
    except TypeError:
        return str(kombu_json.dumps(value)).encode()


def decode(body: bytes | memoryview | str) -> Any:
    """The value of a JSON text. Raises ValueError."""
    return orjson.loads(body)


def install() -> None:
    """Make kombu use `encode` and `decode` for `json` in this process."""
    kombu.serialization.register(
        "json", encode, decode, content_type=CONTENT_TYPE, content_encoding=CONTENT_ENCODING
    )
