"""What bus can be asked: load, decide, save, commit."""

from __future__ import annotations

from services.bus.usecases.feeds import Imported, export_feed, import_feed
from services.bus.usecases.holding import get_order, hold_seats, release_lapsed_holds, release_seats
from services.bus.usecases.searching import Here, get_departure, list_lines, list_stops, search_departures
from services.bus.usecases.shared import Storage, Timetables, Work

__all__ = [
    "Here",
    "Imported",
    "Storage",
    "Timetables",
    "Work",
    "export_feed",
    "get_departure",
    "get_order",
    "hold_seats",
    "import_feed",
    "list_lines",
    "list_stops",
    "release_lapsed_holds",
    "release_seats",
    "search_departures",
]
