"""One sandbox process and one account's server for all tests of this folder; every test has its own users."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.account_server import AccountServer, Page
from tests.sandbox.merchant import Merchant
from tests.support.folders import temporary_folder
from tests.support.sandbox import Person, Sandbox

ANSWER_S = 0.4


@pytest.fixture(scope="package")
def running_server() -> Iterator[AccountServer]:
    with AccountServer() as server:
        yield server


@pytest.fixture(scope="package")
def running_wechat(running_server: AccountServer) -> Iterator[Sandbox]:
    with (
        temporary_folder("airport-sandbox-") as folder,
        Sandbox(folder, running_server.url, SANDBOX_ANSWER_S=str(ANSWER_S)) as wechat,
    ):
        running_server.account = wechat.account
        yield wechat


@pytest.fixture
def server(running_server: AccountServer, running_wechat: Sandbox) -> AccountServer:
    """The account's server, answering `success`, with nothing seen yet."""
    running_server.answer = lambda _: "success"
    running_server.pages.clear()
    running_server.pushes.clear()
    running_server.seen.clear()
    return running_server


@pytest.fixture
def wechat(running_wechat: Sandbox, server: AccountServer) -> Sandbox:
    """The platform, as if it had just been started: true clock, no faults, no menu, encrypted messages."""
    running_wechat.do("clock", reset=True)
    running_wechat.do("faults", "DELETE")
    running_wechat.do("mode", mode="aes")
    running_wechat.do("limits", template=100_000)
    if running_wechat.get("menu")["button"]:
        running_wechat.api("/cgi-bin/menu/delete")
    return running_wechat


@pytest.fixture
def person(wechat: Sandbox) -> Person:
    """A user who follows the account."""
    made = wechat.person("小明")
    made.subscribe()
    return made


@pytest.fixture
def merchant(wechat: Sandbox, server: AccountServer) -> Merchant:
    """The account's merchant, whose server hears every pay notification."""
    server.pages["/pay"] = Page("", status=204)
    return Merchant(wechat)
