"""A gateway whose flights service is a dictionary: everything else is real."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

import httpx
import orjson

from gateway.account import WeChatAccount
from gateway.app import Gateway
from gateway.rpc import CallContext
from gateway.settings import Settings
from kernel.errors import Kind, RemoteError, ServiceError, Unavailable
from services.airport import Airport
from tests.gateway.web.bus import FakeBus
from tests.gateway.web.checkin import FakeCheckin
from tests.gateway.web.lostfound import FakeLostfound
from tests.gateway.web.mall import FakeShop
from tests.gateway.web.travellers import FakeNotify, FakePassengers


class FakeFlights:
    """What the gateway needs of RabbitMQ and the flights service. `push` changes a leg as an event does."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents = {document["id"]: document for document in documents}
        self.histories: dict[str, list[dict[str, Any]]] = {}
        self.passengers = FakePassengers()
        self.notify = FakeNotify(self.documents, self.passengers)
        self.bus = FakeBus()
        self.checkin = FakeCheckin(self.documents)
        self.lostfound = FakeLostfound()
        self.shop = FakeShop()
        self.away: set[str] = set()
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.behalf: dict[str, Any] = {}
        """By method, on whose behalf it was called last."""
        self.connected = True
        self._event: Callable[[bytes], None] = lambda body: None
        self._of_shop: dict[str, Callable[[bytes], None]] = {}
        self._of_lost: dict[str, list[Callable[[bytes], None]]] = {}
        self._on_state: list[Callable[[bool], None]] = []

    def start(self) -> None:
        self._state(self.connected)

    def _state(self, up: bool) -> None:
        for callback in self._on_state:
            callback(up)

    async def stop(self) -> None:
        pass

    def on_state(self, callback: Callable[[bool], None]) -> None:
        self._on_state.append(callback)

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None:
        if publisher == "flights":
            self._event = callback
        elif publisher == "shop":
            self._of_shop[event_name] = callback
        elif publisher == "lostfound":
            self._of_lost.setdefault(event_name, []).append(callback)

    def connect(self, up: bool) -> None:
        self.connected = up
        self._state(up)

    def push(self, flight_id: str, **changes: Any) -> dict[str, Any]:
        """Change keys of a leg (`departure__gate` is departure.gate), and tell the gateway."""
        document = orjson.loads(orjson.dumps(self.documents[flight_id]))
        for key, value in changes.items():
            head, _, tail = key.partition("__")
            if tail:
                document[head][tail] = value
            else:
                document[head] = value
        document["version"] += 1
        self.documents[flight_id] = document
        self._event(orjson.dumps({"schema": 1, "data": {"flight": document, "changes": []}}))
        return document

    def tell_of_lost(self, name: str) -> None:
        """Tell the gateway that something happened to a thing that was found."""
        for callback in self._of_lost[name]:
            callback(
                orjson.dumps({"schema": 1, "name": name, "data": {"item_id": "i1", "what": "handed_over"}})
            )

    def tell_of_shop(self, name: str, **data: Any) -> None:
        """An event of the mall."""
        self._of_shop[name](orjson.dumps({"schema": 1, "name": name, "data": data}))

    async def call(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> Any:
        if not self.connected or service in self.away:
            raise Unavailable(service=service, retry_after_s=2)
        self.calls.append((service, method, request))
        self.behalf[method] = context.principal if context else None
        answer: Any
        if service == "flights":
            answer = getattr(self, f"_{method}")(request)
            return answer
        try:
            known: dict[str, Any] = {"passengers": self.passengers, "notify": self.notify}
            known |= {"bus": self.bus, "checkin": self.checkin, "lostfound": self.lostfound}
            known |= {"shop": self.shop}
            answer = getattr(known[service], method)(request)
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc
        return answer

    async def call_bytes(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> bytes:
        return orjson.dumps(await self.call(service, method, request))

    def _list_window(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"flights": list(self.documents.values()), "cursor": None}

    def _window_digest(self, request: dict[str, Any]) -> dict[str, Any]:
        versions = [document["version"] for document in self.documents.values()]
        return {"count": len(versions), "version_sum": sum(versions)}

    def _get_flight(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.documents.get(request["flight_id"])
        if found is None:
            raise RemoteError("flights.not_found", Kind.NOT_FOUND, {})
        return found

    def _search_flights(self, request: dict[str, Any]) -> dict[str, Any]:
        """Among the days that no gateway remembers: nothing."""
        return {"flights": [], "cursor": None}

    def _get_history(self, request: dict[str, Any]) -> dict[str, Any]:
        self._get_flight(request)
        return {"flight_id": request["flight_id"], "changes": self.histories.get(request["flight_id"], [])}


_ACCOUNT = WeChatAccount(appid="wx0123456789abcdef", token="letters0and1digits")
_DOORS = ("gateway.api", "gateway.web", "gateway.session.door")


def gateway_over(flights: FakeFlights, **settings: Any) -> Gateway:
    """The real application over the fake, as Changsha, with an account that nobody answers for."""
    with mock.patch.dict(
        os.environ, {"TOKEN_SIGNING_KEY": "a signing key of more than thirty-two characters"}
    ):
        return Gateway(Settings(**settings), Airport(), flights, _DOORS, _ACCOUNT)


@asynccontextmanager
async def reader(flights: FakeFlights, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who reads the pages of a gateway over `flights`, once the window is in memory."""
    gateway = gateway_over(flights)
    gateway.startup()
    while flights.connected and not gateway.flights.loaded:
        await asyncio.sleep(0.01)
    transport = httpx.ASGITransport(app=gateway)
    given = {"Accept": "text/html", **headers}
    async with httpx.AsyncClient(
        transport=transport, base_url="https://airport.test", headers=given
    ) as client:
        yield client
    await gateway.shutdown()
