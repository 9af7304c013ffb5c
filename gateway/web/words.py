"""Vocabularies of flights in words: statuses with their tone, milestones, sources, fields of a change."""

from __future__ import annotations

from typing import Final, NamedTuple

from gateway.web.texts import N_
from services.flights.schemas import Milestone, SourceKind, Status


class StatusWord(NamedTuple):
    text: str
    tone: str
    """calm, go, urgent, late, bad, air or done: the colour, which never speaks without the word"""


STATUSES: Final = {
    Status.SCHEDULED: StatusWord(N_("Scheduled"), "calm"),
    Status.RESCHEDULED: StatusWord(N_("New time"), "late"),
    Status.DELAYED: StatusWord(N_("Delayed"), "late"),
    Status.CHECK_IN_OPEN: StatusWord(N_("Check-in open"), "go"),
    Status.BOARDING_SOON: StatusWord(N_("Go to gate"), "go"),
    Status.BOARDING: StatusWord(N_("Boarding"), "go"),
    Status.LAST_CALL: StatusWord(N_("Last call"), "urgent"),
    Status.GATE_CLOSED: StatusWord(N_("Gate closed"), "done"),
    Status.DEPARTED: StatusWord(N_("Departed"), "air"),
    Status.AIRBORNE: StatusWord(N_("In the air"), "air"),
    Status.EXPECTED: StatusWord(N_("On its way"), "air"),
    Status.LANDED: StatusWord(N_("Landed"), "go"),
    Status.BAGS_ON_BELT: StatusWord(N_("Bags on belt"), "go"),
    Status.COMPLETED: StatusWord(N_("Completed"), "done"),
    Status.CANCELLED: StatusWord(N_("Cancelled"), "bad"),
    Status.DIVERTED: StatusWord(N_("Diverted"), "bad"),
    Status.RETURNED: StatusWord(N_("Returned"), "late"),
}

GONE: Final = frozenset({"departed", "airborne", "expected", "landed", "bags_on_belt", "completed"})
"""Statuses of a leg that has left its origin."""
ARRIVED: Final = frozenset({"landed", "bags_on_belt", "completed"})
BROKEN: Final = frozenset({"cancelled", "diverted", "returned"})

MILESTONES: Final = {
    Milestone.CHECK_IN_OPEN: N_("Check-in opens"),
    Milestone.CHECK_IN_CLOSE: N_("Check-in closes"),
    Milestone.GATE_OPEN: N_("Gate opens"),
    Milestone.BOARDING_START: N_("Boarding begins"),
    Milestone.FINAL_CALL: N_("Final call"),
    Milestone.BOARDING_END: N_("Boarding ends"),
    Milestone.GATE_CLOSE: N_("Gate closes"),
    Milestone.READY: N_("Ready to leave"),
    Milestone.OFF_BLOCK: N_("Leaves the stand"),
    Milestone.TAKE_OFF: N_("Take-off"),
    Milestone.TEN_MILES_OUT: N_("Ten miles out"),
    Milestone.TOUCH_DOWN: N_("Touch-down"),
    Milestone.ON_BLOCK: N_("At the stand"),
    Milestone.FIRST_BAG: N_("First bag on the belt"),
    Milestone.LAST_BAG: N_("Last bag on the belt"),
}
AT_DESTINATION: Final = frozenset({"ten_miles_out", "touch_down", "on_block", "first_bag", "last_bag"})
"""Milestones whose clock is the destination's."""

SOURCES: Final = {
    SourceKind.SCHEDULE: N_("Timetable"),
    SourceKind.HANDLER: N_("Ground handler"),
    SourceKind.AIRLINE: N_("Airline"),
    SourceKind.AIRPORT: N_("Airport"),
}

TIME_TYPES: Final = {
    "scheduled_at": N_("scheduled"),
    "estimated_at": N_("estimated"),
    "target_at": N_("target"),
    "calculated_at": N_("calculated"),
    "actual_at": N_("actual"),
}

SIDES: Final = {"departure": N_("Departure"), "arrival": N_("Arrival")}

FIELDS: Final = {
    "status": N_("Status"),
    "departure.terminal": N_("Terminal"),
    "departure.check_in_counters": N_("Check-in counters"),
    "departure.security": N_("Security"),
    "departure.gate": N_("Gate"),
    "departure.stand": N_("Stand"),
    "arrival.terminal": N_("Arrival terminal"),
    "arrival.gate": N_("Arrival gate"),
    "arrival.stand": N_("Arrival stand"),
    "arrival.belt": N_("Baggage belt"),
    "aircraft.type": N_("Aircraft type"),
    "aircraft.registration": N_("Registration"),
    "aircraft": N_("Aircraft"),
    "delays": N_("Reason for the delay"),
    "delay_reasons": N_("Reason for the delay"),
    "delay_minutes": N_("Delay"),
    "codeshares": N_("Also sold as"),
    "route": N_("Route"),
    "diverted_to": N_("Diverted to"),
    "inbound": N_("Incoming aircraft"),
    "onward": N_("Onward flight"),
}
