"""What goes back: accepted at once, done later, and sometimes not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.pay.asked import CURRENCY, RefundAsked
from deploy.sandbox.pay.orders import BEIJING, Orders, Row, instant
from deploy.sandbox.pay.refusals import PayRefused, bad_request
from deploy.sandbox.timing import Clock

_MOST: Final = 50
_YEAR_S: Final = 365 * 86_400.0
# Staff of the merchant may still send an abnormal one another way.
_STEPS: Final = {"PROCESSING": {"SUCCESS", "ABNORMAL", "CLOSED"}, "ABNORMAL": {"SUCCESS", "CLOSED"}}
ACCOUNT: Final = "招商银行信用卡0403"


class Refunds:
    """`told` is called with each refund that came to an end."""

    def __init__(self, db: Database, clock: Clock, orders: Orders, lasts_s: float) -> None:
        self._db, self._clock, self._orders = db, clock, orders
        self._lasts_s = lasts_s
        self.told: Callable[[Row], None] = lambda _: None

    def ask(self, asked: RefundAsked) -> Row:
        """Accept a refund; the same again is the same. Raises PayRefused."""
        order = self._order(asked)
        before = self._db.one("SELECT * FROM pay_refunds WHERE out_refund_no = ?", asked.out_refund_no)
        if before is not None:
            same = (order["out_trade_no"], asked.refund_fen, asked.total_fen)
            if (before["out_trade_no"], before["refund_fen"], order["total_fen"]) != same:
                raise bad_request(
                    "订单金额或退款金额与之前请求不一致，请核实后再试",
                    "This out_refund_no came before for another amount or order",
                )
            return before
        self._check(order, asked)
        return self._add(order, asked)

    def get(self, out_refund_no: str) -> Row:
        """Raises PayRefused 404 RESOURCE_NOT_EXISTS."""
        row = self._db.one("SELECT * FROM pay_refunds WHERE out_refund_no = ?", out_refund_no)
        if row is None:
            raise PayRefused(404, "RESOURCE_NOT_EXISTS", "退款单不存在", "There is no such refund")
        return row

    def of_order(self, out_trade_no: str) -> list[Row]:
        return self._db.all("SELECT * FROM pay_refunds WHERE out_trade_no = ? ORDER BY made", out_trade_no)

    def accepted_between(self, since: float, until: float) -> list[Row]:
        return self._db.all(
            "SELECT * FROM pay_refunds WHERE made >= ? AND made < ? ORDER BY made", since, until
        )

    def settle(self, out_refund_no: str, status: str) -> Row:
        """End a refund, as its bank does. Raises PayRefused for a step that there isn't."""
        row = self.get(out_refund_no)
        if status not in _STEPS.get(row["status"], set()):
            raise bad_request(
                f"{row['status']} 不能变为 {status}", f"{row['status']} doesn't become {status}"
            )
        done = self._clock.now() if status == "SUCCESS" else None
        self._db.run(
            "UPDATE pay_refunds SET status = ?, done_at = ? WHERE out_refund_no = ?",
            status,
            done,
            out_refund_no,
        )
        row = self.get(out_refund_no)
        self.told(row)
        return row

    def settle_due(self, everything: bool = False) -> int:
        """End those whose time has come (or all that are on their way); how many."""
        until = float("inf") if everything else self._clock.now()
        due = self._db.all(
            "SELECT * FROM pay_refunds JOIN pay_orders USING (out_trade_no) "
            "WHERE pay_refunds.status = 'PROCESSING' AND due <= ? ORDER BY pay_refunds.made",
            until,
        )
        for row in due:
            self.settle(row["out_refund_no"], "ABNORMAL" if row["abnormal"] else "SUCCESS")
        return len(due)

    def next_due(self) -> float | None:
        row = self._db.one("SELECT MIN(due) AS due FROM pay_refunds WHERE status = 'PROCESSING'")
        return None if row is None else row["due"]

    def document(self, row: Row) -> dict[str, Any]:
        """A refund as calls tell it."""
        found = {
            "refund_id": row["refund_id"],
            "out_refund_no": row["out_refund_no"],
            "transaction_id": row["transaction_id"],
            "out_trade_no": row["out_trade_no"],
            "channel": "ORIGINAL",
            "user_received_account": ACCOUNT,
            "create_time": instant(row["made"]),
            "status": row["status"],
            "funds_account": "AVAILABLE",
            "amount": {
                "total": row["total_fen"],
                "refund": row["refund_fen"],
                "payer_total": row["total_fen"],
                "payer_refund": row["refund_fen"],
                "settlement_refund": row["refund_fen"],
                "settlement_total": row["total_fen"],
                "discount_refund": 0,
                "currency": CURRENCY,
            },
        }
        return found | ({"success_time": instant(row["done_at"])} if row["done_at"] else {})

    def _order(self, asked: RefundAsked) -> Row:
        try:
            if asked.transaction_id:
                return self._orders.by_transaction(asked.transaction_id)
            return self._orders.get(asked.out_trade_no)
        except PayRefused as exc:
            raise PayRefused(404, "RESOURCE_NOT_EXISTS", "订单不存在", "There is no such payment") from exc

    def _check(self, order: Row, asked: RefundAsked) -> None:
        if order["transaction_id"] is None:
            raise bad_request("订单未支付，不能退款", "Nobody has paid it: nothing can go back")
        if asked.total_fen != order["total_fen"]:
            raise bad_request(
                "订单金额或退款金额与之前请求不一致，请核实后再试",
                f"amount.total is what was paid, {order['total_fen']} fen",
            )
        held = [row for row in self.of_order(order["out_trade_no"]) if row["status"] != "CLOSED"]
        left = order["total_fen"] - sum(row["refund_fen"] for row in held)
        if asked.refund_fen > left:
            raise bad_request(
                "订单已全额退款" if not left else "退款金额大于可退金额",
                f"Only {left} fen of this payment can still go back",
            )
        if len(held) >= _MOST:
            raise bad_request("部分退款次数超过50次", f"A payment goes back in {_MOST} parts at most")
        if self._clock.now() - order["paid_at"] > _YEAR_S:
            raise bad_request("交易时间超过一年的订单无法提交退款", "It was paid more than a year ago")

    def _add(self, order: Row, asked: RefundAsked) -> Row:
        now = self._clock.now()
        day = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d")
        refund_id = f"5030{secrets.randbelow(10**6):06d}{day}{secrets.randbelow(10**11):011d}"
        self._db.run(
            "INSERT INTO pay_refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'PROCESSING', ?, ?, NULL)",
            asked.out_refund_no, refund_id, order["out_trade_no"], order["transaction_id"], asked.refund_fen,
            order["total_fen"], asked.reason, asked.notify_url, now, now + self._lasts_s,
        )  # fmt: skip
        self._orders.note_refund(order["out_trade_no"])
        return self.get(asked.out_refund_no)
