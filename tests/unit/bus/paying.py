"""Payments' events as bus hears them, and time that has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from kernel.ids import new_id
from kernel.saga.protocols import Payment
from kernel.saga.states import RefundState
from services.bus import usecases
from services.bus.store.tables import ORDERS
from tests.fakes.till import FakeTill
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.bus.selling import hold, pay, seats


def event(order_id: str, payment: Payment, **data: Any) -> dict[str, Any]:
    """An event of payments about an order of bus."""
    about = {"out_trade_no": payment.out_trade_no, "order_service": "bus", "order_id": order_id}
    if payment.paid_at is not None:
        about["paid_at"] = payment.paid_at.isoformat()
    return {"id": new_id(), "data": about | data}


def heard(uow: Any, till: FakeTill, order_id: str, payment: Payment) -> dict[str, Any]:
    """payment_succeeded comes to bus; the event, to be sent again."""
    told = event(order_id, payment)
    usecases.on_payment_succeeded(uow, seats(), till, told)
    return told


def bought(uow: Any, till: FakeTill, *kinds: str, **changes: Any) -> str:
    """An order that is paid, and whose tickets are issued."""
    order_id = str(hold(uow, *kinds, **changes)["id"])
    pay(uow, till, order_id, **{key: changes[key] for key in ("passenger_id",) if key in changes})
    heard(uow, till, order_id, till.paid(order_id))
    return order_id


def refund_event(uow: Any, order_id: str, far: RefundState, number: int = 1) -> None:
    data = {"order_service": "bus", "order_id": order_id, "out_refund_no": f"{order_id}-{number}"}
    usecases.on_refund(uow, {"id": new_id(), "data": data}, far)


def pass_time(uow: Any, by: timedelta) -> None:
    """As if so much time had passed for all orders and refunds."""
    with uow.write() as tx:
        if isinstance(uow, FakeUnitOfWork):
            kept = tx.store.sales
            kept.sales |= {
                id_: replace(
                    sale, expires_at=sale.expires_at - by, look_at=sale.look_at and sale.look_at - by
                )
                for id_, sale in kept.sales.items()
            }
            kept.refunds |= {
                no: replace(each, look_at=each.look_at and each.look_at - by)
                for no, each in kept.refunds.items()
            }
            return
        refunds = ORDERS.metadata.tables["order_refunds"]
        for sale in tx.connection.execute(ORDERS.select()).all():
            over = {"expires_at": sale.expires_at - by, "look_at": sale.look_at and sale.look_at - by}
            tx.connection.execute(update(ORDERS).where(ORDERS.c.id == sale.id).values(over))
        for each in tx.connection.execute(refunds.select()).all():
            later = {"look_at": each.look_at and each.look_at - by}
            tx.connection.execute(
                update(refunds).where(refunds.c.out_refund_no == each.out_refund_no).values(later)
            )
