"""A timetable as GTFS tells it: one record a row, fields named as GTFS names its columns.

Times are whole seconds since the start of the service day and may pass 24 h; prices are whole fen.
Source: docs/sources/bus-gtfs.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

BUS: Final = 3
STATION: Final = 1
NOT_HERE: Final = 1
ADDED: Final = 1
REMOVED: Final = 2


@dataclass(frozen=True)
class Agency:
    agency_id: str
    agency_name: str
    agency_url: str
    agency_timezone: str
    agency_lang: str = ""
    agency_phone: str = ""


@dataclass(frozen=True)
class FeedInfo:
    feed_publisher_name: str
    feed_publisher_url: str
    feed_lang: str
    feed_start_date: date | None = None
    feed_end_date: date | None = None
    feed_version: str = ""


@dataclass(frozen=True)
class Stop:
    stop_id: str
    stop_name: str
    stop_lat: float
    stop_lon: float
    stop_code: str = ""
    stop_desc: str = ""
    zone_id: str = ""
    location_type: int = 0
    parent_station: str = ""


@dataclass(frozen=True)
class Route:
    route_id: str
    route_short_name: str
    route_long_name: str
    route_type: int
    agency_id: str = ""
    route_color: str = ""
    route_text_color: str = ""


@dataclass(frozen=True)
class Trip:
    """seats: how many may be sold; a column of our own, which GTFS allows. None: the operator's usual bus."""

    route_id: str
    service_id: str
    trip_id: str
    trip_headsign: str = ""
    direction_id: int | None = None
    seats: int | None = None


@dataclass(frozen=True)
class StopTime:
    """pickup_type, drop_off_type: NOT_HERE when nobody may get on, or off."""

    trip_id: str
    arrival_time: int
    departure_time: int
    stop_id: str
    stop_sequence: int
    pickup_type: int = 0
    drop_off_type: int = 0


@dataclass(frozen=True)
class Calendar:
    service_id: str
    monday: int
    tuesday: int
    wednesday: int
    thursday: int
    friday: int
    saturday: int
    sunday: int
    start_date: date
    end_date: date

    def has(self, day: date) -> bool:
        """Whether the weekly pattern covers this service day."""
        week = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return self.start_date <= day <= self.end_date and week[day.weekday()] == 1


@dataclass(frozen=True)
class CalendarDate:
    service_id: str
    date: date
    exception_type: int


@dataclass(frozen=True)
class FareAttribute:
    fare_id: str
    price_fen: int
    currency_type: str
    payment_method: int
    transfers: int | None = None


@dataclass(frozen=True)
class FareRule:
    """Where a fare holds; what is empty holds anywhere."""

    fare_id: str
    route_id: str = ""
    origin_id: str = ""
    destination_id: str = ""


@dataclass(frozen=True)
class Translation:
    table_name: str
    field_name: str
    language: str
    translation: str
    record_id: str


@dataclass(frozen=True)
class Feed:
    """All of it, every table in the order of its keys, so that equal timetables are equal feeds."""

    agency: tuple[Agency, ...]
    stops: tuple[Stop, ...]
    routes: tuple[Route, ...]
    trips: tuple[Trip, ...]
    stop_times: tuple[StopTime, ...]
    calendar: tuple[Calendar, ...] = ()
    calendar_dates: tuple[CalendarDate, ...] = ()
    fare_attributes: tuple[FareAttribute, ...] = ()
    fare_rules: tuple[FareRule, ...] = ()
    feed_info: tuple[FeedInfo, ...] = ()
    translations: tuple[Translation, ...] = ()
