"""Flights, their seat maps and their counts. Who writes about a flight locks its row first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.db import Whether
from services.checkin.domain import Sitter
from services.checkin.schemas.vocabulary import Standing
from services.checkin.store.rows import FlightRow, sitter_of_row
from services.checkin.store.tables import CONFIGURATIONS, FLIGHTS, TRAVELLERS

_FLIGHT: Final = select(FLIGHTS).where(FLIGHTS.c.id == bindparam("flight"))
_LISTED: Final = Whether(FLIGHTS.c.id)
_LOCK: Final = _FLIGHT.with_for_update()
_SEATED: Final = select(
    TRAVELLERS.c.id,
    TRAVELLERS.c.booking_id,
    TRAVELLERS.c.seat,
    TRAVELLERS.c.cabin,
    TRAVELLERS.c.kind,
    TRAVELLERS.c.infant,
    TRAVELLERS.c.specials,
).where(TRAVELLERS.c.flight_id == bindparam("flight"), TRAVELLERS.c.seat.is_not(None))
_TOUCH: Final = (
    update(FLIGHTS)
    .where(FLIGHTS.c.id == bindparam("flight"))
    .values(changes=FLIGHTS.c.changes + 1, last_sequence=FLIGHTS.c.last_sequence + bindparam("sequences"))
)
_COUNTS: Final = (
    select(TRAVELLERS.c.flight_id, TRAVELLERS.c.standing, TRAVELLERS.c.infant, func.count().label("number"))
    .where(TRAVELLERS.c.flight_id.in_(bindparam("flights", expanding=True)))
    .group_by(TRAVELLERS.c.flight_id, TRAVELLERS.c.standing, TRAVELLERS.c.infant)
)
_SPECIALS: Final = (
    select(TRAVELLERS.c.flight_id, func.count().label("number"))
    .where(
        TRAVELLERS.c.flight_id.in_(bindparam("flights", expanding=True)),
        TRAVELLERS.c.specials != "",
        TRAVELLERS.c.standing != Standing.DELETED.value,
    )
    .group_by(TRAVELLERS.c.flight_id)
)


class FlightRows:
    """Flights and seats."""

    _connection: Connection

    def flight(self, flight_id: str) -> FlightRow | None:
        row = self._connection.execute(_FLIGHT, {"flight": flight_id}).first()
        return None if row is None else FlightRow(**row._mapping)

    def is_listed(self, flight_id: str) -> bool:
        """Whether an airline sent a list or a configuration of it."""
        return _LISTED.found(self._connection, flight_id)

    def listed_among(self, flight_ids: Collection[str]) -> set[str]:
        """Those of these flights of which an airline sent a list or a configuration."""
        return _LISTED.among(self._connection, flight_ids)

    def lock_flight(self, flight_id: str) -> FlightRow | None:
        """Hold it against other writers until the transaction ends. On SQLite the write lock does."""
        row = self._connection.execute(_LOCK, {"flight": flight_id}).first()
        return None if row is None else FlightRow(**row._mapping)

    def add_flight(self, flight: FlightRow) -> None:
        """Unless somebody was quicker."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        self._connection.execute(build(FLIGHTS).values(asdict(flight)).on_conflict_do_nothing())

    def save_flight(self, flight: FlightRow) -> None:
        """All but the last sequence number, which `touch` counts."""
        values = asdict(flight)
        del values["last_sequence"]
        self._connection.execute(update(FLIGHTS).where(FLIGHTS.c.id == flight.id).values(values))

    def touch(self, flight_id: str, sequences: int = 0) -> None:
        """Note that something changed; take so many sequence numbers of a locked flight."""
        self._connection.execute(_TOUCH, {"flight": flight_id, "sequences": sequences})

    def flights(self, from_at: datetime, to_at: datetime) -> list[FlightRow]:
        """By departure."""
        query = (
            select(FLIGHTS)
            .where(FLIGHTS.c.departs_at >= from_at, FLIGHTS.c.departs_at < to_at)
            .order_by(FLIGHTS.c.departs_at, FLIGHTS.c.id)
        )
        return [FlightRow(**row._mapping) for row in self._connection.execute(query)]

    def add_configuration(self, flight_id: str, version: int, document: str) -> None:
        row = {"flight_id": flight_id, "version": version, "document": document}
        self._connection.execute(insert(CONFIGURATIONS).values(row))

    def configuration(self, flight_id: str, version: int) -> str:
        """The JSON of its ConfigurationSpecSchema."""
        query = select(CONFIGURATIONS.c.document).where(
            CONFIGURATIONS.c.flight_id == flight_id, CONFIGURATIONS.c.version == version
        )
        return str(self._connection.execute(query).scalar_one())

    def seated(self, flight_id: str) -> dict[str, Sitter]:
        """Who has which seat."""
        rows: Any = self._connection.execute(_SEATED, {"flight": flight_id})
        return {row.seat: sitter_of_row(row) for row in rows}

    def counts(self, flight_ids: list[str]) -> dict[str, dict[tuple[str, bool], int]]:
        """By flight, how many travellers there are by standing and whether they have an infant."""
        found: dict[str, dict[tuple[str, bool], int]] = {flight_id: {} for flight_id in flight_ids}
        for row in self._connection.execute(_COUNTS, {"flights": flight_ids}):
            found[row.flight_id][row.standing, bool(row.infant)] = row.number
        return found

    def specials(self, flight_ids: list[str]) -> dict[str, int]:
        """By flight, how many travellers on its list have a special service."""
        rows: Any = self._connection.execute(_SPECIALS, {"flights": flight_ids})
        return dict.fromkeys(flight_ids, 0) | {row.flight_id: row.number for row in rows}
