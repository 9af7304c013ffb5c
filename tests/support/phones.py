"""The sandbox's phone on a desktop, and WeChat's own browser beside it, in real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.support.pages import PHONE
from tests.support.sandbox import Person

_PATIENCE_MS = 20_000


@contextmanager
def phone_of(browser: Browser, someone: Person, locale: str = "zh-CN") -> Iterator[Page]:
    """The page that shows somebody's phone; pages that they open there are in its iframe."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=locale)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{someone.wechat.url}/?user={someone.openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


@contextmanager
def wechat_tab(browser: Browser, scale: int = 1) -> Iterator[Page]:
    """A browser of its own for WeChat's pages, whose network can be cut without cutting the phone's. scale: of its
    screen, in pixels a point."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", device_scale_factor=scale)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    yield page
    context.close()
