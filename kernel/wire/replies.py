"""Calls from one service to another, bounded in every direction.

A call leaves on the connection that its answer comes back by: no pool to wait for, no confirm to wait for
(the answer is the confirmation), nothing sent twice. Its deadline travels with it, is its time to live in
the queue, and ends the wait.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import amqp
from eventlet import Timeout
from eventlet.event import Event
from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider, SharedExtension

from kernel import clock, context, ids, metrics
from kernel.db import refuse_in_write_unit
from kernel.errors import DeadlineExceeded, RemoteError, ServiceError, Unavailable
from kernel.wire import codec, queues
from kernel.wire.consumer import QueueConsumer
from kernel.wire.context import expiration_of, headers_for
from kernel.wire.errors import UnknownService, read_error
from kernel.wire.sending import WRITE_ERRORS, send_call

log = logging.getLogger(__name__)

NESTED_CALL_S: Final = 2.0
"""The longest a service waits for another (messaging: gateway 4 s → service 3 s → nested call 2 s)."""


class ReplyListener(SharedExtension):
    """The answers to one service's calls: a queue of the connection's own, new with every connection.

    Its queue dies with the connection, so whoever waits is told at once instead of at the deadline.
    """

    queue_consumer = QueueConsumer()
    inline = True

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Event] = {}
        self.queue: Any = None

    def setup(self) -> None:
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)
        super().stop()

    def declare(self, channel: Any) -> None:
        # A new name each time: the broker may hold the old connection's exclusive queue until it notices
        # that the connection is dead.
        self.key = ids.new_id()
        self.queue = queues.reply_queue(self.container.service_name, self.key)
        channel.events["basic_return"].add(self._returned)

    def disconnected(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for event in waiting.values():
            event.send(Unavailable(part="broker", retry_after_s=1))

    def handle_message(self, body: Any, message: Any) -> None:
        self.queue_consumer.ack_message(message)
        self._settle(message.properties.get("correlation_id"), body)

    def _returned(self, exc: Any, exchange: str, routing_key: str, message: amqp.Message) -> None:
        service = routing_key.partition(".")[0]
        self._settle(message.properties.get("correlation_id"), UnknownService(service=service))

    def _settle(self, correlation_id: str | None, answer: Any) -> None:
        event = self._waiting.pop(correlation_id or "", None)
        if event is not None:
            event.send(answer)

    def call(self, service: str, method: str, request: dict[str, Any], seconds: float) -> Any:
        """The method's result, within `seconds` in all. Raises RemoteError, Unavailable, DeadlineExceeded."""
        limit = Timeout(seconds)
        correlation_id = ids.new_id()
        event = Event()
        try:
            channel = self.queue_consumer.channel
            if channel is None or channel.connection is None or self.queue is None:
                raise Unavailable(part="broker", retry_after_s=1)
            self._waiting[correlation_id] = event
            send_call(channel, f"{service}.{method}", self._message(request, correlation_id, seconds))
            answer = event.wait()
        except Timeout as exc:
            if exc is not limit:
                raise
            raise DeadlineExceeded(part=service) from exc
        except WRITE_ERRORS as exc:
            raise Unavailable(part="broker", retry_after_s=1) from exc
        finally:
            limit.cancel()
            self._waiting.pop(correlation_id, None)
        return _result(answer)

    def _message(self, request: dict[str, Any], correlation_id: str, seconds: float) -> amqp.Message:
        return amqp.Message(
            codec.encode({"args": [], "kwargs": {"request": request}}),
            content_type=codec.CONTENT_TYPE,
            content_encoding=codec.CONTENT_ENCODING,
            delivery_mode=1,
            reply_to=self.key,
            correlation_id=correlation_id,
            expiration=expiration_of(seconds),
            application_headers=headers_for(context.current(), seconds),
        )


def _result(answer: Any) -> Any:
    if isinstance(answer, ServiceError):
        raise answer
    if not isinstance(answer, dict):
        raise RemoteError.from_document({"code": "wire.bad_answer"})
    if answer.get("error") is not None:
        raise read_error(answer["error"])
    return answer.get("result")


class Caller:
    """What a service's methods see of `Replies`."""

    def __init__(self, listener: ReplyListener) -> None:
        self._listener = listener

    def call(
        self, service: str, method: str, request: dict[str, Any], deadline_s: float = NESTED_CALL_S
    ) -> Any:
        """Call another service and return its result.

        The wait is the least of `deadline_s`, two seconds, and what is left of the call under way. The call
        is sent once; who wants to repeat it does so with the same request_id. Raises RemoteError (its code
        and kind as the other service said), Unavailable, DeadlineExceeded; RuntimeError in a write unit.
        """
        refuse_in_write_unit(f"a call of {service}")
        remaining_s = context.current().remaining_s()
        seconds = min(deadline_s, NESTED_CALL_S, NESTED_CALL_S if remaining_s is None else remaining_s)
        if seconds <= 0:
            raise DeadlineExceeded(part=service)
        started_at = clock.monotonic()
        outcome = "ok"
        try:
            return self._listener.call(service, method, request, seconds)
        except ServiceError as exc:
            outcome = exc.kind.value
            raise
        finally:
            metrics.NESTED_CALLS.labels(self._listener.container.service_name, service, outcome).inc()
            log.debug(
                "nested call",
                extra={
                    "target": service,
                    "method": method,
                    "outcome": outcome,
                    "duration_ms": round((clock.monotonic() - started_at) * 1000, 2),
                },
            )


class Replies(DependencyProvider):
    """Calls to other services: `replies = Replies()`, then `self.replies.call("payments", "prepay", {…})`."""

    listener = ReplyListener()

    def get_dependency(self, worker_ctx: WorkerContext) -> Caller:
        return Caller(self.listener)
