"""The operator's door of a process of services: /metrics, /healthz and /readyz on a port of their own.

Alive means that this process answers. Ready means that every service in it has its consumers and answers
a call of its own through the broker: a consumer without a queue, a broker that is away and a service whose
workers are all stuck look alive from every other side.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from kernel import clock, metrics

log = logging.getLogger(__name__)

_JSON: Final = "application/json"
_KEEP_ANSWER_S: Final = 0.25


@dataclass
class Checks:
    """ready: the names of what isn't ready; called at most four times a second, however often asked."""

    ready: Callable[[], list[str]]

    def __post_init__(self) -> None:
        self._asked_at = float("-inf")
        self._missing: list[str] = []

    def missing(self) -> list[str]:
        if clock.monotonic() - self._asked_at > _KEEP_ANSWER_S:
            self._missing = self.ready()
            self._asked_at = clock.monotonic()
        return self._missing


def application(checks: Checks) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The WSGI application of the three paths."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, content_type, body = _answer(environ.get("PATH_INFO", ""), checks)
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _answer(path: str, checks: Checks) -> tuple[str, str, bytes]:
    if path == "/metrics":
        return "200 OK", metrics.CONTENT_TYPE, metrics.render()
    if path == "/healthz":
        return "200 OK", _JSON, b'{"status":"alive"}'
    if path == "/readyz":
        missing = checks.missing()
        if missing:
            body = orjson.dumps({"status": "not ready", "missing": missing})
            return "503 Service Unavailable", _JSON, body
        return "200 OK", _JSON, b'{"status":"ready"}'
    return "404 Not Found", _JSON, b'{"status":"unknown path"}'


def listen(host: str, port: int, checks: Checks) -> Any:
    """Serve on `host`:`port` in a green thread and return it; None when the port is 0. Raises SystemExit."""
    if port == 0:
        return None
    import eventlet
    from eventlet import wsgi

    try:
        # eventlet would share a taken port with whoever has it, and each would get half of the questions.
        listener = eventlet.listen((host, port), reuse_port=False)
    except OSError as exc:
        raise SystemExit(f"SERVICES_OPS_PORT: {host}:{port} can't be used: {exc.strerror}") from exc
    quiet = logging.getLogger("eventlet.wsgi")
    return eventlet.spawn(
        wsgi.server, listener, application(checks), log=quiet, log_output=False, keepalive=False
    )
