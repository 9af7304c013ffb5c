"""The payments service over a real broker, with a merchant at a strict WeChat Pay of the test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from deploy.broker import Broker
from kernel import clock
from kernel.ids import new_id
from services.payments import schemas
from tests.messaging.calls.harness import Answer, Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.stack import Stack
from tests.unit.payments import wechat_pay
from tests.unit.payments.wechat_pay import APPID, MCHID, Platform, platform_headers, sealed


class Merchant:
    """WeChat Pay for one merchant, over HTTP: it knows what was asked, and who has paid."""

    def __init__(self) -> None:
        self.trades: dict[str, dict[str, Any]] = {}
        platform = Platform(self._answer)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = requests.Request(
                    self.command, f"http://x{self.path}", dict(self.headers), data=body
                )
                answer = platform.send(request.prepare(), timeout=(1, 1))
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def is_paid(self, number: str) -> str:
        """The payer pays; the body of the notification about it."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self.trades[number] |= {
            "trade_state": "SUCCESS",
            "transaction_id": f"42{number[-26:]}",
            "success_time": at,
        }
        told = {"id": new_id(), "event_type": "TRANSACTION.SUCCESS", "resource": sealed(self.trades[number])}
        return json.dumps(told)

    def _answer(self, method: str, path: str, _: Any, document: Any) -> tuple[int, Any]:
        if path == "/v3/pay/transactions/native":
            number = document["out_trade_no"]
            known = {"mchid": MCHID, "appid": APPID, "out_trade_no": number, "trade_state": "NOTPAY"}
            self.trades.setdefault(number, known | {"amount": document["amount"]})
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={number}"}
        if path == "/v3/refund/domestic/refunds":
            told = {"out_trade_no": document["out_trade_no"], "out_refund_no": document["out_refund_no"]}
            done = {"status": "SUCCESS", "refund_id": "50", "success_time": "2026-11-23T17:00:00+08:00"}
            return 200, told | done | {"amount": document["amount"]}
        trade = self.trades.get(path.rpartition("/")[2])
        assert method == "GET"
        return (200, trade) if trade else (404, {"code": "ORDER_NOT_EXIST"})


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
    known = wechat_pay.settings()
    settings = {
        "WECHAT_APPID": known.appid,
        "WECHAT_SECRET": "s",
        "WECHATPAY_MCHID": known.mchid,
        "WECHATPAY_SERIAL": known.serial,
        "WECHATPAY_PRIVATE_KEY": known.private_key,
        "WECHATPAY_APIV3_KEY": known.apiv3_key,
        "WECHATPAY_PUBLIC_KEY_ID": known.public_key_id,
        "WECHATPAY_PUBLIC_KEY": known.public_key,
        "WECHATPAY_URL": merchant.url,
        "WECHATPAY_NOTIFY_URL": known.notify_url,
    }
    with temporary_folder("airport-payments-") as var:
        stack = Stack(var, broker, broker.add_vhost("payments"), SERVICES_OPS_PORT="0", **settings)
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
            merchant.server.shutdown()
            merchant.server.server_close()


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
