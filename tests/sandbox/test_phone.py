"""The phone page in a real browser: what a person sees and taps."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.processes import wait_until
from deploy.sandbox import crypto
from tests.sandbox.account_server import AccountServer, redirect, sign_in
from tests.sandbox.account_server import Page as WebPage
from tests.sandbox.cards import card, card_ext, choice
from tests.sandbox.test_api import DATA, SEND, message
from tests.support.sandbox import Person, Sandbox

SDK = '<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script><script src="/own.js"></script>'


@pytest.fixture
def phone(browser: Browser, wechat: Sandbox) -> Iterator[Page]:
    """A page with the phone of a new user who speaks English and doesn't follow the account."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{wechat.url}/?user={wechat.person('Ann', language='en').openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert problems == []


def person_of(phone: Page, wechat: Sandbox) -> Person:
    return Person(wechat, phone.url.partition("user=")[2])


def follow(phone: Page) -> None:
    phone.get_by_role("button", name="Follow", exact=True).click()
    expect(phone.locator("#chat")).to_be_visible()


def test_following_chatting_and_leaving(phone: Page, server: AccountServer) -> None:
    server.answer = lambda push: server.text(push, 'Welcome! <a href="http://x/">here</a> <b>plain</b>')
    follow(phone)
    bubble = phone.locator(".said:not(.said--mine) .bubble").first
    expect(bubble).to_have_text("Welcome! here <b>plain</b>")
    expect(bubble.locator("a")).to_have_text("here")
    phone.get_by_role("textbox", name="Message", exact=True).fill("CZ3101")
    phone.keyboard.press("Enter")
    expect(phone.locator(".said--mine .bubble")).to_have_text("CZ3101")
    expect(phone.locator(".said:not(.said--mine)")).to_have_count(2)
    phone.get_by_role("button", name="Official Account").click()
    phone.get_by_role("button", name="Unfollow").click()
    expect(phone.get_by_role("button", name="Follow", exact=True)).to_be_visible()


def test_the_menu_opens_pages_as_the_user(phone: Page, wechat: Sandbox, server: AccountServer) -> None:
    link = sign_in(wechat.url, wechat.account, f"{server.url}/back")
    server.pages["/me"] = redirect(link)
    server.pages["/back"] = WebPage(
        "<html><head><title>Mine</title></head><body><h1>Signed in</h1></body></html>"
    )
    buttons = [
        {"name": "My flights", "sub_button": [{"name": "Trips", "type": "view", "url": f"{server.url}/me"}]}
    ]
    wechat.api("/cgi-bin/menu/create", {"button": buttons})
    follow(phone)
    phone.get_by_role("button", name="My flights").click()
    phone.get_by_role("button", name="Trips").click()
    expect(phone.frame_locator("iframe").locator("h1")).to_have_text("Signed in")
    expect(phone.locator(".bar--page h2")).to_have_text("Mine")
    assert "MicroMessenger" in server.seen[-1].headers["user-agent"]
    phone.get_by_role("button", name="Close").click()
    expect(phone.locator("iframe")).to_have_count(0)


def test_a_template_message_arrives_while_one_looks_and_opens_its_page(
    phone: Page, wechat: Sandbox, server: AccountServer
) -> None:
    server.pages["/f"] = WebPage("<html><head></head><body><h1>CZ3101</h1></body></html>")
    follow(phone)
    wechat.api(SEND, message(wechat, person_of(phone, wechat).openid, url=f"{server.url}/f"))
    note = phone.locator(".note")
    expect(note.locator("h3")).to_have_text("航班延误提醒")
    expect(note.locator("dd").nth(3)).to_have_text(DATA["time4"]["value"])
    note.click()
    expect(phone.frame_locator("iframe").locator("h1")).to_have_text("CZ3101")
    wechat.api(SEND, message(wechat, person_of(phone, wechat).openid))
    expect(phone.locator("#banner")).to_be_visible()


