"""WeChat Pay's signatures and sealed notifications, on `cryptography` alone.

Not on wechatpayv3: it calls one fixed address, reads the time by itself, checks no window of time, and tells of a
bad seal by None. What is left of it for us are the four short functions below, over a library that the kernel
needs anyway. Source: docs/sources/wechat-pay.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from services.payments.settings import WeChatPaySettings

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
WINDOW_S: Final = 300
"""How far the time of a signed answer or notification may be from our clock."""
PROBE: Final = "WECHATPAY/SIGNTEST/"
_ALGORITHM: Final = "AEAD_AES_256_GCM"


class NotGenuine(Exception):
    """Not from WeChat Pay, not fresh, or not for us. reason: a word for the log; nothing of the content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Keys:
    """Signs as the merchant, verifies as from the platform. Raises ValueError for keys that aren't any."""

    def __init__(self, settings: WeChatPaySettings) -> None:
        private = load_pem_private_key(_pem(settings.private_key), password=None)
        public = load_pem_public_key(_pem(settings.public_key))
        if not isinstance(private, RSAPrivateKey) or not isinstance(public, RSAPublicKey):
            raise ValueError("WECHATPAY_PRIVATE_KEY and WECHATPAY_PUBLIC_KEY are RSA keys")
        self._private = private
        self._public = public
        self._settings = settings
        self._seal = AESGCM(settings.apiv3_key.encode())

    def sign(self, *lines: str) -> str:
        """Base64 of the RSA-SHA256 signature over the lines, each of which ends in a newline."""
        text = "".join(f"{line}\n" for line in lines)
        return base64.b64encode(self._private.sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def authorization(self, method: str, url: str, body: str, timestamp: int, nonce: str) -> str:
        """The Authorization header of a request. url: path with query; body: exactly what is sent."""
        signature = self.sign(method, url, str(timestamp), nonce, body)
        fields = {
            "mchid": self._settings.mchid,
            "nonce_str": nonce,
            "timestamp": str(timestamp),
            "serial_no": self._settings.serial,
            "signature": signature,
        }
        return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raises NotGenuine unless the platform signed exactly this body within five minutes of `now`."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp, nonce = given.get("wechatpay-timestamp", ""), given.get("wechatpay-nonce", "")
        signature = given.get("wechatpay-signature", "")
        if given.get("wechatpay-signature-type", SCHEME) != SCHEME:
            raise NotGenuine("scheme")
        # WeChat Pay sends wrong signatures now and then to see whether they are refused.
        if signature.startswith(PROBE):
            raise NotGenuine("probe")
        if given.get("wechatpay-serial") != self._settings.public_key_id:
            raise NotGenuine("serial")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise NotGenuine("timestamp")
        if abs(now.timestamp() - int(timestamp)) > WINDOW_S:
            raise NotGenuine("stale")
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        try:
            self._public.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError) as exc:
            raise NotGenuine("signature") from exc

    def open(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """What was sealed in a notification. Raises NotGenuine."""
        if resource.get("algorithm") != _ALGORITHM:
            raise NotGenuine("algorithm")
        try:
            plain = self._seal.decrypt(
                str(resource["nonce"]).encode(),
                base64.b64decode(str(resource["ciphertext"]), validate=True),
                str(resource.get("associated_data") or "").encode(),
            )
            opened = orjson.loads(plain)
        except (InvalidTag, KeyError, ValueError) as exc:
            raise NotGenuine("seal") from exc
        if not isinstance(opened, dict):
            raise NotGenuine("content")
        return opened


def _pem(text: str) -> bytes:
    """A PEM text: as it is, with \\n for its newlines, or the content of the file that it names."""
    if text.lstrip().startswith("-----BEGIN"):
        return text.replace("\\n", "\n").encode()
    try:
        return Path(text).read_bytes()
    except OSError as exc:
        raise ValueError(
            f"a key of WECHATPAY_… is neither PEM nor a file that can be read: {exc.strerror}"
        ) from exc
