"""Fields encrypted one by one: whoever reads the database, or a backup of it, reads nothing.

AES-256-GCM with a random nonce per value. The text that is stored names its key, so that keys can be changed
one after the other: put a new one in front of FIELD_KEYS, and old values stay readable while theirs remains.
Values that must be found are stored beside it as a keyed hash, the blind index.
Source: NIST SP 800-38D; RFC 5869 for the two keys derived from each key of the ring.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.config import load, setting

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_FORM: Final = "g1"
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")


class NotOurs(Exception):
    """A stored value that none of our keys opens in this place: damaged, moved from another row, or its key
    was taken away."""


@dataclass(frozen=True)
class FieldKeys:
    """Pairs of key id and key, 32 bytes in base64 or hex; the first encrypts, all of them decrypt."""

    pairs: tuple[str, ...] = setting(
        "FIELD_KEYS",
        about="keys of encrypted fields, id:32 bytes in base64 or hex; the first encrypts, all of them decrypt",
        secret=True,
    )

    def __post_init__(self) -> None:
        if not self.pairs:
            raise ValueError("FIELD_KEYS needs at least one key")
        for pair in self.pairs:
            key_id, _, text = pair.partition(":")
            if not _KEY_ID.fullmatch(key_id) or len(_bytes(text)) != KEY_BYTES:
                raise ValueError("each of FIELD_KEYS is id:32 bytes in base64 or hex")
        if len(self.keys()) != len(self.pairs):
            raise ValueError("FIELD_KEYS holds an id twice")

    def keys(self) -> dict[str, bytes]:
        """Keys by id, the encrypting one first."""
        return {key_id: _bytes(text) for key_id, _, text in (pair.partition(":") for pair in self.pairs)}


class FieldCipher:
    """Encrypts and decrypts texts. context: what the value belongs to, such as its row's id; a value that is
    copied to another row doesn't open there."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """keys: 32 bytes by id; the first encrypts."""
        self._ciphers = {key_id: AESGCM(_derived(key, b"encrypt")) for key_id, key in keys.items()}
        self._index_keys = {key_id: _derived(key, b"index") for key_id, key in keys.items()}
        self._first = next(iter(self._ciphers))

    def encrypt(self, plain: str, context: str) -> str:
        """The text to store: form, key id, and nonce with ciphertext, ASCII, different each time."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, plain.encode(), _bound(context, self._first))
        return f"{_FORM}.{self._first}.{_encoded(nonce + sealed)}"

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
        if _encoded(raw) != encoded:
            # The last digit has bits that don't count; a value has one text only.
            raise NotOurs
        return plain.decode()

    def is_current(self, sealed: str) -> bool:
        """Whether the value is encrypted with the first key, so that the others could go."""
        return sealed.startswith(f"{_FORM}.{self._first}.")

    def index(self, plain: str, column: str) -> str:
        """A keyed hash by which equal values of one column are found; normalise the text first."""
        return self._index(self._first, plain, column)

    def candidates(self, plain: str, column: str) -> list[str]:
        """The hash under every key: what to look for while a change of keys is under way."""
        return [self._index(key_id, plain, column) for key_id in self._index_keys]

    def _index(self, key_id: str, plain: str, column: str) -> str:
        text = f"{column}\0{plain}".encode()
        return f"{key_id}.{_encoded(hmac.new(self._index_keys[key_id], text, hashlib.sha256).digest())}"


def field_cipher() -> FieldCipher:
    """The cipher with the keys of the environment. Raises ConfigError naming FIELD_KEYS."""
    return FieldCipher(load(FieldKeys).keys())


def _derived(key: bytes, purpose: bytes) -> bytes:
    # One key for one purpose: an index must say nothing about what the same key encrypts.
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"airport field " + purpose).derive(key)


def _bound(context: str, key_id: str) -> bytes:
    return f"{_FORM}.{key_id}.{context}".encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
