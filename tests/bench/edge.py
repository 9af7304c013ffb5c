"""Reads from the gateway's memory against a bare ASGI hello on the same server.

    python -m tests.bench.edge [seconds]

Prints requests a second and their ratio to hello: interleaved runs, medians of three.
"""

from __future__ import annotations

import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.edge_server import flights
from tests.bench.load import Figures, free_port, interleaved, process, wait_for_port

CONNECTIONS = 32
GOALS = {"flight 200": 0.8, "flight 304": 0.75, "board br 200": 0.5, "board gzip 200": 0.5}


@contextmanager
def server(name: str, log: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.edge_server", name, str(port)]
    with process(command, log) as child:
        wait_for_port(port, child)
        yield f"http://127.0.0.1:{port}"


def _etag(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.headers["ETag"])


def measure(seconds: float, rounds: int = 3) -> dict[str, Figures]:
    """Figures by target; the first, `hello`, is the reference."""
    with ExitStack() as stack:
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "edge.log"
        hello = stack.enter_context(server("hello", log))
        gateway = stack.enter_context(server("gateway", log))
        flight = f"{gateway}/api/v1/flights/{flights()[0]['id']}"
        board = f"{gateway}/api/v1/boards/departures"
        targets: dict[str, tuple[str, dict[str, str]]] = {
            "hello": (f"{hello}/", {}),
            "flight 200": (flight, {}),
            "flight 304": (flight, {"If-None-Match": _etag(flight)}),
            "flight br 200": (flight, {"Accept-Encoding": "gzip, deflate, br", "Accept": "application/json"}),
            "board br 200": (board, {"Accept-Encoding": "br"}),
            "board gzip 200": (board, {"Accept-Encoding": "gzip"}),
            "search": (f"{gateway}/api/v1/flights?q=beijing", {}),
        }
        for url, headers in targets.values():
            urllib.request.urlopen(
                urllib.request.Request(url, headers=headers | {"If-None-Match": ""})
            ).read()
        return interleaved(targets, CONNECTIONS, seconds, rounds)


def main() -> None:
    figures = measure(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
    reference = figures["hello"].per_s
    print(f"{'':16}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'ratio':>8}{'goal':>7}{'bad':>6}")
    for name, found in figures.items():
        goal = GOALS.get(name)
        print(
            f"{name:16}{found.per_s:>10,.0f}{found.p50_ms:>9.2f}{found.p99_ms:>9.2f}"
            f"{found.per_s / reference:>8.2f}{goal if goal else '':>7}{found.bad:>6}"
        )


if __name__ == "__main__":
    main()