def config(wechat: Sandbox, url: str) -> str:
    ticket = wechat.api("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    signature = crypto.js_signature(ticket, "n", "1700000000", url)
    asked = {"appId": wechat.account.appid, "timestamp": 1700000000, "nonceStr": "n", "signature": signature}
    return json.dumps(
        asked | {"jsApiList": ["scanQRCode", "getLocation", "addCard", "chooseCard", "openCard"]}
    )


def test_a_page_that_signed_itself_may_scan_and_give_cards(
    phone: Page, wechat: Sandbox, server: AccountServer
) -> None:
    card_id = wechat.api("/card/create", card())["card_id"]
    cards = [{"cardId": card_id, "cardExt": card_ext(wechat, card_id)}]
    script = f"""
      const said = (text) => document.body.append(text + ";");
      wx.config({config(wechat, f"{server.url}/js?a=1")});
      wx.ready(() => wx.scanQRCode({{success: (found) => {{ said("scanned " + found.resultStr);
        wx.addCard({{cardList: {json.dumps(cards)}, success: (added) => said("card " + added.cardList[0].isSuccess)}});
      }}}}));
      wx.openLocation({{fail: (answer) => said(answer.errMsg)}});
    """
    server.pages["/js"] = WebPage(f"<html><head>{SDK}</head><body></body></html>")
    server.pages["/own.js"] = WebPage(
        f"document.addEventListener('DOMContentLoaded', () => {{{script}}})", kind="text/javascript"
    )
    follow(phone)
    open_page(phone, f"{server.url}/js?a=1")
    phone.get_by_placeholder("What the code says").fill("M1TEST")
    phone.get_by_role("button", name="OK", exact=True).click()
    body = phone.frame_locator("iframe").locator("body")
    path = f"users/{person_of(phone, wechat).openid}/cards"
    expect(phone.locator(".ticket b")).to_have_text("满100减20")
    assert wechat.get(path)["cards"] == [], "nothing is taken before the person says so"
    phone.get_by_role("button", name="Add to Cards").click()
    expect(body).to_contain_text("openLocation:permission denied;scanned M1TEST;card true;")
    assert len(wechat.get(path)["cards"]) == 1


def test_a_person_may_decline_a_card_choose_one_and_throw_it_away(
    phone: Page, wechat: Sandbox, server: AccountServer
) -> None:
    card_id = wechat.api("/card/create", card(sku={"quantity": 9}))["card_id"]
    path = f"users/{person_of(phone, wechat).openid}/cards"
    own = wechat.do(path, card_id=card_id, card_ext=card_ext(wechat, card_id))["code"]
    more = [{"cardId": card_id, "cardExt": card_ext(wechat, card_id)}]
    mine, others = ([{"cardId": card_id, "code": code}] for code in (own, "0"))
    script = f"""
      const said = (text) => document.body.append(text + ";");
      const told = (answer) => said(answer.errMsg);
      wx.config({config(wechat, f"{server.url}/cards")});
      wx.ready(() => wx.addCard({{cardList: {json.dumps(more)}, cancel: (answer) => {{ told(answer);
        wx.openCard({{cardList: {json.dumps(others)}, fail: told}});
        wx.chooseCard({{...{json.dumps(choice(wechat, card_id))}, success: (found) => {{
          said(typeof found.cardList + JSON.parse(found.cardList)[0].card_id);
          wx.openCard({{cardList: {json.dumps(mine)}, success: told}});
        }}}});
      }}}}));
    """
    server.pages["/cards"] = WebPage(f"<html><head>{SDK}</head><body></body></html>")
    server.pages["/own.js"] = WebPage(
        f"document.addEventListener('DOMContentLoaded', () => {{{script}}})", kind="text/javascript"
    )
    follow(phone)
    open_page(phone, f"{server.url}/cards")
    phone.get_by_role("button", name="Cancel", exact=True).click()
    body = phone.frame_locator("iframe").locator("body")
    expect(body).to_contain_text("addCard:cancel;openCard:fail;")
    phone.locator(".wallet__card").click()
    expect(body).to_contain_text(f"string{card_id};openCard:ok;")
    expect(phone.locator(".card__code img")).to_have_attribute("alt", own)
    phone.get_by_role("button", name="Delete").click()
    expect(phone.locator("#sheet")).to_be_hidden()
    wait_until(lambda: wechat.get(path)["cards"] == [], 30.0)
    assert wechat.get(path)["cards"] == []


def test_a_page_that_signed_another_address_is_told_so(
    phone: Page, wechat: Sandbox, server: AccountServer
) -> None:
    script = f"wx.error((answer) => document.body.append(answer.errMsg)); wx.config({config(wechat, f'{server.url}/js')});"
    server.pages["/js"] = WebPage(f"<html><head>{SDK}</head><body></body></html>")
    server.pages["/own.js"] = WebPage(
        f"document.addEventListener('DOMContentLoaded', () => {{{script}}})", kind="text/javascript"
    )
    follow(phone)
    open_page(phone, f"{server.url}/js?a=1")
    expect(phone.frame_locator("iframe").locator("body")).to_contain_text("config:invalid signature")
    expect(phone.locator("#log .log__entry--bad").first).to_contain_text("lacks its query")
    expect(phone.locator("#toast")).to_contain_text("lacks its query")


def test_the_desk_speaks_both_languages(phone: Page) -> None:
    expect(phone.locator("h1")).to_have_text("WeChat sandbox")
    phone.get_by_role("button", name="中文", exact=True).click()
    expect(phone.locator("h1")).to_have_text("微信沙箱")
    expect(phone.get_by_text("[object")).to_have_count(0)


def open_page(phone: Page, url: str) -> None:
    """As a tap on a link in the chat does."""
    phone.evaluate("url => import('/phone/frame.js').then((frame) => frame.openPage(url))", url)
