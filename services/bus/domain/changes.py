"""What a change to another bus costs, and when a flight's delay makes it free.

Source: docs/sources/bus-fares.md, "Changes".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.bus.domain.holds import BookedRide, BusTicket, Seat
from services.bus.domain.terms import Term, change_term
from services.bus.errors import ChangedBefore, ChangeTooLate, NotChangeable, OtherFare, SameDeparture
from services.bus.schemas.vocabulary import TicketState, Why

# A traveller is told of a delay as it grows, not of each minute of it.
DELAY_STEPS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (15, 30, 60, 90, 120, 180, 240, 360, 480, 720)
)
WITHIN: Final = timedelta(hours=24)
# From landing to the stop: out of the aircraft, to the belt, and through the hall.
AFTER_LANDING: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class FlightNow:
    """A flight as it was last heard of. Times are those at our airport, aware; departing: it leaves from here."""

    flight_id: str
    version: int
    departing: bool
    scheduled_at: datetime
    best_at: datetime


@dataclass(frozen=True)
class Bound:
    """What an order has to do with a flight. bought_for: the flight's time that the buyer knew; None: the scheduled one."""

    flight: FlightNow
    bought_for: datetime | None = None

    @property
    def late(self) -> timedelta:
        """By how much the flight is later than what the bus was bought for; negative when it is early."""
        known = self.bought_for if self.flight.departing and self.bought_for else self.flight.scheduled_at
        return self.flight.best_at - known


def flight_now(document: Mapping[str, Any]) -> FlightNow:
    """Read `flights.schemas.FlightSchema` as JSON. A flight that is cancelled isn't late."""
    departing = document["direction"] == "departure"
    here = document["departure"] if departing else document["arrival"]
    scheduled = here.get("scheduled_at") or document["board_at"]
    best = here.get("actual_at") or here.get("estimated_at") or scheduled
    if document["status"] == "cancelled":
        best = scheduled
    return FlightNow(
        document["id"],
        document["version"],
        departing,
        datetime.fromisoformat(scheduled),
        datetime.fromisoformat(best),
    )


def delay_step(late: timedelta) -> int:
    """How many of DELAY_STEPS a delay has reached; 0: it isn't late."""
    return sum(late >= step for step in DELAY_STEPS)


def rolls(ride: BookedRide, bound: Bound | None) -> bool:
    """Whether the flight's delay makes a change of this ride free.

    Who flies out is at the airport for nothing if the flight is late; who lands misses a bus that leaves before.
    """
    if bound is None or delay_step(bound.late) == 0:
        return False
    return bound.flight.departing or ride.departs_at < bound.flight.best_at + AFTER_LANDING


def roll_window(ride: BookedRide, bound: Bound, before_flight: timedelta) -> tuple[datetime, datetime]:
    """When the fitting bus leaves at the earliest, and arrives at the latest.

    To a departing flight: later than the one that was bought, and at the airport in time. From an arriving one:
    after landing. Both within a day of the bus that was missed. before_flight: how long before it one must be there.
    """
    flight = bound.flight
    if flight.departing:
        latest = min(flight.best_at - before_flight, ride.arrives_at + WITHIN)
        return ride.departs_at + timedelta(seconds=1), latest
    return flight.best_at + AFTER_LANDING, ride.arrives_at + WITHIN


@dataclass(frozen=True)
class Meeting:
    """The flight that a bus must meet, as it is known now. at: when it leaves from here or lands here, aware."""

    at: datetime
    departing: bool

    def missed_by(self, departs_at: datetime, arrives_at: datetime, before_flight: timedelta) -> bool:
        """Whether a bus with these times is too late for who flies out, or leaves too early for who lands."""
        if self.departing:
            return arrives_at > self.at - before_flight
        return departs_at < self.at + AFTER_LANDING


def meeting(bound: Bound | None, bought_for: datetime | None, *, to_airport: bool) -> Meeting | None:
    """What an order must meet, if it is to meet anything. bound: when something was heard of the flight since.

    bought_for: its time as the buyer knew it, until something is heard. to_airport: where the bus goes.
    """
    if bound is not None:
        return Meeting(bound.flight.best_at, bound.flight.departing)
    return None if bought_for is None else Meeting(bought_for, to_airport)


def allowed_term(tickets: Collection[BusTicket], whys: Collection[Why], now: datetime) -> tuple[Why, Term]:
    """Why and on which terms these tickets of one ride may be changed together, at the airport's `now`.

    The least of their rights is that of all. Raises NotChangeable, ChangedBefore, ChangeTooLate.
    """
    if not tickets or any(ticket.state is not TicketState.VALID for ticket in tickets):
        raise NotChangeable
    if (
        len({(ticket.ride.departure_id, ticket.ride.from_stop, ticket.ride.to_stop) for ticket in tickets})
        > 1
    ):
        raise NotChangeable
    why = min(whys, key=list(Why).index)
    ride = next(iter(tickets)).ride
    term = change_term(ride.departs_at, now, why, max(ticket.changes for ticket in tickets))
    if term is None:
        raise ChangedBefore
    if term.fee_pct is None:
        raise ChangeTooLate
    if why is Why.FLIGHT_LATE and term.code != why.value:
        # Longer ago than the roll allows: what is left is what anybody may do.
        why = Why.OWN_WISH
    return why, term


def check_target(ride: BookedRide, departure_id: str, departs_at: datetime, why: Why) -> None:
    """Raises SameDeparture, and ChangeTooLate for a roll to a bus more than a day after the one that was missed."""
    if departure_id == ride.departure_id:
        raise SameDeparture
    if why is Why.FLIGHT_LATE and departs_at > ride.departs_at + WITHIN:
        raise ChangeTooLate


def price_after(paid_fen: int, new_fen: int, why: Why) -> tuple[int, int]:
    """What the changed ticket has cost then, and what goes back to the traveller; whole fen.

    By one's own wish a ticket keeps its price, so it goes to rides of that price alone: another fare is another
    purchase. Whose flight is late or whose bus was cancelled pays nothing for a dearer bus, and gets back what a
    cheaper one costs less. Raises OtherFare.
    Source: docs/sources/bus-fares.md, "Changes".
    """
    if why is Why.OWN_WISH and new_fen != paid_fen:
        raise OtherFare
    return min(paid_fen, new_fen), max(0, paid_fen - new_fen)


def ticket_after(ticket: BusTicket, new_fen: int, why: Why) -> tuple[Seat, int]:
    """The seat that takes a ticket's place on a ride of another fare, and what goes back to the traveller.

    Fares are compared without coupons; what a coupon took off stays with the ticket, as far as the new fare reaches.
    No more goes back than was paid. Raises OtherFare.
    """
    fare_fen, _ = price_after(ticket.fare_fen, new_fen, why)
    paid_fen = max(0, fare_fen - ticket.discount_fen)
    return Seat(ticket.rider, paid_fen, fare_fen - paid_fen), ticket.price_fen - paid_fen
