"""Giving back: never more than was paid, one number for one refund, and nobody forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import text

from kernel import clock
from services.payments import usecases
from services.payments.domain import RefundStatus
from services.payments.errors import BillNotReady, NotPaid, ProviderRefuses, RefundReused, RefundTooMuch
from tests.fakes.payments_provider import FakeProvider
from tests.store.payments.desk import (
    all_is_due,
    asking,
    balances,
    events,
    names,
    notice,
    paid,
    refunding,
    state,
)

HEADS = (
    "交易时间,微信订单号,商户订单号,交易状态,应结订单金额,商户退款单号,退款金额,手续费,订单金额,申请退款金额"
)
NOW = datetime.now(UTC)
TODAY = (NOW + timedelta(hours=8)).date()
"""The bill's day of what happens now."""


def bill(*lines: str) -> str:
    return "\ufeff" + "\r\n".join([HEADS, *lines, "总交易单数,总额", f"`{len(lines)},`0.00"]) + "\r\n"


def line(transaction_id: str, number: str, yuan: str) -> str:
    return (
        f"`2026-11-23 12:00:00,`{transaction_id},`{number},`SUCCESS,`{yuan},`0,`0.00,`0.24000,`{yuan},`0.00"
    )


def refund_line(transaction_id: str, number: str, refund_number: str, yuan: str) -> str:
    fields = (
        "2026-11-23 12:00:00",
        transaction_id,
        number,
        "REFUND",
        "0.00",
        refund_number,
        yuan,
        "-0.06000",
        "0.00",
    )
    return ",".join(f"`{field}" for field in (*fields, yuan))


def test_parts_add_up_to_what_was_paid_and_no_further(uow: Any, provider: FakeProvider) -> None:
    number = paid(uow, provider)
    assert usecases.refund(uow, provider, refunding(number, 1500, "r1"))["state"] == "accepted"
    usecases.refund(uow, provider, refunding(number, 2500, "r2"))
    with pytest.raises(RefundTooMuch) as told:
        usecases.refund(uow, provider, refunding(number, 1, "r3"))
    assert told.value.data == {"left_fen": 0}
    assert state(uow, number) == "paid", "accepted is not done"
    for refund_number, expected in (("r1", "partly_refunded"), ("r2", "refunded")):
        provider.refund_ends(refund_number, RefundStatus.SUCCESS, clock.real_now())
        told_of = notice(number, event_type="REFUND.SUCCESS", out_refund_no=refund_number)
        usecases.record_notification(uow, provider, told_of)
        assert state(uow, number) == expected
    assert names(uow) == ["payment_succeeded", "refund_done", "refund_done"]
    assert [data["amount_fen"] for _, data in events(uow)] == [4000, 1500, 2500]
    assert balances(uow) == {}


def test_one_number_is_one_refund(uow: Any, provider: FakeProvider) -> None:
    number = paid(uow, provider)
    request = refunding(number, 1000)
    first = usecases.refund(uow, provider, request)
    assert usecases.refund(uow, provider, request) == first
    assert usecases.refund(uow, provider, refunding(number, 1000)) == first
    with pytest.raises(RefundReused):
        usecases.refund(uow, provider, refunding(number, 999))
    assert balances(uow) == {"wechat": 4000, "order:bus": -3000, "refunds": -1000}


