"""Stock: taken by one conditional UPDATE, every change of a count written down.

Who needs several rows takes them in the order of (shop, variant). A product's row, if it is needed too, comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, insert, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.tables import Instant
from services.shop.schemas.vocabulary import MoveKind, ProductState, ShopState
from services.shop.store.catalogue_tables import PRODUCTS, SHOPS, VARIANTS
from services.shop.store.stock_tables import STOCK_MOVES, STOCKS


@dataclass(frozen=True)
class Level:
    """What lies in a shop of a variant. held: of these, promised to somebody."""

    shop_id: str
    variant_id: str
    on_hand: int
    held: int
    version: int
    changed_at: datetime

    @property
    def free(self) -> int:
        return self.on_hand - self.held


@dataclass(frozen=True)
class Reason:
    """Why a count changes, and who did it. order_id: whose goods they are."""

    kind: MoveKind
    actor: str
    at: datetime
    order_id: str | None = None
    note: str = ""


_ROW: Final = (STOCKS.c.shop_id == bindparam("shop"), STOCKS.c.variant_id == bindparam("variant"))
_QUANTITY: Final[Any] = bindparam("quantity")


def _change(*conditions: Any, **values: Any) -> Any:
    changed = {**values, "version": STOCKS.c.version + 1, "changed_at": bindparam("now", type_=Instant)}
    return update(STOCKS).where(*_ROW, *conditions).values(changed).returning(STOCKS)


# Judged and taken in one statement: two buyers of the last piece can't both find it free.
_ENOUGH: Final = STOCKS.c.on_hand - STOCKS.c.held >= _QUANTITY
_HOLD: Final = _change(_ENOUGH, held=STOCKS.c.held + _QUANTITY)
_FREE: Final = _change(STOCKS.c.held >= _QUANTITY, held=STOCKS.c.held - _QUANTITY)
_SELL: Final = _change(
    STOCKS.c.held >= _QUANTITY, held=STOCKS.c.held - _QUANTITY, on_hand=STOCKS.c.on_hand - _QUANTITY
)
# Taking what is free, and adding: quantity is signed.
_ADD: Final = _change(STOCKS.c.on_hand - STOCKS.c.held + _QUANTITY >= 0, on_hand=STOCKS.c.on_hand + _QUANTITY)
_LOCK: Final = select(STOCKS).where(*_ROW).with_for_update()
_VARIANTS: Final[Any] = bindparam("variants", expanding=True)
_LEVELS: Final = select(STOCKS).where(STOCKS.c.variant_id.in_(_VARIANTS))
_OFFERED: Final = (
    select(VARIANTS.c.id, func.coalesce(STOCKS.c.on_hand - STOCKS.c.held, 0).label("free"))
    .join_from(VARIANTS, PRODUCTS, PRODUCTS.c.id == VARIANTS.c.product_id)
    .join(SHOPS, SHOPS.c.id == PRODUCTS.c.shop_id)
    .outerjoin(STOCKS, and_(STOCKS.c.variant_id == VARIANTS.c.id, STOCKS.c.shop_id == SHOPS.c.id))
    .where(
        VARIANTS.c.id.in_(_VARIANTS),
        VARIANTS.c.offered,
        PRODUCTS.c.state == ProductState.ON_SALE.value,
        SHOPS.c.state == ShopState.OPEN.value,
    )
)


class StockRows:
    """Counts of one transaction. What is asked for is one row: `usecases.stocking` takes many, and tells of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, shop_id: str, variant_id: str, quantity: int, now: datetime) -> Level | None:
        """Promise pieces to somebody; None, and nothing changed, when fewer are free."""
        return self._changed(_HOLD, shop_id, variant_id, quantity, now)

    def free(self, shop_id: str, variant_id: str, quantity: int, now: datetime) -> Level:
        """Promised pieces are anybody's again."""
        return self._sure(_FREE, shop_id, variant_id, quantity, now)

    def sell(self, shop_id: str, variant_id: str, quantity: int, reason: Reason) -> Level:
        """Promised pieces are somebody's."""
        level = self._sure(_SELL, shop_id, variant_id, quantity, reason.at)
        self._write(level, -quantity, reason)
        return level

    def add(self, shop_id: str, variant_id: str, quantity: int, reason: Reason) -> Level | None:
        """Pieces come, or below 0 go that nobody was promised; None, and nothing changed, when fewer are free."""
        level = self._changed(_ADD, shop_id, variant_id, quantity, reason.at)
        if level is not None:
            self._write(level, quantity, reason)
        return level

    def lay_out(self, shop_id: str, counts: Mapping[str, int], reason: Reason) -> None:
        """The first count of new variants, that nobody else knows of yet. counts: by variant."""
        levels = [Level(shop_id, each, counts[each], 0, 1, reason.at) for each in sorted(counts)]
        if levels:
            self._connection.execute(insert(STOCKS), [vars(each) for each in levels])
            rows = [_move(each, each.on_hand, reason) for each in levels]
            self._connection.execute(insert(STOCK_MOVES), rows)

    def open(self, keys: Collection[tuple[str, str]], now: datetime) -> None:
        """Make the rows that there aren't: nothing lies there."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        rows = [
            {"shop_id": shop, "variant_id": variant, "on_hand": 0, "held": 0, "version": 0, "changed_at": now}
            for shop, variant in sorted(keys)
        ]
        if rows:
            self._connection.execute(build(STOCKS).on_conflict_do_nothing(), rows)

    def lock(self, shop_id: str, variant_id: str) -> Level | None:
        """Held against other writers until the transaction ends."""
        row = self._connection.execute(_LOCK, {"shop": shop_id, "variant": variant_id}).first()
        return None if row is None else Level(**row._mapping)

    def count(self, level: Level, on_hand: int, reason: Reason) -> Level:
        """Somebody counted a locked shelf. on_hand: not below what is held."""
        difference = on_hand - level.on_hand
        after = self._sure(_ADD, level.shop_id, level.variant_id, difference, reason.at)
        self._write(after, difference, reason)
        return after

    def levels(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Level]:
        """By (shop, variant); what was never there is missing."""
        if not keys:
            return {}
        wanted = tuple_(STOCKS.c.shop_id, STOCKS.c.variant_id).in_(sorted(keys))
        rows = self._connection.execute(select(STOCKS).where(wanted))
        return {(row.shop_id, row.variant_id): Level(**row._mapping) for row in rows}

    def levels_of(self, variant_ids: Collection[str]) -> dict[str, Level]:
        """By variant; what was never there is missing."""
        rows = self._connection.execute(_LEVELS, {"variants": list(variant_ids)})
        return {row.variant_id: Level(**row._mapping) for row in rows}

    def free_of(self, variant_ids: Collection[str]) -> dict[str, int]:
        """Pieces that nobody holds, by variant, of what is offered in shops that take orders; all else is missing."""
        rows = self._connection.execute(_OFFERED, {"variants": list(variant_ids)})
        return {row.id: row.free for row in rows}

    def moves(self, shop_id: str, variant_id: str | None, before: int | None, limit: int) -> list[Any]:
        """Rows of stock_moves, the newest first. before: the last one's id of the page before."""
        query = select(STOCK_MOVES).where(STOCK_MOVES.c.shop_id == shop_id)
        if variant_id is not None:
            query = query.where(STOCK_MOVES.c.variant_id == variant_id)
        if before is not None:
            query = query.where(STOCK_MOVES.c.id < before)
        return list(self._connection.execute(query.order_by(STOCK_MOVES.c.id.desc()).limit(limit)))

    def sold_since(self, since: datetime) -> dict[str, int]:
        """Pieces by product."""
        query = (
            select(VARIANTS.c.product_id, func.sum(-STOCK_MOVES.c.quantity))
            .join_from(STOCK_MOVES, VARIANTS, VARIANTS.c.id == STOCK_MOVES.c.variant_id)
            .where(text(f"stock_moves.kind = '{MoveKind.SOLD}'"), STOCK_MOVES.c.at >= since)
            .group_by(VARIANTS.c.product_id)
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}

    def _changed(
        self, statement: Any, shop_id: str, variant_id: str, quantity: int, now: datetime
    ) -> Level | None:
        asked: Mapping[str, Any] = {
            "shop": shop_id,
            "variant": variant_id,
            "quantity": quantity,
            "now": now,
        }
        row = self._connection.execute(statement, asked).first()
        return None if row is None else Level(**row._mapping)

    def _sure(self, statement: Any, shop_id: str, variant_id: str, quantity: int, now: datetime) -> Level:
        level = self._changed(statement, shop_id, variant_id, quantity, now)
        if level is None:
            # Whoever sells kept no account of what was promised: better nothing happens than something wrong.
            raise LookupError(f"{variant_id} of {shop_id}: {quantity} aren't there to take")
        return level

    def _write(self, level: Level, quantity: int, reason: Reason) -> None:
        self._connection.execute(insert(STOCK_MOVES), _move(level, quantity, reason))


def _move(level: Level, quantity: int, reason: Reason) -> dict[str, Any]:
    return {
        "shop_id": level.shop_id,
        "variant_id": level.variant_id,
        "kind": reason.kind.value,
        "quantity": quantity,
        "on_hand": level.on_hand,
        "actor": reason.actor,
        "at": reason.at,
        "order_id": reason.order_id,
        "note": reason.note,
    }
