"""The mall on a desktop: a guest's basket, a sign-in and payments by codes that the phone scans, two things that the shop
hasn't got, a flight that leaves without its parcel, a coupon at the till; the day's takings are the ledger's to the fen."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

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
SHOP = "t2i-xingnang"
DESK = "/staff/shop"
ZONE = ZoneInfo("Asia/Shanghai")
CABLE, BOTTLES, PLUG = "USB-C to 8-Pin Cable", "Travel Bottle Set", "Airline Headphone Adapter"
INSTEAD, LOCK = "Travel Adapter, Southeast Asia", "Customs Lock"
FIRST_FEN, BACK_FEN, LOCK_FEN = 12_900, 1000 + 4500, 5500
"""Cable 59, bottles 45, plug 25. The adapter instead of the cable is 10 less, and there are no bottles."""


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox
    airline: Partner
    departs_at: datetime

    def report(self, **changes: Any) -> str:
        """CZ3103 to Singapore, behind border control as the shop is; its id."""
        update = departure_update(
            3103, self.departs_at, departure={"terminal": "T2", "gate": "22"}, **changes
        )
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

    def trace(self, order_id: str) -> Any:
        return self.call("payments", "trace", order_service="shop", order_id=order_id)


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    assets.build()
    at_once = {"NOTIFY_QUIET_HOURS": "-", "NOTIFY_GATHER_S": "0"}
    with in_wechat(broker, "desktop", **at_once) as (stack, wechat):
        stack.airport(f"shop demo --pictures 0 --shop {SHOP}", "staff demo")
        # Within a day, and the shop opens before it whatever the hour now.
        leaves = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=20)
        yield Suite(stack, wechat, Partner.register(stack.base_url, stack.environ), leaves)


@pytest.fixture
def someone(suite: Suite) -> Person:
    person = suite.wechat.person("Robin", language="en")
    person.subscribe()
    return person


@pytest.fixture
def phone(browser: Browser, someone: Person) -> Iterator[Page]:
    with phone_of(browser, someone, locale="en-GB") as page:
        yield page


@pytest.fixture
def computer(browser: Browser) -> Iterator[Page]:
    """The traveller's, which no WeChat runs on. Twice as sharp, as its codes are photographed."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", device_scale_factor=2
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, suite: Suite) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield sign_in(suite.stack, context, "demo.shop", DESK)
    context.close()


def test_a_desktop_buys_what_is_missing_is_replaced_or_repaid_and_the_takings_match(
    suite: Suite, computer: Page, phone: Page, desk: Page, someone: Person
) -> None:
    flight_id = suite.report()
    address = f"{suite.stack.base_url}/flights/{flight_id}"
    assert wait_until(lambda: suite.wechat.http.get(address).status_code == 200, 30.0)
    fill_basket(suite, computer)
    sign_in_by_phone(suite, computer, phone)
    first = check_out(computer, "¥129")
    pay_by_phone(computer, phone, "¥129.00")

    number = start_picking(desk)
    ask_instead(desk)
    choose(computer, someone, "Take this instead", holding=INSTEAD)
    ask_money_back(desk)
    choose(computer, someone, "Give the money back", holding=BOTTLES)
    hand_over(desk, computer, number)

    second = buy_at_once(suite, computer)
    pay_by_phone(computer, phone, "¥55.00")
    suite.report(status="departed")
    expect(computer.locator(".parcel__head .chip")).to_have_text("The flight left without it")
    someone.wait_message("template", "Flight left: repaid", timeout_s=30.0)
    repaid(suite, computer, first, second)
    use_coupon(suite, computer, desk)
    takings(suite, desk, (first, second))
    assert [one for one in suite.wechat.log(level="bad") if one["kind"] in {"pay", "js", "push"}] == []


# --- the traveller --------------------------------------------------------------------------------------------------


def find(suite: Suite, computer: Page, name: str) -> None:
    computer.goto(f"{suite.stack.base_url}/shop")
    computer.locator("input[name=q]").first.fill(name)
    computer.locator("input[name=q]").first.press("Enter")
    computer.locator("main a", has_text=name).first.click()
    expect(computer.locator("h1")).to_have_text(name)


