"""What a door is given: `routes(deps)` of each door builds its routes from this and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.account import WeChatAccount
from gateway.cache import FlightCache
from gateway.cache.mall import MallCache
from gateway.limits import Limits
from gateway.rpc import CallContext
from gateway.session import Sessions
from gateway.settings import Settings
from gateway.timetable import BusTimetable
from gateway.wording import Words
from services.airport import Airport


class Rpc(Protocol):
    """Calls to services; `gateway.rpc.RpcClient` is the real one, tests give a fake."""

    @property
    def connected(self) -> bool: ...

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
        """The parsed result. Raises RemoteError, Unavailable, DeadlineExceeded."""
        ...

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
        """The result as the JSON bytes it came in."""
        ...

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None: ...


@dataclass(frozen=True)
class Deps:
    settings: Settings
    airport: Airport
    rpc: Rpc
    flights: FlightCache
    limits: Limits
    words: Words
    account: WeChatAccount
    sessions: Sessions
    bus: BusTimetable
    mall: MallCache
    doors: tuple[str, ...] = ()
    """The modules of all doors of this gateway, for the document that describes them."""
