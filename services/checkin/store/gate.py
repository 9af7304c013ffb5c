"""Passes, scans and traces; and what is old enough to go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from kernel.tables import Instant
from services.checkin.domain import Traveller
from services.checkin.schemas.vocabulary import Scan
from services.checkin.store.rows import ScanRow, TraceRow, traveller_of_values
from services.checkin.store.tables import (
    BINDINGS,
    BOOKINGS,
    CODES,
    CONFIGURATIONS,
    FLIGHTS,
    GRANTS,
    GUESSES,
    PAPERS,
    PASSES,
    SCANS,
    TELETYPE_PARTS,
    TRACES,
    TRAVELLERS,
)

_HOLDER: Final = (
    select(TRAVELLERS, PASSES.c.voided_at)
    .join_from(PASSES, TRAVELLERS, TRAVELLERS.c.id == PASSES.c.traveller_id)
    .where(PASSES.c.flight_id == bindparam("flight"), PASSES.c.sequence == bindparam("number"))
)
_SCAN: Final = select(SCANS).where(
    SCANS.c.flight_id == bindparam("flight"),
    SCANS.c.device == bindparam("reader"),
    SCANS.c.scan_id == bindparam("scan"),
)
_ADD_PASS: Final = insert(PASSES)
_ADD_TRACE: Final = insert(TRACES)


class GateRows:
    """What the gate asks and leaves."""

    _connection: Connection

    def add_passes(self, flight_id: str, passes: Sequence[tuple[int, str]], now: datetime) -> None:
        """passes: sequence number and traveller."""
        rows = [
            {"flight_id": flight_id, "sequence": sequence, "traveller_id": traveller_id, "issued_at": now}
            for sequence, traveller_id in passes
        ]
        self._connection.execute(_ADD_PASS, rows)

    def void_passes(self, traveller_ids: Collection[str], now: datetime) -> None:
        good = (PASSES.c.traveller_id.in_(traveller_ids), PASSES.c.voided_at.is_(None))
        self._connection.execute(update(PASSES).where(*good).values(voided_at=now))

    def holder_of(self, flight_id: str, sequence: int) -> tuple[Traveller, bool] | None:
        """Whose number it is, and whether it is void."""
        row = self._connection.execute(_HOLDER, {"flight": flight_id, "number": sequence}).first()
        if row is None:
            return None
        values = dict(row._mapping)
        voided_at = values.pop("voided_at")
        return traveller_of_values(values), voided_at is not None

    def pass_counts(self, traveller_ids: Collection[str]) -> dict[str, int]:
        """How many passes each was given, good ones and void ones."""
        query = (
            select(PASSES.c.traveller_id, func.count().label("number"))
            .where(PASSES.c.traveller_id.in_(traveller_ids))
            .group_by(PASSES.c.traveller_id)
        )
        return {row.traveller_id: row.number for row in self._connection.execute(query)}

    def last_pass_at(self, traveller_id: str) -> datetime | None:
        """When they were given their last pass, by the airport's time; None: they never had one."""
        query = select(func.max(PASSES.c.issued_at, type_=Instant)).where(
            PASSES.c.traveller_id == traveller_id
        )
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def void_sequences(self, flight_id: str) -> list[int]:
        query = (
            select(PASSES.c.sequence)
            .where(PASSES.c.flight_id == flight_id, PASSES.c.voided_at.is_not(None))
            .order_by(PASSES.c.sequence)
        )
        return list(self._connection.execute(query).scalars())

    def scan(self, flight_id: str, device: str, scan_id: str) -> ScanRow | None:
        key = {"flight": flight_id, "reader": device, "scan": scan_id}
        row = self._connection.execute(_SCAN, key).first()
        return None if row is None else ScanRow(**{**row._mapping, "result": Scan(row.result)})

    def add_scan(self, scan: ScanRow) -> None:
        self._connection.execute(insert(SCANS).values({**asdict(scan), "result": scan.result.value}))

    def add_traces(self, traces: Sequence[TraceRow]) -> None:
        if traces:
            self._connection.execute(_ADD_TRACE, [vars(trace) for trace in traces])

    def traces(self, traveller_id: str) -> list[TraceRow]:
        """Newest first."""
        columns = [column for column in TRACES.columns if column.name != "id"]
        query = select(*columns).where(TRACES.c.traveller_id == traveller_id).order_by(TRACES.c.id.desc())
        return [TraceRow(**row._mapping) for row in self._connection.execute(query.limit(200))]

    def old_flights(self, before: datetime, limit: int) -> list[str]:
        query = select(FLIGHTS.c.id).where(FLIGHTS.c.departs_at < before).limit(limit)
        return list(self._connection.execute(query).scalars())

    def forget_flight(self, flight_id: str) -> int:
        """Delete everything about it; how many travellers there were."""
        run = self._connection.execute
        bookings = select(BOOKINGS.c.id).where(BOOKINGS.c.flight_id == flight_id)
        travellers = select(TRAVELLERS.c.id).where(TRAVELLERS.c.flight_id == flight_id)
        for table in (BINDINGS, CODES, GRANTS):
            run(delete(table).where(table.c.booking_id.in_(bookings)))
        run(delete(PAPERS).where(PAPERS.c.traveller_id.in_(travellers)))
        for table in (PASSES, SCANS, TRACES, CONFIGURATIONS, TELETYPE_PARTS):
            run(delete(table).where(table.c.flight_id == flight_id))
        gone = run(delete(TRAVELLERS).where(TRAVELLERS.c.flight_id == flight_id)).rowcount
        run(delete(BOOKINGS).where(BOOKINGS.c.flight_id == flight_id))
        run(delete(FLIGHTS).where(FLIGHTS.c.id == flight_id))
        return gone

    def forget_guesses(self, before: datetime, now: datetime) -> None:
        self._connection.execute(delete(GUESSES).where(GUESSES.c.at < before))
        self._connection.execute(delete(GRANTS).where(GRANTS.c.expires_at < now))
