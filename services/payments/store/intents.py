"""Intents, refunds and the ledger. Every change of state names the states that it may start from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.postgres import lock
from services.payments.domain import INTENT_STEPS, REFUND_STEPS, Intent, Posting, Refund
from services.payments.schemas import Channel, IntentState, RefundState
from services.payments.store.rows import Traced, names
from services.payments.store.tables import BILL_LINES, INTENTS, LEDGER, REFUNDS

_ONE_MERGE_AT_A_TIME: Final = 4_417_902_236
STUCK_AFTER: Final = 6
"""Tries of a refund after which people are told: about ten minutes."""
_UNPAID: Final = INTENTS.c.state.in_(["created", "prepaid"])
_OF_ITS_ORDER: Final = INTENTS.c.state.not_in(["closed", "late"])
# Made once: making a statement costs as much as executing it.
_FIND: Final = select(INTENTS).where(INTENTS.c.out_trade_no == bindparam("payment"))
_LOCK: Final = _FIND.with_for_update()
_CURRENT: Final = select(INTENTS).where(
    INTENTS.c.order_service == bindparam("service"), INTENTS.c.order_id == bindparam("order"), _OF_ITS_ORDER
)
_ADD: Final = {
    "postgresql": postgresql.insert(INTENTS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(INTENTS).on_conflict_do_nothing(),
}
_SAVE: Final = update(INTENTS).where(
    INTENTS.c.out_trade_no == bindparam("payment"), INTENTS.c.version == bindparam("version_before")
)


class WrongStep(RuntimeError):
    """A step that the table of states doesn't know: a mistake of ours, and nothing was written."""


