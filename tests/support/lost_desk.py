"""The desk of lost and found in a browser: who works there, their keyboard, their phone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from gateway.staff.lost_shared import HOME
from kernel import clock
from services.staff.domain import totp
from tests.support.stack import Stack

# The Keystroke-Level Model's times (Card, Moran, Newell, 1980): a key by somebody who types 40 words a minute, and
# thinking before each field.
KEY_S = 0.28
THINK_S = 1.35
_used: dict[tuple[str, str], int] = {}
"""The last step of each authenticator that was typed, by its stack and login."""


def code_of(stack: Stack, login: str) -> str:
    """What their authenticator shows: now, or next when that was used here already. Each code works once."""
    known = json.loads((stack.var / "demo-staff.json").read_text(encoding="utf-8"))[login]
    now = totp.step_at(clock.real_now())
    step = max(now, _used.get((str(stack.var), login), 0) + 1)
    if step > now + totp.WINDOW:
        time.sleep((step - totp.WINDOW) * totp.STEP_S - clock.real_now().timestamp())
    _used[str(stack.var), login] = step
    return totp.code_at(totp.secret_bytes(known["secret"]), step)


def sign_in(stack: Stack, context: BrowserContext, login: str = "demo.desk", path: str = HOME) -> Page:
    """A tab of somebody of the staff, at `path`. A code that another test used a moment ago is tried with the next."""
    known = json.loads((stack.var / "demo-staff.json").read_text(encoding="utf-8"))[login]
    page = context.new_page()
    page.set_default_timeout(20_000)
    for _ in range(3):
        page.goto(f"{stack.base_url}{path}")
        page.fill("#login", login)
        page.fill("#password", known["password"])
        page.keyboard.press("Enter")
        page.fill("#code", code_of(stack, login))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if "/sign-in" not in page.url:
            break
    page.wait_for_url(f"{stack.base_url}{path}*")
    return page


@dataclass
class Hands:
    """Somebody at a keyboard, who has no mouse: keys are counted, and what thinking and typing would take a person."""

    page: Page
    keys: int = 0
    fields: int = 0
    began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        self.keys = self.fields = 0
        self.began = time.monotonic()

    def type(self, text: str) -> None:
        """A field's text; a Chinese character is as long as its pinyin, some three keys."""
        self.keys += sum(3 if character > "\u2e7f" else 1 for character in text)
        self.fields += 1
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += key.count("+") + 1
            self.page.keyboard.press(key)

    def walk_to(self, name: str) -> None:
        """Tab until the field of that name has the focus."""
        for _ in range(40):
            if self.page.evaluate("() => document.activeElement.id") == f"f-{name}":
                return
            self.press("Tab")
        raise AssertionError(f"{name} can't be reached by keyboard")

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Something else goes wrong meanwhile: it isn't this thing's time."""
        since = time.monotonic()
        yield
        self.began += time.monotonic() - since

    @property
    def took_s(self) -> float:
        """What it would take a person: their typing and thinking, and what the machine really took."""
        return self.keys * KEY_S + self.fields * THINK_S + (time.monotonic() - self.began)


def ready(page: Page) -> None:
    """The page of registration, with its script."""
    page.wait_for_function("() => 'ready' in document.body.dataset")


def choose(page: Page, name: str, typed: str) -> None:
    """By thumb: type into a choice, tap the first that is offered."""
    page.locator(f"#f-{name}").fill(typed)
    page.locator(f"#f-{name}-list [role=option]").first.tap()


def register_jacket(
    page: Page, base_url: str, photo: Path, marks: str = "a burn hole in the left cuff"
) -> str:
    """Somebody of the staff, signed in on a phone, registers a navy jacket with a photo of it. Its number."""
    page.goto(f"{base_url}{HOME}/new")
    ready(page)
    choose(page, "category", "jacket")
    choose(page, "colours", "navy")
    page.locator("#f-brand").fill("Uniqlo")
    page.locator("#f-description").fill("men's padded jacket, size L, hood")
    page.locator("#f-marks").fill(marks)
    choose(page, "place", "t2 security")
    page.locator("#f-desk_id").select_option("t2")
    page.locator("#f-photo").set_input_files(photo)
    expect(page.locator("[data-shots] img")).to_have_count(1)
    page.get_by_role("button", name="Save").tap()
    newest = page.locator("[data-done] .is-new")
    expect(newest.locator(".done__shots")).to_have_text(re.compile("Photo kept|照片已保存"))
    return newest.locator(".done__number").inner_text()
