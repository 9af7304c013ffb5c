"""Passwords leave this door sealed for the staff service: they are in no queue, no parked message and no log."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from gateway.deps import Rpc
from gateway.rpc import CallContext
from kernel import sealing
from kernel.clock import monotonic
from kernel.errors import ServiceError
from services.staff.errors import BadSeal

_KEPT_S: Final = 300.0


class Sealer:
    """Holds the service's public key for minutes."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._key: tuple[str, float] | None = None

    async def sealed(
        self, secret: Mapping[str, str], context: CallContext, ask: Callable[[str], Awaitable[Any]]
    ) -> Any:
        """What `ask` answers when it is given `secret` sealed; once more if the key was exchanged meanwhile."""
        try:
            return await ask(await self._seal(secret, context))
        except ServiceError as exc:
            if exc.code != BadSeal.code:
                raise
        self._key = None
        return await ask(await self._seal(secret, context))

    async def _seal(self, secret: Mapping[str, str], context: CallContext) -> str:
        now = monotonic()
        if self._key is None or now - self._key[1] > _KEPT_S:
            answer = await self._rpc.call("staff", "get_sealing_key", {}, repeat=True, context=context)
            self._key = (answer["key"], now)
        return sealing.seal(self._key[0], json.dumps(dict(secret)))
