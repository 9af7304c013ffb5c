"""The pages over made-up flights and travellers, in a process of their own, and tabs of a browser that look at them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy import assets
from tests.gateway.web.travellers import cookie_of

PHONE, DESKTOP, SMALL = (
    {"width": 375, "height": 812},
    {"width": 1280, "height": 900},
    {"width": 320, "height": 640},
)
AXE = assets.WEB / "node_modules" / "axe-core" / "axe.min.js"
_LOADED = """() => performance.getEntriesByType('resource')
  .some((one) => one.initiatorType === 'fetch' && /\\/(rows|card)$/.test(new URL(one.name).pathname))"""
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Served:
    """The gateway of tests.gateway.web.served: its address, its showcase, and wishes to it."""

    process: subprocess.Popen[str]
    url: str
    ids: dict[str, str]
    boards: dict[str, str]
    orders: dict[str, str]
    checkin: dict[str, str]
    lost: dict[str, str]

    def wish(self, **wish: Any) -> None:
        self.send(**wish)
        self.done()

    def send(self, **wish: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()

    def done(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline()

    def flight(self, state: str) -> str:
        return f"{self.url}/flights/{self.ids[state]}"


@contextmanager
def serving() -> Iterator[Served]:
    assets.build()
    command = [sys.executable, "-m", "tests.gateway.web.served"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=assets.ROOT
    )
    assert process.stdin
    assert process.stdout
    first = json.loads(process.stdout.readline())
    told = (first[name] for name in ("url", "ids", "boards", "orders", "checkin", "lost"))
    yield Served(process, *told)
    process.stdin.close()
    try:
        process.wait(12)
    finally:
        process.kill()
        process.stdout.close()


@dataclass
class Tab:
    """A page, and everything its console complained about."""

    page: Page
    complaints: list[str]


def open_tab(browser: Browser, **options: Any) -> tuple[BrowserContext, Tab]:
    context = browser.new_context(**({"viewport": PHONE, "locale": "en-GB"} | options))
    tab = Tab(context.new_page(), [])
    tab.page.set_default_timeout(20_000)
    tab.page.on("console", lambda m: m.type in {"error", "warning"} and tab.complaints.append(m.text))
    tab.page.on("pageerror", lambda e: tab.complaints.append(str(e)))
    return context, tab


def sign_in(context: BrowserContext, served: Served, passenger_id: str, language: str = "en") -> None:
    """Give the browser the session's cookie of a made-up traveller."""
    name, _, value = cookie_of(passenger_id).partition("=")
    secure = {"secure": True, "httpOnly": True, "sameSite": "Lax"}
    address = served.url.replace("http:", "https:")
    context.add_cookies(
        [
            {"name": name, "value": value, "url": address, **secure},
            {"name": "lang", "value": language, "url": served.url},
        ]  # type: ignore[list-item]
    )


def live(page: Page) -> None:
    """Wait for the stream of an open board or flight, and for what it makes the page load at first."""
    expect(page.locator("#news")).to_have_class(re.compile("is-live"))
    page.wait_for_function(_LOADED)


def faults_of(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe holds serious or critical on the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(f"axe.run({{runOnly: {json.dumps(RULES)}}})")
    assert result["passes"], "axe looked at nothing"
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in result["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
