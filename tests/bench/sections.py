"""The parts of `make bench` as sections of its table."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from deploy.broker import PrivateBroker
from deploy.ports import free_port
from tests.bench import edge, ingest_flights, outbox_events, rpc_adapters, search_flights
from tests.bench.report import Row, Section, at_least
from tests.support.folders import temporary_folder
from tests.support.local_run import LocalRun

EVENTS = 10_000
LEGS = 500


def at_the_edge(seconds: float) -> Section:
    """Reads from the gateway's memory against a bare hello on the same server."""
    found = edge.measure(seconds)
    hello = found.pop("hello").per_s
    rows = []
    for name, figures in found.items():
        goal = edge.GOALS.get(name)
        if goal is None:
            rows.append(Row(name, f"{figures.per_s:,.0f}/s", f"{hello:,.0f}/s", figures.per_s / hello))
        else:
            rows.append(at_least(name, figures.per_s, hello, goal))
    about = (
        "Boards and flights from the gateway's memory, 32 connections, against a bare ASGI hello on Granian."
    )
    return Section("Reads at the edge", about, rows)


def a_services_messages(seconds: float) -> Section:
    """Calls and events of one service process, ours against Nameko's own."""
    with temporary_folder("airport-bench-") as folder, PrivateBroker(folder) as broker:
        calls = rpc_adapters.measure(broker.url, seconds, 32)
        events = outbox_events.measure(broker.url, EVENTS)
    rows = [
        at_least("calls answered by one process, 32 in flight", calls["ours"].per_s, calls["stock"].per_s, 3),
        at_least("events published, durable and confirmed", events["carrier"], events["dispatcher"], 6),
    ]
    about = "kernel/wire against Nameko's own classes, a raw generator on the other side. Each second."
    return Section("Messages of a service", about, rows)


def the_use_case_alone() -> Section:
    """Updates taken in without broker and gateway."""
    goals = {"SQLite": 2000, "PostgreSQL": 3000}
    rows = []
    for database, figures in ingest_flights.both(LEGS).items():
        for order, per_s in figures.items():
            goal = goals[database] if order == "in order" else None
            rows.append(
                Row(
                    f"batches of 100 into {database}, {order}",
                    f"{per_s:,.0f} updates/s",
                    goal=f"≥ {goal:,}" if goal else "",
                    met=per_s >= goal if goal else None,
                )
            )
    about = (
        "`report_updates` called directly: validation, rules, history and outbox in one transaction a batch."
    )
    return Section("Taking updates in", about, rows)


def search() -> Section:
    """What a search costs among few and many flights."""
    costs = search_flights.on_sqlite()
    small, middle, large = (costs[size] for size in search_flights.SIZES)
    rows = []
    for number, asked in enumerate(search_flights.ASKED):
        ratio = large[number] / small[number]
        words = ", ".join(f"{name} {value}" for name, value in asked.items())
        against = f"{small[number]:,.0f} µs among 10,000; {middle[number]:,.0f} µs among 100,000"
        rows.append(Row(words, f"{large[number]:,.0f} µs", against, ratio, "≤ 1.3", ratio <= 1.3))
    about = "The use case with its query among 336,776 flights on SQLite, one caller; median of 200."
    return Section("Search", about, rows)


def start() -> Section:
    """`make run` on a machine where everything is installed: first start of a folder, then a warm one."""
    rows = []
    with temporary_folder("airport-bench-") as folder:
        for name, goal in (("first start of an empty folder", None), ("warm start", 15.0)):
            begun = time.perf_counter()
            run = LocalRun(Path(folder), free_port()).wait_open()
            seconds = time.perf_counter() - begun
            begun = time.perf_counter()
            run.process.send_signal(signal.SIGTERM)
            run.wait_end()
            stop_s = time.perf_counter() - begun
            met = seconds <= goal if goal else None
            rows.append(
                Row(
                    f"{name}, until everything answers",
                    f"{seconds:.1f} s (stopped in {stop_s:.1f} s)",
                    goal=f"≤ {goal:g} s" if goal else "",
                    met=met,
                )
            )
    return Section("Start", "`make run` with its dependencies installed, broker and demo included.", rows)
