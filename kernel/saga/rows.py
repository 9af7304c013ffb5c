"""The SQL of a saga. A service's store has one as its attribute `sales`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from kernel.saga.states import ENDED, NEW, OPEN, OWED, Refund, RefundState, Sale, State, Step

_SALE: Final = tuple(field.name for field in fields(Sale))
_REFUND: Final = tuple(field.name for field in fields(Refund))


class WrongStep(RuntimeError):
    """The order isn't as the caller read it any more: nothing was written."""


class Sales:
    """orders: the service's own table, made of `order_columns()`."""

    def __init__(self, connection: Connection, orders: Table) -> None:
        self._connection = connection
        self._orders = orders
        self._steps = orders.metadata.tables["order_steps"]
        self._refunds = orders.metadata.tables["order_refunds"]
        self._columns = [orders.c[name] for name in _SALE]

    def begin(self, sale: Sale, own: Mapping[str, Any], actor: str, reason: str) -> None:
        """Write a new order with the service's own columns, and its first step."""
        self._append(sale, NEW, sale.held_at, actor, reason)
        self._connection.execute(insert(self._orders).values({**_plain(sale), **own}))

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
            select(*self._columns)
            .where(self._orders.c.look_at <= now)
            .order_by(self._orders.c.look_at)
            .limit(limit)
        )
        return [_sale(row) for row in self._connection.execute(query)]

    def of_buyer(self, buyer_id: str, limit: int, before: tuple[datetime, str] | None) -> list[Sale]:
        """A buyer's orders, the newest first. before: (held_at, id) of the last one seen."""
        orders = self._orders
        query = select(*self._columns).where(orders.c.buyer_id == buyer_id)
        if before is not None:
            at, id_ = before
            query = query.where((orders.c.held_at < at) | ((orders.c.held_at == at) & (orders.c.id < id_)))
        query = query.order_by(orders.c.held_at.desc(), orders.c.id.desc()).limit(limit)
        return [_sale(row) for row in self._connection.execute(query)]

    def lock_buyer(self, buyer_id: str) -> None:
        """Hold a buyer's other new orders back until the transaction ends. On SQLite the write lock does."""
        if self._connection.dialect.name == "postgresql":
            digest = hashlib.blake2b(f"buyer {buyer_id}".encode(), digest_size=8).digest()
            key = int.from_bytes(digest, "big", signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(key)))

    def open_holds(self, buyer_id: str, now: datetime) -> int:
        """How many orders of a buyer keep something scarce and aren't paid."""
        orders = self._orders
        query = select(func.count()).where(
            orders.c.buyer_id == buyer_id,
            orders.c.state.in_([state.value for state in OPEN]),
            orders.c.expires_at > now,
        )
        return int(self._connection.execute(query).scalar_one())

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
        query = select(*self._columns).where(self._orders.c.id == order_id)
        row = self._connection.execute(query.with_for_update() if lock else query).first()
        return None if row is None else _sale(row)

    def _append(self, sale: Sale, before: str, at: datetime, actor: str, reason: str) -> None:
        self._connection.execute(
            insert(self._steps).values(
                order_id=sale.id,
                number=sale.steps,
                previous=sale.steps - 1 or None,
                before=before,
                after=sale.state.value,
                at=at,
                actor=actor,
                reason=reason,
            )
        )

    def _save(self, before: Sale, after: Sale) -> Sale:
        done = self._connection.execute(
            update(self._orders)
            .where(self._orders.c.id == before.id, self._orders.c.version == before.version)
            .values(_plain(after))
        )
        if done.rowcount != 1:
            raise WrongStep("the order changed meanwhile")
        return after


def _plain(sale: Sale) -> dict[str, Any]:
    return asdict(sale) | {"state": sale.state.value}


def _sale(row: Row[Any]) -> Sale:
    values = {name: row._mapping[name] for name in _SALE}
    return Sale(**values | {"state": State(row.state)})


def _refund(row: Row[Any]) -> Refund:
    values = {name: row._mapping[name] for name in _REFUND}
    return Refund(**values | {"state": RefundState(row.state)})