class Intents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, intent: Intent, look_at: datetime) -> bool:
        """False, and nothing written, when the order has an open or paid one."""
        values = _plain(intent) | {"look_at": look_at}
        return self._connection.execute(_ADD[self._connection.dialect.name], values).rowcount == 1

    def find(self, out_trade_no: str) -> Intent | None:
        return self._first(_FIND, payment=out_trade_no)

    def lock(self, out_trade_no: str) -> Intent | None:
        """The intent, held against other writers until the transaction ends: always the first thing locked."""
        return self._first(_LOCK, payment=out_trade_no)

    def of_order(self, order_service: str, order_id: str) -> list[Intent]:
        """All of an order's, the oldest first."""
        query = select(INTENTS).where(
            INTENTS.c.order_service == order_service, INTENTS.c.order_id == order_id
        )
        rows = self._connection.execute(query.order_by(INTENTS.c.created_at, INTENTS.c.out_trade_no))
        return [_intent(row) for row in rows]

    def orders(self, payments: Collection[str]) -> dict[str, tuple[str, str]]:
        """Who sold and which order, by payment; payments that aren't known are left out."""
        query = select(INTENTS.c.out_trade_no, INTENTS.c.order_service, INTENTS.c.order_id).where(
            INTENTS.c.out_trade_no.in_(payments)
        )
        return {
            row.out_trade_no: (row.order_service, row.order_id) for row in self._connection.execute(query)
        }

    def of_passenger(self, passenger_id: str, limit: int) -> list[Intent]:
        """A traveller's, the newest first."""
        query = select(INTENTS).where(INTENTS.c.passenger_id == passenger_id)
        query = query.order_by(INTENTS.c.created_at.desc(), INTENTS.c.out_trade_no.desc()).limit(limit)
        return [_intent(row) for row in self._connection.execute(query)]

    def give(self, passenger_id: str, to: str) -> int:
        """Let another traveller, or nobody's pseudonym, have a traveller's payments; how many."""
        changed = {"passenger_id": to, "version": INTENTS.c.version + 1}
        return self._connection.execute(
            update(INTENTS).where(INTENTS.c.passenger_id == passenger_id).values(changed)
        ).rowcount

    def lock_merges(self) -> None:
        """Travellers become others, or nobody, while no payment is asked for."""
        lock(self._connection, _ONE_MERGE_AT_A_TIME)

    def hold_merges(self) -> None:
        """Until the transaction ends nobody becomes another or is forgotten; any number may hold this at once.

        Taken before anything else that is held: what is written for a traveller then moves with them.
        """
        lock(self._connection, _ONE_MERGE_AT_A_TIME, shared=True)

    def current(self, order_service: str, order_id: str) -> Intent | None:
        """The one that is open or paid."""
        return self._first(_CURRENT, service=order_service, order=order_id)

    def step(self, intent: Intent, to: IntentState, **changes: Any) -> Intent:
        """The intent in its next state, saved. Raises WrongStep when it isn't as `intent` says any more."""
        if to not in INTENT_STEPS[intent.state]:
            raise WrongStep(f"{intent.state.value} → {to.value}")
        return self._save(intent, replace(intent, state=to, version=intent.version + 1, **changes))

    def promise(self, intent: Intent, promised_fen: int) -> Intent:
        """The intent with that much promised back, saved; a CHECK keeps it within what was paid."""
        return self._save(intent, replace(intent, promised_fen=promised_fen, version=intent.version + 1))

    def repay(self, intent: Intent, to: IntentState, refunded_fen: int) -> Intent:
        """The intent with that much gone back, saved; a late one stays late."""
        if to is not intent.state:
            return self.step(intent, to, refunded_fen=refunded_fen)
        return self._save(intent, replace(intent, refunded_fen=refunded_fen, version=intent.version + 1))

    def look_again(self, out_trade_no: str, look_at: datetime) -> None:
        self._connection.execute(
            update(INTENTS).where(INTENTS.c.out_trade_no == out_trade_no).values(look_at=look_at)
        )

    def due(self, now: datetime, limit: int) -> list[Intent]:
        """Unpaid ones that it is time to ask the provider about, the longest due first."""
        query = (
            select(INTENTS).where(_UNPAID, INTENTS.c.look_at <= now).order_by(INTENTS.c.look_at).limit(limit)
        )
        return [_intent(row) for row in self._connection.execute(query)]

    def _first(self, query: Select[Any], **asked: str) -> Intent | None:
        row = self._connection.execute(query, asked).first()
        return None if row is None else _intent(row)

    def _save(self, before: Intent, after: Intent) -> Intent:
        which = {"payment": before.out_trade_no, "version_before": before.version}
        if self._connection.execute(_SAVE, which | _plain(after)).rowcount != 1:
            raise WrongStep("it changed meanwhile")
        return after


