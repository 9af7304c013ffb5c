"""Somebody without an account stands at the desk: their loss is taken down, claimed, signed for on the glass, counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gateway.staff.assets import assets
from gateway.staff.lost_shared import HOME
from kernel.ids import new_id
from tests.messaging.calls.harness import Wire
from tests.support.lost_desk import sign_in
from tests.support.stack import Stack
from tests.unit.lostfound.examples import LIU, jacket


@pytest.fixture(scope="module")
def desk(running_stack: Stack) -> Stack:
    running_stack.heal()
    running_stack.airport("staff demo")
    assets()
    return running_stack


@pytest.fixture
def tablet(browser: Browser, desk: Stack) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 820, "height": 1180}, locale="en-GB", has_touch=True)
    yield context
    context.close()


def stored(stack: Stack) -> str:
    """The number of a jacket that lies at the desk."""
    wire = Wire(stack.amqp_url)
    try:
        request = {"request_id": new_id(), "actor": LIU, "desk_id": "t2", "item": jacket()}
        return str(wire.call("lostfound", "register_item", request).result["item"]["number"])
    finally:
        wire.close()


def take_down(page: Page) -> None:
    page.goto(f"{page.url.split('/staff')[0]}{HOME}/reports/new")
    page.locator("#f-category").press_sequentially("coat")
    page.keyboard.press("Enter")
    page.fill("#f-brand", "Bosideng")
    page.fill("#f-marks", "initials J.M. inside")
    page.fill("#f-found", "-2h")
    page.fill("#f-contact_phone", "13800138000")
    page.click("button.save__go")
    page.wait_for_url(re.compile(r"/reports/R-"))


def sign(page: Page) -> None:
    """Two strokes of a pen."""
    box = page.locator("[data-sign-box]").bounding_box()
    assert box
    for first in (0.2, 0.5):
        page.mouse.move(box["x"] + box["width"] * first, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * (first + 0.2), box["y"] + 90, steps=6)
        page.mouse.up()


def test_who_has_no_account_gets_theirs_at_the_desk_and_is_counted(
    tablet: BrowserContext, desk: Stack
) -> None:
    number = stored(desk)
    page = sign_in(desk, tablet)
    take_down(page)
    page.get_by_text("Claim an item that isn't listed here").click()
    page.fill("#item-number", number)
    page.fill("#marks-number", "initials J.M. inside")
    page.locator("details[open] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/claims/C-"))
    page.get_by_role("button", name="Approve, keep it for them").click()
    expect(page.get_by_role("status").first).to_contain_text("Approved")

    page.goto(f"{desk.base_url}{HOME}/handover")
    expect(page.locator("#number")).to_be_focused()  # else a first key goes elsewhere
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.fill("#holder_name", "李娜")
    page.fill("#doc_number", "430102199001011234")
    sign(page)
    page.click("[data-sign-clear]")
    expect(page.locator("[data-sign-value]")).to_have_value("")
    sign(page)
    page.get_by_role("button", name="Hand it over").click()
    page.wait_for_url(re.compile(r"/receipt"))
    assert page.locator(".signature path").get_attribute("d").count("M") == 2  # type: ignore[union-attr]
    expect(page.locator("article")).not_to_contain_text("430102199001011234")

    page.goto(f"{desk.base_url}{HOME}/figures")
    expect(page.locator(".big--go dd")).not_to_have_text(re.compile(r"^0"))
    assert "李娜" not in desk.log("services")
