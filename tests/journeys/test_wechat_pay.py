"""Payments, the gateway and the sandbox's WeChat Pay as real processes: every way that money goes, and comes back."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.broker import Broker
from deploy.processes import wait_until
from kernel import clock
from kernel.ids import new_id
from tests.messaging.calls.harness import Answer, Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.sandbox import Person, Sandbox
from tests.support.stack import Stack


class Suite:
    """Payments and the gateway, with the sandbox's merchant."""

    def __init__(self, stack: Stack, wechat: Sandbox) -> None:
        self.stack, self.wechat = stack, wechat
        self.wire = Wire(stack.amqp_url)
        self.ann: Person = wechat.person("Ann", language="en")

    def answer(self, method: str, **request: Any) -> Answer:
        return self.wire.call("payments", method, request)

    def call(self, method: str, **request: Any) -> Any:
        answer = self.answer(method, **request)
        assert answer.error is None, answer.error
        return answer.result

    def ask(self, order_id: str, **changes: Any) -> dict[str, Any]:
        """Have payments ask Ann for 40 yuan on a page of WeChat."""
        request = {
            "request_id": new_id(),
            "order_service": "bus",
            "order_id": order_id,
            "passenger_id": "p1",
            "openid": self.ann.openid,
            "amount_fen": 4000,
            "description": "机场巴士 1 线, 两位成人",
            "expires_at": (clock.real_now() + timedelta(minutes=15)).isoformat(),
            "channel": "jsapi",
        }
        made: dict[str, Any] = self.call("create_intent", **request | changes)
        return made

    def wait(self, number: str, state: str, within_s: float = 8.0) -> dict[str, Any]:
        """The intent, once it is in that state."""
        found: dict[str, Any] = {}

        def there() -> bool:
            found.update(self.call("get_intent", out_trade_no=number))
            return bool(found["state"] == state)

        eventually(there, within_s)
        return found

    def balances(self, order_id: str) -> dict[str, int]:
        found: dict[str, int] = self.call("trace", order_service="bus", order_id=order_id)["balances"]
        return found

    def refund(self, number: str, refund_no: str, amount_fen: int) -> dict[str, Any]:
        asked = {
            "out_trade_no": number,
            "out_refund_no": refund_no,
            "amount_fen": amount_fen,
            "reason": "退票",
        }
        found: dict[str, Any] = self.call("refund", request_id=new_id(), **asked)
        return found


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with temporary_folder("airport-wechat-pay-") as var:
        stack = Stack(var, broker, broker.add_vhost("wechat-pay"))
        with Sandbox(var, stack.base_url, SANDBOX_REFUND_S="600") as wechat:
            stack.environ |= wechat.environ | {"SERVICES_OPS_PORT": "0"}
            stack.migrate()
            services = stack.run("services", "-m", "deploy.serve", "payments")
            stack.start_gateway()
            try:
                ready = wait_until(lambda: '"ready"' in stack.log("services") and answers(stack), 30.0)
                assert ready, stack.log("services") + stack.log("gateway")
                made = Suite(stack, wechat)
                yield made
                made.wire.close()
            finally:
                stack.stop_gateway()
                services.stop()


def answers(stack: Stack) -> bool:
    try:
        with urllib.request.urlopen(f"{stack.base_url}/healthz", timeout=1.0):
            return True
    except (OSError, urllib.error.URLError):
        return False


def test_money_goes_and_comes_back_in_parts(suite: Suite) -> None:
    made = suite.ask("W1")
    number = made["out_trade_no"]
    assert suite.ann.pay(made["pay"])["trade_state"] == "SUCCESS"
    suite.wait(number, "paid")
    assert [one["state"] for one in suite.wechat.pay_notices(out_trade_no=number)] == ["heard"]
    assert suite.refund(number, "W1-r1", 1500)["state"] == "accepted"
    assert suite.refund(number, "W1-r2", 2500)["state"] == "accepted"
    assert suite.wechat.settle_refunds() == 2
    suite.wait(number, "refunded")
    assert suite.balances("W1") == {"wechat": 0, "order:bus": 0, "refunds": 0}
    assert [one["status"] for one in suite.ann.payments[0]["refunds"]] == ["SUCCESS", "SUCCESS"]
