"""Live streams over a real socket: server-sent events, their caps and their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from deploy.ports import free_port
from gateway.app import Gateway
from kernel.clock import monotonic
from kernel.config import load
from services.airport import Airport
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, settings, today, until

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*asyncio.*:DeprecationWarning"),
]


@asynccontextmanager
async def served(rpc: FakeRpc, **changes: object) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway on a real port: streams need a transport that can be left open."""
    port = free_port()
    gateway = Gateway(settings(**changes), load(Airport, {}), rpc, ("gateway.api",))
    server = Server(
        gateway,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: gateway.flights.loaded)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        try:
            yield gateway, client
        finally:
            gateway.begin_drain()
            server.stop()
            await asyncio.wait_for(serving, 10)


def fake() -> FakeRpc:
    return FakeRpc(flights=FakeFlights([flight()]))


def one_path() -> str:
    return f"/live/flights/{flight()['id']}"


BOARD = "/live/boards/departures"


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, object]]]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, orjson.loads(line.removeprefix("data: "))


async def test_a_change_is_told_to_flight_and_board_within_a_moment() -> None:
    rpc = fake()
    async with (
        served(rpc) as (_, client),
        client.stream("GET", one_path()) as one,
        client.stream("GET", BOARD) as board,
    ):
        assert one.headers["Content-Type"].startswith("text/event-stream")
        assert one.headers["Cache-Control"] == "no-store"
        streams = [events(one), events(board)]
        for stream in streams:
            name, data = await anext(stream)
            assert (name, data["stale"]) == ("stale", False)
        began = monotonic()
        rpc.flight_changed(flight(version=2))
        for stream in streams:
            assert await anext(stream) == ("flight", {"id": flight()["id"], "version": 2})
        assert monotonic() - began < 10.0
        rpc.disconnect()
        for stream in streams:
            name, data = await anext(stream)
            assert (name, data["stale"]) == ("stale", True)


async def test_a_closed_page_gives_its_place_back() -> None:
    async with served(fake(), live_per_address=1) as (gateway, client):
        async with client.stream("GET", one_path()) as one:
            await anext(events(one))
            refused = await client.get(BOARD)
            assert (refused.status_code, refused.json()["code"]) == (429, "gateway.too_many_streams")
            assert refused.headers["Retry-After"] == "10"
        await until(lambda: gateway.live.open_streams == 0)
        assert gateway.flights.fanout.count() == 0
        async with client.stream("GET", BOARD) as board:
            assert board.status_code == 200


async def test_a_quiet_stream_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway import live

    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    async with served(fake()) as (_, client), client.stream("GET", one_path()) as one:
        lines = one.aiter_lines()
        async with asyncio.timeout(5):
            while not (await anext(lines)).startswith(": "):
                pass


async def test_streams_end_when_the_gateway_drains() -> None:
    async with served(fake()) as (gateway, client), client.stream("GET", one_path()) as one:
        stream = events(one)
        await anext(stream)
        gateway.begin_drain()
        async with asyncio.timeout(5):
            assert [event async for event in stream] == []
        assert await gateway.drain.wait_idle(2)


async def test_what_cannot_be_watched_is_said() -> None:
    async with served(fake()) as (_, client):
        cases = {
            "/live/flights/NONE": 404,
            "/live/boards/sideways": 404,
            f"{BOARD}?day=1999-01-01": 400,
            f"{BOARD}?day=tomorrow": 400,
            f"{BOARD}?x=1": 400,
        }
        for path, status in cases.items():
            assert (await client.get(path)).status_code == status, path
        assert (await client.get(one_path(), headers={"Accept": "application/json"})).status_code == 406
        assert (await client.head(f"{BOARD}?day={today()}")).status_code == 200
