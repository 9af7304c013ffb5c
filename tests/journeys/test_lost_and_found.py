"""A jacket goes back to its owner: reported in English on a phone, found at the desk in Chinese, matched, claimed with a
private mark, approved, and handed over by a code; what is private about it is written nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from deploy import assets
from deploy.broker import Broker, PrivateBroker
from deploy.demo.pictures import picture
from gateway.staff.lost_shared import HOME
from kernel import clock
from kernel.ids import new_id
from kernel.sealing import seal
from tests.messaging.calls.harness import Wire, eventually
from tests.support.lost_desk import Hands, ready, sign_in
from tests.support.phones import phone_of
from tests.support.planted import files_of, holds
from tests.support.sandbox import Person, Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)
ZONE = ZoneInfo("Asia/Shanghai")
MARK = "left pocket mended with orange thread"
FOUND_MARK = "左口袋用橙色线补过"
PHONE, NUMBER, NAME = "+447700900461", "K82044179", "MARIGOLD FEATHERSTONE"
PRIVATE = (MARK, "orange thread", FOUND_MARK, "橙色线", PHONE, PHONE[3:], NUMBER, NAME, "FEATHERSTONE")
SEEN = "深蓝色连帽羽绒服，L码"
"""What isn't sealed: the search has to see it."""


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox
    broker: Broker


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    assets.build()
    with in_wechat(broker, "lost", NOTIFY_QUIET_HOURS="-") as (stack, wechat):
        stack.airport("menu publish", "staff demo")
        yield Suite(stack, wechat, broker)


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
    """The computer at the desk, in Chinese."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield context
    context.close()


def test_a_jacket_goes_back_to_its_owner_and_nothing_private_is_written_anywhere(
    suite: Suite, phone: Page, owner: Person, counter: BrowserContext, tmp_path: Path
) -> None:
    page = phone.frame_locator("iframe")
    report(phone, page)
    desk = sign_in(suite.stack, counter, path=f"{HOME}/new")
    number = register(desk, tmp_path / "jacket.jpg")
    assert in_public_list(suite, "month="), "control: it is listed while it waits"
    claim(phone, page, number)
    judge(desk, number)
    code = choose_time(phone, page)
    hand_over(desk, number, code)
    told(phone, page, desk, number)
    assert not in_public_list(suite, "category=coat")
    verified(suite, number)
    nothing_private_is_written(suite)


def open_note(phone: Page, words: str) -> None:
    """Tap the message of the account that says so, when it has come."""
    note = phone.locator(".note", has_text=words)
    expect(note).to_contain_text("Coat or jacket")
    for private in PRIVATE:
        expect(note).not_to_contain_text(private)
    note.click()


def close(phone: Page) -> None:
    phone.get_by_role("button", name="Close", exact=True).click()


def report(phone: Page, page: FrameLocator) -> None:
    """By the account's menu, which has signed its reader in."""
    phone.get_by_role("button", name="机场服务").click()
    phone.get_by_role("button", name="失物招领").click()
    page.get_by_role("link", name="I lost something").click()
    page.get_by_placeholder("Phone, jacket").fill("jacket")
    page.locator("[data-kinds] .pill:visible").get_by_label("Coat or jacket", exact=True).check()
    page.get_by_label("blue", exact=True).check()
    page.get_by_label("In your words").fill("A navy padded jacket with a hood, men's L")
    page.get_by_label("Private marks").fill(MARK)
    page.get_by_label("Last had it").fill(
        f"{clock.now().astimezone(ZONE) - timedelta(hours=3):%Y-%m-%dT%H:%M}"
    )
    page.get_by_placeholder("Gate 34").fill("t2 security")
    page.get_by_label("T2 security check", exact=True).check()
    page.get_by_label("Phone (optional)").fill(PHONE)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".looking")).to_contain_text("Nothing yet that fits")
    close(phone)


def register(desk: Page, photo: Path) -> str:
    """By keyboard, with the photo that lies on the desk's computer."""
    photo.write_bytes(picture("coat", ("navy",), "the jacket of this story"))
    ready(desk)
    hands = Hands(desk)
    hands.begin()
    hands.type("夹克")
    hands.press("Tab")
    hands.type("藏青")
    hands.press("Tab", "Tab")
    hands.type(SEEN)
    for name, text in (("marks", FOUND_MARK), ("place", "t2 安检")):
        hands.walk_to(name)
        hands.type(text)
    hands.press("Alt+m")
    hands.walk_to("desk_id")
    hands.type("T2")
    desk.locator("#f-photo").set_input_files(photo)
    expect(desk.locator("[data-shots] img")).to_have_count(1)
    hands.press("Control+Enter")
    newest = desk.locator("[data-done] .is-new")
    expect(newest.locator(".done__shots")).to_have_text("照片已保存")
    return newest.locator(".done__number").inner_text()


def claim(phone: Page, page: FrameLocator, number: str) -> None:
    """The hint tells the kind and little more; whose it is says what it doesn't tell."""
    open_note(phone, "Something like it")
    hint = page.locator(".hint")
    expect(hint).to_contain_text("Coat or jacket")
    for hidden in (number, SEEN, FOUND_MARK):
        expect(page.locator("main")).not_to_contain_text(hidden)
    hint.get_by_role("link", name="It may be mine").click()
    page.get_by_label("Private marks").fill(MARK)
    page.get_by_role("button", name="Send the claim").click()
    expect(page.locator(".slate .chip")).to_be_visible()
    expect(page.locator(".collect")).to_have_count(0)
    close(phone)