def test_what_nobody_paid_is_not_given_back(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    with pytest.raises(NotPaid):
        usecases.refund(uow, provider, refunding(number, 1))


def test_a_refund_outlives_the_provider_being_away_and_losing_answers(
    uow: Any, provider: FakeProvider
) -> None:
    number = paid(uow, provider)
    provider.away = True
    assert usecases.refund(uow, provider, refunding(number, 1000))["state"] == "requested"
    provider.away, provider.loses_answers = False, True
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    provider.loses_answers = False
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    assert len(provider.refunds) == 1, "the same number each time"
    provider.refund_ends("B1-r1", RefundStatus.SUCCESS, clock.real_now())
    for _ in range(2):
        all_is_due(uow)
        usecases.look_after_refunds(uow, provider)
    assert names(uow) == ["payment_succeeded", "refund_done"]
    assert balances(uow) == {"wechat": 3000, "order:bus": -3000}


def test_an_empty_till_is_tried_until_it_has_money_and_people_see_it(
    uow: Any, provider: FakeProvider
) -> None:
    number = paid(uow, provider)
    provider.refuses = "NOT_ENOUGH"
    usecases.refund(uow, provider, refunding(number, 1000))
    for _ in range(6):
        all_is_due(uow)
        usecases.look_after_refunds(uow, provider)
    (stuck,) = usecases.list_abnormal(uow, 10)["refunds"]
    assert (stuck["state"], stuck["provider_code"]) == ("requested", "NOT_ENOUGH")
    provider.refuses = ""
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    assert usecases.list_abnormal(uow, 10)["refunds"] == []


def test_an_abnormal_refund_waits_for_people_and_is_done_after_all(uow: Any, provider: FakeProvider) -> None:
    number = paid(uow, provider)
    usecases.refund(uow, provider, refunding(number, 1000))
    provider.refund_ends("B1-r1", RefundStatus.ABNORMAL, clock.real_now())
    told = notice(number, event_type="REFUND.ABNORMAL", out_refund_no="B1-r1")
    usecases.record_notification(uow, provider, told)
    (listed,) = usecases.list_abnormal(uow, 10)["refunds"]
    assert listed["state"] == "abnormal"
    assert listed["order"] == {"service": "bus", "id": "B1"}, "what to trace"
    assert balances(uow)["refunds"] == -1000, "it is still owed"
    provider.refund_ends("B1-r1", RefundStatus.SUCCESS, clock.real_now())
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    assert names(uow)[1:] == ["refund_abnormal", "refund_done"]
    assert usecases.list_abnormal(uow, 10)["refunds"] == []


def test_a_closed_refund_gives_the_money_back_to_the_order(uow: Any, provider: FakeProvider) -> None:
    number = paid(uow, provider)
    usecases.refund(uow, provider, refunding(number, 4000))
    provider.refund_ends("B1-r1", RefundStatus.CLOSED, clock.real_now())
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    assert names(uow)[1:] == ["refund_closed"]
    assert balances(uow) == {"wechat": 4000, "order:bus": -4000}
    assert usecases.refund(uow, provider, refunding(number, 4000, "again"))["state"] == "accepted"


def test_every_fen_is_traced_from_the_order_to_the_bill(uow: Any, provider: FakeProvider) -> None:
    number = paid(uow, provider)
    usecases.refund(uow, provider, refunding(number, 1000))
    transaction_id = provider.trades[number].transaction_id
    provider.bills[TODAY] = bill(
        line(transaction_id, number, "40.00"), refund_line(transaction_id, number, "B1-r1", "10.00")
    )
    provider.refund_ends("B1-r1", RefundStatus.SUCCESS, clock.real_now())
    result = usecases.reconcile(uow, provider, TODAY, NOW)
    assert (result["lines"], result["bill_fen"], result["differences"]) == (2, 3000, [])
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    traced = usecases.trace(uow, "bus", "B1")
    billed = {each["key"].partition(":")[0]: each["bill_fen"] for each in traced["postings"]}
    assert billed == {"payment": 4000, "refund-asked": None, "refund": 1000}
    assert sum(traced["balances"].values()) == 0
    assert usecases.trace(uow, "bus", "other")["intents"] == []


def test_the_bill_heals_what_was_missed_and_names_what_differs(uow: Any, provider: FakeProvider) -> None:
    told = paid(uow, provider, "B1")
    missed = usecases.create_intent(uow, provider, asking("B2"))["out_trade_no"]
    provider.is_paid(missed, clock.real_now())
    unbilled = paid(uow, provider, "B3")
    ids = {number: provider.trades[number].transaction_id for number in (told, missed, unbilled)}
    provider.bills[TODAY] = bill(
        line(ids[told], told, "40.01"), line(ids[missed], missed, "40.00"), line("42x", "stranger1", "1.00")
    )
    found = usecases.reconcile(uow, provider, TODAY, NOW)["differences"]
    assert {each["key"]: each["gap"] for each in found} == {
        f"payment:{ids[told]}": "other_amount",
        f"payment:{ids[unbilled]}": "not_in_bill",
        "payment:42x": "not_in_ledger",
    }
    assert state(uow, missed) == "paid", "a payment that only the bill told of"
    assert len(usecases.list_abnormal(uow, 10)["differences"]) == 3
    provider.bills[TODAY] = bill(*(line(each, number, "40.00") for number, each in ids.items()))
    assert usecases.reconcile(uow, provider, TODAY, NOW)["differences"] == []
    assert usecases.list_abnormal(uow, 10)["differences"] == []


def test_a_bill_that_is_not_there_or_cut_off_is_said_so(uow: Any, provider: FakeProvider) -> None:
    with pytest.raises(BillNotReady):
        usecases.reconcile(uow, provider, TODAY, NOW)
    provider.bills[TODAY] = bill(line("42x", "stranger1", "1.00")).partition("总交易单数")[0]
    with pytest.raises(ProviderRefuses):
        usecases.reconcile(uow, provider, TODAY, NOW)


def test_yesterdays_bill_is_fetched_once_after_ten(uow: Any, provider: FakeProvider) -> None:
    beijing = usecases.reconciling.BEIJING
    noon = datetime.combine(TODAY, time(12), beijing)
    provider.bills[TODAY - timedelta(days=1)] = bill()
    assert not usecases.reconcile_yesterday(uow, provider, noon.replace(hour=9))
    assert usecases.reconcile_yesterday(uow, provider, noon)
    assert not usecases.reconcile_yesterday(uow, provider, noon)


def test_a_day_without_trade_is_reconciled_as_an_empty_one(uow: Any, provider: FakeProvider) -> None:
    noon = datetime.combine(TODAY, time(12), usecases.reconciling.BEIJING)
    yesterday = TODAY - timedelta(days=1)
    provider.bills[yesterday] = None
    with pytest.raises(BillNotReady):
        usecases.reconcile(uow, provider, yesterday, noon.replace(hour=9))
    assert usecases.reconcile_yesterday(uow, provider, noon)
    assert not usecases.reconcile_yesterday(uow, provider, noon), "it isn't asked about again"
    assert usecases.list_abnormal(uow, 10)["differences"] == []


def test_no_bill_of_a_day_on_which_money_came_is_a_difference(uow: Any, provider: FakeProvider) -> None:
    key = f"payment:{provider.trades[paid(uow, provider)].transaction_id}"
    provider.bills[TODAY] = None
    found = usecases.reconcile(uow, provider, TODAY, NOW + timedelta(days=2))
    assert (found["lines"], [(each["key"], each["gap"]) for each in found["differences"]]) == (
        0,
        [(key, "not_in_bill")],
    )


@pytest.mark.parametrize("verb", ["UPDATE ledger SET amount_fen = 1", "DELETE FROM ledger"])
def test_the_ledger_cannot_be_changed(real_uow: Any, provider: FakeProvider, verb: str) -> None:
    paid(real_uow, provider)
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="append-only"), real_uow.write() as tx:
        tx.connection.execute(text(verb))
    assert balances(real_uow) == {"wechat": 4000, "order:bus": -4000}


@pytest.mark.parametrize(
    "change",
    ["state = 'sold'", "promised_fen = 4001", "refunded_fen = 1", "state = 'closed'", "amount_fen = 0"],
)
def test_the_schema_refuses_what_may_never_be(real_uow: Any, provider: FakeProvider, change: str) -> None:
    paid(real_uow, provider)
    with pytest.raises(sqlalchemy.exc.IntegrityError), real_uow.write() as tx:
        tx.connection.execute(text(f"UPDATE intents SET {change}"))
