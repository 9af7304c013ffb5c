"""An airline's client as docs/partner-api.md describes it, and the services behind the gateway."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from kernel import clock, ids
from kernel.errors import RemoteError, ServiceError
from services.partners import schemas, usecases
from services.partners.domain import SignedRequest
from services.partners.schemas import PartnerKind, Scope
from services.partners.usecases import Issued, NewPartner, NewWebhook
from tests.fakes.partners import FakeCipher, FakePartnersStore
from tests.fakes.uow import FakeUnitOfWork
from tests.gateway.fakes import FakeFlights, FakeRpc, running

BOTH = (Scope.FLIGHTS_READ, Scope.FLIGHTS_WRITE)
PATH = "/partner/v1/flights"


class Partners:
    """The real use cases over a fake database; errors arrive as they do over the wire."""

    def __init__(self) -> None:
        self.uow = FakeUnitOfWork(FakePartnersStore())
        self.cipher = FakeCipher()
        self.now: Callable[[], datetime] = clock.real_now

    def add(self, *airlines: str, scopes: tuple[Scope, ...] = BOTH) -> Issued:
        new = NewPartner("An airline", PartnerKind.AIRLINE, airlines or ("CZ",), scopes)
        return usecases.add_partner(self.uow, self.cipher, new, "test", self.now())

    def rotate(self, client_id: str, overlap: timedelta) -> Issued:
        return usecases.rotate_credential(self.uow, self.cipher, client_id, overlap, "test", self.now())

    def revoke(self, client_id: str) -> None:
        usecases.revoke_partner(self.uow, client_id, "test", self.now())

    def authenticate_client(self, request: dict[str, Any]) -> dict[str, Any]:
        return _as_remote(lambda: usecases.authenticate_client(self.uow, **request, now=self.now()))

    def verify_request(self, request: dict[str, Any]) -> dict[str, Any]:
        signed = SignedRequest(**request)
        return _as_remote(lambda: usecases.verify_request(self.uow, self.cipher, signed, self.now()))

    def get_partner(self, request: dict[str, Any]) -> dict[str, Any]:
        return _as_remote(lambda: usecases.get_partner(self.uow, **request, now=self.now()))

    def create_webhook(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = schemas.CreateWebhookSchema().load(request)
        new = NewWebhook(wish["client_id"], wish["url"], tuple(wish["events"]), wish["airline"])
        at, request_id = self.now(), wish["request_id"]
        return _as_remote(lambda: usecases.create_webhook(self.uow, request_id, new, at, allow_private=False))

    def list_webhooks(self, request: dict[str, Any]) -> dict[str, Any]:
        return _as_remote(lambda: usecases.list_webhooks(self.uow, request["client_id"]))

    def remove_webhook(self, request: dict[str, Any]) -> dict[str, Any]:
        return _as_remote(lambda: usecases.remove_webhook(self.uow, **request, now=self.now()))

    def list_deliveries(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = schemas.ListDeliveriesSchema().load(request)
        return _as_remote(lambda: usecases.list_deliveries(self.uow, wish))

    def replay_deliveries(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = schemas.ReplayDeliveriesSchema().load(request)
        return _as_remote(lambda: usecases.replay_deliveries(self.uow, wish, self.now()))


def _as_remote(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except ServiceError as exc:
        raise RemoteError.from_document(exc.to_document()) from exc


class Flights(FakeFlights):
    """Takes every update unless `judge` says otherwise; remembers what it was asked."""

    def __init__(self, flights: Any = ()) -> None:
        super().__init__(flights)
        self.reported: list[dict[str, Any]] = []
        self.judge: Callable[[Any], dict[str, Any]] = lambda item: {"outcome": "applied", "flight_id": "CZ1"}
        self.fails_with: ServiceError | None = None

    def report_updates(self, request: dict[str, Any]) -> dict[str, Any]:
        self.reported.append(request)
        if self.fails_with is not None:
            raise RemoteError.from_document(self.fails_with.to_document())
        results = [
            {"index": index, "reason": None, "detail": None, **self.judge(item)}
            for index, item in enumerate(request["items"])
        ]
        return {"results": results}


class Airline:
    """Fetches a token, signs, sends."""

    def __init__(self, http: httpx.AsyncClient, issued: Issued) -> None:
        self.http = http
        self.issued = issued
        self.token = ""

    async def log_in(self, **form: str) -> httpx.Response:
        answer = await self.http.post(
            "/partner/v1/oauth/token",
            data={"grant_type": "client_credentials", **form},
            auth=(self.issued.client_id, self.issued.client_secret),
        )
        self.token = answer.json().get("access_token", "")
        return answer

    def headers(self, method: str, path: str, query: str, body: bytes, **changes: str) -> dict[str, str]:
        """The headers of a signed request; changes are made after signing."""
        timestamp, nonce = str(int(clock.real_now().timestamp())), ids.new_id()
        digest = hashlib.sha256(body).hexdigest()
        text = "\n".join((method, path, query, digest, timestamp, nonce))
        signature = hmac.new(self.issued.signing_key.encode(), text.encode(), hashlib.sha256).hexdigest()
        return {
            "Authorization": f"Bearer {self.token}",
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature,
            "Content-Type": "application/json",
            "Accept-Language": "en",
            **changes,
        }

    async def push(self, document: Any, **changes: str) -> httpx.Response:
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        return await self.http.post(
            PATH, content=body, headers=self.headers("POST", PATH, "", body, **changes)
        )

    async def get(self, path: str = PATH, **params: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        return await self.http.get(path, params=params, headers=headers)


class World:
    """A gateway with its partner door, one airline that has logged in, and the services behind."""

    def __init__(self, http: httpx.AsyncClient, rpc: FakeRpc, partners: Partners, flights: Flights) -> None:
        self.http, self.rpc, self.partners, self.flights = http, rpc, partners, flights
        self.airline = Airline(http, partners.add("CZ"))

    def tell_partner_changed(self, client_id: str) -> None:
        body = orjson.dumps({"name": "partner_changed", "data": {"client_id": client_id}})
        self.rpc.publish("partners", "partner_changed", body)


@asynccontextmanager
async def world(flights: Any = (), **settings: Any) -> AsyncIterator[World]:
    partners, behind = Partners(), Flights(flights)
    rpc = FakeRpc(partners=partners, flights=behind)
    async with running(rpc, doors=("gateway.partner",), **settings) as (_, http):
        made = World(http, rpc, partners, behind)
        assert (await made.airline.log_in()).status_code == 200
        yield made


def update(number: str = "3101", **changes: Any) -> dict[str, Any]:
    """An update of CZ<number> of today."""
    return {
        "leg": {
            "airline": "CZ",
            "number": number,
            "departure_airport": "CSX",
            "arrival_airport": "PEK",
            "origin_date": clock.real_now().date().isoformat(),
        },
        "event_at": clock.real_now().isoformat(),
        "departure": {"gate": "A12"},
        **changes,
    }
