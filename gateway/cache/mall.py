"""Answers of the mall's catalogue in memory: the same for every reader, dropped when shop says that they changed.

An answer lies under one key, the question, and hangs on topics: a product, a shop, the lists. An event turns the
generation of the topics it is about; an answer is good while the generations are those from before it was asked for,
so one that was under way when the event came is never kept as news. While shop is away the last answer goes out, with
its age. What is in a basket, what it costs there and what an order may have is never kept here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from gateway.rpc import CallContext
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from services.shop import events

LISTS: Final = "lists"
"""The topic of every answer that names more than one product or shop."""
CAMPAIGNS: Final = "campaigns"
"""The topic of what coupons may be claimed."""
_ALL: Final = "all"

_EVENTS: Final = (
    events.PRODUCT_CHANGED,
    events.SHOP_CHANGED,
    events.CATALOGUE_CHANGED,
    events.STOCK_OUT,
    events.STOCK_IN,
    events.CAMPAIGN_CHANGED,
)
_AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})
_MOST_KEPT: Final = 2_000
_MOST_TOPICS: Final = 20_000

Stamp = Mapping[str, int]


def of_product(product_id: str) -> str:
    """The topic of one product."""
    return f"product:{product_id}"


def of_shop(shop_id: str) -> str:
    """The topic of one shop: its name and hours, not what it sells."""
    return f"shop:{shop_id}"


class _Rpc(Protocol):
    async def call(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        deadline_s: float | None = None,
        repeat: bool = False,
        context: CallContext | None = None,
    ) -> Any: ...

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None: ...

    def on_state(self, callback: Callable[[bool], None]) -> None: ...


@dataclass(frozen=True)
class Question:
    """An RPC of shop that is answered alike to everybody. fresh_s: how long, if no event is ever heard."""

    method: str
    request: Mapping[str, Any]
    topics: frozenset[str]
    fresh_s: float = 60.0

    @property
    def key(self) -> bytes:
        return self.method.encode() + orjson.dumps(dict(self.request), option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True)
class Answer:
    """value: not to be changed. age_s: since it was asked for. stale: nobody answers, this was true then.

    stamp: what is drawn from it is good while MallCache.stamp of the same topics is the same.
    """

    value: Any
    stamp: Stamp
    age_s: float = 0.0
    stale: bool = False


@dataclass(frozen=True)
class _Kept:
    value: Any
    stamp: Stamp
    asked_s: float


class MallCache:
    """Subscribes when made."""

    def __init__(self, rpc: _Rpc) -> None:
        self._rpc = rpc
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._asking: dict[bytes, tuple[Stamp, asyncio.Task[Any]]] = {}
        self._generations: dict[str, int] = {}
        self._forgotten = 0
        for name in _EVENTS:
            rpc.on_event(events.PUBLISHER, name, self._changed)
        rpc.on_state(self._state_changed)

    async def ask(self, question: Question, context: CallContext | None = None) -> Answer:
        """The answer that holds; the last known one while nobody answers.

        Raises the service's refusals; Unavailable and DeadlineExceeded when there is no answer from before.
        """
        key, stamp = question.key, self.stamp(question.topics)
        kept = self._kept.get(key)
        if kept is not None and kept.stamp == stamp and monotonic() - kept.asked_s < question.fresh_s:
            self._kept.move_to_end(key)
            return Answer(kept.value, stamp, monotonic() - kept.asked_s)
        try:
            return Answer(await self._shared(key, question, stamp, context), stamp)
        except ServiceError as exc:
            if kept is None or exc.kind not in _AWAY:
                raise
            return Answer(kept.value, stamp, monotonic() - kept.asked_s, stale=True)

    def stamp(self, topics: Iterable[str]) -> Stamp:
        """The generations that hold now: what was drawn from answers is good while they are the same."""
        found = {topic: self._generations.get(topic, self._forgotten) for topic in topics}
        return found | {_ALL: self._generations.get(_ALL, 0)}

    def turn(self, *topics: str) -> None:
        """Answers on these topics hold no longer."""
        if len(self._generations) > _MOST_TOPICS:
            # A topic that is forgotten and one that was never heard of must not look alike.
            self._forgotten = max(self._generations.values()) + 1
            self._generations = {_ALL: self._generations.get(_ALL, 0) + 1}
        for topic in topics:
            self._generations[topic] = self._generations.get(topic, self._forgotten) + 1

    async def _shared(self, key: bytes, question: Question, stamp: Stamp, context: CallContext | None) -> Any:
        """One call for all who ask the same meanwhile, unless an event came in between."""
        under_way = self._asking.get(key)
        if under_way is None or under_way[0] != stamp:
            call = asyncio.ensure_future(self._call(key, question, stamp, context))
            under_way = self._asking[key] = (stamp, call)
            call.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(under_way[1])

    async def _call(self, key: bytes, question: Question, stamp: Stamp, context: CallContext | None) -> Any:
        asked_s = monotonic()
        value = await self._rpc.call(
            events.PUBLISHER, question.method, dict(question.request), repeat=True, context=context
        )
        newer = self._kept.get(key)
        if newer is None or newer.asked_s <= asked_s:
            self._kept[key] = _Kept(value, stamp, asked_s)
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return value

    def _over(self, key: bytes, done: asyncio.Task[Any]) -> None:
        if not done.cancelled():
            done.exception()  # whoever waited has it; nobody may be left who did
        if key in self._asking and self._asking[key][1] is done:
            del self._asking[key]

    def _changed(self, body: bytes) -> None:
        """One event. Whatever can't be read is about everything."""
        try:
            told = orjson.loads(body)
            about, name = told["data"], told["name"]
        except (ValueError, KeyError, TypeError):
            self.turn(_ALL)
            return
        product, shop = about.get("product_id"), about.get("shop_id")
        if name == events.CAMPAIGN_CHANGED:
            self.turn(CAMPAIGNS)
        elif name == events.CATALOGUE_CHANGED or not (product or shop):
            self.turn(_ALL)
        elif product:
            self.turn(of_product(product), LISTS)
        else:
            # A shop's name and hours stand on its products' pages.
            self.turn(of_shop(shop), LISTS)

    def _state_changed(self, up: bool) -> None:
        """The connection came or went: events may have been missed."""
        self.turn(_ALL)
