"""The end of a process: new work is turned away from, open work is finished, live streams are closed."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.clock import monotonic


class Drain:
    """Counts what is under way inside the application. Answers of the edge take no time and aren't counted."""

    def __init__(self) -> None:
        self.begun = False
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def open_requests(self) -> int:
        return self._open

    def entered(self) -> None:
        self._open += 1
        self._idle.clear()

    def left(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._idle.set()

    def begin(self) -> None:
        """From now on /readyz says 503, so that whoever shares out requests looks elsewhere."""
        self.begun = True

    async def wait_idle(self, timeout_s: float) -> bool:
        """True when nothing is open any more, False when `timeout_s` ran out first."""
        ends_at = monotonic() + timeout_s
        while self._open:
            left_s = ends_at - monotonic()
            if left_s <= 0:
                return False
            try:
                await asyncio.wait_for(self._idle.wait(), left_s)
            except TimeoutError:
                return False
        return True


class DrainLayer:
    """ASGI layer that counts."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._drain.entered()
        try:
            await self._app(scope, receive, send)
        finally:
            self._drain.left()
