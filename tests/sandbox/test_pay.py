"""WeChat Pay's API v3: what it takes, and with which status and word it refuses all else."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.merchant import ORDERS, Merchant, paid, said, why
from tests.support.sandbox import Person, Sandbox

DAY_S = 86_400


# --- who asks


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"mchid": "1900000000"}, "no merchant"),
        ({"serial": "ABC"}, "serial number"),
        ({"timestamp": "1700000000"}, "five minutes"),
        ({"timestamp": "now"}, "five minutes"),
        ({"signature": "c2lnbmVk"}, "signature is not"),
        ({"signature": "!"}, "signature is not"),
        ({"signed_body": '{"a": 1}'}, "signature is not"),
        ({"scheme": "WECHATPAY2-SM2-WITH-SM3"}, "scheme"),
        ({"nonce": ""}, "lacks nonce_str"),
        ({"Authorization": ""}, "no Authorization"),
        ({"Authorization": "WECHATPAY2-SHA256-RSA2048 mchid=1"}, "lacks mchid"),
    ],
)
def test_what_the_merchant_did_not_sign_is_refused_unsigned(
    merchant: Merchant, wechat: Sandbox, spoilt: dict[str, str], reason: str
) -> None:
    answer = merchant.call("POST", f"{ORDERS}/native", merchant.asked(), **spoilt)
    said(answer, 401, "SIGN_ERROR", signed=False)
    assert reason in why(wechat)


def test_a_wrong_signature_is_answered_with_the_text_that_was_verified(merchant: Merchant) -> None:
    url = f"{ORDERS}/out-trade-no/T1234567?mchid={merchant.mchid}"
    told = merchant.call("GET", url, signed_body="x").json["detail"]["sign_information"]
    assert (told["method"], told["url"]) == ("GET", url)
    assert told["truncated_sign_message"].startswith(f"GET\n{url}\n")


def test_the_platforms_key_in_place_of_the_certificate_is_hinted_at(
    merchant: Merchant, wechat: Sandbox
) -> None:
    said(merchant.call("GET", "/v3/bill/tradebill", serial=merchant.key_id), 401, "SIGN_ERROR", signed=False)
    assert "WeChat Pay's own key" in why(wechat)


def test_a_request_that_is_sent_twice_is_refused(merchant: Merchant, wechat: Sandbox) -> None:
    nonce = secrets.token_hex(16)
    assert merchant.call("POST", f"{ORDERS}/native", merchant.asked(), nonce=nonce).status == 200
    said(
        merchant.call("POST", f"{ORDERS}/native", merchant.asked(), nonce=nonce),
        401, "SIGN_ERROR", signed=False,
    )  # fmt: skip
    assert "used before" in why(wechat)


@pytest.mark.parametrize(
    "header", [{"Accept": "text/html"}, {"Wechatpay_Serial": "PUB_KEY_ID_1"}, {"Content_Type": "text/plain"}]
)
def test_headers_are_as_documented(merchant: Merchant, header: dict[str, str]) -> None:
    said(merchant.call("POST", f"{ORDERS}/native", merchant.asked(), **header), 400, "PARAM_ERROR")


# --- what is asked


def test_an_order_is_asked_for_told_and_found(merchant: Merchant, person: Person) -> None:
    number = f"T{secrets.token_hex(15)}"
    answer = merchant.jsapi(person.openid, out_trade_no=number)
    assert answer.signed
    assert answer.json["prepay_id"].startswith("wx")
    found = merchant.query(number)
    assert found.signed
    assert (found.json["trade_state"], found.json["amount"]) == ("NOTPAY", {"total": 4000, "currency": "CNY"})
    assert (found.json["mchid"], found.json["appid"]) == (merchant.mchid, merchant.appid)
    assert "transaction_id" not in found.json


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1900000000"}, "PARAM_ERROR"),
        ({"mchid": None}, "PARAM_ERROR"),
        ({"description": None}, "PARAM_ERROR"),
        ({"description": "车" * 128}, "PARAM_ERROR"),
        ({"description": 7}, "PARAM_ERROR"),
        ({"attach": "a" * 129}, "PARAM_ERROR"),
        ({"out_trade_no": "T1234"}, "PARAM_ERROR"),
        ({"out_trade_no": "T" * 33}, "PARAM_ERROR"),
        ({"out_trade_no": "T1234567 "}, "PARAM_ERROR"),
        ({"amount": None}, "PARAM_ERROR"),
        ({"amount": {"total": 0}}, "PARAM_ERROR"),
        ({"amount": {"total": 40.5}}, "PARAM_ERROR"),
        ({"amount": {"total": "4000"}}, "PARAM_ERROR"),
        ({"amount": {"total": True}}, "PARAM_ERROR"),
        ({"amount": {"total": 4000, "currency": "USD"}}, "PARAM_ERROR"),
        ({"notify_url": None}, "PARAM_ERROR"),
        ({"notify_url": "https://fly.example/pay?a=1"}, "PARAM_ERROR"),
        ({"notify_url": "fly.example/pay"}, "PARAM_ERROR"),
        ({"time_expire": "20260101120000"}, "PARAM_ERROR"),
        ({"time_expire": "2026-13-01T12:00:00+08:00"}, "PARAM_ERROR"),
        ({"time_expire": "2026-01-01T12:00:00"}, "PARAM_ERROR"),
        ({"payer": None}, "PARAM_ERROR"),
        ({"payer": {}}, "PARAM_ERROR"),
        ({"payer": {"openid": "oNobodyOfThisAppid"}}, "PARAM_ERROR"),
    ],
)
def test_a_field_that_breaks_its_rule_is_refused(
    merchant: Merchant, person: Person, changes: dict[str, Any], code: str
) -> None:
    document = merchant.asked(**{"payer": {"openid": person.openid}} | changes)
    said(merchant.call("POST", f"{ORDERS}/jsapi", document), 400, code)


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
def test_a_body_is_a_json_object(merchant: Merchant, body: str) -> None:
    said(merchant.call("POST", f"{ORDERS}/native", body), 400, "PARAM_ERROR")


def test_longest_and_oddest_values_are_taken(merchant: Merchant, person: Person) -> None:
    number = f"{secrets.token_hex(12)}_-|*T"
    asked = {"out_trade_no": number, "description": "车" * 127, "attach": "a" * 128}
    assert merchant.jsapi(person.openid, **asked).status == 200
    assert merchant.query(number.replace("|", "%7C")).json["out_trade_no"] == number


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": {"total": 1}},
        {"description": "other"},
        {"time_expire": None},
        {"notify_url": "https://a.example/"},
    ],
)
def test_a_number_is_not_used_again_for_something_else(
    merchant: Merchant, wechat: Sandbox, changed: dict[str, Any]
) -> None:
    asked = merchant.asked()
    first, again = (merchant.call("POST", f"{ORDERS}/native", asked) for _ in range(2))
    assert first.status == again.status == 200
    other = {name: value for name, value in (asked | changed).items() if value is not None}
    said(merchant.call("POST", f"{ORDERS}/native", other), 400, "INVALID_REQUEST")
    assert "used before with another" in why(wechat)


def test_strangers_orders_are_not_found(merchant: Merchant) -> None:
    said(merchant.query("T-nobody-s"), 404, "ORDER_NOT_EXIST")
    said(merchant.call("GET", f"{ORDERS}/id/42?mchid={merchant.mchid}"), 404, "ORDER_NOT_EXIST")
    said(merchant.call("GET", f"{ORDERS}/out-trade-no/T1234567"), 400, "PARAM_ERROR")
    said(merchant.call("GET", f"{ORDERS}/out-trade-no/T1234567?mchid=19"), 400, "PARAM_ERROR")
    said(merchant.close("T-nobody-s"), 404, "ORDER_NOT_EXIST")


# --- paying


def refused(person: Person, pay: dict[str, str], reason: str) -> None:
    """The phone shows why it can't be paid."""
    answer = person.wechat.http.post(f"/sandbox/users/{person.openid}/pay/sheet", json=pay)
    assert answer.status_code == 400, answer.text
    assert reason in answer.json()["wrong"]["en"]
    assert reason in why(person.wechat)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"paySign": "c2lnbmVk"}, "paySign isn't"),
        ({"appId": "wx1"}, "appId isn't"),
        ({"signType": "MD5"}, "RSA"),
        ({"timeStamp": "1700000000123"}, "whole seconds"),
        ({"timeStamp": ""}, "timeStamp is needed"),
        ({"package": "wx123"}, "package"),
        ({"package": "prepay_id=wx123"}, "no such prepay_id"),
    ],
)
def test_a_page_that_asks_wrongly_is_told_why(
    merchant: Merchant, person: Person, changes: dict[str, str], reason: str
) -> None:
    prepay_id = merchant.jsapi(person.openid).json["prepay_id"]
    refused(person, merchant.page(prepay_id, **changes), reason)
    assert person.pay(merchant.page(prepay_id))["trade_state"] == "SUCCESS"


