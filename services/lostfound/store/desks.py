"""Desks and their shelves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.store.tables import DESKS, SHELVES


@dataclass(frozen=True)
class Desk:
    id: str
    name_zh: str
    name_en: str
    place: str
    shelves: tuple[str, ...]


class DeskRows:
    """Where items are kept."""

    _connection: Connection

    def desks(self) -> list[Desk]:
        """By id, shelves in the order in which they were added."""
        shelves: dict[str, list[str]] = {}
        for row in self._connection.execute(select(SHELVES).order_by(SHELVES.c.desk_id, SHELVES.c.position)):
            shelves.setdefault(row.desk_id, []).append(row.code)
        rows = self._connection.execute(select(DESKS).order_by(DESKS.c.id))
        return [Desk(**row._mapping, shelves=tuple(shelves.get(row.id, ()))) for row in rows]

    def has_desk(self, desk_id: str) -> bool:
        return self._connection.execute(select(DESKS.c.id).where(DESKS.c.id == desk_id)).first() is not None

    def has_shelf(self, desk_id: str, code: str) -> bool:
        query = select(SHELVES.c.code).where(SHELVES.c.desk_id == desk_id, SHELVES.c.code == code)
        return self._connection.execute(query).first() is not None

    def lock_desk(self, desk_id: str) -> bool:
        """Whether there is such a desk; held against others who would count it."""
        query = select(DESKS.c.id).where(DESKS.c.id == desk_id).with_for_update()
        return self._connection.execute(query).first() is not None

    def put_desk(self, desk: Desk) -> None:
        """Add it, or give it this name and place; shelves it lacks are added, none is taken away."""
        build: Any = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        values = {name: value for name, value in vars(desk).items() if name != "shelves"}
        statement = build(DESKS).values(values)
        changes = {name: value for name, value in values.items() if name != "id"}
        self._connection.execute(statement.on_conflict_do_update(index_elements=[DESKS.c.id], set_=changes))
        self._add_shelves(build, desk.id, desk.shelves)

    def _add_shelves(self, build: Any, desk_id: str, codes: Sequence[str]) -> None:
        most = select(func.coalesce(func.max(SHELVES.c.position), 0)).where(SHELVES.c.desk_id == desk_id)
        first = self._connection.execute(most).scalar_one() + 1
        rows = [{"desk_id": desk_id, "code": code, "position": at} for at, code in enumerate(codes, first)]
        if rows:
            self._connection.execute(build(SHELVES).on_conflict_do_nothing(), rows)
