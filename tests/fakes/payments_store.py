"""The store of payments in memory. Its rules of what may be are those of the schema's CHECKs and unique indexes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.payments.domain import INTENT_STEPS, REFUND_STEPS, BillLine, Difference, Intent, Posting, Refund
from services.payments.schemas import IntentState, RefundState
from services.payments.store import NoticeState, Received, Told, Traced, WrongStep

OPEN = (IntentState.CREATED, IntentState.PREPAID)
Postings = dict[str, tuple[Posting, datetime]]
GONE = (IntentState.CLOSED, IntentState.LATE)


class FakeIntents:
    def __init__(self) -> None:
        self.rows: dict[str, Intent] = {}
        self.look_at: dict[str, datetime] = {}

    def add(self, intent: Intent, look_at: datetime) -> bool:
        if self.current(intent.order_service, intent.order_id):
            return False
        self.rows[intent.out_trade_no] = intent
        self.look_at[intent.out_trade_no] = look_at
        return True

    def find(self, out_trade_no: str) -> Intent | None:
        return self.rows.get(out_trade_no)

    lock = find

    def orders(self, payments: Collection[str]) -> dict[str, tuple[str, str]]:
        known = {number: self.rows[number] for number in payments if number in self.rows}
        return {number: (one.order_service, one.order_id) for number, one in known.items()}

    def of_order(self, order_service: str, order_id: str) -> list[Intent]:
        mine = [
            each
            for each in self.rows.values()
            if (each.order_service, each.order_id) == (order_service, order_id)
        ]
        return sorted(mine, key=lambda each: (each.created_at, each.out_trade_no))

    def of_passenger(self, passenger_id: str, limit: int) -> list[Intent]:
        mine = [each for each in self.rows.values() if each.passenger_id == passenger_id]
        return sorted(mine, key=lambda each: (each.created_at, each.out_trade_no), reverse=True)[:limit]

    def give(self, passenger_id: str, to: str) -> int:
        mine = self.of_passenger(passenger_id, len(self.rows))
        for each in mine:
            self._save(each, replace(each, passenger_id=to, version=each.version + 1))
        return len(mine)

    def lock_merges(self) -> None:
        pass

    def hold_merges(self) -> None:
        pass

    def current(self, order_service: str, order_id: str) -> Intent | None:
        return next((each for each in self.of_order(order_service, order_id) if each.state not in GONE), None)

    def step(self, intent: Intent, to: IntentState, **changes: Any) -> Intent:
        if to not in INTENT_STEPS[intent.state]:
            raise WrongStep(f"{intent.state.value} → {to.value}")
        return self._save(intent, replace(intent, state=to, version=intent.version + 1, **changes))

    def promise(self, intent: Intent, promised_fen: int) -> Intent:
        return self._save(intent, replace(intent, promised_fen=promised_fen, version=intent.version + 1))

    def repay(self, intent: Intent, to: IntentState, refunded_fen: int) -> Intent:
        if to is not intent.state:
            return self.step(intent, to, refunded_fen=refunded_fen)
        return self._save(intent, replace(intent, refunded_fen=refunded_fen, version=intent.version + 1))

    def look_again(self, out_trade_no: str, look_at: datetime) -> None:
        self.look_at[out_trade_no] = look_at

    def due(self, now: datetime, limit: int) -> list[Intent]:
        due = [
            each
            for each in self.rows.values()
            if each.state in OPEN and self.look_at[each.out_trade_no] <= now
        ]
        return sorted(due, key=lambda each: self.look_at[each.out_trade_no])[:limit]

    def _save(self, before: Intent, after: Intent) -> Intent:
        if self.rows[before.out_trade_no].version != before.version:
            raise WrongStep("it changed meanwhile")
        assert 0 <= after.refunded_fen <= after.promised_fen <= after.amount_fen
        assert (after.state in (*OPEN, IntentState.CLOSED)) == (after.transaction_id is None)
        self.rows[after.out_trade_no] = after
        return after


class FakeRefunds:
    def __init__(self) -> None:
        self.rows: dict[str, Refund] = {}
        self.try_at: dict[str, datetime] = {}

    def add(self, refund: Refund, try_at: datetime) -> None:
        assert refund.out_refund_no not in self.rows
        self.rows[refund.out_refund_no] = refund
        self.try_at[refund.out_refund_no] = try_at

    def find(self, out_refund_no: str) -> Refund | None:
        return self.rows.get(out_refund_no)

    def of_payment(self, out_trade_no: str) -> list[Refund]:
        mine = [each for each in self.rows.values() if each.out_trade_no == out_trade_no]
        return sorted(mine, key=lambda each: (each.requested_at, each.out_refund_no))

    def step(self, refund: Refund, to: RefundState, **changes: Any) -> Refund:
        if to not in REFUND_STEPS[refund.state] or self.rows[refund.out_refund_no].state is not refund.state:
            raise WrongStep(f"{refund.state.value} → {to.value}")
        self.rows[refund.out_refund_no] = replace(refund, state=to, **changes)
        return self.rows[refund.out_refund_no]

    def try_again(self, refund: Refund, try_at: datetime, provider_code: str | None) -> None:
        row = self.rows[refund.out_refund_no]
        self.rows[refund.out_refund_no] = replace(row, provider_code=provider_code, attempts=row.attempts + 1)
        self.try_at[refund.out_refund_no] = try_at

    def due(self, now: datetime, limit: int) -> list[Refund]:
        unsettled = (RefundState.REQUESTED, RefundState.ACCEPTED, RefundState.ABNORMAL)
        due = [
            each
            for number, each in self.rows.items()
            if each.state in unsettled and self.try_at[number] <= now
        ]
        return sorted(due, key=lambda each: self.try_at[each.out_refund_no])[:limit]

    def abnormal(self, limit: int) -> list[Refund]:
        unsettled = (RefundState.REQUESTED, RefundState.ACCEPTED)
        found = [
            each
            for each in self.rows.values()
            if each.state is RefundState.ABNORMAL or (each.state in unsettled and each.attempts >= 6)
        ]
        return sorted(found, key=lambda each: each.requested_at)[:limit]


class FakeLedger:
    def __init__(self, intents: FakeIntents, bills: FakeBills, rows: Postings) -> None:
        self.intents = intents
        self.bills = bills
        self.rows = rows

    def post(self, posting: Posting, at: datetime) -> None:
        assert posting.key not in self.rows
        assert posting.amount_fen > 0
        self.rows[posting.key] = (posting, at)

    def trace(self, order_service: str, order_id: str) -> list[Traced]:
        mine = {each.out_trade_no for each in self.intents.of_order(order_service, order_id)}
        found = []
        for posting, at in self.rows.values():
            if posting.out_trade_no not in mine:
                continue
            lines = [(day, line) for (day, key), line in self.bills.lines.items() if key == posting.key]
            for day, line in sorted(lines, key=lambda each: each[0]) or [(None, None)]:
                told = (day, line.amount_fen, line.fee_fen) if line else (None, None, None)
                fields = (
                    posting.key,
                    posting.debit,
                    posting.credit,
                    posting.amount_fen,
                    posting.out_trade_no,
                )
                found.append(Traced(*fields, posting.out_refund_no, at, *told))
        return found

    def amounts(self, keys: Sequence[str]) -> dict[str, int]:
        return {key: self.rows[key][0].amount_fen for key in keys if key in self.rows}


class FakeNotifications:
    def __init__(self) -> None:
        self.rows: dict[str, Received] = {}
        self.try_at: dict[str, datetime] = {}

    def keep(self, received: Received, try_at: datetime) -> bool:
        if received.id in self.rows:
            return False
        self.rows[received.id] = received
        self.try_at[received.id] = try_at
        return True

    def find(self, notice_id: str) -> Received | None:
        return self.rows.get(notice_id)

    def settle(self, notice_id: str, state: NoticeState, reason: str) -> None:
        if self.rows[notice_id].state is NoticeState.RECEIVED:
            self.rows[notice_id] = replace(self.rows[notice_id], state=state, reason=reason)

    def try_again(self, notice_id: str, try_at: datetime) -> None:
        row = self.rows[notice_id]
        self.rows[notice_id] = replace(row, attempts=row.attempts + 1)
        self.try_at[notice_id] = try_at

    def due(self, now: datetime, limit: int) -> list[Received]:
        waiting = [each for each in self.rows.values() if each.state is NoticeState.RECEIVED]
        due = [each for each in waiting if self.try_at[each.id] <= now]
        return sorted(due, key=lambda each: self.try_at[each.id])[:limit]

    def of_payment(self, out_trade_no: str) -> list[Received]:
        mine = [each for each in self.rows.values() if each.out_trade_no == out_trade_no]
        return sorted(mine, key=lambda each: each.received_at)

    def refused(self, limit: int) -> list[Received]:
        found = [each for each in self.rows.values() if each.state is NoticeState.REFUSED]
        return sorted(found, key=lambda each: each.received_at, reverse=True)[:limit]


class FakeBills:
    def __init__(self, intents: FakeIntents, refunds: FakeRefunds, postings: Postings) -> None:
        self.intents = intents
        self.refunds = refunds
        self.postings = postings
        self.days: set[date] = set()
        self.lines: dict[tuple[date, str], BillLine] = {}
        self.found: dict[date, list[Difference]] = {}

    def reconciled(self, day: date) -> bool:
        return day in self.days

    def keep(self, day: date, lines: Sequence[BillLine], found: Sequence[Difference], at: datetime) -> None:
        self.lines = {key: line for key, line in self.lines.items() if key[0] != day}
        self.lines |= {(day, line.key): line for line in lines}
        self.found[day] = list(found)
        self.days.add(day)

    def expected(self, since: datetime, until: datetime) -> list[str]:
        keys = []
        for key, (posting, _) in self.postings.items():
            at = None
            if key.startswith("payment:"):
                at = self.intents.rows[posting.out_trade_no].paid_at
            elif key.startswith("refund:"):
                at = self.refunds.rows[posting.out_refund_no or ""].settled_at
            if at is not None and since <= at < until:
                keys.append(key)
        return sorted(keys)

    def billed(self, keys: Sequence[str], before: date) -> set[str]:
        return {key for day, key in self.lines if day < before and key in keys}

    def differences(self, limit: int) -> list[Told]:
        rows = [
            Told(day, each.key, each.gap.value, each.bill_fen, each.ledger_fen)
            for day in sorted(self.found, reverse=True)
            for each in self.found[day]
        ]
        return rows[:limit]


class FakePaymentsStore:
    """What `services.payments.store.PaymentsStore` does, without a database."""

    def __init__(self) -> None:
        postings: Postings = {}
        self.intents = FakeIntents()
        self.refunds = FakeRefunds()
        self.notifications = FakeNotifications()
        self.bills = FakeBills(self.intents, self.refunds, postings)
        self.ledger = FakeLedger(self.intents, self.bills, postings)
