"""What the chat has services do: who follows the account, followed flights, late answers, receipts.

Nothing here keeps WeChat waiting. What must not be lost is tried again in the background, each time with the
same request id, so that it is done once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, Final

from gateway.cache.window import to_wire
from gateway.deps import Deps
from gateway.rpc import CallContext
from gateway.wechat.messages import Card, Incoming, Text, shortened
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from kernel.ids import jitter

log = logging.getLogger(__name__)

_PAUSES_S: Final = (1.0, 5.0, 30.0, 120.0, 300.0)
_NOTED_S: Final = 3600.0
_MOST_NOTED: Final = 100_000
_MOST_WAITING: Final = 10_000
_PASSING: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE, Kind.LIMITED, Kind.INTERNAL})


class Followers:
    """Calls of passengers and notify on behalf of whoever wrote."""

    def __init__(self, deps: Deps) -> None:
        self._rpc = deps.rpc
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- who follows -----------------------------------------------------------------------------------

    def note(
        self, incoming: Incoming, language: str, *, subscribed: bool | None = None, scene: str = ""
    ) -> None:
        """Have passengers note that this user follows us (or no longer), in the background.

        subscribed: None for any message, which says that they do; that is told once an hour.
        """
        if subscribed is None and monotonic() - self._noted.get(incoming.openid, -_NOTED_S) < _NOTED_S:
            return
        _put(self._noted, incoming.openid, monotonic())
        if subscribed is False:
            self._noted.pop(incoming.openid, None)
        request = self._note_request(incoming, language, subscribed is not False, scene)
        self._later("passengers", "note_wechat_follower", request, CallContext(language=language))

    async def passenger_id(self, incoming: Incoming, context: CallContext) -> str:
        """The traveller behind an openid; one who is new becomes known. Raises ServiceError."""
        # Not the id of `note`, which may be under way at this moment.
        request = self._note_request(incoming, context.language, True, "")
        request["request_id"] = request_id("who", incoming)
        answer = await self._rpc.call(
            "passengers", "note_wechat_follower", request, repeat=True, context=context
        )
        return str(answer["passenger_id"])

    # --- followed flights --------------------------------------------------------------------------------

    async def follow(self, incoming: Incoming, flight_id: str, role: str, context: CallContext) -> None:
        """Raises ServiceError."""
        passenger_id = await self.passenger_id(incoming, context)
        request = {
            "request_id": request_id("follow", incoming),
            "passenger_id": passenger_id,
            "flight_id": flight_id,
            "role": role,
        }
        await self._rpc.call("notify", "follow", request, repeat=True, context=context)

    async def unfollow(self, incoming: Incoming, flight_id: str, context: CallContext) -> None:
        """Raises ServiceError."""
        passenger_id = await self.passenger_id(incoming, context)
        request = {
            "request_id": request_id("unfollow", incoming),
            "passenger_id": passenger_id,
            "flight_id": flight_id,
        }
        await self._rpc.call("notify", "unfollow", request, repeat=True, context=context)

    # --- notify ------------------------------------------------------------------------------------------

    def send_late(self, incoming: Incoming, answer: Text | Card) -> None:
        """An answer that was not ready in time, as a customer-service message."""
        request: dict[str, Any] = {
            "request_id": request_id("answer", incoming),
            "openid": incoming.openid,
        }
        if isinstance(answer, Text):
            request["text"] = shortened(answer.content)
        else:
            request["news"] = {
                "title": answer.title[:64],
                "description": answer.description[:512],
                "url": answer.url,
            }
        self._later("notify", "send_customer_message", request, CallContext())

    def note_receipt(self, incoming: Incoming) -> None:
        """What WeChat says became of a template message."""
        msgid = incoming.fields.get("MsgID", "") or incoming.fields.get("MsgId", "")
        request = {
            "msgid": msgid[:64],
            "status": incoming.fields.get("Status", "")[:64] or "unknown",
            "at": to_wire(incoming.created_at),
        }
        if msgid:
            self._later("notify", "note_receipt", request, CallContext())

    # --- inside ------------------------------------------------------------------------------------------

    @staticmethod
    def _note_request(incoming: Incoming, language: str, subscribed: bool, scene: str) -> dict[str, Any]:
        return {
            "request_id": request_id("unfollower" if not subscribed else "follower", incoming),
            "openid": incoming.openid,
            "unionid": incoming.fields.get("UnionId", "")[:64] or None,
            "subscribed": subscribed,
            "language": language,
            "scene": scene[:128] or None,
            "at": to_wire(incoming.created_at),
        }

    def _later(self, service: str, method: str, request: dict[str, Any], context: CallContext) -> None:
        if len(self._tasks) >= _MOST_WAITING:
            log.error("too much waits to be told to services", extra={"service": service, "method": method})
            return
        self.in_background(self._tried(service, method, request, context))

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tried(self, service: str, method: str, request: dict[str, Any], context: CallContext) -> None:
        for pause_s in (*_PAUSES_S, None):
            try:
                await self._rpc.call(
                    service, method, request, context=CallContext(context.call_id, context.language)
                )
                return
            except ServiceError as exc:
                if exc.kind not in _PASSING or pause_s is None:
                    log.warning(
                        "a service would not take it",
                        extra={"service": service, "method": method, "code": exc.code},
                    )
                    return
            await asyncio.sleep(jitter(pause_s))


def request_id(purpose: str, incoming: Incoming) -> str:
    """The same for every push of one message, so that what it asks is done once."""
    return f"wechat:{purpose}:{hashlib.sha256(incoming.key.encode()).hexdigest()[:40]}"


def _put(kept: OrderedDict[str, float], key: str, value: float) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_NOTED:
        kept.popitem(last=False)
