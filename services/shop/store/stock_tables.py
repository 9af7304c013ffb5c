"""The tables of stock: what lies in a shop, and every change of it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from kernel.tables import Instant, RowNumber
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.tables import among, metadata, some

# held: promised to orders that may still be paid, or that wait to be handed over. No statement can promise what isn't there.
STOCKS: Final = Table(
    "stocks",
    metadata,
    Column("shop_id", String(48), ForeignKey("shops.id"), primary_key=True),
    Column("variant_id", String(32), ForeignKey("variants.id"), primary_key=True),
    Column("on_hand", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("0 <= held AND held <= on_hand", name="ck_stocks_held"),
    Index("ix_stocks_variant_id", "variant_id"),
)

# Rows are written once; a trigger refuses everything else. quantity: signed; on_hand: after it.
STOCK_MOVES: Final = Table(
    "stock_moves",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("variant_id", String(32), ForeignKey("variants.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("on_hand", Integer, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("order_id", String(32)),
    Column("note", String(120), nullable=False),
    CheckConstraint(among("kind", MoveKind), name="ck_stock_moves_kind"),
    CheckConstraint("on_hand >= 0", name="ck_stock_moves_on_hand"),
    CheckConstraint("quantity <> 0 OR kind = 'count'", name="ck_stock_moves_quantity"),
    CheckConstraint("kind <> 'sold' OR quantity < 0", name="ck_stock_moves_sold"),
    some("kind = 'sold'", "ix_stock_moves_sold", "at"),
    Index("ix_stock_moves_shop_id", "shop_id", "id"),
    Index("ix_stock_moves_variant_id", "variant_id", "id"),
    Index("ix_stock_moves_order_id", "order_id"),
)
