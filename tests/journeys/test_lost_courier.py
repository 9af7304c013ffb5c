"""A jacket is sent to its owner: quoted, given up once before paying, paid in WeChat's sheet, handed to the courier with
its number, and delivered; every fen in the ledger, every hand in the chain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from deploy import assets
from deploy.broker import Broker
from gateway.staff.lost_shared import HOME
from kernel import clock
from kernel.ids import new_id
from kernel.sealing import seal
from tests.messaging.calls.harness import Wire
from tests.support.lost_desk import sign_in
from tests.support.phones import phone_of
from tests.support.sandbox import Person, Sandbox, in_wechat
from tests.support.stack import Stack
from tests.unit.lostfound.examples import LIU, jacket

pytestmark = pytest.mark.timeout(240)
FEE_FEN = 1800
"""A jacket to an address in the same province."""
ADDRESS = {
    "Who receives it": "王芳",
    "Phone for the courier": "13800138000",
    "City and district": "长沙市岳麓区",
    "Street, house and door": "麓山南路932号3栋402",
    "Postcode, if you know it": "410083",
}
CARRIER, TRACKING = "SF Express", "SF1234567890123"


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox

    def call(self, service: str, method: str, /, **request: Any) -> Any:
        # Opened anew: a broker hangs up on who is silent for as long as people take here.
        with closing(Wire(self.stack.amqp_url)) as wire:
            answer = wire.call(service, method, request)
        assert answer.error is None, answer.error
        return answer.result

    def write(self, method: str, /, **request: Any) -> Any:
        return self.call("lostfound", method, request_id=new_id(), **request)

    def trace(self, order_id: str) -> Any:
        return self.call("payments", "trace", order_service="lostfound", order_id=order_id)


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    assets.build()
    with in_wechat(broker, "courier", NOTIFY_QUIET_HOURS="-") as (stack, wechat):
        stack.airport("staff demo")
        yield Suite(stack, wechat)


@pytest.fixture
def owner(suite: Suite) -> Person:
    owner = suite.wechat.person("Marigold", language="en")
    owner.subscribe()
    return owner


@pytest.fixture
def phone(browser: Browser, owner: Person) -> Iterator[Page]:
    with phone_of(browser, owner, locale="en-GB") as page:
        yield page


@pytest.fixture
def counter(browser: Browser) -> Iterator[BrowserContext]:
    """The computer at the desk; what it prints is noted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.add_init_script("window.print = () => document.body.setAttribute('data-printed', '')")
    yield context
    context.close()


def test_a_jacket_is_sent_to_its_owner_for_a_fee_paid_in_the_sheet(
    suite: Suite, phone: Page, owner: Person, counter: BrowserContext
) -> None:
    page = phone.frame_locator("iframe")
    number = approved(suite, phone, page)
    open_note(phone, "Yours: come for it")
    page.get_by_role("link", name=re.compile("^Have it sent")).click()
    given_up(suite, phone, page, owner)
    assert rows_of(suite, number) == 2, "found and kept: nobody has had it in their hands since"
    order_id = order(page)
    page.get_by_role("button", name="Pay with WeChat").click()
    phone.get_by_role("button", name="Pay ¥18.00").click()
    phone.get_by_role("button", name="Return to merchant").click()
    expect(page.locator(".slate .chip").first).to_have_text("Paid, waits for the courier")
    close(phone)
    expect(phone.locator(".note", has_text="Courier fee paid")).to_be_visible()

    desk = sign_in(suite.stack, counter, path=f"{HOME}/courier")
    print_slip(desk, number)
    hand_to_courier(desk, number)
    open_note(phone, "On its way to you")
    expect(page.locator(".slate .chip")).to_have_text("On its way to you")
    page.get_by_role("link", name="Where is the parcel?").click()
    expect(page.locator(".slate .chip").first).to_have_text("On its way to you")
    expect(page.locator(".told")).to_contain_text(CARRIER)
    expect(page.get_by_role("link", name=TRACKING)).to_have_attribute("href", re.compile(TRACKING))
    desk.get_by_role("button", name="It has arrived").click()
    expect(desk.get_by_role("status").first).to_contain_text("It is with its owner.")
    close(phone)
    open_note(phone, "Delivered")
    expect(page.locator(".slate .chip")).to_have_text("Handed over")
    paid_to_the_fen(suite, owner, order_id)
    whole_chain(suite, desk, number)


# --- the traveller --------------------------------------------------------------------------------------------------


def approved(suite: Suite, phone: Page, page: FrameLocator) -> str:
    """The number of a jacket that is kept for whoever signs in on this phone, after the desk believed their claim."""
    go(phone, suite, "/sign-in?next=/me")
    expect(page.locator(".who")).to_be_visible()
    me = phone.frames[-1].evaluate("() => fetch('/api/v1/me').then(answer => answer.json())")
    close(phone)
    mine = {"passenger_id": me["passenger"]["id"]}
    key = suite.call("lostfound", "get_sealing_key")["key"]
    private = seal(key, json.dumps({"marks": "initials J.M. inside"}))
    lost = {"lost_from": hours_ago(7), "lost_to": hours_ago(3), "places": ["T2-GATE-34"]}
    loss = {"category": "coat", "colours": ["navy"], "description": "A navy padded jacket", **lost}
    report = suite.write("file_report", language="en", loss=loss, sealed=private, **mine)["report"]
    thing = jacket(found_from=hours_ago(4))
    item = suite.write("register_item", actor=LIU, desk_id="t2", shelf="A-1", item=thing)["item"]
    by = {"report_id": report["id"], "item_number": item["number"]}
    claim = suite.write("submit_claim", sealed=private, **by, **mine)["claim"]
    decision = {"claim_id": claim["id"], "version": claim["version"], "decision": "approve"}
    suite.write("decide_claim", actor=LIU, **decision)
    return str(item["number"])


