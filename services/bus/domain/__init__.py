"""The rules of bus: timetable, fares, terms, holds."""

from __future__ import annotations

from services.bus.domain.fares import Fares, price_fen
from services.bus.domain.feed import Feed
from services.bus.domain.holds import (
    BookedRide,
    BusTicket,
    FeedVersion,
    Occupancy,
    Order,
    Seat,
    sales_open,
    seats_of,
)
from services.bus.domain.terms import CHANGES, RETURNS, Term, change_term, refund_fen, return_term
from services.bus.domain.timetable import (
    Call,
    Departure,
    Ride,
    Timetable,
    Wanted,
    distance_m,
    in_time,
    latest_for_flight,
)
from services.bus.schemas.vocabulary import Why

__all__ = [
    "CHANGES",
    "RETURNS",
    "BookedRide",
    "BusTicket",
    "Call",
    "Departure",
    "Fares",
    "Feed",
    "FeedVersion",
    "Occupancy",
    "Order",
    "Ride",
    "Seat",
    "Term",
    "Timetable",
    "Wanted",
    "Why",
    "change_term",
    "distance_m",
    "in_time",
    "latest_for_flight",
    "price_fen",
    "refund_fen",
    "return_term",
    "sales_open",
    "seats_of",
]
