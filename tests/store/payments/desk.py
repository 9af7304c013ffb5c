"""What the tests of payments do as an order service, a payer, the provider's messenger, and the clock."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from kernel import clock
from kernel.ids import new_id
from kernel.tables import OUTBOX
from services.payments import usecases
from services.payments.schemas import Channel
from services.payments.store.tables import INTENTS, LEDGER, NOTIFICATIONS, REFUNDS
from tests.fakes.payments_provider import FakeProvider
from tests.fakes.uow import FakeUnitOfWork


def asking(order_id: str = "B1", **changes: Any) -> dict[str, Any]:
    """A loaded create_intent request."""
    return {
        "request_id": new_id(),
        "order_service": "bus",
        "order_id": order_id,
        "passenger_id": "p1",
        "openid": "",
        "amount_fen": 4000,
        "description": "机场巴士 1 线",
        "expires_at": clock.real_now() + timedelta(minutes=15),
        "channel": Channel.NATIVE,
    } | changes


def refunding(out_trade_no: str, amount_fen: int, number: str = "B1-r1", **changes: Any) -> dict[str, Any]:
    return {
        "request_id": new_id(),
        "out_trade_no": out_trade_no,
        "out_refund_no": number,
        "amount_fen": amount_fen,
        "reason": "returned",
    } | changes


def notice(out_trade_no: str, **changes: Any) -> dict[str, Any]:
    """A loaded record_notification request, genuine for the fake provider."""
    said = {"id": new_id(), "event_type": "TRANSACTION.SUCCESS", "out_trade_no": out_trade_no} | changes
    return {"request_id": new_id(), "headers": {"Wechatpay-Signature": "good"}, "body": json.dumps(said)}


def paid(uow: Any, provider: FakeProvider, order_id: str = "B1") -> str:
    """An order that is paid and booked; its out_trade_no."""
    number: str = usecases.create_intent(uow, provider, asking(order_id))["out_trade_no"]
    provider.is_paid(number, clock.real_now())
    usecases.record_notification(uow, provider, notice(number))
    return number


def events(uow: Any) -> list[tuple[str, dict[str, Any]]]:
    """(name, data) of what was published, in order."""
    if isinstance(uow, FakeUnitOfWork):
        return [(each.name, each.data) for each in uow.events]
    with uow.read() as tx:
        rows = tx.connection.execute(select(OUTBOX.c.name, OUTBOX.c.body).order_by(OUTBOX.c.id))
        return [(row.name, json.loads(row.body)["data"]) for row in rows]


def names(uow: Any) -> list[str]:
    return [name for name, _ in events(uow)]


def all_is_due(uow: Any) -> None:
    """As if time had passed: every look and try is due."""
    before = clock.real_now() - timedelta(seconds=1)
    with uow.write() as tx:
        if isinstance(uow, FakeUnitOfWork):
            for times in (tx.store.intents.look_at, tx.store.refunds.try_at, tx.store.notifications.try_at):
                times.update(dict.fromkeys(times, before))
            return
        tx.connection.execute(update(INTENTS).values(look_at=before))
        tx.connection.execute(update(REFUNDS).values(try_at=before))
        tx.connection.execute(update(NOTIFICATIONS).values(try_at=before))


def expire(uow: Any, out_trade_no: str, at: datetime) -> None:
    """As if the intent's end were at `at`."""
    with uow.write() as tx:
        if isinstance(uow, FakeUnitOfWork):
            rows = tx.store.intents.rows
            rows[out_trade_no] = replace(rows[out_trade_no], expires_at=at)
            return
        tx.connection.execute(
            update(INTENTS).where(INTENTS.c.out_trade_no == out_trade_no).values(expires_at=at)
        )


def state(uow: Any, out_trade_no: str) -> str:
    found: str = usecases.get_intent(uow, out_trade_no)["state"]
    return found


def balances(uow: Any) -> dict[str, int]:
    """Accounts that aren't empty; the ledger sums to zero whenever anybody looks."""
    with uow.read() as tx:
        if isinstance(uow, FakeUnitOfWork):
            postings = [posting for posting, _ in tx.store.ledger.rows.values()]
        else:
            postings = tx.connection.execute(select(LEDGER)).all()
    sums: Counter[str] = Counter()
    for posting in postings:
        sums[posting.debit] += posting.amount_fen
        sums[posting.credit] -= posting.amount_fen
    assert sum(sums.values()) == 0
    return {account: fen for account, fen in sums.items() if fen}
