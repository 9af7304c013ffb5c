"""What came from the provider: notifications as they were received, bills, and where these differ from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.payments.domain import BillLine, Difference
from services.payments.store.rows import NoticeState, Received, Told, names
from services.payments.store.tables import (
    BILL_LINES,
    BILLS,
    DIFFERENCES,
    INTENTS,
    LEDGER,
    NOTIFICATIONS,
    REFUNDS,
)


class Notifications:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def keep(self, received: Received, try_at: datetime) -> bool:
        """Whether it is new; the provider sends each until it hears that we have it."""
        values = asdict(received) | {"state": received.state.value, "try_at": try_at}
        statement = self._upsert(NOTIFICATIONS).values(values).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def find(self, notice_id: str) -> Received | None:
        row = self._connection.execute(select(NOTIFICATIONS).where(NOTIFICATIONS.c.id == notice_id)).first()
        return None if row is None else _received(row)

    def settle(self, notice_id: str, state: NoticeState, reason: str) -> None:
        """Note what came of it; what was settled before stays as it is."""
        self._connection.execute(
            update(NOTIFICATIONS)
            .where(NOTIFICATIONS.c.id == notice_id, NOTIFICATIONS.c.state == NoticeState.RECEIVED.value)
            .values(state=state.value, reason=reason)
        )

    def try_again(self, notice_id: str, try_at: datetime) -> None:
        self._connection.execute(
            update(NOTIFICATIONS)
            .where(NOTIFICATIONS.c.id == notice_id)
            .values(try_at=try_at, attempts=NOTIFICATIONS.c.attempts + 1)
        )

    def due(self, now: datetime, limit: int) -> list[Received]:
        """Those received and not settled that it is time to try again, the longest due first."""
        is_open = NOTIFICATIONS.c.state == NoticeState.RECEIVED.value
        query = select(NOTIFICATIONS).where(is_open, NOTIFICATIONS.c.try_at <= now)
        rows = self._connection.execute(query.order_by(NOTIFICATIONS.c.try_at).limit(limit))
        return [_received(row) for row in rows]

    def of_payment(self, out_trade_no: str) -> list[Received]:
        query = select(NOTIFICATIONS).where(NOTIFICATIONS.c.out_trade_no == out_trade_no)
        return [
            _received(row) for row in self._connection.execute(query.order_by(NOTIFICATIONS.c.received_at))
        ]

    def refused(self, limit: int) -> list[Received]:
        """Genuine ones that tell of something that isn't ours to book, the newest first."""
        query = select(NOTIFICATIONS).where(NOTIFICATIONS.c.state == NoticeState.REFUSED.value)
        rows = self._connection.execute(query.order_by(NOTIFICATIONS.c.received_at.desc()).limit(limit))
        return [_received(row) for row in rows]


class Bills:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reconciled(self, day: date) -> bool:
        return self._connection.execute(select(BILLS.c.day).where(BILLS.c.day == day)).first() is not None

    def keep(self, day: date, lines: Sequence[BillLine], found: Sequence[Difference], at: datetime) -> None:
        """Write a day's bill and its differences in place of what an earlier look at it found."""
        self._connection.execute(delete(DIFFERENCES).where(DIFFERENCES.c.day == day))
        self._connection.execute(delete(BILL_LINES).where(BILL_LINES.c.day == day))
        self._connection.execute(delete(BILLS).where(BILLS.c.day == day))
        head = {"day": day, "lines": len(lines), "differences": len(found), "reconciled_at": at}
        self._connection.execute(insert(BILLS).values(head))
        if lines:
            rows = [asdict(line) | {"day": day, "kind": line.kind.value} for line in lines]
            self._connection.execute(insert(BILL_LINES), rows)
        if found:
            gaps = [asdict(each) | {"day": day, "gap": each.gap.value} for each in found]
            self._connection.execute(insert(DIFFERENCES), gaps)

    def expected(self, since: datetime, until: datetime) -> list[str]:
        """Keys of the postings of payments made, and of refunds gone, in [since, until)."""
        paid = (
            select(LEDGER.c.key)
            .join(INTENTS, INTENTS.c.out_trade_no == LEDGER.c.out_trade_no)
            .where(LEDGER.c.key.like("payment:%"), INTENTS.c.paid_at >= since, INTENTS.c.paid_at < until)
        )
        gone = (
            select(LEDGER.c.key)
            .join(REFUNDS, REFUNDS.c.out_refund_no == LEDGER.c.out_refund_no)
            .where(LEDGER.c.key.like("refund:%"), REFUNDS.c.settled_at >= since, REFUNDS.c.settled_at < until)
        )
        keys = [row.key for query in (paid, gone) for row in self._connection.execute(query)]
        return sorted(keys)

    def billed(self, keys: Sequence[str], before: date) -> set[str]:
        """Which of these the bills of earlier days have told of."""
        found: set[str] = set()
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            query = select(BILL_LINES.c.key).where(BILL_LINES.c.key.in_(some), BILL_LINES.c.day < before)
            found |= {row.key for row in self._connection.execute(query)}
        return found

    def differences(self, limit: int) -> list[Told]:
        """The newest first."""
        query = select(DIFFERENCES).order_by(DIFFERENCES.c.day.desc(), DIFFERENCES.c.key).limit(limit)
        return [Told(**names(row)) for row in self._connection.execute(query)]


def _received(row: object) -> Received:
    values = names(row)
    del values["try_at"]
    return Received(**values | {"state": NoticeState(values["state"])})
