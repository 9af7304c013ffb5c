"""Signing in over the whole suite, with everything that a thief might try: WeChat's codes, states and old cookies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.broker import Broker
from deploy.processes import wait_until
from gateway.session.origin import form_token
from tests.support.sandbox import Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(180)
SESSION = "__Host-session"
ME = "/api/v1/me"


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with in_wechat(broker, "sign-in") as (stack, wechat):
        yield Suite(stack, wechat)


@dataclass
class Phone:
    """A browser in WeChat: keeps Secure cookies on this machine as Chromium does, follows nothing by itself."""

    suite: Suite
    openid: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post_form(self, path: str) -> httpx.Response:
        return self._ask("POST", path, {"csrf": form_token(self.cookies[SESSION])})

    def back_from_wechat(self, wanted: str = "/me") -> str:
        """Begin to sign in; the path that WeChat sends the browser back to, not yet asked for."""
        out = self.get(f"/sign-in?next={wanted}")
        assert out.status_code == 302, out.text
        granted = httpx.get(out.headers["location"], cookies={"sandbox_phone": self.openid}, trust_env=False)
        assert granted.status_code == 302, granted.text
        back = urlsplit(granted.headers["location"])
        assert f"{back.scheme}://{back.netloc}" == self.suite.stack.base_url
        return f"{back.path}?{back.query}"

    def sign_in(self) -> str:
        """The session's token."""
        assert self.get(self.back_from_wechat()).status_code == 303
        return self.cookies[SESSION]

    @property
    def who(self) -> str | None:
        response = self.get(ME)
        return response.json()["passenger"]["id"] if response.status_code == 200 else None

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        headers = {
            "User-Agent": "Mozilla/5.0 MicroMessenger/8.0.50",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        address = f"{self.suite.stack.base_url}{path}"
        response = httpx.request(method, address, data=form, headers=headers, trust_env=False)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return response


@pytest.fixture
def ann(suite: Suite) -> Phone:
    return Phone(suite, suite.wechat.person("Ann").openid)


@pytest.fixture
def mallory(suite: Suite) -> Phone:
    return Phone(suite, suite.wechat.person("Mallory").openid)


def test_a_traveller_is_the_same_at_every_sign_in_and_the_session_is_not(ann: Phone) -> None:
    first = ann.sign_in()
    me = ann.who
    second = ann.sign_in()
    assert first != second
    assert ann.who == me
    assert me is not None
    old = Phone(ann.suite, "", {SESSION: first})
    assert wait_until(lambda: old.who is None, 20.0), "the session before is over"


def test_a_code_is_good_once_and_in_the_browser_that_began_only(ann: Phone, mallory: Phone) -> None:
    path = mallory.back_from_wechat()
    assert ann.get(path).status_code == 400, "a browser that began nothing"
    ann.back_from_wechat()
    assert ann.get(path).status_code == 400, "a browser that began something else"
    assert SESSION not in ann.cookies
    begun = dict(mallory.cookies)
    assert mallory.get(path).status_code == 303, "control: it is good"
    doubled = Phone(ann.suite, "", begun)
    assert doubled.get(path).status_code == 303, "WeChat's browser sometimes loads a page twice at once"
    assert doubled.cookies[SESSION] == mallory.cookies[SESSION], "and has one session then"
    code = parse_qs(urlsplit(path).query)["code"][0]
    fresh = urlsplit(ann.back_from_wechat())
    state = parse_qs(fresh.query)["state"][0]
    assert ann.get(f"{fresh.path}?code={code}&state={state}").status_code == 401, "a used code, a good state"
    assert SESSION not in ann.cookies


def test_a_planted_session_is_worth_nothing_after_signing_in(ann: Phone, mallory: Phone) -> None:
    planted = mallory.sign_in()
    ann.cookies[SESSION] = planted
    assert ann.sign_in() != planted
    assert ann.who is not None
    assert wait_until(lambda: mallory.who is None, 20.0)


def test_after_signing_out_a_stolen_cookie_opens_nothing(ann: Phone) -> None:
    token = ann.sign_in()
    thief = Phone(ann.suite, "", {SESSION: token})
    assert thief.who is not None, "control: until then it does"
    assert ann.post_form("/sign-out").status_code == 303
    assert SESSION not in ann.cookies
    assert wait_until(lambda: thief.who is None, 20.0)


def test_signing_out_everywhere_reaches_every_browser_at_once(ann: Phone) -> None:
    other = Phone(ann.suite, ann.openid)
    other.sign_in()
    ann.sign_in()
    assert ann.who == other.who is not None
    assert ann.post_form("/sign-out/everywhere").status_code == 303
    assert wait_until(lambda: other.who is None, 20.0), "sooner than the half minute that gateways remember"