def fill_basket(suite: Suite, computer: Page) -> None:
    """By somebody who is nobody yet."""
    for name in (CABLE, BOTTLES, PLUG):
        find(suite, computer, name)
        computer.get_by_role("button", name="Add to basket").click()
        expect(computer.locator("#toast")).to_contain_text("in your basket")
    computer.goto(f"{suite.stack.base_url}/shop/basket")
    expect(computer.locator(".bag__line")).to_have_count(3)
    computer.get_by_role("link", name="Check out").click()


def said_by(code: Locator) -> str:
    """What a phone's camera reads from the screen."""
    expect(code.locator("svg")).to_be_visible()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(found.text)


def sign_in_by_phone(suite: Suite, computer: Page, phone: Page) -> None:
    """The page asks who it is; the phone scans its code and types its number. The basket is still there."""
    expect(computer.locator("#waiting")).to_be_visible()
    address = said_by(computer.locator(".qr"))
    assert address.startswith(suite.stack.base_url)
    phone.evaluate("url => import('/phone/frame.js').then((frame) => frame.openPage(url))", address)
    page = phone.frame_locator("iframe")
    page.get_by_label("Number on the computer").fill(computer.locator(".number").inner_text())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Go on there.")).to_be_visible()
    phone.get_by_role("button", name="Close", exact=True).click()
    expect(computer.locator("h1")).to_have_text("Confirm the order")
    expect(computer.locator(".line-of")).to_have_count(3)


def check_out(computer: Page, amount: str) -> str:
    """To the gate of the flight that is typed; the order's id."""
    computer.get_by_label("Flight number").fill("cz3103")
    computer.get_by_label("Flight number").press("Tab")
    expect(computer.locator("input[value=gate]:checked")).to_have_count(1)
    expect(computer.locator(".paybar")).to_contain_text(amount)
    computer.get_by_role("button", name="Order and pay").click()
    return str(computer.locator("#order").get_attribute("data-order"))


def buy_at_once(suite: Suite, computer: Page) -> str:
    find(suite, computer, LOCK)
    computer.get_by_role("button", name="Buy now").click()
    return check_out(computer, "¥55")


def pay_by_phone(computer: Page, phone: Page, amount: str) -> None:
    """The code on the screen is scanned; the page goes on by itself."""
    computer.get_by_role("button", name="Pay with WeChat").click()
    code = said_by(computer.locator(".qr--pay"))
    phone.get_by_role("button", name="Scan to pay").click()
    phone.get_by_placeholder("What the code says").fill(code)
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name=f"Pay {amount}").click()
    phone.get_by_role("button", name="Return to merchant").click()
    expect(computer.locator("h1")).to_have_text(re.compile("^Paid"))


def choose(computer: Page, someone: Person, words: str, holding: str) -> None:
    """The page that is open shows what the shop asks, and the chat says so."""
    asks = computer.locator(".asks")
    expect(asks).to_contain_text(holding)
    someone.wait_message("template", "Sold out: you choose", timeout_s=30.0)
    asks.get_by_role("button", name=words).click()
    expect(asks).to_have_count(0)


def repaid(suite: Suite, computer: Page, first: str, second: str) -> None:
    def settled() -> bool:
        suite.wechat.settle_refunds()
        found = [suite.trace(each)["balances"] for each in (first, second)]
        kept = FIRST_FEN - BACK_FEN
        return bool(
            found
            == [
                {"wechat": kept, "order:shop": -kept, "refunds": 0},
                {"wechat": 0, "order:shop": 0, "refunds": 0},
            ]
        )

    eventually(settled, 30.0, pause_s=0.3)
    for order_id, back in ((first, "¥55"), (second, "¥55")):
        computer.goto(f"{suite.stack.base_url}/shop/orders/{order_id}")
        expect(computer.locator(".refund")).to_contain_text(f"{back} went back to where you paid from")


# --- the shop -------------------------------------------------------------------------------------------------------


