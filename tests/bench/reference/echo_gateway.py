"""Bare ASGI in front of a raw broker echo: what HTTP → RabbitMQ → back costs with no work at either end."""

from __future__ import annotations

import asyncio
import os
from itertools import count
from typing import Any

from pika import spec

from tests.bench.reference.wire import RawChannel

BODY = b"x" * int(os.environ.get("BENCH_BODY_BYTES", "2000"))
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


class Client:
    def __init__(self, channel: RawChannel, reply_to: str) -> None:
        self.channel, self.reply_to = channel, reply_to
        self.waiting: dict[str, asyncio.Future[bytes]] = {}
        self.numbers = count()
        channel.on_message = self.answer

    @classmethod
    async def open(cls) -> Client:
        channel = await RawChannel.open(os.environ["AMQP_URL"])
        declared: Any = await channel.call(spec.Queue.Declare(queue="", exclusive=True, auto_delete=True))
        self = cls(channel, declared.queue)
        await channel.call(spec.Basic.Consume(queue=declared.queue, no_ack=True))
        return self

    def answer(self, properties: spec.BasicProperties, body: bytes) -> None:
        self.waiting.pop(properties.correlation_id).set_result(body)

    async def call(self, body: bytes) -> bytes:
        number = str(next(self.numbers))
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.waiting[number] = future
        properties = spec.BasicProperties(correlation_id=number, reply_to=self.reply_to)
        self.channel.publish("bench-echo", properties, body)
        return await future


opening: asyncio.Task[Client] | None = None


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    global opening
    if scope["type"] != "http":
        return
    if opening is None:
        opening = asyncio.ensure_future(Client.open())
    client = await opening
    body = await client.call(BODY)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": body})
