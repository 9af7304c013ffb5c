"""A provider in memory: payers pay, refunds take their time, and it can be away or lose what it was to tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from services.payments.clients import NoAnswer, NotGenuine, Refused
from services.payments.domain import (
    Asked,
    AskedRefund,
    Bill,
    Merchant,
    Notice,
    RefundAnswer,
    RefundStatus,
    Trade,
    TradeState,
)

OURS = Merchant("1900000001", "wx0000000000000001")


class FakeProvider:
    def __init__(self) -> None:
        self.merchant = OURS
        self.connected = True
        self.away = False
        self.refuses = ""
        self.loses_answers = False
        self.trades: dict[str, Trade] = {}
        self.asked: dict[str, Asked] = {}
        self.refunds: dict[str, RefundAnswer] = {}
        self.bills: dict[date, str | None] = {}
        self.calls: list[str] = []

    def prepay(self, asked: Asked) -> str:
        self._called("prepay")
        self.asked[asked.out_trade_no] = asked
        self.trades.setdefault(asked.out_trade_no, Trade(OURS, asked.out_trade_no, TradeState.NOTPAY))
        self._answered()
        return f"wx-{asked.out_trade_no}"

    def page_parameters(self, prepay_id: str) -> dict[str, str]:
        return {"package": f"prepay_id={prepay_id}"}

    def query(self, out_trade_no: str) -> Trade | None:
        self._called("query")
        return self.trades.get(out_trade_no)

    def close(self, out_trade_no: str) -> None:
        self._called("close")
        trade = self.trades.get(out_trade_no)
        if trade is None:
            raise Refused(404, "ORDER_NOT_EXIST")
        if trade.state.paid:
            raise Refused(400, "ORDERPAID")
        self.trades[out_trade_no] = replace(trade, state=TradeState.CLOSED)
        self._answered()

    def refund(self, asked: AskedRefund) -> RefundAnswer:
        self._called("refund")
        trade = self.trades[asked.out_trade_no]
        assert trade.state.paid, "a refund for what nobody paid"
        before = self.refunds.get(asked.out_refund_no)
        if before is None:
            gone = sum(
                each.amount_fen
                for each in self.refunds.values()
                if each.out_trade_no == asked.out_trade_no and each.status is not RefundStatus.CLOSED
            )
            assert trade.amount_fen is not None
            assert gone + asked.amount_fen <= trade.amount_fen, "more goes back than was paid"
            self.refunds[asked.out_refund_no] = RefundAnswer(
                asked.out_refund_no, asked.out_trade_no, RefundStatus.PROCESSING, "r1", asked.amount_fen
            )
        self._answered()
        return self.refunds[asked.out_refund_no]

    def query_refund(self, out_refund_no: str) -> RefundAnswer | None:
        self._called("query_refund")
        return self.refunds.get(out_refund_no)

    def trade_bill(self, day: date) -> Bill | None:
        self._called("bill")
        return Bill(day, self.bills[day]) if day in self.bills else None

    def opened(self, headers: Mapping[str, str], body: str, now: datetime) -> Notice:
        """The body of a genuine one is {"id", "event_type", "out_trade_no", …} in the clear."""
        if headers.get("Wechatpay-Signature") != "good":
            raise NotGenuine("signature")
        said = json.loads(body)
        trade = (
            self.trades.get(said["out_trade_no"]) if said["event_type"].startswith("TRANSACTION") else None
        )
        if trade is not None and "amount_fen" in said:
            trade = replace(trade, state=TradeState.SUCCESS, amount_fen=said["amount_fen"])
        return Notice(
            said["id"],
            said["event_type"],
            said.get("mchid", OURS.mchid),
            said["out_trade_no"],
            said.get("out_refund_no", ""),
            trade,
        )

    def is_paid(self, out_trade_no: str, at: datetime, transaction_id: str = "") -> None:
        """The payer pays, unless it is closed: then the provider takes nothing."""
        trade = self.trades[out_trade_no]
        assert trade.state is TradeState.NOTPAY, "nobody can pay it"
        self.trades[out_trade_no] = replace(
            trade,
            state=TradeState.SUCCESS,
            transaction_id=transaction_id or f"42{out_trade_no[-26:]}",
            amount_fen=self.asked[out_trade_no].amount_fen,
            currency="CNY",
            paid_at=at,
        )

    def refund_ends(self, out_refund_no: str, status: RefundStatus, at: datetime) -> None:
        self.refunds[out_refund_no] = replace(self.refunds[out_refund_no], status=status, settled_at=at)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.away:
            raise NoAnswer("away")
        if self.refuses:
            raise Refused(403, self.refuses)

    def _answered(self) -> None:
        """It is done, and nobody hears of it."""
        if self.loses_answers:
            raise NoAnswer("lost")
