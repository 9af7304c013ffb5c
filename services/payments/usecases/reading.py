"""What staff and other services read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kernel.instants import instant
from services.payments.store import Received
from services.payments.usecases.shared import (
    Work,
    intent_document,
    refund_document,
)


def list_intents(uow: Work, order_service: str, order_id: str) -> dict[str, Any]:
    """{"intents": [IntentSchema]}: all of an order's, the oldest first; none when it never asked for money."""
    with uow.look_up() as store:
        intents = store.intents.of_order(order_service, order_id)
    return {"intents": [intent_document(each) for each in intents]}


def trace(uow: Work, order_service: str, order_id: str) -> dict[str, Any]:
    """Every fen of an order, from intent to bill line.

    {"intents", "refunds", "notifications", "postings", "balances"}; each posting names the bill's line that
    stands for the same money, if the bill has told of it. All empty for an order that never asked for money.
    """
    with uow.read() as tx:
        intents = tx.store.intents.of_order(order_service, order_id)
        refunds = [each for one in intents for each in tx.store.refunds.of_payment(one.out_trade_no)]
        notices = [each for one in intents for each in tx.store.notifications.of_payment(one.out_trade_no)]
        postings = tx.store.ledger.trace(order_service, order_id)
    balances: dict[str, int] = {}
    for posting in {each.key: each for each in postings}.values():
        balances[posting.debit] = balances.get(posting.debit, 0) + posting.amount_fen
        balances[posting.credit] = balances.get(posting.credit, 0) - posting.amount_fen
    return {
        "intents": [intent_document(each) for each in intents],
        "refunds": [refund_document(each) for each in refunds],
        "notifications": [_notice_document(each) for each in notices],
        "postings": [
            asdict(each)
            | {
                "at": instant(each.at),
                "bill_day": None if each.bill_day is None else each.bill_day.isoformat(),
            }
            for each in postings
        ],
        "balances": balances,
    }


def list_abnormal(uow: Work, limit: int) -> dict[str, Any]:
    """What people must look at: {"refunds", "notifications", "differences"}, at most `limit` of each.

    A refund and a notification have {"order": {"service", "id"} | null} as well: what to trace.
    """
    with uow.read() as tx:
        refunds = tx.store.refunds.abnormal(limit)
        notices = tx.store.notifications.refused(limit)
        differences = tx.store.bills.differences(limit)
        payments = {each.out_trade_no for each in refunds}
        payments |= {each.out_trade_no for each in notices if each.out_trade_no}
        orders = tx.store.intents.orders(payments)

    def order(payment: str | None) -> dict[str, Any]:
        service, order_id = orders.get(payment or "", ("", ""))
        return {"order": {"service": service, "id": order_id} if order_id else None}

    return {
        "refunds": [refund_document(each) | order(each.out_trade_no) for each in refunds],
        "notifications": [_notice_document(each) | order(each.out_trade_no) for each in notices],
        "differences": [asdict(each) | {"day": each.day.isoformat()} for each in differences],
    }


def _notice_document(received: Received) -> dict[str, Any]:
    return {
        "id": received.id,
        "event_type": received.event_type,
        "out_trade_no": received.out_trade_no,
        "state": received.state.value,
        "reason": received.reason,
        "received_at": instant(received.received_at),
    }
