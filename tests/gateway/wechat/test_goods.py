"""The mall in the chat: what is for sale, coupons, and what one has ordered."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.errors import ServiceAway
from gateway.wechat.words import language_of
from tests.gateway.fakes import FakeFlights, FakeRpc, flight
from tests.gateway.wechat.platform import FakeNotify, FakePassengers, FakeShop, account, event, product

pytestmark = pytest.mark.anyio

TEA = product("安化黑茶礼盒", "Anhua dark tea gift box", 12_800)
CABLE = product("USB-C 手机充电线", "USB-C phone charging cable", 3950, ("数码港", "Cable Harbour"))


@pytest.fixture
def shop() -> FakeShop:
    shelf = {word: [TEA] for word in ("茶叶", "茶", "tea", "dark tea")}
    shelf |= {word: [CABLE] for word in ("phone cable", "充电线", "power bank", "充电宝", "a charging cable")}
    return FakeShop(shelf | {"天气真好": [TEA], "what is new": [CABLE]})


@pytest.fixture
def rpc(shop: FakeShop) -> FakeRpc:
    flights = FakeFlights([flight()])
    return FakeRpc(flights=flights, passengers=FakePassengers(), notify=FakeNotify(), shop=shop)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("商城", "/shop"),
        ("购物", "/shop"),
        ("机场有什么商店", "/shop"),
        ("有什么特产", "/shop"),
        ("免税店在哪", "/shop"),
        ("mall", "/shop"),
        ("shop", "/shop"),
        ("where are the shops?", "/shop"),
        ("duty free", "/shop"),
        ("买", "/shop"),
        ("优惠券", "/shop/coupons"),
        ("优惠", "/shop/coupons"),
        ("怎么领券", "/shop/coupons"),
        ("买优惠券", "/shop/coupons"),
        ("coupon", "/shop/coupons"),
        ("any vouchers?", "/shop/coupons"),
        ("我的优惠券", "/me/coupons"),
        ("my coupons", "/me/coupons"),
        ("我的订单", "/me/orders"),
        ("我的包裹到哪了", "/me/orders"),
        ("取货码在哪看", "/me/orders"),
        ("怎么退货", "/me/orders"),
        ("商城订单开发票", "/me/orders"),
        ("where is my order", "/me/orders"),
        ("Where's my package?", "/me/orders"),
        ("I want a refund for my order", "/me/orders"),
        ("invoice", "/me/orders"),
    ],
)
async def test_the_mall_its_coupons_and_orders_are_a_card_away(rpc: FakeRpc, said: str, path: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert (reply["MsgType"], urlsplit(reply["Url"]).path) == ("news", path), reply
        assert language_of(reply["Title"] + reply["Description"]) == language_of(said)
        assert "即将" not in reply["Description"]
        assert "coming" not in reply["Description"]


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("买茶叶", "茶叶"),
        ("我想买茶叶", "茶叶"),
        ("我要买一盒茶叶", "茶叶"),
        ("请问哪里可以买到茶叶？", "茶叶"),
        ("机场哪里有茶叶卖", "茶叶"),
        ("有没有充电线卖吗", "充电线"),
        ("茶叶在哪里买", "茶叶"),
        ("茶叶", "茶叶"),
        ("充电线", "充电线"),
        ("买充电宝", "充电宝"),
        ("buy tea", "tea"),
        ("Where can I buy tea here?", "tea"),
        ("I'd like to buy some dark tea please", "dark tea"),
        ("do you sell tea at the airport", "tea"),
        ("can I buy a power bank", "power bank"),
        ("phone cable", "phone cable"),
    ],
)
async def test_what_somebody_wants_to_buy_is_shown_with_its_price_and_the_search(
    rpc: FakeRpc, said: str, thing: str
) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert reply["MsgType"] == "news", reply
        link = urlsplit(reply["Url"])
        assert (link.path, parse_qs(link.query)) == ("/shop/search", {"q": [thing]})
        assert language_of(reply["Title"]) == language_of(said)
        assert "¥128 · " in reply["Description"] or "¥39.50 · " in reply["Description"]


@pytest.mark.parametrize(
    ("said", "leads"),
    [
        ("买机票", lambda reply: "机票" in reply["Content"]),
        ("我想买大巴票", lambda reply: urlsplit(reply["Url"]).path == "/bus"),
        ("buy a bus ticket", lambda reply: urlsplit(reply["Url"]).path == "/bus"),
        ("我在商店买的手机丢了", lambda reply: "/lost/report" in reply["Content"]),
        ("可以带充电宝吗", lambda reply: "指南" in reply["Content"]),
        ("CZ3101", lambda reply: urlsplit(reply["Url"]).path.startswith("/flights/")),
        ("phone number", lambda reply: "To speak to somebody" in reply["Content"]),
        ("我的大巴", lambda reply: urlsplit(reply["Url"]).path == "/me/bus"),
    ],
)
async def test_what_is_not_of_the_mall_goes_where_it_went_before(
    rpc: FakeRpc, said: str, leads: Callable[[dict[str, str]], bool]
) -> None:
    async with account(rpc) as (_, phone):
        assert leads(await phone.say(said))


@pytest.mark.parametrize("said", ["天气真好", "what is new", "qwertz", "长沙", "你好", "x" * 90])
async def test_what_a_search_finds_by_chance_is_not_offered(rpc: FakeRpc, said: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert "买茶叶" in reply["Content"] or "such as tea" in reply["Content"], (
            "help, which knows of the mall"
        )


async def test_a_mall_that_has_none_or_is_away_is_still_a_tap_away(rpc: FakeRpc, shop: FakeShop) -> None:
    async with account(rpc) as (_, phone):
        none = await phone.say("买飞机模型")
        assert "没有找到" in none["Description"]
        shop.fails_with = ServiceAway(service="shop")
        away = await phone.say("我要买丝巾")
        assert urlsplit(away["Url"]).path == "/shop/search"
        assert "搜索" in away["Description"]
        assert "您可以直接发给我" in (await phone.say("丝巾"))["Content"]


async def test_nobodys_markup_is_sent_back(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say("buy <a href='x'>tea</a>")
        assert "<" not in reply["Title"]


async def test_the_buttons_of_before_lead_to_the_pages(rpc: FakeRpc) -> None:
    """WeChat shows a new menu a day later: a phone may still press the old one."""
    async with account(rpc) as (_, phone):
        for key, path in (("mall", "/shop"), ("coupons", "/shop/coupons"), ("orders", "/me/orders")):
            reply = await phone.push(event("CLICK", EventKey=f"topic:{key}"))
            assert urlsplit(reply["Url"]).path == path
