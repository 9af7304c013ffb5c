"""What goes with every step of travellers, written at once: new passes, counters, traces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, text

from kernel.tables import Instant
from services.checkin.store.flights import FlightRows
from services.checkin.store.gate import GateRows
from services.checkin.store.rows import TraceRow
from services.checkin.store.travellers import TravellerRows


@dataclass(frozen=True)
class Noted:
    """Of one flight. passes: sequence number and traveller; issued_at: theirs. bookings: that look different now."""

    flight_id: str
    issued_at: datetime
    passes: Sequence[tuple[int, str]]
    bookings: Collection[str]
    traces: Sequence[TraceRow]


# One round trip instead of four, while everybody else of the flight waits for its row.
_NOTE: Final = text(
    """
    WITH new_passes AS (
        INSERT INTO passes (flight_id, sequence, traveller_id, issued_at)
        SELECT :flight, given.sequence, given.traveller_id, :issued_at
        FROM unnest(CAST(:sequences AS integer[]), CAST(:holders AS varchar[])) AS given (sequence, traveller_id)
    ), new_versions AS (
        UPDATE bookings SET version = version + 1 WHERE id = ANY(CAST(:bookings AS varchar[]))
    ), new_traces AS (
        INSERT INTO traces (flight_id, traveller_id, at, actor, what, seat, reason)
        SELECT :flight, seen.traveller_id, :at, :actor, seen.what, seen.seat, seen.reason
        FROM unnest(
            CAST(:travellers AS varchar[]), CAST(:whats AS varchar[]), CAST(:seats AS varchar[]),
            CAST(:reasons AS varchar[])
        ) AS seen (traveller_id, what, seat, reason)
    )
    UPDATE flights SET changes = changes + 1, last_sequence = last_sequence + :count WHERE id = :flight
    """
).bindparams(bindparam("issued_at", type_=Instant), bindparam("at", type_=Instant))


class NotingRows(FlightRows, TravellerRows, GateRows):
    """On SQLite, where a statement is no journey, one after the other."""

    _connection: Connection

    def note(self, noted: Noted) -> None:
        """Save it. traces: at least one, all of one moment and actor."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_NOTE, _values(noted))
            return
        if noted.passes:
            self.add_passes(noted.flight_id, noted.passes, noted.issued_at)
        self.touch_bookings(noted.bookings)
        self.touch(noted.flight_id, len(noted.passes))
        self.add_traces(noted.traces)


def _values(noted: Noted) -> dict[str, object]:
    return {
        "flight": noted.flight_id,
        "issued_at": noted.issued_at,
        "sequences": [sequence for sequence, _ in noted.passes],
        "holders": [traveller_id for _, traveller_id in noted.passes],
        "count": len(noted.passes),
        "bookings": sorted(noted.bookings),
        "at": noted.traces[0].at,
        "actor": noted.traces[0].actor,
        "travellers": [trace.traveller_id for trace in noted.traces],
        "whats": [trace.what for trace in noted.traces],
        "seats": [trace.seat for trace in noted.traces],
        "reasons": [trace.reason for trace in noted.traces],
    }
