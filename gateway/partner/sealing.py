"""Lists leave this door sealed for checkin: names and document numbers are in no queue and no log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gateway.deps import Deps
from gateway.rpc import CallContext
from kernel import sealing
from kernel.clock import monotonic
from kernel.errors import ServiceError
from services.checkin.errors import BadSeal

_KEPT_S: Final = 300.0
INLINE_BYTES: Final = 64 * 1024
"""What is longer is read and sealed in a thread, so that others don't wait."""


class Sealer:
    """Holds checkin's public key for minutes."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._key: tuple[str, float] | None = None

    async def sealed(
        self, text: str, context: CallContext, ask: Callable[[str], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """What `ask` answers when it is given `text` sealed; once more if the key was exchanged meanwhile."""
        try:
            return await ask(await self._seal(text, context))
        except ServiceError as exc:
            if exc.code != BadSeal.code:
                raise
        self._key = None
        return await ask(await self._seal(text, context))

    async def _seal(self, text: str, context: CallContext) -> str:
        now = monotonic()
        if self._key is None or now - self._key[1] > _KEPT_S:
            answer = await self._deps.rpc.call("checkin", "get_sealing_key", {}, repeat=True, context=context)
            self._key = (answer["key"], now)
        if len(text) <= INLINE_BYTES:
            return sealing.seal(self._key[0], text)
        return await asyncio.to_thread(sealing.seal, self._key[0], text)
