"""Courier orders: the service's part of them; what the saga of orders writes, `sales` does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from kernel.ids import new_id
from kernel.saga.rows import Sales
from kernel.saga.states import Sale
from services.lostfound.domain.courier import LIVE, CourierOrder, Parcel
from services.lostfound.schemas.courier_words import ParcelState
from services.lostfound.store.claim_tables import TRACES
from services.lostfound.store.courier_tables import ORDERS
from services.lostfound.store.tables import ITEMS

_OWN: Final = tuple(field.name for field in fields(Parcel) if field.name != "id")
_PSEUDONYM: Final = "erased-"
_LEFT: Final = frozenset({ParcelState.DELIVERED, ParcelState.CAME_BACK, ParcelState.CANCELLED})


class CourierRows:
    """Items are locked first, then claims, then courier orders."""

    _connection: Connection
    sales: Sales

    def begin_courier(self, order: CourierOrder, actor: str, reason: str) -> None:
        own = asdict(order.parcel) | {"parcel": order.parcel.parcel.value}
        del own["id"]
        self.sales.begin(order.sale, own, actor, reason)

    def courier_order(self, order_id: str) -> CourierOrder | None:
        return self._one_courier(select(ORDERS).where(ORDERS.c.id == order_id))

    def courier_of(self, claim_id: str) -> CourierOrder | None:
        """The claim's newest."""
        query = select(ORDERS).where(ORDERS.c.claim_id == claim_id)
        return self._one_courier(query.order_by(ORDERS.c.held_at.desc(), ORDERS.c.id.desc()).limit(1))

    def live_courier(self, claim_id: str) -> CourierOrder | None:
        """The one that is to be paid, sent, or has arrived."""
        live = [state.value for state in LIVE]
        return self._one_courier(
            select(ORDERS).where(ORDERS.c.claim_id == claim_id, ORDERS.c.parcel.in_(live))
        )

    def couriers_of_buyer(self, buyer_id: str, limit: int) -> list[CourierOrder]:
        query = select(ORDERS).where(ORDERS.c.buyer_id == buyer_id)
        rows = self._connection.execute(query.order_by(ORDERS.c.held_at.desc()).limit(limit))
        return [self._courier(row) for row in rows]

    def list_couriers(self, parcel: ParcelState, desk_id: str | None, limit: int) -> list[CourierOrder]:
        """Those that wait, the longest first; those that don't, the newest first."""
        query = select(ORDERS).where(ORDERS.c.parcel == parcel.value)
        if desk_id is not None:
            query = query.join(ITEMS, ITEMS.c.id == ORDERS.c.item_id).where(ITEMS.c.desk_id == desk_id)
        order = ORDERS.c.paid_at.desc() if parcel in _LEFT else ORDERS.c.paid_at
        rows = self._connection.execute(query.order_by(order, ORDERS.c.id).limit(limit))
        return [self._courier(row) for row in rows]

    def save_parcel(self, before: Parcel, after: Parcel) -> None:
        """before: as it was read, its order locked."""
        changed = {name: getattr(after, name) for name in _OWN} | {"parcel": after.parcel.value}
        saved = self._connection.execute(
            update(ORDERS)
            .where(ORDERS.c.id == before.id, ORDERS.c.parcel == before.parcel.value)
            .values(changed)
        )
        assert saved.rowcount == 1, "its order is locked"

    def tracked(self, carrier: str, tracking_number: str) -> str | None:
        """The order that has this tracking number."""
        query = select(ORDERS.c.id).where(
            ORDERS.c.carrier == carrier, ORDERS.c.tracking_number == tracking_number
        )
        return self._connection.execute(query).scalar()

    def traced_at(self, about_id: str, what: str) -> datetime | None:
        """When something was last noted about a thing."""
        query = select(TRACES.c.at).where(TRACES.c.about_id == about_id, TRACES.c.what == what)
        return self._connection.execute(query.order_by(TRACES.c.id.desc()).limit(1)).scalar()

    def cut_off_couriers(self, buyer_ids: Collection[str]) -> int:
        """Nothing leads from these accounts' orders to them any more; how many. Money on its way back needs the order,
        not the person."""
        mine = update(ORDERS).where(ORDERS.c.buyer_id.in_(buyer_ids))
        self._connection.execute(mine.values(address_sealed=None))
        return sum(self.sales.give(each, f"{_PSEUDONYM}{new_id()}") for each in buyer_ids)

    def forget_addresses(self, before: datetime) -> int:
        """Of orders made before that wait for nothing any more."""
        over = update(ORDERS).where(
            ORDERS.c.held_at < before,
            ORDERS.c.address_sealed.is_not(None),
            ORDERS.c.parcel.in_([state.value for state in _LEFT]),
        )
        return self._connection.execute(over.values(address_sealed=None)).rowcount

    def _one_courier(self, query: Any) -> CourierOrder | None:
        row = self._connection.execute(query).first()
        return None if row is None else self._courier(row)

    def _courier(self, row: Any) -> CourierOrder:
        own = {name: getattr(row, name) for name in _OWN} | {"parcel": ParcelState(row.parcel)}
        sale: Sale = self.sales.of_row(row)
        return CourierOrder(sale, Parcel(id=row.id, **own))
