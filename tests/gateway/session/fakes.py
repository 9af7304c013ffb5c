"""The passengers and notify services as a traveller's door sees them: two travellers, each with things of their own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import orjson

from gateway.account import WeChatAccount
from gateway.app import Gateway
from kernel import clock, ids
from kernel.config import load
from kernel.instants import instant
from kernel.sealing import SealBox
from services.airport import Airport
from services.notify.errors import FlightNotFound
from services.passengers.errors import (
    BadSeal,
    CodeRefused,
    CompanionNotFound,
    DocumentNotFound,
    ErasureNotFound,
    NoSession,
    PairingOver,
)
from tests.gateway.fakes import FakeFlights, FakeRpc, settings
from tests.gateway.web.bus import FakeBus

ACCOUNT = WeChatAccount(appid="wx0123456789abcdef", token="atoken", open_url="https://wechat.example")
PUBLIC_URL = "https://fly.example"
OWN = {"Sec-Fetch-Site": "same-origin"}
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50 Language/zh_CN"}
SIGNING_KEY = "a signing key of more than thirty-two characters"
AT = "2026-11-23T08:00:00Z"


def sealing_key(key_id: str) -> str:
    """A service's public key as `get_sealing_key` answers it."""
    return SealBox({key_id: b"k" * 32}, b"sessions of a test").public_key()


