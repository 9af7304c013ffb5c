"""WeChat Pay's refunds, which take their time, and its bills, which come the next morning."""

from __future__ import annotations

import gzip
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.payments.domain import lines_of
from tests.sandbox.merchant import ORDERS, REFUNDS, Answer, Merchant, paid, said, why
from tests.support.sandbox import Person, Sandbox

BEIJING = timezone(timedelta(hours=8))
DAY_S = 86_400


# --- refunds


def test_money_goes_back_in_parts_and_not_more_than_came(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    number = paid(merchant, person)
    first = merchant.refund(number, f"{number}-1", 1500)
    assert (first.status, first.signed, first.json["status"]) == (200, True, "PROCESSING")
    assert first.json["amount"]["payer_refund"] == 1500
    assert merchant.query(number).json["trade_state"] == "REFUND"
    said(merchant.refund(number, f"{number}-2", 2501), 400, "INVALID_REQUEST")
    assert "2500 fen" in why(wechat)
    assert merchant.refund(number, f"{number}-2", 2500).status == 200
    said(merchant.refund(number, f"{number}-3", 1), 400, "INVALID_REQUEST")
    done = wechat.end_refund(f"{number}-1")
    assert done == merchant.call("GET", f"{REFUNDS}/{number}-1").json
    assert (done["status"], done["refund_id"]) == ("SUCCESS", first.json["refund_id"])
    assert done["success_time"]


def test_the_same_refund_again_is_the_same(merchant: Merchant, person: Person, wechat: Sandbox) -> None:
    number = paid(merchant, person)
    first, again = (merchant.refund(number, f"{number}-1", 1500).json for _ in range(2))
    assert first == again
    said(merchant.refund(number, f"{number}-1", 1400), 400, "INVALID_REQUEST")
    said(merchant.refund(paid(merchant, person), f"{number}-1", 1500), 400, "INVALID_REQUEST")
    assert len(wechat.pay_order(number)["refunds"]) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": {"refund": 100, "total": 3999, "currency": "CNY"}}, 400, "INVALID_REQUEST"),
        ({"amount": {"refund": 0, "total": 4000, "currency": "CNY"}}, 400, "PARAM_ERROR"),
        ({"amount": {"refund": 100, "total": 4000}}, 400, "PARAM_ERROR"),
        ({"reason": "退" * 81}, 400, "PARAM_ERROR"),
        ({"out_refund_no": "r 1"}, 400, "PARAM_ERROR"),
        ({"out_refund_no": "r" * 65}, 400, "PARAM_ERROR"),
        ({"out_trade_no": None}, 400, "PARAM_ERROR"),
        ({"transaction_id": "4200"}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "T-nobody-s"}, 404, "RESOURCE_NOT_EXISTS"),
        ({"notify_url": "https://fly.example/?a=1"}, 400, "PARAM_ERROR"),
    ],
)
def test_a_refund_that_breaks_a_rule_is_refused(
    merchant: Merchant, person: Person, changes: dict[str, Any], status: int, code: str
) -> None:
    number = paid(merchant, person)
    said(merchant.refund(number, secrets.token_hex(8), 100, **changes), status, code)


