"""What the check-in desk calls things: standings, actions, what was done and by whom."""

from __future__ import annotations

from typing import Final

from gateway.staff.texts import N_
from services.checkin.schemas import StaffAction, Standing, WindowState

STANDINGS: Final = {
    Standing.BOOKED.value: (N_("Expected"), "calm"),
    Standing.CHECKED_IN.value: (N_("Checked in"), "go"),
    Standing.BOARDED.value: (N_("Through the gate"), "done"),
    Standing.OFF_LOADED.value: (N_("Off-loaded"), "bad"),
    Standing.DELETED.value: (N_("Off the list"), "late"),
}
"""By the service's word: how it is called, and its colour."""

WINDOWS: Final = {
    WindowState.TOO_EARLY.value: (N_("Not open yet"), "calm"),
    WindowState.OPEN.value: (N_("Open"), "go"),
    WindowState.CLOSED.value: (N_("Closed"), "late"),
    WindowState.CANCELLED.value: (N_("Flight cancelled"), "bad"),
}
"""Of check-in by oneself."""

STATUSES: Final = {
    "scheduled": N_("Scheduled"),
    "rescheduled": N_("Rescheduled"),
    "delayed": N_("Delayed"),
    "check_in_open": N_("Check-in"),
    "boarding_soon": N_("Boarding soon"),
    "boarding": N_("Boarding now"),
    "last_call": N_("Last call"),
    "gate_closed": N_("Gate closed"),
    "departed": N_("Departed"),
    "airborne": N_("Airborne"),
    "landed": N_("Landed"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "diverted": N_("Diverted"),
    "returned": N_("Returned to stand"),
}

KINDS: Final = {"adult": N_("Adult"), "child": N_("Child"), "unaccompanied": N_("Unaccompanied child")}

ACTIONS: Final = {
    StaffAction.CHECK_IN: N_("Check in"),
    StaffAction.SEAT: N_("Change seat"),
    StaffAction.CLEAR: N_("Let them check in themselves"),
    StaffAction.CANCEL_CHECK_IN: N_("Cancel the check-in"),
    StaffAction.UNBOARD: N_("Undo the boarding"),
    StaffAction.OFF_LOAD: N_("Off-load"),
    StaffAction.REINSTATE: N_("Accept again"),
}
POSSIBLE: Final = {
    Standing.BOOKED.value: (
        StaffAction.CHECK_IN,
        StaffAction.SEAT,
        StaffAction.CLEAR,
        StaffAction.OFF_LOAD,
    ),
    Standing.CHECKED_IN.value: (StaffAction.SEAT, StaffAction.CANCEL_CHECK_IN, StaffAction.OFF_LOAD),
    Standing.BOARDED.value: (StaffAction.UNBOARD, StaffAction.SEAT, StaffAction.OFF_LOAD),
    Standing.OFF_LOADED.value: (StaffAction.REINSTATE,),
    Standing.DELETED.value: (),
}
"""What a desk is offered, from where somebody stands; the service decides."""
SEATED: Final = frozenset({StaffAction.CHECK_IN, StaffAction.SEAT})
"""Actions for which the seat map counts."""

REASONS: Final = (
    N_("Asked for at the desk"),
    N_("Papers seen"),
    N_("Family to sit together"),
    N_("Did not come to the gate"),
    N_("Asked to travel another day"),
    N_("By order of the airline"),
    N_("Entered by mistake"),
)
"""Offered beside the field; anything else may be typed."""

DONE: Final = {
    "listed": N_("On the airline's list"),
    "given": N_("Papers added"),
    "checked_in": N_("Checked in"),
    "seat_changed": N_("Seat changed"),
    "cancelled": N_("Check-in cancelled"),
    "off_loaded": N_("Off-loaded"),
    "reinstated": N_("Accepted again"),
    "reseated": N_("Seated anew: another aircraft"),
    "boarded": N_("Went through the gate"),
    "unboarded": N_("Boarding undone"),
    "cleared": N_("May check in themselves"),
    "disrupted": N_("Told of a disruption"),
}
"""By the event's name."""

WHYS: Final = {
    "kept_kind": N_("Same kind of seat"),
    "nearest": N_("Nearest seat that was free"),
    "no_seat": N_("No seat left"),
    "other_cabin": N_("Moved to another cabin"),
    "deleted": N_("Taken off by the airline"),
    "cancelled": N_("Flight cancelled"),
    "reinstated": N_("Flight flies after all"),
    "retimed": N_("Departure time changed"),
    "gate": N_("Gate changed"),
}
"""Reasons that the service writes as codes."""

BY: Final = {
    "partner": N_("The airline"),
    "gate": N_("Gate"),
    "grant": N_("The traveller, by code"),
    "flights": N_("Flight news"),
}
"""Who isn't staff; accounts of travellers are "The traveller"."""
TRAVELLER: Final = N_("The traveller")

ATTRIBUTES: Final = {
    "window": N_("window"),
    "aisle": N_("aisle"),
    "exit": N_("emergency exit"),
    "bassinet": N_("bassinet"),
    "extra_legroom": N_("more legroom"),
    "limited_recline": N_("reclines little"),
    "no_infant": N_("not with an infant"),
    "no_window": N_("no view"),
    "adjoins_toilet": N_("by the toilet"),
}