def judge(desk: Page, number: str) -> None:
    desk.goto(desk.url.split(HOME)[0] + f"{HOME}/claims")
    desk.locator("main").focus()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    table = desk.locator(".compare__table")
    expect(table).to_contain_text(FOUND_MARK)
    expect(table).to_contain_text(MARK)
    expect(table).to_contain_text(SEEN)
    expect(table.locator("img").first).to_have_js_property("complete", value=True)
    desk.get_by_role("button", name="通过，为失主保留").click()
    expect(desk.locator(".item__head .chip").first).to_be_visible()


def choose_time(phone: Page, page: FrameLocator) -> str:
    """The code of the page that the message opens; no message has it."""
    open_note(phone, "Yours: come for it")
    page.locator("details[open] .pill input:not([disabled])").first.check()
    page.get_by_role("button", name="Take this time").click()
    expect(page.locator(".told")).to_contain_text("Your time")
    code = "".join(page.locator(".collect__code b").all_inner_texts())
    assert re.fullmatch(r"[A-Z0-9]{8}", code), code
    close(phone)
    expect(phone.locator(".note", has_text="Pick-up arranged")).to_be_visible()
    expect(phone.locator("body")).not_to_contain_text(code)
    return code


def hand_over(desk: Page, number: str, code: str) -> None:
    desk.keyboard.press("h")
    desk.locator("#code").fill(code[:-1] + ("A" if code[-1] != "A" else "B"))
    fill_identity(desk)
    desk.locator(".save__go").click()
    expect(desk.locator("#wrong-code")).to_be_visible()
    desk.locator("#code").fill(code.lower())
    desk.locator(".save__go").click()
    expect(desk.locator(".paper__number")).to_be_visible()
    expect(desk.locator(".paper")).to_contain_text(number)
    expect(desk.locator(".paper__sign svg path")).to_have_count(1)
    expect(desk.locator(".paper")).not_to_contain_text(NUMBER)


def fill_identity(desk: Page) -> None:
    desk.locator("[name=doc_kind][value=passport]").check(force=True)
    desk.locator("#holder_name").fill(NAME)
    desk.locator("#doc_number").fill(NUMBER)
    box = desk.locator("[data-sign-box]")
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    assert at is not None
    desk.mouse.move(at["x"] + 60, at["y"] + 60)
    desk.mouse.down()
    for step in range(1, 8):
        desk.mouse.move(at["x"] + 60 + 30 * step, at["y"] + (90 if step % 2 else 50))
    desk.mouse.up()


def told(phone: Page, page: FrameLocator, desk: Page, number: str) -> None:
    """To the owner, in the figures, and in the chain."""
    open_note(phone, "Handed over")
    expect(page.locator(".slate .chip")).to_have_text("Handed over")
    page.get_by_role("link", name=re.compile("^Report ")).click()
    expect(page.locator(".slate .chip")).to_have_text("You have it back")
    base = desk.url.split(HOME)[0]
    desk.goto(f"{base}{HOME}/figures")
    expect(desk.locator(".big--go dd")).to_have_text("1 100%")
    desk.goto(f"{base}{HOME}/items/{number}")
    expect(desk.locator(".chain__row")).to_have_count(3)


def in_public_list(suite: Suite, query: str) -> bool:
    """Whether a coat is among the things that everybody sees. query: another one is another page, not yet kept."""
    address = f"{suite.stack.base_url}/lost/items?{query}"
    answer = suite.wechat.http.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert not any(private in answer.text for private in (*PRIVATE, SEEN))
    return "Coat or jacket</b>" in answer.text


def verified(suite: Suite, number: str) -> None:
    process = suite.stack.run("verify", "-m", "deploy.cli", "lostfound", "verify-custody", number)
    assert process.wait(30.0)
    assert process.returncode == 0
    assert "1 items, 3 rows, 0 broken" in suite.stack.log("verify")


def nothing_private_is_written(suite: Suite) -> None:
    """Not in a log, not in a database, not in a call that is set aside, not in what the broker writes."""
    wire = Wire(suite.stack.amqp_url)
    key = wire.call("lostfound", "get_sealing_key", {}).result["key"]
    given = seal(
        key, json.dumps({"marks": MARK, "serial": None, "document": None, "contact": {"phone": PHONE}})
    )
    request = {"request_id": new_id(), "passenger_id": new_id(), "report": {}, "personal": given}
    wire.send("lostfound", "file_report", request, reply_to=None, delivery_mode=2)
    eventually(lambda: wire.depth("parked.lostfound") == 1)
    written: list[bytes] = []
    if isinstance(suite.broker, PrivateBroker):
        data = suite.broker.data
        eventually(lambda: holds(data, given[:200].encode(), written))
    _, _, body = wire.channel.basic_get("parked.lostfound", auto_ack=True)
    wire.close()
    assert body is not None
    assert given.encode() in body, "it is the call that was sent"
    texts = [*(path.read_bytes() for path in files_of(suite.stack.var)), body, *written]
    assert any(SEEN.encode() in text for text in texts), "the search sees what is not secret"
    for private in PRIVATE:
        assert not any(private.encode() in text for text in texts), private
        assert not any(json.dumps(private)[1:-1].encode() in text for text in texts), private
