"""One connection to RabbitMQ that comes back by itself: pika on the running event loop.

Two channels: calls and their replies on one, events on the other, so that a closed event channel or a
flood of events doesn't take the replies with it. Queues are exclusive: they die with the connection and
are declared anew with the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from gateway.rpc.topology import (
    BUNDLE,
    EVENT_QUEUE_ARGUMENTS,
    REPLY_QUEUE_ARGUMENTS,
    RPC_EXCHANGE,
    event_exchange,
)
from kernel.ids import jitter, new_id

log = logging.getLogger(__name__)

BACKOFF_S: Final = (0.1, 0.3, 0.7, 1.5, 2.0)
_SOCKET_TIMEOUT_S: Final = 3.0
_STACK_TIMEOUT_S: Final = 5.0

ReplyCallback = Callable[[str, bytes], None]
EventCallback = Callable[[bytes], None]


class _JoiningConnection(AsyncioConnection):
    """pika writes each frame with a system call of its own, three to a call; this adapter joins what one
    turn of the loop produced into one write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._joined: list[bytes] = []
        super().__init__(*args, **kwargs)

    def _adapter_emit_data(self, data: bytes) -> None:
        self._joined.append(data)
        if len(self._joined) == 1:
            asyncio.get_running_loop().call_soon(self._emit_joined)

    def _emit_joined(self) -> None:
        data, self._joined = b"".join(self._joined), []
        # The connection may have gone within this turn.
        if self._transport is not None:
            super()._adapter_emit_data(data)


