"""Tea and a cable for the gate: a coupon, two shops, one payment in the sandbox's phone, another gate, codes at the shops'
screen, one piece back and its share of the coupon with it; every fen in order, ledger and coupon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from deploy import assets
from deploy.broker import Broker
from deploy.processes import wait_until
from tests.messaging.calls.harness import Wire, eventually
from tests.support.lost_desk import sign_in
from tests.support.partner import Partner, departure_update
from tests.support.phones import phone_of
from tests.support.sandbox import Person, Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)
TEA, CABLE = "湖南八茶 品鉴盒", "USB-C 快充数据线"
TEA_SHOP, CABLE_SHOP = "湘叶茶舍·国际 · T2", "行囊记·国际 · T2"
SHOPS = "--shop t2i-xiangye --shop t2i-xingnang"
DESK = "/staff/shop"
SOON = {"NOTIFY_HOLD_OFF_S": "2", "NOTIFY_GATHER_S": "2"}
"""Seconds that a new promise must hold until it is told, and that messages about an order wait for each other."""
ZONE = ZoneInfo("Asia/Shanghai")
BACK_FEN, SHARE_FEN = 4692, 208
"""A cable of 49 yuan costs 46.92: of 10 yuan off 236, 4.15 fall on two of them, and 2.08 on the first that comes back."""


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox
    airline: Partner
    departs_at: datetime

    def report(self, gate: str) -> str:
        """CZ3101 to Singapore, behind border control as both shops are; its id."""
        update = departure_update(3101, self.departs_at, departure={"terminal": "T2", "gate": gate})
        update["leg"]["arrival_airport"] = "SIN"
        answer = self.airline.push([update]).json()
        assert answer["applied"] == 1, answer
        return str(answer["results"][0]["flight_id"])

    def call(self, service: str, method: str, /, **request: Any) -> Any:
        # Opened anew: a broker hangs up on who is silent for as long as people take here.
        with closing(Wire(self.stack.amqp_url)) as wire:
            answer = wire.call(service, method, request)
        assert answer.error is None, answer.error
        return answer.result


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    assets.build()
    with in_wechat(broker, "mall", NOTIFY_QUIET_HOURS="-", **SOON) as (stack, wechat):
        stack.airport(f"shop demo --pictures 0 {SHOPS}", "staff demo")
        # Within a day, and the shops open before it whatever the hour now.
        leaves = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=20)
        yield Suite(stack, wechat, Partner.register(stack.base_url, stack.environ), leaves)


@pytest.fixture
def someone(suite: Suite) -> Person:
    person = suite.wechat.person("小雨")
    person.subscribe()
    return person


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's consoles said of the pages."""
    return []


@pytest.fixture
def phone(browser: Browser, someone: Person) -> Iterator[Page]:
    with phone_of(browser, someone) as page:
        yield page


