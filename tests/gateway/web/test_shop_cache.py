"""The mall's catalogue in memory: one call for many readers, no news older than the event, and an age while shop is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from gateway.cache.mall import LISTS, MallCache, Question
from gateway.rpc import CallContext
from kernel.errors import Kind, RemoteError, Unavailable

pytestmark = pytest.mark.anyio
TEA = Question("get_product", {"product_id": "tea"}, frozenset({"product:tea"}))
CABLE = Question("get_product", {"product_id": "cable"}, frozenset({"product:cable"}))
DEALS = Question("list_deals", {"limit": 8}, frozenset({LISTS}))


class Shop:
    """Counts what it is asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.price = 1
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.listeners: dict[str, Callable[[bytes], None]] = {}
        self.state: Callable[[bool], None] = lambda up: None

    def on_event(self, publisher: str, event_name: str, callback: Callable[[bytes], None]) -> None:
        self.listeners[event_name] = callback

    def on_state(self, callback: Callable[[bool], None]) -> None:
        self.state = callback

    def tell(self, name: str, **data: Any) -> None:
        self.listeners[name](orjson.dumps({"name": name, "data": data}))

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
        if self.away:
            raise Unavailable(service=service, retry_after_s=2)
        if request.get("product_id") == "none":
            raise RemoteError("shop.product_not_found", Kind.NOT_FOUND, {})
        self.asked.append(str(request.get("product_id", method)))
        price = self.price
        await self.gate.wait()
        return {"price": price}


async def price(mall: MallCache, question: Question = TEA) -> int:
    return int((await mall.ask(question)).value["price"])


async def test_many_readers_at_once_are_one_call() -> None:
    shop = Shop()
    mall = MallCache(shop)
    assert await asyncio.gather(*(price(mall) for _ in range(50))) == [1] * 50
    assert await price(mall) == 1
    assert shop.asked == ["tea"]


async def test_an_event_drops_what_it_is_about_and_nothing_else() -> None:
    shop = Shop()
    mall = MallCache(shop)
    for question in (TEA, CABLE, DEALS):
        await price(mall, question)
    shop.price = 2
    shop.tell("product_changed", product_id="tea", shop_id="s", version=2)
    assert [await price(mall, question) for question in (TEA, CABLE, DEALS)] == [2, 1, 2]
    shop.price = 3
    shop.tell("catalogue_changed")
    assert [await price(mall, question) for question in (TEA, CABLE, DEALS)] == [3, 3, 3]


async def test_an_answer_under_way_when_the_event_comes_is_not_kept_as_news() -> None:
    shop = Shop()
    mall = MallCache(shop)
    shop.gate.clear()
    before = asyncio.create_task(price(mall))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    shop.price = 2
    shop.tell("product_changed", product_id="tea", shop_id="s", version=2)
    after = asyncio.create_task(price(mall))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    shop.gate.set()
    assert (await before, await after) == (1, 2), (
        "who asks after the event doesn't share the call from before"
    )
    assert await price(mall) == 2
    assert shop.asked == ["tea", "tea"]


async def test_while_shop_is_away_the_last_answer_goes_out_with_its_age() -> None:
    shop = Shop()
    mall = MallCache(shop)
    await price(mall)
    shop.away = True
    shop.state(False)
    answer = await mall.ask(TEA)
    assert (answer.value["price"], answer.stale) == (1, True)
    with pytest.raises(Unavailable):
        await mall.ask(CABLE)
    shop.away, shop.price = False, 2
    shop.state(True)
    answer = await mall.ask(TEA)
    assert (answer.value["price"], answer.stale) == (2, False), "events may have been missed meanwhile"


async def test_a_refusal_is_the_readers_and_is_not_kept() -> None:
    mall = MallCache(Shop())
    nothing = Question("get_product", {"product_id": "none"}, frozenset({"product:none"}))
    for _ in range(2):
        with pytest.raises(RemoteError):
            await mall.ask(nothing)


async def test_a_reader_who_leaves_takes_the_answer_from_nobody() -> None:
    shop = Shop()
    mall = MallCache(shop)
    shop.gate.clear()
    first, second = asyncio.create_task(price(mall)), asyncio.create_task(price(mall))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    shop.gate.set()
    assert await second == 1


async def test_an_event_that_cant_be_read_is_about_everything() -> None:
    shop = Shop()
    mall = MallCache(shop)
    await price(mall)
    shop.price = 2
    shop.listeners["product_changed"](b"{")
    assert await price(mall) == 2
