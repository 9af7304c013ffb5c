"""Builds the gateway: the only place where its parts meet.

request → Edge (hot reads, from memory)
        → Meter → Security headers → Drain → Problems → Body limit → Doors (api, partner, web, live, health)
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import logging
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Final, Protocol

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import health, metering
from gateway.account import WeChatAccount
from gateway.bodies import BodyLimit
from gateway.cache import FlightCache
from gateway.cache.feeder import Feeder
from gateway.cache.mall import MallCache
from gateway.deps import Deps, Rpc
from gateway.doors import Doors
from gateway.drain import Drain, DrainLayer
from gateway.edge import Edge
from gateway.limits import Limits
from gateway.live import Live
from gateway.metering import MeterLayer
from gateway.problems import ErrorPage, ProblemLayer, Problems
from gateway.rpc import RpcClient, RpcLimits
from gateway.security import JSON_CSP, SecurityLayer, security_headers
from gateway.session import Sessions
from gateway.settings import Settings
from gateway.timetable import BusTimetable
from gateway.uploads import MOST_FORM_BYTES
from gateway.wording import Words
from kernel.config import load
from services.airport import Airport

log = logging.getLogger(__name__)

DOORS: Final = (
    "gateway.api",
    "gateway.partner",
    "gateway.web",
    "gateway.wechat",
    "gateway.session.door",
    "gateway.staff",
)
_TICK_S: Final = 1.0
_RELAX_EVERY_S: Final = 60


class BrokerRpc(Rpc, Protocol):
    """An Rpc with a life of its own: what the application starts and stops."""

    def on_state(self, callback: Callable[[bool], None]) -> None: ...

    def start(self) -> None: ...

    async def stop(self) -> None: ...


class Gateway:
    """The ASGI application with its parts; `startup` and `shutdown` are its lifespan."""

    def __init__(
        self,
        settings: Settings,
        airport: Airport,
        rpc: BrokerRpc | None = None,
        doors: Sequence[str] = DOORS,
        account: WeChatAccount | None = None,
    ) -> None:
        self.settings = settings
        self._doors = doors
        self.drain = Drain()
        self.rpc: BrokerRpc = rpc or RpcClient(
            settings.amqp_url,
            RpcLimits(settings.rpc_in_flight, settings.rpc_queue, settings.rpc_deadline_s),
        )
        self.flights = FlightCache(settings, airport)
        self.deps = Deps(
            settings=settings,
            airport=airport,
            rpc=self.rpc,
            flights=self.flights,
            limits=Limits({}, settings.trusted_proxies),
            words=Words.load(),
            account=account or load(WeChatAccount),
            sessions=Sessions(self.rpc, settings.public_url),
            bus=BusTimetable(self.rpc, airport.iata),
            mall=MallCache(self.rpc),
            doors=tuple(doors),
        )
        self.live = Live(self.deps, self.drain)
        self._feeder: Feeder | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.edge = Edge(self._inside(), self.flights, security_headers(settings, JSON_CSP))
        self.flights.on_stale_changed.append(self.edge.tick)

    def _inside(self) -> ASGIApp:
        """Everything behind the edge, innermost first."""
        problems = Problems(self.deps.words)
        state = SimpleNamespace(problems=problems, deps=self.deps)
        self.routes = self._routes()
        app: ASGIApp = Doors(self.routes, state)
        app = BodyLimit(app, self.settings.max_body_bytes, MOST_FORM_BYTES)
        app = ProblemLayer(app, problems, self._error_page())
        app = DrainLayer(app, self.drain)
        app = SecurityLayer(app, self.settings)
        return MeterLayer(app, self.settings.language)

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [*health.routes(self.deps, self.drain), *self.live.routes()]
        for name in self._doors:
            routes += importlib.import_module(name).routes(self.deps)
        return routes

    def _error_page(self) -> ErrorPage | None:
        for name in self._doors:
            page = getattr(importlib.import_module(name), "error_page", None)
            if page is not None:
                shown: ErrorPage = page(self.deps)
                return shown
        return None

    # --- life ----------------------------------------------------------------------------------------

    def startup(self) -> None:
        """Begin to connect and to feed the window; serves from now on, broker or not."""
        self._feeder = Feeder(self.flights, self.rpc, self.settings.digest_every_s)
        self.rpc.start()
        self._tasks = [asyncio.create_task(self._feeder.run()), asyncio.create_task(self._tick())]

    def begin_drain(self) -> None:
        """Turn new streams away, close the open ones, let /readyz say so."""
        self.drain.begin()
        self.flights.fanout.close()

    async def shutdown(self) -> None:
        self.begin_drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.rpc.stop()

    async def _tick(self) -> None:
        for second in itertools.count(1):
            self.edge.tick()
            self._measure()
            if second % _RELAX_EVERY_S == 0:
                self.flights.relax()
            await asyncio.sleep(_TICK_S)

    def _measure(self) -> None:
        metering.EDGE_HITS.inc(self.edge.take_hits())
        metering.STREAMS.set(self.live.open_streams)
        metering.NEWS_AGE.set(self.flights.age_s)
        metering.STALE.set(self.flights.stale)
        metering.FLIGHTS.set(self.flights.digest()[0])
        if isinstance(self.rpc, RpcClient):
            metering.IN_FLIGHT.set(self.rpc.in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self.edge(scope, receive, send)
        else:
            raise ValueError(f"no {scope['type']} here")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.startup()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return


def build_app(
    settings: Settings | None = None,
    airport: Airport | None = None,
    rpc: BrokerRpc | None = None,
    doors: Sequence[str] = DOORS,
) -> Gateway:
    """The gateway as an ASGI application. What isn't given is read from the environment."""
    return Gateway(settings or load(Settings), airport or load(Airport), rpc, doors)
