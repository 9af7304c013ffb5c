"""The test services in processes of their own, and what tests ask their databases and broker."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
import sqlalchemy
from pika.exceptions import AMQPError
from sqlalchemy import text

from deploy.broker import Broker
from kernel import ids, tables
from kernel.db import Database
from kernel.wire import queues

ROOT = Path(__file__).parents[3]
PATIENCE_S = 20.0
SERVICES = ("counter", "ledger", "naive")
_HANDLER = queues.event_queue_name("counter", "sold", "ledger")
LEFT_BEHIND = (
    *(_HANDLER, *(f"{_HANDLER}.retry.{tier}" for tier in queues.RETRY_TIERS)),
    *(queues.rpc_queue_name(name) for name in SERVICES),
    *(queues.parked_queue_name(name) for name in SERVICES),
    *(f"evt-counter-asked--naive.{method}" for method in ("forget", "insist")),
    *("sold", "another", "there", "limited"),
)


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """The first true value of `condition`; fails when there is none in time."""
    expires_at = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < expires_at, "it did not happen in time"
        time.sleep(0.02)


class Running:
    """A process of test services."""

    def __init__(self, names: tuple[str, ...], environ: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.messaging.events.services", *names],
                cwd=ROOT,
                env=environ,
                stdout=output,
                stderr=output,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.log
            return '"ready"' in self.log

        eventually(ready)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)


class Suite:
    """Test services on one broker and one folder of databases (or one database for all)."""

    def __init__(self, folder: Path, amqp_url: str, database_url: str | None) -> None:
        self.folder = folder
        self.amqp_url = amqp_url
        self.database_url = database_url or f"sqlite:///{folder}/{{service}}.sqlite3"
        self._running: list[Running] = []
        self._databases: dict[str, Database] = {}

    def start(self, *names: str, amqp_url: str | None = None, **environ: str) -> Running:
        for name in names:
            self.database(name)
        settings = {
            "AMQP_URL": amqp_url or self.amqp_url,
            "DATABASE_URL": self.database_url,
            "EVENT_RETRY_S": "0.05,0.1,0.15",
            "PYTHONWARNINGS": "ignore",
        }
        log = self.folder / f"{'-'.join(names)}-{len(self._running)}.log"
        running = Running(names, os.environ | settings | environ, log)
        self._running.append(running)
        running.wait_ready()
        return running

    def database(self, name: str) -> Database:
        if name not in self._databases:
            database = Database(self.database_url.replace("{service}", name))
            tables.create_all(database.engine)
            with database.writing() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS effects (key TEXT NOT NULL)"))
            self._databases[name] = database
        return self._databases[name]

    def count(self, name: str, key: str) -> int:
        """How many effects with this key the service has had."""
        with self.database(name).reading() as connection:
            found = connection.execute(text("SELECT count(*) FROM effects WHERE key = :key"), {"key": key})
            return int(found.scalar_one())

    def unsent(self, name: str) -> int:
        with self.database(name).reading() as connection:
            query = sqlalchemy.select(sqlalchemy.func.count()).where(tables.OUTBOX.c.sent_at.is_(None))
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        for running in self._running:
            running.kill()
        for database in self._databases.values():
            database.close()


class Wire:
    """A plain client on the broker, as any program could be."""

    def __init__(self, url: str) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self._connection.channel()
        self._replies = self.channel.queue_declare("", exclusive=True).method.queue
        self._reply_key = ids.new_id()

    def bind_replies(self) -> None:
        self.channel.queue_bind(self._replies, "nameko-rpc", self._reply_key)

    def call(self, service: str, method: str, request: dict[str, Any]) -> None:
        """Send a call without waiting for its answer."""
        self.bind_replies()
        self.channel.basic_publish(
            "nameko-rpc",
            f"{service}.{method}",
            json.dumps({"args": [], "kwargs": {"request": request}}).encode(),
            pika.BasicProperties(
                content_type="application/json",
                content_encoding="utf-8",
                reply_to=self._reply_key,
                correlation_id=ids.new_id(),
                headers={"nameko.deadline_ms": 60_000},
            ),
        )

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        body = eventually(lambda: self.channel.basic_get(self._replies, auto_ack=True)[2])
        answer: dict[str, Any] = json.loads(body)
        return answer

    def publish(
        self,
        exchange: str,
        key: str,
        body: bytes,
        content_type: str | None = "application/json",
        message_id: str | None = None,
    ) -> None:
        properties = pika.BasicProperties(
            content_type=content_type, content_encoding="utf-8", delivery_mode=2, message_id=message_id
        )
        self.channel.basic_publish(exchange, key, body, properties)

    def take(self, queue: str) -> tuple[pika.BasicProperties, bytes] | None:
        """One message out of the queue, or None."""
        method, properties, body = self.channel.basic_get(queue, auto_ack=True)
        return None if method is None else (properties, body)

    def depth(self, queue: str) -> int:
        return int(self.channel.queue_declare(queue, passive=True).method.message_count)

    def close(self) -> None:
        """A test may have ended the broker in the meantime."""
        with contextlib.suppress(AMQPError):
            self._connection.close()


@pytest.fixture(scope="session")
def shared_vhost_url(broker: Broker) -> str:
    """One virtual host for all tests of this folder: making one takes longer than most tests."""
    return broker.add_vhost(f"events-{ids.new_id()}")


@pytest.fixture
def vhost_url(shared_vhost_url: str) -> Iterator[str]:
    """The shared virtual host, without what the test before left behind."""
    yield shared_vhost_url
    with pika.BlockingConnection(pika.URLParameters(shared_vhost_url)) as connection:
        channel = connection.channel()
        for queue in LEFT_BEHIND:
            channel.queue_delete(queue)
        channel.exchange_delete("counter.events")


@pytest.fixture
def suite(tmp_path: Path, vhost_url: str) -> Iterator[Suite]:
    """Test services on SQLite."""
    suite = Suite(tmp_path, vhost_url, None)
    yield suite
    suite.close()


@pytest.fixture
def wire(vhost_url: str) -> Iterator[Wire]:
    """A client of this test's virtual host."""
    wire = Wire(vhost_url)
    yield wire
    wire.close()


def envelope(**data: Any) -> bytes:
    """A `sold` event as the counter would publish it."""
    event = {
        "id": ids.new_id(),
        "name": "sold",
        "schema": 1,
        "aggregate": "a",
        "aggregate_version": 1,
        "at": "2026-11-23T08:00:00Z",
        "data": data,
    }
    return json.dumps(event).encode()
