"""Changes to many listeners: each keeps at most one note a flight, and is told to start anew beyond a cap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import orjson

MAX_PENDING: Final = 200


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell: kind is flight, stale or resync; wire is its text/event-stream form."""

    kind: str
    wire: bytes

    @classmethod
    def of(cls, kind: str, document: dict[str, object]) -> Note:
        return cls(kind, b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(document)))


class Subscription:
    """What one listener has not been told yet. A newer note on the same flight replaces the older."""

    __slots__ = ("_closed", "_fanout", "_pending", "_wake", "topic")

    def __init__(self, fanout: Fanout, topic: str) -> None:
        self.topic = topic
        self._fanout = fanout
        self._pending: dict[str, Note] = {}
        self._wake = asyncio.Event()
        self._closed = False

    def put(self, key: str, note: Note, resync: Note) -> None:
        if len(self._pending) >= MAX_PENDING and key not in self._pending:
            self._pending = {"resync": resync}
        elif "resync" not in self._pending:
            self._pending[key] = note
        self._wake.set()

    async def wait(self, timeout_s: float) -> list[Note] | None:
        """What has come since the last call; [] after `timeout_s` without news; None when it is over."""
        if not self._pending and not self._closed:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            except TimeoutError:
                return []
        if self._closed:
            return None
        notes, self._pending = list(self._pending.values()), {}
        return notes

    async def __aiter__(self) -> AsyncIterator[Note]:
        while (notes := await self.wait(3600.0)) is not None:
            for note in notes:
                yield note

    def close(self) -> None:
        self._fanout.drop(self)
        self.end()

    def end(self) -> None:
        self._closed = True
        self._wake.set()


class Fanout:
    """Topics and who listens to them."""

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscription]] = {}

    def subscribe(self, topic: str) -> Subscription:
        subscription = Subscription(self, topic)
        self._topics.setdefault(topic, set()).add(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        listeners = self._topics.get(subscription.topic)
        if listeners is not None:
            listeners.discard(subscription)
            if not listeners:
                del self._topics[subscription.topic]

    def publish(self, topic: str, key: str, note: Note) -> None:
        """Tell the listeners of one topic. key: a newer note with the same key replaces this one."""
        for subscription in self._topics.get(topic, ()):
            subscription.put(key, note, _RESYNC)

    def publish_to_all(self, key: str, note: Note) -> None:
        for listeners in self._topics.values():
            for subscription in listeners:
                subscription.put(key, note, _RESYNC)

    def count(self) -> int:
        return sum(len(listeners) for listeners in self._topics.values())

    def close(self) -> None:
        """End every stream; each listener's iterator stops."""
        for listeners in list(self._topics.values()):
            for subscription in list(listeners):
                subscription.end()
        self._topics.clear()


_RESYNC = Note.of("resync", {})
