"""The tables of a saga: columns that a service's `orders` has, and three tables beside them.

    order_moves     the legal moves, one a row
    order_steps     append-only: every step of every order, who took it, when, and why
    order_refunds   money promised back

An order's state is the end of its steps, each step begins where the last one ended, and each is a legal move:
foreign keys say so, so that no statement, ours or an operator's, leads past them. A service's migration calls
`create_saga_tables(op)` before it makes `orders` of `order_columns()` and `order_rules()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    text,
)
from sqlalchemy.schema import SchemaItem

from kernel.saga.chain import moves_table, steps_table
from kernel.saga.states import ENDED, MOVES, OPEN, UNPAID, RefundState, State
from kernel.tables import Instant


def _among(values: Sequence[str] | frozenset[Any]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def order_columns() -> list[Column[Any]]:
    """What every service's orders have; the service adds its own."""
    return [
        Column("id", String(32), primary_key=True),
        Column("buyer_id", String(64), nullable=False),
        Column("state", String(16), nullable=False),
        Column("steps", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("amount_fen", Integer, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("channel", String(8)),
        Column("out_trade_no", String(32), unique=True),
        Column("held_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("paid_at", Instant),
        Column("ended_at", Instant),
        Column("refunding_fen", Integer, nullable=False),
        Column("refunded_fen", Integer, nullable=False),
        Column("look_at", Instant),
    ]


def order_rules() -> list[SchemaItem]:
    """What may never be, and the indexes that the saga asks by."""
    looked_at = text("look_at IS NOT NULL")
    return [
        CheckConstraint(f"state IN ({_among(frozenset(State))})", name="ck_orders_state"),
        ForeignKeyConstraint(
            ["id", "steps", "state"],
            ["order_steps.order_id", "order_steps.number", "order_steps.after"],
            name="fk_orders_steps",
        ),
        CheckConstraint(
            "amount_fen >= 0 AND refunding_fen >= 0 AND refunded_fen >= 0"
            " AND refunding_fen + refunded_fen <= amount_fen",
            name="ck_orders_money",
        ),
        CheckConstraint(f"(state IN ({_among(UNPAID)})) = (paid_at IS NULL)", name="ck_orders_paid"),
        CheckConstraint(
            "paid_at IS NULL OR amount_fen = 0 OR out_trade_no IS NOT NULL", name="ck_orders_paid_by"
        ),
        CheckConstraint(
            "paid_at IS NOT NULL OR refunding_fen + refunded_fen = 0", name="ck_orders_unpaid_gives_nothing"
        ),
        CheckConstraint("state <> 'refunded' OR refunding_fen = 0", name="ck_orders_refunded"),
        CheckConstraint(f"(state IN ({_among(ENDED)})) = (ended_at IS NOT NULL)", name="ck_orders_ended"),
        # Nothing that has not come to its end is forgotten.
        CheckConstraint(
            f"state NOT IN ({_among(OPEN | {State.PAID})}) OR look_at IS NOT NULL", name="ck_orders_look_at"
        ),
        Index("ix_orders_buyer_id", "buyer_id", "held_at", "id"),
        Index("ix_orders_look_at", "look_at", sqlite_where=looked_at, postgresql_where=looked_at),
        Index("ix_orders_held_at", "held_at"),
    ]


def saga_tables(metadata: MetaData) -> dict[str, Table]:
    """Add the tables beside `orders` to a service's metadata; returns them by name."""
    return {
        table.name: table
        for table in (
            moves_table(metadata, "order"),
            steps_table(metadata, "order", actor_size=64),
            _refunds(metadata),
        )
    }


def _refunds(metadata: MetaData) -> Table:
    looked_at = text("look_at IS NOT NULL")
    return Table(
        "order_refunds",
        metadata,
        Column("out_refund_no", String(64), primary_key=True),
        Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
        Column("number", Integer, nullable=False),
        Column("amount_fen", Integer, nullable=False),
        Column("reason", String(80), nullable=False),
        Column("state", String(16), nullable=False),
        Column("asked_at", Instant, nullable=False),
        Column("done_at", Instant),
        Column("look_at", Instant),
        Column("attempts", Integer, nullable=False),
        CheckConstraint(f"state IN ({_among(frozenset(RefundState))})", name="ck_order_refunds_state"),
        CheckConstraint("amount_fen > 0", name="ck_order_refunds_amount"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="ck_order_refunds_done"),
        CheckConstraint(
            "(state IN ('asked', 'abnormal')) = (look_at IS NOT NULL)", name="ck_order_refunds_look_at"
        ),
        UniqueConstraint("order_id", "number", name="uq_order_refunds_number"),
        Index("ix_order_refunds_look_at", "look_at", sqlite_where=looked_at, postgresql_where=looked_at),
    )


def create_saga_tables(op: Any) -> None:
    """Create moves and steps, with the legal moves in them; a service's migration calls it before `orders`."""
    tables = saga_tables(MetaData())
    for name in ("order_moves", "order_steps"):
        tables[name].create(op.get_bind())
    rows = [{"before": str(before), "after": after.value} for before, after in sorted(MOVES)]
    op.get_bind().execute(insert(tables["order_moves"]), rows)
    _seal_the_steps(op)


def create_refunds(op: Any) -> None:
    """Create the table of refunds; a service's migration calls it after it made `orders`."""
    made = MetaData()
    Table("orders", made, Column("id", String(32), primary_key=True))
    _refunds(made).create(op.get_bind())


def _seal_the_steps(op: Any) -> None:
    """A step is written once. Its keys keep it from being deleted as long as its order is there."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION order_steps_are_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the steps of an order are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER order_steps_sealed BEFORE UPDATE ON order_steps "
            "FOR EACH ROW EXECUTE FUNCTION order_steps_are_sealed()"
        )
        return
    op.execute(
        "CREATE TRIGGER order_steps_sealed BEFORE UPDATE ON order_steps "
        "BEGIN SELECT RAISE(ABORT, 'the steps of an order are append-only'); END"
    )
