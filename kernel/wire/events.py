"""Event handlers: `@handle_event("flights", "flight_changed")`.

A handler gets the envelope (the publisher's events.py) and deduplicates with `tx.inbox.first_time(event["id"])`
in the transaction of its effect. What it raises costs nobody anything: the event waits 5 s, then 30 s, then
5 min in a queue of its own, and then lies in the service's parking queue with headers that say why (parking.py).

An event moves with a confirm and is acknowledged after it, so a broker or a service that dies in between
doubles it, and never loses it.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from eventlet import sleep
from nameko.containers import WorkerContext
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension

from kernel import clock, metrics
from kernel.config import load
from kernel.errors import ServiceError, Unavailable
from kernel.wire import parking, queues
from kernel.wire.consumer import QueueConsumer
from kernel.wire.container import EXPIRES_AT, RECEIVED_AT
from kernel.wire.context import strip
from kernel.wire.publish import GroupPublisher, Outgoing

log = logging.getLogger(__name__)

WORK_S: Final = 30.0
"""The longest that a handler works on one event; one that hangs would keep its slot for ever."""
MOVE_S: Final = 3.0
BROKER_PAUSE_S: Final = 1.0


class Mover(SharedExtension):
    """The confirmed way out for failed events, one connection for all handlers of a service."""

    def setup(self) -> None:
        self._publisher = GroupPublisher(self.container.config["AMQP_URI"])

    def stop(self) -> None:
        self._publisher.close()
        super().stop()

    def move(self, message: Outgoing) -> None:
        """Publish one message; returns when the broker has it. Raises Unavailable."""
        if self._publisher.publish([message], MOVE_S) != 1:
            raise Unavailable(part="broker", retry_after_s=1)


class EventHandler(Entrypoint):
    """A method that works on one kind of event of one publisher.

    glance: the name of a dependency whose `concerns(event)` says, without waiting for anything, whether the event
    is worth a worker; one that isn't is acknowledged at once. For kinds most of which are nobody's business.
    """

    queue_consumer = QueueConsumer()
    mover = Mover()

    def __init__(self, publisher: str, event: str, *, glance: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.publisher = publisher
        self.event = event
        self.glance = glance

    def setup(self) -> None:
        service, kind = self.container.service_name, self.container.config.get("QUEUE_TYPE")
        names = (self.publisher, self.event, service)
        self.queue = queues.event_queue(*names, kind)
        self._parked = queues.parked_queue(service, kind)
        self._retries = [queues.retry_queue(*names, tier, kind) for tier in queues.RETRY_TIERS]
        self._delays_ms = load(parking.RetrySettings).delays_ms()
        self.queue_consumer.register_provider(self)

    def declare(self, channel: Any) -> None:
        """The places a failed event can go to exist before the first event is taken."""
        for queue in (self._parked, *self._retries):
            queue(channel).declare()

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)
        super().stop()

    def handle_message(self, body: Any, message: Any) -> None:
        """Start the work. What is no envelope goes to the parking queue, as poison does."""
        if not (isinstance(body, dict) and isinstance(body.get("id"), str) and "data" in body):
            self.queue_consumer.park(message, "no_envelope")
            return
        if self.glance and not self._concerns(body):
            self.queue_consumer.ack_message(message)
            return
        received_at = clock.monotonic()
        data = strip(message.headers)
        data[RECEIVED_AT], data[EXPIRES_AT] = received_at, received_at + WORK_S
        self.container.spawn_worker(
            self, (body,), {}, context_data=data, handle_result=partial(self.handle_result, message)
        )

    def _concerns(self, body: dict[str, Any]) -> bool:
        provider = next(each for each in self.container.dependencies if each.attr_name == self.glance)
        try:
            return bool(provider.concerns(body))
        except Exception:
            # The worker stumbles over the same thing, and its event goes to the retries as any other.
            log.exception("an event could not be looked at", extra={"event": self.event})
            return True

    def handle_result(
        self, message: Any, worker_ctx: WorkerContext, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        """Acknowledge what was done; put what failed into its next queue first."""
        if exc_info is None:
            self.queue_consumer.ack_message(message)
            return result, exc_info
        if isinstance(exc_info[1], ContainerBeingKilled):
            self.queue_consumer.requeue_message(message)
            return result, exc_info
        try:
            self.mover.move(self._next_stop(message, exc_info[1]))
        except Unavailable:
            # With the broker away the event is its own again; a moment's wait keeps this from circling.
            sleep(BROKER_PAUSE_S)
            self.queue_consumer.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)
        return result, exc_info

    def _next_stop(self, message: Any, error: BaseException) -> Outgoing:
        failed = parking.attempts(message.headers) + 1
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        headers = parking.without_deaths(message.headers) | {
            parking.ORIGIN: self.queue.name,
            parking.ATTEMPTS: failed,
            parking.FAILED_CODE: code,
            parking.FAILED_AT: clock.real_now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        properties = {
            name: value
            for name, value in message.properties.items()
            if name not in ("application_headers", "expiration")
        }
        properties |= {"content_type": message.content_type, "content_encoding": message.content_encoding}
        fields = {
            "service": self.container.service_name,
            "event": self.event,
            "attempt": failed,
            "code": code,
        }
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        if failed > len(self._retries):
            metrics.PARKED.labels(self.container.service_name, "failed").inc()
            log.error("event parked", extra=fields)
            headers[parking.PARKED_REASON] = "failed"
            return Outgoing("", self._parked.name, body, properties, headers, mandatory=True)
        delay_ms = self._delays_ms[failed - 1]
        log.warning("event waits for another attempt", extra=fields | {"delay_ms": delay_ms})
        # The message's own time to live, not only the queue's: a queue can't be given another one later.
        properties["expiration"] = str(delay_ms)
        return Outgoing("", self._retries[failed - 1].name, body, properties, headers, mandatory=True)


handle_event = EventHandler.decorator
