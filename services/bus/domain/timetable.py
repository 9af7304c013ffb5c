"""Which bus goes when: a feed made ready for questions.

Source: docs/sources/bus-gtfs.md, "Days and times".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.bus.domain.fares import Fares
from services.bus.domain.feed import ADDED, NOT_HERE, Feed, Route, Stop, StopTime, Trip

LANGUAGES: Final = ("zh", "en")
_EARTH_M: Final = 6_371_000
_WAITS_MOST: Final = timedelta(hours=4)
_LONGEST: Final = 2  # service days before today whose buses may still be under way


@dataclass(frozen=True)
class Call:
    """A bus at a stop on a day. Aware UTC; on: whether one may get on here, off: whether off."""

    stop: Stop
    arrives_at: datetime
    departs_at: datetime
    on: bool
    off: bool


@dataclass(frozen=True)
class Departure:
    """One trip on one service day."""

    id: str
    trip: Trip
    route: Route
    day_local: date
    calls: tuple[Call, ...]

    @property
    def departs_at(self) -> datetime:
        return self.calls[0].departs_at


@dataclass(frozen=True)
class Ride:
    """A departure from one stop to another, and what an adult pays."""

    departure: Departure
    boards: Call
    leaves: Call
    adult_fen: int


@dataclass(frozen=True)
class Wanted:
    """from_stop, to_stop: a stop or a station, which stands for its stops; None: any, or the airport's.

    Departures from `earliest` on, arrivals up to `latest`; aware. Both ends of the time must be given.
    """

    from_stop: str | None
    to_stop: str | None
    earliest: datetime
    latest: datetime


class Timetable:
    """A feed with its indexes. Nothing here changes after it was built."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.fares = Fares(feed)
        self.zone = ZoneInfo(feed.agency[0].agency_timezone)
        self.stops = {stop.stop_id: stop for stop in feed.stops}
        self.routes = {route.route_id: route for route in feed.routes}
        self._trips = {trip.trip_id: trip for trip in feed.trips}
        self._calendars = {one.service_id: one for one in feed.calendar}
        self._changes = {(one.service_id, one.date): one.exception_type for one in feed.calendar_dates}
        calls: defaultdict[str, list[StopTime]] = defaultdict(list)
        self._at_stop: defaultdict[str, list[str]] = defaultdict(list)
        for call in feed.stop_times:
            calls[call.trip_id].append(call)
            self._at_stop[call.stop_id].append(call.trip_id)
        self._calls = {trip_id: tuple(each) for trip_id, each in calls.items()}
        self._platforms: defaultdict[str, set[str]] = defaultdict(set)
        for stop in feed.stops:
            self._platforms[stop.parent_station or stop.stop_id].add(stop.stop_id)
        self._words = {
            (one.table_name, one.field_name, one.record_id, one.language.partition("-")[0]): one.translation
            for one in feed.translations
        }

    def words(self, table: str, field: str, record_id: str, own: str) -> dict[str, str]:
        """A name in Chinese and English; where the feed has no translation, the name itself."""
        return {code: self._words.get((table, field, record_id, code), own) for code in LANGUAGES}

    def stops_of(self, route_id: str) -> list[str]:
        """The stops of a line along the trip that has most of them."""
        trips = [trip.trip_id for trip in self.feed.trips if trip.route_id == route_id]
        longest = max((self._calls[trip_id] for trip_id in trips), key=len, default=())
        return [call.stop_id for call in longest]

    def lines_at(self, stop_id: str) -> list[str]:
        """The lines that call at a stop, or at the stops of a station."""
        trips = (trip_id for one in self.platforms(stop_id) for trip_id in self._at_stop.get(one, ()))
        return sorted({self._trips[trip_id].route_id for trip_id in trips})

    def runs(self, service_id: str, day: date) -> bool:
        """Whether trips of this service run on this service day; a change of one day beats the week."""
        change = self._changes.get((service_id, day))
        if change is not None:
            return change == ADDED
        calendar = self._calendars.get(service_id)
        return calendar is not None and calendar.has(day)

    def platforms(self, stop_id: str) -> set[str]:
        """The stops that a stop or station stands for; empty when there is none of this id."""
        if stop_id not in self.stops:
            return set()
        return self._platforms[stop_id] | {stop_id} if stop_id in self._platforms else {stop_id}

    def stops_with_code(self, code: str) -> set[str]:
        """Stops, and stops of stations, that carry this code in public, such as an airport's."""
        named = [stop.stop_id for stop in self.feed.stops if stop.stop_code == code]
        return {platform for stop_id in named for platform in self.platforms(stop_id)}

    def departure(self, departure_id: str) -> Departure | None:
        """The departure of this id; None when there is no such trip or it doesn't run on that day."""
        day_text, _, trip_id = departure_id.partition("-")
        trip = self._trips.get(trip_id)
        if trip is None or len(day_text) != 8 or not day_text.isdecimal() or not day_text.isascii():
            return None
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            return None
        return self._departure(trip, day) if self.runs(trip.service_id, day) else None

    def on_day(self, day: date, route_id: str | None = None) -> list[Departure]:
        """The departures of a service day, or those of one line, by time."""
        trips = (trip for trip in self.feed.trips if route_id in (None, trip.route_id))
        found = [self._departure(trip, day) for trip in trips if self.runs(trip.service_id, day)]
        return sorted(found, key=lambda departure: (departure.departs_at, departure.id))

    def ride(self, departure: Departure, from_stop: str, to_stop: str) -> Ride | None:
        """The ride between these stops, or stops of these stations; None when the bus takes nobody so."""
        return self._ride(departure, self.platforms(from_stop), self.platforms(to_stop))

    def rides(self, wanted: Wanted, airport: str) -> list[Ride]:
        """Every ride that fits, by the time it departs. airport: the code of its stops.

        With one end open, rides go to the other from wherever they board first, or to wherever they end.
        """
        origins = self.platforms(wanted.from_stop) if wanted.from_stop else None
        targets = self.platforms(wanted.to_stop) if wanted.to_stop else None
        if origins is not None and targets is None and not origins & self.stops_with_code(airport):
            targets = self.stops_with_code(airport)
        found = []
        for departure in self._departures(origins, targets, wanted):
            ride = self._ride(departure, origins, targets)
            if ride and ride.boards.departs_at >= wanted.earliest and ride.leaves.arrives_at <= wanted.latest:
                found.append(ride)
        return sorted(found, key=lambda ride: (ride.boards.departs_at, ride.departure.id))

    def _departures(
        self, origins: set[str] | None, targets: set[str] | None, wanted: Wanted
    ) -> Iterator[Departure]:
        names = [
            {trip_id for stop_id in stops for trip_id in self._at_stop.get(stop_id, ())}
            for stops in (origins, targets)
            if stops is not None
        ]
        trips = set.intersection(*names) if names else set(self._trips)
        first = wanted.earliest.astimezone(self.zone).date() - timedelta(days=_LONGEST)
        last = wanted.latest.astimezone(self.zone).date() + timedelta(days=1)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        for trip in (self._trips[trip_id] for trip_id in trips):
            calls = self._calls[trip.trip_id]
            for day in days:
                begins, ends = self._at(day, calls[0].arrival_time), self._at(day, calls[-1].departure_time)
                in_time = ends >= wanted.earliest and begins <= wanted.latest
                if in_time and self.runs(trip.service_id, day):
                    yield self._departure(trip, day)

    def _departure(self, trip: Trip, day: date) -> Departure:
        calls = tuple(
            Call(
                self.stops[call.stop_id],
                self._at(day, call.arrival_time),
                self._at(day, call.departure_time),
                call.pickup_type != NOT_HERE,
                call.drop_off_type != NOT_HERE,
            )
            for call in self._calls[trip.trip_id]
        )
        departure_id = f"{day:%Y%m%d}-{trip.trip_id}"
        return Departure(departure_id, trip, self.routes[trip.route_id], day, calls)

    def _ride(self, departure: Departure, origins: set[str] | None, targets: set[str] | None) -> Ride | None:
        boarding = (n for n, call in enumerate(departure.calls) if call.on and _among(call, origins))
        first = next(boarding, None)
        if first is None:
            return None
        leaving = [call for call in departure.calls[first + 1 :] if call.off and _among(call, targets)]
        if not leaving:
            return None
        # Where one names the place, the first stop there is meant; with the end open, the end of the line.
        boards, leaves = departure.calls[first], leaving[-1 if targets is None else 0]
        fare = self.fares.adult_fen(departure.route.route_id, boards.stop.zone_id, leaves.stop.zone_id)
        return None if fare is None else Ride(departure, boards, leaves, fare)

    def _at(self, day: date, seconds: int) -> datetime:
        # GTFS counts from twelve hours before noon, so that days with 23 or 25 hours have no missing time.
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone).astimezone(UTC)
        return noon - timedelta(hours=12) + timedelta(seconds=seconds)


def _among(call: Call, stops: Iterable[str] | None) -> bool:
    return stops is None or call.stop.stop_id in stops


def latest_for_flight(departs_at: datetime, ahead: timedelta) -> datetime:
    """When the bus must be at the airport at the latest for a flight that departs at `departs_at`."""
    return departs_at - ahead


def in_time(ride: Ride, latest: datetime) -> bool:
    """Whether a ride that must end at `latest` is one for that flight: none of the evening before.

    Whoever is there four hours before they must be, six before the flight with the usual two, has gone for the night
    or for another flight.
    """
    return latest - _WAITS_MOST <= ride.leaves.arrives_at <= latest


def distance_m(here: tuple[float, float], there: tuple[float, float]) -> int:
    """Whole metres as the crow flies between two places, each latitude and longitude in degrees."""
    (north, east), (north_too, east_too) = (tuple(map(math.radians, place)) for place in (here, there))
    half = math.sin((north_too - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_too) * math.sin((east_too - east) / 2) ** 2
    return round(2 * _EARTH_M * math.asin(math.sqrt(min(1.0, half))))
