"""A family of four with an infant checks in on the sandbox's phone, sees a new gate, and shows the pass offline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from deploy.broker import Broker
from deploy.processes import wait_until
from gateway.barcodes import read_codes
from kernel.ids import new_id
from kernel.sealing import seal
from tests.gateway.web.travellers import ANNA
from tests.messaging.calls.harness import Wire
from tests.support.folders import temporary_folder
from tests.support.pages import PHONE, SMALL, Served, faults_of, open_tab, serving, sign_in
from tests.support.partner import Partner, departure_update
from tests.support.sandbox import Person, Sandbox
from tests.support.stack import Stack
from tests.unit.checkin.examples import aircraft, booking, person

pytestmark = pytest.mark.timeout(240)
NUMBER = 3105
PNR = "FAM5X1"
KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('tickets-')).length)"
"""How many readers' passes this browser keeps."""


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox
    partner: Partner
    departs_at: datetime

    def report(self, **changes: Any) -> None:
        answer = self.partner.push([departure_update(NUMBER, self.departs_at, **changes)])
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with temporary_folder("airport-check-in-") as var:
        vhost = broker.add_vhost(f"check-in-{new_id()}")
        stack = Stack(var, broker, vhost, NOTIFY_QUIET_HOURS="-", CHECKIN_CODES_TO_ASKER="true")
        with Sandbox(var, stack.base_url, SANDBOX_ANSWER_S="2") as wechat:
            stack.environ |= wechat.environ
            with stack:
                menu = stack.run("menu", "-m", "deploy.cli", "menu", "publish")
                assert menu.wait(60.0), stack.log("menu")
                assert menu.returncode == 0, stack.log("menu")
                partner = Partner.register(stack.base_url, stack.environ)
                departs_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
                made = Suite(stack, wechat, partner, departs_at)
                made.report(departure={"gate": "B12"})
                push_list(made)
                yield made


def push_list(suite: Suite) -> None:
    """The airline's list and aircraft of the flight."""
    search = f"{suite.stack.base_url}/api/v1/flights?q=CZ{NUMBER}"
    found: list[dict[str, Any]] = []

    def known() -> bool:
        found[:] = suite.wechat.http.get(search).json()["flights"]
        return bool(found)

    assert wait_until(known, 10.0)
    wire = Wire(suite.stack.amqp_url)

    def call(method: str, **request: Any) -> Any:
        answer = wire.call("checkin", method, request, headers={"nameko.principal": "gateway:test"})
        assert answer.error is None, answer.error
        return answer.result

    people = (
        person("LI", "SI", infant={"name": {"surname": "LI", "given": "XIAOBAO"}}),
        person("WANG", "FANG", gender="female"),
        person("LI", "DABAO", kind="child"),
        person("LI", "ERBAO", kind="child"),
    )
    sealed = seal(call("get_sealing_key")["key"], json.dumps({"bookings": [booking(PNR, *people)]}))
    partner = {"client_id": "cz", "airlines": ["CZ"]}
    given = {"partner": partner, "flight_id": found[0]["id"], "version": 1}
    assert call("apply_list", request_id=new_id(), sealed=sealed, **given)["outcome"] == "applied"
    assert call("apply_configuration", request_id=new_id(), configuration=aircraft(), **given)["seats"] == 120
    wire.close()


@pytest.fixture
def someone(suite: Suite) -> Person:
    someone = suite.wechat.person("李四")
    someone.subscribe()
    return someone


@pytest.fixture
def phone(browser: Browser, suite: Suite, someone: Person) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{suite.wechat.url}/?user={someone.openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A browser of its own for WeChat's pages, whose network can be cut without cutting the phone's."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", device_scale_factor=2)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def test_a_family_with_an_infant_checks_in_and_shows_its_passes_without_a_network(
    suite: Suite, phone: Page, tab: Page, someone: Person
) -> None:
    phone.get_by_role("button", name="我的航班").click()
    phone.get_by_role("button", name="在线值机").click()
    page = phone.frame_locator("iframe")
    find(page)
    prove(page, someone)
    sit_together(page)
    declare(page)
    expect(page.locator(".now__gate dd")).to_have_text("B12")
    suite.report(departure={"gate": "C21"})
    expect(page.locator(".now__gate dd")).to_have_text("C21", timeout=15_000)
    address = str(page.locator("[data-passes]").get_attribute("data-passes"))
    in_tunnel(tab, someone, address)
    give_one_back(page, tab, someone, address)


