"""A traveller's own pages over the whole suite, in WeChat's browser as the sandbox brings it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.broker import Broker
from tests.support.pages import PHONE
from tests.support.sandbox import Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(180)

NUMBER = "11010519491231002X"


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with in_wechat(broker, "account") as (stack, wechat):
        yield Suite(stack, wechat)


@pytest.fixture
def page(browser: Browser, suite: Suite) -> Iterator[Page]:
    """WeChat's browser of somebody who follows the account and speaks English."""
    ann = suite.wechat.person("Ann", language="en")
    ann.subscribe()
    context = browser.new_context(viewport=PHONE, locale="en-GB", accept_downloads=False)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(ann.page_url("/me"))
    yield page
    context.close()


def test_what_a_traveller_keeps_is_shown_masked_copied_whole_and_deleted_everywhere(page: Page) -> None:
    page.get_by_role("link", name="Sign in with WeChat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Me")
    expect(page.locator(".who")).to_contain_text("messages reach you")
    keep_a_companion(page, "Bo Li")
    keep_a_document(page, "Bo Li")
    copy = show_the_copy(page)
    assert NUMBER in json.dumps(copy["passengers"])
    assert copy["complete"], copy["missing"]
    delete_everything(page)


def keep_a_companion(page: Page, name: str) -> None:
    page.get_by_role("link", name="Companions").click()
    page.get_by_label("Name").fill("Agent 007")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#name-wrong")).to_contain_text("letters only")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Child, 2 to 11").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name=re.compile(name))).to_contain_text("Child, 2 to 11")
    page.get_by_role("link", name="Me", exact=True).first.click()


def keep_a_document(page: Page, holder: str) -> None:
    page.get_by_role("link", name="Identity documents").click()
    page.get_by_role("link", name="Add resident ID card").click()
    page.get_by_label("Whose document is it?").select_option(label=holder)
    page.get_by_label("Name as on the card").fill(holder)
    page.get_by_label("I agree").check()
    page.get_by_label("ID number").fill(NUMBER[:-1] + "1")
    page.get_by_role("button", name="Check and save").click()
    expect(page.locator("#number-wrong")).to_contain_text("The last character doesn't fit")
    page.get_by_label("ID number").fill(NUMBER)
    page.get_by_role("button", name="Check and save").click()
    expect(page.locator(".paper__number")).to_contain_text("002X")
    assert NUMBER not in page.content()
    page.get_by_role("button", name="Show the number").click()
    expect(page.locator("#shown")).to_have_text(NUMBER)
    page.get_by_role("link", name="Me", exact=True).first.click()
    page.get_by_role("link", name="Consents").click()
    expect(page.locator(".consent", has_text="Keeping identity documents")).to_contain_text("agreed on")
    page.get_by_role("link", name="Me", exact=True).first.click()


def show_the_copy(page: Page) -> dict[str, dict[str, object]]:
    page.get_by_role("link", name="My data").click()
    page.get_by_role("button", name="Show on a page").click()
    found: dict[str, dict[str, object]] = json.loads(page.locator("pre").inner_text())
    page.get_by_role("link", name="My data").click()
    return found


def delete_everything(page: Page) -> None:
    page.get_by_role("button", name="Delete everything").click()
    expect(page.locator("#sure-wrong")).to_be_visible()
    page.get_by_label("Yes, delete everything about me").check()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.locator(".report li")).not_to_have_count(0)
    for _ in range(60):
        if page.get_by_role("heading", name="Everything was deleted").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything was deleted")
    expect(page.locator(".report")).to_contain_text("Followed flights and messages")
    page.get_by_role("link", name="Me", exact=True).first.click()
    expect(page.get_by_role("link", name="Sign in with WeChat")).to_be_visible()
