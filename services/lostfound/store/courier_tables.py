"""The table of courier orders, and those of the saga that takes their money."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, text

from kernel.saga.tables import order_columns, order_rules, saga_tables
from kernel.tables import Instant
from services.lostfound.store.tables import metadata

_LIVE: Final = text("parcel IN ('ordered', 'waiting', 'sent', 'delivered')")
_TRACKED: Final = text("tracking_number IS NOT NULL")
_ADDRESSED: Final = text("address_sealed IS NOT NULL")

saga_tables(metadata)
ORDERS: Final = Table(
    "orders",
    metadata,
    *order_columns(),
    Column("claim_id", String(32), ForeignKey("claims.id"), nullable=False),
    Column("item_id", String(32), ForeignKey("items.id"), nullable=False),
    Column("province", String(8), nullable=False),
    Column("parcel", String(16), nullable=False),
    Column("address_sealed", Text),
    Column("carrier", String(16)),
    Column("tracking_number", String(32)),
    Column("sent_at", Instant),
    Column("sent_by", String(80)),
    Column("arrived_at", Instant),
    *order_rules(),
    CheckConstraint(
        "parcel IN ('cancelled', 'came_back', 'delivered', 'ordered', 'sent', 'waiting')",
        name="ck_orders_parcel",
    ),
    CheckConstraint(
        "parcel NOT IN ('waiting', 'sent', 'delivered', 'came_back') OR state IN ('paid', 'issued')",
        name="ck_orders_parcel_paid",
    ),
    CheckConstraint(
        "(parcel IN ('sent', 'delivered', 'came_back')) = (sent_at IS NOT NULL)", name="ck_orders_sent"
    ),
    CheckConstraint(
        "(sent_at IS NULL) = (tracking_number IS NULL) AND (sent_at IS NULL) = (carrier IS NULL)"
        " AND (sent_at IS NULL) = (sent_by IS NULL)",
        name="ck_orders_sent_by",
    ),
    CheckConstraint(
        "(parcel IN ('delivered', 'came_back')) = (arrived_at IS NOT NULL)", name="ck_orders_arrived"
    ),
    # A claim's item is sent by one order at a time.
    Index("uq_orders_claim_id", "claim_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index(
        "uq_orders_tracking",
        "carrier",
        "tracking_number",
        unique=True,
        sqlite_where=_TRACKED,
        postgresql_where=_TRACKED,
    ),
    Index("ix_orders_claims", "claim_id", "held_at"),
    Index("ix_orders_parcel", "parcel", "paid_at"),
    Index("ix_orders_addressed", "held_at", sqlite_where=_ADDRESSED, postgresql_where=_ADDRESSED),
)
