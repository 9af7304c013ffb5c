"""The menu as a file: within WeChat's limits, and every button leads somewhere or answers honestly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.routing import Match, Route

import gateway.wechat
from gateway.app import DOORS, Gateway
from gateway.web.home import MENU as HOME
from gateway.web.texts import texts
from gateway.wechat.words import ChatWords
from kernel.config import load
from services.airport import Airport
from tests.gateway.fakes import FakeFlights, FakeRpc, settings

FILE = Path(gateway.wechat.__file__).parent / "menu.json"
MENU: dict[str, Any] = json.loads(
    FILE.read_text(encoding="utf-8").replace("{public_url}", "https://fly.example")
)


def leaves() -> Iterator[dict[str, Any]]:
    for button in MENU["button"]:
        yield from button.get("sub_button") or [button]


def width(name: str) -> int:
    """In halves of a 汉字."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in name)


def test_it_is_within_wechats_limits() -> None:
    assert 1 <= len(MENU["button"]) <= 3
    for button in MENU["button"]:
        assert len(button["name"].encode()) <= 16
        assert width(button["name"]) <= 8, "four 汉字 are shown"
        assert 1 <= len(button.get("sub_button", [0])) <= 5
    for leaf in leaves():
        assert len(leaf["name"].encode()) <= 60
        assert width(leaf["name"]) <= 16, "eight 汉字 are shown"
        assert set(leaf) == {"type", "name", "url" if leaf["type"] == "view" else "key"}
        assert len(leaf.get("key", "x").encode()) <= 128
        assert len(leaf.get("url", "x").encode()) <= 1024
    keys = [leaf["key"] for leaf in leaves() if "key" in leaf]
    assert len(keys) == len(set(keys))


def test_every_click_has_an_answer() -> None:
    topics = ChatWords(load(Airport, {})).topics
    clicked = [leaf for leaf in leaves() if leaf["type"] == "click"]
    assert clicked
    for leaf in clicked:
        topic = topics[leaf["key"].removeprefix("topic:")]
        assert leaf["name"] == topic.name.zh


@pytest.mark.anyio
async def test_every_link_leads_to_a_page_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", "a signing key of more than thirty-two characters")
    routes = Gateway(settings(), load(Airport, {}), FakeRpc(flights=FakeFlights()), DOORS).routes
    links = [urlsplit(leaf["url"]) for leaf in leaves() if leaf["type"] == "view"]
    links += [urlsplit(topic.path) for topic in ChatWords(load(Airport, {})).topics.values() if topic.path]
    assert links
    for link in links:
        scope = {"type": "http", "method": "GET", "path": link.path, "headers": []}
        found = [
            route for route in routes if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL
        ]
        assert found, link.path
        assert "{" not in found[0].path, "a page of its own, not some flight"


def test_it_shows_the_functions_that_the_first_page_shows() -> None:
    zh = texts("zh")
    on_page = [(zh(title), [zh(function.label) for function in functions]) for title, functions in HOME]
    in_menu = [(button["name"], [leaf["name"] for leaf in button["sub_button"]]) for button in MENU["button"]]
    assert in_menu == on_page
