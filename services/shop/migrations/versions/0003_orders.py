"""Baskets, orders, their parcels, and what buyers are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.saga.tables import create_refunds, create_saga_tables, order_columns, order_rules
from kernel.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOVES = (
    ("asking", "cancelled"),
    ("asking", "missed"),
    ("asking", "picking"),
    ("asking", "placed"),
    ("asking", "ready"),
    ("ended", "placed"),
    ("held", "ended"),
    ("held", "placed"),
    ("new", "held"),
    ("on_the_way", "asking"),
    ("on_the_way", "handed_over"),
    ("on_the_way", "missed"),
    ("picking", "asking"),
    ("picking", "cancelled"),
    ("picking", "missed"),
    ("picking", "ready"),
    ("placed", "asking"),
    ("placed", "cancelled"),
    ("placed", "missed"),
    ("placed", "picking"),
    ("ready", "asking"),
    ("ready", "cancelled"),
    ("ready", "handed_over"),
    ("ready", "missed"),
    ("ready", "on_the_way"),
)


def upgrade() -> None:
    _baskets()
    _flights()
    create_saga_tables(op)
    _orders()
    create_refunds(op)
    _parcel_steps()
    _parcels()
    _lines()
    _asks()
    _steps_are_sealed("parcel_steps")


def _baskets() -> None:
    op.create_table(
        "baskets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("passenger_id", sa.String(64), unique=True),
        sa.Column("guest_hash", sa.String(64), unique=True),
        sa.Column("changed_at", Instant, nullable=False),
        sa.CheckConstraint("(passenger_id IS NULL) <> (guest_hash IS NULL)", name="ck_baskets_owner"),
    )
    op.create_index("ix_baskets_changed_at", "baskets", ["changed_at"])
    op.create_table(
        "basket_lines",
        sa.Column("basket_id", sa.String(32), sa.ForeignKey("baskets.id"), primary_key=True),
        sa.Column("variant_id", sa.String(32), sa.ForeignKey("variants.id"), primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("seen_fen", sa.Integer, nullable=False),
        sa.Column("added_at", Instant, nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 20", name="ck_basket_lines_quantity"),
        sa.CheckConstraint("seen_fen >= 0", name="ck_basket_lines_seen"),
    )


def _flights() -> None:
    op.create_table(
        "flights",
        sa.Column("flight_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("heard_at", Instant, nullable=False),
    )
    op.create_index("ix_flights_heard_at", "flights", ["heard_at"])


def _orders() -> None:
    op.create_table(
        "orders",
        *order_columns(),
        sa.Column("goods_fen", sa.Integer, nullable=False),
        sa.Column("discount_fen", sa.Integer, nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("adult", sa.Boolean, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        *order_rules(),
        sa.CheckConstraint(
            "discount_fen >= 0 AND amount_fen = goods_fen - discount_fen", name="ck_orders_discount"
        ),
    )


def _parcel_steps() -> None:
    op.create_table(
        "parcel_moves",
        sa.Column("before", sa.String(16), primary_key=True),
        sa.Column("after", sa.String(16), primary_key=True),
    )
    op.create_table(
        "parcel_steps",
        sa.Column("parcel_id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.Integer),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.CheckConstraint("actor <> ''", name="ck_parcel_steps_actor"),
        sa.CheckConstraint(
            "(number = 1 AND previous IS NULL AND before = 'new') OR (number > 1 AND previous IS NOT NULL AND previous = number - 1)",
            name="ck_parcel_steps_chain",
        ),
        sa.ForeignKeyConstraint(
            ["before", "after"], ["parcel_moves.before", "parcel_moves.after"], name="fk_parcel_steps_move"
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id", "previous", "before"],
            ["parcel_steps.parcel_id", "parcel_steps.number", "parcel_steps.after"],
            name="fk_parcel_steps_previous",
        ),
        sa.UniqueConstraint("parcel_id", "number", "after", name="uq_parcel_steps_end"),
    )
    op.get_bind().execute(
        sa.insert(sa.table("parcel_moves", sa.column("before"), sa.column("after"))),
        [{"before": before, "after": after} for before, after in _MOVES],
    )


def _parcels() -> None:
    op.create_table(
        "parcels",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("merchant_id", sa.String(48), sa.ForeignKey("merchants.id"), nullable=False),
        sa.Column("shop", sa.Text, nullable=False),
        sa.Column("flight_id", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("gate", sa.String(16)),
        sa.Column("promised_from", Instant, nullable=False),
        sa.Column("promised_until", Instant, nullable=False),
        sa.Column("promises", sa.Integer, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("goods_fen", sa.Integer, nullable=False),
        sa.Column("discount_fen", sa.Integer, nullable=False),
        sa.Column("duty_free", sa.Boolean, nullable=False),
        sa.Column("packed", sa.Boolean, nullable=False),
        sa.Column("code_sealed", sa.Text),
        sa.Column("code_index", sa.String(80), unique=True),
        sa.Column("placed_at", Instant),
        sa.Column("ended_at", Instant),
        sa.CheckConstraint("(placed_at IS NULL) = (code_index IS NULL)", name="ck_parcels_code"),
        sa.CheckConstraint(
            "(state IN ('asking', 'on_the_way', 'picking', 'placed', 'ready')) = (code_sealed IS NOT NULL)",
            name="ck_parcels_code_sealed",
        ),
        sa.CheckConstraint(
            "(state IN ('handed_over', 'missed', 'cancelled', 'ended')) = (ended_at IS NOT NULL)",
            name="ck_parcels_ended",
        ),
        sa.CheckConstraint("way = 'shop' OR flight_id IS NOT NULL", name="ck_parcels_gate"),
        sa.CheckConstraint("0 <= discount_fen AND discount_fen <= goods_fen", name="ck_parcels_money"),
        sa.CheckConstraint("(state IN ('held', 'ended')) = (placed_at IS NULL)", name="ck_parcels_placed"),
        sa.CheckConstraint("promises > 0 AND promised_from <= promised_until", name="ck_parcels_promise"),
        sa.CheckConstraint(
            "state IN ('held', 'placed', 'picking', 'asking', 'ready', 'on_the_way', 'handed_over', 'missed', 'cancelled', 'ended')",
            name="ck_parcels_state",
        ),
        sa.CheckConstraint("way IN ('shop', 'gate')", name="ck_parcels_way"),
        sa.ForeignKeyConstraint(
            ["id", "steps", "state"],
            ["parcel_steps.parcel_id", "parcel_steps.number", "parcel_steps.after"],
            name="fk_parcels_steps",
        ),
        sa.UniqueConstraint("order_id", "shop_id", name="uq_parcels_shop"),
    )
    _some(
        "state IN ('asking', 'on_the_way', 'picking', 'placed', 'ready') OR state = 'held'",
        "ix_parcels_flight",
        "parcels",
        "flight_id",
    )
    _some(
        "state IN ('asking', 'on_the_way', 'picking', 'placed', 'ready')",
        "ix_parcels_open",
        "parcels",
        "shop_id",
        "promised_until",
        "id",
    )
    op.create_index("ix_parcels_order_id", "parcels", ["order_id", "number"])
    op.create_index("ix_parcels_placed_at", "parcels", ["shop_id", "placed_at"])


def _lines() -> None:
    op.create_table(
        "parcel_lines",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("parcel_id", sa.String(32), sa.ForeignKey("parcels.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("variant_id", sa.String(32), sa.ForeignKey("variants.id"), nullable=False),
        sa.Column("product_id", sa.String(32), sa.ForeignKey("products.id"), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_fen", sa.Integer, nullable=False),
        sa.Column("discount_fen", sa.Integer, nullable=False),
        sa.Column("duty_free", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("perishable", sa.Boolean, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.Column("refund_fen", sa.Integer, nullable=False),
        sa.Column("replaces", sa.String(32), sa.ForeignKey("parcel_lines.id")),
        sa.CheckConstraint("missing >= 0 AND returned >= 0", name="ck_parcel_lines_back"),
        sa.CheckConstraint(
            "quantity > 0 AND unit_fen >= 0 AND discount_fen >= 0", name="ck_parcel_lines_counts"
        ),
        sa.CheckConstraint(
            "refund_fen >= 0 AND refund_fen + discount_fen <= quantity * unit_fen",
            name="ck_parcel_lines_money",
        ),
        sa.CheckConstraint("missing + returned <= quantity", name="ck_parcel_lines_pieces"),
        sa.UniqueConstraint("parcel_id", "number", name="uq_parcel_lines_number"),
    )
    op.create_index("ix_parcel_lines_replaces", "parcel_lines", ["replaces"])
    op.create_table(
        "line_refunds",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("line_id", sa.String(32), sa.ForeignKey("parcel_lines.id"), nullable=False),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("pieces", sa.Integer, nullable=False),
        sa.Column("amount_fen", sa.Integer, nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.CheckConstraint("pieces >= 0 AND amount_fen > 0", name="ck_line_refunds_amount"),
    )
    op.create_index("ix_line_refunds_at", "line_refunds", ["shop_id", "at"])
    op.create_index("ix_line_refunds_order_id", "line_refunds", ["order_id"])


def _asks() -> None:
    op.create_table(
        "asks",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("parcel_id", sa.String(32), sa.ForeignKey("parcels.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("choices", sa.String(80), nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("line_id", sa.String(32), sa.ForeignKey("parcel_lines.id")),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("offer", sa.Text),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered_at", Instant),
        sa.Column("answered_by", sa.String(80)),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="ck_asks_answer"),
        sa.CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="ck_asks_answered_by"),
        sa.CheckConstraint(
            "kind IN ('missing', 'gate_unreachable', 'flight_cancelled')", name="ck_asks_kind"
        ),
        sa.CheckConstraint("(kind = 'missing') = (line_id IS NOT NULL)", name="ck_asks_line"),
    )
    op.create_index("ix_asks_parcel_id", "asks", ["parcel_id"])
    _some("answer IS NULL", "ix_asks_until", "asks", "until")
    _some("answer IS NULL", "uq_asks_open", "asks", "parcel_id", unique=True)


def _steps_are_sealed(table: str) -> None:
    """A step is written once. Its keys keep it from being deleted as long as what it is about is there."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_are_sealed() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} are append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_are_sealed()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_sealed BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
    )


def _some(where: str, name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index of some of the rows."""
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some)
