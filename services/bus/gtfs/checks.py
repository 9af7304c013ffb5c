"""Whether the tables of a feed fit each other, and whether seats can be sold by them.

Source: docs/sources/bus-gtfs.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final
from zoneinfo import available_timezones

from services.bus.domain.fares import Fares
from services.bus.domain.feed import ADDED, BUS, NOT_HERE, REMOVED, STATION, Feed, StopTime, Trip
from services.bus.gtfs.problems import Problem

MAX_HOURS: Final = 48
_TRANSLATED: Final = {"stops": "stop_id", "routes": "route_id", "agency": "agency_id", "trips": "trip_id"}


def check_feed(feed: Feed) -> list[Problem]:
    """Everything that is wrong with it; [] for a feed that can be sold by."""
    problems = [problem for check in _CHECKS for problem in check(feed)]
    # Prices are looked up along trips, which must be whole first.
    return problems or list(_fares(feed))


def _agency(feed: Feed) -> Iterator[Problem]:
    zones = {agency.agency_timezone for agency in feed.agency}
    if not feed.agency:
        yield Problem("agency.txt", 0, "empty", "")
    if len(zones) > 1:
        yield Problem("agency.txt", 0, "two_zones", ", ".join(sorted(zones)))
    for zone in sorted(zones - available_timezones()):
        yield Problem("agency.txt", 0, "unknown_zone", zone)
    for agency in feed.agency:
        if not agency.agency_url.startswith(("http://", "https://")):
            yield Problem("agency.txt", 0, "bad_url", agency.agency_url)
        if len(feed.agency) > 1 and not agency.agency_id:
            yield Problem("agency.txt", 0, "missing_id", agency.agency_name)


def _stops(feed: Feed) -> Iterator[Problem]:
    stations = {stop.stop_id for stop in feed.stops if stop.location_type == STATION}
    for stop in feed.stops:
        if not (-90 <= stop.stop_lat <= 90 and -180 <= stop.stop_lon <= 180):
            yield Problem("stops.txt", 0, "off_the_earth", stop.stop_id)
        if stop.location_type not in (0, STATION):
            yield Problem("stops.txt", 0, "not_supported", f"{stop.stop_id}: location_type")
        if stop.parent_station and (stop.parent_station not in stations or stop.location_type == STATION):
            yield Problem("stops.txt", 0, "unknown_station", f"{stop.stop_id}: {stop.parent_station}")


def _routes(feed: Feed) -> Iterator[Problem]:
    agencies = {agency.agency_id for agency in feed.agency}
    for route in feed.routes:
        if route.route_type != BUS:
            yield Problem("routes.txt", 0, "no_bus", f"{route.route_id}: {route.route_type}")
        if not (route.route_short_name or route.route_long_name):
            yield Problem("routes.txt", 0, "no_name", route.route_id)
        if route.agency_id not in agencies and (route.agency_id or len(agencies) > 1):
            yield Problem("routes.txt", 0, "unknown_agency", f"{route.route_id}: {route.agency_id}")
        for colour in (route.route_color, route.route_text_color):
            if colour and (len(colour) != 6 or set(colour) - set("0123456789abcdefABCDEF")):
                yield Problem("routes.txt", 0, "bad_colour", f"{route.route_id}: {colour}")


def _calendars(feed: Feed) -> Iterator[Problem]:
    for one in feed.calendar:
        days = (one.monday, one.tuesday, one.wednesday, one.thursday, one.friday, one.saturday, one.sunday)
        if one.start_date > one.end_date:
            yield Problem("calendar.txt", 0, "ends_before_it_begins", one.service_id)
        if set(days) - {0, 1}:
            yield Problem("calendar.txt", 0, "bad_value", one.service_id)
    for change in feed.calendar_dates:
        if change.exception_type not in (ADDED, REMOVED):
            yield Problem("calendar_dates.txt", 0, "bad_value", f"{change.service_id} {change.date}")
    if len(feed.feed_info) > 1:
        yield Problem("feed_info.txt", 0, "twice", "")


def _trips(feed: Feed) -> Iterator[Problem]:
    routes = {route.route_id for route in feed.routes}
    services = {one.service_id for one in feed.calendar} | {one.service_id for one in feed.calendar_dates}
    calls: defaultdict[str, list[StopTime]] = defaultdict(list)
    for call in feed.stop_times:
        calls[call.trip_id].append(call)
    for trip in feed.trips:
        if trip.route_id not in routes:
            yield Problem("trips.txt", 0, "unknown_route", f"{trip.trip_id}: {trip.route_id}")
        if trip.service_id not in services:
            yield Problem("trips.txt", 0, "unknown_service", f"{trip.trip_id}: {trip.service_id}")
        if trip.direction_id not in (None, 0, 1):
            yield Problem("trips.txt", 0, "bad_value", f"{trip.trip_id}: direction_id")
        yield from _calls(trip, calls.pop(trip.trip_id, []))
    for trip_id in calls:
        yield Problem("stop_times.txt", 0, "unknown_trip", trip_id)


def _calls(trip: Trip, calls: list[StopTime]) -> Iterator[Problem]:
    if len(calls) < 2:
        yield Problem("stop_times.txt", 0, "too_few_stops", trip.trip_id)
    before = 0
    for call in calls:
        if not before <= call.arrival_time <= call.departure_time <= MAX_HOURS * 3600:
            yield Problem("stop_times.txt", 0, "times_go_back", f"{trip.trip_id}: {call.stop_sequence}")
        before = call.departure_time


def _called_stops(feed: Feed) -> Iterator[Problem]:
    stops = {stop.stop_id: stop for stop in feed.stops}
    for stop_id in sorted({call.stop_id for call in feed.stop_times}):
        if stop_id not in stops:
            yield Problem("stop_times.txt", 0, "unknown_stop", stop_id)
        elif stops[stop_id].location_type == STATION:
            yield Problem("stop_times.txt", 0, "stops_at_a_station", stop_id)


def _fare_tables(feed: Feed) -> Iterator[Problem]:
    fares = {fare.fare_id for fare in feed.fare_attributes}
    routes = {route.route_id for route in feed.routes}
    zones = {stop.zone_id for stop in feed.stops}
    for rule in feed.fare_rules:
        if rule.fare_id not in fares:
            yield Problem("fare_rules.txt", 0, "unknown_fare", rule.fare_id)
        if rule.route_id and rule.route_id not in routes:
            yield Problem("fare_rules.txt", 0, "unknown_route", f"{rule.fare_id}: {rule.route_id}")
        for zone in (rule.origin_id, rule.destination_id):
            if zone and zone not in zones:
                yield Problem("fare_rules.txt", 0, "unknown_zone", f"{rule.fare_id}: {zone}")
    currencies = {fare.currency_type for fare in feed.fare_attributes}
    if len(currencies) > 1:
        yield Problem("fare_attributes.txt", 0, "two_currencies", ", ".join(sorted(currencies)))


def _translations(feed: Feed) -> Iterator[Problem]:
    for one in feed.translations:
        key = _TRANSLATED.get(one.table_name)
        known = {getattr(row, key) for row in getattr(feed, one.table_name)} if key else set()
        if one.record_id not in known:
            yield Problem("translations.txt", 0, "unknown_record", f"{one.table_name}: {one.record_id}")


def _fares(feed: Feed) -> Iterator[Problem]:
    """Every ride that a timetable offers has a price, or it would be offered and not sold."""
    fares, zones = Fares(feed), {stop.stop_id: stop.zone_id for stop in feed.stops}
    routes = {trip.trip_id: trip.route_id for trip in feed.trips}
    rides: set[tuple[str, str, str]] = set()
    boarded: dict[str, set[str]] = {}
    for call in feed.stop_times:
        route_id, zone = routes[call.trip_id], zones[call.stop_id]
        origins = boarded.setdefault(call.trip_id, set())
        if call.drop_off_type != NOT_HERE:
            rides |= {(route_id, origin, zone) for origin in origins}
        if call.pickup_type != NOT_HERE:
            origins.add(zone)
    for route_id, origin, destination in sorted(rides):
        if fares.adult_fen(route_id, origin, destination) is None:
            yield Problem("fare_rules.txt", 0, "no_fare", f"{route_id}: {origin} to {destination}")


_CHECKS: Final[tuple[Callable[[Feed], Iterator[Problem]], ...]] = (
    _agency,
    _stops,
    _routes,
    _calendars,
    _trips,
    _called_stops,
    _fare_tables,
    _translations,
)
