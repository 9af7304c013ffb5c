"""The phone's browser: what the gateway sees of it, and what it makes of the gateway's answers."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from tests.sandbox.account_server import AccountServer, Page, redirect, sign_in
from tests.support.sandbox import Person, Sandbox


def test_pages_are_asked_for_as_wechat_s_browser_asks(server: AccountServer, person: Person) -> None:
    server.pages["/me"] = Page("<html><head></head><body>me</body></html>")
    with person.browser() as browser:
        browser.get(
            "/me?a=1&b=%E4%B8%AD", headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-site"}
        )
    seen = server.seen[-1]
    assert seen.path == "/me?a=1&b=%E4%B8%AD"
    assert "MicroMessenger/8" in seen.headers["user-agent"]
    assert seen.headers["host"] == urlsplit(server.url).netloc
    assert seen.headers["accept-language"].startswith("zh-CN")
    assert (seen.headers["sec-fetch-dest"], seen.headers["sec-fetch-site"]) == ("document", "none")
    assert "cookie" not in seen.headers


def test_nothing_but_frame_ancestors_is_taken_from_an_answer(server: AccountServer, person: Person) -> None:
    server.pages["/me"] = Page("x", kind="text/plain", headers=[("X-Frame-Options", "DENY"), ("X-Kept", "1")])
    with person.browser() as browser:
        answer = browser.get("/me")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert "x-frame-options" not in answer.headers
    assert answer.headers["x-kept"] == "1"
    assert answer.text == "x"


def test_a_page_gets_the_bridge_and_its_own_links_stay_in_the_frame(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    sdk = '<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script>'
    server.pages["/me"] = Page(f'<html><head lang="zh">{sdk}</head><a href="{server.url}/x">中</a></html>')
    with person.browser() as browser:
        text = browser.get("/me").text
        assert "MicroMessenger" in browser.get("/.wechat/bridge.js").text
        assert browser.get("/.wechat/../../account.json").status_code == 404
    assert '<head lang="zh"><script src="/.wechat/bridge.js"></script>' in text
    assert '<script src="/.wechat/jweixin.js"></script>' in text
    assert f'<a href="{wechat.browser_url}/x">中</a>' in text


def test_each_user_has_cookies_of_their_own(wechat: Sandbox, server: AccountServer, person: Person) -> None:
    other = wechat.person("other")
    cookie = ("Set-Cookie", "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax")
    server.pages["/in"] = Page("", headers=[cookie, ("Set-Cookie", "lang=en; Path=/flights")])
    with person.browser() as browser, other.browser() as another:
        answer = browser.get("/in")
        assert "set-cookie" not in answer.headers, "they stay in the phone"
        for path, expected in (("/me", "__Host-session=abc"), ("/flights/x", "lang=en; __Host-session=abc")):
            browser.get(path)
            assert server.seen[-1].headers["cookie"] == expected
        another.get("/me")
        assert "cookie" not in server.seen[-1].headers
        server.pages["/out"] = Page(
            "", headers=[("Set-Cookie", "__Host-session=; Max-Age=0; Path=/; Secure")]
        )
        browser.get("/out")
        browser.get("/me")
        assert "cookie" not in server.seen[-1].headers


def test_a_cookie_that_breaks_its_prefix_is_dropped_and_said(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    server.pages["/in"] = Page("", headers=[("Set-Cookie", "__Host-session=abc; Path=/")])
    with person.browser() as browser:
        browser.get("/in")
        browser.get("/me")
    assert "cookie" not in server.seen[-1].headers
    assert "needs Secure" in wechat.log("page", "bad")[-1]["en"]


def test_the_gateway_s_own_address_and_the_frame_s_are_one_place(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    server.pages["/a"] = redirect(f"{server.url}/b?x=1")
    server.pages["/b"] = Page("there", kind="text/plain")
    origin = {
        "Origin": wechat.browser_url,
        "Referer": f"{wechat.browser_url}/a",
        "HX-Current-URL": f"{wechat.browser_url}/a",
    }
    with person.browser(follow=False) as browser:
        assert browser.get("/a").headers["location"] == f"{wechat.browser_url}/b?x=1"
        browser.post(f"/b?url={quote(wechat.browser_url + '/a?q=1', safe='')}", data={"back": f"{wechat.browser_url}/a"}, headers=origin)  # fmt: skip
    seen = server.seen[-1]
    assert seen.path == f"/b?url={quote(server.url + '/a?q=1', safe='')}"
    assert seen.headers["origin"] == server.url
    assert seen.headers["referer"] == seen.headers["hx-current-url"] == f"{server.url}/a"
    assert parse_qs(seen.body) == {"back": [f"{server.url}/a"]}


def test_signing_in_goes_round_and_the_session_stays(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    server.pages["/sign-in"] = redirect(sign_in(wechat.url, wechat.account, f"{server.url}/back?next=%2Fme"))
    server.pages["/back"] = redirect("/me", ("Set-Cookie", "__Host-session=s1; Path=/; Secure; HttpOnly"))
    server.pages["/me"] = Page("signed in", kind="text/plain")
    with person.browser() as browser:
        assert browser.get("/sign-in").text == "signed in"
    assert server.seen[-1].headers["cookie"] == "__Host-session=s1"
    query = parse_qs(urlsplit(server.seen[-2].path).query)
    assert (query["state"], query["next"]) == (["abc123"], ["/me"])
    account = wechat.account
    asked = {
        "appid": account.appid,
        "secret": account.secret,
        "code": query["code"][0],
        "grant_type": "authorization_code",
    }
    first, second = (wechat.http.get("/sns/oauth2/access_token", params=asked) for _ in range(2))
    assert first.headers["content-type"].startswith("text/plain"), "as WeChat answers these"
    assert (first.json()["openid"], first.json()["unionid"]) == (person.openid, person.state["unionid"])
    assert second.json()["errcode"] == 40163


def test_userinfo_is_asked_for_and_told_after_consent(
    wechat: Sandbox, server: AccountServer, person: Person
) -> None:
    link = sign_in(wechat.url, wechat.account, f"{server.url}/back", scope="snsapi_userinfo")
    server.pages["/sign-in"] = redirect(link)
    server.pages["/back"] = Page("back", kind="text/plain")
    with person.browser() as browser:
        asking = browser.get("/sign-in")
        assert "允许" in asking.text
        assert browser.get(str(asking.url).replace("#", "&agreed=1#")).text == "back"
    code = parse_qs(urlsplit(server.seen[-1].path).query)["code"][0]
    account = wechat.account
    asked = {
        "appid": account.appid,
        "secret": account.secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    grant = wechat.http.get("/sns/oauth2/access_token", params=asked).json()
    told = {"access_token": grant["access_token"], "openid": person.openid}
    assert wechat.http.get("/sns/userinfo", params=told).json()["nickname"] == "小明"


@pytest.mark.parametrize(
    ("changes", "number"), [({"redirect_uri": "https://evil.example/"}, "10003"), ({"appid": "wx0"}, "10016")]
)
def test_a_wrong_sign_in_link_shows_wechat_s_number(
    wechat: Sandbox, person: Person, changes: dict[str, str], number: str
) -> None:
    link = sign_in(wechat.url, wechat.account, f"{wechat.gateway_url}/back", **changes)
    with person.browser() as browser:
        page = browser.get(f"/.wechat/authorize?{urlsplit(link).query}")
    assert number in page.text
    assert wechat.log("oauth", "bad")


def test_outside_the_phone_sign_in_asks_for_wechat(wechat: Sandbox) -> None:
    link = sign_in(wechat.url, wechat.account, f"{wechat.gateway_url}/back")
    assert "请在微信客户端打开链接" in wechat.http.get(link).text


def test_streams_arrive_piece_by_piece(server: AccountServer, person: Person) -> None:
    server.pages["/live"] = Page("data: 1\ndata: 2\ndata: 3\n", kind="text/event-stream", stream_s=0.3)
    with person.browser() as browser, browser.stream("GET", "/live") as answer:
        began = time.monotonic()
        arrivals = []
        for _ in answer.iter_lines():
            arrivals.append(time.monotonic() - began)
    assert len(arrivals) == 3
    assert arrivals[0] < 0.25, "the first one isn't held back"
    assert arrivals[2] > 0.45


def test_a_slow_network_is_slow(server: AccountServer, person: Person) -> None:
    server.pages["/me"] = Page("x", kind="text/plain")
    with person.browser() as browser:
        browser.get("/me")
        began = time.monotonic()
        person.change(slow=True)
        browser.get("/me")
        assert time.monotonic() - began > 1.4


def test_a_browser_that_is_no_phone_is_turned_away(wechat: Sandbox) -> None:
    assert httpx.get(f"{wechat.browser_url}/me", trust_env=False).status_code == 400


def test_opening_a_page_makes_the_browser_that_user_s_phone(server: AccountServer, person: Person) -> None:
    server.pages["/me"] = Page("me", kind="text/plain")
    with httpx.Client(follow_redirects=True, trust_env=False) as client:
        assert client.get(person.page_url("/me")).text == "me"
        assert client.get(person.page_url(f"{server.url}/me")).text == "me"
        for outside in ("//evil.example/", "https://evil.example/"):
            assert client.get(person.page_url(outside)).status_code == 400
