"""The SQL of a saga. A service's store has one as its attribute `sales`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kernel.postgres import key_of, lock, together
from kernel.saga.states import ENDED, NEW, OPEN, OWED, UNPAID, Refund, RefundState, Sale, State, Step
from kernel.tables import Instant

_SALE: Final = tuple(field.name for field in fields(Sale))
_REFUND: Final = tuple(field.name for field in fields(Refund))


class WrongStep(RuntimeError):
    """The order isn't as the caller read it any more: nothing was written."""


class _Statements:
    """What every sale asks, made once for a service's orders: making a statement costs as much as executing it."""

    def __init__(self, orders: Table) -> None:
        self.columns = [orders.c[name] for name in _SALE]
        of_order = orders.c.id == bindparam("order")
        self.find = select(*self.columns).where(of_order)
        self.lock = self.find.with_for_update()
        self.begin = insert(orders)
        self.append = insert(orders.metadata.tables["order_steps"])
        self.save = update(orders).where(of_order, orders.c.version == bindparam("version_before"))
        self.open_holds = select(func.count()).where(
            orders.c.buyer_id == bindparam("buyer"),
            orders.c.state.in_([state.value for state in OPEN]),
            orders.c.expires_at > bindparam("now", type_=Instant),
        )
        since = bindparam("since", type_=Instant)
        over = and_(orders.c.state.in_([state.value for state in UNPAID - OPEN]), orders.c.ended_at > since)
        unswept = and_(
            orders.c.state.in_([state.value for state in OPEN]),
            orders.c.expires_at > since,
            orders.c.expires_at <= bindparam("now", type_=Instant),
        )
        at = func.coalesce(orders.c.ended_at, orders.c.expires_at)
        of_buyer = orders.c.buyer_id == bindparam("buyer")
        self.ended_unpaid = select(at).where(of_buyer, or_(over, unswept)).order_by(at.desc())


_statements = cache(_Statements)


