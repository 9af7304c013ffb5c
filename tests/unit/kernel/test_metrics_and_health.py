"""The operator's door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel import health, ids, metrics


def ask(application: Callable[..., Any], path: str) -> tuple[str, bytes]:
    answered = []
    body = b"".join(application({"PATH_INFO": path}, lambda status, headers: answered.append(status)))
    return answered[0], body


def test_ready_is_what_the_checks_say() -> None:
    missing = ["flights"]
    checks = health.Checks(ready=lambda: list(missing))
    application = health.application(checks)
    assert ask(application, "/readyz") == (
        "503 Service Unavailable",
        b'{"status":"not ready","missing":["flights"]}',
    )
    assert ask(application, "/healthz")[0] == "200 OK"
    missing.clear()
    checks = health.Checks(ready=lambda: list(missing))
    assert ask(health.application(checks), "/readyz") == ("200 OK", b'{"status":"ready"}')
    assert ask(application, "/elsewhere")[0] == "404 Not Found"


def test_readiness_is_asked_for_a_few_times_a_second_however_often_the_operator_asks() -> None:
    calls: list[int] = []

    def ready() -> list[str]:
        calls.append(1)
        return []

    application = health.application(health.Checks(ready))
    for _ in range(100):
        ask(application, "/readyz")
    assert len(calls) < 10


def test_calls_are_counted_by_how_they_ended() -> None:
    service = ids.new_id()
    meter = metrics.CallMeter(service, "sell")
    for outcome in ("ok", "ok", "conflict"):
        meter.ended(outcome, 0.02)
    metrics.watch_in_flight(service, lambda: 7)
    metrics.watch_outbox_lag(service, lambda: 1.5)
    text = ask(health.application(health.Checks(list)), "/metrics")[1].decode()
    for line in (
        f'rpc_calls_total{{method="sell",outcome="ok",service="{service}"}} 2.0',
        f'rpc_calls_total{{method="sell",outcome="conflict",service="{service}"}} 1.0',
        f'rpc_call_seconds_bucket{{le="0.025",method="sell",service="{service}"}} 3.0',
        f'rpc_call_seconds_bucket{{le="0.01",method="sell",service="{service}"}} 0.0',
        f'rpc_in_flight{{service="{service}"}} 7.0',
        f'outbox_lag_seconds{{service="{service}"}} 1.5',
    ):
        assert line in text
    assert "_created" not in text
