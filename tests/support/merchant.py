"""A strict WeChat Pay for one merchant, over HTTP: every signature is checked, and everything it did can be asked."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from kernel.ids import new_id
from tests.unit.payments import wechat_pay
from tests.unit.payments.wechat_pay import APPID, MCHID, Platform, sealed


class Merchant:
    """WeChat Pay for one merchant, over HTTP: it knows what was asked, who has paid, and what went back.

    refunds: by out_refund_no, what was given back under it.
    """

    def __init__(self) -> None:
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
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

    def settings(self) -> dict[str, str]:
        """The environment of a payments service that is connected to it."""
        known = wechat_pay.settings()
        return {
            "WECHAT_APPID": known.appid,
            "WECHAT_SECRET": "s",
            "WECHATPAY_MCHID": known.mchid,
            "WECHATPAY_SERIAL": known.serial,
            "WECHATPAY_PRIVATE_KEY": known.private_key,
            "WECHATPAY_APIV3_KEY": known.apiv3_key,
            "WECHATPAY_PUBLIC_KEY_ID": known.public_key_id,
            "WECHATPAY_PUBLIC_KEY": known.public_key,
            "WECHATPAY_URL": self.url,
            "WECHATPAY_NOTIFY_URL": known.notify_url,
        }

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

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
            return 200, self._refunded(document)
        name = path.rpartition("/")[2]
        if path.startswith("/v3/refund/"):
            refund = self.refunds.get(name)
            return (200, refund) if refund else (404, {"code": "RESOURCE_NOT_EXISTS"})
        if name == "close":
            trade = self.trades[path.rpartition("/")[0].rpartition("/")[2]]
            if trade["trade_state"] == "SUCCESS":
                return 400, {"code": "ORDERPAID"}
            trade["trade_state"] = "CLOSED"
            return 204, b""
        trade = self.trades.get(name)
        assert method == "GET"
        return (200, trade) if trade else (404, {"code": "ORDER_NOT_EXIST"})

    def _refunded(self, document: Any) -> dict[str, Any]:
        """One number is one refund, however often it is asked for."""
        told = {"out_trade_no": document["out_trade_no"], "out_refund_no": document["out_refund_no"]}
        done = {"status": "SUCCESS", "refund_id": "50", "success_time": "2026-11-23T17:00:00+08:00"}
        refund = self.refunds.setdefault(
            document["out_refund_no"], told | done | {"amount": document["amount"]}
        )
        assert refund["amount"] == document["amount"]
        return refund
