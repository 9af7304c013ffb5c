"""How a service takes messages: one connection, one channel, and a door that lets nothing bad in.

`QueueConsumer` replaces Nameko's: it looks at each message before Nameko does, hands it over without a green
thread of its own while workers are free, comes back within seconds after the broker does, and keeps the
connection until the last worker has answered. `RpcConsumer` answers on the same channel.

Any provider may have, beside Nameko's `queue` and `handle_message(body, message)`:

    declare(channel)   called at every (re)connection before its queue is consumed from
    disconnected()     called when the connection is gone
    inline = True      its `handle_message` never blocks, and is called even when no worker is free
    bundles = True     it takes a `Bundle` for a body, too
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

import eventlet
from amqp import spec
from amqp.exceptions import PreconditionFailed
from kombu.connection import Connection
from nameko import messaging, rpc
from nameko.exceptions import ContainerBeingKilled

from kernel import ids, metrics
from kernel.wire import bundles, codec, queues, transport
from kernel.wire.errors import UnknownMethod, error_body
from kernel.wire.sending import WRITE_ERRORS, send_answer

log = logging.getLogger(__name__)

RECONNECT_FIRST_S: Final = 0.3
RECONNECT_MOST_S: Final = 2.0
CONNECT_TIMEOUT_S: Final = 3.0
IDLE_CHECK_S: Final = 0.5


class QueueConsumer(messaging.QueueConsumer):
    """The broker connection of one service."""

    channel: Any = None

    @property
    def connection(self) -> Connection:
        config = self.container.config
        return transport.connection(self.amqp_uri, config.get("HEARTBEAT", 10), CONNECT_TIMEOUT_S)

    @property
    def attached(self) -> bool:
        """Whether every consumer of this service is consuming."""
        channel = self.channel
        connected = channel is not None and channel.connection is not None
        return connected and self._consumers_ready.ready() and len(self._consumers) == len(self._providers)

    def run(self) -> None:
        """Consume until told to stop, over as many connections as it takes."""
        errors = self.connection_errors + self.channel_errors
        while not self.should_stop:
            try:
                for _ in self.consume(limit=None, safety_interval=IDLE_CHECK_S):
                    pass
            except messaging.QueueConsumerStopped:
                return
            except errors as exc:
                if self.should_stop:
                    return
                fields = {"service": self.container.service_name, "reason": type(exc).__name__}
                log.warning("the connection to the broker was lost", extra=fields)
                eventlet.sleep(ids.jitter(RECONNECT_FIRST_S))

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        """Connect, however long it takes, asking again after two seconds at most (fact 18).

        kombu's own interval grows to 30 s. When the connection broke it is dropped without a farewell:
        kombu would wait for the answer of a broker that may be frozen.
        """
        connection = self.create_connection()
        try:
            connection.ensure_connection(
                self.on_connection_error,
                interval_start=ids.jitter(RECONNECT_FIRST_S),
                interval_step=RECONNECT_FIRST_S,
                interval_max=RECONNECT_MOST_S,
            )
            metrics.CONNECTIONS.labels(self.container.service_name).inc()
            yield connection
        except BaseException:
            self._gone()
            connection.collect(socket_timeout=1)
            raise
        else:
            self._gone()
            connection.release()

    def _gone(self) -> None:
        self.channel = None
        self._consumers.clear()
        for provider in self._providers:
            notice = getattr(provider, "disconnected", None)
            if notice is not None:
                notice()

    def unregister_provider(self, provider: Any) -> None:
        """Stop consuming for `provider`; returns when the broker knows."""
        eventlet.spawn(self._nudge)
        super().unregister_provider(provider)

    def _nudge(self) -> None:
        # The consuming thread sees the wish to stop when it next comes back from its read. A question
        # that changes nothing brings it back at once; without it each step of a drain costs half a second.
        channel = self.channel
        if channel is not None and channel.connection is not None:
            with suppress(*WRITE_ERRORS):
                channel.send_method(spec.Basic.Qos, "lBb", (0, self.prefetch_count, False))

    def get_consumers(self, consumer_cls: Any, channel: Any) -> list[Any]:
        self.channel = channel
        for provider in self._providers:
            try:
                self._consumers[provider] = self._consumer_of(provider, consumer_cls, channel)
            except PreconditionFailed:
                # Tried again and again without success until somebody deletes the queue: the service
                # isn't ready, and says why (fact 13).
                fields = {"service": self.container.service_name, "queue": provider.queue.name}
                log.error("a queue exists with other arguments than its consumer states", extra=fields)
                raise
        return list(self._consumers.values())

    def _consumer_of(self, provider: Any, consumer_cls: Any, channel: Any) -> Any:
        declare = getattr(provider, "declare", None)
        if declare is not None:
            declare(channel)
        on_message = partial(self._on_message, provider)
        consumer = consumer_cls(queues=[provider.queue], on_message=on_message, accept=self.accept)
        consumer.qos(prefetch_count=self.prefetch_count)
        return consumer

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        if self.should_stop:
            # Being killed: Nameko would wait for the connection first, however long the broker is away.
            raise messaging.QueueConsumerStopped
        fields = {
            "service": self.container.service_name,
            "retry_in_s": interval,
            "reason": type(exc).__name__,
        }
        log.warning("the broker can't be reached", extra=fields)

    def on_iteration(self) -> None:
        self._cancel_consumers_if_requested()
        # Without a reply listener Nameko lets go of the connection here while handlers still run; their
        # messages are then delivered to another copy and worked on twice (fact 3).
        if not self._consumers and not self.container.busy:
            self.should_stop = True

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self.park(message, "undecodable")

    def park(self, message: Any, reason: str) -> None:
        """Put a message aside: its queue's dead-letter exchange brings it to the parking queue."""
        service = self.container.service_name
        metrics.PARKED.labels(service, reason).inc()
        log.error("message parked", extra={"service": service, "reason": reason})
        self._settle(message, message.reject)

    def _settle(self, message: Any, verb: Any) -> None:
        if message.channel.connection is None:
            return  # the broker has it back already
        try:
            verb()
        except WRITE_ERRORS:
            log.warning("a message could not be settled", exc_info=True)

    def _on_message(self, provider: Any, message: Any) -> None:
        bundled = message.content_type == bundles.CONTENT_TYPE and getattr(provider, "bundles", False)
        if message.content_type != codec.CONTENT_TYPE and not bundled:
            self.park(message, "content_type")
            return
        try:
            body = bundles.decode(message.body) if bundled else codec.decode(message.body)
        except ValueError:
            self.park(message, "undecodable")
            return
        if getattr(provider, "inline", False) or self.container.has_free_worker:
            self._deliver(provider, body, message)
        else:
            # Waits for a worker without keeping the connection from being read.
            self.container.spawn_managed_thread(partial(self._deliver, provider, body, message))

    def _deliver(self, provider: Any, body: Any, message: Any) -> None:
        try:
            provider.handle_message(body, message)
        except ContainerBeingKilled:
            self.requeue_message(message)
        except Exception:
            # A message that breaks its handler before a worker has it would end the consumer, come again
            # and end it again (fact 6).
            log.exception("a message broke its consumer", extra={"service": self.container.service_name})
            self.park(message, "broke_consumer")