def find(page: FrameLocator) -> None:
    page.get_by_label("号码", exact=True).fill(PNR.lower())
    page.get_by_label("姓氏", exact=True).fill("李")
    page.get_by_role("button", name="查询订单").click()
    expect(page.locator(".found__who li")).to_have_count(4)
    expect(page.locator(".found")).not_to_contain_text("LI SI")


def prove(page: FrameLocator, someone: Person) -> None:
    """The code comes into the chat."""
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码", exact=True).wait_for()
    message = someone.wait_message("template", "值机验证")
    code = re.search(r"(?<!\d)\d{6}(?!\d)", json.dumps(message["body"], ensure_ascii=False))
    assert code, message
    page.get_by_label("验证码", exact=True).fill(code[0])
    page.get_by_role("button", name="继续").click()


def sit_together(page: FrameLocator) -> None:
    """Four seats in one row; each tap takes one, and the next of them is asked for."""
    expect(page.locator(".member")).to_have_count(4)
    expect(page.locator(".member").first).to_contain_text("携带婴儿 LI XIAOBAO")
    page.get_by_role("button", name="选择座位").click()
    for at, seat in enumerate(("35A", "35B", "35C", "35D")):
        page.locator(f"button[value='{seat}']").click()
        expect(page.locator(".sitter b").nth(at)).to_have_text(seat)
    page.get_by_role("link", name="确认座位，继续").click()


def declare(page: FrameLocator) -> None:
    expect(page.locator(".goods svg")).to_have_count(5)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="确认值机（4人）").click()
    expect(page.locator(".aztec svg")).to_have_count(4)
    expect(page.locator(".said")).to_contain_text("值机成功")


def in_tunnel(tab: Page, someone: Person, address: str) -> None:
    """The passes opened once are there without a network, and a scanner reads them from the screen."""
    tab.goto(someone.page_url(address))
    expect(tab.locator(".aztec svg")).to_have_count(4)
    assert wait_until(lambda: tab.evaluate(KEPT) == 1, 10.0, every_s=0.1)
    tab.context.set_offline(True)
    tab.reload()
    expect(tab.locator("[data-offline]")).to_contain_text("没有网络")
    expect(tab.locator(".now__gate dd")).to_have_text("C21")
    seen = [code.text for code in read_codes(tab.screenshot()) if code.kind == "aztec"]
    assert any(text.startswith("M1LI/SI") and "CSXCANCZ 3105" in text for text in seen), seen
    tab.context.set_offline(False)


def give_one_back(page: FrameLocator, tab: Page, someone: Person, address: str) -> None:
    """A check-in that is cancelled on one phone takes its code away on the other."""
    page.get_by_role("link", name=re.compile("更换座位、取消值机")).click()
    page.get_by_text("取消值机", exact=True).click()
    for name in ("LI SI", "LI DABAO", "LI ERBAO"):
        page.get_by_label(re.compile(name)).uncheck()
    page.get_by_role("button", name="取消所选旅客的值机").click()
    expect(page.locator(".said")).to_contain_text("值机已取消")
    tab.goto(someone.page_url(address))
    expect(tab.locator(".aztec svg")).to_have_count(3)
    expect(tab.locator(".bp--void")).to_contain_text("WANG FANG")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.mark.parametrize(("viewport", "language"), [(PHONE, "zh"), (SMALL, "en")], ids=["phone", "small"])
def test_every_page_of_check_in_fits_is_open_to_all_and_complains_of_nothing(
    browser: Browser, served: Served, viewport: dict[str, int], language: str
) -> None:
    context, tab = open_tab(browser, viewport=viewport, reduced_motion="reduce")
    sign_in(context, served, ANNA, language)
    one = {state: f"/checkin/{booking_id}" for state, booking_id in served.checkin.items()}
    paths = ["/checkin", "/me/trips", *one.values(), f"{one['family']}/seats", f"{one['family']}/declare"]
    paths += [f"{one['abroad']}/declare", one["done"].replace("/checkin/", "/checkin/passes/")]
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
