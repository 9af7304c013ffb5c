"""Parts of teletype lists: the text of those that wait is sealed, of those that were applied it is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from services.checkin.domain import Waiting
from services.checkin.store.tables import TELETYPE_PARTS


@dataclass(frozen=True)
class PartRow:
    """version None: it waits, and sealed is its text; else the list's version that it was applied as."""

    flight_id: str
    fingerprint: str
    train: int
    changes: bool
    minute: int | None
    number: int
    is_last: bool
    sealed: str | None
    version: int | None
    heard_at: datetime

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.train, self.changes, self.minute, self.number, self.is_last)


class TeletypeRows:
    """Parts, by flight."""

    _connection: Connection

    def waiting_parts(self, flight_id: str) -> list[PartRow]:
        """In the order in which they came."""
        query = (
            select(TELETYPE_PARTS)
            .where(TELETYPE_PARTS.c.flight_id == flight_id, TELETYPE_PARTS.c.version.is_(None))
            .order_by(TELETYPE_PARTS.c.train, TELETYPE_PARTS.c.number)
        )
        return [PartRow(**row._mapping) for row in self._connection.execute(query)]

    def known_parts(self, flight_id: str, fingerprints: Collection[str]) -> list[PartRow]:
        query = select(TELETYPE_PARTS).where(
            TELETYPE_PARTS.c.flight_id == flight_id, TELETYPE_PARTS.c.fingerprint.in_(fingerprints)
        )
        return [PartRow(**row._mapping) for row in self._connection.execute(query)]

    def last_part(self, flight_id: str) -> PartRow | None:
        """One of the parts that were applied last."""
        query = (
            select(TELETYPE_PARTS)
            .where(TELETYPE_PARTS.c.flight_id == flight_id, TELETYPE_PARTS.c.version.is_not(None))
            .order_by(TELETYPE_PARTS.c.version.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else PartRow(**row._mapping)

    def last_train(self, flight_id: str) -> int:
        query = select(func.max(TELETYPE_PARTS.c.train)).where(TELETYPE_PARTS.c.flight_id == flight_id)
        return self._connection.execute(query).scalar() or 0

    def add_parts(self, parts: Iterable[PartRow]) -> None:
        self._connection.execute(insert(TELETYPE_PARTS), [asdict(part) for part in parts])

    def settle_train(self, flight_id: str, train: int, version: int) -> None:
        """It was applied: its texts are no longer needed."""
        self._connection.execute(
            update(TELETYPE_PARTS)
            .where(TELETYPE_PARTS.c.flight_id == flight_id, TELETYPE_PARTS.c.train == train)
            .values(version=version, sealed=None)
        )

    def drop_train(self, flight_id: str, train: int) -> None:
        self._connection.execute(
            delete(TELETYPE_PARTS).where(
                TELETYPE_PARTS.c.flight_id == flight_id,
                TELETYPE_PARTS.c.train == train,
                TELETYPE_PARTS.c.version.is_(None),
            )
        )

    def forget_waiting(self, before: datetime) -> int:
        """Parts whose others never came; how many."""
        return self._connection.execute(
            delete(TELETYPE_PARTS).where(
                TELETYPE_PARTS.c.heard_at < before, TELETYPE_PARTS.c.version.is_(None)
            )
        ).rowcount
