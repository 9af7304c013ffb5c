"""Things of the mall ordered and asked to pay for, through HTTP, on both databases; and its product page from the edge.

An order is two requests, as for the bus (`bus_orders`): POST of an order of one piece, POST of its payment, which asks WeChat
Pay's sandbox. 32 buyers at a time. The bus sells beside it, over the same broker and on the same server, in the same minutes.

    python -m tests.bench.shop_orders [seconds]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from deploy.broker import Broker, PrivateBroker
from deploy.postgres import PrivatePostgres
from tests.bench import edge
from tests.bench.bus_orders import BUYERS, NO_LIMITS, SEATS, Shop, in_turns
from tests.bench.bus_orders import many as many_buses
from tests.bench.load import interleaved
from tests.bench.report import Row, Section
from tests.support.bus_stand import BusStand
from tests.support.folders import temporary_folder
from tests.support.mall_stand import API_ORDERS, MallStand

CONNECTIONS = 32
PRODUCTS = 60
PIECES = 1_000_000
ROUNDS = 3


def measure(seconds: float) -> list[Section]:
    """Orders on both databases, with the bus beside them; the product page against a bare ASGI hello."""
    rows: list[Row] = []
    pages: list[Row] = []
    with ExitStack() as running:
        folder = running.enter_context(temporary_folder("airport-bench-"))
        data = running.enter_context(temporary_folder("airport-bench-postgres-"))
        broker = running.enter_context(PrivateBroker(folder / "broker"))
        postgres = running.enter_context(PrivatePostgres(data))
        for name, url in (("SQLite", ""), ("PostgreSQL", postgres.url("bench_mall_{service}"))):
            for stall in ("mall", "bus"):
                (folder / name / stall).mkdir(parents=True)
            with _mall(folder / name / "mall", broker, url) as mall:
                bus_url = postgres.url("bench_bus_{service}") if url else ""
                bus = BusStand(folder / name / "bus", broker, bus_url, SEATS, **NO_LIMITS)
                rows += _rows(name, _orders(mall, bus, seconds))
                if url:
                    pages = _pages(mall, folder, seconds)
    about = (
        f"An order of one piece and its payment through HTTP, {CONNECTIONS} buyers at a time: gateway, passengers, shop, payments and "
        f"WeChat Pay's sandbox on the same cores. {PRODUCTS} products. Against: bus seats, sold in turns with them."
    )
    edge_about = (
        f"A product's page for who isn't signed in, {CONNECTIONS} connections, against a bare ASGI hello."
    )
    return [
        Section("Things of the mall ordered and asked to pay for", about, rows),
        Section("The mall at the edge", edge_about, pages),
    ]


def _mall(folder: Path, broker: Broker, url: str) -> MallStand:
    return MallStand(folder, broker, url, PIECES, PRODUCTS, SHOP_OPEN_HOLDS="1000000")


def _orders(mall: MallStand, bus: BusStand, seconds: float) -> dict[str, float]:
    mall.serve()
    buyers = [buyer.headers for buyer in mall.sign_in(BUYERS)]

    def shop(choose: Callable[[int], dict[str, object]]) -> Shop:
        return Shop(mall.stack.base_url, API_ORDERS, buyers, choose)

    wishes = [mall.wish(variant_id) for _, variant_id in mall.goods]
    shops = {
        "many": shop(lambda number: wishes[number % len(wishes)]),
        "hot": shop(lambda number: wishes[0]),
    }
    with bus as stand:
        stand.serve()
        return in_turns(shops | {"bus": many_buses(stand)}, seconds)


def _rows(name: str, found: dict[str, float]) -> list[Row]:
    many, hot, bus = found["many"], found["hot"], found["bus"]
    return [
        Row(
            f"{name}, many products, against seats of many buses",
            f"{many:,.0f}/s",
            f"{bus:,.0f}/s",
            many / bus,
        ),
        Row(
            f"{name}, all want the same product, against many products",
            f"{hot:,.0f}/s",
            f"{many:,.0f}/s",
            hot / many,
        ),
    ]


def _pages(mall: MallStand, folder: Path, seconds: float) -> list[Row]:
    product_id = mall.goods[0][0]
    page = f"{mall.stack.base_url}/shop/p/{product_id}"
    with edge.server("hello", folder / "hello.log") as hello:
        targets: dict[str, tuple[str, dict[str, str]]] = {
            "hello": (f"{hello}/", {}),
            "page": (page, {}),
            "page br": (page, {"Accept-Encoding": "gzip, deflate, br"}),
            "JSON": (f"{mall.stack.base_url}/api/v1/shop/products/{product_id}", {}),
        }
        found = interleaved(targets, CONNECTIONS, seconds, ROUNDS)
    reference = found.pop("hello").per_s
    rows = []
    for name, figures in found.items():
        ratio = figures.per_s / reference
        against = f"hello {reference:,.0f}/s"
        about = f"{figures.per_s:,.0f}/s, p99 {figures.p99_ms:.1f} ms"
        rows.append(Row(f"product, {name} 200", about, against, ratio))
    return rows


if __name__ == "__main__":
    for section in measure(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0):
        for row in section.rows:
            sys.stdout.write(f"{row}\n")
