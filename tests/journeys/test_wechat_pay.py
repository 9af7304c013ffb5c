"""Payments, the gateway and the sandbox's WeChat Pay as real processes: every way that money goes, and comes back."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from deploy.broker import Broker
from deploy.processes import wait_until
from deploy.sandbox.pay.signatures import PROBE
from kernel import clock
from kernel.db import Database
from kernel.ids import new_id
from services.payments.clients import BEIJING
from services.payments.store.tables import INTENTS
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
        self.start_payments()

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

    def told(self, number: str) -> list[tuple[str, str, int]]:
        """What the sandbox has to tell of an order: event, state, tries."""
        found = self.wechat.pay_notices(out_trade_no=number)
        return [(one["event_type"], one["state"], one["tries"]) for one in found]

    def look_now(self, number: str) -> None:
        """Make the timer's look at an unpaid intent due, as half a minute does."""
        with Database(f"sqlite:///{self.stack.var}/payments.sqlite3").engine.begin() as connection:
            due = {"look_at": clock.real_now() - timedelta(seconds=1)}
            connection.execute(update(INTENTS).where(INTENTS.c.out_trade_no == number).values(due))

    def start_payments(self) -> None:
        self.services = self.stack.run("services", "-m", "deploy.serve", "payments")

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
            stack.start_gateway()
            made = Suite(stack, wechat)
            try:
                ready = wait_until(lambda: '"ready"' in stack.log("services") and answers(stack), 30.0)
                assert ready, stack.log("services") + stack.log("gateway")
                yield made
            finally:
                made.wire.close()
                stack.stop_gateway()
                made.services.stop()


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


def test_who_pays_twice_and_is_told_twice_pays_once(suite: Suite) -> None:
    made = suite.ask("W2")
    number = made["out_trade_no"]
    # A wrong signature comes first: the gateway must refuse what payments doesn't believe.
    suite.wechat.probe_next_notification()
    suite.ann.pay(made["pay"], how="twice")
    assert suite.wait(number, "paid")["amount_fen"] == 4000
    eventually(lambda: suite.told(number) == [("TRANSACTION.SUCCESS", "heard", 2)], 30.0)
    assert suite.balances("W2") == {"wechat": 4000, "order:bus": -4000}
    probes = [one for one in suite.wechat.log("pay") if one["title"] == PROBE]
    assert [(one["level"], one["detail"]["status"]) for one in probes][-1] == ("ok", 401)


def test_what_is_closed_can_not_be_paid_and_what_is_paid_not_closed(suite: Suite) -> None:
    closed, paid = (suite.ask(order) for order in ("W3", "W4"))
    number = closed["out_trade_no"]
    assert suite.call("close_intent", request_id=new_id(), out_trade_no=number)["state"] == "closed"
    with pytest.raises(AssertionError, match="It was closed"):
        suite.ann.pay(closed["pay"])
    suite.ann.pay(paid["pay"], how="lost")
    refused = suite.answer("close_intent", request_id=new_id(), out_trade_no=paid["out_trade_no"])
    assert refused.document["code"] == "payments.already_paid"
    assert suite.wait(paid["out_trade_no"], "paid")["transaction_id"]


def test_the_timers_find_what_was_lost_and_send_back_what_came_late(suite: Suite) -> None:
    lost = suite.ask("W5", channel="native", openid="")
    number = lost["out_trade_no"]
    suite.wechat.lose_notification()
    suite.wechat.person("Eve", language="en").pay(lost["pay"])
    assert suite.told(number) == [("TRANSACTION.SUCCESS", "lost", 0)]
    assert suite.call("get_intent", out_trade_no=number)["state"] == "prepaid"
    late = suite.ask("W6")
    suite.ann.pay(late["pay"], how="late")
    suite.wait(late["out_trade_no"], "late")
    suite.look_now(number)
    suite.wait(number, "paid", 15.0)
    eventually(lambda: suite.wechat.pay_order(late["out_trade_no"])["refunds"], 30.0)
    suite.wechat.settle_refunds()
    eventually(lambda: suite.balances("W6") == {"wechat": 0, "unclaimed": 0, "refunds": 0}, 30.0)


def test_an_abnormal_refund_waits_for_people_and_is_done_after_all(suite: Suite) -> None:
    made = suite.ask("W7")
    number = made["out_trade_no"]
    suite.ann.pay(made["pay"], abnormal=True)
    suite.wait(number, "paid")
    suite.refund(number, "W7-r1", 4000)
    suite.wechat.settle_refunds()
    eventually(
        lambda: [one["out_refund_no"] for one in suite.call("list_abnormal")["refunds"]] == ["W7-r1"], 8.0
    )
    assert suite.call("get_intent", out_trade_no=number)["state"] == "paid"
    suite.wechat.end_refund("W7-r1", "SUCCESS")
    suite.wait(number, "refunded")
    assert suite.call("list_abnormal")["refunds"] == []


def test_refusals_reach_the_ledger_as_nothing(suite: Suite) -> None:
    made = suite.ask("W8")
    number = made["out_trade_no"]
    suite.ann.pay(made["pay"])
    suite.wait(number, "paid")
    suite.wechat.fail("/v3/refund/domestic/refunds", status=403, code="NOT_ENOUGH")
    asked = suite.refund(number, "W8-r1", 100)
    assert (asked["state"], asked["provider_code"]) == ("requested", "NOT_ENOUGH")
    # The answer to the repeat is lost after it was done: the next finds it by its number.
    suite.wechat.fail("/v3/refund/domestic/refunds", lost=True)
    suite.refund(number, "W8-r1", 100)
    assert suite.refund(number, "W8-r1", 100)["state"] == "accepted"
    assert len(suite.wechat.pay_order(number)["refunds"]) == 1


def test_the_days_bill_holds_what_the_ledger_holds(suite: Suite) -> None:
    """Last: it turns the platform's clock to the morning on which the bill is made."""
    suite.wechat.settle_refunds()
    intent = suite.call("trace", order_service="bus", order_id="W1")["intents"][0]
    day = datetime.fromisoformat(intent["paid_at"]).astimezone(BEIJING).date()
    now = datetime.fromisoformat(suite.wechat.get("state")["now"])
    morning = datetime.combine(day + timedelta(days=1), time(10, 1), BEIJING)
    early = suite.answer("reconcile", day=day.isoformat())
    assert early.document["code"] == "payments.provider_refuses"
    suite.wechat.clock((morning - now).total_seconds())
    result = suite.call("reconcile", day=day.isoformat())
    assert result["differences"] == []
    assert result["lines"] >= 10
    traced = suite.call("trace", order_service="bus", order_id="W1")
    assert {one["bill_day"] for one in traced["postings"] if one["key"].startswith("payment:")} == {
        day.isoformat()
    }


@pytest.mark.long
def test_a_notification_that_found_nobody_home_comes_again(suite: Suite) -> None:
    suite.wechat.do("clock", reset=True)
    made = suite.ask("W9")
    number = made["out_trade_no"]
    suite.services.stop()
    suite.ann.pay(made["pay"])
    eventually(lambda: suite.wechat.pay_notices(out_trade_no=number)[0]["answered"] == "503", 30.0)
    suite.start_payments()
    suite.wechat.clock(16)
    suite.wait(number, "paid", 15.0)