def test_the_number_in_the_page_is_signed_too(merchant: Merchant, person: Person) -> None:
    one, other = (merchant.jsapi(person.openid).json["prepay_id"] for _ in range(2))
    refused(person, merchant.page(one) | {"package": f"prepay_id={other}"}, "paySign isn't")


def test_only_the_one_who_ordered_pays_on_a_page(merchant: Merchant, person: Person, wechat: Sandbox) -> None:
    prepay_id = merchant.jsapi(person.openid).json["prepay_id"]
    refused(wechat.person(), merchant.page(prepay_id), "another openid")


def test_a_code_is_paid_by_whoever_scans_it_and_found_by_its_transaction(
    merchant: Merchant, wechat: Sandbox
) -> None:
    code_url = merchant.native(description="扫码").json["code_url"]
    assert code_url.startswith("weixin://wxpay/bizpayurl?pr=")
    assert code_url in [one["code_url"] for one in wechat.get("pay/codes")["codes"]]
    payer = wechat.person()
    order = payer.pay({"code_url": code_url})
    assert (order["trade_type"], order["payer"]) == ("NATIVE", {"openid": payer.openid})
    assert code_url not in [one["code_url"] for one in wechat.get("pay/codes")["codes"]]
    found = merchant.call("GET", f"{ORDERS}/id/{order['transaction_id']}?mchid={merchant.mchid}")
    assert found.json["out_trade_no"] == order["out_trade_no"]
    assert datetime.fromisoformat(found.json["success_time"]).utcoffset() == timedelta(hours=8)


