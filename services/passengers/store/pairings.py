"""Computers that wait for a phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from services.passengers.domain import Pairing, PairingState
from services.passengers.store.tables import PAIRINGS


class Pairings:
    """The part of the store that signs in computers."""

    _connection: Connection

    def add_pairing(self, pairing: Pairing) -> None:
        self._connection.execute(insert(PAIRINGS).values(**vars(pairing)))

    def pairing_of_code(self, code_hash: str) -> Pairing | None:
        return self._pairing(PAIRINGS.c.code_hash == code_hash)

    def pairing_of_watch(self, watch_hash: str) -> Pairing | None:
        return self._pairing(PAIRINGS.c.watch_hash == watch_hash)

    def settle_pairing(
        self,
        code_hash: str,
        before: PairingState,
        after: PairingState,
        passenger_id: str | None,
        now: datetime,
    ) -> bool:
        """Whether it was in `before` and in time: one statement decides, so that no two can."""
        settled = self._connection.execute(
            update(PAIRINGS)
            .where(
                PAIRINGS.c.code_hash == code_hash,
                PAIRINGS.c.state == before.value,
                PAIRINGS.c.expires_at > now,
            )
            .values(state=after.value, passenger_id=passenger_id)
        )
        return settled.rowcount == 1

    def purge_pairings(self, before: datetime, limit: int) -> int:
        """Forget those that ended before; how many."""
        some = select(PAIRINGS.c.code_hash).where(PAIRINGS.c.expires_at < before).limit(limit)
        return self._connection.execute(delete(PAIRINGS).where(PAIRINGS.c.code_hash.in_(some))).rowcount

    def _pairing(self, which: ColumnElement[bool]) -> Pairing | None:
        row: Any = self._connection.execute(select(PAIRINGS).where(which)).first()
        return None if row is None else Pairing(**{**row._mapping, "state": PairingState(row.state)})
