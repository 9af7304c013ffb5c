"""The words that check-in uses, and its limits; imports nothing, so that rules may use them too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAX_TRAVELLERS: Final = 1000
"""Of one list: no aircraft carries more."""
MAX_PARTY: Final = 9
"""Checked in by one call; a booking of more is checked in by several."""
MAX_SCANS: Final = 200
"""Synchronised by one call."""
MAX_SEATS: Final = 1000


class TravellerKind(StrEnum):
    ADULT = "adult"
    CHILD = "child"  # has a seat; an infant without one belongs to its adult's entry
    UNACCOMPANIED = "unaccompanied"


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class PaperKind(StrEnum):
    """Kinds of travel document."""

    PASSPORT = "passport"
    RESIDENT_ID = "resident_id"
    OTHER = "other"  # a permit, a birth certificate: taken as the airline wrote it


class Flag(StrEnum):
    """What the airline says of a traveller beside special services."""

    STANDBY = "standby"
    DOCUMENT_CHECK = "document_check"  # papers are to be seen by a person
    WATCH_LISTED = "watch_listed"
    NAME_MISMATCH = "name_mismatch"  # the ticket's name isn't the document's
    SELECTEE = "selectee"


class SeatAttribute(StrEnum):
    WINDOW = "window"
    AISLE = "aisle"
    EXIT = "exit"
    BASSINET = "bassinet"
    EXTRA_LEGROOM = "extra_legroom"
    LIMITED_RECLINE = "limited_recline"
    BLOCKED = "blocked"  # nobody sits there: crew, freight, a broken seat
    NO_INFANT = "no_infant"
    NO_WINDOW = "no_window"  # at the wall, but without a view
    ADJOINS_TOILET = "adjoins_toilet"


class SeatState(StrEnum):
    """Of a seat, for the party that looks."""

    FREE = "free"
    MINE = "mine"
    TAKEN = "taken"
    BLOCKED = "blocked"
    NOT_FOR_YOU = "not_for_you"  # another cabin's, or nobody of this party may sit there


class Standing(StrEnum):
    """Where a traveller stands on the way into the aircraft."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    BOARDED = "boarded"
    OFF_LOADED = "off_loaded"  # taken off by airline or staff: an agent must put them back
    DELETED = "deleted"  # on an earlier list, not on this one


class Action(StrEnum):
    """Of one entry of a list of changes."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


class ListOutcome(StrEnum):
    APPLIED = "applied"
    REPEATED = "repeated"  # this version was applied before
    OUTDATED = "outdated"  # a newer version was applied before; nothing changed
    REFUSED = "refused"  # at least one entry is wrong; nothing changed
    WAITING = "waiting"  # of teletype: other parts are still to come


class Scan(StrEnum):
    """What the gate is answered."""

    ACCEPTED = "accepted"
    WRONG_FLIGHT = "wrong_flight"
    ALREADY_BOARDED = "already_boarded"
    NOT_CHECKED_IN = "not_checked_in"  # also a pass that is void since its check-in was cancelled
    OFF_LOADED = "off_loaded"
    GATE_CLOSED = "gate_closed"
    TOO_EARLY = "too_early"
    UNREADABLE = "unreadable"  # no boarding pass


class StaffAction(StrEnum):
    CHECK_IN = "check_in"
    CANCEL_CHECK_IN = "cancel_check_in"
    SEAT = "seat"
    OFF_LOAD = "off_load"
    REINSTATE = "reinstate"  # an off-loaded traveller is booked again
    UNBOARD = "unboard"  # went through the gate by mistake, or came out again
    CLEAR = "clear"  # an agent saw what there was to see: they may check in by themselves


class WindowState(StrEnum):
    TOO_EARLY = "too_early"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
