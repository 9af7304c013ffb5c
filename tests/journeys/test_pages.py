"""The travellers' pages in a real browser: as a phone and a desktop show them, live, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from kernel import clock
from tests.gateway.web.changsha import ZONE
from tests.support.pages import AXE, DESKTOP, PHONE, SMALL, Served, Tab, faults_of, live, open_tab, serving

LIGHT_B = 60_000


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def tab(browser: Browser, served: Served) -> Iterator[Tab]:
    served.wish(connect=True)
    context, tab = open_tab(browser)
    yield tab
    context.close()


def addresses(served: Served) -> list[str]:
    paths = [
        "/",
        "/flights/departures",
        "/flights/arrivals",
        "/flights/search?q=pek",
        "/flights/search?q=zzzz",
    ]
    shown = [f"/flights/{flight_id}" for flight_id in served.ids.values()]
    return [served.url + path for path in [*paths, *shown, f"/flights/{served.ids['boarding']}/history"]]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP, SMALL], ids=["375", "1280", "320"])
def test_every_page_fits_its_screen_without_a_complaint(
    browser: Browser, served: Served, viewport: dict[str, int], language: str
) -> None:
    context, tab = open_tab(browser, viewport=viewport, locale=language)
    for address in addresses(served):
        tab.page.goto(address)
        width = tab.page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], address
    context.close()
    assert tab.complaints == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP, SMALL], ids=["375", "1280", "320"])
def test_words_stay_in_their_boxes(browser: Browser, served: Served, viewport: dict[str, int]) -> None:
    context, tab = open_tab(browser, viewport=viewport, locale="en-GB")
    for path in ("/flights/departures", "/flights/search?q=pek"):
        tab.page.goto(served.url + path)
        days = tab.page.locator(".days a:has(b)")
        assert days.count() > 1
        assert (
            days.evaluate_all("""all => all.filter(day => {
            const range = document.createRange();
            range.selectNodeContents(day.querySelector("b"));
            return range.getBoundingClientRect().right > day.getBoundingClientRect().right + 0.5;
        }).map(day => day.textContent)""")
            == []
        )
    context.close()


def test_a_wide_screen_has_no_narrow_column_and_no_box_for_what_is_missing(
    browser: Browser, served: Served
) -> None:
    context, tab = open_tab(browser, viewport=DESKTOP, locale="en-GB")
    tab.page.goto(f"{served.url}/flights/{served.ids['boarding']}")
    assert tab.page.locator(".follow h2").evaluate("h => h.getBoundingClientRect().width") >= 200
    tab.page.goto(served.url + "/flights/arrivals")
    missing = tab.page.locator(".leg__gate .none")
    assert missing.count() > 0
    assert set(missing.evaluate_all("all => all.map(one => getComputedStyle(one).borderTopWidth)")) == {"0px"}
    context.close()


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_serious(
    browser: Browser, served: Served, viewport: dict[str, int], scheme: str
) -> None:
    context, tab = open_tab(browser, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    found = []
    # The desktop differs in its boards and in the frame; phones see every page.
    pages = addresses(served)[:3] if viewport is DESKTOP else [*addresses(served), f"{served.url}/nowhere"]
    for address in pages:
        tab.page.goto(address)
        found += [(address.removeprefix(served.url), *fault) for fault in faults_of(tab.page)]
    context.close()
    assert found == []


def test_axe_would_find_a_fault(tab: Tab, served: Served) -> None:
    tab.page.goto(served.url)
    tab.page.evaluate(
        "document.querySelector('.find label').remove(); document.querySelector('#q').placeholder = ''"
    )
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate("axe.run()")["violations"]
    assert "label" in {violation["id"] for violation in found}


@pytest.mark.parametrize("path", ["/", "/flights/departures"])
def test_first_page_weighs_at_most_60_kb_on_the_wire(browser: Browser, served: Served, path: str) -> None:
    context, tab = open_tab(browser)
    wire = context.new_cdp_session(tab.page)
    wire.send("Network.enable")
    weights: list[float] = []
    wire.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    tab.page.goto(served.url + path)
    tab.page.wait_for_timeout(500)
    context.close()
    assert len(weights) >= 3
    assert sum(weights) <= LIGHT_B


def test_pictures_of_the_mall_are_fetched_as_one_comes_near_them(browser: Browser, served: Served) -> None:
    context, tab = open_tab(browser)
    fetched: set[str] = set()
    tab.page.on("request", lambda request: "/shop/photos/" in request.url and fetched.add(request.url))
    tab.page.goto(f"{served.url}/shop", wait_until="networkidle")
    pictures = tab.page.locator(".good img")
    expect(pictures.first).to_be_visible()
    assert 0 < len(fetched) <= 7 < pictures.count()
    last = tab.page.locator(".goods .good").last
    last.scroll_into_view_if_needed()
    expect(last.locator("img")).to_be_visible()
    context.close()
    without, tab = open_tab(browser, java_script_enabled=False)
    tab.page.goto(f"{served.url}/shop")
    expect(tab.page.locator(".goods .good img").last).to_be_visible()
    without.close()


def test_no_script_or_style_blocks_but_one_sheet(tab: Tab, served: Served) -> None:
    tab.page.goto(served.url)
    blocking = tab.page.evaluate(
        "performance.getEntriesByType('resource').filter(r => r.renderBlockingStatus === 'blocking').map(r => r.name)"
    )
    assert len(blocking) == 1
    assert blocking[0].endswith(".css")


def test_an_update_is_seen_on_an_open_board_by_itself(tab: Tab, served: Served) -> None:
    flight_id = served.ids["stops"]
    tab.page.goto(served.url + served.boards["stops"])
    row = tab.page.locator(f'#legs tr[data-flight="{flight_id}"]')
    expect(row).to_be_visible()
    live(tab.page)
    top = row.bounding_box()
    served.wish(push=flight_id, departure__gate="A77", status="boarding")
    expect(row.locator(".leg__gate")).to_contain_text("A77")
    expect(row.locator(".chip")).to_have_text("Boarding")
    assert "changed" in (row.get_attribute("class") or "")
    assert row.bounding_box() == top, "nothing may jump"
    expect(tab.page.locator("#said")).to_contain_text("HU7142 Kunming: Boarding, gate A77")
    assert tab.complaints == []


def test_an_update_is_seen_on_an_open_flight_by_itself(tab: Tab, served: Served) -> None:
    tab.page.goto(served.flight("returned"))
    live(tab.page)
    served.wish(push=served.ids["returned"], departure__gate="B31", status="delayed")
    expect(tab.page.locator(".fact--gate dd")).to_have_text("B31")
    expect(tab.page.locator(".pass .chip")).to_have_text("Delayed")
    expect(tab.page.locator("#said")).to_contain_text("ZH9602: Delayed")


def test_focus_stays_while_the_row_under_it_changes(tab: Tab, served: Served) -> None:
    flight_id = served.ids["boarding"]
    tab.page.goto(served.url + served.boards["boarding"])
    live(tab.page)
    link = tab.page.locator(f'#legs tr[data-flight="{flight_id}"] a')
    link.focus()
    served.wish(push=flight_id, departure__gate="A66")
    expect(tab.page.locator(f'#legs tr[data-flight="{flight_id}"] .leg__gate')).to_contain_text("A66")
    expect(link).to_be_focused()


def test_a_storm_of_updates_leaves_the_page_at_ease(tab: Tab, served: Served) -> None:
    tab.page.goto(f"{served.url}/flights/departures")
    live(tab.page)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    served.send(storm=3)
    tab.page.wait_for_timeout(3200)
    served.done()
    assert 1 <= len(asked) <= 45, "bundled, not one request for each update"
    assert tab.complaints == []


def test_stale_news_is_said_and_taken_back(tab: Tab, served: Served) -> None:
    tab.page.goto(f"{served.url}/flights/departures")
    live(tab.page)
    expect(tab.page.locator("#stale")).to_be_hidden()
    served.wish(connect=False)
    expect(tab.page.locator("#stale")).to_be_visible()
    expect(tab.page.locator("#stale")).to_contain_text("News is held up.")
    served.wish(connect=True)
    expect(tab.page.locator("#stale")).to_be_hidden()


def test_without_scripts_everything_works_and_boards_reload_themselves(
    browser: Browser, served: Served
) -> None:
    context, tab = open_tab(browser, java_script_enabled=False)
    page = tab.page
    page.goto(served.url)
    page.get_by_role("searchbox").fill("cz 3101")
    page.get_by_role("button", name="Search").click()
    page.locator('tr[data-flight^="CZ3101"] a').first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CZ3101")
    page.get_by_text("What has changed").click()
    page.get_by_role("link", name="Show every change of this flight").click()
    expect(page.locator(".changes li").first).to_be_visible()
    page.goto(f"{served.url}/flights/departures")
    assert (
        page.locator('noscript meta[http-equiv="refresh"]').count()
        or 'http-equiv="refresh"' in page.content()
    )
    page.get_by_role("link", name="Tomorrow").click()
    page.get_by_role("link", name="Later flights").click()
    assert "at=" in page.url
    page.locator("select[name=terminal]").select_option("T1")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#legs .leg__terminal").first).to_have_text("T1")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("出发")
    context.close()


def test_filters_and_later_flights_come_without_a_new_page(tab: Tab, served: Served) -> None:
    page = tab.page
    page.goto(
        f"{served.url}/flights/departures?day={clock.now().astimezone(ZONE) + timedelta(days=1):%Y-%m-%d}"
    )
    page.evaluate("window.sameDocument = true")
    expect(page.locator("#legs tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Later flights").click()
    expect(page.locator("#legs tbody tr")).to_have_count(100)
    page.locator("select[name=terminal]").select_option("T1")
    page.wait_for_url(re.compile("terminal=T1"))
    expect(page.locator("#legs .leg__terminal").first).to_have_text("T1")
    page.get_by_label("Search on this board").fill("beijing")
    page.wait_for_url(re.compile("q=beijing"))
    expect(page.locator("#legs .leg__city").first).to_have_text("Beijing")
    assert page.evaluate("window.sameDocument") is True
    assert tab.complaints == []


def test_a_board_read_before_later_flights_came_does_not_take_them_away(tab: Tab, served: Served) -> None:
    page = tab.page
    held: list[Route] = []
    page.route(
        "**/flights/departures/rows**", lambda route: route.continue_() if held else held.append(route)
    )
    tomorrow = clock.now().astimezone(ZONE) + timedelta(days=1)
    with page.expect_request("**/flights/departures/rows**"):  # a board reads itself anew once it listens
        page.goto(f"{served.url}/flights/departures?day={tomorrow:%Y-%m-%d}")
    page.get_by_role("link", name="Later flights").click()
    expect(page.locator("#legs tbody tr")).to_have_count(100)
    with page.expect_response(re.compile("rows.*n=100")):
        held[0].continue_()
    expect(page.locator("#legs tbody tr")).to_have_count(100)
    assert tab.complaints == []


def test_history_opens_in_place(tab: Tab, served: Served) -> None:
    tab.page.goto(served.flight("boarding"))
    tab.page.get_by_text("What has changed").click()
    expect(tab.page.locator("#changes .changes li").first).to_be_visible()
    assert tab.complaints == []


def test_keyboard_alone_reaches_a_flight(tab: Tab, served: Served) -> None:
    page = tab.page
    page.goto(served.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("hu7142")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=hu7142"))
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('tr') !== null"):
            break
    outline = page.evaluate(
        "[getComputedStyle(document.activeElement).outlineStyle,"
        " getComputedStyle(document.activeElement, '::after').outlineStyle]"
    )
    assert "solid" in outline, "focus must be seen"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("HU7142")
