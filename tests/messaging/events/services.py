"""Two small services for the tests, run as `python -m tests.messaging.events.services NAME…`.

The counter sells numbers and publishes `sold`; the ledger writes down what was sold. What the ledger's
handler does is said in the event, so that a test needs no switch in the service. `naive` is Nameko as it
comes: the control of what the kernel adds.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

import sys
from typing import Any

from nameko.events import event_handler
from nameko.extensions import DependencyProvider
from sqlalchemy import Connection, text

from kernel import log
from kernel.config import load
from kernel.inbox import answer_once
from kernel.outbox import Event
from kernel.wire import OutboxRelay, Replies, Storage, handle_event, rpc
from kernel.wire.runner import ServiceRunner
from kernel.wire.settings import WireSettings


class Rows:
    """Rows of the table `effects`: what was done, by which key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: str) -> None:
        self._connection.execute(text("INSERT INTO effects (key) VALUES (:key)"), {"key": key})

    def count(self, key: str) -> int:
        query = text("SELECT count(*) FROM effects WHERE key = :key")
        return self._connection.execute(query, {"key": key}).scalar_one()


class CounterService:
    name = "counter"
    replies = Replies()
    storage: Any = Storage(Rows)
    relay = OutboxRelay()

    @rpc()
    def sell(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sell once per request_id: {"request_id", "key", "work_s", "events": [data…]}."""

        def work(tx: Any) -> dict[str, Any]:
            tx.store.add(request["key"])
            for version, data in enumerate(request.get("events", []), start=1):
                tx.outbox.add(Event("sold", data.get("aggregate", request["key"]), version, data))
            return {"sold": request["key"]}

        note(self.storage, f"attempt {request['key']}")
        eventlet.sleep(request.get("work_s", 0))
        return answer_once(self.storage, request["request_id"], "sell", request, work)

    @rpc()
    def sell_naively(self, request: dict[str, Any]) -> dict[str, Any]:
        """The control: the same without an inbox."""
        eventlet.sleep(request.get("work_s", 0))
        note(self.storage, request["key"])
        return {"sold": request["key"]}


class Door(DependencyProvider):
    """What `glance` asks; the event's data says what it answers."""

    def get_dependency(self, worker_ctx: Any) -> Door:
        return self

    def concerns(self, event: dict[str, Any]) -> bool:
        glance = event["data"].get("glance", "worth a worker")
        if glance == "stumbles":
            raise ValueError("as the test wants")
        return bool(glance != "nobody's business")

    def concerning(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [event for event in events if self.concerns(event)]


class LedgerService:
    name = "ledger"
    replies = Replies()
    storage: Any = Storage(Rows)
    door = Door()

    @handle_event("counter", "sold", glance="door")
    def on_sold(self, event: dict[str, Any]) -> None:
        """Fail as often as the event's data says in `failures`, then write it down once."""
        data = event["data"]
        attempt = f"attempt {data['key']}"
        note(self.storage, attempt)
        eventlet.sleep(data.get("work_s", 0))
        with self.storage.read() as tx:
            if tx.store.count(attempt) <= data.get("failures", 0):
                raise ValueError("as the test wants")
        with self.storage.write() as tx:
            if tx.inbox.first_time(event["id"]):
                tx.store.add(data["key"])


class NaiveService:
    """Handlers as Nameko gives them; always failing."""

    name = "naive"
    replies = Replies()
    storage: Any = Storage(Rows)

    @event_handler("counter", "asked")
    def forget(self, event: Any) -> None:
        note(self.storage, "forgotten")
        raise ValueError("as the test wants")

    @event_handler("counter", "asked", requeue_on_error=True)
    def insist(self, event: Any) -> None:
        note(self.storage, "insisted")
        raise ValueError("as the test wants")


def note(storage: Any, key: str) -> None:
    with storage.write() as tx:
        tx.store.add(key)


def main(names: list[str]) -> int:
    log.configure("services")
    classes = {each.name: each for each in (CounterService, LedgerService, NaiveService)}
    return ServiceRunner([classes[name] for name in names], load(WireSettings)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
