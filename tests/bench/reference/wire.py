"""As little AMQP 0-9-1 as an echo needs, on asyncio, with pika's codec: the broker's own limit, no client's work."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable
from typing import cast
from urllib.parse import unquote, urlsplit

from pika import frame, spec

Handler = Callable[[spec.BasicProperties, bytes], None]


class RawChannel(asyncio.Protocol):
    """One connection, one channel, one consumer without acknowledgement."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.user, self.password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self.vhost = unquote(parts.path[1:]) or "/"
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 5672
        self.buffer = b""
        self.waiting: asyncio.Future[object] | None = None
        self.on_message: Handler = lambda properties, body: None
        self.properties = spec.BasicProperties()
        self.body = b""
        self.left = 0

    @classmethod
    async def open(cls, url: str) -> RawChannel:
        self = cls(url)
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_connection(lambda: self, self.host, self.port)
        self.waiting = loop.create_future()
        self.transport.write(b"AMQP\x00\x00\x09\x01")
        await self.waiting
        response = f"\0{self.user}\0{self.password}"
        await self.call(spec.Connection.StartOk({}, "PLAIN", response, "en_US"), 0)
        self.send(spec.Connection.TuneOk(2047, 131072, 0), 0)
        await self.call(spec.Connection.Open(self.vhost, insist=True), 0)
        await self.call(spec.Channel.Open())
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, method: object, channel: int = 1) -> None:
        self.transport.write(frame.Method(channel, method).marshal())

    async def call(self, method: object, channel: int = 1) -> object:
        self.waiting = asyncio.get_running_loop().create_future()
        self.send(method, channel)
        return await self.waiting

    def publish(self, routing_key: str, properties: spec.BasicProperties, body: bytes) -> None:
        method = spec.Basic.Publish(exchange="", routing_key=routing_key)
        self.transport.write(
            frame.Method(1, method).marshal()
            + frame.Header(1, len(body), properties).marshal()
            + frame.Body(1, body).marshal()
        )

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data
        at = 0
        while len(data) - at >= 7:
            size = struct.unpack_from(">I", data, at + 3)[0]
            if len(data) - at < size + 8:
                break
            _, decoded = frame.decode_frame(data[at : at + size + 8])
            at += size + 8
            self.take(decoded)
        self.buffer = data[at:]

    def take(self, item: object) -> None:
        if isinstance(item, frame.Header):
            self.properties, self.left, self.body = item.properties, item.body_size, b""
        elif isinstance(item, frame.Body):
            self.body += item.fragment
            self.left -= len(item.fragment)
            if self.left == 0:
                self.on_message(self.properties, self.body)
        elif (
            isinstance(item, frame.Method)
            and not isinstance(item.method, spec.Basic.Deliver)
            and self.waiting
            and not self.waiting.done()
        ):
            self.waiting.set_result(item.method)


async def echo(url: str, queue: str) -> None:
    """Answer every message of `queue` with its own body, for ever."""
    channel = await RawChannel.open(url)
    await channel.call(spec.Queue.Declare(queue=queue, exclusive=True, auto_delete=True))

    def answer(properties: spec.BasicProperties, body: bytes) -> None:
        reply = spec.BasicProperties(correlation_id=properties.correlation_id)
        channel.publish(properties.reply_to, reply, body)

    channel.on_message = answer
    await channel.call(spec.Basic.Consume(queue=queue, no_ack=True))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(echo(os.environ["AMQP_URL"], "bench-echo"))
