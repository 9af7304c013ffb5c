"""Counts and times of the gateway's requests, and one log line for each that ended badly."""

from __future__ import annotations

import dataclasses
import logging
from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import calls
from kernel import tracing
from kernel.clock import monotonic
from kernel.context import CallContext as KernelContext
from kernel.context import entered
from kernel.metrics import REGISTRY

log = logging.getLogger(__name__)

REQUESTS: Final = Counter(
    "gateway_requests",
    "Requests beyond the edge by route and status.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
SECONDS: Final = Histogram(
    "gateway_request_seconds",
    "Seconds to the first byte of an answer beyond the edge.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
    registry=REGISTRY,
)
EDGE_HITS: Final = Counter(
    "gateway_edge_hits", "Requests answered from memory by the edge.", registry=REGISTRY
)
IN_FLIGHT: Final = Gauge("gateway_calls_in_flight", "Calls to services under way.", registry=REGISTRY)
STREAMS: Final = Gauge("gateway_live_streams", "Live streams open.", registry=REGISTRY)
NEWS_AGE: Final = Gauge(
    "gateway_news_age_seconds", "Seconds since the window was last known to be in step.", registry=REGISTRY
)
STALE: Final = Gauge("gateway_news_stale", "1 while the news may be out of date.", registry=REGISTRY)
FLIGHTS: Final = Gauge("gateway_window_flights", "Flights in memory.", registry=REGISTRY)
# The library makes a text of each label and takes a lock to find a series that is the same each time.
# Routes, methods and statuses are few.
_count: Final = cache(REQUESTS.labels)
_time: Final = cache(SECONDS.labels)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeterLayer:
    """ASGI layer that begins each call: its context, its clock."""

    def __init__(self, app: ASGIApp, default_language: str) -> None:
        self._app = app
        self._default_language = default_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = calls.begin(scope, self._default_language)
        began = monotonic()

        async def metered(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                status, seconds = message["status"], monotonic() - began
                _count(route, method, status).inc()
                _time(route).observe(seconds)
                if status >= 500 and route != "/readyz":
                    log.warning(
                        "request answered with an error of ours",
                        extra={
                            "route": route,
                            "status": status,
                            "duration_ms": round(seconds * 1000, 1),
                        },
                    )
            await send(message)

        # Every log line of this request carries its call id from here on.
        with (
            entered(KernelContext(call_ids=(context.call_id,), traceparent=context.traceparent)),
            tracing.span(f"HTTP {scope['method']}", context.traceparent, {}) as traceparent,
        ):
            if traceparent != context.traceparent:
                calls.put(scope, dataclasses.replace(context, traceparent=traceparent))
            await self._app(scope, receive, metered)
