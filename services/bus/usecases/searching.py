"""Lines, stops and departures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.bus.domain import (
    Departure,
    Occupancy,
    Ride,
    Timetable,
    Wanted,
    distance_m,
    in_time,
    latest_for_flight,
)
from services.bus.errors import BadSearch, DepartureNotFound, NotServed, StopNotFound
from services.bus.settings import BusSettings
from services.bus.usecases.shared import Timetables, Work
from services.bus.usecases.views import call_view, line_view, ride_view, stop_view, terms_view

AHEAD: Final = timedelta(hours=24)
# How long before a flight's bus must arrive one may set out for it.
BEFORE_FLIGHT: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Here:
    """What the service knows of its place. airport: the code that its stops carry."""

    airport: str
    settings: BusSettings


def list_lines(uow: Work, timetables: Timetables) -> dict[str, Any]:
    """LinesSchema. Raises NoTimetable."""
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
    return {"lines": [line_view(timetable, route) for route in timetable.feed.routes]}


def list_stops(uow: Work, timetables: Timetables, request: Mapping[str, Any]) -> dict[str, Any]:
    """StopsSchema, by id, or the nearest first. Raises NoTimetable, BadSearch for half a place."""
    place = (request["latitude"], request["longitude"])
    if (place[0] is None) != (place[1] is None):
        raise BadSearch(field="longitude" if place[1] is None else "latitude", reason="both or neither")
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
    far = {
        stop.stop_id: None if place[0] is None else distance_m(place, (stop.stop_lat, stop.stop_lon))
        for stop in timetable.feed.stops
    }
    stops = sorted(timetable.feed.stops, key=lambda stop: (far[stop.stop_id] or 0, stop.stop_id))
    return {"stops": [stop_view(timetable, stop, far[stop.stop_id]) for stop in stops]}


def search_departures(
    uow: Work, timetables: Timetables, here: Here, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """DeparturesSchema: the next departures, or for a flight the last that are in time, by time of departure.

    now: the airport's time. A search for a flight without `to_stop` means the airport, and finds no bus of the
    evening before.
    Raises NoTimetable, StopNotFound, BadSearch.
    """
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
        rides = _rides(timetable, here, request, now)
        taken = tx.store.occupancies({ride.departure.id for ride in rides})
        views = []
        for ride in rides:
            known = taken.get(ride.departure.id, Occupancy(capacity(ride.departure, here.settings)))
            views.append(ride_view(timetable, ride, known, now, here.settings))
    before_flight_min = None if request["flight_departs_at"] is None else here.settings.before_flight_min
    return {"departures": views, "before_flight_min": before_flight_min}


def get_departure(
    uow: Work, timetables: Timetables, here: Here, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """DepartureSchema: one ride with its calls and terms.

    Raises NoTimetable, StopNotFound, DepartureNotFound, NotServed.
    """
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
        ride = asked_ride(timetable, request)
        untouched = Occupancy(capacity(ride.departure, here.settings))
        known = tx.store.occupancies([ride.departure.id]).get(ride.departure.id, untouched)
    calls = ride.departure.calls
    between = calls[calls.index(ride.boards) : calls.index(ride.leaves) + 1]
    return {
        "ride": ride_view(timetable, ride, known, now, here.settings),
        "calls": [call_view(timetable, call) for call in between],
        **terms_view(ride),
    }


def asked_ride(timetable: Timetable, request: Mapping[str, Any]) -> Ride:
    """The ride that a request names. Raises DepartureNotFound, StopNotFound, NotServed."""
    departure = timetable.departure(request["departure_id"])
    if departure is None:
        raise DepartureNotFound
    for stop_id in (request["from_stop"], request["to_stop"]):
        _known(timetable, stop_id)
    ride = timetable.ride(departure, request["from_stop"], request["to_stop"])
    if ride is None:
        raise NotServed
    return ride


def capacity(departure: Departure, settings: BusSettings) -> int:
    """The seats that may be sold of a departure: the timetable's, or those of the operator's usual bus."""
    return settings.seats if departure.trip.seats is None else departure.trip.seats


def _rides(timetable: Timetable, here: Here, request: Mapping[str, Any], now: datetime) -> list[Ride]:
    start, end, flight_at = request["from_stop"], request["to_stop"], request["flight_departs_at"]
    if start is None and end is None:
        raise BadSearch(field="from_stop", reason="from_stop or to_stop is needed")
    for stop_id in (start, end):
        if stop_id is not None:
            _known(timetable, stop_id)
    most = request["limit"]
    try:
        if flight_at is None:
            earliest = request["after"] or now
            return timetable.rides(Wanted(start, end, earliest, earliest + AHEAD), here.airport)[:most]
        latest = latest_for_flight(flight_at, here.settings.before_flight)
        earliest = max(now, latest - BEFORE_FLIGHT, request["after"] or now)
        if earliest > latest:
            return []
        found = timetable.rides(Wanted(start, end, earliest, latest), here.airport)
        return [ride for ride in found if in_time(ride, latest)][-most:]
    except OverflowError as exc:
        raise BadSearch(field="after", reason="a time that no calendar has") from exc


def _known(timetable: Timetable, stop_id: str) -> None:
    if stop_id not in timetable.stops:
        raise StopNotFound(stop_id=stop_id)
