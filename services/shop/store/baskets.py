"""Baskets: of travellers, and of guests who have a key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.ids import new_id
from services.shop.store.order_tables import BASKET_LINES, BASKETS

Owner = tuple[str, str]
"""(column, value): passenger_id or guest_hash."""


class BasketRows:
    _connection: Connection

    def basket_of(self, owner: Owner, *, lock: bool = False) -> str | None:
        """Its id; None: nothing was ever put into it."""
        query = select(BASKETS.c.id).where(BASKETS.c[owner[0]] == owner[1])
        return self._connection.execute(query.with_for_update() if lock else query).scalar()

    def open_basket(self, owner: Owner, now: datetime) -> str:
        """Its id, locked; made when there is none."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {"id": new_id(), owner[0]: owner[1], "changed_at": now}
        self._connection.execute(build(BASKETS).values(row).on_conflict_do_nothing())
        basket_id = self.basket_of(owner, lock=True)
        assert basket_id is not None, "it was made, or was there"
        self._connection.execute(update(BASKETS).where(BASKETS.c.id == basket_id).values(changed_at=now))
        return basket_id

    def basket_lines(self, basket_id: str) -> list[tuple[str, int, int]]:
        """(variant_id, quantity, seen_fen), in the order in which they were put in."""
        lines = BASKET_LINES
        query = select(lines.c.variant_id, lines.c.quantity, lines.c.seen_fen)
        query = query.where(lines.c.basket_id == basket_id).order_by(lines.c.added_at, lines.c.variant_id)
        return [(row[0], row[1], row[2]) for row in self._connection.execute(query)]

    def put_line(self, basket_id: str, line: tuple[str, int, int], now: datetime) -> None:
        """line: variant_id, quantity, seen_fen; what was there of it is replaced, and stays where it was."""
        variant_id, quantity, seen_fen = line
        which = (BASKET_LINES.c.basket_id == basket_id) & (BASKET_LINES.c.variant_id == variant_id)
        changed = {"quantity": quantity, "seen_fen": seen_fen}
        if self._connection.execute(update(BASKET_LINES).where(which).values(changed)).rowcount:
            return
        row = {"basket_id": basket_id, "variant_id": variant_id, "added_at": now, **changed}
        self._connection.execute(insert(BASKET_LINES).values(row))

    def drop_lines(self, basket_id: str, variant_ids: list[str]) -> None:
        self._connection.execute(
            delete(BASKET_LINES).where(
                BASKET_LINES.c.basket_id == basket_id, BASKET_LINES.c.variant_id.in_(variant_ids)
            )
        )

    def drop_basket(self, basket_id: str) -> None:
        self._connection.execute(delete(BASKET_LINES).where(BASKET_LINES.c.basket_id == basket_id))
        self._connection.execute(delete(BASKETS).where(BASKETS.c.id == basket_id))

    def old_baskets(self, before: datetime, limit: int) -> list[str]:
        query = select(BASKETS.c.id).where(BASKETS.c.changed_at < before)
        return list(self._connection.execute(query.order_by(BASKETS.c.changed_at).limit(limit)).scalars())
