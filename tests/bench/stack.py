"""Measured on the whole suite through HTTP: pass-through reads, pushes, how soon a page can show them, memory."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.orm import Session

from deploy.broker import PrivateBroker
from deploy.postgres import PrivatePostgres
from tests.bench.load import free_port, granian, interleaved, process, resident_mb, wait_for_port
from tests.bench.reference import plain_store
from tests.bench.report import Row, Section, at_least
from tests.support.folders import temporary_folder
from tests.support.partner import FLIGHTS, Partner, Push, departure_update
from tests.support.stack import Stack

NO_LIMITS = {
    "GATEWAY_PUBLIC_RATE": "10000000/second",
    "PARTNER_WRITE_RATE": "10000000/second",
    "LOG_LEVEL": "WARNING",
}
LEGS = 400
BATCH = 100
LONG_AGO = timedelta(days=20)


def _updates(count: int, at: datetime | None = None, **changes: Any) -> list[dict[str, Any]]:
    return [departure_update(1000 + number, at, **changes) for number in range(count)]


def _flight_id(number: int, at: datetime) -> str:
    return f"CZ{number}-{at:%Y%m%d}-CSX-CAN"


def _push(partner: Partner, updates: list[dict[str, Any]]) -> None:
    answer = partner.push(updates)
    answer.raise_for_status()
    assert answer.json()["applied"] == len(updates), answer.text[:2000]


@contextmanager
def plain_nameko(url: str, flight: dict[str, Any], folder: Path) -> Iterator[str]:
    """The reference stack, holding the same flight; yields the flight's address."""
    database = f"sqlite:///{folder / 'plain.sqlite3'}"
    os.environ["BENCH_DATABASE_URL"] = database
    engine = plain_store.engine()
    plain_store.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(
            plain_store.FlightRow(id="X", number=flight["number"], status=flight["status"], document=flight)
        )
        session.commit()
    port = free_port()
    config = folder / "plain.yaml"
    config.write_text(f"AMQP_URI: {url}\nWEB_SERVER_ADDRESS: 127.0.0.1:{port}\n")
    run = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        "from nameko.cli.main import main; main()",
        "run",
        "--config",
        str(config),
    ]
    name = "tests.bench.reference.plain_nameko"
    log = folder / "plain.log"
    with (
        process([*run, f"{name}:PlainFlights"], log),
        process([*run, f"{name}:PlainGateway"], log) as gateway,
    ):
        wait_for_port(port, gateway)
        address = f"http://127.0.0.1:{port}/flights/X"
        _wait_for(address)
        yield address


@contextmanager
def raw_echo(url: str, size: int, folder: Path) -> Iterator[str]:
    """Bare ASGI in front of a raw broker echo of `size` bytes; yields its address."""
    environ = {"AMQP_URL": url, "BENCH_BODY_BYTES": str(size)}
    log = folder / "echo.log"
    with (
        process([sys.executable, "-m", "tests.bench.reference.wire"], log, **environ),
        granian("tests.bench.reference.echo_gateway:app", log, **environ) as base,
    ):
        _wait_for(f"{base}/")
        yield f"{base}/"


