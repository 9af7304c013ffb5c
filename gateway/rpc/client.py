"""Calls to Nameko services from asyncio: a dictionary of correlation id → future over one connection."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pika

from gateway.errors import Busy, ServiceAway
from gateway.rpc.connection import Connection
from gateway.rpc.context import CallContext
from gateway.rpc.wire import headers_for, read_error, result_bytes
from kernel.clock import monotonic
from kernel.errors import DeadlineExceeded

log = logging.getLogger(__name__)

_LONGEST_QUEUEING_S: Final = 1.0
_RETRY_AFTER_S: Final = 2


class _ConnectionLost(ServiceAway):
    """The connection went while the call was under way: whether it was done is unknown."""


@dataclass(frozen=True)
class Limits:
    """in_flight: calls under way at once. queue: calls that may wait for a place. deadline_s: default."""

    in_flight: int = 256
    queue: int = 256
    deadline_s: float = 4.0


class RpcClient:
    """`call` and `call_bytes` may be awaited at any time; without a broker they fail at once."""

    def __init__(self, amqp_url: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._connection = Connection(amqp_url)
        self._connection.on_reply = self._replied
        self._connection.on_return = self._returned
        self._connection.on_state(self._state_changed)
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._in_flight = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._numbers = itertools.count()

    # --- life ------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        return self._connection.up.is_set()

    @property
    def in_flight(self) -> int:
        return self._in_flight

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._connection.start()

    async def stop(self) -> None:
        await self._connection.stop()

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None:
        """Subscribe this process to an event; before `start`. callback gets the envelope's bytes."""
        self._connection.on_event(publisher, event_name, callback)

    def on_state(self, callback: Callable[[bool], None]) -> None:
        """callback(True) when connected and subscribed, callback(False) when no longer."""
        self._connection.on_state(callback)

    # --- calls -------------------------------------------------------------------------------------------

    async def call(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> Any:
        """The parsed result; errors as `call_bytes`."""
        return orjson.loads(
            await self.call_bytes(
                service, method, request, deadline_s=deadline_s, repeat=repeat, context=context
            )
        )

    async def call_bytes(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> bytes:
        """The result as JSON bytes, untouched where the service wrote them as we do.

        repeat: True only for reads: when the connection goes in mid-call it is asked once more.
        context: of an HTTP request; what its earlier calls took is taken off this one's deadline.
        Raises RemoteError (what the service said), Busy, ServiceAway, DeadlineExceeded.
        """
        began = monotonic()
        allowed_s = deadline_s or self._limits.deadline_s
        if context is not None:
            allowed_s = min(allowed_s, self._limits.deadline_s - context.spent.seconds)
        ends_at = began + allowed_s
        body = orjson.dumps({"args": [], "kwargs": {"request": request}})
        context = context or CallContext()
        await self._enter(ends_at)
        try:
            try:
                reply = await self._once(service, method, body, ends_at, context)
            except _ConnectionLost:
                if not repeat:
                    raise
                await self._reconnected(service, ends_at)
                reply = await self._once(service, method, body, ends_at, context)
        finally:
            self._leave()
            context.spent.seconds += monotonic() - began
        result = result_bytes(reply)
        if result is None:
            raise read_error(reply, f"{service}.{method}")
        return result

    async def _once(
        self, service: str, method: str, body: bytes, ends_at: float, context: CallContext
    ) -> bytes:
        if not self.connected:
            raise ServiceAway(service=service, retry_after_s=_RETRY_AFTER_S)
        remaining_ms = int((ends_at - monotonic()) * 1000)
        if remaining_ms <= 0:
            raise DeadlineExceeded(service=service)
        correlation_id = f"{self._connection.reply_key[-12:]}-{next(self._numbers)}"
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()
        self._waiting[correlation_id] = future
        timer = loop.call_later(remaining_ms / 1000, _time_out, future, service)
        try:
            self._connection.publish(
                f"{service}.{method}",
                body,
                pika.BasicProperties(
                    reply_to=self._connection.reply_key,
                    correlation_id=correlation_id,
                    content_type="application/json",
                    content_encoding="utf-8",
                    # The broker drops the message when nobody waits for its answer any more.
                    expiration=str(remaining_ms),
                    delivery_mode=1,
                    headers=headers_for(context, remaining_ms),
                ),
            )
            return await future
        except _Returned:
            raise ServiceAway(service=service, retry_after_s=_RETRY_AFTER_S) from None
        except _Lost:
            raise _ConnectionLost(service=service, retry_after_s=_RETRY_AFTER_S) from None
        except (pika.exceptions.AMQPError, ConnectionError) as exc:
            # The connection is going down and its close callback has not run yet: nothing was written.
            raise ServiceAway(service=service, retry_after_s=_RETRY_AFTER_S) from exc
        finally:
            timer.cancel()
            self._waiting.pop(correlation_id, None)

    async def _reconnected(self, service: str, ends_at: float) -> None:
        try:
            await asyncio.wait_for(self._connection.up.wait(), max(0.0, ends_at - monotonic()) / 2)
        except TimeoutError:
            raise ServiceAway(service=service, retry_after_s=_RETRY_AFTER_S) from None

    # --- places --------------------------------------------------------------------------------------------

    async def _enter(self, ends_at: float) -> None:
        if self._in_flight < self._limits.in_flight:
            self._in_flight += 1
            return
        if len(self._queue) >= self._limits.queue:
            raise Busy(retry_after_s=1)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            await asyncio.wait_for(place, min(_LONGEST_QUEUEING_S, max(0.0, ends_at - monotonic())))
        except TimeoutError:
            raise Busy(retry_after_s=1) from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                # The place is handed on: the number in flight stays as it is.
                place.set_result(None)
                return
        self._in_flight -= 1

    # --- what comes back -------------------------------------------------------------------------------------

    def _replied(self, correlation_id: str, body: bytes) -> None:
        future = self._waiting.get(correlation_id)
        if future is not None and not future.done():
            future.set_result(body)

    def _returned(self, correlation_id: str) -> None:
        future = self._waiting.get(correlation_id)
        if future is not None and not future.done():
            future.set_exception(_Returned())

    def _state_changed(self, up: bool) -> None:
        if not up:
            for future in list(self._waiting.values()):
                if not future.done():
                    future.set_exception(_Lost())


class _Returned(Exception):
    """The broker had no queue for the call."""


class _Lost(Exception):
    """The connection went."""


def _time_out(future: asyncio.Future[bytes], service: str) -> None:
    if not future.done():
        future.set_exception(DeadlineExceeded(service=service))
