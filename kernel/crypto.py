"""Fields encrypted one by one: whoever reads the database, or a backup of it, reads nothing.

AES-256-GCM with a random nonce per value. The text that is stored names its key, so that keys can be changed
one after the other: put a new one in front of FIELD_KEYS, and old values stay readable while theirs remains.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.config import load, setting

_NONCE_BYTES: Final = 12
_FORM: Final = "g1"


class NotOurs(Exception):
    """A stored value that none of our keys opens in this place: damaged, moved from another row, or its key
    was taken away."""


@dataclass(frozen=True)
class FieldKeys:
    """Pairs of key id and 64 hex digits; the first encrypts, all of them decrypt."""

    pairs: tuple[str, ...] = setting(
        "FIELD_KEYS",
        about="keys of encrypted fields, id:64 hex digits; the first encrypts, all of them decrypt",
        secret=True,
    )

    def __post_init__(self) -> None:
        if not self.pairs:
            raise ValueError("FIELD_KEYS needs at least one key")
        for pair in self.pairs:
            key_id, _, digits = pair.partition(":")
            if not (key_id.isascii() and key_id.isalnum()) or len(_bytes(digits)) != 32:
                raise ValueError("each of FIELD_KEYS is id:64 hex digits")

    def keys(self) -> dict[str, bytes]:
        """Keys by id, the encrypting one first."""
        return {key_id: _bytes(digits) for key_id, _, digits in (pair.partition(":") for pair in self.pairs)}


class FieldCipher:
    """Encrypts and decrypts texts. context: what the value belongs to, such as its row's id; a value that is
    copied to another row doesn't open there."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first encrypts."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._first = next(iter(self._ciphers))

    def encrypt(self, plain: str, context: str) -> str:
        """The text to store: form, key id, and nonce with ciphertext, ASCII, different each time."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, plain.encode(), _bound(context, self._first))
        return f"{_FORM}.{self._first}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str, context: str) -> str:
        """The plain text. Raises NotOurs."""
        form, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if form != _FORM or cipher is None:
            raise NotOurs
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(context, key_id))
        except (InvalidTag, ValueError, binascii.Error) as exc:
            raise NotOurs from exc
        return plain.decode()


def field_cipher() -> FieldCipher:
    """The cipher with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return FieldCipher(load(FieldKeys).keys())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bound(context: str, key_id: str) -> bytes:
    return f"{_FORM}.{key_id}.{context}".encode()


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
