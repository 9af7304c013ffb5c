"""Seats held and asked to pay for, through HTTP: orders a second on both databases, in one and two copies.

An order is two requests: POST of a hold, POST of its payment, which asks WeChat Pay's sandbox. 32 buyers at a time.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from deploy.broker import PrivateBroker
from deploy.databases import ensure_database
from deploy.postgres import PrivatePostgres
from tests.bench.lean import Connection
from tests.bench.load import free_port, process, wait_for_port
from tests.bench.reference import plain_orders
from tests.bench.report import Row, Section, at_least
from tests.support.bus_stand import ORDERS, BusStand
from tests.support.folders import temporary_folder

CONNECTIONS = 32
BUYERS = 400
ROUNDS = 3
SEATS = 20_000
GOAL = 1.5
NO_LIMITS = {"BUS_OPEN_HOLDS": "1000000"}
_TOO_BUSY = (503, 504)
Headers = dict[str, str]


@dataclass(frozen=True)
class Shop:
    """Where orders can be placed. orders: path; buyers: their headers; choose: the next wish, by its number."""

    base_url: str
    orders: str
    buyers: list[Headers]
    choose: Callable[[int], dict[str, object]]


async def _orders_for(shop: Shop, seconds: float) -> float:
    """Orders a second; who is told to come again (503, 504) has placed none."""
    numbers, done = itertools.count(), 0
    begun = time.perf_counter()

    async def buyer() -> None:
        nonlocal done
        async with Connection(shop.base_url) as connection:
            while time.perf_counter() - begun < seconds:
                number = next(numbers)
                headers = shop.buyers[number % len(shop.buyers)]
                status, held = await connection.post(shop.orders, shop.choose(number), headers)
                if status == 201:
                    path = f"{shop.orders}/{held['order']['id']}/payment"
                    status, asked = await connection.post(path, {"channel": "native"}, headers)
                if status == 200 and asked["pay"]["code_url"]:
                    done += 1
                elif status not in _TOO_BUSY:
                    raise RuntimeError(f"{shop.orders} answered {status}")

    await asyncio.gather(*(buyer() for _ in range(CONNECTIONS)))
    return done / (time.perf_counter() - begun)


def in_turns(shops: dict[str, Shop], seconds: float) -> dict[str, float]:
    """Each shop in turn, three times over; medians. The first run of all warms up."""
    for shop in shops.values():
        asyncio.run(_orders_for(shop, 1.0))
    found: dict[str, list[float]] = {name: [] for name in shops}
    for _ in range(ROUNDS):
        for name, shop in shops.items():
            found[name].append(asyncio.run(_orders_for(shop, seconds)))
    return {name: statistics.median(runs) for name, runs in found.items()}


def many(stand: BusStand) -> Shop:
    """Each order is of another bus than the one before."""
    wishes = [stand.wish(departure_id) for departure_id in stand.departures]
    return _shop(stand, lambda number: wishes[number % len(wishes)])


def hot(stand: BusStand) -> Shop:
    """All want the same bus."""
    wish = stand.wish(stand.departures[0])
    return _shop(stand, lambda number: wish)


def _shop(stand: BusStand, choose: Callable[[int], dict[str, object]]) -> Shop:
    buyers = [buyer.headers for buyer in stand.sign_in(BUYERS)]
    return Shop(stand.stack.base_url, ORDERS, buyers, choose)


@contextmanager
def plain(stand: BusStand, url: str, folder: Path) -> Iterator[Shop]:
    """The reference over the same broker and sandbox, with a database of its own on the same server."""
    ensure_database(url)
    os.environ["BENCH_DATABASE_URL"] = url.replace("postgresql:", "postgresql+psycopg2:")
    engine = plain_orders.engine()
    plain_orders.Base.metadata.create_all(engine)
    with Session(engine) as session:
        for number in range(BUYERS):
            session.add(plain_orders.SessionRow(token=f"t{number}", passenger_id=f"p{number}"))
        for departure_id in stand.departures:
            session.add(plain_orders.DepartureRow(id=departure_id, capacity=SEATS * 100, held=0))
        session.commit()
    engine.dispose()
    port = free_port()
    config = folder / "plain.yaml"
    config.write_text(
        f"AMQP_URI: {stand.stack.amqp_url}\nWEB_SERVER_ADDRESS: 127.0.0.1:{port}\nmax_workers: 20\n"
    )
    code = "from nameko.cli.main import main; main()"
    run = [sys.executable, "-W", "ignore", "-c", code, "run", "--config", str(config)]
    name = "tests.bench.reference.plain_orders"
    environ, log = stand.wechat.environ, folder / "plain.log"
    services = [f"{name}:PlainPassengers", f"{name}:PlainOrders", f"{name}:PlainPayments"]
    with (
        process([*run, *services], log, **environ),
        process([*run, f"{name}:PlainDoor"], log, **environ) as door,
    ):
        wait_for_port(port, door)
        buyers = [{"X-Token": f"t{number}"} for number in range(BUYERS)]

        def choose(number: int) -> dict[str, object]:
            departure_id = stand.departures[number % len(stand.departures)]
            return {"departure_id": departure_id, "passengers": [{"kind": "adult"}]}

        yield Shop(f"http://127.0.0.1:{port}", "/orders", buyers, choose)


def measure(seconds: float) -> Section:
    """Both databases, one copy and two, and the reference beside PostgreSQL."""
    rows: list[Row] = []
    with ExitStack() as running:
        folder = running.enter_context(temporary_folder("airport-bench-"))
        data = running.enter_context(temporary_folder("airport-bench-postgres-"))
        broker = running.enter_context(PrivateBroker(folder / "broker"))
        postgres = running.enter_context(PrivatePostgres(data))
        for name, url in (("SQLite", ""), ("PostgreSQL", postgres.url("bench_{service}"))):
            (folder / name).mkdir()
            with BusStand(folder / name, broker, url, SEATS, **NO_LIMITS) as stand:
                stand.serve()
                shops = {"many": many(stand), "hot": hot(stand)}
                if url:
                    reference = plain(stand, postgres.url("bench_plain"), folder)
                    shops["plain"] = running.enter_context(reference)
                found = in_turns(shops, seconds)
                rows += _rows(name, found)
                stand.serve()
                two = in_turns({"many": shops["many"]}, seconds)["many"]
                rows.append(
                    Row(
                        f"{name}, services in two copies",
                        f"{two:,.0f}/s",
                        f"{found['many']:,.0f}/s",
                        two / found["many"],
                    )
                )
    about = (
        "A hold and its payment through HTTP, 32 buyers at a time, each order of another bus: gateway, passengers, bus, "
        "payments and WeChat Pay's sandbox, which signs and verifies every answer, on the same cores. Against: one copy."
    )
    return Section("Bus seats held and asked to pay for", about, rows)


def _rows(name: str, found: dict[str, float]) -> list[Row]:
    rows = []
    if "plain" in found:
        what = f"{name}, against a naive order of plain Nameko (no outbox, no ids of requests, no locks)"
        rows.append(at_least(what, found["many"], found["plain"], GOAL))
    else:
        rows.append(Row(f"{name}, services in one copy", f"{found['many']:,.0f}/s"))
    what = f"{name}, all want the same bus, against many buses"
    rows.append(Row(what, f"{found['hot']:,.0f}/s", f"{found['many']:,.0f}/s", found["hot"] / found["many"]))
    return rows
