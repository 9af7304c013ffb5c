"""The client against a strict platform: what is sent is signed, what is believed is signed, all else is no answer."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from kernel import clock
from kernel.config import ConfigError, load
from kernel.db import entered_write_unit
from services.payments.clients import Keys, NoAnswer, NotGenuine, Refused, WeChatPay
from services.payments.domain import Asked, AskedRefund, Bill, RefundStatus, TradeState
from services.payments.errors import NotConnected
from services.payments.schemas import Channel
from services.payments.settings import WeChatPaySettings
from tests.unit.payments.wechat_pay import (
    APPID,
    MCHID,
    MERCHANT_KEY,
    connected,
    platform_headers,
    sealed,
    settings,
    sha1,
)

UNTIL = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASKED = Asked("CSX20260101000001", Channel.JSAPI, 4000, "机场巴士", UNTIL, "o-1")
NOW_S = int(clock.real_now().timestamp())
TRADE = {
    "mchid": MCHID,
    "appid": APPID,
    "out_trade_no": "CSX20260101000001",
    "trade_state": "SUCCESS",
    "transaction_id": "4200001",
    "success_time": "2026-11-23T16:59:00+08:00",
    "amount": {"total": 4000, "payer_total": 3000, "currency": "CNY"},
}


def test_a_payment_inside_wechat_names_its_payer_and_its_end_in_beijing_time() -> None:
    sent: list[Any] = []
    client, _ = connected(lambda *request: sent.append(request) or (200, {"prepay_id": "wx26"}))
    assert client.prepay(ASKED) == "wx26"
    ((method, path, _, body),) = sent
    assert (method, path) == ("POST", "/v3/pay/transactions/jsapi")
    assert body == {
        "appid": APPID,
        "mchid": MCHID,
        "description": "机场巴士",
        "out_trade_no": "CSX20260101000001",
        "time_expire": "2026-11-23T17:00:00+08:00",
        "notify_url": "https://airport.example/wechat/pay",
        "amount": {"total": 4000, "currency": "CNY"},
        "payer": {"openid": "o-1"},
    }


def test_a_code_for_other_screens_names_nobody() -> None:
    def answer(_: str, path: str, __: Any, body: dict[str, Any]) -> tuple[int, Any]:
        assert path == "/v3/pay/transactions/native"
        assert "payer" not in body
        return 200, {"code_url": "weixin://wxpay/bizpayurl?pr=1"}

    native = Asked("CSX1", Channel.NATIVE, 1, "x", UNTIL)
    assert connected(answer)[0].prepay(native) == "weixin://wxpay/bizpayurl?pr=1"


def test_the_page_gets_what_the_merchant_signed() -> None:
    page = WeChatPay(settings()).page_parameters("wx26")
    assert (page["package"], page["signType"]) == ("prepay_id=wx26", "RSA")
    text = f"{page['appId']}\n{page['timeStamp']}\n{page['nonceStr']}\n{page['package']}\n".encode()
    MERCHANT_KEY.public_key().verify(base64.b64decode(page["paySign"]), text, PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        MERCHANT_KEY.public_key().verify(base64.b64decode(page["paySign"]), text + b" ", PKCS1v15(), SHA256())


def test_a_payment_is_read_with_its_merchant_amount_and_time() -> None:
    client, platform = connected(lambda *_: (200, TRADE))
    trade = client.query("CSX|20260101*1")
    assert platform.urls == [
        f"https://pay.example/v3/pay/transactions/out-trade-no/CSX%7C20260101%2A1?mchid={MCHID}"
    ]
    assert trade is not None
    assert (trade.state, trade.amount_fen, trade.merchant) == (TradeState.SUCCESS, 4000, client.merchant)
    assert trade.paid_at == datetime(2026, 11, 23, 8, 59, tzinfo=UTC)


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"])
def test_a_payment_that_it_does_not_know_is_none(code: str) -> None:
    assert connected(lambda *_: (404, {"code": code}))[0].query("CSX1") is None


def test_a_refusal_has_its_code() -> None:
    with pytest.raises(Refused) as told:
        connected(lambda *_: (400, {"code": "ORDERPAID"}))[0].close("CSX1")
    assert (told.value.status, told.value.code) == (400, "ORDERPAID")


def test_closing_is_answered_by_nothing() -> None:
    client, platform = connected(lambda *_: (204, b""))
    client.close("CSX1")
    assert platform.urls == ["https://pay.example/v3/pay/transactions/out-trade-no/CSX1/close"]


@pytest.mark.parametrize(
    "answer",
    [(500, {"code": "SYSTEM_ERROR"}), (429, {}), (200, b"<html>"), (200, []), (200, {}), (200, TRADE | {"amount": {"total": 1.5}}),
     (200, TRADE | {"trade_state": "NEW"}), (200, b"x" * 300_000)],
)  # fmt: skip
def test_what_cannot_be_understood_is_no_answer(answer: tuple[int, Any]) -> None:
    with pytest.raises(NoAnswer):
        connected(lambda *_: answer)[0].query("CSX1")


@pytest.mark.parametrize(
    "sign",
    [
        lambda body: {},
        lambda body: platform_headers(body + b" "),
        lambda body: platform_headers(body, key=MERCHANT_KEY),
        lambda body: platform_headers(body, at_s=NOW_S - 400),
    ],
    ids=["unsigned", "other body", "other key", "old"],
)
@pytest.mark.parametrize("answer", [(200, TRADE), (404, {"code": "ORDER_NOT_EXIST"})])
def test_only_a_signed_answer_counts_even_when_it_says_no(sign: Any, answer: tuple[int, Any]) -> None:
    client, platform = connected(lambda *_: answer)
    platform.sign = sign
    with pytest.raises(NoAnswer):
        client.query("CSX1")


def test_a_refund_names_the_part_and_the_whole() -> None:
    def answer(_: str, path: str, __: Any, body: dict[str, Any]) -> tuple[int, Any]:
        assert path == "/v3/refund/domestic/refunds"
        assert body["amount"] == {"refund": 1000, "total": 4000, "currency": "CNY"}
        assert body["notify_url"] == "https://airport.example/wechat/pay"
        told = {
            "out_refund_no": body["out_refund_no"],
            "out_trade_no": body["out_trade_no"],
            "refund_id": "50",
        }
        return 200, told | {"status": "PROCESSING", "amount": {"refund": 1000, "total": 4000}}

    told = connected(answer)[0].refund(AskedRefund("CSX1", "r1", 1000, 4000, "returned"))
    assert (told.status, told.amount_fen, told.settled_at) == (RefundStatus.PROCESSING, 1000, None)


def test_a_bill_is_believed_by_its_hash() -> None:
    content = "交易时间\r\n".encode()
    hashes = [sha1(content), sha1(b"other")]

    def answer(_: str, path: str, query: dict[str, list[str]], __: Any) -> tuple[int, Any]:
        if path == "/v3/bill/tradebill":
            assert query["bill_date"] == ["2026-11-22"]
            address = "https://evil.example/v3/billdownload/file?token=t"
            return 200, {"download_url": address, "hash_type": "SHA1", "hash_value": hashes.pop(0)}
        assert (path, query) == ("/v3/billdownload/file", {"token": ["t"]})
        return 200, content

    client, platform = connected(answer)
    bill = client.trade_bill(date(2026, 11, 22))
    assert bill is not None
    assert bill.text == "交易时间\r\n"
    assert all(url.startswith("https://pay.example/") for url in platform.urls), (
        "no other host gets a signature"
    )
    with pytest.raises(NoAnswer):
        client.trade_bill(date(2026, 11, 22))


def test_a_bill_that_is_not_made_yet_is_none_and_a_day_without_trade_has_no_text() -> None:
    day = date(2026, 11, 22)

    def said(code: str) -> Bill | None:
        return connected(lambda *_: (400, {"code": code}))[0].trade_bill(day)

    assert said("STATEMENT_CREATING") is None
    assert said("NO_STATEMENT_EXIST") == Bill(day, None)


def _notification(**resource: Any) -> str:
    document = {"id": "n1", "event_type": "TRANSACTION.SUCCESS", "resource": sealed(TRADE | resource)}
    return json.dumps(document)


def test_a_notification_is_opened() -> None:
    body = _notification()
    notice = WeChatPay(settings()).opened(platform_headers(body.encode()), body, clock.real_now())
    assert (notice.id, notice.out_trade_no, notice.mchid) == ("n1", "CSX20260101000001", MCHID)
    assert notice.trade is not None
    assert notice.trade.amount_fen == 4000


def test_header_names_may_have_any_case() -> None:
    body = _notification()
    lowered = {name.lower(): value for name, value in platform_headers(body.encode()).items()}
    assert WeChatPay(settings()).opened(lowered, body, clock.real_now()).id == "n1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abc="}, "probe"),
        ({"Wechatpay-Signature": "abc="}, "signature"),
        ({"Wechatpay-Signature": ""}, "signature"),
        ({"Wechatpay-Nonce": "other"}, "signature"),
        ({"Wechatpay-Serial": "PUB_KEY_ID_0002"}, "serial"),
        ({"Wechatpay-Timestamp": "soon"}, "timestamp"),
        ({"Wechatpay-Timestamp": -400}, "stale"),
        ({"Wechatpay-Timestamp": 400}, "stale"),
        ({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, "scheme"),
    ],
)
def test_what_is_not_genuine_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    """A number stands for a timestamp so many seconds from now: the run may be old when its turn comes."""
    body = _notification()
    now_s = int(clock.real_now().timestamp())
    changes = {name: str(now_s + one) if isinstance(one, int) else one for name, one in changes.items()}
    with pytest.raises(NotGenuine) as told:
        WeChatPay(settings()).opened(platform_headers(body.encode()) | changes, body, clock.real_now())
    assert told.value.reason == reason


def test_a_seal_of_another_key_is_refused_and_not_none() -> None:
    body = json.dumps({"id": "n1", "event_type": "TRANSACTION.SUCCESS", "resource": sealed(TRADE, "x" * 32)})
    with pytest.raises(NotGenuine, match="seal"):
        WeChatPay(settings()).opened(platform_headers(body.encode()), body, clock.real_now())


def test_the_public_vector_opens() -> None:
    """Source: standards.md, "WeChat Pay API v3", vector."""
    ciphertext = "bz1mQGtugHE+xvD4swlMsg4xDMH7xWtVEl1kIVP5KZRysmgd3ny26KQR8tTjbeHEmFMVZxnNKdvtXdtblsfExY/kRgI/CxPDU8RN4Q=="
    resource = {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": "fdasflkja484",
        "associated_data": "transaction",
        "ciphertext": ciphertext,
    }
    assert Keys(settings()).open(resource) == {"out_trade_no": "CSX20260101000001", "trade_state": "SUCCESS"}


def test_nothing_is_called_inside_a_transaction() -> None:
    client, platform = connected(lambda *_: (200, TRADE))
    with entered_write_unit(), pytest.raises(RuntimeError, match="inside a transaction"):
        client.query("CSX1")
    assert platform.urls == []


def test_without_a_merchant_there_is_nobody_to_pay() -> None:
    client = WeChatPay(load(WeChatPaySettings, {}))
    assert not client.connected
    for call in (lambda: client.query("CSX1"), lambda: client.opened({}, "{}", clock.real_now())):
        with pytest.raises(NotConnected):
            call()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"apiv3_key": "short"}, "WECHATPAY_APIV3_KEY"),
        ({"serial": ""}, "WECHATPAY_SERIAL"),
        ({"notify_url": "https://a.example/x?y=1"}, "WECHATPAY_NOTIFY_URL"),
        ({"url": "https://a.example/"}, "WECHATPAY_URL"),
    ],
)
def test_half_a_merchant_is_named_at_the_start(changes: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        settings(**changes)
    with pytest.raises(ConfigError, match="WECHAT_APPID"):
        load(WeChatPaySettings, {"WECHATPAY_MCHID": "1900000001"})