def _wait_for(address: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def pass_through(stack: Stack, partner: Partner, seconds: float, folder: Path) -> Section:
    """A flight that left the gateway's memory long ago: each read goes to the service and its database."""
    at = datetime.now(UTC).replace(microsecond=0) - LONG_AGO
    _push(partner, _updates(1, at))
    address = f"{stack.base_url}/api/v1/flights/{_flight_id(1000, at)}"
    answer = httpx.get(address)
    answer.raise_for_status()
    rows = []
    with ExitStack() as running:
        plain = running.enter_context(plain_nameko(stack.amqp_url, answer.json(), folder))
        echo = running.enter_context(raw_echo(stack.amqp_url, len(answer.content), folder))
        for connections, goal in ((1, 3.0), (32, 5.0), (128, 5.0)):
            found = interleaved(
                {"ours": (address, {}), "plain": (plain, {}), "echo": (echo, {})}, connections, seconds
            )
            assert not found["ours"].bad, found
            ours, what = found["ours"].per_s, f"pass-through read, c={connections}"
            p50 = f"p50 {found['ours'].p50_ms:.1f} ms"
            rows.append(
                at_least(f"{what}, against a plain Nameko stack ({p50})", ours, found["plain"].per_s, goal)
            )
            rows.append(at_least(f"{what}, against a raw broker echo", ours, found["echo"].per_s, 0.4))
    about = "HTTP → gateway → RabbitMQ → Nameko service with one read from SQLite → back. Requests a second."
    return Section("Reads that go to a service", about, rows)


def pushes(name: str, stack: Stack, partner: Partner, goal: float, seconds: float) -> Row:
    """Signed batches of 100 through the partner door, two at a time, until `seconds` are over."""
    total = asyncio.run(_push_for(stack, partner, seconds))
    met = total >= goal
    return Row(
        f"partner batches of {BATCH} into {name}", f"{total:,.0f} updates/s", goal=f"≥ {goal:,.0f}", met=met
    )


async def _push_for(stack: Stack, partner: Partner, seconds: float) -> float:
    prepared: asyncio.Queue[Push] = asyncio.Queue()
    partner.token()
    for batch in range(int(seconds * 80)):
        gate = f"A{batch % 90}"
        updates = _updates(LEGS, departure={"gate": gate})[(batch % 4) * BATCH :][:BATCH]
        prepared.put_nowait(partner.prepare(updates))
    sent = 0
    begun = time.perf_counter()

    async def sender(client: httpx.AsyncClient) -> None:
        nonlocal sent
        while time.perf_counter() - begun < seconds and not prepared.empty():
            push = prepared.get_nowait()
            answer = await client.post(FLIGHTS, content=push.body, headers=push.headers)
            answer.raise_for_status()
            assert answer.json()["refused"] == 0, answer.text[:500]
            sent += BATCH

    async with httpx.AsyncClient(base_url=stack.base_url, timeout=20) as client:
        await asyncio.gather(sender(client), sender(client))
    return sent / (time.perf_counter() - begun)


def visible(stack: Stack, partner: Partner, seconds: float) -> Row:
    """From the airline's call to the new flight in the hands of an open page, under 500 updates a second."""
    delays = asyncio.run(_watch(stack, partner, seconds))
    delays.sort()
    p50 = statistics.median(delays) * 1000
    p99 = delays[int(len(delays) * 0.99)] * 1000
    return Row(
        f"update to visible on an open page, {len(delays):,} samples at 500 updates/s",
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        goal="p50 ≤ 50 ms, p99 ≤ 300 ms",
        met=p50 <= 50 and p99 <= 300,
    )


async def _watch(stack: Stack, partner: Partner, seconds: float) -> list[float]:
    """One batch of ten each 20 ms; a page holds the board's stream open and fetches each change it is told."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    _push(partner, _updates(100, at))
    told: dict[str, float] = {}
    delays: list[float] = []
    day = at.astimezone(UTC) + timedelta(hours=8)
    board = f"/live/boards/departures?day={day:%Y-%m-%d}"
    ready = asyncio.Event()
    async with httpx.AsyncClient(base_url=stack.base_url, timeout=30) as client:

        async def fetch(flight_id: str, begun: float) -> None:
            (await client.get(f"/api/v1/flights/{flight_id}")).raise_for_status()
            delays.append(time.perf_counter() - begun)

        async def page() -> None:
            async with client.stream("GET", board) as stream:
                async for line in stream.aiter_lines():
                    ready.set()
                    if line.startswith("data:") and "id" in (note := json.loads(line[5:])):
                        begun = told.pop(note["id"], None)
                        if begun is not None:
                            await fetch(note["id"], begun)

        async def airline() -> None:
            batches = int(seconds * 50)
            prepared = [
                partner.prepare(
                    _updates(100, at, departure={"gate": f"B{batch % 97}"})[batch % 10 * 10 :][:10]
                )
                for batch in range(batches)
            ]
            begun = time.perf_counter()
            sending = []
            for batch, push in enumerate(prepared):
                await asyncio.sleep(max(0.0, begun + batch / 50 - time.perf_counter()))
                told[_flight_id(1000 + batch % 10 * 10, at)] = time.perf_counter()
                sending.append(
                    asyncio.ensure_future(client.post(FLIGHTS, content=push.body, headers=push.headers))
                )
            for answer in await asyncio.gather(*sending):
                answer.raise_for_status()
            await asyncio.sleep(1)

        watching = asyncio.ensure_future(page())
        await ready.wait()
        await airline()
        watching.cancel()
    return delays


def memory(stack: Stack) -> list[Row]:
    """After all of the above: each process, shared pages counted once."""
    rows = []
    for name, process_, goal in (
        ("gateway", stack._gateway, 120),
        ("all services in one process", stack._services, 250),
    ):
        assert process_ is not None
        used = resident_mb(process_.pid)
        rows.append(Row(f"memory of the {name}", f"{used:.0f} MiB", goal=f"≤ {goal} MiB", met=used <= goal))
    return rows


def measure(seconds: float) -> list[Section]:
    """All of it, on SQLite first, then pushes once more on PostgreSQL."""
    with ExitStack() as running:
        folder = running.enter_context(temporary_folder("airport-bench-"))
        for name in ("sqlite", "pg"):
            (folder / name).mkdir()
        broker = running.enter_context(PrivateBroker(folder / "broker"))
        with Stack(folder / "sqlite", broker, broker.add_vhost("sqlite"), **NO_LIMITS) as stack:
            partner = Partner.register(stack.base_url, stack.environ)
            through = pass_through(stack, partner, seconds, folder)
            _push(partner, _updates(LEGS))
            rows = [pushes("SQLite", stack, partner, 2000, seconds * 3), visible(stack, partner, seconds * 3)]
            rows += memory(stack)
        data = running.enter_context(temporary_folder("airport-bench-postgres-"))
        url = running.enter_context(PrivatePostgres(data)).url("bench_{service}")
        with Stack(folder / "pg", broker, broker.add_vhost("pg"), DATABASE_URL=url, **NO_LIMITS) as stack:
            partner = Partner.register(stack.base_url, stack.environ)
            _push(partner, _updates(LEGS))
            rows.insert(1, pushes("PostgreSQL", stack, partner, 3000, seconds * 3))
    about = (
        "Through HTTP with tokens and signatures, the load generator on the same cores. "
        "Visible: from the airline's call until a page that was told by its live stream has fetched the flight."
    )
    return [through, Section("News from airlines", about, rows)]
