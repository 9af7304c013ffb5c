"""The payments service over a real broker, with a merchant at a strict WeChat Pay of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.broker import Broker
from kernel import clock
from kernel.ids import new_id
from services.payments import schemas
from tests.messaging.calls.harness import Answer, Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.merchant import Merchant
from tests.support.stack import Stack
from tests.unit.payments.wechat_pay import platform_headers


class Suite:
    def __init__(self, stack: Stack, merchant: Merchant) -> None:
        self.merchant = merchant
        self.wire = Wire(stack.amqp_url)

    def answer(self, method: str, **request: Any) -> Answer:
        return self.wire.call("payments", method, request)

    def call(self, method: str, **request: Any) -> Any:
        answer = self.answer(method, **request)
        assert answer.error is None, answer.error
        return answer.result

    def ask(self, order_id: str, **changes: Any) -> Any:
        request = {
            "request_id": new_id(),
            "order_service": "bus",
            "order_id": order_id,
            "passenger_id": "p1",
            "amount_fen": 4000,
            "description": "机场巴士 1 线",
            "expires_at": (clock.real_now() + timedelta(minutes=15)).isoformat(),
            "channel": "native",
        }
        return self.call("create_intent", **request | changes)


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    merchant = Merchant()
    with temporary_folder("airport-payments-") as var:
        stack = Stack(var, broker, broker.add_vhost("payments"), SERVICES_OPS_PORT="0", **merchant.settings())
        (var / "log").mkdir()
        stack.migrate()
        process = stack.run("services", "-m", "deploy.serve", "payments")
        try:
            eventually(lambda: process.returncode is not None or '"ready"' in stack.log("services"), 30.0)
            assert process.returncode is None, stack.log("services")
            made = Suite(stack, merchant)
            yield made
            made.wire.close()
        finally:
            process.stop()
            merchant.close()


def test_an_order_is_paid_told_and_given_back(suite: Suite) -> None:
    made = suite.ask("B1")
    assert schemas.CreatedIntentSchema().validate(made) == {}
    number = made["out_trade_no"]
    assert made["pay"] == {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"}
    body = suite.merchant.is_paid(number)
    headers = platform_headers(body.encode())
    told = suite.call("record_notification", request_id=new_id(), headers=headers, body=body)
    assert told["state"] == "applied"
    intent = suite.call("get_intent", out_trade_no=number)
    assert schemas.IntentSchema().validate(intent) == {}
    assert (intent["state"], intent["transaction_id"]) == ("paid", f"42{number[-26:]}")
    part = {"out_trade_no": number, "out_refund_no": "B1-r1", "amount_fen": 1500, "reason": "returned"}
    refund = suite.call("refund", request_id=new_id(), **part)
    assert schemas.RefundResultSchema().validate(refund) == {}
    assert refund["state"] == "done"
    traced = suite.call("trace", order_service="bus", order_id="B1")
    assert traced["balances"] == {"wechat": 2500, "order:bus": -2500, "refunds": 0}
    assert suite.call("list_abnormal") == {"refunds": [], "notifications": [], "differences": []}


@pytest.mark.long
def test_a_lost_notification_is_found_by_the_services_own_timer(suite: Suite) -> None:
    number = suite.ask("B2")["out_trade_no"]
    suite.merchant.is_paid(number)
    eventually(lambda: suite.call("get_intent", out_trade_no=number)["state"] == "paid", 60.0)


def test_refusals_come_by_name(suite: Suite) -> None:
    number = suite.ask("B3")["out_trade_no"]
    body = suite.merchant.is_paid(number)
    forged = platform_headers(body.encode()) | {"Wechatpay-Signature": "abc="}
    for method, request, code in (
        (
            "record_notification",
            {"request_id": new_id(), "headers": forged, "body": body},
            "bad_notification",
        ),
        ("get_intent", {"out_trade_no": "unknown1"}, "not_found"),
        ("get_intent", {"out_trade_no": "no"}, "bad_request"),
    ):
        assert suite.answer(method, **request).document["code"] == f"payments.{code}"
