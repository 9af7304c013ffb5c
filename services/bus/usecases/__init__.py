"""What bus can be asked: load, decide, save, commit."""

from __future__ import annotations

from services.bus.usecases.feeds import Imported, export_feed, import_feed
from services.bus.usecases.holding import Counter, hold_seats
from services.bus.usecases.keeping import erase, export_passenger, note_merge, purge
from services.bus.usecases.orders import get_order, list_orders
from services.bus.usecases.paying import (
    look_after_orders,
    on_payment_closed,
    on_payment_late,
    on_payment_succeeded,
    on_refund,
    pay_order,
    release_seats,
)
from services.bus.usecases.returning import quote_return, return_tickets
from services.bus.usecases.searching import Here, get_departure, list_lines, list_stops, search_departures
from services.bus.usecases.selling import Seats
from services.bus.usecases.shared import Storage, Timetables, Work

__all__ = [
    "Counter",
    "Here",
    "Imported",
    "Seats",
    "Storage",
    "Timetables",
    "Work",
    "erase",
    "export_feed",
    "export_passenger",
    "get_departure",
    "get_order",
    "hold_seats",
    "import_feed",
    "list_lines",
    "list_orders",
    "list_stops",
    "look_after_orders",
    "note_merge",
    "on_payment_closed",
    "on_payment_late",
    "on_payment_succeeded",
    "on_refund",
    "pay_order",
    "purge",
    "quote_return",
    "release_seats",
    "return_tickets",
    "search_departures",
]