class Refunds:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, refund: Refund, try_at: datetime) -> None:
        self._connection.execute(insert(REFUNDS).values(_plain(refund) | {"try_at": try_at}))

    def find(self, out_refund_no: str) -> Refund | None:
        row = self._connection.execute(
            select(REFUNDS).where(REFUNDS.c.out_refund_no == out_refund_no)
        ).first()
        return None if row is None else _refund(row)

    def of_payment(self, out_trade_no: str) -> list[Refund]:
        """All of a payment's, the oldest first."""
        query = select(REFUNDS).where(REFUNDS.c.out_trade_no == out_trade_no)
        rows = self._connection.execute(query.order_by(REFUNDS.c.requested_at, REFUNDS.c.out_refund_no))
        return [_refund(row) for row in rows]

    def step(self, refund: Refund, to: RefundState, **changes: Any) -> Refund:
        """The refund in its next state, saved. Raises WrongStep when it isn't as `refund` says any more."""
        if to not in REFUND_STEPS[refund.state]:
            raise WrongStep(f"{refund.state.value} → {to.value}")
        after = replace(refund, state=to, **changes)
        result = self._connection.execute(
            update(REFUNDS)
            .where(REFUNDS.c.out_refund_no == refund.out_refund_no, REFUNDS.c.state == refund.state.value)
            .values(_plain(after))
        )
        if result.rowcount != 1:
            raise WrongStep("it changed meanwhile")
        return after

    def try_again(self, refund: Refund, try_at: datetime, provider_code: str | None) -> None:
        """Note a try that settled nothing; whatever state it got meanwhile stays."""
        self._connection.execute(
            update(REFUNDS)
            .where(REFUNDS.c.out_refund_no == refund.out_refund_no)
            .values(try_at=try_at, provider_code=provider_code, attempts=REFUNDS.c.attempts + 1)
        )

    def due(self, now: datetime, limit: int) -> list[Refund]:
        """Unsettled ones that it is time to send or ask about, the longest due first."""
        unsettled = REFUNDS.c.state.in_(["requested", "accepted", "abnormal"])
        query = (
            select(REFUNDS).where(unsettled, REFUNDS.c.try_at <= now).order_by(REFUNDS.c.try_at).limit(limit)
        )
        return [_refund(row) for row in self._connection.execute(query)]

    def abnormal(self, limit: int) -> list[Refund]:
        """Those that staff must see to, the oldest first: abnormal ones, and ones tried many times in vain."""
        stuck = REFUNDS.c.state.in_(["requested", "accepted"]) & (REFUNDS.c.attempts >= STUCK_AFTER)
        query = select(REFUNDS).where((REFUNDS.c.state == "abnormal") | stuck)
        rows = self._connection.execute(query.order_by(REFUNDS.c.requested_at).limit(limit))
        return [_refund(row) for row in rows]


class Ledger:
    """Append-only: the database refuses to change or delete a posting."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, posting: Posting, at: datetime) -> None:
        """Write it. Its key is unique: a second one fails the whole transaction."""
        self._connection.execute(insert(LEDGER).values(asdict(posting) | {"at": at}))

    def trace(self, order_service: str, order_id: str) -> list[Traced]:
        """Every fen of an order, from its payment to the bill's line, in one query."""
        joined = LEDGER.join(INTENTS, INTENTS.c.out_trade_no == LEDGER.c.out_trade_no).outerjoin(
            BILL_LINES, BILL_LINES.c.key == LEDGER.c.key
        )
        columns = [
            LEDGER.c[name]
            for name in ("key", "debit", "credit", "amount_fen", "out_trade_no", "out_refund_no")
        ]
        query = (
            select(
                *columns,
                LEDGER.c.at,
                BILL_LINES.c.day.label("bill_day"),
                BILL_LINES.c.amount_fen.label("bill_fen"),
                BILL_LINES.c.fee_fen,
            )
            .select_from(joined)
            .where(INTENTS.c.order_service == order_service, INTENTS.c.order_id == order_id)
            .order_by(LEDGER.c.id, BILL_LINES.c.day)
        )
        return [Traced(**names(row)) for row in self._connection.execute(query)]

    def amounts(self, keys: Sequence[str]) -> dict[str, int]:
        """Fen by key, of those that are posted."""
        found: dict[str, int] = {}
        for start in range(0, len(keys), 500):
            query = select(LEDGER.c.key, LEDGER.c.amount_fen).where(
                LEDGER.c.key.in_(keys[start : start + 500])
            )
            found |= {row.key: row.amount_fen for row in self._connection.execute(query)}
        return found


def _plain(row: Intent | Refund) -> dict[str, Any]:
    # Not `asdict`, which copies deeply what is never changed.
    values = {each.name: getattr(row, each.name) for each in fields(row)} | {"state": row.state.value}
    return values | {"channel": row.channel.value} if isinstance(row, Intent) else values


def _intent(row: Any) -> Intent:
    values = names(row)
    del values["look_at"]
    return Intent(**values | {"state": IntentState(row.state), "channel": Channel(row.channel)})


def _refund(row: Any) -> Refund:
    values = names(row)
    del values["try_at"]
    return Refund(**values | {"state": RefundState(row.state)})
