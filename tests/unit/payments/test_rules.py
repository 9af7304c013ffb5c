"""The rules of money: what a provider's word means, which steps there are, how bills are read and compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments import domain
from services.payments.domain import (
    INTENT_STEPS,
    REFUND_STEPS,
    BillLine,
    Gap,
    Intent,
    LineKind,
    Merchant,
    Refund,
    Trade,
    TradeState,
    UnreadableBill,
    Verdict,
    ledger,
)
from services.payments.schemas import Channel, IntentState, RefundState

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=15)
OURS = Merchant("1900000001", "wx1")
INTENT = Intent(
    "CSX0001", "bus", "B1", "p1", Channel.NATIVE, 4000, "x", NOW, UNTIL, IntentState.PREPAID, prepay="q"
)
PAID = Trade(OURS, "CSX0001", TradeState.SUCCESS, "42001", 4000, "CNY", NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.PAID),
        ({"state": TradeState.REFUND}, Verdict.PAID),
        ({"state": TradeState.NOTPAY}, Verdict.WAIT),
        ({"state": TradeState.USERPAYING}, Verdict.WAIT),
        ({"state": TradeState.PAYERROR}, Verdict.WAIT),
        ({"state": TradeState.CLOSED}, Verdict.OVER),
        ({"state": TradeState.REVOKED}, Verdict.OVER),
        ({"paid_at": UNTIL}, Verdict.PAID),
        ({"paid_at": UNTIL + timedelta(seconds=1)}, Verdict.LATE),
        ({"paid_at": None}, Verdict.LATE),
        ({"amount_fen": 3999}, Verdict.OTHER_AMOUNT),
        ({"amount_fen": 4001}, Verdict.OTHER_AMOUNT),
        ({"amount_fen": None}, Verdict.OTHER_AMOUNT),
        ({"currency": "HKD"}, Verdict.OTHER_AMOUNT),
        ({"merchant": Merchant("1900000002", "wx1")}, Verdict.OTHER_MERCHANT),
        ({"merchant": Merchant("1900000001", "wx2")}, Verdict.OTHER_MERCHANT),
        ({"out_trade_no": "CSX0002"}, Verdict.OTHER_ORDER),
    ],
)
def test_a_providers_word_is_judged(changes: dict[str, Any], verdict: Verdict) -> None:
    assert domain.judge(INTENT, replace(PAID, **changes), OURS) is verdict
    assert verdict.wrong == verdict.name.startswith("OTHER")


def test_what_is_booked_is_known_and_another_transaction_for_it_is_wrong() -> None:
    booked = replace(INTENT, state=IntentState.PAID, transaction_id="42001", paid_at=NOW)
    assert domain.judge(booked, PAID, OURS) is Verdict.KNOWN
    assert domain.judge(booked, replace(PAID, transaction_id="42002"), OURS) is Verdict.OTHER_TRANSACTION


def test_a_payment_of_what_was_closed_is_late_however_early_it_was_made() -> None:
    assert domain.judge(replace(INTENT, state=IntentState.CLOSED), PAID, OURS) is Verdict.LATE


def test_no_state_leads_back_and_every_state_has_its_row() -> None:
    assert set(INTENT_STEPS) == set(IntentState)
    assert set(REFUND_STEPS) == set(RefundState)
    for steps in (INTENT_STEPS, REFUND_STEPS):
        reached = {state: set(after) - {state} for state, after in steps.items()}
        for _ in reached:
            for after in reached.values():
                after |= {further for one in list(after) for further in reached[one]}
        assert all(state not in after for state, after in reached.items())


def test_money_that_came_is_never_closed_away() -> None:
    for paid in (IntentState.PAID, IntentState.PARTLY_REFUNDED, IntentState.REFUNDED, IntentState.LATE):
        assert IntentState.CLOSED not in INTENT_STEPS[paid]


def test_a_lost_notification_is_looked_for_well_within_two_minutes() -> None:
    timer = timedelta(seconds=10)
    at = NOW + domain.FIRST_LOOK
    while at < NOW + timedelta(hours=2):
        following = domain.next_look_at(INTENT, at)
        assert at < following
        assert following - at + timer <= timedelta(seconds=120)
        at = following


def test_refunds_are_tried_ever_more_seldom_but_always_again() -> None:
    waits = [domain.next_try_at(attempts, NOW) - NOW for attempts in range(40)]
    assert waits[0] == timedelta(seconds=10)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=30)


def test_the_number_of_a_late_payments_refund_is_always_the_same_and_allowed() -> None:
    longest = "x" * 32
    assert domain.late_refund_no(longest) == domain.late_refund_no(longest)
    assert len(domain.late_refund_no(longest)) <= 64


@given(st.lists(st.integers(1, 500), max_size=6), st.sampled_from([IntentState.PAID, IntentState.LATE]))
def test_whatever_is_given_back_the_books_sum_to_zero(parts: list[int], state: IntentState) -> None:
    intent = replace(INTENT, state=state, transaction_id="42001", paid_at=NOW)
    postings = [ledger.paid(intent)]
    for number, amount_fen in enumerate(parts):
        refund = Refund(f"r{number}", intent.out_trade_no, amount_fen, "x", NOW)
        settled = ledger.gone(refund) if number % 2 else ledger.given_up(intent, refund)
        postings += [ledger.promised(intent, refund), settled]
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.debit] = sums.get(posting.debit, 0) + posting.amount_fen
        sums[posting.credit] = sums.get(posting.credit, 0) - posting.amount_fen
    assert sum(sums.values()) == 0
    assert sums.get(ledger.REFUNDS, 0) == 0
    assert sums[ledger.WECHAT] == 4000 - sum(parts[1::2])
    assert len({posting.key for posting in postings}) == len(postings)


@given(st.integers(0, 10**10))
def test_yuan_of_the_bill_are_fen_of_the_ledger(amount_fen: int) -> None:
    assert domain.fen(f"{amount_fen // 100}.{amount_fen % 100:02d}") == amount_fen


@pytest.mark.parametrize("text", ["", "1,000.00", "0.001", "NaN", "Infinity", "¥1"])
def test_what_is_no_whole_fen_is_not_guessed(text: str) -> None:
    with pytest.raises(UnreadableBill):
        domain.fen(text)


HEADS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
PAYMENT = (
    "`2026-11-22 16:59:00,`wx1,`1900000001,`0,`,`42001,`CSX0001,`o1,`NATIVE,`SUCCESS,`OTHERS,`CNY,`39.00,`1.00,`0,`0,`0.00,`0.00,`,`,"
    '"`机场巴士, 1 线",`,`0.24000,`0.60%,`40.00,`0.00,`'
)
REFUND = (
    "`2026-11-22 17:30:00,`wx1,`1900000001,`0,`,`42001,`CSX0001,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5001,`r1,`9.00,`1.00,`ORIGINAL,`SUCCESS,"
    "`机场巴士,`,`-0.06000,`0.60%,`0.00,`10.00,`"
)
SUMS = "总交易单数,应结订单总金额\n`2,`39.00\n"


def test_a_bill_is_read_by_its_heads_with_coupons_counted_in() -> None:
    lines = domain.lines_of(f"\ufeff{HEADS}\n{PAYMENT}\n{REFUND}\n{SUMS}")
    assert lines == [
        BillLine("payment:42001", LineKind.PAYMENT, "CSX0001", "42001", 4000, 24),
        BillLine("refund:r1", LineKind.REFUND, "CSX0001", "42001", 1000, -6),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        f"{HEADS}\n{PAYMENT}\n",
        f"{HEADS}\n{PAYMENT},`more\n{SUMS}",
        f"{HEADS}\n{PAYMENT}\n{PAYMENT}\n{SUMS}",
    ],
    ids=["empty", "other heads", "cut off", "too many fields", "twice"],
)
def test_a_bill_of_another_form_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(UnreadableBill):
        domain.lines_of(text)


def test_differences_are_named_by_side() -> None:
    lines = [
        BillLine("payment:1", LineKind.PAYMENT, "a", "1", 100, 0),
        BillLine("payment:2", LineKind.PAYMENT, "b", "2", 100, 0),
        BillLine("payment:3", LineKind.PAYMENT, "c", "3", 100, 0),
    ]
    booked = {"payment:1": 100, "payment:2": 99, "payment:4": 5}
    found = domain.differences(lines, booked, ["payment:1", "payment:2", "payment:4"])
    assert [(each.key, each.gap) for each in found] == [
        ("payment:2", Gap.OTHER_AMOUNT),
        ("payment:3", Gap.NOT_IN_LEDGER),
        ("payment:4", Gap.NOT_IN_BILL),
    ]
