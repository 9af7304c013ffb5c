"""`python -m deploy.sandbox`: the platform in one process on two ports, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import socket

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from deploy.sandbox.app import build
from deploy.sandbox.settings import Settings
from kernel.config import ConfigError, load
from services.airport import Airport

_END_S = 3.0


def main() -> None:
    settings = load(Settings)
    for port in (settings.port, settings.browser_port):
        _check_port(settings.host, port)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    sandbox = await build(settings, load(Airport))
    servers = [
        _server(sandbox.wechat, settings.host, settings.port),
        _server(sandbox.browser, settings.host, settings.browser_port),
    ]
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    serving = [asyncio.create_task(server.serve()) for server in servers]
    waiting = asyncio.create_task(ending.wait())
    print(
        f"WeChat sandbox: {settings.base_url}/ (phone), account in {settings.folder}/account.json", flush=True
    )
    await asyncio.wait({*serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    # Open streams of phone pages would hold it for ever.
    await asyncio.wait(serving, timeout=_END_S)
    waiting.cancel()
    await sandbox.close()


def _server(app: Starlette, host: str, port: int) -> Server:
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise ConfigError(
                f"SANDBOX_PORT, SANDBOX_BROWSER_PORT: can't listen on {host}:{port}: {exc.strerror}"
            ) from exc


if __name__ == "__main__":
    main()
