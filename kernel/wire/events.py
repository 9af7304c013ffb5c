"""Event handlers: `@handle_event("flights", "flight_changed")`.

A handler gets the envelope (the publisher's events.py) and deduplicates with `tx.inbox.first_time(event["id"])`
in the transaction of its effect. What it raises costs nobody anything: the event waits 5 s, then 30 s, then
5 min in a queue of its own, and then lies in the service's parking queue with headers that say why (parking.py).

An event moves with a confirm and is acknowledged after it, so a broker or a service that dies in between
doubles it, and never loses it.

Events may come together, as a bundle (bundles.py): each is looked at, worked on and tried again by itself, and the
bundle is acknowledged after the last of them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from eventlet import sleep
from nameko.containers import WorkerContext
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension

from kernel import clock, metrics
from kernel.config import load
from kernel.errors import ServiceError, Unavailable
from kernel.wire import codec, parking, queues
from kernel.wire.bundles import Bundle
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

    def move(self, *messages: Outgoing) -> None:
        """Publish; returns when the broker has them. Raises Unavailable."""
        if self._publisher.publish(messages, MOVE_S) != len(messages):
            raise Unavailable(part="broker", retry_after_s=1)


@dataclass
class _UnderWay:
    """A bundle that is worked on. left: events not dealt with yet; failed: one of them wasn't, and all come again."""

    left: int
    failed: bool = False


def _is_envelope(event: Any) -> bool:
    return isinstance(event, dict) and isinstance(event.get("id"), str) and "data" in event


def _properties(message: Any) -> dict[str, Any]:
    """What a message says of itself beside its headers, for its next way."""
    left_out = ("application_headers", "expiration")
    properties = {name: value for name, value in message.properties.items() if name not in left_out}
    return properties | {"content_type": message.content_type, "content_encoding": message.content_encoding}


def _as_one(event: Any) -> dict[str, Any]:
    """The properties of an event of a bundle when it goes on alone."""
    return {"content_type": codec.CONTENT_TYPE, "message_id": event["id"]}


class EventHandler(Entrypoint):
    """A method that works on one kind of event of one publisher.

    glance: the name of a dependency whose `concerns(event)` says, without waiting for anything, whether the event
    is worth a worker; one that isn't is acknowledged at once. For kinds most of which are nobody's business. Of a
    bundle, its `concerning(events)` says which are; it may wait.
    """

    queue_consumer = QueueConsumer()
    mover = Mover()
    bundles = True

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
        events = body.events if isinstance(body, Bundle) else [body]
        if not all(_is_envelope(event) for event in events):
            self.queue_consumer.park(message, "no_envelope")
        elif isinstance(body, Bundle):
            # It may wait for the database and for workers, and the connection must be read meanwhile.
            self.container.spawn_managed_thread(partial(self._open, events, message))
        elif self.glance and not self._concerns(body):
            self.queue_consumer.ack_message(message)
        else:
            self._start(body, message, partial(self.handle_result, message))

    def _start(self, event: Any, message: Any, handle_result: Any) -> None:
        received_at = clock.monotonic()
        data = strip(message.headers)
        data[RECEIVED_AT], data[EXPIRES_AT] = received_at, received_at + WORK_S
        self.container.spawn_worker(self, (event,), {}, context_data=data, handle_result=handle_result)

    def _open(self, events: list[Any], message: Any) -> None:
        concerning = self._concerning(events) if self.glance else events
        if not concerning:
            self.queue_consumer.ack_message(message)
        elif message.delivery_info.get("redelivered"):
            # One of them may have ended a process. Apart, it can only end its own way.
            self._take_apart(concerning, message)
        else:
            self._start_all(concerning, message)

    def _start_all(self, events: list[Any], message: Any) -> None:
        under_way = _UnderWay(len(events))
        for place, event in enumerate(events):
            try:
                self._start(event, message, partial(self._handle_one_of, under_way, event, message))
            except ContainerBeingKilled:
                under_way.left -= len(events) - place
                under_way.failed = True
                self._settle(under_way, message)
                return

    def _take_apart(self, events: list[Any], message: Any) -> None:
        """Put each event into this handler's queue by itself, and then let the bundle go."""
        try:
            self.mover.move(*(self._alone(event, message) for event in events))
        except Unavailable:
            sleep(BROKER_PAUSE_S)
            self.queue_consumer.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)

    def _alone(self, event: Any, message: Any) -> Outgoing:
        headers = parking.without_deaths(message.headers)
        properties = _properties(message) | _as_one(event)
        return Outgoing("", self.queue.name, codec.encode(event), properties, headers, mandatory=True)

    def _handle_one_of(
        self, under_way: _UnderWay, event: Any, message: Any, worker_ctx: WorkerContext, *outcome: Any
    ) -> tuple[Any, Any]:
        result, exc_info = outcome
        if exc_info is not None and not self._moved(message, exc_info[1], event):
            under_way.failed = True
        under_way.left -= 1
        self._settle(under_way, message)
        return result, exc_info

    def _settle(self, under_way: _UnderWay, message: Any) -> None:
        if under_way.left:
            return
        if under_way.failed:
            self.queue_consumer.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)

    def _door(self) -> Any:
        return next(each for each in self.container.dependencies if each.attr_name == self.glance)

    def _concerning(self, events: list[Any]) -> list[Any]:
        try:
            return list(self._door().concerning(events))
        except Exception:
            log.exception("events could not be looked at", extra={"event": self.event})
            return events

    def _concerns(self, body: dict[str, Any]) -> bool:
        try:
            return bool(self._door().concerns(body))
        except Exception:
            # The worker stumbles over the same thing, and its event goes to the retries as any other.
            log.exception("an event could not be looked at", extra={"event": self.event})
            return True

    def handle_result(
        self, message: Any, worker_ctx: WorkerContext, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        """Acknowledge what was done; put what failed into its next queue first."""
        if exc_info is None or self._moved(message, exc_info[1]):
            self.queue_consumer.ack_message(message)
        else:
            self.queue_consumer.requeue_message(message)
        return result, exc_info

    def _moved(self, message: Any, error: BaseException, one: Any = None) -> bool:
        """Whether a failed event is in its next queue. one: which of the bundle."""
        if isinstance(error, ContainerBeingKilled):
            return False
        try:
            self.mover.move(self._next_stop(message, error, one))
        except Unavailable:
            # With the broker away the event is its own again; a moment's wait keeps this from circling.
            sleep(BROKER_PAUSE_S)
            return False
        return True

    def _next_stop(self, message: Any, error: BaseException, one: Any) -> Outgoing:
        failed = parking.attempts(message.headers) + 1
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        headers = parking.without_deaths(message.headers) | {
            parking.ORIGIN: self.queue.name,
            parking.ATTEMPTS: failed,
            parking.FAILED_CODE: code,
            parking.FAILED_AT: clock.real_now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        properties = _properties(message)
        fields = {
            "service": self.container.service_name,
            "event": self.event,
            "attempt": failed,
            "code": code,
        }
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        if one is not None:
            body, properties = codec.encode(one), properties | _as_one(one)
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
