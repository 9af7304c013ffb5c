"""Passwords as they cross the broker: sealed by the door for this service's own key, opened at its entrance.

The key derives from FIELD_KEYS, for this purpose alone. Source: docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from marshmallow import Schema, ValidationError

from kernel.config import load
from kernel.crypto import FieldKeys
from services.passengers import secrecy
from services.staff.errors import BadRequest, BadSeal

_PUBLIC_BYTES: Final = 32


class SealBox:
    """Opens what the console's door sealed with `passengers.secrecy.seal`."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first is handed out, all of them open."""
        self._private = {key_id: _private(key) for key_id, key in keys.items()}
        self._key_id = next(iter(keys))

    def sealing_key(self) -> str:
        """The public key: it opens nothing."""
        public = secrecy.raw(self._private[self._key_id].public_key())
        return f"{self._key_id}.{base64.urlsafe_b64encode(public).decode()}"

    def unsealed(self, request: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
        """The request with what its `sealed` held, as `schema` loads it, instead. Raises BadSeal, BadRequest."""
        opened = self._opened(request["sealed"])
        try:
            secret: dict[str, Any] = schema.load(opened)
        except ValidationError as exc:
            raise BadRequest(fields=exc.normalized_messages()) from None
        return {key: value for key, value in request.items() if key != "sealed"} | secret

    def _opened(self, sealed: str) -> Any:
        form, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        private = self._private.get(key_id)
        if form != secrecy.FORM or private is None:
            raise BadSeal
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            public, body = raw[:_PUBLIC_BYTES], raw[_PUBLIC_BYTES:]
            shared = private.exchange(X25519PublicKey.from_public_bytes(public))
            cipher = AESGCM(secrecy.shared_key(shared, public, secrecy.raw(private.public_key())))
            return orjson.loads(cipher.decrypt(secrecy.NONCE, body, secrecy.bound(key_id)))
        except (InvalidTag, ValueError, binascii.Error):
            # From None: what a damaged text decoded to is nobody's business.
            raise BadSeal from None


def seal_box() -> SealBox:
    """The box with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return SealBox(load(FieldKeys).keys())


def _private(key: bytes) -> X25519PrivateKey:
    derived = HKDF(SHA256(), secrecy.KEY_BYTES, salt=None, info=b"airport staff password box").derive(key)
    return X25519PrivateKey.from_private_bytes(derived)
