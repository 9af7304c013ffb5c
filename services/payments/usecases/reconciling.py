"""The provider's daily bill against the ledger, line by line."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.payments import domain
from services.payments.clients import BEIJING
from services.payments.domain import BillLine, LineKind, UnreadableBill
from services.payments.errors import BillNotReady, ProviderAway, ProviderRefuses
from services.payments.usecases.paying import settle
from services.payments.usecases.refunding import push
from services.payments.usecases.shared import Provider, Tx, Work, asked

log = logging.getLogger(__name__)

READY_AT: Final = time(10, 15)
"""Bills are made about 10:00 in Beijing on the next day. Source: standards.md."""
_HEALED: Final = 200
_REFUND: Final = "refund:"


def reconcile(uow: Work, provider: Provider, day: date, now: datetime) -> dict[str, Any]:
    """Fetch a day's bill, book what it knows and we missed, and list what still differs.

    day: in Beijing. Returns {"day", "lines", "bill_fen", "fee_fen", "differences"}; fees are shown, not booked.
    A day without trade has no bill: it is reconciled as an empty one. Doing it again replaces the day's result.
    Raises BillNotReady, ProviderAway, ProviderRefuses.
    """
    lines = _billed(provider, day, now)
    _heal(uow, provider, lines)
    since = datetime.combine(day, time(0), BEIJING)
    with uow.write() as tx:
        expected = tx.store.bills.expected(since, since + timedelta(days=1))
        # A refund stands in the bill of the day it was accepted, which may be before the day it was done.
        expected = sorted(set(expected) - tx.store.bills.billed(expected, day))
        booked = _booked(tx, [*expected, *(line.key for line in lines)])
        found = domain.differences(lines, booked, expected)
        tx.store.bills.keep(day, lines, found, tx.now())
    if found:
        log.error("bill and ledger differ: airport payments abnormal", extra={"count": len(found)})
    sums: Counter[str] = Counter()
    for line in lines:
        sums["bill_fen"] += line.amount_fen if line.kind is LineKind.PAYMENT else -line.amount_fen
        sums["fee_fen"] += line.fee_fen
    return {
        "day": day.isoformat(),
        "lines": len(lines),
        "bill_fen": sums["bill_fen"],
        "fee_fen": sums["fee_fen"],
        "differences": [asdict(each) for each in found],
    }


def reconcile_yesterday(uow: Work, provider: Provider, now: datetime) -> bool:
    """Reconcile the day before `now`, once its bill should be there; whether it was done now."""
    day = now.astimezone(BEIJING).date() - timedelta(days=1)
    if not provider.connected or now < _ready(day):
        return False
    with uow.read() as tx:
        if tx.store.bills.reconciled(day):
            return False
    try:
        reconcile(uow, provider, day, now)
    except (BillNotReady, ProviderAway, ProviderRefuses) as exc:
        log.warning("the bill waits", extra={"code": exc.code})
        return False
    return True


def _billed(provider: Provider, day: date, now: datetime) -> list[BillLine]:
    """The lines of a day's bill. Raises BillNotReady, ProviderAway, ProviderRefuses."""
    bill = asked(lambda: provider.trade_bill(day))
    if bill is None or (bill.text is None and now < _ready(day)):
        # Before bills are made, that there is none says nothing about the day.
        raise BillNotReady
    if bill.text is None:
        return []
    try:
        return domain.lines_of(bill.text)
    except UnreadableBill as exc:
        log.error("the bill can't be read", extra={"reason": str(exc)})
        raise ProviderRefuses(provider_code="UNREADABLE_BILL") from exc


def _ready(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), READY_AT, BEIJING)


def _heal(uow: Work, provider: Provider, lines: Sequence[BillLine]) -> None:
    """Ask about lines that the ledger doesn't have, if they are of payments of ours."""
    with uow.read() as tx:
        booked = _booked(tx, [line.key for line in lines])
        missed = [line for line in lines if line.key not in booked][:_HEALED]
        ours = [line for line in missed if tx.store.intents.find(line.out_trade_no) is not None]
    for line in ours:
        try:
            if line.kind is LineKind.PAYMENT:
                settle(uow, provider, line.out_trade_no)
            else:
                push(uow, provider, line.key.removeprefix(_REFUND))
        except (ProviderAway, ProviderRefuses) as exc:
            log.warning("a line of the bill stays open", extra={"code": exc.code})


def _booked(tx: Tx, keys: Sequence[str]) -> dict[str, int]:
    """Fen by key; a refund that is promised stands for one that is gone, as bills name both."""
    asked_keys = {f"refund-asked:{key.removeprefix(_REFUND)}": key for key in keys if key.startswith(_REFUND)}
    found = tx.store.ledger.amounts([*keys, *asked_keys])
    return {asked_keys.get(key, key): amount for key, amount in found.items()}
