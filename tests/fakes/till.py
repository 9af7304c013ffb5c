"""Who takes the money, in memory: payments as an order's saga sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from kernel import clock
from kernel.db import refuse_in_write_unit
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.saga.protocols import Payment
from kernel.saga.states import Refund, RefundState, Sale


@dataclass
class FakeTill:
    """One payment an order; refuses to be asked inside a transaction, as a real call does.

    away: asked for before each call and after what it did: True, and nobody hears the answer.
    """

    payments: dict[str, Payment] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refunds: dict[str, Refund] = field(default_factory=dict)
    far: RefundState = RefundState.ASKED
    away: Callable[[str], bool] = lambda call: False
    meanwhile: Callable[[], None] = lambda: None

    def ask(self, sale: Sale, about: str, payer: str) -> Payment:
        self._called("ask", sale.id)
        assert about
        before = self.look_quietly(sale.id)
        if before is None or before.state not in ("open", "paid"):
            before = Payment(new_id(), "open", pay={"code_url": f"weixin://{sale.id}/{sale.channel}"})
            self.payments[before.out_trade_no] = before
            self.orders.setdefault(sale.id, []).append(before.out_trade_no)
        self._answered("ask")
        return before

    def look(self, order_id: str) -> Payment | None:
        self._called("look", order_id)
        self._answered("look")
        return self.look_quietly(order_id)

    def close(self, out_trade_no: str) -> Payment:
        self._called("close", out_trade_no)
        if self.payments[out_trade_no].state == "open":
            self.payments[out_trade_no] = replace(self.payments[out_trade_no], state="closed")
        self._answered("close")
        return self.payments[out_trade_no]

    def refund(self, out_trade_no: str, refund: Refund) -> RefundState:
        self._called("refund", refund.out_refund_no)
        assert self.payments[out_trade_no].state == "paid"
        before = self.refunds.setdefault(refund.out_refund_no, refund)
        assert before.amount_fen == refund.amount_fen
        self._answered("refund")
        return self.far

    def look_quietly(self, order_id: str) -> Payment | None:
        mine = [self.payments[no] for no in self.orders.get(order_id, ())]
        return next((each for each in mine if each.state in ("open", "paid")), mine[-1] if mine else None)

    def paid(self, order_id: str, at: datetime | None = None) -> Payment:
        """The payer pays."""
        payment = self.look_quietly(order_id)
        assert payment is not None
        assert payment.state == "open"
        payment = replace(payment, state="paid", paid_at=at or clock.real_now())
        self.payments[payment.out_trade_no] = payment
        return payment

    def _called(self, call: str, about: str) -> None:
        refuse_in_write_unit("the till")
        self.asked.append((call, about))
        self.meanwhile()
        if self.away(f"before {call}"):
            raise Unavailable(part="payments")

    def _answered(self, call: str) -> None:
        if self.away(f"after {call}"):
            raise Unavailable(part="payments")
