"""Signing in and out, as browsers do it."""

from __future__ import annotations

import re

import pytest

from kernel.errors import Unavailable
from services.staff.schemas import Role
from tests.gateway.staff.house import PASSWORD, House, keys_of, sign_in

pytestmark = pytest.mark.anyio


async def test_password_and_code_lead_to_ones_own_desk() -> None:
    house = House()
    house.staff.add("anna", Role.SUPPORT)
    async with house.browser() as client:
        assert (await client.get("/staff")).headers["location"].startswith("/staff/sign-in")
        answer = await sign_in(client, "Anna ", house.code())
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
        cookie = next(each for each in answer.headers.get_list("set-cookie") if "__Host-staff=" in each)
        assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert (await client.get("/staff")).headers["location"] == "/staff/messages"
        page = await client.get("/staff/messages")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert "unsafe" not in page.headers["content-security-policy"]
        out = await client.post("/staff/sign-out", data=keys_of(page.text))
        assert out.status_code == 303
        assert (await client.get("/staff/messages")).status_code == 303


@pytest.mark.parametrize("fault", ["unknown login", "wrong password", "wrong code", "disabled"])
async def test_whatever_is_wrong_it_is_told_the_same_way(fault: str) -> None:
    house = House()
    house.staff.add("anna", Role.SUPPORT)
    if fault == "disabled":
        accounts = house.staff.uow.store.accounts
        accounts.save(__import__("dataclasses").replace(accounts.by_login("anna"), active=False))
    async with house.browser() as client:
        login = "nobody" if fault == "unknown login" else "anna"
        password = "another one altogether" if fault == "wrong password" else PASSWORD
        first = await client.post("/staff/sign-in", data={"login": login, "password": password})
        assert (first.status_code, first.headers["location"]) == (303, "/staff/sign-in/code?next=/staff")
        page = await client.get("/staff/sign-in/code")
        assert "Set up your authenticator" not in page.text
        code = house.code() if fault != "wrong code" else "000000"
        answer = await client.post("/staff/sign-in/code", data={"code": code})
        assert answer.status_code == 401
        assert "The login, the password or the code isn&#39;t right." in answer.text
        assert not any("__Host-staff=" in each for each in answer.headers.get_list("set-cookie"))


async def test_the_first_sign_in_sets_up_an_authenticator() -> None:
    from kernel import clock
    from services.staff.domain import totp

    house = House()
    house.staff.add("anna", Role.SUPPORT, enrolled=False)
    async with house.browser() as client:
        await client.post("/staff/sign-in", data={"login": "anna", "password": PASSWORD})
        page = (await client.get("/staff/sign-in/code")).text
        assert "<svg" in page
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert secret
        wrong = await client.post("/staff/sign-in/code", data={"code": "000000"})
        assert wrong.status_code == 400
        assert secret[1] in wrong.text, "one tries again with the same secret"
        code = totp.code_at(totp.secret_bytes(secret[1].replace(" ", "")), totp.step_at(clock.real_now()))
        done = await client.post("/staff/sign-in/code", data={"code": code})
        codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", done.text)
        assert len(set(codes)) == 10
        assert (await client.get("/staff/me")).headers["location"] == "/staff/password"
    async with house.browser() as client:
        assert (await sign_in(client, "anna", codes[3].upper())).status_code == 303
    async with house.browser() as client:
        assert (await sign_in(client, "anna", codes[3])).status_code == 401, "a recovery code works once"


async def test_a_stranger_at_the_same_address_uses_up_nothing_that_a_known_browser_needs(
    house: House,
) -> None:
    house.staff.add("anna", Role.SUPPORT)
    async with house.browser() as known, house.browser() as stranger:
        await sign_in(known, "anna", house.code(-1))
        for number in range(100):
            last = await stranger.post("/staff/sign-in", data={"login": f"x{number}", "password": "words"})
        assert last.status_code == 429, "control: the stranger has to wait"
        fresh = await stranger.post("/staff/sign-in", data={"login": "anna", "password": PASSWORD})
        assert fresh.status_code == 429, "control: so has a new browser"
        assert (await sign_in(known, "anna", house.code())).status_code == 303


async def test_while_the_service_is_away_the_console_says_so_and_lets_nobody_in(house: House) -> None:
    async with house.at_work("anna", Role.SUPPORT) as client, house.browser() as nobody:
        house.rpc.fails_with = Unavailable(service="staff", retry_after_s=2)
        away = await nobody.post("/staff/sign-in", data={"login": "anna", "password": PASSWORD})
        assert (away.status_code, away.headers["retry-after"]) == (503, "2")
        page = await client.get("/staff/messages")
        assert page.status_code == 503
        assert page.headers["cache-control"] == "no-store"
