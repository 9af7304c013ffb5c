"""Timetables as they were imported."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, text

from services.bus.domain import FeedVersion
from services.bus.store.tables import FEEDS

_ONE_IMPORT_AT_A_TIME = 7_236_450_118

_NEWEST = select(FEEDS.c.version, FEEDS.c.digest).where(
    FEEDS.c.version == select(func.max(FEEDS.c.version)).scalar_subquery()
)


class FeedRows:
    """Feeds, the newest of which holds."""

    _connection: Connection

    def lock_feeds(self) -> None:
        """Hold other imports back until the transaction ends. On SQLite the write lock does."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_IMPORT_AT_A_TIME}
            )

    def newest_feed(self) -> FeedVersion | None:
        """Version and digest of the feed that holds; None when none was imported."""
        row = self._connection.execute(_NEWEST).first()
        return None if row is None else FeedVersion(row.version, row.digest)

    def archive(self, version: int) -> bytes:
        """The zip of this version."""
        archive: bytes = self._connection.execute(
            select(FEEDS.c.archive).where(FEEDS.c.version == version)
        ).scalar_one()
        return bytes(archive)

    def add_feed(self, digest: str, archive: bytes, actor: str, now: datetime) -> int:
        """Keep another feed; returns its version, greater than all before."""
        row = {"digest": digest, "archive": archive, "actor": actor, "imported_at": now}
        version = self._connection.execute(insert(FEEDS).values(row)).inserted_primary_key
        assert version is not None
        return int(version[0])