class Sales:
    """orders: the service's own table, made of `order_columns()`."""

    def __init__(self, connection: Connection, orders: Table) -> None:
        self._connection = connection
        self._orders = orders
        self._steps = orders.metadata.tables["order_steps"]
        self._refunds = orders.metadata.tables["order_refunds"]
        self._sql = _statements(orders)

    def begin(self, sale: Sale, own: Mapping[str, Any], actor: str, reason: str) -> None:
        """Write a new order with the service's own columns, and its first step."""
        self._append(sale, NEW, sale.held_at, actor, reason)
        with together(self._connection):
            self._connection.execute(self._sql.begin, {**_plain(sale), **own})

    def find(self, order_id: str) -> Sale | None:
        return self._first(order_id, lock=False)

    def lock(self, order_id: str) -> Sale | None:
        """The order, held against other writers until the transaction ends."""
        return self._first(order_id, lock=True)

    def of_row(self, row: Row[Any]) -> Sale:
        """The order in a row that has all columns of the table."""
        return _sale(row)

    def step(self, sale: Sale, to: State, now: datetime, actor: str, reason: str, **changes: Any) -> Sale:
        """The order in its next state, saved with the audit's row.

        Raises WrongStep when it changed since it was read; the database refuses a step that isn't legal.
        """
        after = replace(
            sale,
            state=to,
            steps=sale.steps + 1,
            version=sale.version + 1,
            **{"ended_at": now if to in ENDED else None} | changes,
        )
        self._append(after, sale.state.value, now, actor, reason)
        return self._save(sale, after)

    def change(self, sale: Sale, **changes: Any) -> Sale:
        """The order with other values and in the same state, saved. Raises WrongStep."""
        return self._save(sale, replace(sale, version=sale.version + 1, **changes))

    def look_again(self, order_id: str, look_at: datetime) -> None:
        """Set when the sweeper comes by next; the order's version stays."""
        self._connection.execute(
            update(self._orders).where(self._orders.c.id == order_id).values(look_at=look_at)
        )

    def due(self, now: datetime, limit: int) -> list[Sale]:
        """Orders that it is time to look after, the longest due first."""
        query = (
            select(*self._sql.columns)
            .where(self._orders.c.look_at <= now)
            .order_by(self._orders.c.look_at)
            .limit(limit)
        )
        return [_sale(row) for row in self._connection.execute(query)]

    def of_buyer(self, buyer_id: str, limit: int, before: tuple[datetime, str] | None) -> list[Sale]:
        """A buyer's orders, the newest first. before: (held_at, id) of the last one seen."""
        orders = self._orders
        query = select(*self._sql.columns).where(orders.c.buyer_id == buyer_id)
        if before is not None:
            at, id_ = before
            query = query.where((orders.c.held_at < at) | ((orders.c.held_at == at) & (orders.c.id < id_)))
        query = query.order_by(orders.c.held_at.desc(), orders.c.id.desc()).limit(limit)
        return [_sale(row) for row in self._connection.execute(query)]

    def lock_buyer(self, buyer_id: str) -> None:
        """Hold a buyer's other new orders back until the transaction ends. On SQLite the write lock does."""
        lock(self._connection, key_of(f"buyer {buyer_id}"))

    def open_holds(self, buyer_id: str, now: datetime) -> int:
        """How many orders of a buyer keep something scarce and aren't paid."""
        asked = {"buyer": buyer_id, "now": now}
        return int(self._connection.execute(self._sql.open_holds, asked).scalar_one())

    def ended_unpaid(self, buyer_id: str, since: datetime, now: datetime) -> list[datetime]:
        """When holds of a buyer ended unpaid since then, the newest first; also those that nobody has freed yet."""
        asked = {"buyer": buyer_id, "since": since, "now": now}
        return list(self._connection.execute(self._sql.ended_unpaid, asked).scalars())

    def steps(self, order_id: str) -> list[Step]:
        """The audit of an order, in order."""
        table = self._steps
        rows = self._connection.execute(
            select(table).where(table.c.order_id == order_id).order_by(table.c.number)
        )
        return [
            Step(row.order_id, row.number, row.before, State(row.after), row.at, row.actor, row.reason)
            for row in rows
        ]

    def give(self, buyer_id: str, to: str) -> int:
        """Let another buyer have a buyer's orders; how many."""
        orders = self._orders
        changed = {"buyer_id": to, "version": orders.c.version + 1}
        return self._connection.execute(
            update(orders).where(orders.c.buyer_id == buyer_id).values(changed)
        ).rowcount

    # -- refunds

    def add_refund(self, refund: Refund) -> None:
        self._connection.execute(insert(self._refunds).values(asdict(refund)))

    def refund(self, out_refund_no: str) -> Refund | None:
        table = self._refunds
        row = self._connection.execute(select(table).where(table.c.out_refund_no == out_refund_no)).first()
        return None if row is None else _refund(row)

    def refunds_of(self, order_ids: Collection[str]) -> list[Refund]:
        """Of these orders, in the order in which they were promised."""
        table = self._refunds
        rows = self._connection.execute(
            select(table).where(table.c.order_id.in_(order_ids)).order_by(table.c.order_id, table.c.number)
        )
        return [_refund(row) for row in rows]

    def refunds_due(self, now: datetime, limit: int) -> list[Refund]:
        """Refunds that it is time to ask for again, the longest due first."""
        table = self._refunds
        query = select(table).where(table.c.look_at <= now).order_by(table.c.look_at).limit(limit)
        return [_refund(row) for row in self._connection.execute(query)]

    def settle(self, refund: Refund, to: RefundState, **changes: Any) -> Refund:
        """The refund in another state, saved. Raises WrongStep when it isn't as it was read."""
        look_at = refund.look_at if to in OWED else None
        after = replace(refund, state=to, **{"look_at": look_at} | changes)
        table = self._refunds
        done = self._connection.execute(
            update(table)
            .where(table.c.out_refund_no == refund.out_refund_no, table.c.state == refund.state.value)
            .values(asdict(after))
        )
        if done.rowcount != 1:
            raise WrongStep("the refund changed meanwhile")
        return after

    # -- retention

    def over(self, before: datetime, limit: int) -> list[str]:
        """Orders held before an instant that have come to their end, the oldest first; issued ones too."""
        orders = self._orders
        ended = [state.value for state in (*ENDED, State.ISSUED)]
        query = (
            select(orders.c.id)
            .where(orders.c.held_at < before, orders.c.state.in_(ended), orders.c.refunding_fen == 0)
            .order_by(orders.c.held_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def forget(self, order_ids: Collection[str]) -> None:
        """Delete orders with their refunds and steps; the service has deleted what refers to them."""
        for table, column in (
            (self._refunds, self._refunds.c.order_id),
            (self._orders, self._orders.c.id),
            (self._steps, self._steps.c.order_id),
        ):
            self._connection.execute(delete(table).where(column.in_(order_ids)))

    def _first(self, order_id: str, *, lock: bool) -> Sale | None:
        statement = self._sql.lock if lock else self._sql.find
        row = self._connection.execute(statement, {"order": order_id}).first()
        return None if row is None else _sale(row)

    def _append(self, sale: Sale, before: str, at: datetime, actor: str, reason: str) -> None:
        step = {
            "order_id": sale.id,
            "number": sale.steps,
            "previous": sale.steps - 1 or None,
            "before": before,
            "after": sale.state.value,
            "at": at,
            "actor": actor,
            "reason": reason,
        }
        with together(self._connection):
            self._connection.execute(self._sql.append, step)

    def _save(self, before: Sale, after: Sale) -> Sale:
        which = {"order": before.id, "version_before": before.version}
        was = _plain(before)
        changed = {name: value for name, value in _plain(after).items() if value != was[name]}
        if self._connection.execute(self._sql.save, which | changed).rowcount != 1:
            raise WrongStep("the order changed meanwhile")
        return after


def _plain(sale: Sale) -> dict[str, Any]:
    # Not `asdict`, which copies deeply what is never changed.
    return {name: getattr(sale, name) for name in _SALE} | {"state": sale.state.value}


def _sale(row: Row[Any]) -> Sale:
    values = {name: row._mapping[name] for name in _SALE}
    return Sale(**values | {"state": State(row.state)})


def _refund(row: Row[Any]) -> Refund:
    values = {name: row._mapping[name] for name in _REFUND}
    return Refund(**values | {"state": RefundState(row.state)})
