"""Double entry in one row: every posting moves money from one account to another, so the ledger sums to zero.

    wechat            what WeChat Pay holds for us
    order:<service>   what that service has been paid, less what it gave back
    unclaimed         money of late payments, nobody's order
    refunds           promised back to travellers, not gone yet

A posting's key says what happened, once: a second one with the same key can't be written.
Source: docs/decisions/0040-one-ledger.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.payments.domain.states import Intent, Refund
from services.payments.schemas import IntentState

WECHAT: Final = "wechat"
UNCLAIMED: Final = "unclaimed"
REFUNDS: Final = "refunds"


@dataclass(frozen=True)
class Posting:
    """amount_fen > 0 goes into `debit` and out of `credit`."""

    key: str
    debit: str
    credit: str
    amount_fen: int
    out_trade_no: str
    out_refund_no: str | None = None


def owner(intent: Intent) -> str:
    """The account that a payment belongs to."""
    return UNCLAIMED if intent.state is IntentState.LATE else f"order:{intent.order_service}"


def paid(intent: Intent) -> Posting:
    """The payment came in. intent: as it is afterwards, paid or late, with its transaction."""
    key = f"payment:{intent.transaction_id}"
    return Posting(key, WECHAT, owner(intent), intent.amount_fen, intent.out_trade_no)


def promised(intent: Intent, refund: Refund) -> Posting:
    """A refund was asked for: the money isn't the order's any more, though it is still here."""
    key = f"refund-asked:{refund.out_refund_no}"
    return Posting(key, owner(intent), REFUNDS, refund.amount_fen, intent.out_trade_no, refund.out_refund_no)


def gone(refund: Refund) -> Posting:
    """The provider has paid it back."""
    key = f"refund:{refund.out_refund_no}"
    return Posting(key, REFUNDS, WECHAT, refund.amount_fen, refund.out_trade_no, refund.out_refund_no)


def given_up(intent: Intent, refund: Refund) -> Posting:
    """The provider closed the refund: the promise is taken back."""
    key = f"refund-closed:{refund.out_refund_no}"
    return Posting(key, REFUNDS, owner(intent), refund.amount_fen, intent.out_trade_no, refund.out_refund_no)
