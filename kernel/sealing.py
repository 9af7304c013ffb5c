"""Texts that cross the broker for one reader only: sealed by a door, opened at a service's entrance.

What travels inside a call may be written to disk (quorum queues do that) or set aside with a call that can't be worked
on. So a door seals what nobody else may read, to a public key that the service hands out and that opens nothing.
The keys derive from FIELD_KEYS, each service's from words of its own. Source: docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_FORM: Final = "x1"
_KEY_BYTES: Final = 32
_PUBLIC_BYTES: Final = 32
# Every seal has a key of its own, used once, so that its nonce need not be chance.
_NONCE: Final = bytes(12)


class NotSealedForUs(Exception):
    """Damaged, made up, or sealed to a key that isn't ours any more."""


def seal(key: str, text: str) -> str:
    """`text` for the holder of the private key only, different each time. key: as `SealBox.public_key` tells it.

    Raises ValueError for what is no such key.
    """
    key_id, _, encoded = key.partition(".")
    recipient = X25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(encoded))
    once = X25519PrivateKey.generate()
    public = _raw(once.public_key())
    cipher = AESGCM(_shared_key(once.exchange(recipient), public, _raw(recipient)))
    sealed = cipher.encrypt(_NONCE, text.encode(), _bound(key_id))
    return f"{_FORM}.{key_id}.{base64.urlsafe_b64encode(public + sealed).decode()}"


class SealBox:
    """Opens what was sealed for one service."""

    def __init__(self, keys: Mapping[str, bytes], purpose: bytes) -> None:
        """keys: 32 bytes by id; the first is handed out, all of them open. purpose: words of this box alone."""
        self._private = {key_id: _private(key, purpose) for key_id, key in keys.items()}
        self._key_id = next(iter(keys))

    def public_key(self) -> str:
        """What `seal` takes."""
        public = _raw(self._private[self._key_id].public_key())
        return f"{self._key_id}.{base64.urlsafe_b64encode(public).decode()}"

    def open(self, sealed: str) -> str:
        """The text. Raises NotSealedForUs."""
        form, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        private = self._private.get(key_id)
        if form != _FORM or private is None:
            raise NotSealedForUs
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            public, body = raw[:_PUBLIC_BYTES], raw[_PUBLIC_BYTES:]
            shared = private.exchange(X25519PublicKey.from_public_bytes(public))
            cipher = AESGCM(_shared_key(shared, public, _raw(private.public_key())))
            return cipher.decrypt(_NONCE, body, _bound(key_id)).decode()
        except (InvalidTag, ValueError, binascii.Error):
            # From None: what a damaged text decoded to is nobody's business.
            raise NotSealedForUs from None


def _private(key: bytes, purpose: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(
        HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose).derive(key)
    )


def _shared_key(secret: bytes, once: bytes, recipient: bytes) -> bytes:
    """The key that both sides reach; bound to both public keys. Source: RFC 7748, section 6.1."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"airport document" + once + recipient).derive(secret)


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _bound(key_id: str) -> bytes:
    return f"{_FORM}.{key_id}".encode()
