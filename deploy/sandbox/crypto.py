"""WeChat's signatures and message encryption. Source: docs/sandbox.md, "Where its rules are from"."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 32
_RANDOM: Final = 16


class Unreadable(Exception):
    """An encrypted text that this account's key doesn't open; the message says at which step."""


def signature(*parts: str) -> str:
    """SHA-1 of the parts, sorted and joined: of token, timestamp, nonce (and the encrypted text)."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def js_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """What `wx.config` must be given for the page at `url` (without its fragment)."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat's choice


def card_signature(values: Iterable[str]) -> str:
    """What `cardExt` must carry: SHA-1 of the sorted values; those that are absent aren't among them."""
    return signature(*(value for value in values if value))


class Cipher256:
    """The account's message encryption: AES-256-CBC under its EncodingAESKey, PKCS#7 over blocks of 32."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(encoding_aes_key + "=")
        if len(self._key) != 32:
            raise ValueError("an EncodingAESKey has 43 characters")
        self._appid = appid.encode()

    def encrypt(self, message: bytes, random: bytes | None = None) -> str:
        """random: 16 bytes, for vectors; fresh ones otherwise."""
        plain = (random or os.urandom(_RANDOM)) + struct.pack(">I", len(message)) + message + self._appid
        pad = _BLOCK - len(plain) % _BLOCK
        sealed = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        return base64.b64encode(sealed.update(plain + bytes([pad]) * pad) + sealed.finalize()).decode()

    def decrypt(self, text: str) -> bytes:
        """The message inside. Raises Unreadable."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as exc:
            raise Unreadable("not base64") from exc
        if not sealed or len(sealed) % 16:
            raise Unreadable("its length is no whole number of AES blocks")
        opened = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
        plain = opened.update(sealed) + opened.finalize()
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise Unreadable(
                "the padding is wrong: another EncodingAESKey was used, or no PKCS#7 with block 32"
            )
        plain = plain[_RANDOM:-pad]
        if len(plain) < 4:
            raise Unreadable("it is too short")
        size = struct.unpack(">I", plain[:4])[0]
        message, appid = plain[4 : 4 + size], plain[4 + size :]
        if appid != self._appid:
            raise Unreadable(f"it ends with the appid {appid.decode(errors='replace')!r}, not with ours")
        return message
