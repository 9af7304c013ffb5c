"""The rules of payments: what may follow what, how money is booked, how the bill compares. Pure."""

from __future__ import annotations

from services.payments.domain import ledger
from services.payments.domain.bills import (
    BillLine,
    Difference,
    Gap,
    LineKind,
    UnreadableBill,
    differences,
    fen,
    lines_of,
)
from services.payments.domain.ledger import Posting
from services.payments.domain.states import (
    FIRST_LOOK,
    INTENT_STEPS,
    OPEN,
    PREPAY_LIVES,
    REFUND_STEPS,
    Intent,
    Refund,
    Verdict,
    judge,
    late_refund_no,
    next_look_at,
    next_try_at,
    refund_state,
    refunded_state,
)
from services.payments.domain.trades import (
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

__all__ = [
    "FIRST_LOOK",
    "INTENT_STEPS",
    "OPEN",
    "PREPAY_LIVES",
    "REFUND_STEPS",
    "Asked",
    "AskedRefund",
    "Bill",
    "BillLine",
    "Difference",
    "Gap",
    "Intent",
    "LineKind",
    "Merchant",
    "Notice",
    "Posting",
    "Refund",
    "RefundAnswer",
    "RefundStatus",
    "Trade",
    "TradeState",
    "UnreadableBill",
    "Verdict",
    "differences",
    "fen",
    "judge",
    "late_refund_no",
    "ledger",
    "lines_of",
    "next_look_at",
    "next_try_at",
    "refund_state",
    "refunded_state",
]
