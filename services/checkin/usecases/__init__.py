"""What checkin can be asked: load, decide, save, commit."""

from __future__ import annotations

from services.checkin.usecases.access import confirm_code, find_booking, send_code
from services.checkin.usecases.checking import cancel_check_in, check_in, choose_seats
from services.checkin.usecases.desks import act, list_flight, list_flights, list_traces
from services.checkin.usecases.equipping import apply_configuration
from services.checkin.usecases.gates import (
    board_scan,
    boarding_counts,
    get_boarding_list,
    sync_scans,
    undo_boarding,
)
from services.checkin.usecases.hearing import concerns, hear
from services.checkin.usecases.listing import apply_changes, apply_list
from services.checkin.usecases.parties import get_party, get_pass, list_my_trips, seat_map
from services.checkin.usecases.people import erase, export_passenger, note_merge, purge
from services.checkin.usecases.shared import Place, SeatMaps, Work
from services.checkin.usecases.teletypes import apply_teletype

__all__ = [
    "Place",
    "SeatMaps",
    "Work",
    "act",
    "apply_changes",
    "apply_configuration",
    "apply_list",
    "apply_teletype",
    "board_scan",
    "boarding_counts",
    "cancel_check_in",
    "check_in",
    "choose_seats",
    "concerns",
    "confirm_code",
    "erase",
    "export_passenger",
    "find_booking",
    "get_boarding_list",
    "get_party",
    "get_pass",
    "hear",
    "list_flight",
    "list_flights",
    "list_my_trips",
    "list_traces",
    "note_merge",
    "purge",
    "seat_map",
    "send_code",
    "sync_scans",
    "undo_boarding",
]