class RpcConsumer(rpc.RpcConsumer):
    """Takes a service's calls and answers them on the channel they came by."""

    queue: Any

    queue_consumer = QueueConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._by_key: dict[str, Any] = {}

    def setup(self) -> None:
        if self.queue is None:
            kind = self.container.config.get("QUEUE_TYPE")
            self.queue = queues.rpc_queue(self.container.service_name, kind)
            self._parked = queues.parked_queue(self.container.service_name, kind)
            self._ping_key = f"{self.container.service_name}.ping"
            self.queue_consumer.register_provider(self)

    def declare(self, channel: Any) -> None:
        """The parking queue comes first: a rejected message must have a place to go."""
        self._parked(channel).declare()

    def register_provider(self, provider: Any) -> None:
        super().register_provider(provider)
        self._by_key[f"{self.container.service_name}.{provider.method_name}"] = provider

    def handle_message(self, body: Any, message: Any) -> None:
        if not message.properties.get("reply_to"):
            self.queue_consumer.park(message, "no_reply_to")
            return
        key = message.delivery_info["routing_key"]
        provider = self._by_key.get(key)
        if provider is not None:
            provider.handle_message(body, message)
        elif key == self._ping_key:
            self.answer(message, b'{"result":{"pong":true},"error":null}')
        else:
            self.answer(message, error_body(UnknownMethod(method=key)))

    def answer(self, message: Any, body: bytes) -> None:
        """Send the reply and acknowledge the call, on the call's own channel.

        No confirm: the caller has a deadline, and a repeat gets the stored answer. If the connection has
        gone in the meantime the broker gives the call to another copy, so there is nothing to send.
        """
        if message.channel.connection is None:
            return
        try:
            send_answer(message, body)
        except WRITE_ERRORS:
            log.warning("an answer could not be sent", extra={"service": self.container.service_name})

    def drop(self, message: Any) -> None:
        """Take a call out of the queue without an answer: nobody waits for it."""
        metrics.DROPPED_LATE.labels(self.container.service_name).inc()
        self.queue_consumer.ack_message(message)
