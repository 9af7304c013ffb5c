"""WeChat's side of the callback, written from its documents and sharing no code with the gateway."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gateway.account import WeChatAccount
from gateway.app import Gateway
from kernel import clock
from kernel.config import load
from services.airport import Airport
from tests.gateway.fakes import FakeRpc, settings, until
from tests.gateway.web.bus import FakeBus

TOKEN = "atokenofthirtytwo"
APPID = "wxb11529c136998cb6"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_airport"
OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
PATH = "/wechat/callback"
IN_TIME_S, NEVER_S = 5.0, 600.0
"""WeChat gives up on an answer after five seconds; ours have to be there after less than one, on a machine of their own."""
PLAIN = WeChatAccount(appid=APPID, token=TOKEN)
SEALED = WeChatAccount(appid=APPID, token=TOKEN, aes_key=AES_KEY)
_serial = itertools.count(23_000_000_000_000_000)


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest()


def seal(text: bytes, appid: str = APPID, key_text: str = AES_KEY) -> str:
    key = base64.b64decode(key_text + "=")
    padder = padding.PKCS7(256).padder()
    plain = os.urandom(16) + struct.pack(">I", len(text)) + text + appid.encode()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(
        encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    ).decode()


def unseal(sealed: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    unpadder = padding.PKCS7(256).unpadder()
    plain = (
        unpadder.update(decryptor.update(base64.b64decode(sealed)) + decryptor.finalize())
        + unpadder.finalize()
    )
    (length,) = struct.unpack(">I", plain[16:20])
    assert plain[20 + length :] == APPID.encode()
    return plain[20 : 20 + length]


def document(**fields: object) -> bytes:
    """A message or event; what isn't given is made up."""
    known: dict[str, object] = {
        "ToUserName": ACCOUNT,
        "FromUserName": OPENID,
        "CreateTime": int(clock.real_now().timestamp()),
        "MsgType": "text",
    }
    known |= fields
    if known["MsgType"] != "event":
        known.setdefault("MsgId", next(_serial))
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in known.items())
    return f"<xml>{inside}</xml>".encode()


def text(content: str, **more: object) -> bytes:
    return document(Content=content, **more)


def event(name: str, **more: object) -> bytes:
    return document(MsgType="event", Event=name, **more)


@dataclass
class Request:
    """One push, ready to be sent or spoilt."""

    query: dict[str, str]
    body: bytes


