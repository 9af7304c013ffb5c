"""Where a list goes on: what its last row was sorted by, and which it was."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from services.shop.errors import BadCursor


def mark_of(cursor: str | None, kind: type) -> tuple[Any, str] | None:
    """What `cursor_of` wrote; kind: of what the list is sorted by. Raises BadCursor."""
    if cursor is None:
        return None
    try:
        place: list[Any] = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
        value, id_ = place
    except (ValueError, TypeError, binascii.Error):
        raise BadCursor from None
    if (
        type(value) is not kind
        or not isinstance(id_, str)
        or (isinstance(value, int) and not 0 <= value < 2**31)
    ):
        raise BadCursor
    if "\x00" in id_ or (isinstance(value, str) and "\x00" in value):
        raise BadCursor
    return value, id_


def cursor_of(value: Any, id_: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([value, id_])).decode()
