"""Orders with their parcels; what the saga writes of them, `sales` does. Stock is locked after, then coupons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.saga.rows import Sales
from kernel.tables import Instant
from services.shop.domain.duty_free import Piece
from services.shop.domain.flights import Flight
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Parcel
from services.shop.store.case_tables import CASE_LINES, CASE_PHOTOS, CASE_STEPS, CASES, INVOICES
from services.shop.store.catalogue_tables import PRODUCTS
from services.shop.store.order_tables import (
    ASKS,
    FLIGHTS,
    LINE_REFUNDS,
    ORDERS,
    PARCEL_LINES,
    PARCEL_STEPS,
    PARCELS,
)
from services.shop.store.parcels import ParcelRows

_INSTANTS: Final = ("departs_at", "told_boarding_at", "told_end_at")
_UNPAID: Final = ("held", "paying")
_BOUGHT: Final = (*_UNPAID, "paid", "issued")
# Made once: making a statement costs as much as executing it.
_ORDERS: Final = (
    select(ORDERS)
    .where(ORDERS.c.id.in_(bindparam("orders", expanding=True)))
    .order_by(ORDERS.c.held_at.desc(), ORDERS.c.id.desc())
)
_HELD_FOR: Final = (
    select(PARCEL_LINES.c.variant_id, func.sum(PARCEL_LINES.c.quantity))
    .join_from(ORDERS, PARCELS, PARCELS.c.order_id == ORDERS.c.id)
    .join(PARCEL_LINES, PARCEL_LINES.c.parcel_id == PARCELS.c.id)
    .where(
        ORDERS.c.buyer_id == bindparam("buyer"),
        ORDERS.c.state.in_(_UNPAID),
        ORDERS.c.expires_at > bindparam("now", type_=Instant),
        PARCEL_LINES.c.variant_id.in_(bindparam("variants", expanding=True)),
    )
    .group_by(PARCEL_LINES.c.variant_id)
)


class OrderRows(ParcelRows):
    """The service's part of orders."""

    _connection: Connection
    sales: Sales

    def begin_order(self, order: MallOrder, actor: str, reason: str) -> None:
        """Save a new order, before its stock is held and its coupons are locked. Parcels: `add_parcel`."""
        own = {
            "goods_fen": order.goods_fen,
            "discount_fen": order.discount_fen,
            "flight_id": order.flight_id,
            "adult": order.adult,
            "language": order.language,
        }
        self.sales.begin(order.sale, own, actor, reason)

    def order(self, order_id: str) -> MallOrder | None:
        found = self.orders([order_id])
        return found[0] if found else None

    def orders(self, order_ids: Collection[str]) -> list[MallOrder]:
        """Those that there are, the newest first, with parcels and lines."""
        rows = self._connection.execute(_ORDERS, {"orders": list(order_ids)}).all()
        parcels = self.parcels_of([row.id for row in rows])
        return [self._order(row, tuple(each for each in parcels if each.order_id == row.id)) for row in rows]

    def flight_of(self, order_id: str) -> str | None:
        """The id of the flight that an order is for."""
        return self.flights_of([order_id]).get(order_id)

    def flights_of(self, order_ids: Collection[str]) -> dict[str, str]:
        """Of orders that are for a flight, its id."""
        query = select(ORDERS.c.id, ORDERS.c.flight_id).where(
            ORDERS.c.id.in_(list(order_ids)), ORDERS.c.flight_id.is_not(None)
        )
        return {row.id: row.flight_id for row in self._connection.execute(query)}

    def bought_since(self, buyer_id: str, variant_id: str, since: datetime) -> int:
        """Pieces of a variant that a buyer has or holds from orders since then."""
        lines = PARCEL_LINES
        query = (
            select(func.coalesce(func.sum(lines.c.quantity - lines.c.missing - lines.c.returned), 0))
            .join_from(ORDERS, PARCELS, PARCELS.c.order_id == ORDERS.c.id)
            .join(lines, lines.c.parcel_id == PARCELS.c.id)
            .where(
                ORDERS.c.buyer_id == buyer_id,
                ORDERS.c.held_at >= since,
                ORDERS.c.state.in_(_BOUGHT),
                lines.c.variant_id == variant_id,
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def unpaid_of(self, buyer_id: str, variant_ids: Collection[str], now: datetime) -> dict[str, int]:
        """Pieces that are held for a buyer who may still pay for them, by variant."""
        asked = {"buyer": buyer_id, "now": now, "variants": list(variant_ids)}
        return {variant_id: int(pieces) for variant_id, pieces in self._connection.execute(_HELD_FOR, asked)}

    def duty_free_of(self, buyer_id: str, flight_id: str, since: datetime) -> list[Piece]:
        """What a buyer has or holds of duty-free goods, for this flight or from orders since then."""
        lines, left = PARCEL_LINES, PARCEL_LINES.c.quantity - PARCEL_LINES.c.missing - PARCEL_LINES.c.returned
        query = (
            select(lines.c.variant_id, lines.c.kind, PRODUCTS.c.liquid_ml, left)
            .join_from(ORDERS, PARCELS, PARCELS.c.order_id == ORDERS.c.id)
            .join(lines, lines.c.parcel_id == PARCELS.c.id)
            .join(PRODUCTS, PRODUCTS.c.id == lines.c.product_id)
            .where(
                ORDERS.c.buyer_id == buyer_id,
                or_(ORDERS.c.flight_id == flight_id, ORDERS.c.held_at >= since),
                ORDERS.c.state.in_(_BOUGHT),
                lines.c.duty_free,
            )
        )
        return [
            Piece(variant_id, kind, duty_free=True, liquid_ml=ml or 0, quantity=pieces)
            for variant_id, kind, ml, pieces in self._connection.execute(query)
        ]

    # --- flights

    def note_flight(self, flight: Flight, now: datetime) -> bool:
        """Keep what was heard of a flight; False: it is no news."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {
            "flight_id": flight.flight_id,
            "version": flight.version,
            "body": orjson.dumps(asdict(flight)).decode(),
            "heard_at": now,
        }
        made = build(FLIGHTS).values(row)
        kept = made.on_conflict_do_update(
            index_elements=["flight_id"],
            set_={name: made.excluded[name] for name in ("version", "body", "heard_at")},
            where=FLIGHTS.c.version < made.excluded.version,
        )
        return self._connection.execute(kept).rowcount == 1

    def flights(self, flight_ids: Collection[str]) -> dict[str, Flight]:
        if not flight_ids:
            return {}
        rows = self._connection.execute(select(FLIGHTS).where(FLIGHTS.c.flight_id.in_(sorted(flight_ids))))
        return {row.flight_id: _flight(row) for row in rows}

    def forget_flights(self, before: datetime) -> None:
        """That nothing was heard of for so long, and that no order has any more."""
        used = select(ORDERS.c.flight_id).where(ORDERS.c.flight_id == FLIGHTS.c.flight_id).exists()
        self._connection.execute(delete(FLIGHTS).where(FLIGHTS.c.heard_at < before, ~used))

    # --- retention

    def forget_orders(self, order_ids: Collection[str]) -> None:
        """Delete orders with all that hangs on them."""
        ids = list(order_ids)
        parcels = select(PARCELS.c.id).where(PARCELS.c.order_id.in_(ids))
        parcel_ids = list(self._connection.execute(parcels).scalars())
        cases = select(CASES.c.id).where(CASES.c.order_id.in_(ids)).scalar_subquery()
        for table in (CASE_LINES, CASE_PHOTOS):
            self._connection.execute(delete(table).where(table.c.case_id.in_(cases)))
        for statement in (
            delete(CASE_STEPS).where(CASE_STEPS.c.case_id.in_(cases)),
            delete(CASES).where(CASES.c.order_id.in_(ids)),
            delete(INVOICES).where(INVOICES.c.order_id.in_(ids)),
            delete(LINE_REFUNDS).where(LINE_REFUNDS.c.order_id.in_(ids)),
            delete(ASKS).where(ASKS.c.parcel_id.in_(parcel_ids)),
            update(PARCEL_LINES).where(PARCEL_LINES.c.parcel_id.in_(parcel_ids)).values(replaces=None),
            delete(PARCEL_LINES).where(PARCEL_LINES.c.parcel_id.in_(parcel_ids)),
            delete(PARCELS).where(PARCELS.c.id.in_(parcel_ids)),
            delete(PARCEL_STEPS).where(PARCEL_STEPS.c.parcel_id.in_(parcel_ids)),
        ):
            self._connection.execute(statement)
        self.sales.forget(ids)

    def _order(self, row: Row[Any], parcels: tuple[Parcel, ...]) -> MallOrder:
        return MallOrder(
            sale=self.sales.of_row(row),
            goods_fen=row.goods_fen,
            discount_fen=row.discount_fen,
            flight_id=row.flight_id,
            adult=row.adult,
            language=row.language,
            parcels=parcels,
        )


def _flight(row: Row[Any]) -> Flight:
    body = orjson.loads(row.body)
    times = {name: body[name] and datetime.fromisoformat(body[name]) for name in _INSTANTS}
    return Flight(**body | times)
