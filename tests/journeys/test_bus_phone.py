"""A bus ticket by hand, in the sandbox's phone: found for a flight, paid, shown without a network, given back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Error, FrameLocator, Page, expect

from deploy.broker import Broker
from deploy.processes import wait_until
from tests.gateway.web.travellers import ANNA
from tests.support.days import noon
from tests.support.pages import PHONE, SMALL, Served, faults_of, open_tab, serving, sign_in
from tests.support.partner import Partner, departure_update
from tests.support.phones import phone_of, wechat_tab
from tests.support.sandbox import Person, Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)
NUMBER = 3101
KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('tickets-')).length)"
"""How many readers' tickets this browser keeps."""


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with in_wechat(broker, "bus", NOTIFY_QUIET_HOURS="-") as (stack, wechat):
        stack.airport("menu publish", "bus demo")
        suite = Suite(stack, wechat)
        fly_tomorrow(suite)
        yield suite


def fly_tomorrow(suite: Suite) -> None:
    """A departure tomorrow at noon there: whatever the hour now, its bus is still to come."""
    at = noon(1)
    partner = Partner.register(suite.stack.base_url, suite.stack.environ)
    assert partner.push([departure_update(NUMBER, at)]).status_code == 200
    search = f"{suite.stack.base_url}/api/v1/flights?q=CZ{NUMBER}&day={at:%Y-%m-%d}"
    assert wait_until(lambda: f'"CZ{NUMBER}"' in suite.wechat.http.get(search).text, 30.0)


@pytest.fixture
def someone(suite: Suite) -> Person:
    person = suite.wechat.person("小雨")
    person.subscribe()
    return person


@pytest.fixture
def phone(browser: Browser, someone: Person) -> Iterator[Page]:
    with phone_of(browser, someone) as page:
        yield page


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    with wechat_tab(browser) as page:
        yield page


def test_a_ticket_is_found_for_a_flight_paid_shown_offline_and_given_back(
    phone: Page, tab: Page, someone: Person
) -> None:
    phone.get_by_role("button", name="机场服务").click()
    phone.get_by_role("button", name="机场大巴").click()
    page = phone.frame_locator("iframe")
    hold_for_the_flight(page)
    pay(phone, page)
    address = order_address(page)
    in_tunnel(tab, someone, address)
    give_one_back(page)
    gone_with_its_owner(tab, someone)


def hold_for_the_flight(page: FrameLocator) -> None:
    """Two hours before CZ3101 at the airport, for an adult and a child."""
    page.get_by_label("出发地").select_option(label="五一广场")
    page.get_by_label("赶航班").fill(f"cz {NUMBER}")
    page.get_by_role("button", name="查询班次").click()
    expect(page.locator(".bus__flight")).to_contain_text("提前2小时到达机场")
    last = page.locator(".offer").last
    expect(last).to_contain_text("时间正好")
    expect(last.locator(".ride__end--in b")).to_have_text("10:00")
    last.get_by_role("link").click()
    page.get_by_role("button", name="增加一人：儿童").click()
    expect(page.locator("#total")).to_contain_text("¥30")
    page.get_by_role("button", name="锁定座位并支付").click()
    # Not signed in until now: WeChat signs in on the way, and the choice is still there.
    expect(page.locator(".buy input[name=csrf]")).to_have_count(1)
    expect(page.locator("#child")).to_have_value("1")
    page.get_by_role("button", name="锁定座位并支付").click()
    expect(page.locator("[data-left]")).to_contain_text(re.compile(r"14:\d\d"))


def pay(phone: Page, page: FrameLocator) -> None:
    """Closed once without paying, then paid."""
    page.get_by_role("button", name="微信支付").click()
    phone.get_by_role("button", name="支付 ¥30.00").wait_for()
    phone.get_by_role("button", name="关闭").last.click()
    expect(page.get_by_text("尚未支付")).to_be_visible()
    page.get_by_role("button", name="微信支付").click()
    phone.get_by_role("button", name="支付 ¥30.00").click()
    phone.get_by_role("button", name="返回商家").click()
    expect(page.locator(".qr svg")).to_have_count(2, timeout=15_000)
    expect(page.locator("h1")).to_have_text("已出票")


def order_address(page: FrameLocator) -> str:
    return f"/bus/orders/{page.locator('[data-order]').get_attribute('data-order')}"


def in_tunnel(tab: Page, someone: Person, address: str) -> None:
    """The ticket opened once is there without a network, and says from when it is."""
    tab.goto(someone.page_url(address))
    expect(tab.locator(".qr svg")).to_have_count(2)
    assert wait_until(lambda: tab.evaluate(KEPT) == 1, 30.0, every_s=0.1)
    tab.context.set_offline(True)
    tab.reload()
    expect(tab.locator(".qr svg")).to_have_count(2)
    expect(tab.locator("[data-offline]")).to_contain_text("没有网络")
    dressed = tab.locator(".qr svg").first.evaluate("svg => getComputedStyle(svg).display")
    assert dressed == "block", "the sheet is kept, too"
    tab.context.set_offline(False)


def gone_with_its_owner(tab: Page, someone: Person) -> None:
    """Who signs out leaves no ticket behind, with or without a network."""
    address = tab.url
    tab.goto(someone.page_url("/me"))
    tab.get_by_role("button", name="退出登录", exact=True).click()
    tab.wait_for_url(re.compile("/$"))
    assert tab.evaluate(KEPT) == 0
    tab.context.set_offline(True)
    with pytest.raises(Error, match="net::ERR_"):
        tab.goto(address)


def give_one_back(page: FrameLocator) -> None:
    """The child's ticket: what comes back is told first, and is back in the wallet."""
    page.get_by_role("link", name=re.compile("^退票")).click()
    page.get_by_role("checkbox").first.uncheck()
    # A day before it is free, later a tenth is kept.
    expect(page.locator(".sum tfoot")).to_contain_text(re.compile("¥(9|10)$"))
    page.get_by_role("button", name=re.compile("确认退票")).click()
    expect(page.locator(".said")).to_have_text("退票成功。")
    expect(page.locator(".pasteboard", has_text="已退票")).to_be_visible()
    expect(page.locator(".refund")).to_contain_text(re.compile("¥(9|10).*(正在|已)原路退回"))
    expect(page.locator(".qr svg")).to_have_count(1)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "zh"), (SMALL, "en")], ids=["phone", "small"])
def test_every_page_of_the_bus_fits_is_open_to_all_and_complains_of_nothing(
    browser: Browser, served: Served, viewport: dict[str, int], language: str
) -> None:
    context, tab = open_tab(browser, viewport=viewport, reduced_motion="reduce")
    sign_in(context, served, ANNA, language)
    order = {state: f"/bus/orders/{order_id}" for state, order_id in served.orders.items()}
    paths = ["/bus", "/bus/lines", "/bus/stops/CSX", "/me/bus", "/bus/departures?from=WUYI&to=CSX"]
    paths += [f"{order['several']}/return", f"{order['several']}/change", f"/flights/{served.ids['night']}"]
    paths += [order[state] for state in ("held", "several", "mixed", "lapsed")]
    found: list[object] = []
    for path in paths:
        tab.page.goto(served.url + path)
        if tab.page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found.append((path, "wider than its screen"))
        # The rules look at the same words and colours on every width: once is enough.
        found += [(path, *fault) for fault in faults_of(tab.page)] if viewport is PHONE else []
    context.close()
    assert found == []
    assert tab.complaints == []
