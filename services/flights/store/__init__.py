"""The only SQL of flights, on SQLite and PostgreSQL."""

from services.flights.store.flights import FlightStore
from services.flights.store.shapes import Asked, Kept, LegRow, Listed, Place, RefusalRow, Store
from services.flights.store.tables import CHANGES, FLIGHTS, REFUSALS, TERMS, metadata

__all__ = [
    "CHANGES",
    "FLIGHTS",
    "REFUSALS",
    "TERMS",
    "Asked",
    "FlightStore",
    "Kept",
    "LegRow",
    "Listed",
    "Place",
    "RefusalRow",
    "Store",
    "metadata",
]
