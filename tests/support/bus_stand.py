"""The bus's sale as real processes: gateway, passengers, bus and payments, the sandbox's WeChat Pay, signed-in buyers.

with BusStand(var, broker, database_url, seats=40) as stand:
    buyers = stand.sign_in(1000)
    … HTTP as these buyers …

Sessions are rows of passengers' own database, written by its own store: only the way through WeChat is left out.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx

from deploy.broker import Broker
from deploy.databases import ensure_database
from deploy.demo.bus import demo_feed
from deploy.processes import Process, wait_until
from gateway.session.cookies import Cookies
from kernel import clock, migrate
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from services.bus import usecases as bus
from services.bus.gtfs import write_feed
from services.bus.store import BusStore
from services.passengers.domain import Passenger, Session, expires_at
from services.passengers.schemas import Language
from services.passengers.secrecy import token_hash
from services.passengers.store import PassengersStore
from tests.support.sandbox import Person, Sandbox
from tests.support.stack import Stack

SOLD_BY = ("bus", "payments", "passengers")
LINE, FROM, TO = "A4", "XINGSHA", "CSX"
PRICE_FEN = 1500
ORDERS = "/api/v1/bus/orders"
_HOME = ZoneInfo("Asia/Shanghai")
_READY_S = 40.0
_TRIES, _PAUSE_S = 200, 0.2
_COME_AGAIN = (429, 503, 504)
_CROWD = {"GATEWAY_PUBLIC_RATE": "10000000/minute", "LOG_LEVEL": "WARNING"}


@dataclass(frozen=True)
class Buyer:
    """Somebody signed in; headers: what their browser sends."""

    passenger_id: str
    headers: dict[str, str]


class BusStand:
    """.stack .wechat .payer .services (processes), .departures: ids of buses that leave tomorrow, `seats` on each.

    serve: the module that runs the services, and copies: how many processes of it.
    """

    def __init__(
        self, var: Path, broker: Broker, database_url: str = "", seats: int = 40, **environ: str
    ) -> None:
        self.var = var
        self.url = database_url or f"sqlite:///{var}/{{service}}.sqlite3"
        self.seats = seats
        self.stack = Stack(var, broker, broker.add_vhost(f"stand-{new_id()}"), **(_CROWD | environ))
        self.stack.environ["DATABASE_URL"] = self.url
        self.services: list[Process] = []
        self._open = ExitStack()
        self._databases: dict[str, Database] = {}

    def __enter__(self) -> Self:
        try:
            self._prepare()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def database(self, service: str) -> Database:
        """A connection of the test's own to a service's database."""
        if service not in self._databases:
            self._databases[service] = Database(self.url.replace("{service}", service))
            self._open.callback(self._databases[service].close)
        return self._databases[service]

    def serve(self, *names: str, copies: int = 1, module: str = "deploy.serve", **environ: str) -> None:
        """Start so many processes of the services, and return when all of them and the gateway answer."""
        before = self._told_ready()
        for _ in range(copies):
            arguments = ("-m", module, *(names or SOLD_BY))
            # A line at start says that a process is ready.
            process = self.stack.run("services", *arguments, **{"LOG_LEVEL": "INFO"} | environ)
            # Nobody is waiting for what they still do: no drain.
            self._open.callback(process.kill)
            self.services.append(process)
        ready = wait_until(lambda: self._told_ready() >= before + copies and self._answers(), _READY_S)
        assert ready, self.stack.log("services")[-3000:] + self.stack.log("gateway")[-3000:]

    def stop_services(self) -> None:
        """All of them, as a deploy does."""
        for process in self.services:
            process.stop()
        self.services.clear()

    def sign_in(self, count: int) -> list[Buyer]:
        """So many travellers, each in a browser of their own."""
        name = Cookies(self.stack.base_url).session_name
        buyers = []
        uow = UnitOfWork(self.database("passengers"), PassengersStore)
        with uow.write() as tx:
            now = tx.now()
            for _ in range(count):
                traveller, token = Passenger(new_id(), Language.ZH, now, now), secrets.token_urlsafe(32)
                tx.store.add_passenger(traveller)
                tx.store.add_session(Session(token_hash(token), traveller.id, now, now, expires_at(now)))
                headers = {"Cookie": f"{name}={token}", "Origin": self.stack.base_url}
                buyers.append(Buyer(traveller.id, headers))
        return buyers

    def wish(self, departure_id: str, riders: Sequence[str] = ("adult",)) -> dict[str, Any]:
        """The body of a hold."""
        passengers = [{"kind": kind} for kind in riders]
        return {"departure_id": departure_id, "from_stop": FROM, "to_stop": TO, "passengers": passengers}

    def client(self, connections: int = 64) -> httpx.AsyncClient:
        """For buyers; nobody's own cookies."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        return httpx.AsyncClient(
            base_url=self.stack.base_url,
            timeout=httpx.Timeout(60.0, pool=None),
            limits=limits,
            trust_env=False,
        )

    def _prepare(self) -> None:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        for service in SOLD_BY:
            url = self.url.replace("{service}", service)
            ensure_database(url)
            migrate.upgrade(service, url)
        tomorrow = (clock.now() + timedelta(days=1)).astimezone(_HOME)
        feed = demo_feed(tomorrow.date().replace(day=1))
        feed = replace(feed, trips=tuple(replace(trip, seats=self.seats) for trip in feed.trips))
        imported = bus.import_feed(UnitOfWork(self.database("bus"), BusStore), write_feed(feed), "test")
        assert not imported.problems, imported.problems
        trips = [trip.trip_id for trip in feed.trips if trip.trip_id.startswith(f"{LINE}-in")]
        self.departures = [
            f"{tomorrow + timedelta(days=day):%Y%m%d}-{trip}" for day in range(7) for trip in sorted(trips)
        ]
        self.wechat = self._open.enter_context(
            Sandbox(self.var, self.stack.base_url, SANDBOX_REFUND_S="0.3", SANDBOX_PROBE_EVERY="5")
        )
        self.payer: Person = self.wechat.person("Ann", language="en")
        self.stack.environ |= self.wechat.environ | {"SERVICES_OPS_PORT": "0"}
        self._open.callback(self.stack.kill_gateway)
        self.stack.start_gateway()

    def _told_ready(self) -> int:
        return self.stack.log("services").count('"ready"')

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.stack.base_url}/api/v1/bus/lines", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False


async def hold(
    client: httpx.AsyncClient, buyer: Buyer, wish: dict[str, Any], key: str = ""
) -> httpx.Response:
    """One try to hold seats; the same key is the same hold."""
    headers = buyer.headers | {"Idempotency-Key": key or new_id()}
    return await client.post(ORDERS, json=wish, headers=headers)


async def ask_to_pay(client: httpx.AsyncClient, buyer: Buyer, order_id: str) -> httpx.Response:
    """A QR code to pay by; a phone of any WeChat user can pay it."""
    return await client.post(
        f"{ORDERS}/{order_id}/payment", json={"channel": "native"}, headers=buyer.headers
    )


async def patiently(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer to a question that may be asked again, as a page asks that is told to come again."""
    for _ in range(_TRIES):
        answer = await ask()
        if answer.status_code not in _COME_AGAIN and "request.in_flight" not in answer.text:
            return answer
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError(f"never answered: {answer.text}")