def test_what_nobody_paid_and_what_was_paid_long_ago_does_not_go_back(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    asked = merchant.asked()
    merchant.call("POST", f"{ORDERS}/native", asked)
    said(merchant.refund(asked["out_trade_no"], secrets.token_hex(8), 1), 400, "INVALID_REQUEST")
    number = paid(merchant, person)
    wechat.clock(366 * DAY_S)
    said(merchant.refund(number, secrets.token_hex(8), 1), 400, "INVALID_REQUEST")
    said(merchant.call("GET", f"{REFUNDS}/nobody-s"), 404, "RESOURCE_NOT_EXISTS")


def test_a_payment_goes_back_in_fifty_parts_at_most(merchant: Merchant, person: Person) -> None:
    number = paid(merchant, person)
    answers = [merchant.refund(number, f"{number}-{n}", 1).status for n in range(51)]
    assert answers == [200] * 50 + [400]


def test_a_refund_takes_its_time_and_may_fail_and_be_mended(merchant: Merchant, wechat: Sandbox) -> None:
    payer = wechat.person()
    order = payer.pay({"code_url": merchant.native().json["code_url"]}, abnormal=True)
    number = order["out_trade_no"]
    by_transaction = {"out_trade_no": None, "transaction_id": order["transaction_id"]}
    for part in ("a", "b"):
        assert (
            merchant.refund(number, f"{number}-{part}", 100, **by_transaction).json["status"] == "PROCESSING"
        )
    wechat.end_refund(f"{number}-b", "CLOSED")
    assert wechat.settle_refunds() >= 1
    assert [one["status"] for one in payer.payments[0]["refunds"]] == ["ABNORMAL", "CLOSED"]
    assert wechat.end_refund(f"{number}-a", "SUCCESS")["status"] == "SUCCESS"
    again = wechat.http.post(
        "/sandbox/pay/refunds", json={"out_refund_no": f"{number}-a", "status": "ABNORMAL"}
    )
    assert again.status_code == 400
    # What was closed is the payment's again.
    assert merchant.refund(number, f"{number}-c", 3900).status == 200


# --- bills and faults


def beijing_day(wechat: Sandbox) -> datetime:
    return datetime.fromisoformat(wechat.get("state")["now"]).astimezone(BEIJING)


def turn_to(wechat: Sandbox, days: int, hour: int, minute: int) -> None:
    """Turn the clock to that time in Beijing, `days` from now."""
    now = beijing_day(wechat)
    then = (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    wechat.clock((then - now).total_seconds())


def bill(merchant: Merchant, day: str, **query: str) -> Answer:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return merchant.call("GET", f"/v3/bill/tradebill?bill_date={day}{more}")


def fetched(merchant: Merchant, answer: Answer) -> bytes:
    parts = urlsplit(answer.json["download_url"])
    found = merchant.call("GET", f"{parts.path}?{parts.query}")
    assert (found.status, found.signed) == (200, False)
    return found.content


def test_the_bill_of_a_day_is_made_the_next_morning(
    merchant: Merchant, person: Person, wechat: Sandbox
) -> None:
    turn_to(wechat, 1, 12, 0)
    day = beijing_day(wechat).date().isoformat()
    number = paid(merchant, person, description="巴士, 两位\n成人")
    merchant.refund(number, f"{number}-1", 1505)
    said(bill(merchant, day), 400, "INVALID_REQUEST")
    turn_to(wechat, 1, 9, 59)
    said(bill(merchant, day), 400, "STATEMENT_CREATING")
    turn_to(wechat, 0, 10, 1)
    answer = bill(merchant, day, bill_type="ALL")
    content = fetched(merchant, answer)
    assert hashlib.sha1(content).hexdigest() == answer.json["hash_value"]
    lines = {line.key: line for line in lines_of(content.decode()) if line.out_trade_no == number}
    payment, refund = sorted(lines)
    assert (lines[payment].amount_fen, lines[payment].fee_fen) == (4000, 24)
    assert refund == f"refund:{number}-1"
    assert (lines[refund].amount_fen, lines[refund].fee_fen) == (1505, -9)
    assert "`40.00,`0.00,`0,`0,`0.00,`0.00,`,`,`巴士\\  两位\\n成人,`,`0.24000,`0.60%" in content.decode()
    assert gzip.decompress(fetched(merchant, bill(merchant, day, tar_type="GZIP"))) == content
    for kind, there in (("SUCCESS", payment), ("REFUND", refund)):
        some = lines_of(fetched(merchant, bill(merchant, day, bill_type=kind)).decode())
        assert [line.key for line in some if line.out_trade_no == number] == [there]


def test_a_bills_address_lives_five_minutes(merchant: Merchant, person: Person, wechat: Sandbox) -> None:
    turn_to(wechat, 3, 12, 0)
    paid(merchant, person)
    day = beijing_day(wechat).date().isoformat()
    turn_to(wechat, 1, 12, 0)
    answer = bill(merchant, day)
    wechat.clock(301)
    parts = urlsplit(answer.json["download_url"])
    said(merchant.call("GET", f"{parts.path}?{parts.query}"), 400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("day", "query", "code"),
    [
        (lambda now: now - timedelta(days=60), {}, "NO_STATEMENT_EXIST"),
        (lambda now: now - timedelta(days=100), {}, "INVALID_REQUEST"),
        (lambda now: now + timedelta(days=1), {}, "INVALID_REQUEST"),
        (lambda now: now - timedelta(days=60), {"bill_type": "NONE"}, "PARAM_ERROR"),
        (lambda now: now - timedelta(days=60), {"tar_type": "ZIP"}, "PARAM_ERROR"),
    ],
)
def test_bills_are_of_days_that_have_one(
    merchant: Merchant,
    wechat: Sandbox,
    day: Callable[[datetime], datetime],
    query: dict[str, str],
    code: str,
) -> None:
    said(bill(merchant, day(beijing_day(wechat)).date().isoformat(), **query), 400, code)
    said(bill(merchant, "yesterday"), 400, "PARAM_ERROR")


def test_faults_strike_as_ordered(merchant: Merchant, person: Person, wechat: Sandbox) -> None:
    number = paid(merchant, person)
    wechat.fail(REFUNDS, status=403, code="NOT_ENOUGH")
    said(merchant.refund(number, f"{number}-1", 100), 403, "NOT_ENOUGH")
    assert wechat.pay_order(number)["refunds"] == []
    wechat.fail(REFUNDS, lost=True)
    assert merchant.refund(number, f"{number}-1", 100).status == 502
    assert len(wechat.pay_order(number)["refunds"]) == 1
    wechat.fail(ORDERS, status=500)
    assert (merchant.query(number).status, merchant.query(number).status) == (500, 200)
