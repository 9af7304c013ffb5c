"""The words that flights uses, and its limits; imports nothing, so that rules may use them too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAX_BATCH: Final = 1000
"""Items in one report_updates call."""
MAX_PAGE: Final = 500
"""Flights in one page of search_flights or list_window."""


class Status(StrEnum):
    """The airport's own words for where a leg stands, in the order of a normal day."""

    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    DELAYED = "delayed"
    CHECK_IN_OPEN = "check_in_open"
    BOARDING_SOON = "boarding_soon"
    BOARDING = "boarding"
    LAST_CALL = "last_call"
    GATE_CLOSED = "gate_closed"
    DEPARTED = "departed"  # off block
    AIRBORNE = "airborne"  # took off
    EXPECTED = "expected"  # on its way here with an estimate
    LANDED = "landed"
    BAGS_ON_BELT = "bags_on_belt"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    RETURNED = "returned"  # back at the stand, or back in the air to where it came from


class Milestone(StrEnum):
    """What a time is about; the AIDX operation qualifier stands beside it."""

    CHECK_IN_OPEN = "check_in_open"  # CHK
    CHECK_IN_CLOSE = "check_in_close"  # CHC
    GATE_OPEN = "gate_open"  # GTO
    BOARDING_START = "boarding_start"  # BST
    FINAL_CALL = "final_call"  # FCT
    BOARDING_END = "boarding_end"  # BEN
    GATE_CLOSE = "gate_close"  # GCL
    READY = "ready"  # RDT
    OFF_BLOCK = "off_block"  # OFB
    TAKE_OFF = "take_off"  # TKO
    TEN_MILES_OUT = "ten_miles_out"  # TEN
    TOUCH_DOWN = "touch_down"  # TDN
    ON_BLOCK = "on_block"  # ONB
    FIRST_BAG = "first_bag"  # FBG
    LAST_BAG = "last_bag"  # LBG


class TimeType(StrEnum):
    SCHEDULED = "scheduled"  # SCT
    ESTIMATED = "estimated"  # EST
    TARGET = "target"  # TAR
    CALCULATED = "calculated"  # CAL
    ACTUAL = "actual"  # ACT


class SourceKind(StrEnum):
    """Who reports; for each field a table in domain.py says whose word counts more."""

    SCHEDULE = "schedule"  # a timetable import
    HANDLER = "handler"
    AIRLINE = "airline"
    AIRPORT = "airport"  # the airport's flight desk or operational database


class Outcome(StrEnum):
    APPLIED = "applied"  # at least one field or state of the flight follows this report
    OLDER = "older"  # a repeat, or everything it says was overtaken by newer or weightier news
    REFUSED = "refused"