@pytest.fixture
def desk(browser: Browser, suite: Suite, complaints: list[str]) -> Iterator[Page]:
    """The screen of who works for both shops."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = sign_in(suite.stack, context, "demo.shop", DESK)
    listen(page, complaints)
    yield page
    context.close()


def listen(page: Page, complaints: list[str]) -> None:
    page.on(
        "console", lambda m: m.type in {"error", "warning"} and complaints.append(f"{m.location} {m.text}")
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))


def test_tea_and_a_cable_come_to_the_gate_and_one_piece_goes_back(
    suite: Suite, phone: Page, desk: Page, someone: Person, complaints: list[str]
) -> None:
    page = phone.frame_locator("iframe")
    follow(suite, phone, page)
    # Not before: no bus calls here, and a flight's page asks for them.
    expect(page.locator(".flightbus__in")).not_to_be_empty()
    listen(phone, complaints)
    claim(phone, page, suite)
    fill_basket(phone, page, suite)
    check_out(page)
    pay(phone, page)
    order_id = str(page.locator("#order").get_attribute("data-order"))
    suite.report("28")
    codes = codes_of(page)
    told_of_the_gate(suite, someone, order_id)
    numbers = [pick(desk, TEA_SHOP, TEA), pick(desk, CABLE_SHOP, CABLE)]
    expect(page.locator(".parcel__promise").first).to_contain_text("登机口28", timeout=20_000)
    expect(page.locator(".parcel__why")).to_have_text([re.compile("登机口有变")] * 2)
    hand_over(desk, TEA_SHOP, numbers[0], codes[0], duty_free=True)
    hand_over(desk, CABLE_SHOP, numbers[1], codes[1], duty_free=False)
    give_back(suite, phone, page, order_id)
    agree(desk)
    every_fen(suite, someone, order_id)
    see_it(suite, phone, page, order_id)
    assert complaints == []
    assert [one for one in suite.wechat.log(level="bad") if one["kind"] in {"pay", "js", "push"}] == []


# --- the traveller --------------------------------------------------------------------------------------------------


def follow(suite: Suite, phone: Page, page: FrameLocator) -> None:
    flight_id = suite.report("22")
    address = f"{suite.stack.base_url}/flights/{flight_id}"
    assert wait_until(lambda: suite.wechat.http.get(address).status_code == 200, 30.0)
    go(phone, suite, f"/flights/{flight_id}")
    page.get_by_role("button", name="关注", exact=True).click()
    expect(page.get_by_text("已关注此航班")).to_be_visible()


def claim(phone: Page, page: FrameLocator, suite: Suite) -> None:
    go(phone, suite, "/shop/coupons")
    page.get_by_role("button", name="领取优惠券：商城新客券 满60减10").click()
    expect(page.get_by_text("领取成功")).to_be_visible()


def fill_basket(phone: Page, page: FrameLocator, suite: Suite) -> None:
    """One box of tea and two cables, each found by a search."""
    for words, name, pieces in (("湖南八茶", TEA, 1), ("usb-c xingnang", CABLE, 2)):
        go(phone, suite, "/shop")
        page.locator("input[name=q]").fill(words)
        page.locator("input[name=q]").press("Enter")
        page.locator("a", has_text=name).first.click()
        for _ in range(pieces - 1):
            page.get_by_role("button", name="加一件").click()
        page.get_by_role("button", name="加入购物车").click()
        expect(page.get_by_text("已加入购物车")).to_be_visible()
    page.get_by_role("link", name="去看看").click()


def check_out(page: FrameLocator) -> None:
    """The flight that is followed, its gate, and the coupon are there unasked; a typed number finds the same flight."""
    expect(page.get_by_text("共3件")).to_be_visible()
    page.get_by_role("link", name="去结算").click()
    ways = page.locator("input[value=gate]:checked")
    expect(ways).to_have_count(2)
    page.get_by_role("radio", name="其他航班，或不填").check()
    expect(ways).to_have_count(0)
    page.get_by_label("航班号").fill("cz 3101")
    page.get_by_label("航班号").press("Tab")
    expect(ways).to_have_count(2)
    expect(page.get_by_text("前送到登机口22")).to_have_count(2)
    expect(page.locator(".paybar")).to_contain_text("¥226")
    page.get_by_role("button", name="提交订单").click()


def pay(phone: Page, page: FrameLocator) -> None:
    page.get_by_role("button", name="微信支付").click()
    phone.get_by_role("button", name="支付 ¥226.00").click()
    phone.get_by_role("button", name="返回商家").click()
    expect(page.locator("h1")).to_have_text("已支付")


def codes_of(page: FrameLocator) -> list[str]:
    """What is shown at the shop of the tea and at that of the cable."""
    parcels = [page.locator(".parcel", has_text=name) for name in (TEA, CABLE)]
    return [parcel.locator(".handcode summary b").inner_text() for parcel in parcels]


def told_of_the_gate(suite: Suite, someone: Person, order_id: str) -> None:
    """The message names the new gate, and until when a parcel is there: of both together the first."""
    told = str(someone.wait_message("template", "送达安排有变")["body"])
    untils = [one["promised_until"] for one in order_of(suite, order_id)["parcels"]]
    assert "28登机口" in told
    assert any(
        f"{datetime.fromisoformat(each).astimezone(ZONE):%m月%d日 %H:%M}" in told for each in untils
    ), told


def give_back(suite: Suite, phone: Page, page: FrameLocator, order_id: str) -> None:
    """One of the cables, unopened: what comes back is told first."""
    go(phone, suite, f"/shop/orders/{order_id}/return")
    cable = page.locator(f"select[name='line.{line_of(suite, order_id, CABLE)['id']}']")
    cable.select_option("1")
    # Each choice asks the page anew.
    expect(cable.locator("option[value='1'][selected]")).to_have_count(1)
    page.locator("#reason").select_option(label="不想要了")
    expect(page.get_by_text("最多可退¥46.92")).to_be_visible()
    page.get_by_role("button", name="提交给店铺").click()
    expect(page.get_by_text("售后申请已提交")).to_be_visible()


def see_it(suite: Suite, phone: Page, page: FrameLocator, order_id: str) -> None:
    go(phone, suite, f"/shop/orders/{order_id}")
    expect(page.locator(".refund")).to_contain_text("¥46.92已原路退回")
    expect(page.locator(".parcel__why")).to_have_count(0)
    go(phone, suite, "/me/coupons")
    expect(page.locator(".stub")).to_have_count(1)
    expect(page.locator(".stub")).to_contain_text(re.compile(r"2\.08.*满¥12\.48可用.*找零券", re.DOTALL))


def go(phone: Page, suite: Suite, path: str) -> None:
    """As a tap on a link in the chat does."""
    open_page = "url => import('/phone/frame.js').then((frame) => frame.openPage(url))"
    phone.evaluate(open_page, suite.stack.base_url + path)


# --- the shops ------------------------------------------------------------------------------------------------------


def pick(desk: Page, shop: str, what: str) -> str:
    """From the queue into the bag and on the way; the parcel's number. Ticked by the keyboard."""
    stand_at(desk, shop)
    desk.locator("main a[href*='/parcels/']", has_text=what).click()
    desk.get_by_role("button", name=re.compile("开始拣货")).click()
    expect(desk.locator("[data-tick]")).to_have_count(1)
    desk.keyboard.press("1")
    desk.get_by_role("button", name=re.compile("备货完成")).click()
    desk.get_by_role("button", name=re.compile("送往登机口28")).click()
    expect(desk.get_by_text("已出发送往登机口")).to_be_visible()
    return desk.locator("h1").inner_text()


