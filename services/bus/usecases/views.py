"""Timetable, rides and orders in the shape of the front door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.bus.domain import (
    CHANGES,
    RETURNS,
    Call,
    Order,
    Ride,
    Term,
    Timetable,
    price_fen,
    sales_open,
)
from services.bus.domain.feed import STATION, Route, Stop
from services.bus.schemas import Rider
from services.bus.settings import BusSettings
from services.bus.usecases.shared import instant


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
    timetable: Timetable, ride: Ride, free: int, now: datetime, settings: BusSettings
) -> dict[str, Any]:
    """RideSchema. free: seats that are neither sold nor held."""
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
        "free": free,
        "on_sale": free > 0 and sales_open(ride.boards.departs_at, now, settings.close),
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


def order_view(order: Order, now: datetime) -> dict[str, Any]:
    """OrderSchema as of `now`, by the database's clock."""
    return {
        "id": order.id,
        "departure_id": order.departure_id,
        "from_stop": order.from_stop,
        "to_stop": order.to_stop,
        "departs_at": instant(order.departs_at),
        "arrives_at": instant(order.arrives_at),
        "seats": [{"kind": seat.rider.value, "price_fen": seat.price_fen} for seat in order.seats],
        "amount_fen": order.amount_fen,
        "currency": order.currency,
        "state": order.state_at(now).value,
        "expires_at": instant(order.expires_at),
    }
