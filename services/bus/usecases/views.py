"""Timetable, rides and orders in the shape of the front door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kernel.instants import instant, instant_or_none
from services.bus.domain import (
    CHANGES,
    RETURNS,
    BookedRide,
    BusTicket,
    Call,
    Occupancy,
    Order,
    Ride,
    Term,
    Timetable,
    Why,
    change_term,
    price_fen,
    return_term,
    sales_open,
)
from services.bus.domain.boarding import short_code
from services.bus.domain.changes import Bound, rolls
from services.bus.domain.feed import STATION, Route, Stop
from services.bus.schemas import Rider, TicketState
from services.bus.settings import BusSettings

RETURNABLE: Final = (TicketState.VALID, TicketState.CANCELLED)
"""A ticket that its owner may still do something with."""


def line_view(timetable: Timetable, route: Route) -> dict[str, Any]:
    """LineSchema."""
    name = route.route_long_name or route.route_short_name
    return {
        "id": route.route_id,
        "number": route.route_short_name or route.route_long_name,
        "name": timetable.words("routes", "route_long_name", route.route_id, name),
        "colour": f"#{route.route_color.upper()}" if route.route_color else None,
        "stop_ids": timetable.stops_of(route.route_id),
    }


def stop_view(timetable: Timetable, stop: Stop, distance_m: int | None) -> dict[str, Any]:
    """StopSchema."""
    return {
        "id": stop.stop_id,
        "name": stop_name(timetable, stop),
        "latitude": stop.stop_lat,
        "longitude": stop.stop_lon,
        "station": stop.parent_station or None,
        "is_station": stop.location_type == STATION,
        "line_ids": timetable.lines_at(stop.stop_id),
        "distance_m": distance_m,
    }


def stop_name(timetable: Timetable, stop: Stop) -> dict[str, str]:
    """WordsSchema."""
    return timetable.words("stops", "stop_name", stop.stop_id, stop.stop_name)


def call_view(timetable: Timetable, call: Call) -> dict[str, Any]:
    """CallSchema."""
    return {
        "stop_id": call.stop.stop_id,
        "name": stop_name(timetable, call.stop),
        "arrives_at": instant(call.arrives_at),
        "departs_at": instant(call.departs_at),
    }


def ride_view(
    timetable: Timetable, ride: Ride, known: Occupancy, now: datetime, settings: BusSettings
) -> dict[str, Any]:
    """RideSchema. known: the seats of its departure."""
    departure, route = ride.departure, ride.departure.route
    prices: dict[str, Any] = {f"{rider.value}_fen": price_fen(ride.adult_fen, rider) for rider in Rider}
    return {
        "departure_id": departure.id,
        "line_id": route.route_id,
        "line_name": line_view(timetable, route)["name"],
        "headsign": departure.trip.trip_headsign,
        "day_local": departure.day_local.isoformat(),
        "boards": call_view(timetable, ride.boards),
        "leaves": call_view(timetable, ride.leaves),
        "prices": prices | {"currency": timetable.fares.currency},
        "free": known.free,
        "cancelled": known.cancelled_at is not None,
        "on_sale": known.free > 0 and sales_open(ride.boards.departs_at, now, settings.close),
    }


def terms_view(ride: Ride) -> dict[str, Any]:
    """The lists of TermSchema for giving back and changing a ticket of this ride."""
    return {
        "returns": [_term(term, ride.boards.departs_at) for term in RETURNS],
        "changes": [_term(term, ride.boards.departs_at) for term in CHANGES],
    }


def _term(term: Term, departs_at: datetime) -> dict[str, Any]:
    return {
        "code": term.code,
        "until_at": None if term.last else instant(departs_at - term.notice),
        "fee_pct": term.fee_pct,
        "reason": {"zh": term.reason_zh, "en": term.reason_en},
    }


def booked_view(ride: BookedRide, *, cancelled: bool) -> dict[str, Any]:
    """BookedRideSchema: the ride as it was bought."""
    return {
        "departure_id": ride.departure_id,
        "line_id": ride.words["line_id"],
        "line_name": ride.words["line_name"],
        "headsign": ride.words["headsign"],
        "from_stop": ride.from_stop,
        "from_name": ride.words["from_name"],
        "to_stop": ride.to_stop,
        "to_name": ride.words["to_name"],
        "departs_at": instant(ride.departs_at),
        "arrives_at": instant(ride.arrives_at),
        "cancelled": cancelled,
    }


def ticket_view(ticket: BusTicket, *, cancelled: bool) -> dict[str, Any]:
    """TicketSchema. The code is told as long as it may be shown to somebody."""
    good = ticket.state in (TicketState.VALID, TicketState.BOARDED)
    return {
        "id": ticket.id,
        "short_code": short_code(ticket.id),
        "kind": ticket.rider.value,
        "price_fen": ticket.price_fen,
        "discount_fen": ticket.discount_fen,
        "state": ticket.state.value,
        "code": ticket.code if good else "",
        "ride": booked_view(ticket.ride, cancelled=cancelled),
        "refund_fen": ticket.refund_fen,
        "boarded_at": instant_or_none(ticket.boarded_at),
    }


@dataclass(frozen=True)
class Shown:
    """All that an order's view is made of. cancelled: ids of departures that were. moved: ids of tickets given for those.

    bound: the flight that the order is to meet, when something was heard of it.

    now: the database's time, which judges holds; local_now: the airport's, which judges terms.
    """

    order: Order
    tickets: tuple[BusTicket, ...]
    cancelled: frozenset[str]
    now: datetime
    local_now: datetime
    moved: frozenset[str] = frozenset()
    bound: Bound | None = None

    def why(self, ticket: BusTicket) -> Why:
        """Why the ticket may be given back or changed."""
        if ticket.ride.departure_id in self.cancelled or ticket.id in self.moved:
            return Why.BUS_CANCELLED
        return Why.FLIGHT_LATE if rolls(ticket.ride, self.bound) else Why.OWN_WISH


def order_view(shown: Shown) -> dict[str, Any]:
    """OrderSchema."""
    order, sale = shown.order, shown.order.sale
    usable = [each for each in shown.tickets if each.state in RETURNABLE]
    reasons = [shown.why(each) for each in usable]
    return {
        "id": order.id,
        "state": sale.state_at(shown.now).value,
        "amount_fen": sale.amount_fen,
        "discount_fen": order.discount_fen,
        "refunded_fen": sale.refunded_fen,
        "refunding_fen": sale.refunding_fen,
        "currency": sale.currency,
        "held_at": instant(sale.held_at),
        "expires_at": instant(sale.expires_at),
        "paid_at": instant_or_none(sale.paid_at),
        "out_trade_no": sale.out_trade_no,
        "flight_id": order.flight_id,
        "ride": booked_view(order.ride, cancelled=order.ride.departure_id in shown.cancelled),
        "seats": [
            {"kind": seat.rider.value, "price_fen": seat.price_fen, "discount_fen": seat.discount_fen}
            for seat in order.seats
        ],
        "tickets": [
            ticket_view(each, cancelled=each.ride.departure_id in shown.cancelled) for each in shown.tickets
        ],
        "can_return": any(
            return_term(each.ride.departs_at, shown.local_now, why).fee_pct is not None
            for each, why in zip(usable, reasons, strict=True)
        ),
        "can_change": any(
            (term := change_term(each.ride.departs_at, shown.local_now, why, each.changes)) is not None
            and term.fee_pct is not None
            for each, why in zip(usable, reasons, strict=True)
        ),
        "change_reason": max(reasons, key=list(Why).index).value if reasons else None,
    }