@dataclass
class FakePassengers:
    """Sessions, companions and documents in dictionaries. `codes`: WeChat's codes and whose they are."""

    codes: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    computers: dict[str, str] = field(default_factory=dict)
    companions: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    erasures: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sealing_key: str = field(default_factory=lambda: sealing_key("k1"))
    languages: dict[str, str] = field(default_factory=dict)
    _serial: Any = field(default_factory=lambda: itertools.count(1))

    def open_session(self, passenger_id: str) -> str:
        token = ids.new_secret()
        self.sessions[token] = passenger_id
        return token

    # --- RPCs ----------------------------------------------------------------------------------------

    def sign_in_with_wechat(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("sign_in_with_wechat", request))
        passenger_id = self.codes.pop(request["code"], None)
        if passenger_id is None:
            raise CodeRefused
        self.sessions.pop(request["previous_token"] or "", None)
        token = self.open_session(passenger_id)
        ends = instant(clock.real_now() + timedelta(days=30))
        session = {"token": token, "passenger_id": passenger_id, "expires_at": ends}
        return {"session": session, "passenger": self._passenger(passenger_id)}

    def begin_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("begin_pairing", request))
        code = f"computer-{next(self._serial):08d}"
        self.computers[code] = "waiting"
        return {"code": code, "watch": f"watch-{code}", "number": "47", "expires_at": AT}

    def get_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.computers.get(request["code"]) != "waiting":
            raise PairingOver
        return {"browser": "Chrome · Windows", "begun_at": AT}

    def decide_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        self.get_pairing(request)
        approved = request["number"] == "47"
        self.computers[request["code"]] = request["passenger_id"] if approved else "refused"
        return {"approved": approved}

    def pairing_state(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.computers.get(request["watch"].removeprefix("watch-"), "over")
        return {"state": found if found in {"waiting", "refused", "over"} else "approved"}

    def claim_pairing(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.pairing_state(request)["state"] != "approved":
            raise PairingOver
        owner = self.computers.pop(request["watch"].removeprefix("watch-"))
        self.codes["computer"] = owner
        return self.sign_in_with_wechat({"code": "computer", "previous_token": request["previous_token"]})

    def get_session(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("get_session", request))
        passenger_id = self.sessions.get(request["token"])
        if passenger_id is None:
            raise NoSession
        return {"passenger": self._passenger(passenger_id), "expires_at": AT}

    def end_session(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sessions.pop(request["token"], None)
        return {"done": True}

    def end_all_sessions(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sessions = {k: v for k, v in self.sessions.items() if v != request["passenger_id"]}
        return {"done": True}

    def get_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"passenger": self._passenger(request["passenger_id"])}

    def get_payer(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"openid": f"o-{request['passenger_id']}"}

    def set_language(self, request: dict[str, Any]) -> dict[str, Any]:
        self.languages[request["passenger_id"]] = request["language"]
        return self.get_passenger(request)

    def list_companions(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"companions": _of(self.companions, request)}

    def add_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        made = {
            "id": f"com-{next(self._serial)}",
            "name": request["name"],
            "kind": request["kind"],
            "created_at": AT,
        }
        self.companions[made["id"]] = made | {"owner": request["passenger_id"]}
        return {"companion": made}

    def change_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._owned(self.companions, request, "companion_id", CompanionNotFound)
        found.update({key: request[key] for key in ("name", "kind") if key in request})
        return {"companion": _shown(found)}

    def remove_companion(self, request: dict[str, Any]) -> dict[str, Any]:
        self._owned(self.companions, request, "companion_id", CompanionNotFound)
        del self.companions[request["companion_id"]]
        return {"done": True}

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": self.sealing_key}

    def list_documents(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"documents": _of(self.documents, request)}

    def add_document(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("add_document", request))
        if request["sealed"].split(".")[1] != self.sealing_key.split(".")[0]:
            raise BadSeal
        if request.get("companion_id"):
            self._owned(self.companions, request, "companion_id", CompanionNotFound)
        made = {
            "id": f"doc-{next(self._serial)}",
            "kind": request["kind"],
            "masked_number": "1*************002X",
            "holder_name": request.get("holder_name", ""),
            "expires_on": request.get("expires_on"),
            "companion_id": request.get("companion_id"),
            "checked": "check_digit",
            "created_at": AT,
        }
        self.documents[made["id"]] = made | {"owner": request["passenger_id"]}
        return {"document": made}

    def remove_document(self, request: dict[str, Any]) -> dict[str, Any]:
        self._owned(self.documents, request, "document_id", DocumentNotFound)
        del self.documents[request["document_id"]]
        return {"done": True}

    def unmask_document(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("unmask_document", request))
        self._owned(self.documents, request, "document_id", DocumentNotFound)
        return {"number": "11010519491231002X", "nationality": None, "birth_date": "1949-12-31"}

    def list_consents(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"consents": [], "history": []}

    def give_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.list_consents(request)

    def withdraw_consent(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.list_consents(request)

    def request_export(self, request: dict[str, Any]) -> dict[str, Any]:
        own = {"companions": _of(self.companions, request), "id": request["passenger_id"]}
        return {
            "export_id": "e1",
            "made_at": AT,
            "complete": True,
            "missing": [],
            "passengers": own,
            "services": {},
        }

    def request_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        self.end_all_sessions(request)
        self.erasures.add("era-1")
        return {"erasure_id": "era-1"}

    def get_erasure(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["erasure_id"] not in self.erasures:
            raise ErasureNotFound
        return {
            "erasure_id": request["erasure_id"],
            "requested_at": AT,
            "due_at": AT,
            "completed_at": None,
            "overdue": False,
            "services": [],
        }

    # --- inside ----------------------------------------------------------------------------------------

    def _passenger(self, passenger_id: str) -> dict[str, Any]:
        return {
            "id": passenger_id,
            "language": self.languages.get(passenger_id, "zh"),
            "wechat": {"connected": True, "subscribed": True},
            "created_at": AT,
        }

    @staticmethod
    def _owned(
        things: dict[str, Any], request: dict[str, Any], key: str, error: type[Exception]
    ) -> dict[str, Any]:
        found: dict[str, Any] | None = things.get(request[key])
        if found is None or found["owner"] != request["passenger_id"]:
            raise error
        return found


@dataclass
class FakeNotify:
    """Follows by traveller; one flight that exists."""

    follows: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    flights: set[str] = field(default_factory=lambda: {"CZ3101-20261123-CSX-PEK"})

    def list_follows(self, request: dict[str, Any]) -> dict[str, Any]:
        mine = [key for key in self.follows if key[0] == request["passenger_id"]]
        return {"follows": [self._one(key) for key in mine], "reachable": True, "consent": "given"}

    def follow(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("follow", request))
        if request["flight_id"] not in self.flights:
            raise FlightNotFound
        key = request["passenger_id"], request["flight_id"]
        self.follows[key] = request["role"]
        return {"follow": self._one(key), "reachable": True, "consent": "given"}

    def unfollow(self, request: dict[str, Any]) -> dict[str, Any]:
        self.follows.pop((request["passenger_id"], request["flight_id"]), None)
        return {"following": False, "role": None}

    def list_messages(self, request: dict[str, Any]) -> dict[str, Any]:
        one = {
            "id": f"m-{request['passenger_id']}",
            "passenger_id": request["passenger_id"],
            "flight_id": "CZ3101-20261123-CSX-PEK",
            "order_id": None,
            "path": "/flights/CZ3101-20261123-CSX-PEK",
            "kind": "delayed",
            "role": "passenger",
            "language": "zh",
            "title": "CZ3101 延误",
            "lines": [{"label": "新时间", "value": "12:40"}],
            "state": "sent",
            "reason": "internal words",
            "attempts": 2,
            "created_at": AT,
            "sent_at": AT,
            "received_at": None,
            "wechat_msgid": "4711",
        }
        return {"messages": [one], "cursor": None}

    def sign_js_page(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("sign_js_page", request))
        return {"appId": ACCOUNT.appid, "timestamp": 1, "nonceStr": "n", "signature": "s" * 40}

    def _one(self, key: tuple[str, str]) -> dict[str, Any]:
        return {"flight_id": key[1], "role": self.follows[key], "since": AT, "flight": {"id": key[1]}}


def _of(things: dict[str, dict[str, Any]], request: dict[str, Any]) -> list[dict[str, Any]]:
    return [_shown(one) for one in things.values() if one["owner"] == request["passenger_id"]]


def _shown(thing: dict[str, Any]) -> dict[str, Any]:
    return {key: thing[key] for key in thing if key != "owner"}


def make_rpc() -> FakeRpc:
    return FakeRpc(flights=FakeFlights(), passengers=FakePassengers(), notify=FakeNotify(), bus=FakeBus())


def ended(**data: Any) -> bytes:
    """The event sessions_ended."""
    return orjson.dumps({"id": ids.new_id(), "name": "sessions_ended", "data": data})


@asynccontextmanager
async def gateway_for(
    rpc: FakeRpc,
    *,
    doors: tuple[str, ...] = ("gateway.api", "gateway.session.door"),
    account: WeChatAccount = ACCOUNT,
    **changes: Any,
) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway with sign-in and a traveller's JSON; the client keeps cookies as a browser does."""
    changes.setdefault("public_url", PUBLIC_URL)
    gateway = Gateway(settings(**changes), load(Airport, {}), rpc, doors, account)
    gateway.startup()
    transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
    base_url = changes["public_url"] or "http://127.0.0.1:8000"
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        try:
            yield gateway, client
        finally:
            await gateway.shutdown()
