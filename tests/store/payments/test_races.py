"""Many at the same instant: no fen is given back twice, no payment booked twice; and what would happen without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from kernel import clock
from services.payments import usecases
from services.payments.domain import Refund
from services.payments.errors import RefundTooMuch
from services.payments.store.tables import INTENTS, REFUNDS
from tests.fakes.payments_provider import FakeProvider
from tests.store.payments.desk import asking, balances, expire, names, notice, paid, refunding


def _at_once(work: list[Callable[[], Any]]) -> list[Exception]:
    """Run all at the same instant, each in a thread; what they raised."""
    errors: list[Exception] = []
    start = threading.Barrier(len(work))

    def run(each: Any) -> None:
        start.wait()
        try:
            each()
        except Exception as exc:
            errors.append(exc)

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_many_refunds_at_once_never_give_back_more_than_was_paid(
    real_uow: Any, provider: FakeProvider
) -> None:
    number = paid(real_uow, provider)
    provider.connected = False
    asked = [refunding(number, 1500, f"r{each}") for each in range(8)]
    errors = _at_once([lambda one=one: usecases.refund(real_uow, provider, one) for one in asked])
    assert [type(each) for each in errors] == [RefundTooMuch] * 6
    assert balances(real_uow) == {"wechat": 4000, "order:bus": -1000, "refunds": -3000}


def test_one_payment_told_by_many_at_once_is_booked_once(real_uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(real_uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    told = [notice(number) for _ in range(8)]
    errors = _at_once([lambda one=one: usecases.record_notification(real_uow, provider, one) for one in told])
    assert errors == []
    assert names(real_uow) == ["payment_succeeded"]
    assert balances(real_uow) == {"wechat": 4000, "order:bus": -4000}


@pytest.mark.parametrize("again", range(3))
def test_closing_and_paying_at_once_end_in_one_of_the_two(
    real_uow: Any, provider: FakeProvider, again: int
) -> None:
    number = usecases.create_intent(real_uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    close = [lambda: usecases.close_intent(real_uow, provider, number)] * 3
    tell = [lambda: usecases.record_notification(real_uow, provider, notice(number))] * 3
    _at_once([*close, *tell])
    assert names(real_uow) == ["payment_succeeded"]
    assert balances(real_uow) == {"wechat": 4000, "order:bus": -4000}


def test_a_late_payment_told_by_many_goes_back_once(real_uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(real_uow, provider, asking())["out_trade_no"]
    expire(real_uow, number, clock.real_now())
    provider.is_paid(number, clock.real_now())
    told = [notice(number) for _ in range(6)]
    errors = _at_once([lambda one=one: usecases.record_notification(real_uow, provider, one) for one in told])
    assert errors == []
    assert names(real_uow) == ["payment_late"]
    assert balances(real_uow) == {"wechat": 4000, "refunds": -4000}


def test_many_askers_of_one_order_get_one_payment(real_uow: Any, provider: FakeProvider) -> None:
    numbers: list[str] = []
    ask = [lambda: numbers.append(usecases.create_intent(real_uow, provider, asking())["out_trade_no"])] * 8
    assert _at_once(ask) == []
    assert (len(numbers), len(set(numbers)), len(provider.trades)) == (8, 1, 1)


def test_control_without_lock_and_version_more_goes_back_than_was_paid(
    real_uow: Any, provider: FakeProvider
) -> None:
    number = paid(real_uow, provider)
    seen = threading.Barrier(8)

    def refund_unguarded(refund_number: str) -> None:
        with real_uow.read() as tx:
            promised_fen = tx.store.intents.find(number).promised_fen
        seen.wait()
        if promised_fen + 1500 > 4000:
            return
        with real_uow.write() as tx:
            tx.store.refunds.add(Refund(refund_number, number, 1500, "x", tx.now()), tx.now())
            statement = update(INTENTS).where(INTENTS.c.out_trade_no == number)
            tx.connection.execute(statement.values(promised_fen=promised_fen + 1500))

    assert _at_once([lambda each=each: refund_unguarded(f"r{each}") for each in range(8)]) == []
    with real_uow.read() as tx:
        amounts = tx.connection.execute(select(REFUNDS.c.amount_fen)).scalars().all()
    assert sum(amounts) == 12_000 > 4000
