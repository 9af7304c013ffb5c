"""Passwords as they cross the broker: sealed by the door for this service's own key, opened at its entrance.

The key derives from FIELD_KEYS, for this purpose alone. Source: docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import Schema, ValidationError

from kernel.config import load
from kernel.crypto import FieldKeys
from kernel.sealing import NotSealedForUs, SealBox
from services.staff.errors import BadRequest, BadSeal


class PasswordBox:
    """Opens what the console's door sealed with `kernel.sealing.seal`."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first is handed out, all of them open."""
        self._box = SealBox(keys, b"airport staff password box")

    def sealing_key(self) -> str:
        """The public key: it opens nothing."""
        return self._box.public_key()

    def unsealed(self, request: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
        """The request with what its `sealed` held, as `schema` loads it, instead. Raises BadSeal, BadRequest."""
        opened = self._opened(request["sealed"])
        try:
            secret: dict[str, Any] = schema.load(opened)
        except ValidationError as exc:
            raise BadRequest(fields=exc.normalized_messages()) from None
        return {key: value for key, value in request.items() if key != "sealed"} | secret

    def _opened(self, sealed: str) -> Any:
        try:
            return orjson.loads(self._box.open(sealed))
        except (NotSealedForUs, ValueError):
            # From None: what a damaged text decoded to is nobody's business.
            raise BadSeal from None


def password_box() -> PasswordBox:
    """The box with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return PasswordBox(load(FieldKeys).keys())
