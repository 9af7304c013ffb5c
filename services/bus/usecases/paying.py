"""Paying for seats: asking for the money, hearing of it, giving up, and going on with whatever is stuck.

The saga of the kernel does the work (`kernel/saga`); what is said here is what bus asks of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from kernel.saga.states import OPEN, HoldIsOver, RefundState, State
from services.bus.domain import Order
from services.bus.errors import HoldOver
from services.bus.events import PUBLISHER
from services.bus.usecases.orders import mine, shown
from services.bus.usecases.selling import Seats
from services.bus.usecases.shared import Storage, Tx, Work
from services.bus.usecases.views import Shown, order_view

MAX_DESCRIPTION: Final = 127
_TRIES: Final = 3


class PaidMeanwhile(Exception):
    """Another payment was asked for while the first was closed."""


def pay_order(uow: Work, seats: Seats, till: Till, request: Mapping[str, Any]) -> dict[str, Any]:
    """PayResultSchema: what the page pays with. `pay` is empty when there is nothing to pay any more.

    A repeat gets the same payment, so nobody pays twice. Raises OrderNotFound, HoldOver, RequestReused,
    RequestInFlight, and what payments.create_intent raises.
    """
    fresh: list[Shown] = []

    def work(tx: Tx) -> dict[str, Any]:
        order = mine(tx, request)
        sale = steps.start_paying(tx, seats, order.sale, request["channel"].value)
        fresh.append(shown(tx, replace(order, sale=sale), seats.now))
        return {}

    def read() -> Shown:
        with uow.read() as tx:
            return shown(tx, mine(tx, request), seats.now)

    saga: Saga[Storage] = Saga(uow, seats, till)
    try:
        answer_once(uow, request["request_id"], "pay_order", request, work)
        known = fresh[0] if fresh else read()
        payment = saga.collect(known.order.sale, description(known.order), request["openid"])
    except HoldIsOver as exc:
        raise HoldOver from exc
    if payment is None:
        return {"order": order_view(read()), "pay": {}}
    # All that has changed since it was read.
    view = order_view(known) | {"out_trade_no": payment.out_trade_no}
    return {"order": view, "pay": dict(payment.pay or {})}


def release_seats(uow: Work, seats: Seats, till: Till, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrderResultSchema: give a hold back before it lapses. One that has ended, or turns out to be paid, is answered
    as it is.

    While it is being paid for, the payment is closed first: nobody may pay for seats that aren't theirs.
    Raises OrderNotFound, RequestReused, RequestInFlight, and what payments.close_intent raises.
    """
    order_id = request["order_id"]

    def work(tx: Tx) -> dict[str, Any]:
        mine(tx, request)
        sale = steps.locked(tx, seats, order_id)
        if sale.state is State.PAYING and sale.out_trade_no is not None:
            raise PaidMeanwhile
        if sale.state in OPEN:
            over = tx.now() >= sale.expires_at
            to = State.LAPSED if over else State.RELEASED
            steps.end_hold(tx, seats, sale, to, steps.BUYER, "given up by its traveller")
        return {"order": order_view(shown(tx, mine(tx, request), seats.now))}

    with uow.read() as tx:
        mine(tx, request)
    for left in reversed(range(_TRIES)):
        Saga(uow, seats, till).stop_paying(order_id)
        try:
            return answer_once(uow, request["request_id"], "release_seats", request, work)
        except PaidMeanwhile:
            if not left:
                raise
    raise AssertionError("the last try answers or raises")


def on_payment_succeeded(uow: Work, seats: Seats, till: Till, event: Mapping[str, Any]) -> None:
    """The money is here: tickets, or the money back when the seats are gone."""
    data = event["data"]
    if data["order_service"] != PUBLISHER:
        return
    paid = steps.Paid(data["out_trade_no"], datetime.fromisoformat(data["paid_at"]))
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        sale = steps.receive(tx, seats, data["order_id"], paid, steps.TILL)
    if sale.refunding_fen:
        Saga(uow, seats, till).push(sale.id)


def on_payment_closed(uow: Work, seats: Seats, event: Mapping[str, Any]) -> None:
    """Nobody can pay it any more: the hold goes, when its time is over."""
    data = event["data"]
    if data["order_service"] != PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.closed(tx, seats, data["order_id"], data["out_trade_no"])


def on_payment_late(uow: Work, seats: Seats, event: Mapping[str, Any]) -> None:
    """Paid after its end: payments gives it back, and the traveller is told."""
    data = event["data"]
    if data["order_service"] != PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.late(tx, seats, data["order_id"], data["out_trade_no"])


def on_refund(uow: Work, event: Mapping[str, Any], far: RefundState) -> None:
    """How far a refund is, as payments has heard."""
    data = event["data"]
    if data["order_service"] != PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.settle(tx, data["out_refund_no"], far)


def look_after_orders(uow: Work, seats: Seats, till: Till) -> int:
    """Resume whatever is stuck, and free the seats of holds that are over; how many were looked after."""
    return Saga(uow, seats, till).sweep()


def description(order: Order) -> str:
    """What the payer reads in WeChat: bus, way and day, in Chinese."""
    words = order.ride.words
    text = (
        f"{words['line_name']['zh']} {words['from_name']['zh']}—{words['to_name']['zh']} {len(order.seats)}张"
    )
    return text[:MAX_DESCRIPTION]
