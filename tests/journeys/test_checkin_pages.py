"""A family of four with an infant checks in on the sandbox's phone, sits together, sees a new gate, shows the passes
without a network, and is boarded by pictures of the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from deploy.broker import Broker
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import Trial, roll_of
from deploy.processes import wait_until
from tests.gateway.web.travellers import ANNA
from tests.support.demo_airline import DemoAirline, coming_departure
from tests.support.pages import PHONE, SMALL, Served, faults_of, open_tab, serving, sign_in
from tests.support.phones import phone_of, wechat_tab
from tests.support.sandbox import Person, Sandbox, in_wechat

pytestmark = pytest.mark.timeout(240)
KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('tickets-')).length)"
"""How many readers' passes this browser keeps."""
FREE_ROW = """body => [...body.rows]
    .filter(row => !row.matches('.is-exit') && !row.querySelector('.seat--legroom, .seat--cot'))
    .map(row => ({free: row.querySelectorAll('.seat--free'), all: row.querySelectorAll('.seat')}))
    .filter(row => row.free.length >= 4)
    .sort((one, other) => (one.all.length - one.free.length) - (other.all.length - other.free.length))[0]
    .free[0].value"""
"""A seat in a plain row that nobody sits in, or as few as can be: a regional jet has four seats abreast."""
VOID = 5
"""What `airport demo scan` ends with for a pass that was given back."""


@dataclass
class Suite:
    """departure: of the demo; its airline has sent the list, on which `family` is a booking worth trying."""

    wechat: Sandbox
    airline: DemoAirline
    departure: Departure
    family: Trial
    names: dict[str, str]
    """In the letters of a pass; each with the characters of the list."""

    def scan(self, picture: Path) -> tuple[int, str]:
        """What the airline's scanner says of a picture, and how it ends."""
        done = self.airline.run("scan", str(picture), "--flight", self.departure.flight_id)
        return done.exit_code, done.output


def takes_infants(departure: Departure) -> bool:
    """Whether the family may check in here, and its names come in characters, too."""
    roll = roll_of(departure)
    family = roll.trials[0]
    return bool(family.zh.endswith("全家一起值机") and family.chinese) and not roll.as_teletype


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    told_here = {"NOTIFY_QUIET_HOURS": "-", "CHECKIN_CODES_TO_ASKER": "true"}
    with in_wechat(broker, "check-in", **told_here) as (stack, wechat):
        stack.airport("menu publish")
        departure = coming_departure(takes_infants)
        airline = DemoAirline(stack, stack.var)
        airline.send_lists([departure], departure={"gate": "12"})
        roll = roll_of(departure)
        people = [one for one in roll.content()["bookings"] if one["pnr"] == roll.trials[0].pnr]
        called = [one["name"] for one in people[0]["passengers"]]
        names = {f"{one['surname']} {one['given']}": one["chinese"] for one in called}
        yield Suite(wechat, airline, departure, roll.trials[0], names)


@pytest.fixture
def someone(suite: Suite) -> Person:
    someone = suite.wechat.person("一家之主")
    someone.subscribe()
    return someone


@pytest.fixture
def phone(browser: Browser, someone: Person) -> Iterator[Page]:
    with phone_of(browser, someone) as page:
        yield page


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    with wechat_tab(browser, scale=2) as page:
        yield page


def test_a_family_with_an_infant_checks_in_together_and_is_boarded_by_pictures_of_its_passes(
    suite: Suite, phone: Page, tab: Page, someone: Person, tmp_path: Path
) -> None:
    phone.get_by_role("button", name="我的航班").click()
    phone.get_by_role("button", name="在线值机").click()
    page = phone.frame_locator("iframe")
    find(page, suite)
    prove(page, someone)
    sit_together(page, suite)
    declare(page, 4)
    expect(page.locator(".now__gate dd")).to_have_text("12")
    moved = suite.airline.run("disrupt", suite.departure.flight_id, "--gate", "77")
    assert moved.exit_code == 0, moved.output
    expect(page.locator(".now__gate dd")).to_have_text("77", timeout=15_000)
    address = str(page.locator("[data-passes]").get_attribute("data-passes"))
    pictures = in_tunnel(suite, tab, someone, address, tmp_path)
    again = give_one_back(suite, page, tab, someone, address)
    at_the_gate(suite, pictures, again, tab)


def find(page: FrameLocator, suite: Suite) -> None:
    page.get_by_label("号码", exact=True).fill(suite.family.pnr.lower())
    page.get_by_label("姓氏", exact=True).fill(suite.family.chinese[:1] or suite.family.surname)
    page.get_by_role("button", name="查询订单").click()
    expect(page.locator(".found__who li")).to_have_count(4)
    expect(page.locator(".found")).not_to_contain_text(suite.family.chinese)


