"""Signing in through WeChat, and every way that somebody else might be signed in instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from gateway.account import WeChatAccount
from gateway.errors import ServiceAway
from gateway.session.origin import form_token
from gateway.session.signin import own_path
from kernel import clock
from tests.gateway.fakes import FakeRpc
from tests.gateway.session.fakes import OWN, PHONE, PUBLIC_URL, ended, gateway_for, make_rpc

pytestmark = pytest.mark.anyio
SESSION, SIGN_IN = "__Host-session", "__Host-sign-in"


async def begin(client: httpx.AsyncClient, wanted: str = "/me") -> str:
    """Start as a phone does; the state that WeChat is given."""
    response = await client.get("/sign-in", params={"next": wanted}, headers=PHONE)
    assert response.status_code == 302, response.text
    return parse_qs(urlsplit(response.headers["location"]).query)["state"][0]


async def finish(client: httpx.AsyncClient, code: str, state: str) -> httpx.Response:
    return await client.get("/sign-in/wechat", params={"code": code, "state": state}, headers=PHONE)


async def sign_in(
    client: httpx.AsyncClient, rpc: FakeRpc, passenger_id: str = "ann", wanted: str = "/me"
) -> str:
    """The session's token after a whole sign-in."""
    rpc.services["passengers"].codes["good"] = passenger_id
    response = await finish(client, "good", await begin(client, wanted))
    assert response.status_code == 303, response.text
    return client.cookies[SESSION]


async def who(client: httpx.AsyncClient, cookie: str | None = None) -> str | None:
    headers = {} if cookie is None else {"Cookie": f"{SESSION}={cookie}"}
    if cookie is not None:
        client.cookies.clear()
    response = await client.get("/api/v1/me", headers=headers)
    return response.json()["passenger"]["id"] if response.status_code == 200 else None


async def test_the_way_out_is_as_wechat_wants_it() -> None:
    async with gateway_for(make_rpc()) as (_, client):
        response = await client.get("/sign-in?next=/me", headers=PHONE)
        address = urlsplit(response.headers["location"])
        names = [pair.split("=")[0] for pair in address.query.split("&")]
        assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
        query = parse_qs(address.query)
        assert query["redirect_uri"] == [f"{PUBLIC_URL}/sign-in/wechat"]
        assert query["scope"] == ["snsapi_base"]
        assert query["state"][0].isalnum()
        assert len(query["state"][0]) <= 128
        assert address.fragment == "wechat_redirect"
        assert response.headers["cache-control"] == "no-store"


async def test_a_sign_in_ends_in_a_session_where_one_wanted_to_go() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        rpc.services["passengers"].codes["good"] = "ann"
        response = await finish(client, "good", await begin(client, "/me/flights?done=x"))
        assert response.headers["location"] == "/me/flights?done=x"
        cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith(SESSION))
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
        assert 2_500_000 < int(cookie.split("Max-Age=")[1].split(";")[0]) <= 2_592_000
        assert await who(client) == "ann"


async def test_a_session_is_new_at_every_sign_in_and_the_one_before_is_over() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        planted = rpc.services["passengers"].open_session("mallory")
        client.cookies.set(SESSION, planted, domain="fly.example")
        assert await who(client) == "mallory"
        token = await sign_in(client, rpc)
        assert token != planted
        assert await who(client) == "ann"
        assert await who(client, planted) is None, "a session that was planted is worth nothing afterwards"


@pytest.mark.parametrize("planted", ["fixed-by-mallory", "", "x" * 300])
async def test_a_session_that_nobody_opened_is_never_taken_over(planted: str) -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        client.cookies.set(SESSION, planted, domain="fly.example")
        assert await who(client) is None
        assert await sign_in(client, rpc) != planted


async def test_a_code_counts_once() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        await sign_in(client, rpc)
        client.cookies.clear()
        response = await finish(client, "good", await begin(client))
        assert response.status_code == 401
        assert SESSION not in client.cookies
        assert "重新登录" in response.text


async def test_the_same_address_a_second_time_signs_nobody_in() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        rpc.services["passengers"].codes["good"] = "ann"
        state = await begin(client)
        assert (await finish(client, "good", state)).status_code == 303
        rpc.services["passengers"].codes["good"] = "mallory"
        assert (await finish(client, "good", state)).status_code == 400
        assert await who(client) == "ann"


