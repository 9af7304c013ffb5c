"""The server under measurement of tests/bench/edge.py: `python -m tests.bench.edge_server hello|gateway PORT`.

Both run as the gateway runs: Granian embedded, uvloop, one process.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from gateway.app import Gateway
from kernel.config import load
from services.airport import Airport
from tests.bench.reference import hello
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, settings

BOARD_FLIGHTS = 200


def flights() -> list[dict[str, Any]]:
    """A board of departures, and one arrival."""
    found = [
        flight(f"CZ{3000 + n}", ("PEK", "SHA", "CTU")[n % 3], f"{n * 24 // BOARD_FLIGHTS:02}:{n % 60:02}")
        for n in range(BOARD_FLIGHTS)
    ]
    return [*found, flight("MU5301", "SHA", "10:00", direction="arrival")]


def app(name: str) -> Any:
    if name == "hello":
        return hello.app
    return Gateway(
        settings(public_rate="1000000000/minute"),
        load(Airport, {}),
        FakeRpc(flights=FakeFlights(flights())),
        ("gateway.api",),
    )


async def serve(name: str, port: int) -> None:
    server = Server(
        app(name),
        port=port,
        interface=Interfaces.ASGI if name == "gateway" else Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