def pushed(message: bytes, *, sealed: bool = False, at: int | None = None) -> Request:
    """A push of `message`, signed now or at the Unix second `at`."""
    timestamp = str(int(clock.real_now().timestamp()) if at is None else at)
    nonce = str(int.from_bytes(os.urandom(4), "big"))
    query = {"signature": sign(timestamp, nonce), "timestamp": timestamp, "nonce": nonce, "openid": OPENID}
    if not sealed:
        return Request(query, message)
    encrypted = seal(message)
    query |= {"encrypt_type": "aes", "msg_signature": sign(timestamp, nonce, encrypted)}
    body = (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    return Request(query, body.encode())


def fields_of(answer: bytes) -> dict[str, str]:
    """The fields of a reply."""
    pairs = re.findall(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", answer.decode(), re.S)
    return {name: quoted or bare for name, quoted, bare in pairs}


@dataclass
class FakePassengers:
    """As much of the passengers service as the chat needs."""

    noted: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: bool = False
    chosen: str | None = None
    languages: dict[str, str] = field(default_factory=dict)

    def note_wechat_follower(self, request: dict[str, Any]) -> dict[str, Any]:
        self.noted.append(request)
        known = self.languages.get(request["openid"], request["language"])
        language = self.languages[request["openid"]] = request["written_in"] or known
        return {
            "passenger_id": f"p-{request['openid']}",
            "language": self.chosen or language,
            "language_chosen": self.chosen is not None,
        }

    def give_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        self.consents.append(request)
        self.withdrawn = self.withdrawn and bool(request.get("unless_withdrawn"))
        state = {"kind": request["kind"], "in_force": not self.withdrawn}
        return {"consents": [state], "history": []}


@dataclass
class FakeNotify:
    """As much of notify as the chat needs; remembers what it was asked."""

    follows: list[dict[str, Any]] = field(default_factory=list)
    unfollows: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)
    fails_with: Exception | None = None
    reachable: bool = True
    language: str | None = None

    def follow(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.fails_with is not None:
            raise self.fails_with
        self.follows.append(request)
        return {"follow": {"flight_id": request["flight_id"], "role": request["role"]}, **self._hears()}

    def list_follows(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"follows": [], **self._hears()}

    def get_wechat_language(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"language": self.language}

    def _hears(self) -> dict[str, Any]:
        return {"reachable": self.reachable, "consent": "given"}

    def unfollow(self, request: dict[str, Any]) -> dict[str, Any]:
        self.unfollows.append(request)
        return {"following": False, "role": None}

    def send_customer_message(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(request)
        return {"state": "sent"}

    def note_receipt(self, request: dict[str, Any]) -> dict[str, Any]:
        self.receipts.append(request)
        return {"known": True}

    def note_card(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.fails_with is not None:
            failure, self.fails_with = self.fails_with, None
            raise failure
        self.cards.append(request)
        return {"known": True}


def product(zh: str, en: str, fen: int, shop: tuple[str, str] = ("茶颜", "Tea House")) -> dict[str, Any]:
    """As much of shop's ProductCardSchema as the chat needs."""
    names = {"zh": shop[0], "en": shop[1]}
    return {"name": {"zh": zh, "en": en}, "brand": "", "now_fen": fen, "shop": {"name": names}}


@dataclass
class FakeShop:
    """As much of shop as the chat needs: `shelf` by what is searched for, nothing for all else."""

    shelf: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    fails_with: Exception | None = None
    did_you_mean: str | None = None

    def search_products(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.fails_with is not None:
            raise self.fails_with
        found = self.shelf.get(request["q"], [])
        return {
            "products": found,
            "total": len(found),
            "total_most": 500,
            "did_you_mean": self.did_you_mean,
        }


@dataclass
class Phone:
    """Pushes messages to a gateway and reads what comes back."""

    client: httpx.AsyncClient
    sealed: bool = False

    async def send(self, request: Request) -> httpx.Response:
        return await self.client.post(
            PATH, params=request.query, content=request.body, headers={"Content-Type": "text/xml"}
        )

    async def push(self, message: bytes) -> dict[str, str]:
        """The fields of the reply, {} for none."""
        response = await self.send(pushed(message, sealed=self.sealed))
        assert response.status_code == 200, response.text
        if response.content == b"success":
            return {}
        found = fields_of(response.content)
        if self.sealed:
            assert found["MsgSignature"] == sign(found["TimeStamp"], found["Nonce"], found["Encrypt"])
            found = fields_of(unseal(found["Encrypt"]))
        assert (found["ToUserName"], found["FromUserName"]) == (OPENID, ACCOUNT)
        return found

    async def say(self, content: str) -> dict[str, str]:
        return await self.push(text(content))


@asynccontextmanager
async def account(
    rpc: FakeRpc, wechat: WeChatAccount = PLAIN, *, loaded: bool = True, **changes: Any
) -> AsyncIterator[tuple[Gateway, Phone]]:
    """A gateway with this account's callback."""
    changes.setdefault("public_url", "https://fly.example")
    rpc.services.setdefault("bus", FakeBus())
    rpc.services.setdefault("shop", FakeShop())
    gateway = Gateway(settings(**changes), load(Airport, {}), rpc, ("gateway.wechat",), wechat)
    gateway.startup()
    transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        try:
            if loaded:
                await until(lambda: gateway.flights.loaded)
            yield gateway, Phone(client, bool(wechat.aes_key))
        finally:
            await gateway.shutdown()