def start_picking(desk: Page) -> str:
    """The queue shows the order by itself; the parcel's number."""
    row = desk.locator("main a[href*='/parcels/']")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Gate 22")
    row.click()
    desk.get_by_role("button", name=re.compile("^Start picking")).click()
    expect(desk.locator("[data-tick]")).to_have_count(3)
    return desk.locator("h1").inner_text()


def missing(desk: Page, what: str) -> None:
    desk.locator(".line", has_text=what).get_by_role("link", name="Missing pieces").click()
    expect(desk.locator("main h2").first).to_contain_text(what)


def ask_instead(desk: Page) -> None:
    missing(desk, CABLE)
    desk.get_by_label("Search the shelf for something else").fill("Southeast Asia")
    desk.get_by_role("button", name="Search").click()
    desk.locator(".offer", has_text=INSTEAD).get_by_role("radio").check()
    desk.get_by_role("button", name="Ask the customer").click()
    expect(desk.get_by_role("status").first).to_contain_text("The customer is asked")


def ask_money_back(desk: Page) -> None:
    """After the answer, which is looked for by opening the parcel anew."""
    desk.reload()
    expect(desk.locator(".line", has_text=INSTEAD)).to_be_visible()
    missing(desk, BOTTLES)
    desk.get_by_role("button", name="Ask the customer").click()
    expect(desk.get_by_role("status").first).to_contain_text("The customer is asked")


def hand_over(desk: Page, computer: Page, number: str) -> None:
    """What is there goes to the gate, and is given to who shows its code."""
    desk.reload()
    ticks = desk.locator("[data-tick]")
    expect(ticks).to_have_count(2)
    for each in (0, 1):
        ticks.nth(each).check()
    desk.get_by_role("button", name=re.compile("^It is ready")).click()
    desk.get_by_role("button", name=re.compile("^Send to gate 22")).click()
    desk.locator("#code").fill(computer.locator(".handcode summary b").inner_text())
    desk.get_by_role("button", name="Give it to the customer").click()
    expect(desk.locator("h1")).to_contain_text(number)
    expect(computer.locator(".parcel__head .chip")).to_have_text("Handed over")


def use_coupon(suite: Suite, computer: Page, desk: Page) -> None:
    """Claimed on the page, its code typed at the till: used once."""
    computer.goto(f"{suite.stack.base_url}/shop/coupons")
    computer.get_by_role("button", name="Get the coupon: Welcome to the Mall: 10 off 60").click()
    computer.goto(f"{suite.stack.base_url}/me/coupons")
    computer.locator(".stub a").first.click()
    code = computer.locator(".couponcard__shown code").inner_text()
    for receipt in ("R-1", "R-2"):
        desk.goto(f"{suite.stack.base_url}{DESK}/till")
        desk.locator("#amount").fill("80")
        desk.locator("#receipt").fill(receipt)
        desk.locator("#code").fill(code)
        desk.get_by_role("button", name="What does it take off?").click()
        if receipt == "R-1":
            desk.get_by_role("button", name="Use the coupon, take ¥70.00").click()
            expect(desk.get_by_text("Used. Take this much:")).to_be_visible()
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.get_by_role("button", name=re.compile("^Use the coupon"))).to_have_count(0)


def takings(suite: Suite, desk: Page, orders: tuple[str, ...]) -> None:
    """Of the day on which it was paid and paid back: of two of them, if that was midnight."""
    postings = [one for each in orders for one in suite.trace(each)["postings"]]
    days = {datetime.fromisoformat(one["at"]).astimezone(ZONE).date() for one in postings}
    shown = [0, 0]
    for day in sorted(days):
        desk.goto(f"{suite.stack.base_url}{DESK}/takings?day={day}")
        expect(desk.get_by_text("Every sum matches the payments' ledger.")).to_be_visible()
        sums = desk.locator(".big dd").all_inner_texts()[:2]
        shown = [known + fen(words) for known, words in zip(shown, sums, strict=True)]
    assert shown == [FIRST_FEN + LOCK_FEN, BACK_FEN + LOCK_FEN]


def fen(words: str) -> int:
    return round(float(words.replace("¥", "").replace(",", "").replace("−", "-")) * 100)
