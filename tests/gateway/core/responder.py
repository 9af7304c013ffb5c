"""A service as the wire shows it: takes calls from its queue and answers them, or doesn't, as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pika
from pika.adapters.asyncio_connection import AsyncioConnection

Answer = Callable[[str, dict[str, Any]], Awaitable[bytes | None]]


class Responder:
    """answer(method, kwargs' request) → the reply's body, or None to stay silent.

    `seen` keeps (method, request, properties) of every call.
    """

    def __init__(self, url: str, service: str, answer: Answer) -> None:
        self._url, self._service, self._answer = url, service, answer
        self.seen: list[tuple[str, dict[str, Any], Any]] = []
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Responder:
        self._connection = AsyncioConnection(
            pika.URLParameters(self._url), on_open_callback=self._opened, on_close_callback=lambda *_: None
        )
        await asyncio.wait_for(self._ready.wait(), 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        if not self._connection.is_closed:
            self._connection.close()
        while not self._connection.is_closed:
            await asyncio.sleep(0.01)

    def publish_event(self, event_name: str, body: bytes, content_type: str = "application/json") -> None:
        properties = pika.BasicProperties(content_type=content_type)
        self._channel.basic_publish(f"{self._service}.events", event_name, body, properties)

    def _opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: Any) -> None:
        self._channel = channel
        queue = f"rpc-{self._service}"
        channel.exchange_declare("nameko-rpc", "topic", durable=True)
        channel.exchange_declare(f"{self._service}.events", "topic", durable=True)
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, "nameko-rpc", f"{self._service}.*")
        channel.basic_consume(queue, self._called, auto_ack=True, callback=lambda _frame: self._ready.set())

    def _called(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        request = orjson.loads(body)["kwargs"]["request"]
        name = method.routing_key.partition(".")[2]
        self.seen.append((name, request, properties))
        task = asyncio.ensure_future(self._reply(name, request, properties))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, name: str, request: dict[str, Any], properties: Any) -> None:
        body = await self._answer(name, request)
        if body is not None:
            answered = pika.BasicProperties(correlation_id=properties.correlation_id)
            self._channel.basic_publish("nameko-rpc", properties.reply_to, body, answered)


def result(value: Any) -> bytes:
    """A reply as our services write it."""
    return b'{"result":' + orjson.dumps(value) + b',"error":null}'


def refusal(code: str, kind: str, data: dict[str, Any]) -> bytes:
    """An error as our services write it."""
    text = orjson.dumps({"code": code, "kind": kind, "data": data}).decode()
    error = {
        "exc_type": "ServiceError",
        "exc_path": "kernel.errors.ServiceError",
        "exc_args": [text],
        "value": text,
    }
    return orjson.dumps({"result": None, "error": error})