async def test_nobody_is_lured_into_another_persons_sign_in() -> None:
    """Mallory begins, and gives the victim the last address with his own code and state."""
    rpc = make_rpc()
    rpc.services["passengers"].codes["mallorys"] = "mallory"
    async with gateway_for(rpc) as (gateway, mallory):
        state = await begin(mallory)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url=PUBLIC_URL) as victim:
            assert (await finish(victim, "mallorys", state)).status_code == 400, "without a cookie"
            own = await begin(victim)
            assert (await finish(victim, "mallorys", state)).status_code == 400, "with a cookie of her own"
            assert SESSION not in victim.cookies
            assert own != state
    assert not [name for name, _ in rpc.services["passengers"].asked if name == "sign_in_with_wechat"]


async def test_a_changed_or_old_state_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        rpc.services["passengers"].codes["good"] = "ann"
        state = await begin(client)
        kept = client.cookies[SIGN_IN]
        payload, mac = kept.split(".")
        for forged in (
            f"{payload}x.{mac}",
            f"{payload}.{mac[:-2]}AA",
            payload,
            f".{mac}",
            "",
            "é.é",
            f"{payload}.",
        ):
            client.cookies.clear()
            response = await client.get(
                "/sign-in/wechat",
                params={"code": "good", "state": state},
                headers={"Cookie": f"{SIGN_IN}={forged}".encode()},
            )
            assert response.status_code == 400, forged
        later = clock.real_now().timestamp() + 601
        monkeypatch.setattr(
            "gateway.session.signin.real_now", lambda: clock.datetime.fromtimestamp(later, clock.UTC)
        )
        client.cookies.set(SIGN_IN, kept, domain="fly.example")
        assert (await finish(client, "good", state)).status_code == 400


EVIL = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "evil.example",
    "",
    "?next=/",
    "/sign-in?next=//evil.example",
    "/sign-in/wechat?code=x",
    "/" + "a" * 600,
    "/a\r\nSet-Cookie: x=y",
]


@pytest.mark.parametrize("wanted", EVIL)
async def test_nobody_is_sent_to_another_site(wanted: str) -> None:
    assert own_path(wanted) == "/"
    rpc = make_rpc()
    rpc.services["passengers"].codes["good"] = "ann"
    async with gateway_for(rpc) as (_, client):
        response = await client.get(f"/sign-in?next={quote(wanted, safe='')}", headers=PHONE)
        state = parse_qs(urlsplit(response.headers["location"]).query)["state"][0]
        assert (await finish(client, "good", state)).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/me", "/flights/search?q=长沙&lang=en", "/a//b", "/me#x", "/%5cevil"])
def test_our_own_paths_are_kept(path: str) -> None:
    assert own_path(path) == path


async def test_outside_wechat_a_code_waits_for_a_phone_and_the_address_can_be_taken_along() -> None:
    async with gateway_for(make_rpc()) as (_, client):
        response = await client.get("/sign-in?next=/me", headers={"Accept-Language": "en"})
        assert response.status_code == 200
        assert "<svg" in response.text
        assert f"{PUBLIC_URL}/sign-in?next=%2Fme" in response.text
        assert SIGN_IN not in client.cookies, "WeChat's own way begins in WeChat only"
        assert (await client.get("/sign-in/style.css")).headers["content-type"].startswith("text/css")


async def test_without_an_account_signing_in_explains_itself() -> None:
    async with gateway_for(make_rpc(), account=WeChatAccount()) as (_, client):
        response = await client.get("/sign-in", headers=PHONE)
        assert response.status_code == 503
        assert "尚未接入微信公众号" in response.text


async def test_while_the_service_is_away_nobody_is_signed_in_and_told_so() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        state = await begin(client)
        rpc.fails_with = ServiceAway(service="passengers", retry_after_s=2)
        response = await finish(client, "good", state)
        assert response.status_code == 503
        assert SESSION not in client.cookies


# --- ends ------------------------------------------------------------------------------------------------


async def test_after_signing_out_the_old_cookie_is_worth_nothing() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        token = await sign_in(client, rpc)
        assert await who(client) == "ann"
        response = await client.post("/sign-out", data={"csrf": form_token(token)}, headers=OWN)
        assert response.status_code == 303
        assert SESSION not in client.cookies
        assert await who(client, token) is None


