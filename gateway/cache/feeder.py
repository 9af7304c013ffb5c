"""Keeps the window in step with the flights service: snapshot, events, checks, and the turn of the day.

Events flow from the first moment of a connection, before the snapshot is asked for; every flight carries
its version, so the order in which the two arrive doesn't matter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from gateway.cache.flights import FlightCache
from kernel import clock
from kernel.errors import ServiceError
from kernel.instants import instant
from services.flights import events

log = logging.getLogger(__name__)

_PAGE_SIZE: Final = 200
_TICK_S: Final = 1.0
_LOAD_DEADLINE_S: Final = 10.0
_RETRY_S: Final = (0.5, 1.0, 2.0, 5.0)
_SETTLE_S: Final = 2.0


class _Rpc(Protocol):
    async def call(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
    ) -> Any: ...

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None: ...

    def on_state(self, callback: Callable[[bool], None]) -> None: ...


class Feeder:
    """Subscribes when made; `run` works until it is cancelled."""

    def __init__(self, cache: FlightCache, rpc: _Rpc, digest_every_s: float) -> None:
        self._cache, self._rpc = cache, rpc
        self._digest_every_s = digest_every_s
        self._wake = asyncio.Event()
        self._connected = False
        self._load_needed = True
        self._failures = 0
        self._next_at = 0.0
        rpc.on_event(events.PUBLISHER, events.FLIGHT_CHANGED, self.on_flight_changed)
        rpc.on_state(self.on_state)

    def on_state(self, up: bool) -> None:
        """The connection came or went. Events may have been missed while it was away."""
        self._connected = up
        self._cache.set_connected(up)
        if up:
            self._failures = 0
            self._next_at = 0.0
            self._wake.set()

    def on_flight_changed(self, body: bytes) -> None:
        """One event. What can't be read is noted and left to the next check of the window."""
        try:
            envelope = orjson.loads(body)
            flight = envelope["data"]["flight"]
            changed = envelope["schema"] <= events.SCHEMA_VERSION and self._cache.apply(flight)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.exception("an event could not be read")
            self._load_needed = True
            return
        self._cache.heard()
        if changed:
            log.debug("flight changed", extra={"flight_id": flight["id"]})

    async def run(self) -> None:
        """Load, then check every so often; load again when the check says so."""
        while True:
            if self._cache.roll():
                log.info("the window moved to %s", self._cache.today)
                self._load_needed = True
                self._next_at = 0.0
            self._cache.judge()
            if self._connected and clock.monotonic() >= self._next_at:
                await self._work()
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), _TICK_S)
            except TimeoutError:
                continue

    async def _work(self) -> None:
        try:
            if self._load_needed or not await self._in_step():
                await self._load()
            self._failures = 0
            self._next_at = clock.monotonic() + self._digest_every_s
        except ServiceError as exc:
            wait_s = _RETRY_S[min(self._failures, len(_RETRY_S) - 1)]
            if self._failures == 0:
                log.warning("the window could not be checked: %s", exc.code)
            self._failures += 1
            self._next_at = clock.monotonic() + wait_s

    async def _in_step(self) -> bool:
        """Compare with the service. Versions only grow, so while updates stream in, its sum must lie
        between ours before the question and ours a moment after the answer."""
        asked_at = clock.now()
        before = self._cache.digest()
        answer = await self._rpc.call("flights", "window_digest", self._bounds(), repeat=True)
        theirs = (answer["count"], answer["version_sum"])
        ends_at = clock.monotonic() + _SETTLE_S
        while True:
            after = self._cache.digest()
            if before[0] <= theirs[0] <= after[0] and before[1] <= theirs[1] <= after[1]:
                self._cache.confirm(asked_at)
                return True
            if theirs == after or clock.monotonic() >= ends_at:
                break
            await asyncio.sleep(0.1)
        log.info("the window differs from the service's: %s here, %s there", after, theirs)
        return False

    async def _load(self) -> None:
        asked_at: datetime = clock.now()
        generation = self._cache.begin_load()
        self._load_needed = False
        window = self._cache.window
        seen: set[str] = set()
        cursor: str | None = ""
        try:
            while cursor is not None:
                page = await self._rpc.call(
                    "flights",
                    "list_window",
                    {**self._bounds(), "limit": _PAGE_SIZE, "cursor": cursor},
                    deadline_s=_LOAD_DEADLINE_S,
                    repeat=True,
                )
                for flight in page["flights"]:
                    seen.add(flight["id"])
                    self._cache.apply_snapshot(flight, generation)
                cursor = page["cursor"]
        except BaseException:
            self._load_needed = True
            raise
        if window != self._cache.window:
            self._load_needed = True
            return
        self._cache.finish_load(generation, seen, asked_at)
        log.info("the window holds %d flights", len(seen))

    def _bounds(self) -> dict[str, str]:
        window = self._cache.window
        return {"from_at": instant(window.from_at), "to_at": instant(window.to_at)}
