"""Trace context: one W3C `traceparent` from the door to the last event.

It always travels. Spans are made only when `OTEL_EXPORTER_OTLP_ENDPOINT` is set: then OpenTelemetry is
imported, and each piece of work becomes a span whose `traceparent` its own messages carry on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from kernel import ids

ENDPOINT_KEY: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
_FORM: Final = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")

_provider: Any = None
_tracer: Any = None


def valid(traceparent: str | None) -> str | None:
    """`traceparent` if it is one of version 00, else None."""
    return traceparent if traceparent is not None and _FORM.match(traceparent) else None


def new_traceparent() -> str:
    """The start of a trace that nobody samples unless OpenTelemetry is on."""
    trace = ids.new_id()
    # A span's id need only be unique within its trace, and this is the first.
    return f"00-{trace}-{trace[16:]}-00"


def enabled() -> bool:
    return _tracer is not None


def configure(process: str) -> None:
    """Send spans to the collector that the environment names; without one do nothing."""
    global _provider, _tracer
    if not os.environ.get(ENDPOINT_KEY) or _tracer is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource.create({"service.name": process}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("kernel")


def shutdown() -> None:
    """Send what is left of the spans."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
        _provider = _tracer = None


@contextmanager
def span(name: str, traceparent: str | None, fields: Mapping[str, str]) -> Iterator[str | None]:
    """Work inside the `with` block is a span under `traceparent`; yields the traceparent to pass on.

    Without OpenTelemetry the incoming one is passed on as it is.
    """
    if _tracer is None:
        yield traceparent
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": traceparent} if traceparent else {}
    parent = TraceContextTextMapPropagator().extract(carrier)
    with _tracer.start_as_current_span(
        name, parent, trace.SpanKind.SERVER, attributes=dict(fields)
    ) as current:
        of = current.get_span_context()
        yield f"00-{of.trace_id:032x}-{of.span_id:016x}-{of.trace_flags:02x}"
