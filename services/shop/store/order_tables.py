"""The tables of baskets and orders: an order of the saga, its parcels, their lines, and what buyers are asked.

A parcel's state is the end of its steps, each step begins where the last one ended, and each is a legal move: foreign keys
say so, as for orders (`kernel.saga.tables`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from kernel.saga.chain import moves_table, steps_table
from kernel.saga.tables import order_columns, order_rules, saga_tables
from kernel.tables import Instant
from services.shop.domain.parcels import OPEN
from services.shop.schemas.order_words import AskKind, ParcelState, Way
from services.shop.store.tables import among, metadata, some

_OPEN: Final = f"state IN ({', '.join(sorted(repr(each.value) for each in OPEN))})"
AWAITED: Final = f"{_OPEN} OR state = 'held'"
"""Of parcels that somebody waits for, or may still pay for."""

# One of the two owners. guest_hash: of the key in a guest's cookie.
BASKETS: Final = Table(
    "baskets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("passenger_id", String(64), unique=True),
    Column("guest_hash", String(64), unique=True),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("(passenger_id IS NULL) <> (guest_hash IS NULL)", name="ck_baskets_owner"),
    Index("ix_baskets_changed_at", "changed_at"),
)

BASKET_LINES: Final = Table(
    "basket_lines",
    metadata,
    Column("basket_id", String(32), ForeignKey("baskets.id"), primary_key=True),
    Column("variant_id", String(32), ForeignKey("variants.id"), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("seen_fen", Integer, nullable=False),
    Column("added_at", Instant, nullable=False),
    CheckConstraint("quantity BETWEEN 1 AND 20", name="ck_basket_lines_quantity"),
    CheckConstraint("seen_fen >= 0", name="ck_basket_lines_seen"),
)

# Flights that somebody ordered for, as last heard of. body: JSON.
FLIGHTS: Final = Table(
    "flights",
    metadata,
    Column("flight_id", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Index("ix_flights_heard_at", "heard_at"),
)

saga_tables(metadata)
ORDERS: Final = Table(
    "orders",
    metadata,
    *order_columns(),
    Column("goods_fen", Integer, nullable=False),
    Column("discount_fen", Integer, nullable=False),
    Column("flight_id", String(64)),
    Column("adult", Boolean, nullable=False),
    Column("language", String(2), nullable=False),
    *order_rules(),
    CheckConstraint("discount_fen >= 0 AND amount_fen = goods_fen - discount_fen", name="ck_orders_discount"),
)

PARCEL_MOVES: Final = moves_table(metadata, "parcel")
PARCEL_STEPS: Final = steps_table(metadata, "parcel", actor_size=80)

# shop, why: JSON. code_index: keyed, so that a code is found and can't be read.
PARCELS: Final = Table(
    "parcels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
    Column("number", String(16), nullable=False, unique=True),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("merchant_id", String(48), ForeignKey("merchants.id"), nullable=False),
    Column("shop", Text, nullable=False),
    Column("flight_id", String(64)),
    Column("state", String(16), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("way", String(8), nullable=False),
    Column("gate", String(16)),
    Column("promised_from", Instant, nullable=False),
    Column("promised_until", Instant, nullable=False),
    Column("promises", Integer, nullable=False),
    Column("why", Text),
    Column("goods_fen", Integer, nullable=False),
    Column("discount_fen", Integer, nullable=False),
    Column("duty_free", Boolean, nullable=False),
    Column("packed", Boolean, nullable=False),
    Column("code_sealed", Text),
    Column("code_index", String(80), unique=True),
    Column("placed_at", Instant),
    Column("ended_at", Instant),
    UniqueConstraint("order_id", "shop_id", name="uq_parcels_shop"),
    ForeignKeyConstraint(
        ["id", "steps", "state"],
        ["parcel_steps.parcel_id", "parcel_steps.number", "parcel_steps.after"],
        name="fk_parcels_steps",
    ),
    CheckConstraint(among("way", Way), name="ck_parcels_way"),
    CheckConstraint(among("state", ParcelState), name="ck_parcels_state"),
    CheckConstraint("0 <= discount_fen AND discount_fen <= goods_fen", name="ck_parcels_money"),
    CheckConstraint("promises > 0 AND promised_from <= promised_until", name="ck_parcels_promise"),
    # Nobody can read the code of what is over; who shows it again is told that it is.
    CheckConstraint(f"({_OPEN}) = (code_sealed IS NOT NULL)", name="ck_parcels_code_sealed"),
    CheckConstraint("(placed_at IS NULL) = (code_index IS NULL)", name="ck_parcels_code"),
    CheckConstraint("(state IN ('held', 'ended')) = (placed_at IS NULL)", name="ck_parcels_placed"),
    CheckConstraint(
        "(state IN ('handed_over', 'missed', 'cancelled', 'ended')) = (ended_at IS NOT NULL)",
        name="ck_parcels_ended",
    ),
    CheckConstraint("way = 'shop' OR flight_id IS NOT NULL", name="ck_parcels_gate"),
    Index("ix_parcels_order_id", "order_id", "number"),
    some(_OPEN, "ix_parcels_open", "shop_id", "promised_until", "id"),
    # What isn't paid yet will be by a promise of now: its flight is followed, too.
    some(AWAITED, "ix_parcels_flight", "flight_id"),
    Index("ix_parcels_placed_at", "shop_id", "placed_at"),
)

# words: JSON. discount_fen: the line's share of all coupons.
PARCEL_LINES: Final = Table(
    "parcel_lines",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("parcel_id", String(32), ForeignKey("parcels.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("variant_id", String(32), ForeignKey("variants.id"), nullable=False),
    Column("product_id", String(32), ForeignKey("products.id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_fen", Integer, nullable=False),
    Column("discount_fen", Integer, nullable=False),
    Column("duty_free", Boolean, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("perishable", Boolean, nullable=False),
    Column("words", Text, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    Column("refund_fen", Integer, nullable=False),
    Column("replaces", String(32), ForeignKey("parcel_lines.id")),
    UniqueConstraint("parcel_id", "number", name="uq_parcel_lines_number"),
    CheckConstraint("quantity > 0 AND unit_fen >= 0 AND discount_fen >= 0", name="ck_parcel_lines_counts"),
    CheckConstraint("missing >= 0 AND returned >= 0", name="ck_parcel_lines_back"),
    CheckConstraint("missing + returned <= quantity", name="ck_parcel_lines_pieces"),
    CheckConstraint(
        "refund_fen >= 0 AND refund_fen + discount_fen <= quantity * unit_fen", name="ck_parcel_lines_money"
    ),
    Index("ix_parcel_lines_replaces", "replaces"),
)

# Every part of a promise to pay back, with what it is for. why: a word of ours.
LINE_REFUNDS: Final = Table(
    "line_refunds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("line_id", String(32), ForeignKey("parcel_lines.id"), nullable=False),
    Column("order_id", String(32), ForeignKey("orders.id"), nullable=False),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("why", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("pieces >= 0 AND amount_fen > 0", name="ck_line_refunds_amount"),
    Index("ix_line_refunds_at", "shop_id", "at"),
    Index("ix_line_refunds_order_id", "order_id"),
)

# offer, choices, words: JSON. after: the parcel's state that it goes on from.
ASKS: Final = Table(
    "asks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("parcel_id", String(32), ForeignKey("parcels.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("choices", String(80), nullable=False),
    Column("until", Instant, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("after", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("line_id", String(32), ForeignKey("parcel_lines.id")),
    Column("quantity", Integer, nullable=False),
    Column("offer", Text),
    Column("answer", String(16)),
    Column("answered_at", Instant),
    Column("answered_by", String(80)),
    CheckConstraint(among("kind", AskKind), name="ck_asks_kind"),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="ck_asks_answer"),
    CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="ck_asks_answered_by"),
    CheckConstraint("(kind = 'missing') = (line_id IS NOT NULL)", name="ck_asks_line"),
    some("answer IS NULL", "uq_asks_open", "parcel_id", unique=True),
    some("answer IS NULL", "ix_asks_until", "until"),
    Index("ix_asks_parcel_id", "parcel_id"),
)
