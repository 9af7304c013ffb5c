"""Stock-takes: what was expected, what was scanned, what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.domain.items import DESK
from services.lostfound.domain.stocktakes import HERE, Found, Scan
from services.lostfound.schemas.vocabulary import Difference, StocktakeState
from services.lostfound.store.tables import (
    ITEMS,
    STOCKTAKE_DIFFERENCES,
    STOCKTAKE_LINES,
    STOCKTAKE_SCANS,
    STOCKTAKES,
)


@dataclass(frozen=True)
class Stocktake:
    id: str
    desk_id: str
    state: StocktakeState
    begun_at: datetime
    begun_by: str
    closed_at: datetime | None = None
    closed_by: str | None = None


class StocktakeRows:
    """Counts of desks."""

    _connection: Connection

    def open_stocktake(self, desk_id: str) -> str | None:
        """The id of the desk's count, if one is going on."""
        query = select(STOCKTAKES.c.id).where(
            STOCKTAKES.c.desk_id == desk_id, STOCKTAKES.c.state == StocktakeState.OPEN.value
        )
        found: str | None = self._connection.execute(query).scalar()
        return found

    def add_stocktake(self, stocktake: Stocktake) -> None:
        """Begin it, with everything that is at the desk now."""
        self._connection.execute(insert(STOCKTAKES), {**vars(stocktake), "state": stocktake.state.value})
        here = select(literal(stocktake.id), ITEMS.c.id, ITEMS.c.shelf).where(
            ITEMS.c.holder == f"{DESK}{stocktake.desk_id}",
            ITEMS.c.desk_id == stocktake.desk_id,
            ITEMS.c.state.in_([state.value for state in HERE]),
        )
        self._connection.execute(
            insert(STOCKTAKE_LINES).from_select(["stocktake_id", "item_id", "shelf"], here)
        )

    def stocktake(self, stocktake_id: str) -> Stocktake | None:
        row = self._connection.execute(select(STOCKTAKES).where(STOCKTAKES.c.id == stocktake_id)).first()
        return None if row is None else _stocktake(row)

    def lock_stocktake(self, stocktake_id: str) -> Stocktake | None:
        query = select(STOCKTAKES).where(STOCKTAKES.c.id == stocktake_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _stocktake(row)

    def find_stocktakes(self, desk_id: str | None, before: str | None, limit: int) -> list[Stocktake]:
        """The newest first."""
        query = select(STOCKTAKES).order_by(STOCKTAKES.c.id.desc()).limit(limit)
        if desk_id is not None:
            query = query.where(STOCKTAKES.c.desk_id == desk_id)
        if before is not None:
            query = query.where(STOCKTAKES.c.id < before)
        return [_stocktake(row) for row in self._connection.execute(query)]

    def counts(self, stocktake_ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """By stock-take: how many were expected, how many numbers were scanned."""
        numbers = [dict[str, int](), dict[str, int]()]
        for table, found in zip((STOCKTAKE_LINES, STOCKTAKE_SCANS), numbers, strict=True):
            query = (
                select(table.c.stocktake_id, func.count())
                .where(table.c.stocktake_id.in_(stocktake_ids))
                .group_by(table.c.stocktake_id)
            )
            found.update((row[0], row[1]) for row in self._connection.execute(query))
        return {each: (numbers[0].get(each, 0), numbers[1].get(each, 0)) for each in stocktake_ids}

    def expected(self, stocktake_id: str) -> set[str]:
        query = select(STOCKTAKE_LINES.c.item_id).where(STOCKTAKE_LINES.c.stocktake_id == stocktake_id)
        return set(self._connection.execute(query).scalars())

    def scans(self, stocktake_id: str) -> dict[str, Scan]:
        """By number."""
        query = select(STOCKTAKE_SCANS).where(STOCKTAKE_SCANS.c.stocktake_id == stocktake_id)
        return {
            row.number: Scan(row.number, row.item_id, row.shelf) for row in self._connection.execute(query)
        }

    def save_scans(self, stocktake_id: str, scans: Sequence[Scan], now: datetime, actor: str) -> None:
        """What was scanned again lies where it was scanned last."""
        build: Any = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        statement = build(STOCKTAKE_SCANS)
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[STOCKTAKE_SCANS.c.stocktake_id, STOCKTAKE_SCANS.c.number],
            set_={"shelf": new.shelf, "at": new.at, "actor": new.actor},
        )
        rows = [{"stocktake_id": stocktake_id, **vars(scan), "at": now, "actor": actor} for scan in scans]
        self._connection.execute(statement, rows)

    def end_stocktake(self, stocktake_id: str, now: datetime, actor: str, found: Sequence[Found]) -> None:
        """Close it, and keep what it found."""
        self._connection.execute(
            update(STOCKTAKES)
            .where(STOCKTAKES.c.id == stocktake_id)
            .values(state=StocktakeState.CLOSED.value, closed_at=now, closed_by=actor)
        )
        rows = [{"stocktake_id": stocktake_id, **vars(each), "kind": each.kind.value} for each in found]
        if rows:
            self._connection.execute(insert(STOCKTAKE_DIFFERENCES), rows)

    def kept_differences(self, stocktake_id: str) -> list[Found]:
        table = STOCKTAKE_DIFFERENCES
        query = (
            select(table).where(table.c.stocktake_id == stocktake_id).order_by(table.c.kind, table.c.number)
        )
        return [
            Found(Difference(row.kind), row.number, row.item_id, row.shelf_expected, row.shelf_found)
            for row in self._connection.execute(query)
        ]


def _stocktake(row: Any) -> Stocktake:
    return Stocktake(**{**row._mapping, "state": StocktakeState(row.state)})
