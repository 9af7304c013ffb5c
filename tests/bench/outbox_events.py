"""Events published a second: Nameko's dispatcher against the outbox's carrier, interleaved, medians.

    python -m tests.bench.outbox_events [events]

Both are durable and confirmed, one green process, into a queue that is bound for them. The carrier's figure
includes reading the rows from SQLite and noting them as sent; the dispatcher has no rows to read.
"""

from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 3
KINDS = ("dispatcher", "carrier")
DATA = {"flight": {f"field_{number}": "x" * 40 for number in range(22)}, "changes": []}


def measure(url: str, events: int) -> dict[str, float]:
    """Events a second, by kind: the median of three runs that took turns."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in KINDS:
            command = [sys.executable, "-W", "ignore", "-m", "tests.bench.outbox_events", "serve", kind, url]
            done = subprocess.run([*command, str(events)], capture_output=True, text=True, check=True)
            found[kind].append(float(json.loads(done.stdout)))
    return {kind: statistics.median(runs) for kind, runs in found.items()}


def serve(kind: str, url: str, events: int) -> float:
    """Publish `events` events once; events a second."""
    import eventlet

    eventlet.monkey_patch()
    import kombu.connection

    with kombu.connection.Connection(url) as connection:
        channel = connection.default_channel
        channel.exchange_declare("bench.events", "topic", durable=True, auto_delete=False)
        channel.queue_declare("bench_events", durable=True, auto_delete=False)
        channel.queue_bind("bench_events", "bench.events", "#")
        channel.queue_purge("bench_events")
    per_s = dispatch(url, events) if kind == "dispatcher" else carry(url, events)
    with kombu.connection.Connection(url) as connection:
        kept = connection.default_channel.queue_declare("bench_events", passive=True).message_count
    assert kept == events, f"{kept} of {events} arrived"
    return per_s


def dispatch(url: str, events: int) -> float:
    """As `nameko.events.EventDispatcher` publishes: a confirm for each."""
    from kombu.entity import Exchange
    from nameko.amqp.publish import Publisher

    exchange: Any = Exchange("bench.events", type="topic", durable=True)
    publisher = Publisher(url, exchange=exchange, serializer="json")
    publisher.publish(DATA, routing_key="warm")
    began_at = time.perf_counter()
    for _ in range(events - 1):
        publisher.publish(DATA, routing_key="changed")
    return (events - 1) / (time.perf_counter() - began_at)


def carry(url: str, events: int) -> float:
    """As the outbox relay does: saved before, then carried in groups."""
    from kernel import tables
    from kernel.db import Database, UnitOfWork
    from kernel.outbox import Event
    from kernel.wire.carrier import Carrier
    from kernel.wire.publish import GroupPublisher

    with tempfile.TemporaryDirectory(prefix="outbox-events-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        tables.create_all(database.engine)
        with UnitOfWork(database, lambda connection: connection).write() as tx:
            for version in range(1, events + 1):
                tx.outbox.add(Event("changed", "flight", version, DATA))
        carrier = Carrier("bench", database, GroupPublisher(url))
        began_at = time.perf_counter()
        while carrier.carry() == 0.0:
            pass
        elapsed_s = time.perf_counter() - began_at
        database.close()
    return events / elapsed_s


def main(events: int) -> None:
    from deploy.broker import PrivateBroker
    from tests.support.folders import temporary_folder

    with temporary_folder("airport-broker-") as folder, PrivateBroker(folder) as broker:
        found = measure(broker.url, events)
    for kind, per_s in found.items():
        print(f"{kind:<12}{per_s:>10,.0f}/s")
    print(f"{'ratio':<12}{found['carrier'] / found['dispatcher']:>10.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        print(serve(sys.argv[2], sys.argv[3], int(sys.argv[4])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
