"""What of orders is personal."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from services.shop.store.case_tables import CASE_PHOTOS, CASES, INVOICES
from services.shop.store.order_tables import ORDERS


class PeopleRows:
    """Who an account is by now, `owners` knows."""

    _connection: Connection

    def forget_words(self, passenger_ids: Collection[str]) -> None:
        """What these accounts wrote in cases, and on invoices."""
        mine = select(ORDERS.c.id).where(ORDERS.c.buyer_id.in_(list(passenger_ids))).scalar_subquery()
        cases = select(CASES.c.id).where(CASES.c.order_id.in_(mine)).scalar_subquery()
        self._connection.execute(delete(CASE_PHOTOS).where(CASE_PHOTOS.c.case_id.in_(cases)))
        self._connection.execute(update(CASES).where(CASES.c.order_id.in_(mine)).values(words_sealed=None))
        self._connection.execute(
            update(INVOICES).where(INVOICES.c.order_id.in_(mine)).values(written_sealed=None)
        )