class Connection:
    """Connects, declares, consumes; tells its listeners when it is up and when it goes."""

    def __init__(self, amqp_url: str) -> None:
        parameters = pika.URLParameters(amqp_url)
        parameters.heartbeat = 10
        parameters.blocked_connection_timeout = 5
        parameters.connection_attempts = 1
        parameters.socket_timeout = _SOCKET_TIMEOUT_S
        parameters.stack_timeout = _STACK_TIMEOUT_S
        parameters.client_properties = {"connection_name": "gateway"}
        self._parameters = parameters
        self._connection: Any = None
        self._calls: Any = None
        self._events: dict[tuple[str, str], list[EventCallback]] = {}
        self._on_state: list[Callable[[bool], None]] = []
        self._attempt = 0
        self._pending = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = True
        self._closed = asyncio.Event()
        self.up = asyncio.Event()
        self.reply_key = ""
        self.on_reply: ReplyCallback = lambda correlation_id, body: None
        self.on_return: Callable[[str], None] = lambda correlation_id: None

    # --- what the client does ------------------------------------------------------------------------

    def on_event(self, publisher: str, event_name: str, callback: EventCallback) -> None:
        """Every event of that name comes to `callback`, to this process as to every other."""
        self._events.setdefault((publisher, event_name), []).append(callback)

    def on_state(self, callback: Callable[[bool], None]) -> None:
        """callback(True) when calls and events flow, callback(False) when they no longer do."""
        self._on_state.append(callback)

    def start(self) -> None:
        """Begin to connect; returns at once, whether or not there is a broker."""
        self._stopped = False
        self._open()

    async def stop(self) -> None:
        """Close, and wait until it is closed, two seconds at most."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._connection is None:
            return
        if not (self._connection.is_closed or self._connection.is_closing):
            self._connection.close()
        try:
            await asyncio.wait_for(self._closed.wait(), 2.0)
        except TimeoutError:
            log.warning("the broker did not confirm the end of the connection")

    def publish(self, routing_key: str, body: bytes, properties: pika.BasicProperties) -> None:
        """Publish a call, mandatory. Raises ConnectionError or pika's AMQPError when there is no way out."""
        if self._calls is None:
            raise ConnectionError("not connected")
        self._calls.basic_publish(RPC_EXCHANGE, routing_key, body, properties, mandatory=True)

    def break_off(self) -> None:
        """Give this connection up and make another."""
        connection = self._connection
        if connection is not None and not (connection.is_closed or connection.is_closing):
            connection.close()

    # --- opening, step by step ---------------------------------------------------------------------------

    def _open(self) -> None:
        self._timer = None
        self._closed.clear()
        self._connection = _JoiningConnection(
            self._parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._gone,
            on_close_callback=self._gone,
            custom_ioloop=asyncio.get_running_loop(),
        )

    def _opened(self, connection: Any) -> None:
        # One confirmation is awaited for the replies and one for each event queue.
        self._pending = 1 + len(self._events)
        self.reply_key = new_id()
        connection.channel(on_open_callback=self._calls_opened)
        if self._events:
            connection.channel(on_open_callback=self._events_opened)

    def _calls_opened(self, channel: Any) -> None:
        self._calls = channel
        self._watch(channel)
        channel.add_on_return_callback(
            lambda _channel, _method, properties, _body: self.on_return(properties.correlation_id)
        )
        queue = f"rpc.reply-gateway-{self.reply_key}"
        channel.exchange_declare(RPC_EXCHANGE, "topic", durable=True)
        channel.queue_declare(queue, exclusive=True, auto_delete=True, arguments=REPLY_QUEUE_ARGUMENTS)
        channel.queue_bind(queue, RPC_EXCHANGE, routing_key=self.reply_key)
        channel.basic_consume(
            queue,
            lambda _channel, _method, properties, body: self.on_reply(properties.correlation_id, body),
            auto_ack=True,
            exclusive=True,
            callback=self._one_step_done,
        )

    def _events_opened(self, channel: Any) -> None:
        self._watch(channel)
        loop = asyncio.get_running_loop()
        for (publisher, event_name), callbacks in self._events.items():
            exchange = event_exchange(publisher)
            queue = f"evt.{publisher}.{event_name}.gateway-{self.reply_key}"
            channel.exchange_declare(exchange, "topic", durable=True)
            channel.queue_declare(queue, exclusive=True, auto_delete=True, arguments=EVENT_QUEUE_ARGUMENTS)
            channel.queue_bind(queue, exchange, routing_key=event_name)
            channel.basic_consume(
                queue,
                # Through the loop: what a listener gets wrong must not reach pika's own state.
                lambda _channel, _method, properties, body, callbacks=callbacks: [
                    loop.call_soon(callback, event)
                    for event in _events_in(properties, body)
                    for callback in callbacks
                ],
                auto_ack=True,
                exclusive=True,
                callback=self._one_step_done,
            )

    def _one_step_done(self, _frame: Any) -> None:
        self._pending -= 1
        if self._pending == 0:
            self._attempt = 0
            log.info("connected to the broker")
            self.up.set()
            self._tell(True)

    def _watch(self, channel: Any) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_cancel_callback(lambda _frame: self.break_off())

    def _channel_closed(self, channel: Any, reason: Any) -> None:
        if not self._connection.is_closed and not self._connection.is_closing:
            log.warning("the broker closed channel %s: %s", channel.channel_number, reason)
            self.break_off()

    # --- losing it -----------------------------------------------------------------------------------------

    def _gone(self, connection: Any, reason: Any) -> None:
        if connection is not self._connection:
            return
        was_up = self.up.is_set()
        self.up.clear()
        self._calls = None
        self._closed.set()
        if was_up:
            self._tell(False)
        if self._stopped:
            return
        wait_s = jitter(BACKOFF_S[min(self._attempt, len(BACKOFF_S) - 1)])
        # The first failure and then only now and then: a broker may be away for hours.
        if was_up or self._attempt % 30 == 0:
            log.warning("no connection to the broker: %s; trying again", type(reason).__name__)
        self._attempt += 1
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._open)

    def _tell(self, up: bool) -> None:
        for callback in self._on_state:
            callback(up)


def _events_in(properties: pika.BasicProperties, body: bytes) -> list[bytes]:
    return body.split(b"\n") if properties.content_type == BUNDLE else [body]
