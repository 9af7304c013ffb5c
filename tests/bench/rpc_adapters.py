"""Calls a second of one service process: Nameko's own classes against kernel/wire's, interleaved, medians.

    python -m tests.bench.rpc_adapters [seconds] [in flight]

A raw generator keeps a number of calls in flight and counts answers, so that little but broker and service
is measured. Both services answer the same request with the same dict.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import struct
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pika import frame, spec

from tests.bench.load import process
from tests.bench.reference.wire import RawChannel

REQUEST = b'{"args": [], "kwargs": {"request": {"flight_id": "CZ3101-20261123-CSX-PEK"}}}'
ANSWER = {"id": "CZ3101-20261123-CSX-PEK", "version": 7, "fields": ["x" * 40] * 10}
ROUNDS = 3
KINDS = ("stock", "ours")
_DELIVER = struct.pack(">HH", *divmod(spec.Basic.Deliver.INDEX, 1 << 16))


class Generator(RawChannel):
    """Keeps `in_flight` calls of one method under way and counts the answers."""

    answers = 0
    counting = False
    one_call = b""

    def data_received(self, data: bytes) -> None:
        if not self.counting:
            super().data_received(data)
            return
        data = self.buffer + data
        at = found = 0
        while len(data) - at >= 7:
            size = int.from_bytes(data[at + 3 : at + 7], "big")
            if len(data) - at < size + 8:
                break
            if data[at] == 1 and data[at + 7 : at + 11] == _DELIVER:
                found += 1
            at += size + 8
        self.buffer = data[at:]
        self.answers += found
        self.transport.write(self.one_call * found)


@dataclass(frozen=True)
class Figures:
    """Calls a second, and what each cost the service's process; the second doesn't mind a busy machine."""

    per_s: float
    cpu_us: float


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def run(url: str, service: str, pid: int, seconds: float, in_flight: int) -> Figures:
    """One run against `<service>.get_flight`, which the process `pid` serves."""
    channel = Generator(url)
    channel = await _opened(channel)
    declared = await channel.call(spec.Queue.Declare(queue="", exclusive=True, auto_delete=True))
    queue = declared.queue  # type: ignore[attr-defined]
    await channel.call(spec.Queue.Bind(queue=queue, exchange="nameko-rpc", routing_key=queue))
    await channel.call(spec.Basic.Consume(queue=queue, no_ack=True))
    properties = spec.BasicProperties(
        reply_to=queue,
        correlation_id="x",
        content_type="application/json",
        content_encoding="utf-8",
        expiration="4000",
        headers={"nameko.call_id_stack": ["bench"], "nameko.deadline_ms": 4000},
    )
    method = spec.Basic.Publish(exchange="nameko-rpc", routing_key=f"{service}.get_flight")
    channel.one_call = b"".join(
        part.marshal()
        for part in (
            frame.Method(1, method),
            frame.Header(1, len(REQUEST), properties),
            frame.Body(1, REQUEST),
        )
    )
    channel.counting = True
    channel.transport.write(channel.one_call * in_flight)
    await asyncio.sleep(0.5)
    before, cpu_before, began_at = channel.answers, cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    answers, elapsed_s, used_s = (
        channel.answers - before,
        time.monotonic() - began_at,
        cpu_s(pid) - cpu_before,
    )
    channel.transport.close()
    return Figures(answers / elapsed_s, used_s * 1e6 / max(answers, 1))


async def _opened(channel: Generator) -> Generator:
    loop = asyncio.get_running_loop()
    channel.waiting = loop.create_future()
    await loop.create_connection(lambda: channel, channel.host, channel.port)
    channel.transport.write(b"AMQP\x00\x00\x09\x01")
    await channel.waiting
    response = f"\0{channel.user}\0{channel.password}"
    await channel.call(spec.Connection.StartOk({}, "PLAIN", response, "en_US"), 0)
    channel.send(spec.Connection.TuneOk(2047, 131072, 0), 0)
    await channel.call(spec.Connection.Open(channel.vhost, insist=True), 0)
    await channel.call(spec.Channel.Open())
    return channel


def measure(url: str, seconds: float, in_flight: int, kinds: tuple[str, ...] = KINDS) -> dict[str, Figures]:
    """Medians by kind of service."""
    found: dict[str, list[Figures]] = {kind: [] for kind in kinds}
    log = Path(tempfile.mkdtemp(prefix="rpc-adapters-")) / "services.log"
    for _ in range(ROUNDS):
        for kind in kinds:
            command = [sys.executable, "-m", "tests.bench.rpc_adapters", "serve", kind]
            with process(command, log, AMQP_URL=url, SERVICES_OPS_PORT="0") as child:
                time.sleep(2.0)
                figures = asyncio.run(run(url, f"bench_{kind}", child.pid, seconds, in_flight))
                found[kind].append(figures)
    return {kind: _median(runs) for kind, runs in found.items()}


def _median(runs: list[Figures]) -> Figures:
    return Figures(
        statistics.median(each.per_s for each in runs), statistics.median(each.cpu_us for each in runs)
    )


def serve(kind: str) -> None:
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    import eventlet

    eventlet.monkey_patch()
    if kind == "stock":
        _serve_stock()
    else:
        _serve_ours()


def _serve_stock() -> None:
    from nameko.rpc import rpc
    from nameko.runners import ServiceRunner

    class Stock:
        name = "bench_stock"

        @rpc
        def get_flight(self, request: dict[str, str]) -> dict[str, object]:
            return ANSWER

    runner = ServiceRunner({"AMQP_URI": os.environ["AMQP_URL"], "max_workers": 20})
    runner.add_service(Stock)
    runner.start()
    runner.wait()


def _serve_ours() -> None:
    from kernel import log
    from kernel.config import load
    from kernel.wire import rpc
    from kernel.wire.runner import ServiceRunner
    from kernel.wire.settings import WireSettings

    class Ours:
        name = "bench_ours"

        @rpc
        def get_flight(self, request: dict[str, str]) -> dict[str, object]:
            return ANSWER

    log.configure("bench")
    runner = ServiceRunner([Ours], load(WireSettings))
    profile = os.environ.get("BENCH_PROFILE")
    if profile:
        import cProfile

        profiler = cProfile.Profile(time.process_time)
        profiler.runcall(runner.run)
        profiler.dump_stats(profile)
    else:
        runner.run()


def main() -> None:
    from deploy.broker import private_broker

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    in_flight = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    with (
        tempfile.TemporaryDirectory(prefix="rpc-adapters-") as folder,
        private_broker(Path(folder)) as broker,
    ):
        figures = measure(broker.url, seconds, in_flight)
    stock = figures["stock"]
    for kind, each in figures.items():
        print(
            f"{kind:6} {each.per_s:8,.0f} calls/s {each.per_s / stock.per_s:5.2f} ×"
            f"   {each.cpu_us:6,.0f} µs of CPU a call {stock.cpu_us / each.cpu_us:5.2f} ×"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        main()
