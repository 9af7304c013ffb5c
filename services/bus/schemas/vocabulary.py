"""Words that callers and rules of bus share."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.saga.states import State as OrderState

__all__ = [
    "MAX_COUPONS",
    "MAX_FOUND",
    "MAX_ORDERS",
    "MAX_SEATS",
    "MAX_TICKETS",
    "OrderState",
    "Rider",
    "ScanResult",
    "TicketState",
    "Why",
]

MAX_COUPONS: Final = 10
"""Of one order: shop keeps no more together."""
MAX_SEATS: Final = 9
MAX_TICKETS: Final = 50
"""In one request; an order has at most nine that are good."""
MAX_ORDERS: Final = 50
MAX_FOUND: Final = 50


class Rider(StrEnum):
    """Who sits on a seat. Children under six, or under 1.2 m, without a seat of their own ride free and aren't
    counted: one with each adult."""

    ADULT = "adult"
    CHILD = "child"  # 6 to 14 years, or 1.2 to 1.5 m
    DISCOUNT = "discount"  # disabled soldiers and police, fire-fighters injured on duty


class TicketState(StrEnum):
    """valid → boarded, and back when it was ticked by mistake; valid → returned, changed or cancelled."""

    VALID = "valid"
    BOARDED = "boarded"
    RETURNED = "returned"
    CHANGED = "changed"  # another ticket took its place
    CANCELLED = "cancelled"  # its bus was, and it was neither moved nor given back yet


class ScanResult(StrEnum):
    """What becomes of a ticket that is shown at the door of a bus."""

    BOARDED = "boarded"
    ALREADY_BOARDED = "already_boarded"  # ticked before: its bearer stays out
    COPY = "copy"  # ticked before by another device, and its bearer was let on without a network
    OTHER_DEPARTURE = "other_departure"
    REVOKED = "revoked"  # given back, changed, or its bus was cancelled
    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN = "unknown"  # typed, and no ticket of this departure has this id or short code


class Why(StrEnum):
    """Why a ticket is given back or changed."""

    OWN_WISH = "own_wish"
    FLIGHT_LATE = "flight_late"  # the flight that the bus was to meet, or to be met by, is late
    BUS_CANCELLED = "bus_cancelled"