async def test_signing_out_on_a_page_that_outlived_its_session_is_no_error() -> None:
    async with gateway_for(make_rpc()) as (_, client):
        assert (await client.post("/sign-out", data={"csrf": "old"}, headers=OWN)).status_code == 303
        assert (
            await client.post("/sign-out/everywhere", data={"csrf": "old"}, headers=OWN)
        ).status_code == 403


async def test_signing_out_everywhere_ends_other_browsers_too() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        other = rpc.services["passengers"].open_session("ann")
        assert await who(client, other) == "ann"
        token = await sign_in(client, rpc)
        form = {"csrf": form_token(token)}
        assert (await client.post("/sign-out/everywhere", data=form, headers=OWN)).status_code == 303
        assert await who(client, other) is None
        assert await who(client, token) is None


async def test_a_session_that_ended_elsewhere_is_forgotten_when_the_event_comes() -> None:
    from services.passengers.secrecy import token_hash

    rpc = make_rpc()
    passengers = rpc.services["passengers"]
    async with gateway_for(rpc) as (_, client):
        for data in ("hash", "passenger"):
            token = passengers.open_session("ann")
            assert await who(client, token) == "ann"
            passengers.sessions.clear()
            assert await who(client, token) == "ann", "control: it is remembered"
            told: dict[str, Any] = (
                {"token_hashes": [token_hash(token)]} if data == "hash" else {"passenger_id": "ann"}
            )
            rpc.publish("passengers", "sessions_ended", ended(**told))
            assert await who(client, token) is None


async def test_a_session_is_remembered_for_half_a_minute_only(monkeypatch: pytest.MonkeyPatch) -> None:
    rpc = make_rpc()
    passengers = rpc.services["passengers"]
    async with gateway_for(rpc) as (_, client):
        token = passengers.open_session("ann")
        for _ in range(5):
            assert await who(client, token) == "ann"
        assert len(passengers.asked) == 1
        passengers.sessions.clear()
        now = clock.monotonic()
        monkeypatch.setattr("gateway.session.sessions.monotonic", lambda: now + 31)
        assert await who(client, token) is None


async def test_what_is_no_token_is_not_even_asked_for() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        for cookie in ("short", "with space and more of it", "x" * 400, "a" * 30 + "é"):
            response = await client.get("/api/v1/me", headers={"Cookie": f"{SESSION}={cookie}".encode()})
            assert response.status_code == 401
    assert rpc.services["passengers"].asked == []


# --- forms of other sites ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC_URL}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"{PUBLIC_URL}.evil.example"}, 403),
        ({"Origin": f"{PUBLIC_URL}:8443"}, 403),
        ({"Origin": "http://fly.example"}, 403),
        ({}, 403),
        ({"Origin": PUBLIC_URL}, 303),
        ({"Origin": f"{PUBLIC_URL}:443"}, 303),
        (OWN, 303),
    ],
)
async def test_only_our_own_pages_may_sign_somebody_out(headers: dict[str, str], status: int) -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        token = await sign_in(client, rpc)
        response = await client.post("/sign-out", data={"csrf": form_token(token)}, headers=headers)
        assert response.status_code == status
        assert (token in rpc.services["passengers"].sessions) == (status == 403)


@pytest.mark.parametrize("shown", ["", "wrong", form_token("another session of more than twenty letters")])
async def test_a_form_of_another_session_does_nothing(shown: str) -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        token = await sign_in(client, rpc)
        for path in ("/sign-out", "/sign-out/everywhere"):
            assert (await client.post(path, data={"csrf": shown}, headers=OWN)).status_code == 403
        assert await who(client, token) == "ann"


async def test_cookies_are_plain_only_where_browsers_would_drop_them() -> None:
    from gateway.session.cookies import Cookies

    for url in (
        "",
        "https://fly.example",
        "http://127.0.0.1:8000",
        "http://localhost:8000",
        "http://[::1]:8000",
    ):
        assert Cookies(url).session_name == SESSION, url
    for url in ("http://192.168.1.5:8000", "http://airport.test"):
        assert Cookies(url).session_name == "session", url


def test_gateways_share_a_state_only_with_the_same_key() -> None:
    from gateway.session.errors import BadState
    from gateway.session.signin import Begun, States

    begun = Begun("s", "/", int(clock.real_now().timestamp()) + 60)
    old, new = "old key of more than thirty-two characters", "new key of more than thirty-two characters"
    written = States([old]).write(begun)
    assert States([new, old]).read(written, clock.real_now()) == begun
    with pytest.raises(BadState):
        States([new]).read(written, clock.real_now())
