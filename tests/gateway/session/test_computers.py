"""Signing in on a computer by the phone, and every way that somebody else's screen might be signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from gateway.session.origin import form_token
from tests.gateway.fakes import FakeRpc
from tests.gateway.session.fakes import OWN, PHONE, gateway_for, make_rpc

pytestmark = pytest.mark.anyio
SESSION, COMPUTER = "__Host-session", "__Host-computer"
DESK = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}
STATE, DONE = "/sign-in/computer/state", "/sign-in/computer/done"


@dataclass
class Both:
    """A computer, and the phone of ann, at one gateway."""

    rpc: FakeRpc
    desk: httpx.AsyncClient
    phone: httpx.AsyncClient

    @property
    def computers(self) -> dict[str, str]:
        found: dict[str, str] = self.rpc.services["passengers"].computers
        return found

    async def begin(self, path: str = "/sign-in?next=/bus") -> str:
        """Open the page on the computer; the code it shows."""
        page = await self.desk.get(path, headers=DESK)
        assert page.status_code == 200, page.text
        return next(reversed(self.computers))

    async def state(self) -> str:
        return str((await self.desk.get(STATE)).json()["state"])

    async def decide(self, code: str, **fields: str) -> httpx.Response:
        form = {"csrf": form_token(self.phone.cookies[SESSION]), **fields}
        return await self.phone.post(f"/computer/{code}", data=form, headers=OWN | PHONE)


@asynccontextmanager
async def both() -> AsyncIterator[Both]:
    rpc = make_rpc()
    async with gateway_for(rpc) as (gateway, desk):
        transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=desk.base_url) as phone:
            token = rpc.services["passengers"].open_session("ann")
            phone.cookies.set(SESSION, token, domain="fly.example")
            yield Both(rpc, desk, phone)


async def test_the_computer_goes_on_where_it_wanted_to_when_the_phone_agrees() -> None:
    async with both() as suite:
        code = await suite.begin()
        assert await suite.state() == "waiting"
        page = await suite.phone.get(f"/computer/{code}", headers=PHONE)
        assert "Chrome · Windows" in page.text
        assert ">47<" not in page.text, "the number is on the computer only"
        assert (await suite.decide(code, number=" 47 ")).status_code == 200
        assert await suite.state() == "approved"
        done = await suite.desk.get(DONE)
        assert (done.status_code, done.headers["location"]) == (303, "/bus")
        assert suite.rpc.services["passengers"].sessions[suite.desk.cookies[SESSION]] == "ann"
        assert COMPUTER not in suite.desk.cookies, "nothing is waited for any more"


async def test_a_wrong_number_signs_in_nobody_and_ends_it() -> None:
    async with both() as suite:
        code = await suite.begin()
        refused = await suite.decide(code, number="48")
        assert "数字不对" in refused.text or "not the number" in refused.text
        assert await suite.state() == "refused"
        assert (await suite.desk.get(DONE)).status_code == 404
        assert (await suite.decide(code, number="47")).status_code == 404
        assert SESSION not in suite.desk.cookies


async def test_a_no_is_a_no_whatever_number_is_typed() -> None:
    async with both() as suite:
        code = await suite.begin()
        assert (await suite.decide(code, number="47", refuse="1")).status_code == 200
        assert await suite.state() == "refused"


async def test_nobody_else_gets_what_the_phone_agreed_to() -> None:
    async with both() as suite:
        code = await suite.begin()
        await suite.decide(code, number="47")
        cookie = suite.desk.cookies[COMPUTER]
        suite.desk.cookies.clear()
        assert (await suite.desk.get(DONE)).status_code == 400, "a browser that began nothing"
        suite.desk.cookies.set(COMPUTER, cookie[:-2] + "AA", domain="fly.example")
        assert (await suite.desk.get(DONE)).status_code == 400, "a cookie that isn't ours"
        assert await suite.state() == "over"
        suite.desk.cookies.clear()
        suite.desk.cookies.set(COMPUTER, cookie, domain="fly.example")
        assert (await suite.desk.get(DONE)).status_code == 303, "control: the browser that began"


async def test_the_phones_answer_must_be_a_form_of_ours() -> None:
    async with both() as suite:
        code = await suite.begin()
        form = {"csrf": "another's", "number": "47"}
        path = f"/computer/{code}"
        assert (await suite.phone.post(path, data=form, headers=OWN)).status_code == 403
        cross = {"Sec-Fetch-Site": "cross-site"}
        assert (await suite.phone.post(path, data=form, headers=cross)).status_code == 403
        assert await suite.state() == "waiting"


async def test_a_phone_that_is_not_signed_in_signs_in_first_and_comes_back() -> None:
    async with both() as suite:
        code = await suite.begin()
        suite.phone.cookies.clear()
        away = await suite.phone.get(f"/computer/{code}", headers=PHONE)
        assert away.headers["location"] == f"/sign-in?next=/computer/{code}"


async def test_codes_that_are_no_codes_are_answered_like_old_ones() -> None:
    async with both() as suite:
        for code in ("nothing-of-that-kind", "x", "%2e%2e%2fme"):
            page = await suite.phone.get(f"/computer/{code}", headers=PHONE)
            assert page.status_code == 404, code


async def test_the_computer_is_never_led_to_another_site() -> None:
    async with both() as suite:
        code = await suite.begin("/sign-in?next=//evil.example")
        await suite.decide(code, number="47")
        assert (await suite.desk.get(DONE)).headers["location"] == "/"


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (DESK["User-Agent"], "Chrome · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1", "Safari · macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("curl/8", ""),
    ],
)
async def test_a_browser_is_called_as_people_call_it(agent: str, called: str) -> None:
    async with both() as suite:
        await suite.desk.get("/sign-in", headers={"User-Agent": agent})
        name, asked = suite.rpc.services["passengers"].asked[-1]
        assert (name, asked["browser"]) == ("begin_pairing", called)


async def test_the_page_says_what_to_do_in_both_languages() -> None:
    async with both() as suite:
        for language, words in (("zh", "微信扫码登录"), ("en", "Sign in with WeChat")):
            page = await suite.desk.get(f"/sign-in?lang={language}", headers=DESK)
            assert words in page.text
            assert re.search(r'class="number"[^>]*>47<', page.text)
            assert "<svg" in page.text
