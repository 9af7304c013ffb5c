"""From an airline's push to a phone: whole stack, real broker, real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, expect

from kernel import ids
from tests.gateway.web.changsha import ZONE
from tests.support.pages import live
from tests.support.partner import Partner, departure_update
from tests.support.stack import Stack


def test_a_partners_push_is_on_an_open_board_and_flight_by_itself(stack: Stack, browser: Browser) -> None:
    partner = Partner.register(stack.base_url, stack.environ)
    at = (datetime.now(UTC) + timedelta(hours=2)).replace(second=0, microsecond=0).astimezone(ZONE)
    first = departure_update(1000 + int(ids.new_id()[-4:], 16) % 8999, at)
    answer = partner.push([first])
    assert answer.json()["applied"] == 1, answer.text
    flight_id = answer.json()["results"][0]["flight_id"]
    context = browser.new_context(viewport={"width": 375, "height": 812}, locale="zh-CN")
    board, flight = context.new_page(), context.new_page()
    flight.goto(f"{stack.base_url}/flights/{flight_id}")
    board.goto(f"{stack.base_url}/flights/departures?day={at:%Y-%m-%d}&at={at:%H:%M}")
    for page in (board, flight):
        page.bring_to_front()
        live(page)
        gate = f"C{10 if page is board else 20}"
        now = datetime.now(UTC).isoformat()
        change = {
            "leg": first["leg"],
            "event_at": now,
            "status": "check_in_open",
            "departure": {"gate": gate},
        }
        assert partner.push([change]).json()["applied"] == 1
        expect(page.locator(f'[data-flight="{flight_id}"]')).to_contain_text(gate)
    context.close()


def test_a_stopped_broker_leaves_the_board_readable_and_marked_and_its_return_heals(
    stack: Stack, browser: Browser
) -> None:
    page = browser.new_page(locale="en-GB")
    page.goto(f"{stack.base_url}/flights/departures")
    expect(page.locator("#stale")).to_be_hidden()
    stack.broker.stop()
    try:
        expect(page.locator("#stale")).to_be_visible(timeout=30_000)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Departures")
        expect(page.locator("#stale")).to_contain_text("News is held up.")
    finally:
        stack.broker.start()
    expect(page.locator("#stale")).to_be_hidden(timeout=30_000)
    page.close()
