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
from typing import Any, Final, TypeVar

import orjson

from gateway.deps import Deps
from gateway.following import follow_consent
from gateway.rpc import CallContext
from gateway.rpc.context import Spent
from gateway.wechat.messages import Card, Incoming, Text, shortened
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from kernel.ids import jitter
from kernel.instants import instant
from services.notify.card_schemas import CardEvent
from services.passengers.events import PASSENGER_CHANGED
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind

log = logging.getLogger(__name__)

_LANGUAGE_S: Final = 2.0
_MOMENT_S: Final = 0.25
_PATIENCE_S: Final = 0.1
_WELCOME_S: Final = 0.6
"""How long an answer waits to know its language: whoever waits longer is answered in the one that we'd guess."""
_AGAIN_S: Final = 10.0
_PAUSES_S: Final = (1.0, 5.0, 30.0, 120.0, 300.0)
_NOTED_S: Final = 3600.0
_MOST_NOTED: Final = 100_000
_MOST_WAITING: Final = 10_000
_CARD_ID: Final = 64
_CARD_CODE: Final = 32
_PASSING: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE, Kind.LIMITED, Kind.INTERNAL})

_Kept = TypeVar("_Kept")


@dataclass(frozen=True)
class Spoken:
    """language: what we answer in. written: what the message is written in; None when it can't be told."""

    language: str
    written: str | None = None


@dataclass(frozen=True)
class Told:
    """The language that passengers knows of a user, and whether they chose it."""

    language: str
    chosen: bool


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
        self._told: OrderedDict[str, Told] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Told | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        deps.rpc.on_event("passengers", PASSENGER_CHANGED, self._changed)

    # --- who follows -----------------------------------------------------------------------------------

    async def language(self, incoming: Incoming, spoken: Spoken) -> Spoken:
        """What to answer in: the language they chose, else that of the message, else what they wrote in before or
        WeChat's own. Passengers, which knows, is told on the way that this user follows us."""
        self.note(incoming, spoken)
        return await self._known(incoming, spoken, _PATIENCE_S)

    async def welcome(self, incoming: Incoming, spoken: Spoken, scene: str) -> Spoken:
        """`language` of one who follows us from now on: WeChat is asked for theirs."""
        _put(self._noted, incoming.openid, (monotonic(), None))
        self._told.pop(incoming.openid, None)
        self._ask(incoming, self._note_new(incoming, spoken, scene))
        return await self._known(incoming, spoken, _WELCOME_S)

    async def _known(self, incoming: Incoming, spoken: Spoken, patience_s: float) -> Spoken:
        told, asking = self._told.get(incoming.openid), self._asking.get(incoming.openid)
        if told is None and asking is not None:
            done, _ = await asyncio.wait({asking}, timeout=patience_s)
            told = asking.result() if done else None
        if told is None or (spoken.written and not told.chosen):
            return spoken
        return replace(spoken, language=told.language)

    def _changed(self, body: bytes) -> None:
        """passenger_changed: ask again before the next answer; one that is under way may be older than the change."""
        openid = orjson.loads(body)["data"]["openid"]
        for known in (self._told, self._asking):
            known.pop(openid, None)
        if openid in self._noted:
            self._noted[openid] = (-_NOTED_S, self._noted[openid][1])

    def note(self, incoming: Incoming, spoken: Spoken) -> None:
        """Have passengers note that this user, who writes to us, follows us: in the background, once an hour,
        whenever they write in another language than before, and while we don't know theirs."""
        noted_at, before = self._noted.get(incoming.openid, (-_NOTED_S, None))
        enough_s = _NOTED_S if incoming.openid in self._told else _AGAIN_S
        if spoken.written in (None, before) and monotonic() - noted_at < enough_s:
            return
        _put(self._noted, incoming.openid, (monotonic(), spoken.written or before))
        request = self._note_request(incoming, spoken, True)
        self._ask(incoming, self._note(incoming, request, self._context(incoming, spoken)))

    def note_left(self, incoming: Incoming, spoken: Spoken) -> None:
        """Have passengers note that this user follows us no longer."""
        self._noted.pop(incoming.openid, None)
        self._told.pop(incoming.openid, None)
        request = self._note_request(incoming, spoken, False)
        self._later("passengers", "note_wechat_follower", request, self._context(incoming, spoken))

    async def _note_new(self, incoming: Incoming, spoken: Spoken, scene: str) -> Told | None:
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
        # Of one who is new only: who is known wrote in a language before, or chose it.
        spoken = Spoken(told["language"] or spoken.language)
        request = self._note_request(incoming, spoken, True) | {"scene": scene[:128] or None}
        return await self._note(incoming, request, context)

    async def _note(self, incoming: Incoming, request: dict[str, Any], context: CallContext) -> Told | None:
        answer = await self._tried("passengers", "note_wechat_follower", request, context)
        if answer is None:
            return None
        told = Told(answer["language"], answer["language_chosen"])
        if self._asking.get(incoming.openid) is asyncio.current_task():
            _put(self._told, incoming.openid, told)
        return told

    def _ask(self, incoming: Incoming, work: Coroutine[Any, Any, Told | None]) -> None:
        """Have `work` find out the language of this user in the background."""
        if len(self._tasks) >= _MOST_WAITING:
            work.close()
            log.error("too many users wait to be known")
            return
        task = self._asking[incoming.openid] = self.in_background(work)
        task.add_done_callback(lambda done: self._asked(incoming.openid, done))

    def _asked(self, openid: str, done: asyncio.Task[Told | None]) -> None:
        if self._asking.get(openid) is done:
            del self._asking[openid]

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
            "at": instant(incoming.created_at),
        }
        if msgid:
            self._later("notify", "note_receipt", request, CallContext())

    def note_card(self, incoming: Incoming, what: CardEvent) -> None:
        """A coupon went into somebody's wallet, was thrown out of it, or was used."""
        # WeChat's own examples have blanks around these.
        card_id, code = (incoming.fields.get(name, "").strip() for name in ("CardId", "UserCardCode"))
        if card_id and len(card_id) <= _CARD_ID and code and len(code) <= _CARD_CODE:
            request = {"event": what.value, "card_id": card_id, "code": code}
            self._later("notify", "note_card", request, CallContext())

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
            "at": instant(incoming.created_at),
        }

    def _later(self, service: str, method: str, request: dict[str, Any], context: CallContext) -> None:
        if len(self._tasks) >= _MOST_WAITING:
            log.error("too much waits to be told to services", extra={"service": service, "method": method})
            return
        self.in_background(self._tried(service, method, request, context))

    def in_background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _tried(
        self, service: str, method: str, request: dict[str, Any], context: CallContext
    ) -> dict[str, Any] | None:
        """The answer; None when the service would not take it."""
        for pause_s in (*_PAUSES_S, None):
            try:
                # Each attempt has a deadline of its own.
                answer: dict[str, Any] = await self._rpc.call(
                    service, method, request, context=replace(context, spent=Spent())
                )
                return answer
            except ServiceError as exc:
                if exc.kind not in _PASSING or pause_s is None:
                    log.warning(
                        "a service would not take it",
                        extra={"service": service, "method": method, "code": exc.code},
                    )
                    return None
            await asyncio.sleep(jitter(pause_s))
        return None


def request_id(purpose: str, incoming: Incoming) -> str:
    """The same for every push of one message, so that what it asks is done once."""
    return f"wechat:{purpose}:{hashlib.sha256(incoming.key.encode()).hexdigest()[:40]}"


def _put(kept: OrderedDict[str, _Kept], key: str, value: _Kept) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_NOTED:
        kept.popitem(last=False)
