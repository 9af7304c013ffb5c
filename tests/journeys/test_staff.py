"""An agent's first day in a real Chromium: let in by command, password, authenticator, desk, out."""

from __future__ import annotations

import re
import subprocess
import sys

from playwright.sync_api import Browser, Page, expect

from deploy import assets
from deploy.local.options import ROOT
from kernel import clock
from services.staff.domain import totp
from tests.support.pages import faults_of, open_tab
from tests.support.stack import Stack

TABLET = {"width": 1024, "height": 768}
NEW = "another river, other stones"


def airport(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "staff", *arguments],
        env=stack.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def type_password(page: Page, password: str) -> None:
    """By keyboard alone: the first field has the focus."""
    expect(page.locator("#login")).to_be_focused()
    page.keyboard.type("anna.berg")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()


def type_code(page: Page, secret: bytes, ahead: int = 0) -> None:
    page.keyboard.type(totp.code_at(secret, totp.step_at(clock.real_now()) + ahead))
    page.keyboard.press("Enter")


def test_first_day_of_an_agent(stack: Stack, browser: Browser) -> None:
    told = airport(stack, "add", "anna.berg", "--name", "Anna Berg", "--role", "support")
    password = re.search(r"password  (\S+)", told)
    assert password
    assets.build()
    context, tab = open_tab(browser, viewport=TABLET)
    page = tab.page
    page.goto(f"{stack.base_url}/staff/messages")
    faults = faults_of(page)
    type_password(page, password[1])
    secret = totp.secret_bytes(page.locator(".secret").inner_text().replace(" ", ""))
    faults += faults_of(page)
    page.locator("#code").focus()
    type_code(page, secret)
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(re.compile(r"/staff/password$"))
    for name, value in (("old_password", password[1]), ("new_password", NEW), ("again", NEW)):
        page.fill(f"#{name}", value)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    type_password(page, NEW)
    type_code(page, secret, ahead=1)
    expect(page.get_by_role("heading", name="Messages")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Sent today: "))).to_be_visible()
    faults += faults_of(page)
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("cz9999-20200101-csx-pek")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("link", name="Anna Berg").click()
    expect(page.get_by_text("this one")).to_be_visible()
    faults += faults_of(page)
    assert page.goto(f"{stack.base_url}/staff/accounts").status == 403  # type: ignore[union-attr]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.goto(f"{stack.base_url}/staff/messages")
    expect(page).to_have_url(re.compile(r"/staff/sign-in\?next="))
    assert faults == []
    assert [line for line in tab.complaints if "403" not in line] == []
    context.close()
    assert airport(stack, "audit", "--verify").startswith("whole: ")
