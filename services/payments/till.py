"""FRONT DOOR: payments as an order's saga asks it (`kernel.saga.protocols.Till`), over any way of calling.

till = PaymentsTill(self.replies, "bus")
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Protocol

from kernel.errors import RemoteError
from kernel.ids import new_id
from kernel.saga.protocols import Payment
from kernel.saga.states import Refund, RefundState, Sale
from services.payments.errors import AlreadyPaid, OrderHasIntent
from services.payments.schemas import IntentState
from services.payments.schemas import RefundState as Theirs

_STATES: Final = {
    IntentState.CREATED: "open",
    IntentState.PREPAID: "open",
    IntentState.PAID: "paid",
    IntentState.PARTLY_REFUNDED: "paid",
    IntentState.REFUNDED: "paid",
    IntentState.CLOSED: "closed",
    IntentState.LATE: "late",
}
_FAR: Final = {
    Theirs.REQUESTED: RefundState.ASKED,
    Theirs.ACCEPTED: RefundState.ASKED,
    Theirs.DONE: RefundState.DONE,
    Theirs.ABNORMAL: RefundState.ABNORMAL,
    Theirs.CLOSED: RefundState.CLOSED,
}
_OVER: Final = frozenset({"closed", "late"})
_LEAST_REQUEST_ID: Final = 8


class Calls(Protocol):
    """`kernel.wire`'s Caller is one."""

    def call(self, service: str, method: str, request: dict[str, Any]) -> Any: ...


class PaymentsTill:
    """The money of one service's orders."""

    def __init__(self, calls: Calls, order_service: str) -> None:
        self._calls = calls
        self._service = order_service

    def ask(self, sale: Sale, about: str, payer: str) -> Payment:
        """create_intent. A payment that is open for another device is closed first."""
        try:
            return self._create(sale, about, payer)
        except RemoteError as exc:
            if exc.code != OrderHasIntent.code:
                raise
            before = self._intent(exc.data["out_trade_no"])
            if before.state == "open":
                before = self.close(before.out_trade_no)
            if before.state == "paid":
                return before
        return self._create(sale, about, payer)

    def look(self, order_id: str) -> Payment | None:
        """The payment of an order that is open or done, else the newest, else None."""
        asked = {"order_service": self._service, "order_id": order_id}
        found = [_payment(each) for each in self._calls.call("payments", "list_intents", asked)["intents"]]
        current = (each for each in found if each.state not in _OVER)
        return next(current, found[-1] if found else None)

    def close(self, out_trade_no: str) -> Payment:
        """close_intent, or the payment as it was paid."""
        request = {"request_id": new_id(), "out_trade_no": out_trade_no}
        try:
            return _payment(self._calls.call("payments", "close_intent", request))
        except RemoteError as exc:
            if exc.code != AlreadyPaid.code:
                raise
        return self._intent(out_trade_no)

    def refund(self, out_trade_no: str, refund: Refund) -> RefundState:
        """refund, under its own number however often it is asked for."""
        request = {
            "request_id": refund.out_refund_no.rjust(_LEAST_REQUEST_ID, "-"),
            "out_trade_no": out_trade_no,
            "out_refund_no": refund.out_refund_no,
            "amount_fen": refund.amount_fen,
            "reason": refund.reason,
        }
        return _FAR[Theirs(self._calls.call("payments", "refund", request)["state"])]

    def _create(self, sale: Sale, about: str, payer: str) -> Payment:
        request = {
            "request_id": new_id(),
            "order_service": self._service,
            "order_id": sale.id,
            "passenger_id": sale.buyer_id,
            "openid": payer,
            "amount_fen": sale.amount_fen,
            "description": about,
            "expires_at": sale.expires_at.isoformat(),
            "channel": sale.channel,
        }
        made = self._calls.call("payments", "create_intent", request)
        state = _STATES[IntentState(made["state"])]
        if state == "paid":
            return self._intent(made["out_trade_no"])
        return Payment(made["out_trade_no"], state, pay=made["pay"])

    def _intent(self, out_trade_no: str) -> Payment:
        return _payment(self._calls.call("payments", "get_intent", {"out_trade_no": out_trade_no}))


def _payment(intent: dict[str, Any]) -> Payment:
    paid_at = intent["paid_at"]
    return Payment(
        intent["out_trade_no"],
        _STATES[IntentState(intent["state"])],
        None if paid_at is None else datetime.fromisoformat(paid_at),
    )
