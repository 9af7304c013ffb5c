"""The till that order services ask, over the use cases of payments: what the saga hears of each state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from kernel.errors import RemoteError, ServiceError
from kernel.saga.states import Refund, RefundState, Sale
from kernel.saga.steps import opened
from services.payments import schemas, usecases
from services.payments.till import PaymentsTill
from tests.fakes.payments_provider import FakeProvider
from tests.fakes.payments_store import FakePaymentsStore
from tests.fakes.uow import FakeUnitOfWork
from tests.store.payments.desk import notice

SCHEMAS = {
    "create_intent": schemas.CreateIntentSchema(),
    "get_intent": schemas.OutTradeNoSchema(),
    "close_intent": schemas.CloseIntentSchema(),
    "refund": schemas.RefundSchema(),
    "list_intents": schemas.OrderSchema(),
}


class Payments:
    """The service, called without a broker: arguments are checked and errors travel as they do for real."""

    def __init__(self) -> None:
        self.uow: Any = FakeUnitOfWork(FakePaymentsStore())
        self.provider = FakeProvider()

    def call(self, service: str, method: str, request: dict[str, Any]) -> Any:
        assert service == "payments"
        try:
            return self._answer(method, SCHEMAS[method].load(request))
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc

    def _answer(self, method: str, request: dict[str, Any]) -> Any:
        if method == "list_intents":
            return usecases.list_intents(self.uow, request["order_service"], request["order_id"])
        if method == "get_intent":
            return usecases.get_intent(self.uow, request["out_trade_no"])
        if method == "close_intent":
            return usecases.close_intent(self.uow, self.provider, request["out_trade_no"])
        work = {"create_intent": usecases.create_intent, "refund": usecases.refund}[method]
        return work(self.uow, self.provider, request)

    def is_paid(self, number: str) -> None:
        self.provider.is_paid(number, clock.real_now())
        usecases.record_notification(self.uow, self.provider, notice(number))


@pytest.fixture
def payments() -> Payments:
    return Payments()


@pytest.fixture
def till(payments: Payments) -> PaymentsTill:
    return PaymentsTill(payments, "bus")


def sale(channel: str = "native") -> Sale:
    made = opened("p1", 4000, "CNY", clock.real_now(), timedelta(minutes=15))
    return Sale(**vars(made) | {"channel": channel})


def test_the_same_order_gets_the_same_payment(till: PaymentsTill) -> None:
    order = sale()
    first = till.ask(order, "机场大巴", "")
    assert (first.state, bool(first.pay)) == ("open", True)
    assert till.ask(order, "机场大巴", "") == first
    known = till.look(order.id)
    assert known is not None
    assert (known.out_trade_no, known.state) == (first.out_trade_no, "open")
    assert till.look("another") is None


def test_another_device_gets_another_payment_after_the_first_is_closed(
    till: PaymentsTill, payments: Payments
) -> None:
    order = sale()
    first = till.ask(order, "机场大巴", "")
    phone = Sale(**vars(order) | {"channel": "jsapi"})
    second = till.ask(phone, "机场大巴", "openid-1")
    assert second.out_trade_no != first.out_trade_no
    states = [each["state"] for each in payments.call("payments", "list_intents", _order(order))["intents"]]
    assert sorted(states) == ["closed", "prepaid"]
    assert till.look(order.id) is not None


def test_what_is_paid_by_the_first_device_is_not_asked_for_again(
    till: PaymentsTill, payments: Payments
) -> None:
    order = sale()
    first = till.ask(order, "机场大巴", "")
    payments.provider.is_paid(first.out_trade_no, clock.real_now())
    paid = till.ask(Sale(**vars(order) | {"channel": "jsapi"}), "机场大巴", "openid-1")
    assert (paid.out_trade_no, paid.state) == (first.out_trade_no, "paid")
    assert paid.paid_at is not None


def test_closing_says_whether_it_was_paid_after_all(till: PaymentsTill, payments: Payments) -> None:
    open_, paid = till.ask(sale(), "机场大巴", ""), till.ask(sale(), "机场大巴", "")
    payments.is_paid(paid.out_trade_no)
    assert [till.close(each.out_trade_no).state for each in (open_, open_, paid)] == [
        "closed",
        "closed",
        "paid",
    ]


def test_a_refund_goes_under_its_own_number_however_often_it_is_asked_for(
    till: PaymentsTill, payments: Payments
) -> None:
    order = sale()
    number = till.ask(order, "机场大巴", "").out_trade_no
    refund = Refund(f"{order.id}-1", order.id, 1, 1500, "旅客退票", clock.real_now())
    with pytest.raises(RemoteError) as refused:
        till.refund(number, refund)
    assert refused.value.code == "payments.not_paid"
    payments.is_paid(number)
    assert till.refund(number, refund) in (RefundState.ASKED, RefundState.DONE)
    till.refund(number, refund)
    assert list(payments.provider.refunds) == [refund.out_refund_no]


def _order(order: Sale) -> dict[str, Any]:
    return {"order_service": "bus", "order_id": order.id}
