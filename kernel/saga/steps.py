"""The steps of an order inside one transaction. Each locks what is scarce if it may change, then the order, and calls
nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kernel.db.protocols import Transaction
from kernel.ids import new_id
from kernel.saga.protocols import Delivery, Goods, S
from kernel.saga.states import (
    OPEN,
    OWED,
    UNPAID,
    HoldIsOver,
    Refund,
    RefundState,
    Sale,
    State,
    refund_no,
)

BUYER: Final = "buyer"
TILL: Final = "till"
SWEEPER: Final = "sweeper"
"""Who takes a step, in the audit; staff are named as their console says, `staff:<account>`."""

LATE: Final = "late"
"""`Goods.tell`: paid after the end; the till gives it back by itself."""
GONE: Final = "gone"
"""`Goods.tell`: paid, and what was paid for could not be had any more."""

LOOK_S: Final = timedelta(seconds=60)
"""How often an order that waits for money is asked about, in case the word of it was lost."""
_PUSH_AGAIN: Final = timedelta(seconds=20)
_CLOSED_AGAIN: Final = timedelta(hours=1)
_FIRST: Final = timedelta(seconds=30)
_LAST: Final = timedelta(hours=1)
_DOUBLINGS: Final = 7


@dataclass(frozen=True)
class Paid:
    """The word of a payment, whoever brings it."""

    out_trade_no: str
    paid_at: datetime


class PaidTwice(RuntimeError):
    """Two payments of one order: the till never lets that happen; people must look."""


def opened(buyer_id: str, amount_fen: int, currency: str, now: datetime, hold: timedelta) -> Sale:
    """A new order that keeps something for a buyer for as long as `hold`; the service saves it."""
    return Sale(
        id=new_id(),
        buyer_id=buyer_id,
        amount_fen=amount_fen,
        currency=currency,
        held_at=now,
        expires_at=now + hold,
        look_at=now + hold,
    )


def start_paying(tx: Transaction[S], goods: Goods[S], sale: Sale, channel: str) -> Sale:
    """Say that money will be asked for, before it is: no payment may exist that no order waits for.

    sale: the order as it was read, unlocked. What costs nothing is delivered at once, and only for that is what is
    scarce locked: others may go on buying it while money is asked for. An order that is paid already stays as it is.
    Raises HoldIsOver.
    """
    now = tx.now()
    # What it costs never changes, so it may be judged before the lock.
    sale = locked(tx, goods, sale.id) if sale.amount_fen == 0 else locked_alone(tx, sale.id)
    if sale.state in OPEN and now >= sale.expires_at:
        raise HoldIsOver
    if sale.state is State.HELD:
        if sale.amount_fen == 0:
            return _received(tx, goods, sale, None, BUYER)
        return tx.store.sales.step(
            sale, State.PAYING, now, BUYER, "asks to pay", channel=channel, look_at=now + LOOK_S
        )
    if sale.state is State.PAYING and sale.channel != channel:
        # Another device: the payment of the first is closed before another is asked for.
        return tx.store.sales.change(sale, channel=channel, out_trade_no=None)
    if sale.state in UNPAID - OPEN:
        raise HoldIsOver
    return sale


def receive(tx: Transaction[S], goods: Goods[S], order_id: str, paid: Paid, actor: str) -> Sale:
    """The money is here: deliver, or promise it back. Doing it twice is doing it once.

    Raises PaidTwice.
    """
    sale = locked(tx, goods, order_id)
    if sale.state in UNPAID:
        return _received(tx, goods, sale, paid, actor)
    if sale.out_trade_no != paid.out_trade_no:
        raise PaidTwice(f"order {order_id} by {sale.out_trade_no} and {paid.out_trade_no}")
    return sale


def deliver_again(tx: Transaction[S], goods: Goods[S], order_id: str) -> Sale:
    """What is paid and not delivered is delivered, or promised back."""
    sale = locked(tx, goods, order_id)
    return _delivered(tx, goods, sale, held=True) if sale.state is State.PAID else sale


def end_hold(tx: Transaction[S], goods: Goods[S], sale: Sale, to: State, actor: str, reason: str) -> Sale:
    """Release or lapse a locked order, and free what it held."""
    ended = tx.store.sales.step(sale, to, tx.now(), actor, reason, look_at=None)
    goods.free(tx, ended)
    return ended


def closed(tx: Transaction[S], goods: Goods[S], order_id: str, out_trade_no: str | None) -> Sale:
    """Its payment can't be paid any more: it may pay by another until its hold is over.

    out_trade_no: another's than the order's own changes nothing; None: there is no payment at all.
    """
    sale = locked(tx, goods, order_id)
    if sale.state is not State.PAYING or sale.out_trade_no != out_trade_no:
        return sale
    now = tx.now()
    if now >= sale.expires_at:
        return end_hold(tx, goods, sale, State.LAPSED, TILL, "nobody paid in time")
    return tx.store.sales.change(sale, out_trade_no=None, look_at=sale.expires_at)


def late(tx: Transaction[S], goods: Goods[S], order_id: str, out_trade_no: str) -> Sale:
    """Paid after its end: the till gives the money back, and the buyer is told."""
    sale = locked(tx, goods, order_id)
    if sale.state is State.PAYING and sale.out_trade_no in (None, out_trade_no):
        sale = end_hold(tx, goods, sale, State.LAPSED, TILL, "paid after its end")
    if sale.state in UNPAID:
        goods.tell(tx, sale, LATE)
    return sale


def promise(tx: Transaction[S], sale: Sale, amount_fen: int, reason: str) -> Sale:
    """Promise a part of a locked order's money back; after the commit it is asked for, until it is there.

    reason: what the payer reads. 0 promises nothing. A CHECK keeps all promises within what was paid.
    """
    if amount_fen == 0:
        return sale
    _add_refund(tx, sale, amount_fen, reason, tx.now() + _PUSH_AGAIN)
    return tx.store.sales.change(sale, refunding_fen=sale.refunding_fen + amount_fen)


def take_back(tx: Transaction[S], sale: Sale, actor: str, reason: str) -> Sale:
    """Nothing of a locked order is the buyer's any more; it ends when all that was promised is back."""
    sale = tx.store.sales.step(sale, State.RETURNING, tx.now(), actor, reason, look_at=None)
    return _refunded(tx, sale, actor)