def hand_over(desk: Page, shop: str, number: str, code: str, *, duty_free: bool) -> None:
    stand_at(desk, shop)
    desk.goto(desk.url.partition("?")[0] + "/scan")
    expect(desk.locator("#number")).to_be_focused()  # else a first key goes elsewhere
    desk.keyboard.type(code)
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_contain_text(number)
    if duty_free:
        desk.locator("input[name=checked_pass]").check()
    desk.get_by_role("button", name=re.compile("确认交付")).click()
    expect(desk.get_by_text("已交付。")).to_be_visible()


def agree(desk: Page) -> None:
    stand_at(desk, CABLE_SHOP)
    desk.get_by_role("link", name="售后").click()
    desk.locator("main td a").click()
    expect(desk.locator("input[name=refund]")).to_have_value("46.92")
    desk.get_by_role("button", name="同意退款").click()
    expect(desk.get_by_text("已处理，并已通知顾客")).to_be_visible()


def stand_at(desk: Page, shop: str) -> None:
    desk.goto(desk.url.partition(DESK)[0] + DESK)
    with desk.expect_navigation():
        desk.get_by_label("商铺").select_option(label=shop)


# --- the money ------------------------------------------------------------------------------------------------------


def traced(suite: Suite, order_id: str) -> Any:
    return suite.call("payments", "trace", order_service="shop", order_id=order_id)


def order_of(suite: Suite, order_id: str) -> Any:
    [intent] = traced(suite, order_id)["intents"]
    mine = {"passenger_id": intent["passenger_id"], "order_id": order_id}
    return suite.call("shop", "get_order", **mine)["order"]


def line_of(suite: Suite, order_id: str, name: str) -> Any:
    lines = [line for parcel in order_of(suite, order_id)["parcels"] for line in parcel["lines"]]
    return next(line for line in lines if line["name"]["zh"] == name)


def every_fen(suite: Suite, someone: Person, order_id: str) -> None:
    """The order, the ledger, WeChat Pay and the coupon say the same."""

    def settled() -> bool:
        suite.wechat.settle_refunds()
        return bool(order_of(suite, order_id)["refunded_fen"] == BACK_FEN)

    eventually(settled, 30.0)
    order = order_of(suite, order_id)
    assert (order["goods_fen"], order["discount_fen"], order["amount_fen"]) == (23_600, 1000, 22_600)
    assert (order["refunded_fen"], order["refunding_fen"]) == (BACK_FEN, 0)
    assert [one["state"] for one in order["parcels"]] == ["handed_over"] * 2
    assert {one["promises"] for one in order["parcels"]} == {2}
    tea, cable = (line_of(suite, order_id, name) for name in (TEA, CABLE))
    assert (tea["discount_fen"], tea["refund_fen"]) == (585, 0)
    assert (cable["discount_fen"], cable["returned"], cable["refund_fen"]) == (415, 1, BACK_FEN)
    [used] = order["coupons"]
    assert (used["discount_fen"], used["given_back_fen"]) == (1000, SHARE_FEN)
    kept = 22_600 - BACK_FEN
    assert traced(suite, order_id)["balances"] == {"wechat": kept, "order:shop": -kept, "refunds": 0}
    [paid] = someone.payments
    assert (paid["total_fen"], [one["refund_fen"] for one in paid["refunds"]]) == (22_600, [BACK_FEN])
    [intent] = traced(suite, order_id)["intents"]
    [change] = suite.call("shop", "list_my_coupons", passenger_id=intent["passenger_id"])["coupons"]
    assert (change["source"], change["value_fen"], change["threshold_fen"]) == ("given_back", SHARE_FEN, 1248)
