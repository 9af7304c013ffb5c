"""The flights database and airport of this environment, for who imports from a shell beside the service."""

from __future__ import annotations

from kernel import clock, config
from kernel.db import Database, UnitOfWork, database_url
from services.airport import Airport
from services.flights import names
from services.flights.domain import Names, Viewpoint
from services.flights.store import FlightStore
from services.flights.timetable.importing import ImportReport, Wish, import_timetable
from services.flights.timetable.legs import Reading


def import_here(reading: Reading, wish: Wish) -> ImportReport:
    """Import into the configured flights database, for the configured airport, at the airport's time now.

    The events leave with the service's relay, which looks for rows of other processes each second.
    """
    airport = config.load(Airport)
    called = Names(names.airport, names.airline, names.delay_reason, names.keywords)
    uow = UnitOfWork(Database(database_url("flights")), FlightStore)
    return import_timetable(uow, Viewpoint(airport.iata, airport.zone, called), reading, wish, clock.now())