def settle(tx: Transaction[S], out_refund_no: str, to: RefundState) -> Sale | None:
    """How far a refund is, whoever says so; the order if that is news, else None."""
    known = tx.store.sales.refund(out_refund_no)
    if known is None:
        return None  # of the till's own: a payment that came late
    sale = tx.store.sales.lock(known.order_id)
    refund = tx.store.sales.refund(out_refund_no)
    assert sale is not None
    assert refund is not None
    if refund.state not in OWED:
        return None
    now = tx.now()
    if to is RefundState.DONE:
        tx.store.sales.settle(refund, to, done_at=now)
        sale = tx.store.sales.change(
            sale,
            refunding_fen=sale.refunding_fen - refund.amount_fen,
            refunded_fen=sale.refunded_fen + refund.amount_fen,
        )
        return _refunded(tx, sale, TILL)
    if to is RefundState.CLOSED:
        # The money is ours again, and it is still the buyer's: another number asks for it.
        tx.store.sales.settle(refund, to)
        _add_refund(tx, sale, refund.amount_fen, refund.reason, now + _CLOSED_AGAIN)
        return sale
    look_at = next_look_at(refund.attempts, now)
    tx.store.sales.settle(refund, to, look_at=look_at, attempts=refund.attempts + 1)
    return sale


def next_look_at(attempts: int, now: datetime) -> datetime:
    """When a refund is asked about again: after 30 s, then twice as long each time, at most an hour."""
    doubled: int = 1 << min(attempts, _DOUBLINGS)
    return now + min(_FIRST * doubled, _LAST)


def locked(tx: Transaction[S], goods: Goods[S], order_id: str) -> Sale:
    """The order, with what is scarce locked before it."""
    goods.lock(tx, order_id)
    return locked_alone(tx, order_id)


def locked_alone(tx: Transaction[S], order_id: str) -> Sale:
    """The order without what is scarce: for what changes neither, and locks nothing scarce after it."""
    sale = tx.store.sales.lock(order_id)
    if sale is None:
        raise LookupError(f"no order {order_id}")
    return sale


def _received(tx: Transaction[S], goods: Goods[S], sale: Sale, paid: Paid | None, actor: str) -> Sale:
    held = sale.state in OPEN
    reason = "nothing to pay" if paid is None else f"paid by {paid.out_trade_no}"
    by = (
        {"paid_at": tx.now()}
        if paid is None
        else {"paid_at": paid.paid_at, "out_trade_no": paid.out_trade_no}
    )
    sale = tx.store.sales.step(sale, State.PAID, tx.now(), actor, reason, look_at=tx.now() + LOOK_S, **by)
    return _delivered(tx, goods, sale, held=held)


def _delivered(tx: Transaction[S], goods: Goods[S], sale: Sale, *, held: bool) -> Sale:
    delivery = goods.deliver(tx, sale, held=held)
    if delivery is Delivery.LATER:
        return sale
    if delivery is Delivery.DONE:
        sale = tx.store.sales.step(sale, State.ISSUED, tx.now(), SWEEPER, "delivered", look_at=None)
        goods.tell(tx, sale, "")
        return sale
    sale = promise(tx, sale, sale.amount_fen, goods.gone_reason)
    sale = take_back(tx, sale, SWEEPER, "what was paid for is gone")
    goods.tell(tx, sale, GONE)
    return sale


def _add_refund(tx: Transaction[S], sale: Sale, amount_fen: int, reason: str, look_at: datetime) -> None:
    number = len(tx.store.sales.refunds_of([sale.id])) + 1
    no = refund_no(sale.id, number)
    tx.store.sales.add_refund(Refund(no, sale.id, number, amount_fen, reason, tx.now(), look_at=look_at))


def _refunded(tx: Transaction[S], sale: Sale, actor: str) -> Sale:
    if sale.state is not State.RETURNING or sale.refunding_fen > 0:
        return sale
    return tx.store.sales.step(sale, State.REFUNDED, tx.now(), actor, "all that was promised is back")
