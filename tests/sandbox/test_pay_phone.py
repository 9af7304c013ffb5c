"""The pay sheet in a real browser: what a person sees and taps, and what the page hears of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from deploy.sandbox import crypto
from tests.sandbox.account_server import AccountServer
from tests.sandbox.account_server import Page as WebPage
from tests.sandbox.merchant import Merchant, paid
from tests.support.sandbox import Person, Sandbox

SDK = '<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script><script src="/own.js"></script>'


@pytest.fixture
def ann(wechat: Sandbox) -> Person:
    """A user who doesn't follow the account: paying needs no following."""
    return wechat.person("Ann", language="en")


@pytest.fixture
def phone(browser: Browser, wechat: Sandbox, ann: Person) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{wechat.url}/?user={ann.openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()
    assert problems == []


def open_page(phone: Page, server: AccountServer, script: str, path: str = "/p") -> FrameLocator:
    """A page of the account with a button; `script` runs when it is tapped and may `say` what comes of it."""
    server.pages["/own.js"] = WebPage(
        "const say = (text) => document.body.append(text + ';');"
        "document.addEventListener('DOMContentLoaded', () => {"
        f"document.getElementById('buy').onclick = () => {{{script}}}}});",
        kind="text/javascript",
    )
    server.pages[path] = WebPage(f"<html><head>{SDK}</head><body><button id=buy>Buy</button></body></html>")
    url = f"{server.url}{path}"
    phone.evaluate("url => import('/phone/frame.js').then((frame) => frame.openPage(url))", url)
    return phone.frame_locator("iframe")


def bridge(pay: dict[str, str]) -> str:
    call = f"WeixinJSBridge.invoke('getBrandWCPayRequest', {json.dumps(pay)}"
    return f"{call}, (answer) => say(answer.err_msg + ' ' + (answer.err_desc ?? '')))"


def test_a_page_asks_is_refused_is_left_and_is_paid(
    phone: Page, merchant: Merchant, ann: Person, server: AccountServer
) -> None:
    prepay_id = merchant.jsapi(ann.openid, description="巴士").json["prepay_id"]
    page = open_page(phone, server, bridge(merchant.page(prepay_id, paySign="c2lnbmVk")))
    page.locator("#buy").click()
    expect(phone.locator(".pay__why")).to_contain_text("paySign isn't the merchant's signature")
    phone.locator(".pay").get_by_role("button", name="OK").click()
    expect(page.locator("body")).to_contain_text("get_brand_wcpay_request:fail paySign isn't")
    expect(phone.locator("#log .log__entry--bad").first).to_contain_text("INVALID_REQUEST")

    page = open_page(phone, server, bridge(merchant.page(prepay_id)))
    page.locator("#buy").click()
    expect(phone.locator(".pay__amount")).to_have_text("¥40.00")
    expect(phone.locator(".pay__lines")).to_contain_text("巴士")
    phone.locator(".pay__head").get_by_role("button", name="Close").click()
    expect(page.locator("body")).to_contain_text("get_brand_wcpay_request:cancel")
    page.locator("#buy").click()
    phone.get_by_role("button", name="Pay ¥40.00").click()
    expect(phone.locator(".pay__good")).to_have_text("Paid")
    phone.get_by_role("button", name="Return to merchant").click()
    expect(page.locator("body")).to_contain_text("get_brand_wcpay_request:ok")
    assert len(ann.payments) == 1


def test_the_js_sdk_pays_too(phone: Page, merchant: Merchant, ann: Person, server: AccountServer) -> None:
    wechat = merchant.wechat
    ticket = wechat.api("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    signature = crypto.js_signature(ticket, "n", "1700000000", f"{server.url}/sdk")
    config = {"appId": merchant.appid, "timestamp": 1700000000, "nonceStr": "n", "signature": signature}
    pay = merchant.page(merchant.jsapi(ann.openid).json["prepay_id"])
    asked = {name: pay[name] for name in ("nonceStr", "package", "signType", "paySign")}
    asked["timestamp"] = pay["timeStamp"]
    script = (
        f"wx.config({json.dumps(config | {'jsApiList': ['chooseWXPay']})});"
        f"wx.ready(() => wx.chooseWXPay({{...{json.dumps(asked)},"
        "success: (answer) => say(answer.errMsg), cancel: (answer) => say(answer.errMsg), fail: (answer) => say(answer.errMsg)}));"
    )
    page = open_page(phone, server, script, "/sdk")
    page.locator("#buy").click()
    phone.locator(".pay__head").get_by_role("button", name="Close").click()
    expect(page.locator("body")).to_contain_text("chooseWXPay:cancel;")
    page.locator("#buy").click()
    phone.get_by_role("button", name="Pay ¥40.00").click()
    phone.get_by_role("button", name="Return to merchant").click()
    expect(page.locator("body")).to_contain_text("chooseWXPay:ok;")


def test_a_code_is_scanned_and_paid_and_what_comes_back_is_seen(
    phone: Page, merchant: Merchant, ann: Person, wechat: Sandbox
) -> None:
    name = f"行李 {secrets.token_hex(4)}"
    merchant.native(description=name)
    phone.get_by_role("button", name="Scan to pay").click()
    phone.get_by_role("button", name=name).click()
    phone.get_by_label("Refunds fail (abnormal)").check()
    phone.get_by_role("button", name="Pay ¥40.00").click()
    phone.get_by_role("button", name="Return to merchant").click()
    number = ann.payments[0]["out_trade_no"]
    phone.get_by_role("button", name="Payments").click()
    expect(phone.locator(".paid")).to_contain_text("−¥40.00")
    merchant.refund(number, f"{number}-1", 1500)
    expect(phone.locator(".back--PROCESSING")).to_contain_text("+¥15.00")
    wechat.settle_refunds()
    expect(phone.locator(".back--ABNORMAL")).to_contain_text("Refund failed")
    phone.get_by_role("button", name="Arrive").click()
    expect(phone.locator(".back--SUCCESS")).to_contain_text("Refunded")


def test_a_code_is_pasted_and_one_that_was_paid_says_so(
    phone: Page, merchant: Merchant, person: Person
) -> None:
    code_url = merchant.native().json["code_url"]
    person.pay({"code_url": code_url})
    phone.get_by_role("button", name="Scan to pay").click()
    phone.get_by_placeholder("What the code says").fill(code_url)
    phone.keyboard.press("Enter")
    expect(phone.locator(".pay__why")).to_contain_text("paid already")


def test_the_payments_of_others_are_not_shown(phone: Page, merchant: Merchant, person: Person) -> None:
    paid(merchant, person)
    phone.get_by_role("button", name="Payments").click()
    expect(phone.locator(".empty")).to_have_text("Nothing paid yet")