def test_nobody_pays_twice(merchant: Merchant, person: Person, wechat: Sandbox) -> None:
    pay = {"code_url": merchant.native().json["code_url"]}
    session = person.pay_sheet(pay)["session"]
    confirm = {"session": session}
    answers = [wechat.http.post(f"/sandbox/users/{person.openid}/pay", json=confirm) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    refused(person, pay, "paid already")
    assert wechat.log("pay", "bad")[-1]["detail"]["errcode"] == "ORDERPAID"


def test_what_is_closed_can_not_be_paid(merchant: Merchant, person: Person) -> None:
    asked = merchant.asked()
    number = asked["out_trade_no"]
    code_url = merchant.call("POST", f"{ORDERS}/native", asked).json["code_url"]
    closed = merchant.close(number)
    assert (closed.status, closed.content, closed.signed) == (204, b"", True)
    refused(person, {"code_url": code_url}, "closed")
    assert merchant.query(number).json["trade_state"] == "CLOSED"
    said(merchant.close(number), 400, "ORDER_CLOSED")
    said(merchant.call("POST", f"{ORDERS}/native", asked), 400, "ORDER_CLOSED")


def test_what_is_paid_can_not_be_closed(merchant: Merchant, person: Person) -> None:
    said(merchant.close(paid(merchant, person)), 400, "ORDERPAID")


def ends_in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def test_an_order_ends_at_its_time_but_not_within_a_minute(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    asked = merchant.asked(time_expire=ends_in(5))
    pay = {"code_url": merchant.call("POST", f"{ORDERS}/native", asked).json["code_url"]}
    wechat.clock(40)
    assert person.pay_sheet(pay)["total_fen"] == 4000
    wechat.clock(30)
    refused(person, pay, "past its time_expire")
    said(merchant.call("POST", f"{ORDERS}/native", asked), 400, "INVALID_REQUEST")
    # It is not closed by that: the merchant does it.
    assert merchant.query(asked["out_trade_no"]).json["trade_state"] == "NOTPAY"


def test_a_sheet_that_was_opened_in_time_can_be_paid_after_the_end(
    merchant: Merchant, person: Person
) -> None:
    end = ends_in(900)
    order = person.pay({"code_url": merchant.native(time_expire=end).json["code_url"]}, how="late")
    assert datetime.fromisoformat(order["success_time"]) > datetime.fromisoformat(end)


def test_a_prepay_id_lives_two_hours_and_an_order_seven_days(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    asked = merchant.asked(time_expire=None)
    old = merchant.call("POST", f"{ORDERS}/native", asked).json["code_url"]
    wechat.clock(7201)
    refused(person, {"code_url": old}, "two hours")
    fresh = merchant.call("POST", f"{ORDERS}/native", asked).json["code_url"]
    assert person.pay_sheet({"code_url": fresh})["out_trade_no"] == asked["out_trade_no"]
    wechat.clock(7 * DAY_S)
    assert merchant.query(asked["out_trade_no"]).json["trade_state"] == "CLOSED"


def test_on_a_slow_network_paying_takes_its_time(merchant: Merchant, wechat: Sandbox) -> None:
    slow = wechat.person()
    slow.change(slow=True)
    pay = {"code_url": merchant.native().json["code_url"]}
    began = time.monotonic()
    assert slow.pay_sheet(pay)["total_fen"] == 4000
    assert time.monotonic() - began > 1.4
