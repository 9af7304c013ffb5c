"""A thousand notifications of every kind, in any order: one credit for each transaction, and everything settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from services.payments import usecases
from services.payments.errors import BadNotification
from tests.fakes.payments_provider import FakeProvider
from tests.store.payments.desk import all_is_due, asking, balances, events, expire, notice

ORDERS = 200


def test_a_thousand_of_a_mix_end_in_one_credit_a_transaction(real_uow: Any, provider: FakeProvider) -> None:
    numbers = [
        usecases.create_intent(real_uow, provider, asking(f"B{each}"))["out_trade_no"]
        for each in range(ORDERS)
    ]
    late, never_told = numbers[::10], numbers[1::10]
    for number in late:
        expire(real_uow, number, clock.real_now() - timedelta(seconds=1))
    for number in numbers:
        provider.is_paid(number, clock.real_now())
    # Each is told six times; every seventh word is forged, of another amount, or of another merchant.
    told = [number for number in numbers * 6 if number not in never_told]
    wrong: tuple[dict[str, Any], ...] = ({"amount_fen": 1}, {"mchid": "1900000002"})
    forged = 0
    for place in range(len(told)):
        number = told[place * 389 % len(told)]
        if place % 7:
            usecases.record_notification(real_uow, provider, notice(number))
        elif place % 3:
            usecases.record_notification(real_uow, provider, notice(number, **wrong[place % 2]))
        else:
            forged += 1
            with pytest.raises(BadNotification):
                usecases.record_notification(
                    real_uow, provider, notice(number) | {"headers": {"Wechatpay-Signature": "forged"}}
                )
    while True:
        all_is_due(real_uow)
        if (
            usecases.look_after_unpaid(real_uow, provider) + usecases.look_after_notices(real_uow, provider)
            == 0
        ):
            break
    kinds: dict[str, list[str]] = {}
    for name, data in events(real_uow):
        kinds.setdefault(name, []).append(data["out_trade_no"])
    assert forged > 20
    assert sorted(kinds["payment_late"]) == sorted(late)
    assert sorted(kinds["payment_succeeded"]) == sorted(set(numbers) - set(late))
    assert balances(real_uow) == {
        "wechat": 4000 * ORDERS,
        "order:bus": -4000 * (ORDERS - len(late)),
        "refunds": -4000 * len(late),
    }
    assert {each["reason"] for each in usecases.list_abnormal(real_uow, 500)["notifications"]} == {
        "other_amount",
        "other_merchant",
    }
