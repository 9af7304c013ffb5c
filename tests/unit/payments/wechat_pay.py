"""A tiny, strict WeChat Pay over a transport that isn't a socket: it checks every signature and signs every answer."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from kernel import clock
from services.payments.clients import WeChatPay
from services.payments.settings import WeChatPaySettings

MERCHANT_KEY = generate_private_key(65537, 2048)
PLATFORM_KEY = generate_private_key(65537, 2048)
APIV3_KEY = "0123456789abcdef0123456789ABCDEF"
MCHID, APPID, SERIAL, PLATFORM_ID = "1900000001", "wx0000000000000001", "5157F09EFDC0", "PUB_KEY_ID_0001"
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def private_pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def settings(**changes: str) -> WeChatPaySettings:
    values = {
        "mchid": MCHID,
        "appid": APPID,
        "serial": SERIAL,
        "private_key": private_pem(MERCHANT_KEY),
        "apiv3_key": APIV3_KEY,
        "public_key_id": PLATFORM_ID,
        "public_key": public_pem(PLATFORM_KEY),
        "url": "https://pay.example",
        "notify_url": "https://airport.example/wechat/pay",
    }
    return WeChatPaySettings(**values | changes)


def platform_headers(
    body: bytes, *, at_s: int | None = None, key: RSAPrivateKey = PLATFORM_KEY
) -> dict[str, str]:
    """How the platform signs what it says."""
    timestamp = str(int(clock.real_now().timestamp()) if at_s is None else at_s)
    text = f"{timestamp}\nnonce1\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": "nonce1",
        "Wechatpay-Serial": PLATFORM_ID,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Wechatpay-Signature": base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode(),
    }


def sealed(resource: dict[str, Any], key: str = APIV3_KEY) -> dict[str, str]:
    """A notification's resource."""
    plain = json.dumps(resource).encode()
    secret = AESGCM(key.encode()).encrypt(b"fdasflkja484", plain, b"transaction")
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": "fdasflkja484",
        "associated_data": "transaction",
        "ciphertext": base64.b64encode(secret).decode(),
    }


class Platform(BaseAdapter):
    """answer: (status, JSON) for (method, path, query, body). sign: how answers are signed."""

    def __init__(self, answer: Callable[..., tuple[int, Any]]) -> None:
        super().__init__()
        self.answer = answer
        self.sign: Callable[[bytes], dict[str, str]] = platform_headers
        self.urls: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        assert all(limit > 0 for limit in kwargs["timeout"])
        assert request.url
        self.urls.append(request.url)
        body = request.body or b""
        assert isinstance(body, bytes)
        self._check(request, body)
        parts = urlsplit(request.url)
        document = json.loads(body) if body else None
        status, answered = self.answer(request.method, unquote(parts.path), parse_qs(parts.query), document)
        content = answered if isinstance(answered, bytes) else json.dumps(answered).encode()
        response = requests.Response()
        response.status_code = status
        response.headers = CaseInsensitiveDict(self.sign(content))
        response.raw = HTTPResponse(io.BytesIO(content), preload_content=False)
        return response

    def _check(self, request: requests.PreparedRequest, body: bytes) -> None:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        given = dict(_FIELD.findall(rest))
        assert scheme == "WECHATPAY2-SHA256-RSA2048"
        assert (given["mchid"], given["serial_no"]) == (MCHID, SERIAL)
        assert abs(int(given["timestamp"]) - clock.real_now().timestamp()) < 60
        assert request.headers["Wechatpay-Serial"] == PLATFORM_ID
        head = f"{request.method}\n{request.path_url}\n{given['timestamp']}\n{given['nonce_str']}\n"
        MERCHANT_KEY.public_key().verify(
            base64.b64decode(given["signature"]), head.encode() + body + b"\n", PKCS1v15(), SHA256()
        )


def connected(answer: Callable[..., tuple[int, Any]]) -> tuple[WeChatPay, Platform]:
    """A client that speaks with a platform that answers so."""
    client, platform = WeChatPay(settings()), Platform(answer)
    client._session.mount("https://pay.example", platform)
    return client, platform


def sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
