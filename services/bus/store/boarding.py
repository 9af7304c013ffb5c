"""Who got on: ticks, scans, and what inspectors' devices must learn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from services.bus.domain import BusTicket
from services.bus.domain.boarding import Mark, Marked, Scan, Tick
from services.bus.schemas import TicketState
from services.bus.schemas.inspection import ScanResult
from services.bus.store.boarding_tables import MARKS, SCANS
from services.bus.store.tables import TICKETS
from services.bus.store.tickets import ticket_of_row

_MARKS_IN_ORDER = 7_236_450_119
_ABOARD = (TicketState.VALID.value, TicketState.BOARDED.value)


class BoardingRows:
    """Ticks and scans. Tickets are locked in the order of their ids, and marks are noted last of all."""

    _connection: Connection

    def find_tickets(self, ticket_ids: Collection[str]) -> dict[str, BusTicket]:
        """By id; what there is no ticket of is missing."""
        rows = self._connection.execute(select(TICKETS).where(TICKETS.c.id.in_(sorted(ticket_ids))))
        return {row.id: ticket_of_row(row) for row in rows}

    def tickets_on(self, departure_id: str) -> list[BusTicket]:
        """Those of a departure that are valid or ticked, by where they board, then by id."""
        query = (
            select(TICKETS)
            .where(TICKETS.c.departure_id == departure_id, TICKETS.c.state.in_(_ABOARD))
            .order_by(TICKETS.c.departs_at, TICKETS.c.id)
        )
        return [ticket_of_row(row) for row in self._connection.execute(query)]

    def lock_tickets(self, ticket_ids: Collection[str]) -> list[BusTicket]:
        """These tickets by id, held against other writers until the transaction ends."""
        query = select(TICKETS).where(TICKETS.c.id.in_(sorted(ticket_ids))).order_by(TICKETS.c.id)
        return [ticket_of_row(row) for row in self._connection.execute(query.with_for_update())]

    def boarded_counts(self, departure_ids: Collection[str]) -> dict[str, int]:
        """How many are ticked, by departure; where nobody is, it is missing."""
        query = (
            select(TICKETS.c.departure_id, func.count())
            .where(TICKETS.c.departure_id.in_(departure_ids), TICKETS.c.state == TicketState.BOARDED.value)
            .group_by(TICKETS.c.departure_id)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def tick(self, ticket_id: str, departure_id: str, at: datetime, actor: str) -> bool:
        """Note that its bearer got on this departure; False, and nothing changed, unless it is valid for it."""
        # Judged and done in one statement: of two devices, or of a scan and a change, one finds it valid.
        done = self._connection.execute(
            update(TICKETS)
            .where(
                TICKETS.c.id == ticket_id,
                TICKETS.c.departure_id == departure_id,
                TICKETS.c.state == TicketState.VALID.value,
            )
            .values(state=TicketState.BOARDED.value, boarded_at=at, boarded_by=actor)
        )
        return done.rowcount == 1

    def untick(self, ticket_id: str, now: datetime) -> bool:
        """Take a tick back; False, and nothing changed, when there is none."""
        done = self._connection.execute(
            update(TICKETS)
            .where(TICKETS.c.id == ticket_id, TICKETS.c.state == TicketState.BOARDED.value)
            .values(state=TicketState.VALID.value, boarded_at=None, boarded_by=None)
        )
        if done.rowcount != 1:
            return False
        self._connection.execute(
            update(SCANS)
            .where(
                SCANS.c.ticket_id == ticket_id,
                SCANS.c.result == ScanResult.BOARDED.value,
                SCANS.c.undone_at.is_(None),
            )
            .values(undone_at=now)
        )
        return True

    def answered_scans(self, scan_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """What these scans were answered, by id; those that are new are missing."""
        query = select(SCANS.c.id, SCANS.c.answer).where(SCANS.c.id.in_(sorted(scan_ids)))
        return {row.id: orjson.loads(row.answer) for row in self._connection.execute(query)}

    def keep_scan(
        self, scan: Scan, ticket_id: str | None, result: ScanResult, answer: dict[str, Any], now: datetime
    ) -> None:
        """Save a scan with its answer, unless another copy of the service has just done so."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {
            "id": scan.id,
            "ticket_id": ticket_id,
            "departure_id": scan.departure_id,
            "device": scan.device,
            "actor": scan.actor,
            "scanned_at": scan.scanned_at,
            "seen_at": now,
            "result": result.value,
            "answer": orjson.dumps(answer).decode(),
        }
        # Only the same scan again is let pass: a second tick of one ticket is refused by its own index.
        self._connection.execute(build(SCANS).values(row).on_conflict_do_nothing(index_elements=[SCANS.c.id]))

    def ticked_by(self, ticket_ids: Collection[str]) -> dict[str, Tick]:
        """The scans that ticked these tickets, by ticket."""
        query = select(SCANS).where(
            SCANS.c.ticket_id.in_(sorted(ticket_ids)),
            SCANS.c.result == ScanResult.BOARDED.value,
            SCANS.c.undone_at.is_(None),
        )
        return {row.ticket_id: _tick(row) for row in self._connection.execute(query)}

    def copies(self, limit: int) -> list[Tick]:
        """Tickets that were shown again to a device that was off line, the newest first."""
        query = select(SCANS).where(SCANS.c.result == ScanResult.COPY.value)
        rows = self._connection.execute(query.order_by(SCANS.c.seen_at.desc(), SCANS.c.id).limit(limit))
        return [_tick(row) for row in rows]

    def note_marks(self, marks: Sequence[Marked]) -> None:
        """Tell devices what became of tickets. The last that a transaction does before its events.

        Numbers become visible in their order: who noted the last holds others back until the commit, so that a
        device that has seen a number has seen all below it. As nobody waits for anything after this, no two can
        wait for each other.
        """
        if not marks:
            return
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MARKS_IN_ORDER})
        rows = [
            {"ticket_id": one.ticket_id, "kind": one.mark.value, "departs_at": one.departs_at}
            for one in sorted(marks, key=lambda one: one.ticket_id)
        ]
        self._connection.execute(insert(MARKS), rows)

    def marks_since(
        self, version: int, earliest: datetime, limit: int
    ) -> tuple[list[tuple[int, Marked]], int]:
        """Marks above a version of tickets that depart from `earliest` on, in order; and the newest version."""
        query = (
            select(MARKS)
            .where(MARKS.c.version > version, MARKS.c.departs_at >= earliest)
            .order_by(MARKS.c.version)
            .limit(limit)
        )
        rows = self._connection.execute(query).all()
        newest = self._connection.execute(select(func.max(MARKS.c.version))).scalar() or 0
        return [(row.version, Marked(row.ticket_id, Mark(row.kind), row.departs_at)) for row in rows], newest


def _tick(row: Row[Any]) -> Tick:
    return Tick(row.id, row.ticket_id, row.departure_id, row.device, row.actor, row.scanned_at)
