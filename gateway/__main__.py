"""`python -m gateway`: the gateway in one process, on Granian and uvloop, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from gateway.app import Gateway, build_app
from gateway.ops import OpsServer
from gateway.settings import Settings
from kernel import log as kernel_log
from kernel import tracing
from kernel.clock import monotonic
from kernel.config import ConfigError, load

log = logging.getLogger("gateway")

_END_S = 10.0
_NOTICE_S = 0.5


def main() -> None:
    settings = load(Settings)
    kernel_log.configure("gateway")
    # pika tells each failed attempt in seven lines; gateway.rpc tells it in one, now and then.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    tracing.configure("gateway")
    _check_port(settings)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    gateway = build_app(settings)
    server = Server(
        gateway,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, keep_alive=True),
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    ops = OpsServer(settings)
    ops.start()
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(ending.wait())
    log.info("listening", extra={"host": settings.host, "port": settings.port})
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        await _end(gateway, server, serving, settings)
    waiting.cancel()
    ops.stop()
    if serving.done() and not serving.cancelled() and serving.exception() is not None:
        raise ConfigError(f"the server stopped: {serving.exception()}")


async def _end(gateway: Gateway, server: Server, serving: asyncio.Task[None], settings: Settings) -> None:
    """Say so, let what is open finish, stop. Never longer than ten seconds."""
    began = monotonic()
    gateway.begin_drain()
    log.info("draining", extra={"count": gateway.drain.open_requests})
    # Long enough for a load balancer's next look at /readyz to see it.
    await asyncio.sleep(min(_NOTICE_S, settings.drain_s))
    if not await gateway.drain.wait_idle(settings.drain_s - (monotonic() - began)):
        log.warning("requests were still open at the end", extra={"count": gateway.drain.open_requests})
    server.stop()  # type: ignore[no-untyped-call]
    try:
        await asyncio.wait_for(serving, max(0.5, _END_S - 0.5 - (monotonic() - began)))
    except TimeoutError:
        log.warning("connections were still open at the end")
    tracing.shutdown()


def _check_port(settings: Settings) -> None:
    """Fail with a sentence rather than a trace when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as exc:
            raise ConfigError(
                f"GATEWAY_HOST, GATEWAY_PORT: can't listen on {settings.host}:{settings.port}: {exc.strerror}"
            ) from exc


if __name__ == "__main__":
    main()