def hours_ago(hours: float) -> str:
    return (clock.now() - timedelta(hours=hours)).isoformat()


def go(phone: Page, suite: Suite, path: str) -> None:
    """As a tap on a link in the chat does."""
    open_page = "url => import('/phone/frame.js').then((frame) => frame.openPage(url))"
    phone.evaluate(open_page, suite.stack.base_url + path)


def open_note(phone: Page, words: str) -> None:
    """Tap the message of the account that says so, when it has come."""
    note = phone.locator(".note", has_text=words)
    expect(note).to_contain_text("Coat or jacket")
    for line in ADDRESS.values():
        expect(note).not_to_contain_text(line)
    note.click()


def close(phone: Page) -> None:
    phone.get_by_role("button", name="Close", exact=True).click()


def order(page: FrameLocator) -> str:
    """Where to, what it costs, the address; the order's id."""
    page.get_by_label("Province or region").select_option(label="Hunan")
    page.get_by_role("button", name="What does it cost?").click()
    expect(page.locator("#to")).to_contain_text("¥18")
    for label, line in ADDRESS.items():
        page.get_by_label(label).fill(line)
    page.get_by_role("button", name="Order for ¥18").click()
    expect(page.locator(".slate .chip").first).to_have_text("Waiting for payment")
    return str(page.locator("[data-order]").get_attribute("data-order"))


def given_up(suite: Suite, phone: Page, page: FrameLocator, owner: Person) -> None:
    """Ordered, the sheet opened and closed, and fetched after all: nothing is owed, and the sheet is worth nothing."""
    order_id = order(page)
    page.get_by_role("button", name="Pay with WeChat").click()
    phone.get_by_role("button", name="Pay ¥18.00").wait_for()
    phone.locator(".pay__head").get_by_role("button", name="Close").click()
    expect(page.get_by_text("Not paid. Pay again when you like.")).to_be_visible()
    page.get_by_role("button", name="I fetch it myself").click()
    expect(page.locator(".slate .chip").first).to_have_text("Not sent")
    found = suite.trace(order_id)
    assert [intent["state"] for intent in found["intents"]] == ["closed"]
    assert (found["postings"], found["refunds"], found["balances"]) == ([], [], {})
    trade = suite.wechat.pay_order(found["intents"][0]["out_trade_no"])
    assert trade["trade_state"] == "CLOSED"
    assert owner.payments == []


# --- the desk -------------------------------------------------------------------------------------------------------


def print_slip(desk: Page, number: str) -> None:
    """The list knows the province only; the slip has the address, and goes to the printer."""
    card = desk.get_by_label(number, exact=True)
    expect(card).to_contain_text("Hunan")
    for line in ADDRESS.values():
        expect(desk.locator("main")).not_to_contain_text(line)
    card.get_by_role("button", name="Address slip").click()
    slip = desk.locator(".paper")
    for line in (number, *ADDRESS.values()):
        expect(slip).to_contain_text(line)
    desk.get_by_role("button", name="Print").click()
    expect(desk.locator("body[data-printed]")).to_have_count(1)
    desk.locator(".notice__do").get_by_role("link", name="Parcels").click()


def hand_to_courier(desk: Page, number: str) -> None:
    card = desk.get_by_label(number, exact=True)
    card.get_by_label("Courier").select_option(label=CARRIER)
    card.get_by_label("Tracking number").fill(TRACKING)
    card.get_by_role("button", name="The courier has it").click()
    expect(desk.get_by_role("status").first).to_contain_text("its owner sees the tracking number")
    expect(card.get_by_role("link", name=TRACKING)).to_be_visible()


# --- the money and the chain ----------------------------------------------------------------------------------------


def paid_to_the_fen(suite: Suite, owner: Person, order_id: str) -> None:
    found = suite.trace(order_id)
    assert [(intent["state"], intent["amount_fen"]) for intent in found["intents"]] == [("paid", FEE_FEN)]
    assert found["balances"] == {"wechat": FEE_FEN, "order:lostfound": -FEE_FEN}
    assert sum(found["balances"].values()) == 0
    assert [(one["total_fen"], one["refunds"]) for one in owner.payments] == [(FEE_FEN, [])]
    assert [one for one in suite.wechat.log(level="bad") if one["kind"] in {"pay", "js", "push"}] == []


def rows_of(suite: Suite, number: str) -> int:
    """How long the chain of custody is, whose hashes were made again."""
    process = suite.stack.run("verify", "-m", "deploy.cli", "lostfound", "verify-custody", number)
    assert process.wait(60.0)
    assert process.returncode == 0, suite.stack.log("verify")
    found = re.findall(r"1 items, (\d+) rows, 0 broken", suite.stack.log("verify"))
    return int(found[-1])


def whole_chain(suite: Suite, desk: Page, number: str) -> None:
    """Found, kept for its owner, with the courier, with its owner."""
    assert rows_of(suite, number) == 4
    desk.goto(f"{suite.stack.base_url}{HOME}/items/{number}")
    expect(desk.locator(".chain__row")).to_have_count(4)
    expect(desk.locator(".chain")).to_contain_text(TRACKING)
