"""A traveller's own pages in a real browser: on phones and desktops, with and without scripts, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateway.web.travellers import ANNA, BEN
from tests.support.pages import DESKTOP, PHONE, SMALL, Served, Tab, faults_of, open_tab, serving, sign_in

OWN = (
    "/",
    "/me",
    "/me/flights",
    "/me/messages",
    "/me/companions",
    "/me/documents",
    "/me/documents/new",
    "/me/documents/new?kind=passport",
    "/me/consents",
    "/me/data",
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def anna(browser: Browser, served: Served) -> Iterator[Tab]:
    context, tab = open_tab(browser)
    sign_in(context, served, ANNA)
    yield tab
    context.close()


def addresses(served: Served) -> list[str]:
    flights = [f"/flights/{served.ids[state]}" for state in ("boarding", "stops")]
    return [served.url + path for path in (*OWN, *flights, f"{flights[1]}/follow?role=companion")]


@pytest.mark.parametrize(
    ("viewport", "language", "scheme"),
    [(PHONE, "zh-CN", "dark"), (PHONE, "en", "light"), (SMALL, "en", "light"), (DESKTOP, "zh-CN", "light")],
    ids=["375 zh dark", "375 en", "320 en", "1280 zh"],
)
def test_every_page_fits_and_satisfies_axe(
    browser: Browser, served: Served, viewport: dict[str, int], language: str, scheme: str
) -> None:
    context, tab = open_tab(browser, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    sign_in(context, served, ANNA, language)
    found = []
    for address in addresses(served):
        tab.page.goto(address)
        path = address.removeprefix(served.url)
        if tab.page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found.append((path, "too wide", []))
        if viewport is not SMALL:
            found += [(path, *fault) for fault in faults_of(tab.page)]
    context.close()
    assert found == []
    assert tab.complaints == []


def test_following_happens_in_place_and_outlives_live_news(anna: Tab, served: Served) -> None:
    page, panel = anna.page, anna.page.locator("#follow")
    page.goto(served.flight("returned"))
    page.evaluate("window.sameDocument = true")
    panel.get_by_label("With a traveller").check()
    panel.get_by_role("button", name="Follow").click()
    expect(panel).to_contain_text("You follow this flight as a companion")
    expect(page.locator("#news")).to_have_class(re.compile("is-live"))
    panel.get_by_text("Change", exact=True).click()
    save = panel.get_by_role("button", name="Save")
    save.focus()
    served.wish(push=served.ids["returned"], departure__gate="B44")
    expect(page.locator(".fact--gate dd")).to_have_text("B44")
    expect(save).to_be_focused()
    panel.get_by_label("Meeting someone").check()
    save.click()
    expect(panel).to_contain_text("to meet someone")
    panel.get_by_role("button", name="Stop following").click()
    expect(panel.get_by_role("button", name="Follow")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    assert anna.complaints == []


def test_a_visitor_who_presses_follow_is_led_to_wechat(browser: Browser, served: Served) -> None:
    context, tab = open_tab(browser)
    tab.page.goto(served.flight("stops"))
    tab.page.get_by_role("button", name="Follow").click()
    tab.page.wait_for_url(re.compile(r"/sign-in\?next=/flights/"))
    expect(tab.page.locator("svg").first).to_be_visible()
    context.close()


def test_my_flights_on_the_first_page_follow_the_news(anna: Tab, served: Served) -> None:
    page = anna.page
    page.goto(served.url)
    mine = page.locator(f'#mine [data-flight="{served.ids["boarding"]}"]')
    expect(mine).to_be_visible()
    served.wish(push=served.ids["boarding"], departure__gate="C88")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(mine).to_contain_text("C88")
    assert anna.complaints == []


def test_without_scripts_a_document_is_refused_with_the_reason_and_then_kept(
    browser: Browser, served: Served
) -> None:
    context, tab = open_tab(browser, java_script_enabled=False)
    sign_in(context, served, BEN)
    page = tab.page
    page.goto(f"{served.url}/me/documents")
    page.get_by_role("link", name="Add resident ID card").click()
    add_document(page, "11010519491231002", "Ben Berg")
    expect(page.locator("#number-wrong")).to_contain_text("A resident ID number has 18 characters")
    expect(page.get_by_label("Name as on the card")).to_have_value("Ben Berg")
    add_document(page, "11010519491231002X", "Ben Berg")
    expect(page.get_by_role("status").first).to_have_text("The document is saved, encrypted.")
    assert "19491231" not in page.content()
    page.get_by_role("button", name="Show the number").click()
    expect(page.locator("#shown")).to_have_text("11010519491231002X")
    page.get_by_role("link", name="Hide").click()
    assert "19491231" not in page.content()
    context.close()


def add_document(page: Page, number: str, name: str) -> None:
    page.get_by_label("ID number").fill(number)
    page.get_by_label("Name as on the card").fill(name)
    agree = page.get_by_label("I agree")
    if agree.count():
        agree.check()
    page.get_by_role("button", name="Check and save").click()


def test_keyboard_alone_follows_a_flight(anna: Tab, served: Served) -> None:
    page = anna.page
    page.goto(served.flight("night"))
    role = page.locator('#follow input[value="passenger"]')
    for _ in range(20):
        page.keyboard.press("Tab")
        if role.evaluate("radio => radio === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    expect(page.locator('#follow input[value="companion"]')).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#follow")).to_contain_text("You follow this flight as a companion")
    assert anna.complaints == []


def test_what_was_seen_is_gone_after_signing_out(anna: Tab, served: Served) -> None:
    page = anna.page
    page.goto(f"{served.url}/me/companions")
    expect(page.locator("main")).to_contain_text("Anna Berg")
    page.goto(f"{served.url}/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{served.url}/")
    page.goto(f"{served.url}/me/companions")
    assert "/sign-in" in page.url
    page.go_back()
    assert "Anna Berg" not in page.content()
