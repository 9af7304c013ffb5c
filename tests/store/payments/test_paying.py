"""Asking for money and hearing of it: each payment is booked once, whatever comes, and however often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from kernel.errors import RequestReused
from services.payments import usecases
from services.payments.domain import Asked
from services.payments.errors import (
    AlreadyPaid,
    BadNotification,
    IntentNotFound,
    NotConnected,
    NotPayable,
    OpenidNeeded,
    OrderHasIntent,
    ProviderAway,
)
from services.payments.schemas import Channel
from tests.fakes.payments_provider import FakeProvider
from tests.store.payments.desk import (
    all_is_due,
    asking,
    balances,
    events,
    expire,
    names,
    notice,
    paid,
    state,
)


def test_a_traveller_is_asked_and_the_answer_is_what_the_page_needs(uow: Any, provider: FakeProvider) -> None:
    made = usecases.create_intent(uow, provider, asking())
    assert made["state"] == "prepaid"
    assert made["pay"] == {"code_url": f"wx-{made['out_trade_no']}"}
    inside = usecases.create_intent(uow, provider, asking("B2", channel=Channel.JSAPI, openid="o1"))
    assert inside["pay"] == {"package": f"prepay_id=wx-{inside['out_trade_no']}"}
    assert provider.asked[inside["out_trade_no"]].openid == "o1"


def test_asking_again_is_the_same_payment(uow: Any, provider: FakeProvider) -> None:
    request = asking()
    made = usecases.create_intent(uow, provider, request)
    assert usecases.create_intent(uow, provider, request) == made
    assert usecases.create_intent(uow, provider, asking()) == made
    assert provider.calls.count("prepay") == 1
    with pytest.raises(RequestReused):
        usecases.create_intent(uow, provider, request | {"amount_fen": 1})


def test_an_order_has_one_payment_until_that_is_closed(uow: Any, provider: FakeProvider) -> None:
    made = usecases.create_intent(uow, provider, asking())
    with pytest.raises(OrderHasIntent) as told:
        usecases.create_intent(uow, provider, asking(amount_fen=9))
    assert told.value.data == {"out_trade_no": made["out_trade_no"], "state": "prepaid"}
    usecases.close_intent(uow, provider, made["out_trade_no"])
    other = usecases.create_intent(uow, provider, asking(amount_fen=9))
    assert other["out_trade_no"] != made["out_trade_no"]


def test_a_paid_order_is_never_asked_again(uow: Any, provider: FakeProvider) -> None:
    paid(uow, provider)
    with pytest.raises(OrderHasIntent):
        usecases.create_intent(uow, provider, asking())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"channel": Channel.JSAPI}, OpenidNeeded),
        ({"expires_at": clock.real_now() - timedelta(seconds=1)}, NotPayable),
    ],
)
def test_what_cannot_be_paid_is_refused(
    uow: Any, provider: FakeProvider, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        usecases.create_intent(uow, provider, asking(**changes))
    assert provider.calls == []


def test_without_a_merchant_nobody_is_asked(uow: Any, provider: FakeProvider) -> None:
    provider.connected = False
    with pytest.raises(NotConnected):
        usecases.create_intent(uow, provider, asking())


def test_a_lost_answer_is_made_good_by_asking_again(uow: Any, provider: FakeProvider) -> None:
    request = asking()
    provider.loses_answers = True
    with pytest.raises(ProviderAway):
        usecases.create_intent(uow, provider, request)
    provider.loses_answers = False
    assert usecases.create_intent(uow, provider, request)["state"] == "prepaid"
    assert len(provider.trades) == 1


def test_a_payment_is_booked_once_however_often_it_is_told(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    first = notice(number)
    for told in (first, first, notice(number), notice(number)):
        assert usecases.record_notification(uow, provider, told)["state"] == "applied"
    usecases.settle(uow, provider, number)
    assert names(uow) == ["payment_succeeded"]
    assert balances(uow) == {"wechat": 4000, "order:bus": -4000}
    ((_, data),) = events(uow)
    assert (data["order_id"], data["amount_fen"]) == ("B1", 4000)
    assert data["transaction_id"] == provider.trades[number].transaction_id


def test_a_forged_notification_changes_and_leaves_nothing(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    forged = notice(number) | {"headers": {"Wechatpay-Signature": "bad"}}
    with pytest.raises(BadNotification):
        usecases.record_notification(uow, provider, forged)
    assert state(uow, number) == "prepaid"
    assert usecases.trace(uow, "bus", "B1")["notifications"] == []


def test_a_notification_is_not_believed_before_the_provider_says_the_same(
    uow: Any, provider: FakeProvider
) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    assert usecases.record_notification(uow, provider, notice(number))["state"] == "received"
    assert (state(uow, number), balances(uow)) == ("prepaid", {})
    provider.is_paid(number, clock.real_now())
    all_is_due(uow)
    usecases.look_after_notices(uow, provider)
    assert state(uow, number) == "paid"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"amount_fen": 1}, "other_amount"), ({"mchid": "1900000002"}, "other_merchant")],
)
def test_a_notification_of_other_money_is_kept_for_people_and_books_nothing(
    uow: Any, provider: FakeProvider, changes: dict[str, Any], reason: str
) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    assert usecases.record_notification(uow, provider, notice(number, **changes))["state"] == "refused"
    (kept,) = usecases.list_abnormal(uow, 10)["notifications"]
    assert (kept["out_trade_no"], kept["reason"]) == (number, reason)
    assert balances(uow) == {}


def test_a_notification_of_nobodys_order_is_kept_for_people(uow: Any, provider: FakeProvider) -> None:
    usecases.record_notification(uow, provider, notice("elsewhere1"))
    (kept,) = usecases.list_abnormal(uow, 10)["notifications"]
    assert kept["reason"] == "other_order"


def test_a_kept_notification_is_acted_on_when_the_provider_is_back(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    provider.away = True
    assert usecases.record_notification(uow, provider, notice(number))["state"] == "received"
    provider.away = False
    all_is_due(uow)
    usecases.look_after_notices(uow, provider)
    assert state(uow, number) == "paid"


def test_a_lost_notification_is_found_by_asking(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    assert usecases.look_after_unpaid(uow, provider) == 0, "it is not due yet"
    all_is_due(uow)
    assert usecases.look_after_unpaid(uow, provider) == 1
    assert (state(uow, number), names(uow)) == ("paid", ["payment_succeeded"])
    all_is_due(uow)
    assert usecases.look_after_unpaid(uow, provider) == 0


def test_what_nobody_paid_is_closed_at_its_end(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    expire(uow, number, clock.real_now() - timedelta(seconds=1))
    all_is_due(uow)
    usecases.look_after_unpaid(uow, provider)
    assert (state(uow, number), names(uow)) == ("closed", ["payment_closed"])
    assert provider.trades[number].state == "CLOSED"


def test_what_was_paid_in_time_counts_even_when_heard_after_the_end(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    ended_at = clock.real_now() - timedelta(seconds=1)
    provider.is_paid(number, ended_at - timedelta(seconds=1))
    expire(uow, number, ended_at)
    all_is_due(uow)
    usecases.look_after_unpaid(uow, provider)
    assert names(uow) == ["payment_succeeded"]


def test_a_late_payment_goes_back_by_itself_and_is_never_called_a_success(
    uow: Any, provider: FakeProvider
) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    expire(uow, number, clock.real_now() - timedelta(minutes=1))
    provider.is_paid(number, clock.real_now())
    for _ in range(2):
        usecases.record_notification(uow, provider, notice(number))
    assert (state(uow, number), names(uow)) == ("late", ["payment_late"])
    assert balances(uow) == {"wechat": 4000, "refunds": -4000}
    all_is_due(uow)
    usecases.look_after_refunds(uow, provider)
    assert list(provider.refunds) == [f"{number}-late"]
    # The order may try again: nothing of it is open or paid.
    assert usecases.create_intent(uow, provider, asking())["out_trade_no"] != number


def test_closing_finds_out_that_it_was_paid(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    with pytest.raises(AlreadyPaid):
        usecases.close_intent(uow, provider, number)
    assert names(uow) == ["payment_succeeded"]


def test_closing_twice_is_closing_once(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    for _ in range(2):
        assert usecases.close_intent(uow, provider, number)["state"] == "closed"
    assert names(uow) == ["payment_closed"]
    with pytest.raises(IntentNotFound):
        usecases.close_intent(uow, provider, "unknown1")


def test_closing_while_the_provider_is_away_closes_nothing(uow: Any, provider: FakeProvider) -> None:
    number = usecases.create_intent(uow, provider, asking())["out_trade_no"]
    provider.away = True
    with pytest.raises(ProviderAway):
        usecases.close_intent(uow, provider, number)
    assert state(uow, number) == "prepaid"


def test_what_was_closed_while_it_was_made_payable_does_not_stay_payable(uow: Any) -> None:
    class Slow(FakeProvider):
        def prepay(self, asked: Asked) -> str:
            usecases.end(uow, self, asked.out_trade_no)
            return super().prepay(asked)

    provider = Slow()
    made = usecases.create_intent(uow, provider, asking())
    assert (made["state"], made["pay"]) == ("closed", {})
    assert provider.trades[made["out_trade_no"]].state == "CLOSED"


def test_a_look_stops_at_a_provider_that_is_away_and_goes_on_later(uow: Any, provider: FakeProvider) -> None:
    numbers = [usecases.create_intent(uow, provider, asking(f"B{each}"))["out_trade_no"] for each in range(3)]
    for number in numbers:
        provider.is_paid(number, clock.real_now())
    provider.away = True
    all_is_due(uow)
    assert usecases.look_after_unpaid(uow, provider) == 0
    assert provider.calls.count("query") == 1, "two more would wait as long and hear as little"
    provider.away = False
    all_is_due(uow)
    assert usecases.look_after_unpaid(uow, provider) == 3
    assert {state(uow, number) for number in numbers} == {"paid"}
