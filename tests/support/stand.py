"""A shop's sale as real processes: gateway, passengers, a service that sells and payments, the sandbox's WeChat Pay, signed-in
buyers. What is sold, and where, its kinds say: `bus_stand`, `mall_stand`.

Sessions are rows of passengers' own database, written by its own store: only the way through WeChat is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import httpx

from deploy.broker import Broker
from deploy.databases import ensure_database
from deploy.processes import Process, wait_until
from gateway.session.cookies import Cookies
from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from services.passengers.domain import Passenger, Session, expires_at
from services.passengers.schemas import Language
from services.passengers.secrecy import token_hash
from services.passengers.store import PassengersStore
from tests.support.sandbox import Person, Sandbox
from tests.support.stack import Stack

CONNECTIONS = 64
_READY_S = 120.0
_TRIES, _PAUSE_S = 600, 0.2
_COME_AGAIN = (429, 503, 504)
_CROWD = {"GATEWAY_PUBLIC_RATE": "10000000/minute", "LOG_LEVEL": "WARNING"}


@dataclass(frozen=True)
class Buyer:
    """Somebody signed in; headers: what their browser sends."""

    passenger_id: str
    headers: dict[str, str]


class Stand:
    """.stack .wechat .payer .services (processes). sold_by: the services; answers_at: a path that they answer by the gateway.

    serve: the module that runs the services, and copies: how many processes of it.
    """

    sold_by: ClassVar[tuple[str, ...]]
    answers_at: ClassVar[str]

    def __init__(self, var: Path, broker: Broker, database_url: str = "", **environ: str) -> None:
        self.var = var
        self.url = database_url or f"sqlite:///{var}/{{service}}.sqlite3"
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
            arguments = ("-m", module, *(names or self.sold_by))
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

    def client(self, connections: int = CONNECTIONS) -> httpx.AsyncClient:
        """For buyers; nobody's own cookies."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        return httpx.AsyncClient(
            base_url=self.stack.base_url,
            timeout=httpx.Timeout(60.0, pool=None),
            limits=limits,
            trust_env=False,
        )

    def stock(self) -> None:
        """Put on sale what there is, in databases that are new."""
        raise NotImplementedError

    def _prepare(self) -> None:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        for service in self.sold_by:
            url = self.url.replace("{service}", service)
            ensure_database(url)
            migrate.upgrade(service, url)
        self.stock()
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
            return httpx.get(f"{self.stack.base_url}{self.answers_at}", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False


async def patiently(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer to a question that may be asked again, as a page asks that is told to come again.

    A busy machine may read an answer so late that the server has closed the connection when it is used next.
    """
    said = ""
    for _ in range(_TRIES):
        with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            answer = await ask()
            said = answer.text
            if answer.status_code not in _COME_AGAIN and "request.in_flight" not in said:
                return answer
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError(f"never answered: {said}")
