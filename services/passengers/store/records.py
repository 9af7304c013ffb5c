"""What was done: unmaskings, audit rows, erasures and their reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.passengers.domain import Erasure, ServiceErasure
from services.passengers.store.shapes import Audited, Unmasking
from services.passengers.store.tables import AUDIT, ERASURE_SERVICES, ERASURES, UNMASKINGS


class Records:
    """The part of the store that remembers. It holds ids, counts and words of ours, nothing of a person."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def audit(self, audited: Audited) -> None:
        values = {**vars(audited), "detail": json.dumps(audited.detail)}
        self._connection.execute(insert(AUDIT).values(values))

    def audits(self, passenger_id: str) -> list[Audited]:
        """Oldest first."""
        query = select(AUDIT).where(AUDIT.c.passenger_id == passenger_id).order_by(AUDIT.c.id)
        return [
            Audited(row.passenger_id, row.action, row.actor, json.loads(row.detail), row.at)
            for row in self._connection.execute(query)
        ]

    def add_unmaskings(self, unmaskings: Sequence[Unmasking]) -> None:
        if unmaskings:
            self._connection.execute(insert(UNMASKINGS), [vars(one) for one in unmaskings])

    def unmaskings(self, passenger_id: str) -> list[Unmasking]:
        """Oldest first."""
        query = select(UNMASKINGS).where(UNMASKINGS.c.passenger_id == passenger_id).order_by(UNMASKINGS.c.id)
        return [
            Unmasking(row.passenger_id, row.document_id, row.reason, row.actor, row.at)
            for row in self._connection.execute(query)
        ]

    def purge_records(self, before: datetime, limit: int) -> int:
        """Delete audit rows and unmaskings from before, each at most `limit`; how many went."""
        gone = 0
        for table in (AUDIT, UNMASKINGS):
            some = select(table.c.id).where(table.c.at < before).limit(limit)
            gone += self._connection.execute(delete(table).where(table.c.id.in_(some))).rowcount
        return gone

    # --- erasures

    def add_erasure(self, erasure: Erasure) -> None:
        values = {name: value for name, value in vars(erasure).items() if name != "services"}
        self._connection.execute(insert(ERASURES).values(values))
        for service in erasure.services:
            self.save_erasure_service(erasure.id, service)

    def save_erasure_service(self, erasure_id: str, service: ServiceErasure) -> None:
        """What a service said; its first word stays."""
        build = (postgresql if self._connection.dialect.name == "postgresql" else sqlite).insert
        said = {"done_at": service.done_at, "counts": json.dumps(dict(service.counts))}
        statement = build(ERASURE_SERVICES).values(erasure_id=erasure_id, service=service.service, **said)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["erasure_id", "service"],
                set_=said,
                where=ERASURE_SERVICES.c.done_at.is_(None),
            )
        )

    def complete_erasure(self, erasure_id: str, at: datetime) -> None:
        self._connection.execute(update(ERASURES).where(ERASURES.c.id == erasure_id).values(completed_at=at))

    def erasure(self, erasure_id: str) -> Erasure | None:
        row = self._connection.execute(select(ERASURES).where(ERASURES.c.id == erasure_id)).first()
        return None if row is None else self._erasure(row)

    def lock_erasure(self, erasure_id: str) -> Erasure | None:
        """The same, held until the transaction ends: two services' last words must not miss each other."""
        query = select(ERASURES).where(ERASURES.c.id == erasure_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else self._erasure(row)

    def erasures(self, open_only: bool, limit: int) -> list[Erasure]:
        """Open ones the oldest first, all of them the newest first."""
        query = select(ERASURES).limit(limit)
        if open_only:
            query = query.where(ERASURES.c.completed_at.is_(None)).order_by(ERASURES.c.requested_at)
        else:
            query = query.order_by(ERASURES.c.requested_at.desc())
        return [self._erasure(row) for row in self._connection.execute(query).all()]

    def _erasure(self, row: Any) -> Erasure:
        query = (
            select(ERASURE_SERVICES)
            .where(ERASURE_SERVICES.c.erasure_id == row.id)
            .order_by(ERASURE_SERVICES.c.service)
        )
        services = tuple(
            ServiceErasure(each.service, each.done_at, json.loads(each.counts))
            for each in self._connection.execute(query)
        )
        return Erasure(**row._mapping, services=services)
