"""What bus can be asked: load, decide, save, commit."""

from __future__ import annotations

from services.bus.usecases.cancelling import cancel_departure, preview_cancellation
from services.bus.usecases.changing import change_tickets, list_changes
from services.bus.usecases.coupons import hold_with_coupons, look_after_coupons
from services.bus.usecases.feeds import Imported, export_feed, import_feed
from services.bus.usecases.holding import Counter, hold_seats
from services.bus.usecases.inspecting import (
    Gate,
    board_tickets,
    get_manifest,
    list_copies,
    list_day,
    list_revocations,
    ticket_keys,
    unboard_ticket,
)
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
from services.bus.usecases.rolling import concerns, forget_after, hear_flight, remind_of_departures
from services.bus.usecases.searching import Here, get_departure, list_lines, list_stops, search_departures
from services.bus.usecases.selling import Seats
from services.bus.usecases.shared import Storage, Timetables, Work

__all__ = [
    "Counter",
    "Gate",
    "Here",
    "Imported",
    "Seats",
    "Storage",
    "Timetables",
    "Work",
    "board_tickets",
    "cancel_departure",
    "change_tickets",
    "concerns",
    "erase",
    "export_feed",
    "export_passenger",
    "forget_after",
    "get_departure",
    "get_manifest",
    "get_order",
    "hear_flight",
    "hold_seats",
    "hold_with_coupons",
    "import_feed",
    "list_changes",
    "list_copies",
    "list_day",
    "list_lines",
    "list_orders",
    "list_revocations",
    "list_stops",
    "look_after_coupons",
    "look_after_orders",
    "note_merge",
    "on_payment_closed",
    "on_payment_late",
    "on_payment_succeeded",
    "on_refund",
    "pay_order",
    "preview_cancellation",
    "purge",
    "quote_return",
    "release_seats",
    "remind_of_departures",
    "return_tickets",
    "search_departures",
    "ticket_keys",
    "unboard_ticket",
]
