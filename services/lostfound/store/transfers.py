"""Transfers between desks, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from services.lostfound.domain.items import DESK
from services.lostfound.schemas.vocabulary import TransferState
from services.lostfound.store.tables import TRANSFER_ITEMS, TRANSFERS


@dataclass(frozen=True)
class Transfer:
    id: str
    state: TransferState
    from_holder: str
    to_desk: str
    carrier: str
    note: str
    sent_at: datetime
    sent_by: str
    accepted_at: datetime | None = None
    accepted_by: str | None = None


class TransferRows:
    """What is on its way."""

    _connection: Connection

    def add_transfer(self, transfer: Transfer, item_ids: Sequence[str]) -> None:
        self._connection.execute(insert(TRANSFERS), {**vars(transfer), "state": transfer.state.value})
        rows = [{"transfer_id": transfer.id, "item_id": item_id, "arrived_at": None} for item_id in item_ids]
        self._connection.execute(insert(TRANSFER_ITEMS), rows)

    def transfer(self, transfer_id: str) -> Transfer | None:
        row = self._connection.execute(select(TRANSFERS).where(TRANSFERS.c.id == transfer_id)).first()
        return None if row is None else _transfer(row)

    def lock_transfer(self, transfer_id: str) -> Transfer | None:
        query = select(TRANSFERS).where(TRANSFERS.c.id == transfer_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _transfer(row)

    def transfer_items(self, transfer_ids: Collection[str]) -> dict[str, dict[str, datetime | None]]:
        """By transfer, when each item arrived."""
        found: dict[str, dict[str, datetime | None]] = {transfer_id: {} for transfer_id in transfer_ids}
        query = (
            select(TRANSFER_ITEMS)
            .where(TRANSFER_ITEMS.c.transfer_id.in_(transfer_ids))
            .order_by(TRANSFER_ITEMS.c.item_id)
        )
        for row in self._connection.execute(query):
            found[row.transfer_id][row.item_id] = row.arrived_at
        return found

    def note_arrived(self, transfer_id: str, item_ids: Collection[str], now: datetime) -> None:
        self._connection.execute(
            update(TRANSFER_ITEMS)
            .where(
                TRANSFER_ITEMS.c.transfer_id == transfer_id,
                TRANSFER_ITEMS.c.item_id.in_(item_ids),
                TRANSFER_ITEMS.c.arrived_at.is_(None),
            )
            .values(arrived_at=now)
        )

    def end_transfer(self, transfer_id: str, now: datetime, actor: str) -> None:
        self._connection.execute(
            update(TRANSFERS)
            .where(TRANSFERS.c.id == transfer_id)
            .values(state=TransferState.ACCEPTED.value, accepted_at=now, accepted_by=actor)
        )

    def find_transfers(
        self, desk_id: str | None, state: TransferState | None, before: str | None, limit: int
    ) -> list[Transfer]:
        """The newest first."""
        query = select(TRANSFERS).order_by(TRANSFERS.c.id.desc()).limit(limit)
        if desk_id is not None:
            query = query.where(
                or_(TRANSFERS.c.to_desk == desk_id, TRANSFERS.c.from_holder == f"{DESK}{desk_id}")
            )
        if state is not None:
            query = query.where(TRANSFERS.c.state == state.value)
        if before is not None:
            query = query.where(TRANSFERS.c.id < before)
        return [_transfer(row) for row in self._connection.execute(query)]


def _transfer(row: Any) -> Transfer:
    return Transfer(**{**row._mapping, "state": TransferState(row.state)})