def prove(page: FrameLocator, someone: Person) -> None:
    """The code comes into the chat."""
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码", exact=True).wait_for()
    message = someone.wait_message("template", "值机验证")
    code = re.search(r"(?<!\d)\d{6}(?!\d)", json.dumps(message["body"], ensure_ascii=False))
    assert code, message
    page.get_by_label("验证码", exact=True).fill(code[0])
    page.get_by_role("button", name="继续").click()


def sit_together(page: FrameLocator, suite: Suite) -> None:
    """The father taps a seat in an empty row; the others get theirs near him."""
    expect(page.locator(".member")).to_have_count(4)
    expect(page.locator(".members")).to_contain_text("携带婴儿")
    page.get_by_role("button", name="选择座位").click()
    seat = page.locator(".cabin tbody").last.evaluate(FREE_ROW)
    page.locator(f"button[value='{seat}']").click()
    expect(page.locator(".sitter b").first).to_have_text(seat)
    page.get_by_role("link", name="继续，其余座位就近安排").click()


def declare(page: FrameLocator, passes: int) -> None:
    expect(page.locator(".goods svg")).to_have_count(5)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="确认值机").click()
    expect(page.locator(".aztec svg")).to_have_count(passes)
    expect(page.locator(".said")).to_contain_text("值机成功")


def in_tunnel(suite: Suite, tab: Page, someone: Person, address: str, folder: Path) -> dict[str, Path]:
    """The passes opened once are there without a network: a picture of the screen for each, by whose it is."""
    tab.goto(someone.page_url(address))
    expect(tab.locator(".aztec svg")).to_have_count(4)
    assert wait_until(lambda: tab.evaluate(KEPT) == 1, 30.0, every_s=0.1)
    tab.context.set_offline(True)
    tab.reload()
    expect(tab.locator("[data-offline]")).to_contain_text("没有网络")
    expect(tab.locator(".now__gate dd")).to_have_text("77")
    seats = tab.locator(".bp__seat dd").all_inner_texts()
    assert len({seat[:-1] for seat in seats}) == 1, f"{seats} is one row"
    assert len(set(seats)) == 4
    pictures = {name: shot(tab, name, folder) for name in suite.names}
    tab.context.set_offline(False)
    return pictures


def shot(tab: Page, name: str, folder: Path) -> Path:
    """The phone's screen while it shows this one's pass."""
    card = tab.locator(".bp", has_text=name).first
    card.evaluate("card => card.scrollIntoView({behavior: 'instant', inline: 'center', block: 'center'})")
    picture = folder / f"{name}.png"
    tab.screenshot(path=picture)
    return picture


def give_one_back(suite: Suite, page: FrameLocator, tab: Page, someone: Person, address: str) -> Path:
    """A check-in that is cancelled on one phone takes its code away on the other; checked in again, there is a new
    one: a picture of it."""
    mother = list(suite.names)[1]
    page.get_by_role("link", name=re.compile("更换座位、取消值机")).click()
    page.get_by_text("取消值机", exact=True).click()
    for name in suite.names:
        if name != mother:
            page.get_by_label(re.compile(suite.names[name])).uncheck()
    page.get_by_role("button", name="取消所选旅客的值机").click()
    expect(page.locator(".said")).to_contain_text("值机已取消")
    tab.goto(someone.page_url(address))
    expect(tab.locator(".aztec svg")).to_have_count(3)
    expect(tab.locator(".bp--void")).to_contain_text(mother)
    page.get_by_role("button", name="不选座，继续").click()
    declare(page, 4)
    tab.reload()
    expect(tab.locator(".aztec svg")).to_have_count(4)
    return shot(tab, mother, suite.airline.var)


def at_the_gate(suite: Suite, pictures: dict[str, Path], again: Path, tab: Page) -> None:
    """The airline's scanner reads the pictures and boards everybody, once, and nobody by a void pass."""
    begun = suite.airline.run("disrupt", suite.departure.flight_id, "--board")
    assert begun.exit_code == 0, begun.output
    father, mother, *_ = suite.names
    assert wait_until(lambda: suite.scan(pictures[father])[0] == 0, 30.0, every_s=0.2)
    status, said = suite.scan(pictures[mother])
    assert (status, "已作废" in said) == (VOID, True), said
    for name in list(suite.names)[1:]:
        status, said = suite.scan(again if name == mother else pictures[name])
        assert status == 0, said
        assert (name.replace(" ", "/") in said, "携带婴儿" in said) == (True, name == mother), said
    counted = suite.airline.run("gate", suite.departure.flight_id).output
    assert re.search(r"boarded +4 +infants 1", counted), counted
    tab.reload()
    expect(tab.locator(".bp .chip--air")).to_have_count(4)


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
