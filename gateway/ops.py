"""The operators' port: Prometheus metrics, apart from what travellers can reach."""

from __future__ import annotations

import logging
import threading
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from gateway.settings import Settings
from kernel.config import ConfigError
from kernel.metrics import REGISTRY

log = logging.getLogger(__name__)


class OpsServer:
    """/metrics on GATEWAY_OPS_PORT, in a thread of its own; nothing when the port is 0."""

    def __init__(self, settings: Settings) -> None:
        self._host, self._port = settings.host, settings.ops_port
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises ConfigError when the port is taken."""
        if not self._port:
            return
        try:
            self._server, self._thread = start_http_server(self._port, self._host, REGISTRY)
        except OSError as exc:
            raise ConfigError(f"GATEWAY_OPS_PORT: can't listen on {self._port}: {exc.strerror}") from exc

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(1.0)
