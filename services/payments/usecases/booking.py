"""The provider's word, booked: the only place that writes the ledger, always under the intent's lock.

Whoever brings the word (a notification, the poll, the bill), it is judged and booked the same way, once.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from kernel.instants import instant
from services.payments import domain
from services.payments.domain import Intent, Merchant, Refund, RefundAnswer, Trade, Verdict, ledger
from services.payments.events import (
    PAYMENT_CLOSED,
    PAYMENT_LATE,
    PAYMENT_SUCCEEDED,
    REFUND_ABNORMAL,
    REFUND_CLOSED,
    REFUND_DONE,
)
from services.payments.schemas import IntentState, RefundState
from services.payments.usecases.shared import (
    Tx,
    tell,
)

log = logging.getLogger(__name__)

LATE_REASON: Final = "超过付款时限，自动退款"
ANOTHER_ANSWER: Final = "OTHER_AMOUNT_OR_ORDER"
"""Our own code for a refund's answer that tells of other money than we asked for."""


def book_trade(tx: Tx, ours: Merchant, out_trade_no: str, trade: Trade) -> Verdict:
    """Judge what the provider says of a payment, and book it if it is news. A wrong word changes nothing."""
    intent = tx.store.intents.lock(out_trade_no)
    if intent is None:
        return Verdict.OTHER_ORDER
    verdict = domain.judge(intent, trade, ours)
    if verdict is Verdict.PAID:
        _book_paid(tx, intent, trade)
    elif verdict is Verdict.LATE:
        _book_late(tx, intent, trade)
    elif verdict is Verdict.OVER:
        book_closed(tx, intent)
    elif verdict.wrong:
        log.error("the provider tells of other money than we asked for", extra={"reason": verdict.value})
    return verdict


def book_closed(tx: Tx, intent: Intent) -> Intent:
    """Nobody can pay it any more."""
    closed = tx.store.intents.step(intent, IntentState.CLOSED)
    tell(tx, PAYMENT_CLOSED, closed)
    return closed


def promise(tx: Tx, intent: Intent, refund: Refund) -> Intent:
    """Write a refund down, with the money that it takes from the order. The provider is asked after the commit."""
    promised = tx.store.intents.promise(intent, intent.promised_fen + refund.amount_fen)
    tx.store.refunds.add(refund, try_at=refund.requested_at)
    tx.store.ledger.post(ledger.promised(promised, refund), refund.requested_at)
    return promised


def book_refund(tx: Tx, answer: RefundAnswer) -> Refund | None:
    """Book what the provider says of a refund, if it is news; None when there is no such refund."""
    known = tx.store.refunds.find(answer.out_refund_no)
    if known is None:
        return None
    intent = tx.store.intents.lock(known.out_trade_no)
    refund = tx.store.refunds.find(answer.out_refund_no)
    assert intent is not None
    assert refund is not None
    to = domain.refund_state(answer.status)
    code = refund.provider_code
    if (answer.out_trade_no, answer.amount_fen) != (refund.out_trade_no, refund.amount_fen):
        to, code = RefundState.ABNORMAL, ANOTHER_ANSWER
    now = tx.now()
    if to not in domain.REFUND_STEPS[refund.state]:
        tx.store.refunds.try_again(refund, domain.next_try_at(refund.attempts, now), code)
        return refund
    settled_at = answer.settled_at or now if to is RefundState.DONE else None
    after = tx.store.refunds.step(
        refund, to, refund_id=answer.refund_id, settled_at=settled_at, provider_code=code, attempts=0
    )
    tx.store.refunds.try_again(after, domain.next_try_at(0, now), code)
    _follow(tx, intent, after, now)
    return after


def _follow(tx: Tx, intent: Intent, refund: Refund, now: datetime) -> None:
    """What a refund's new state does to its payment, the ledger and those who wait for it."""
    about = {"out_refund_no": refund.out_refund_no, "amount_fen": refund.amount_fen}
    if refund.state is RefundState.DONE:
        refunded_fen = intent.refunded_fen + refund.amount_fen
        intent = tx.store.intents.repay(intent, domain.refunded_state(intent, refunded_fen), refunded_fen)
        tx.store.ledger.post(ledger.gone(refund), now)
        tell(tx, REFUND_DONE, intent, **about)
    elif refund.state is RefundState.CLOSED:
        intent = tx.store.intents.promise(intent, intent.promised_fen - refund.amount_fen)
        tx.store.ledger.post(ledger.given_up(intent, refund), now)
        tell(tx, REFUND_CLOSED, intent, **about)
    elif refund.state is RefundState.ABNORMAL:
        log.error("a refund is abnormal: airport payments abnormal")
        tell(tx, REFUND_ABNORMAL, intent, **about)


def _book_paid(tx: Tx, intent: Intent, trade: Trade) -> None:
    assert trade.paid_at is not None
    paid = tx.store.intents.step(
        intent, IntentState.PAID, transaction_id=trade.transaction_id, paid_at=trade.paid_at
    )
    tx.store.ledger.post(ledger.paid(paid), tx.now())
    tell(tx, PAYMENT_SUCCEEDED, paid, transaction_id=trade.transaction_id, paid_at=instant(trade.paid_at))


def _book_late(tx: Tx, intent: Intent, trade: Trade) -> None:
    now = tx.now()
    paid_at = trade.paid_at or now
    late = tx.store.intents.step(
        intent, IntentState.LATE, transaction_id=trade.transaction_id, paid_at=paid_at
    )
    tx.store.ledger.post(ledger.paid(late), now)
    number = domain.late_refund_no(late.out_trade_no)
    late = promise(tx, late, Refund(number, late.out_trade_no, late.amount_fen, LATE_REASON, now))
    tell(
        tx,
        PAYMENT_LATE,
        late,
        transaction_id=trade.transaction_id,
        paid_at=instant(paid_at),
        out_refund_no=number,
    )
