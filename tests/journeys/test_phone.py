"""The sandbox's phone and the whole suite: somebody follows a flight by hand and is told of its delay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.broker import Broker
from deploy.processes import wait_until
from tests.support.partner import Partner, departure_update
from tests.support.sandbox import Person, Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox
    partner: Partner


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with in_wechat(broker, "phone", NOTIFY_QUIET_HOURS="-") as (stack, wechat):
        stack.airport("menu publish")
        yield Suite(stack, wechat, Partner.register(stack.base_url, stack.environ))


@pytest.fixture
def phone(browser: Browser, suite: Suite) -> Iterator[Page]:
    """The phone of a new user who speaks Chinese."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{suite.wechat.url}/?user={suite.wechat.person('小雨').openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


def type_in(phone: Page, text: str) -> None:
    if phone.get_by_role("button", name="键盘").count():
        phone.get_by_role("button", name="键盘").click()
    phone.get_by_role("textbox", name="输入消息", exact=True).fill(text)
    phone.keyboard.press("Enter")


def flight(suite: Suite, number: int) -> datetime:
    """Push a departure in two hours; its scheduled time, once the gateway knows the flight."""
    at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
    assert suite.partner.push([departure_update(number, at)]).status_code == 200
    search = f"/api/v1/flights?q=CZ{number}"
    wait_until(lambda: f"CZ{number}" in suite.wechat.http.get(suite.stack.base_url + search).text, 30.0)
    return at


def delay(suite: Suite, number: int, at: datetime, minutes: int) -> str:
    """The airline delays the flight; the new time as people there read it."""
    expected = at + timedelta(minutes=minutes)
    times = {"off_block": {"scheduled_at": at.isoformat(), "estimated_at": expected.isoformat()}}
    assert suite.partner.push([departure_update(number, at, times=times)]).status_code == 200
    return f"{expected.astimezone(ZONE):%H:%M}"


def test_a_flight_followed_by_hand_tells_of_its_delay(phone: Page, suite: Suite) -> None:
    at = flight(suite, 3107)
    phone.get_by_role("button", name="关注公众号").click()
    expect(phone.locator(".said:not(.said--mine) .bubble").first).to_contain_text("欢迎")
    type_in(phone, "cz 3107")
    phone.locator(".news__first").click()
    page = phone.frame_locator("iframe")
    expect(page.get_by_text("CZ3107").first).to_be_visible()
    follow = page.get_by_role("button", name=re.compile("^关注$"))
    if not follow.count():
        page.get_by_text("登录", exact=False).first.click()
    follow.click()
    expect(page.get_by_text("已关注").first).to_be_visible()
    phone.get_by_role("button", name="关闭").click()
    new_time = delay(suite, 3107, at, 35)
    note = phone.locator(".note", has_text="CZ3107")
    expect(note).to_contain_text(new_time)
    note.click()
    expect(phone.frame_locator("iframe").get_by_text(new_time).first).to_be_visible()


def test_a_follow_by_chat_tells_too(suite: Suite) -> None:
    at = flight(suite, 3109)
    ann = suite.wechat.person("Ann", language="en")
    ann.subscribe()
    ann.text("follow CZ3109")
    wait_until(lambda: any("CZ3109" in str(one["body"]) for one in ann.messages() if not one["mine"]), 30.0)
    new_time = delay(suite, 3109, at, 50)
    note = ann.wait_message("template", "CZ3109")
    assert new_time in str(note["body"]["lines"])


def test_the_menu_leads_a_signed_in_person_to_their_flights(phone: Page, suite: Suite) -> None:
    phone.get_by_role("button", name="关注公众号").click()
    phone.get_by_role("button", name="我的航班").click()
    phone.get_by_role("button", name="我的行程").click()
    page = phone.frame_locator("iframe")
    expect(page.locator("h1")).to_have_text("我的行程")
    assert any(one["title"] == "/sns/oauth2/access_token" for one in suite.wechat.log("api", "ok"))


def test_every_message_mode_of_the_platform_that_the_gateway_allows_is_understood(suite: Suite) -> None:
    person = Person(suite.wechat, suite.wechat.person().openid)
    for mode in ("compatible", "aes"):
        suite.wechat.do("mode", mode=mode)
        delivery = person.subscribe()
        assert delivery["answered"], mode
        assert delivery["reply"], mode
        assert delivery["fault"] is None
        assert person.repeat()["answered"], "a repeated push is answered too"
        person.unsubscribe()
    suite.wechat.do("mode", mode="plain")
    refused = person.subscribe()
    assert not refused["answered"], "who has an EncodingAESKey takes nothing unencrypted"
    suite.wechat.do("mode", mode="aes")
