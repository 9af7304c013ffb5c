"""One order's way over transactions and calls: after each commit it may stop, and the sweeper goes on from there."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final, Generic

from kernel.db.protocols import UnitOfWorkLike
from kernel.errors import Kind, ServiceError
from kernel.saga import steps
from kernel.saga.protocols import Goods, Payment, S, Till
from kernel.saga.states import OPEN, UNPAID, HoldIsOver, Refund, RefundState, Sale, State

log = logging.getLogger(__name__)

SWEEP_BATCH: Final = 300
UNHEARD: Final = timedelta(seconds=60)
"""After the end of a hold, until a payment that still seems open is closed: its word may be on the way."""
_AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})


class Saga(Generic[S]):
    """What a service does with its orders beyond its own transactions. One for each call; keeps nothing."""

    def __init__(self, uow: UnitOfWorkLike[S], goods: Goods[S], till: Till) -> None:
        self._uow = uow
        self._goods = goods
        self._till = till

    def collect(self, sale: Sale, about: str, payer: str) -> Payment | None:
        """Ask for the money of an order that `steps.start_paying` let pay; None when there is nothing to pay any more.

        sale: as that left it, or as it was read since. Whoever asks again gets the same payment.
        Raises HoldIsOver, and what the till raises.
        """
        if sale.state is not State.PAYING:
            if sale.state in UNPAID:
                raise HoldIsOver
            return None
        payment = self._till.ask(sale, about, payer)
        if payment.state == "paid":
            self.heard(sale.id, payment, steps.TILL)
            return None
        with self._uow.write() as tx:
            now_ = steps.locked_alone(tx, sale.id)
            going = now_.state is State.PAYING
            if going and now_.out_trade_no != payment.out_trade_no:
                tx.store.sales.change(now_, out_trade_no=payment.out_trade_no)
        if not going:
            # The hold ended while the till was asked: nobody may pay for what isn't kept.
            self.heard(sale.id, self._till.close(payment.out_trade_no), steps.TILL)
            raise HoldIsOver
        return payment

    def stop_paying(self, order_id: str) -> None:
        """See to it that an order can't be paid any more, before it is released; it may turn out to be paid.

        Raises what the till raises.
        """
        sale = self._find(order_id)
        if sale.state is not State.PAYING:
            return
        payment = self._till.look(order_id)
        if payment is not None and payment.state == "open":
            payment = self._till.close(payment.out_trade_no)
        if payment is not None:
            self.heard(order_id, payment, steps.BUYER)

    def heard(self, order_id: str, payment: Payment, actor: str) -> None:
        """Do what the word of a payment asks for, and push what goes back because of it."""
        with self._uow.write() as tx:
            if payment.state == "paid":
                assert payment.paid_at is not None
                steps.receive(
                    tx, self._goods, order_id, steps.Paid(payment.out_trade_no, payment.paid_at), actor
                )
            elif payment.state == "closed":
                steps.closed(tx, self._goods, order_id, payment.out_trade_no)
        self.push(order_id)

    def push(self, order_id: str) -> None:
        """Ask for the refunds of an order that wait; the sweeper asks again for what can't be heard now."""
        with self._uow.read() as tx:
            sale = tx.store.sales.find(order_id)
            waiting = [] if sale is None else tx.store.sales.refunds_of([order_id])
        for refund in waiting:
            if refund.state is RefundState.ASKED:
                self._push(refund)

    def sweep(self) -> int:
        """Resume whatever is stuck; how many orders and refunds were looked after.

        The next look is set before this one, so that one that makes trouble can't keep the others waiting.
        """
        with self._uow.write() as tx:
            now = tx.now()
            due = tx.store.sales.due(now, SWEEP_BATCH)
            for sale in due:
                tx.store.sales.look_again(sale.id, now + steps.LOOK_S)
            refunds = tx.store.sales.refunds_due(now, SWEEP_BATCH)
        # First what needs nobody else.
        done = 0
        for sale in sorted(due, key=lambda sale: sale.state is State.PAYING):
            try:
                self._resume(sale)
            except ServiceError as exc:
                _waits(exc, order_id=sale.id)
                if exc.kind in _AWAY:
                    return done  # the others would wait as long and hear as little
            done += 1
        for refund in refunds:
            if not self._push(refund):
                return done
            done += 1
        return done

    def _resume(self, sale: Sale) -> None:
        if sale.state is State.HELD:
            self._lapse(sale.id)
        elif sale.state is State.PAYING:
            self._ask_what_became(sale)
        elif sale.state is State.PAID:
            with self._uow.write() as tx:
                steps.deliver_again(tx, self._goods, sale.id)
            self.push(sale.id)

    def _lapse(self, order_id: str) -> None:
        with self._uow.write() as tx:
            sale = steps.locked(tx, self._goods, order_id)
            if sale.state is State.HELD and tx.now() >= sale.expires_at:
                steps.end_hold(tx, self._goods, sale, State.LAPSED, steps.SWEEPER, "nobody paid in time")

    def _ask_what_became(self, sale: Sale) -> None:
        payment = self._till.look(sale.id)
        with self._uow.read() as tx:
            over = tx.now() >= sale.expires_at + UNHEARD
        if payment is not None and payment.state == "open" and over:
            payment = self._till.close(payment.out_trade_no)
        if payment is not None and payment.state == "paid":
            self.heard(sale.id, payment, steps.SWEEPER)
        elif over:
            with self._uow.write() as tx:
                now_ = steps.locked(tx, self._goods, sale.id)
                if now_.state in OPEN:
                    steps.end_hold(tx, self._goods, now_, State.LAPSED, steps.SWEEPER, "nobody paid in time")

    def _push(self, refund: Refund) -> bool:
        """Ask for it; False when the till can't be heard."""
        with self._uow.read() as tx:
            sale = tx.store.sales.find(refund.order_id)
        assert sale is not None
        assert sale.out_trade_no is not None
        heard, far = True, refund.state
        try:
            far = self._till.refund(sale.out_trade_no, refund)
        except ServiceError as exc:
            _waits(exc, out_refund_no=refund.out_refund_no)
            heard = exc.kind not in _AWAY
        with self._uow.write() as tx:
            steps.settle(tx, refund.out_refund_no, far)
        return heard

    def _find(self, order_id: str) -> Sale:
        with self._uow.read() as tx:
            sale = tx.store.sales.find(order_id)
        if sale is None:
            raise LookupError(f"no order {order_id}")
        return sale


def _waits(exc: ServiceError, **about: str) -> None:
    level = logging.INFO if exc.kind in _AWAY else logging.ERROR
    log.log(level, "the sweeper comes back to it", extra={"code": exc.code, **about})
