"""What payments tells of the mall's orders, and what is gone on with by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.errors import ServiceError
from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from kernel.saga.states import OPEN, UNPAID, RefundState
from services.shop import clients, events
from services.shop.domain.flights import flight_of
from services.shop.usecases.goods import Mall
from services.shop.usecases.limits import has_duty_free
from services.shop.usecases.shared import Place, Work


def ask_for_flight(uow: Work, caller: clients.Caller, event: Mapping[str, Any]) -> None:
    """Before late money for duty free is judged: note the flight as it is now. What nobody waits for isn't followed.

    Flights away: what was heard last is judged by, as when an order is placed.
    """
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    with uow.read() as tx:
        sale = tx.store.sales.find(data["order_id"])
        lapsed = sale is not None and sale.state in UNPAID - OPEN
        order = tx.store.order(data["order_id"]) if lapsed else None
    if order is None or order.flight_id is None or not has_duty_free(order):
        return
    try:
        document = clients.get_flight(caller, order.flight_id)
    except ServiceError:
        return
    if document is not None:
        with uow.write() as tx:
            tx.store.note_flight(flight_of(document), tx.now())


def on_payment_succeeded(
    uow: Work, place: Place, till: Till, event: Mapping[str, Any], now: datetime
) -> None:
    """The money is here: the shops begin, or it goes back."""
    data, mall = event["data"], Mall(place, now)
    if data["order_service"] != events.PUBLISHER:
        return
    paid = steps.Paid(data["out_trade_no"], datetime.fromisoformat(data["paid_at"]))
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        sale = steps.receive(tx, mall, data["order_id"], paid, steps.TILL)
    if sale.refunding_fen:
        Saga(uow, mall, till).push(sale.id)


def on_payment_ended(uow: Work, place: Place, event: Mapping[str, Any], now: datetime) -> None:
    """Nobody can pay it any more; or it was paid after its end, and payments gives it back."""
    data, mall = event["data"], Mall(place, now)
    if data["order_service"] != events.PUBLISHER:
        return
    step = steps.late if event["name"] == "payment_late" else steps.closed
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            step(tx, mall, data["order_id"], data["out_trade_no"])


def look_after_orders(uow: Work, place: Place, till: Till, now: datetime) -> int:
    """Resume whatever is stuck, and free what nobody paid for; how many were looked after."""
    return Saga(uow, Mall(place, now), till).sweep()


def on_refund(uow: Work, event: Mapping[str, Any], far: RefundState) -> None:
    """How far a refund is, as payments has heard; a case whose order has all its money back is done.

    Also when the saga heard of it before, as the answer to what it asked.
    """
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        steps.settle(tx, data["out_refund_no"], far)
        refund = tx.store.sales.refund(data["out_refund_no"])
        sale = None if refund is None else tx.store.sales.find(refund.order_id)
        if sale is not None and sale.refunding_fen == 0:
            tx.store.cases_refunded(sale.id, tx.now())
