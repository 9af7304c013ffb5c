"""Lost and found on a phone: kinds found by typing, a draft that outlives tunnels and sessions, pages for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from kernel import clock
from tests.gateway.photos.pictures import quarters, saved
from tests.gateway.web.changsha import ZONE
from tests.gateway.web.travellers import ANNA
from tests.support.pages import PHONE, SMALL, Served, faults_of, open_tab, serving, sign_in

pytestmark = pytest.mark.timeout(120)
DRAFTS = "[localStorage, sessionStorage].map(store => Object.keys(store).filter(key => key.startsWith('lost-draft:')).length)"


@dataclass
class Phone:
    """Anna's: a tab of it, where it looks, and what its console complained about."""

    page: Page
    served: Served
    complaints: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.served.url + path)
        return self.page

    def sign_out(self) -> None:
        self.page.context.clear_cookies(name="__Host-session")

    def sign_in(self) -> None:
        sign_in(self.page.context, self.served, ANNA)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, served: Served) -> Iterator[Phone]:
    context, tab = open_tab(browser)
    sign_in(context, served, ANNA)
    yield Phone(tab.page, served, tab.complaints)
    context.close()


def yesterday() -> str:
    return f"{(clock.now() - timedelta(days=1)).astimezone(ZONE):%Y-%m-%dT%H:%M}"


def choose(page: Page, words: str, name: str) -> None:
    """The kind that is found by typing."""
    page.get_by_placeholder("Phone, jacket").fill(words)
    page.locator("[data-kinds] .pill:visible").get_by_label(name, exact=True).check()
    expect(page.locator("[data-chosen] span")).to_have_text(name)


def test_a_report_outlives_a_mistake_a_tunnel_and_keeps_its_photo(phone: Phone) -> None:
    page = phone.open("/lost/report")
    choose(page, "护照", "Passport")
    page.get_by_label("Document number").fill("E12345678")
    page.get_by_label("Private marks").fill("a visa of Japan")
    for colour in ("black", "white", "grey"):
        page.get_by_label(colour, exact=True).check()
    expect(page.get_by_label("red", exact=True)).to_be_disabled()
    page.get_by_placeholder("Gate 34").fill("gate 34")
    page.get_by_label("T2 gate 34").check()
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": saved(quarters(), "PNG")}
    page.set_input_files("#photos", files=[picture])
    expect(page.locator(".photos__one:not(.is-busy)")).to_have_count(1)

    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("#lost_from-wrong")).to_be_visible()
    expect(page.locator("#lost_from")).to_be_focused()
    expect(page.locator(".photos__one")).to_have_count(1)
    page.get_by_label("Last had it").fill(yesterday())
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("[data-said]")).to_contain_text("there is no network")
    page.context.set_offline(False)
    page.wait_for_url("**/lost/reports/*")
    expect(page.locator(".told")).to_contain_text("a visa of Japan")
    expect(page.locator(".shots img")).to_have_count(1)
    assert page.evaluate(DRAFTS) == [0, 0]


def test_a_draft_comes_back_in_its_tab_and_keeps_no_secret_for_another(phone: Phone) -> None:
    page = phone.open("/lost/report")
    choose(page, "umbrella", "Umbrella")
    page.get_by_label("In your words").fill("wooden handle")
    page.get_by_label("Private marks").fill("a duck is carved")
    page.reload()
    expect(page.locator(".kept")).to_be_visible()
    expect(page.get_by_label("Private marks")).to_have_value("a duck is carved")
    expect(page.locator("[data-chosen] span")).to_have_text("Umbrella")
    assert "duck" not in page.evaluate("JSON.stringify(localStorage)")
    other = page.context.new_page()
    other.goto(f"{phone.served.url}/lost/report")
    expect(other.get_by_label("In your words")).to_have_value("wooden handle")
    expect(other.get_by_label("Private marks")).to_have_value("")
    other.close()
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator(".kept")).to_have_count(0)
    expect(page.get_by_label("In your words")).to_have_value("")


def test_a_session_that_ends_while_one_writes_costs_no_word(phone: Phone) -> None:
    page = phone.open("/lost/report")
    choose(page, "umbrella", "Umbrella")
    page.get_by_label("Private marks").fill("a duck is carved")
    page.get_by_label("Last had it").fill(yesterday())
    phone.sign_out()
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("[data-wrong]")).to_contain_text("everything you wrote is still here")
    expect(page.get_by_label("Private marks")).to_have_value("a duck is carved")
    phone.sign_in()
    phone.open("/lost/report")
    expect(page.get_by_label("Private marks")).to_have_value("a duck is carved")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/lost/reports/*")
    phone.open("/lost/report")
    page.get_by_label("In your words").fill("another one")
    phone.open("/me")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out", exact=True).click()
    assert page.evaluate(DRAFTS) == [0, 0], "a draft goes with its writer"


def test_a_finder_is_thanked_with_a_number_without_leaving_the_page(phone: Phone) -> None:
    phone.sign_out()
    page = phone.open("/lost/found")
    page.get_by_label("Kind of thing", exact=True).select_option("passport")
    expect(page.get_by_label("Document number")).to_be_visible()
    page.get_by_label("Where", exact=True).fill("Heathrow, London")
    page.get_by_label("When", exact=True).fill(yesterday())
    page.get_by_label("E-mail", exact=True).fill("joe@example.org")
    page.get_by_role("button", name="Tell the airport").click()
    expect(page.locator(".thanks__number b")).to_have_text("F-6B7K2M")
    assert phone.complaints == []


def test_a_time_is_chosen_and_the_code_is_shown_large(phone: Phone) -> None:
    page = phone.open(phone.served.lost["ready"])
    page.locator("details[open] .pill input:not([disabled])").first.check()
    page.get_by_role("button", name="Take this time").click()
    expect(page.locator(".told")).to_contain_text("Your time")
    page.locator("[data-bright]").click()
    expect(page.locator("dialog.bright")).to_contain_text("K7M2")


def test_everybody_can_read_and_reach_it(browser: Browser, served: Served) -> None:
    context, tab = open_tab(browser, viewport=PHONE)
    sign_in(context, served, ANNA)
    lost = served.lost
    in_light = ("/lost", "/lost/items", "/lost/found", lost["hinted"], lost["claim"])
    in_dark = ("/lost/report", lost["ready"])
    for path in dict.fromkeys((*in_light, *in_dark, "/me/lost", *lost.values())):
        tab.page.emulate_media(color_scheme="dark" if path in in_dark else "light")
        tab.page.set_viewport_size(PHONE)
        tab.page.goto(served.url + path)
        if path in in_light + in_dark:
            assert faults_of(tab.page) == [], path
        tab.page.set_viewport_size(SMALL)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert tab.complaints == []
    context.close()
