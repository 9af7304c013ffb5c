"""What is personal or secret leaves every door sealed for the service that may read it: it is in no queue and no log.

docs/decisions/0021-sealed-documents.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from gateway.deps import Rpc
from gateway.rpc import CallContext
from kernel import sealing
from kernel.clock import monotonic
from kernel.errors import ServiceError

_KEPT_S: Final = 300.0
INLINE_BYTES: Final = 64 * 1024
"""What is longer is read and sealed in a thread, so that others don't wait."""

_Answer = TypeVar("_Answer")


class Sealer:
    """Holds one service's public key for minutes."""

    def __init__(self, rpc: Rpc, service: str) -> None:
        self._rpc, self._service = rpc, service
        self._bad_seal = f"{service}.bad_seal"
        self._key: tuple[str, float] | None = None

    async def sealed(
        self, text: str, context: CallContext, ask: Callable[[str], Awaitable[_Answer]]
    ) -> _Answer:
        """What `ask` answers when it is given `text` sealed; once more if the key was exchanged meanwhile."""
        try:
            return await ask(await self._seal(text, context))
        except ServiceError as exc:
            if exc.code != self._bad_seal:
                raise
        # Nothing was written by a call whose seal can't be opened: it may carry the same request id.
        self._key = None
        return await ask(await self._seal(text, context))

    async def _seal(self, text: str, context: CallContext) -> str:
        now = monotonic()
        if self._key is None or now - self._key[1] > _KEPT_S:
            answer = await self._rpc.call(self._service, "get_sealing_key", {}, repeat=True, context=context)
            self._key = (answer["key"], now)
        if len(text) <= INLINE_BYTES:
            return sealing.seal(self._key[0], text)
        return await asyncio.to_thread(sealing.seal, self._key[0], text)
