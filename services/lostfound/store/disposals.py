"""Proposals of what goes for good, and what old items are to be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from services.lostfound.schemas.vocabulary import DisposalState, Way
from services.lostfound.store.tables import DISPOSAL_ITEMS, DISPOSALS, ITEM_PHOTOS, ITEMS


@dataclass(frozen=True)
class Disposal:
    id: str
    state: DisposalState
    way: Way
    recipient: str
    note: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None = None
    decided_by: str | None = None


class DisposalRows:
    """What nobody claimed."""

    _connection: Connection

    def proposed_among(self, item_ids: Collection[str]) -> set[str]:
        """Which of these wait for a decision already."""
        query = select(DISPOSAL_ITEMS.c.item_id).where(
            DISPOSAL_ITEMS.c.item_id.in_(item_ids), DISPOSAL_ITEMS.c.proposed.is_(True)
        )
        return set(self._connection.execute(query).scalars())

    def add_disposal(self, disposal: Disposal, item_ids: Sequence[str]) -> None:
        values = {**vars(disposal), "state": disposal.state.value, "way": disposal.way.value}
        self._connection.execute(insert(DISPOSALS), values)
        rows = [{"disposal_id": disposal.id, "item_id": item_id, "proposed": True} for item_id in item_ids]
        self._connection.execute(insert(DISPOSAL_ITEMS), rows)

    def disposal(self, disposal_id: str) -> Disposal | None:
        row = self._connection.execute(select(DISPOSALS).where(DISPOSALS.c.id == disposal_id)).first()
        return None if row is None else _disposal(row)

    def lock_disposal(self, disposal_id: str) -> Disposal | None:
        query = select(DISPOSALS).where(DISPOSALS.c.id == disposal_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _disposal(row)

    def disposal_items(self, disposal_ids: Collection[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {disposal_id: [] for disposal_id in disposal_ids}
        query = (
            select(DISPOSAL_ITEMS.c.disposal_id, DISPOSAL_ITEMS.c.item_id)
            .where(DISPOSAL_ITEMS.c.disposal_id.in_(disposal_ids))
            .order_by(DISPOSAL_ITEMS.c.item_id)
        )
        for row in self._connection.execute(query):
            found[row.disposal_id].append(row.item_id)
        return found

    def decide_disposal(self, disposal_id: str, state: DisposalState, now: datetime, actor: str) -> None:
        self._connection.execute(
            update(DISPOSALS)
            .where(DISPOSALS.c.id == disposal_id)
            .values(state=state.value, decided_at=now, decided_by=actor)
        )
        self._connection.execute(
            update(DISPOSAL_ITEMS).where(DISPOSAL_ITEMS.c.disposal_id == disposal_id).values(proposed=False)
        )

    def find_disposals(
        self, state: DisposalState | None, way: Way | None, before: str | None, limit: int
    ) -> list[Disposal]:
        """The newest first."""
        query = select(DISPOSALS).order_by(DISPOSALS.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(DISPOSALS.c.state == state.value)
        if way is not None:
            query = query.where(DISPOSALS.c.way == way.value)
        if before is not None:
            query = query.where(DISPOSALS.c.id < before)
        return [_disposal(row) for row in self._connection.execute(query)]

    # --- forgetting

    def long_gone(self, before: datetime, limit: int) -> list[str]:
        """Ids of items that left before then and of which something personal is kept."""
        query = (
            select(ITEMS.c.id)
            .where(
                ITEMS.c.closed_at.is_not(None),
                ITEMS.c.personal_sealed.is_not(None),
                ITEMS.c.closed_at < before,
            )
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def photographed(self, before: datetime, limit: int) -> list[str]:
        """Ids of items that left before then and of which photos are kept."""
        query = (
            select(ITEMS.c.id)
            .where(ITEMS.c.closed_at < before, ITEMS.c.id.in_(select(ITEM_PHOTOS.c.item_id)))
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def forget_personal(self, item_ids: Collection[str]) -> None:
        """What was sealed goes, and what it was found by; that there was an item, and who had it, stays."""
        self._connection.execute(
            update(ITEMS)
            .where(ITEMS.c.id.in_(item_ids), ITEMS.c.closed_at.is_not(None))
            .values(personal_sealed=None, serial_index=None, document_index=None)
        )
        self._connection.execute(delete(ITEM_PHOTOS).where(ITEM_PHOTOS.c.item_id.in_(item_ids)))


def _disposal(row: Any) -> Disposal:
    return Disposal(**{**row._mapping, "state": DisposalState(row.state), "way": Way(row.way)})
