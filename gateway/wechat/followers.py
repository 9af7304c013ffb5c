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
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.cache.window import to_wire
from gateway.deps import Deps
from gateway.following import follow_consent
from gateway.rpc import CallContext
from gateway.rpc.context import Spent
from gateway.wechat.messages import Card, Incoming, Text, shortened
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from kernel.ids import jitter
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind

log = logging.getLogger(__name__)

_LANGUAGE_S: Final = 2.0
_MOMENT_S: Final = 0.25
_PAUSES_S: Final = (1.0, 5.0, 30.0, 120.0, 300.0)
_NOTED_S: Final = 3600.0
_MOST_NOTED: Final = 100_000
_MOST_WAITING: Final = 10_000
_PASSING: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE, Kind.LIMITED, Kind.INTERNAL})


@dataclass(frozen=True)
class Spoken:
    """language: what we answer in. written: what the message is written in; None when it can't be told."""

    language: str
    written: str | None = None


@dataclass(frozen=True)
class Hears:
    """Whether messages about flights come: agreed to, and following the account."""

    agreed: bool
    reachable: bool


class Followers:
    """Calls of passengers and notify on behalf of whoever wrote."""

    def __init__(self, deps: Deps) -> None:
        self._rpc = deps.rpc
        self._noted: OrderedDict[str, tuple[float, str | None]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- who follows -----------------------------------------------------------------------------------

    def note(self, incoming: Incoming, spoken: Spoken) -> None:
        """Have passengers note that this user, who writes to us, follows us: in the background, once an hour, and
        whenever they write in another language than before."""
        noted_at, before = self._noted.get(incoming.openid, (-_NOTED_S, None))
        if spoken.written in (None, before) and monotonic() - noted_at < _NOTED_S:
            return
        _put(self._noted, incoming.openid, (monotonic(), spoken.written or before))
        request = self._note_request(incoming, spoken, True)
        self._later("passengers", "note_wechat_follower", request, self._context(incoming, spoken))

    def note_left(self, incoming: Incoming, spoken: Spoken) -> None:
        """Have passengers note that this user follows us no longer."""
        self._noted.pop(incoming.openid, None)
        request = self._note_request(incoming, spoken, False)
        self._later("passengers", "note_wechat_follower", request, self._context(incoming, spoken))

    def note_new(self, incoming: Incoming, spoken: Spoken, scene: str) -> None:
        """Have passengers note that this user follows us from now on, with the language that WeChat knows of them."""
        _put(self._noted, incoming.openid, (monotonic(), None))
        self.in_background(self._note_new(incoming, spoken, scene))

    async def _note_new(self, incoming: Incoming, spoken: Spoken, scene: str) -> None:
        context = self._context(incoming, spoken)
        try:
            told = await self._rpc.call(
                "notify",
                "get_wechat_language",
                {"openid": incoming.openid},
                deadline_s=_LANGUAGE_S,
                context=context,
            )
        except ServiceError as exc:
            log.info("WeChat doesn't tell a language", extra={"code": exc.code})
            told = {"language": None}
        spoken = Spoken(told["language"] or spoken.language, told["language"])
        request = self._note_request(incoming, spoken, True) | {"scene": scene[:128] or None}
        await self._tried("passengers", "note_wechat_follower", request, context)

    async def passenger_id(self, incoming: Incoming, spoken: Spoken) -> str:
        """The traveller behind an openid; one who is new becomes known. Raises ServiceError."""
        # Not the id of `note`, which may be under way at this moment.
        request = self._note_request(incoming, spoken, True)
        request["request_id"] = request_id("who", incoming)
        context = self._context(incoming, spoken)
        answer = await self._rpc.call(
            "passengers", "note_wechat_follower", request, repeat=True, context=context
        )
        return str(answer["passenger_id"])

    # --- followed flights --------------------------------------------------------------------------------

    async def follow(self, incoming: Incoming, flight_id: str, role: str, spoken: Spoken) -> Hears:
        """Follow a flight, which asks for messages about it; whether they come. Raises ServiceError."""
        passenger_id = await self.passenger_id(incoming, spoken)
        context = self._of(passenger_id, spoken)
        agreed = await follow_consent(self._rpc, passenger_id, request_id("agree", incoming), context)
        request = {
            "request_id": request_id("follow", incoming),
            "passenger_id": passenger_id,
            "flight_id": flight_id,
            "role": role,
        }
        answer = await self._rpc.call("notify", "follow", request, repeat=True, context=context)
        return Hears(agreed, answer["reachable"] or await self._reachable_by_now(passenger_id, context))

    async def _reachable_by_now(self, passenger_id: str, context: CallContext) -> bool:
        """Whom we heard of a moment ago, notify may hear of a moment later."""
        await asyncio.sleep(_MOMENT_S)
        asked = {"passenger_id": passenger_id}
        answer = await self._rpc.call("notify", "list_follows", asked, repeat=True, context=context)
        return bool(answer["reachable"])

    async def agree(self, incoming: Incoming, spoken: Spoken) -> None:
        """Agree to messages about flights, whatever was said before. Raises ServiceError."""
        passenger_id = await self.passenger_id(incoming, spoken)
        request = {
            "request_id": request_id("consent", incoming),
            "passenger_id": passenger_id,
            "kind": ConsentKind.FLIGHT_MESSAGES.value,
            "version": CURRENT_CONSENTS[ConsentKind.FLIGHT_MESSAGES],
        }
        context = self._of(passenger_id, spoken)
        await self._rpc.call("passengers", "give_consent", request, repeat=True, context=context)

    async def unfollow(self, incoming: Incoming, flight_id: str, spoken: Spoken) -> None:
        """Raises ServiceError."""
        passenger_id = await self.passenger_id(incoming, spoken)
        context = self._of(passenger_id, spoken)
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
    def _context(incoming: Incoming, spoken: Spoken) -> CallContext:
        """WeChat vouches for the user; who that is to us, passengers says."""
        return CallContext(language=spoken.language, principal={"wechat": "callback"})

    @staticmethod
    def _of(passenger_id: str, spoken: Spoken) -> CallContext:
        return CallContext(language=spoken.language, principal={"passenger": passenger_id})

    @staticmethod
    def _note_request(incoming: Incoming, spoken: Spoken, subscribed: bool) -> dict[str, Any]:
        return {
            "request_id": request_id("unfollower" if not subscribed else "follower", incoming),
            "openid": incoming.openid,
            "unionid": incoming.fields.get("UnionId", "")[:64] or None,
            "subscribed": subscribed,
            "language": spoken.language,
            "written_in": spoken.written,
            "scene": None,
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
                # Each attempt has a deadline of its own.
                await self._rpc.call(service, method, request, context=replace(context, spent=Spent()))
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


def _put(kept: OrderedDict[str, tuple[float, str | None]], key: str, value: tuple[float, str | None]) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_NOTED:
        kept.popitem(last=False)
