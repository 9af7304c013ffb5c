"""What came before: nonces of callbacks, and messages that WeChat pushes again.

Kept in this process's memory. Another copy of the gateway may answer a repeat anew; whatever a message changes
is done once all the same, because the services know its request id.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Final

from gateway.wechat.messages import Answer
from gateway.wechat.refusals import refused
from kernel.clock import monotonic

REPEAT_S: Final = 60.0
"""WeChat pushes three times within 15 s; what comes with the same signature after this is no repeat of it."""
_KEPT_S: Final = 660.0
"""Longer than a timestamp may be used: 300 s before it to 300 s after."""
_MOST_NONCES: Final = 200_000
_MOST_MESSAGES: Final = 50_000


class Nonces:
    """Each signature serves one body, and that body for a minute. Only what is signed gets in here."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def admit(self, timestamp: str, nonce: str, body: bytes) -> None:
        """Raises Refused for a signature that came before with another body, or too long ago.

        WeChat's plain signature doesn't cover the body: without this, whoever saw one request could send
        others in its name.
        """
        now, print_ = monotonic(), hashlib.sha256(body).digest()
        key = f"{timestamp}\n{nonce}"
        known = self._seen.get(key)
        if known is not None:
            if known[0] != print_ or now - known[1] > REPEAT_S:
                raise refused("replay")
            return
        self._seen[key] = (print_, now)
        while len(self._seen) > _MOST_NONCES or now - next(iter(self._seen.values()))[1] > _KEPT_S:
            self._seen.popitem(last=False)


class Answers:
    """One answer a message, however often it is pushed; noted before the work begins."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._known: OrderedDict[str, tuple[asyncio.Future[Answer], float]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def once(
        self,
        key: str,
        work: Callable[[], Coroutine[Any, Any, Answer]],
        late: Callable[[Answer], None],
    ) -> Answer:
        """The answer of `work`, which runs once for `key`; None when it isn't ready in time.

        late: gets the answer that was not ready; then every push of the message is answered with nothing.
        """
        known = self._known.get(key)
        if known is None:
            future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self._remember(key, future)
            task = asyncio.create_task(self._decide(future, work, late))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            future = known[0]
        return await asyncio.shield(future)

    async def _decide(
        self,
        future: asyncio.Future[Answer],
        work: Callable[[], Coroutine[Any, Any, Answer]],
        late: Callable[[Answer], None],
    ) -> None:
        task = asyncio.create_task(work())
        done, _ = await asyncio.wait({task}, timeout=self._within_s)
        error = task.exception() if done else None
        if error is not None:
            future.set_exception(error)
        elif done:
            future.set_result(task.result())
        if done:
            return
        future.set_result(None)
        late(await task)

    def _remember(self, key: str, future: asyncio.Future[Answer]) -> None:
        now = monotonic()
        self._known[key] = (future, now)
        while len(self._known) > _MOST_MESSAGES or now - next(iter(self._known.values()))[1] > _KEPT_S:
            self._known.popitem(last=False)
