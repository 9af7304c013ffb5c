"""Publishing that waits for the broker's word, a group of messages at a time.

One wait for the confirms of a whole group is what makes it fast (performance.md: 4 µs an event instead of
267). Knows py-amqp only: the relay and the event handlers share it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import amqp
from amqp import spec
from amqp.exceptions import AMQPError

from kernel import clock
from kernel.db import refuse_in_write_unit
from kernel.errors import Unavailable
from kernel.wire import grouped

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S: Final = 3.0
_BROKEN: Final = (OSError, AMQPError)
_PERSISTENT: Final = 2
_FRESH_S: Final = 1.0


@dataclass(frozen=True)
class Outgoing:
    """A message to publish. properties: AMQP's, such as message_id; persistent unless they say otherwise.

    mandatory: when no queue takes it, nothing of its group counts as published.
    """

    exchange: str
    routing_key: str
    body: bytes
    properties: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    mandatory: bool = False


class _Group:
    """Which messages of one group the broker has taken or refused."""

    def __init__(self, first_tag: int, size: int) -> None:
        self._first = first_tag
        self._waiting = set(range(size))
        self._refused: set[int] = set()

    @property
    def settled(self) -> bool:
        return not self._waiting

    def ack(self, tag: int, multiple: bool) -> None:
        self._waiting -= self._meant(tag, multiple)

    def nack(self, tag: int, multiple: bool) -> None:
        meant = self._meant(tag, multiple)
        self._waiting -= meant
        self._refused |= meant

    def returned(self) -> None:
        self._refused.add(0)

    def taken(self) -> int:
        """How many from the first on the broker has, without a gap."""
        missing = self._waiting | self._refused
        return min(missing) if missing else -1

    def _meant(self, tag: int, multiple: bool) -> set[int]:
        index = tag - self._first
        return {i for i in self._waiting if i <= index} if multiple else {index}


class GroupPublisher:
    """A connection of its own with one confirming channel; connects when first used.

    Used from one green thread at a time: a lock sees to it.
    """

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._next_tag = 1
        self._used_at = 0.0
        self._group: _Group | None = None
        self._exchanges: set[str] = set()

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> int:
        """Publish in this order; return how many, from the first on, the broker has confirmed.

        Fewer than all: the next one was refused or nobody knows. It and all after it must be published
        again, or an aggregate's events would change places. Raises Unavailable when the broker is away
        and RuntimeError inside a write unit.
        """
        refuse_in_write_unit("publishing")
        if not messages:
            return 0
        with self._lock:
            try:
                return self._publish(messages, clock.monotonic() + timeout_s)
            except _BROKEN as error:
                self._drop()
                raise Unavailable(part="broker", retry_after_s=1) from error
            except BaseException:
                # Cut off in mid-frame, perhaps: nothing more may be written on this connection.
                self._drop()
                raise

    def _publish(self, messages: Sequence[Outgoing], expires_at: float) -> int:
        channel = self._open(expires_at)
        group = self._group = _Group(self._next_tag, len(messages))
        with self._together():
            for message in messages:
                properties = {"delivery_mode": _PERSISTENT, **message.properties}
                content = amqp.Message(message.body, application_headers=message.headers, **properties)
                arguments = (0, message.exchange, message.routing_key, message.mandatory, False)
                channel.send_method(spec.Basic.Publish, "Bssbb", arguments, content)
                self._next_tag += 1
        while not group.settled:
            left_s = expires_at - clock.monotonic()
            if left_s <= 0:
                # The confirms may still come, for a group that is over; a new channel can't mix them up.
                self._drop()
                break
            try:
                self._connection.drain_events(timeout=left_s)
            except TimeoutError:
                continue
        self._used_at = clock.monotonic()
        taken = group.taken()
        return len(messages) if taken < 0 else taken

    def declare_exchange(self, name: str, timeout_s: float) -> None:
        """Declare a durable topic exchange, once per connection: publishing to a missing one closes the channel."""
        with self._lock:
            try:
                channel = self._open(clock.monotonic() + timeout_s)
                if name not in self._exchanges:
                    channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
                    self._exchanges.add(name)
            except _BROKEN as error:
                self._drop()
                raise Unavailable(part="broker", retry_after_s=1) from error

    def tick(self) -> None:
        """Read what the broker has to say and send a heartbeat if one is due; call about once a second."""
        with self._lock:
            fresh = clock.monotonic() - self._used_at < _FRESH_S
            if self._connection is not None and not fresh and not self._listen():
                self._drop()

    def close(self) -> None:
        """Let the connection go without waiting for the broker's farewell, which a frozen one never sends."""
        with self._lock:
            self._drop()

    def _open(self, expires_at: float) -> Any:
        if self._channel is not None and self._still_there():
            return self._channel
        self._drop()
        timeout_s = max(0.1, min(CONNECT_TIMEOUT_S, expires_at - clock.monotonic()))
        self._connection = grouped.establish(self._url, 10, timeout_s)
        self._connection.transport.sock.settimeout(timeout_s)
        channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._acked)
        channel.events["basic_nack"].add(self._nacked)
        channel.events["basic_return"].add(self._came_back)
        self._channel, self._next_tag, self._used_at = channel, 1, clock.monotonic()
        return channel

    def _together(self) -> AbstractContextManager[None]:
        transport = self._connection.transport
        return transport.grouped() if isinstance(transport, grouped.GroupedTransport) else nullcontext()

    def _still_there(self) -> bool:
        """Whether the connection is good, as far as one can know without a round trip."""
        if not self._connection.connected:
            return False
        if clock.monotonic() - self._used_at < _FRESH_S:
            return True
        return self._listen()

    def _listen(self) -> bool:
        """Read what lies in the socket: heartbeats, or the news that the broker has closed the connection."""
        self._used_at = clock.monotonic()
        try:
            self._connection.heartbeat_tick()
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            return True
        except _BROKEN:
            return False
        return True

    def _acked(self, tag: int, multiple: bool) -> None:
        if self._group is not None:
            self._group.ack(tag, multiple)

    def _nacked(self, tag: int, multiple: bool) -> None:
        if self._group is not None:
            self._group.nack(tag, multiple)

    def _came_back(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        log.warning("no queue takes a message", extra={"routing_key": routing_key})
        if self._group is not None:
            self._group.returned()

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._exchanges.clear()
        if connection is not None:
            connection.collect()
