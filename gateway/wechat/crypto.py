"""WeChat's signatures, and the envelope of its encrypted mode.

Source: developers.weixin.qq.com, "接入指南" and "消息加解密说明"; vectors in docs/sources/wechat.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 32
_RANDOM: Final = 16
_LENGTH: Final = 4


class NotOurs(Exception):
    """No message of WeChat's to this account."""


def signature(token: str, *parts: str) -> str:
    """SHA-1, hex, of the token and the parts, sorted and joined. The algorithm is WeChat's, not our choice."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()  # noqa: S324


def signed(shown: str, token: str, *parts: str) -> bool:
    """Whether `shown` is the signature, compared in constant time."""
    return hmac.compare_digest(shown.encode(), signature(token, *parts).encode())


class Envelope:
    """Opens and closes the envelopes of one account."""

    def __init__(self, aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        self._appid = appid.encode()

    def open(self, sealed: str) -> bytes:
        """The message inside. Raises NotOurs, whatever is wrong with it: padding, length or appid."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            plain = _unpadded(decryptor.update(raw) + decryptor.finalize())
            (length,) = struct.unpack_from(">I", plain, _RANDOM)
        except (ValueError, binascii.Error, struct.error, IndexError) as exc:
            raise NotOurs from exc
        begin = _RANDOM + _LENGTH
        message, appid = plain[begin : begin + length], plain[begin + length :]
        if len(message) != length or not hmac.compare_digest(appid, self._appid):
            raise NotOurs
        return message

    def seal(self, message: bytes, random: bytes | None = None) -> str:
        """`message` as WeChat opens it. random: 16 bytes; chance unless a test says them."""
        plain = (random or os.urandom(_RANDOM)) + struct.pack(">I", len(message)) + message + self._appid
        missing = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        raw = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(raw).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def _unpadded(plain: bytes) -> bytes:
    """PKCS#7 with blocks of 32. Raises ValueError."""
    missing = plain[-1]
    if not 1 <= missing <= _BLOCK or plain[-missing:] != bytes([missing]) * missing:
        raise ValueError("padding")
    return plain[:-missing]
