"""What may become of intents and refunds, and what a provider's word makes of them.

created ──► prepaid ──► paid ──► partly_refunded ──► refunded
   │           │
   ├──► closed ┤            closed ──► late: money that comes after the end goes back by itself
   └──► late ◄─┘
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.payments.domain.trades import Merchant, RefundStatus, Trade
from services.payments.schemas import CURRENCY, Channel, IntentState, RefundState

_S = IntentState
INTENT_STEPS: Final[dict[IntentState, frozenset[IntentState]]] = {
    _S.CREATED: frozenset({_S.PREPAID, _S.PAID, _S.CLOSED, _S.LATE}),
    _S.PREPAID: frozenset({_S.PAID, _S.CLOSED, _S.LATE}),
    _S.PAID: frozenset({_S.PARTLY_REFUNDED, _S.REFUNDED}),
    _S.PARTLY_REFUNDED: frozenset({_S.PARTLY_REFUNDED, _S.REFUNDED}),
    _S.REFUNDED: frozenset(),
    _S.CLOSED: frozenset({_S.LATE}),
    _S.LATE: frozenset(),
}
_R = RefundState
REFUND_STEPS: Final[dict[RefundState, frozenset[RefundState]]] = {
    _R.REQUESTED: frozenset({_R.ACCEPTED, _R.DONE, _R.ABNORMAL, _R.CLOSED}),
    _R.ACCEPTED: frozenset({_R.DONE, _R.ABNORMAL, _R.CLOSED}),
    # Staff send an abnormal refund another way, in the provider's console; then it is done after all.
    _R.ABNORMAL: frozenset({_R.DONE, _R.CLOSED}),
    _R.DONE: frozenset(),
    _R.CLOSED: frozenset(),
}
OPEN: Final = frozenset({_S.CREATED, _S.PREPAID})

FIRST_LOOK: Final = timedelta(seconds=30)
_LOOK_OFTEN_FOR: Final = timedelta(minutes=30)
_LOOK_OFTEN: Final = timedelta(seconds=30)
_LOOK_SELDOM: Final = timedelta(seconds=60)
PREPAY_LIVES: Final = timedelta(minutes=110)
"""The provider keeps a prepay_id for two hours. Source: standards.md."""
_RETRY_FIRST: Final = timedelta(seconds=10)
_RETRY_LAST: Final = timedelta(minutes=30)
_DOUBLINGS: Final = 8


@dataclass(frozen=True)
class Intent:
    """A payment that an order asks for. promised_fen: refunds asked for and not given up."""

    out_trade_no: str
    order_service: str
    order_id: str
    passenger_id: str
    channel: Channel
    amount_fen: int
    description: str
    created_at: datetime
    expires_at: datetime
    state: IntentState = IntentState.CREATED
    currency: str = CURRENCY
    prepay: str = ""
    prepaid_at: datetime | None = None
    transaction_id: str | None = None
    paid_at: datetime | None = None
    promised_fen: int = 0
    refunded_fen: int = 0
    version: int = 1

    def same_question(self, other: Intent) -> bool:
        """Whether both ask the same payer for the same money in the same way."""
        return (self.channel, self.amount_fen, self.passenger_id) == (
            other.channel,
            other.amount_fen,
            other.passenger_id,
        )


@dataclass(frozen=True)
class Refund:
    """Money that goes back for a payment. provider_code: the provider's last refusal."""

    out_refund_no: str
    out_trade_no: str
    amount_fen: int
    reason: str
    requested_at: datetime
    state: RefundState = RefundState.REQUESTED
    refund_id: str | None = None
    settled_at: datetime | None = None
    provider_code: str | None = None
    attempts: int = 0


class Verdict(StrEnum):
    """What a trade says of an intent."""

    WAIT = "wait"
    PAID = "paid"
    LATE = "late"
    OVER = "over"
    KNOWN = "known"  # already in our books, by the same transaction
    OTHER_MERCHANT = "other_merchant"
    OTHER_ORDER = "other_order"
    OTHER_AMOUNT = "other_amount"
    OTHER_TRANSACTION = "other_transaction"  # the same order number, paid by another transaction

    @property
    def wrong(self) -> bool:
        """Nothing may be booked from it; people look at it."""
        return self.value.startswith("other_")


def judge(intent: Intent, trade: Trade, ours: Merchant) -> Verdict:
    """What the provider's answer means for an intent.

    A payment is late when it was made after `expires_at`, or when the intent was closed before: the order's
    hold may be gone by then, and what was held may be sold. It must go back, and nobody may fulfil it.
    Source: issue "Money and bus tickets", "Late payment of a lapsed hold".
    """
    if trade.merchant != ours:
        return Verdict.OTHER_MERCHANT
    if trade.out_trade_no != intent.out_trade_no:
        return Verdict.OTHER_ORDER
    if not trade.state.paid:
        return Verdict.OVER if trade.state.over and intent.state in OPEN else Verdict.WAIT
    if trade.amount_fen != intent.amount_fen or trade.currency != intent.currency:
        return Verdict.OTHER_AMOUNT
    if intent.transaction_id is not None:
        same = trade.transaction_id == intent.transaction_id
        return Verdict.KNOWN if same else Verdict.OTHER_TRANSACTION
    late = intent.state is IntentState.CLOSED or trade.paid_at is None or trade.paid_at > intent.expires_at
    return Verdict.LATE if late else Verdict.PAID


def next_look_at(intent: Intent, now: datetime) -> datetime:
    """When the provider is asked again about an unpaid intent, in case its notification was lost.

    Every 30 s for the first half hour, then every 60 s: with the timer's 10 s a lost notification heals in 70 s
    at most, and the goal is 120 s.
    """
    often = now - intent.created_at < _LOOK_OFTEN_FOR
    return now + (_LOOK_OFTEN if often else _LOOK_SELDOM)


def next_try_at(attempts: int, now: datetime) -> datetime:
    """When a refund is sent or asked about again: after 10 s, then twice as long each time, at most 30 minutes."""
    doubled: int = 1 << min(attempts, _DOUBLINGS)
    return now + min(_RETRY_FIRST * doubled, _RETRY_LAST)


def refunded_state(intent: Intent, refunded_fen: int) -> IntentState:
    """The intent's state when `refunded_fen` of it have gone back in all; a late one stays late."""
    if intent.state is IntentState.LATE:
        return intent.state
    return IntentState.REFUNDED if refunded_fen == intent.amount_fen else IntentState.PARTLY_REFUNDED


def refund_state(status: RefundStatus) -> RefundState:
    """Our word for the provider's. PROCESSING is accepted, and accepted is not done."""
    return {
        RefundStatus.PROCESSING: RefundState.ACCEPTED,
        RefundStatus.SUCCESS: RefundState.DONE,
        RefundStatus.ABNORMAL: RefundState.ABNORMAL,
        RefundStatus.CLOSED: RefundState.CLOSED,
    }[status]


def late_refund_no(out_trade_no: str) -> str:
    """The number of the refund that a late payment gets by itself: the same however often it is found."""
    return f"{out_trade_no}-late"
