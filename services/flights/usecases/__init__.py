"""One function per operation: load, decide, save, commit."""

from services.flights.usecases.outlook import viewpoint
from services.flights.usecases.reading import (
    get_flight,
    get_history,
    list_refusals,
    list_window,
    window_digest,
)
from services.flights.usecases.reporting import report_updates
from services.flights.usecases.searching import search_flights
from services.flights.usecases.upkeep import purge_old

__all__ = [
    "get_flight",
    "get_history",
    "list_refusals",
    "list_window",
    "purge_old",
    "report_updates",
    "search_flights",
    "viewpoint",
    "window_digest",
]
