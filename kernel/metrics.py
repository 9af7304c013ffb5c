"""Prometheus metrics of a process, and their text.

rpc_calls_total{service,method,outcome}     worked on, by how it ended: ok or the error's kind
rpc_call_seconds{service,method}            from the message's arrival to its answer
rpc_in_flight{service}                      calls and events being worked on
rpc_dropped_late_total{service}             not worked on: the caller had given up
messages_parked_total{service,reason}       put aside for a person to look at
broker_connections_total{service}           connections made; a growing number is a flapping broker
nested_calls_total{service,target,outcome}  calls from one service to another
outbox_lag_seconds{service}                 age of the oldest event not yet published
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

# The time of each series' making doubles the page and says nothing.
disable_created_metrics()

REGISTRY: Final = CollectorRegistry()
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_LATENCY_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)

IN_FLIGHT: Final = Gauge("rpc_in_flight", "Calls and events being worked on.", ["service"], registry=REGISTRY)
DROPPED_LATE: Final = Counter(
    "rpc_dropped_late",
    "Calls dropped at the door: their callers had given up.",
    ["service"],
    registry=REGISTRY,
)
PARKED: Final = Counter(
    "messages_parked", "Messages put aside for a person to look at.", ["service", "reason"], registry=REGISTRY
)
CONNECTIONS: Final = Counter(
    "broker_connections", "Connections made to the broker.", ["service"], registry=REGISTRY
)
NESTED_CALLS: Final = Counter(
    "nested_calls",
    "Calls from one service to another by how they ended.",
    ["service", "target", "outcome"],
    registry=REGISTRY,
)
OUTBOX_LAG: Final = Gauge(
    "outbox_lag_seconds", "Age of the oldest event not yet published.", ["service"], registry=REGISTRY
)


class CallMeter:
    """How the calls of one method ended and how long they took.

    Plain numbers: all calls of a process are counted in its one thread, and the library's locks and label
    lookups cost a tenth of a call.
    """

    def __init__(self, service: str, method: str) -> None:
        self.labels = (service, method)
        self.outcomes: dict[str, int] = {}
        self.buckets = [0] * (len(_LATENCY_BUCKETS_S) + 1)
        self.seconds = 0.0
        _meters.append(self)

    def ended(self, outcome: str, seconds: float) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.buckets[bisect_left(_LATENCY_BUCKETS_S, seconds)] += 1
        self.seconds += seconds


_meters: list[CallMeter] = []


class _Meters(Collector):
    """Gives the library what the meters have counted."""

    def collect(self) -> Iterator[Metric]:
        calls = CounterMetricFamily(
            "rpc_calls", "Calls by how they ended.", labels=["service", "method", "outcome"]
        )
        seconds = HistogramMetricFamily(
            "rpc_call_seconds", "Seconds from a call's arrival to its answer.", labels=["service", "method"]
        )
        limits = [*map(floatToGoString, _LATENCY_BUCKETS_S), "+Inf"]
        for meter in _meters:
            for outcome, number in meter.outcomes.items():
                calls.add_metric([*meter.labels, outcome], number)
            cumulated = list(zip(limits, accumulate(meter.buckets), strict=True))
            seconds.add_metric(meter.labels, buckets=cumulated, sum_value=meter.seconds)
        yield calls
        yield seconds


REGISTRY.register(_Meters())


def watch_in_flight(service: str, count: Callable[[], float]) -> None:
    """Read `rpc_in_flight` of `service` from `count` whenever it is asked for."""
    IN_FLIGHT.labels(service).set_function(count)


def watch_outbox_lag(service: str, seconds: Callable[[], float]) -> None:
    """Read `outbox_lag_seconds` of `service` from `seconds` whenever it is asked for."""
    OUTBOX_LAG.labels(service).set_function(seconds)


def render() -> bytes:
    """All metrics of this process in Prometheus' text format (`CONTENT_TYPE`)."""
    return generate_latest(REGISTRY)
