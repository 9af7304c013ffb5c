"""Which bus goes when, and which one to take for a flight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from services.bus.domain import Ride, Timetable, Wanted, latest_for_flight
from services.bus.domain.feed import ADDED, REMOVED, CalendarDate
from tests.unit.bus.examples import FEED, MONDAY, TIMETABLE, local

FRIDAY = MONDAY + timedelta(days=4)


def rides(start: str | None, end: str | None, earliest: str, latest: str, day: date = MONDAY) -> list[Ride]:
    wanted = Wanted(start, end, local(earliest, day), local(latest, day))
    return TIMETABLE.rides(wanted, "CSX")


def test_next_departures_come_in_their_order_with_their_fares() -> None:
    found = rides("RAIL", "CSX-T1", "08:00", "10:00")
    assert [(ride.boards.departs_at, ride.leaves.arrives_at) for ride in found] == [
        (local("08:17"), local("09:05")),
        (local("08:47"), local("09:35")),
    ]
    assert {ride.adult_fen for ride in found} == {2000}
    assert [ride.departure.id for ride in found] == ["20261123-A1-in-0800", "20261123-A1-in-0830"]


def test_a_station_stands_for_its_stops() -> None:
    (first, *_) = rides("WUYI", "CSX", "08:00", "12:00")
    assert first.leaves.stop.stop_id == "CSX-T2", "the first of its stops that the bus comes to"
    (out, *_) = rides("CSX", "WUYI", "08:00", "12:00")
    assert out.boards.stop.stop_id == "CSX-T1"


def test_an_open_end_means_the_airport_or_the_end_of_the_line() -> None:
    (in_, *_) = rides("XINGSHA", None, "08:00", "12:00")
    assert in_.leaves.stop.stop_id == "CSX-T2"
    out = rides("CSX-T1", None, "08:30", "10:00")
    assert {ride.departure.route.route_id for ride in out} == {"A1", "A2", "A4"}
    assert "WUYI" in {ride.leaves.stop.stop_id for ride in out}


def test_the_bus_for_a_flight_is_the_last_that_arrives_two_hours_before_it() -> None:
    latest = latest_for_flight(local("12:00"), timedelta(hours=2))
    wanted = Wanted("WUYI", "CSX-T2", latest - timedelta(hours=6), latest)
    last = TIMETABLE.rides(wanted, "CSX")[-1]
    assert last.departure.id == "20261123-A1-in-0900"
    assert last.leaves.arrives_at == local("10:00")
    earlier = Wanted("WUYI", "CSX-T2", latest - timedelta(hours=6), latest - timedelta(seconds=1))
    assert TIMETABLE.rides(earlier, "CSX")[-1].departure.id == "20261123-A1-in-0830"


def test_nobody_rides_within_the_town_or_between_terminals() -> None:
    assert rides("WUYI", "RAIL", "00:00", "24:00") == []
    assert rides("CSX-T1", "CSX-T2", "00:00", "24:00") == []
    assert rides("CSX-T1", "WUYI", "08:00", "12:00") != []


def test_a_bus_after_midnight_belongs_to_the_day_before() -> None:
    (night,) = rides("CSX-T1", "WUYI", "25:30", "28:00", FRIDAY)
    assert night.departure.day_local == FRIDAY
    assert night.departure.id == "20261127-A1-night"
    assert night.boards.departs_at == local("01:45", FRIDAY + timedelta(days=1))
    assert rides("CSX-T1", "WUYI", "25:30", "28:00", MONDAY) == []


def test_a_changed_day_beats_the_week() -> None:
    thursday = date(2026, 12, 31)
    assert TIMETABLE.runs("night", thursday), "added"
    assert not TIMETABLE.runs("night", thursday + timedelta(days=1)), "removed, though a Friday"
    gone = Timetable(replace(FEED, calendar_dates=(CalendarDate("daily", MONDAY, REMOVED),)))
    assert gone.departure("20261123-A1-in-0800") is None
    assert gone.departure("20261124-A1-in-0800") is not None
    only = Timetable(replace(FEED, calendar=(), calendar_dates=(CalendarDate("daily", MONDAY, ADDED),)))
    assert only.departure("20261123-A1-in-0800") is not None
    assert only.departure("20261124-A1-in-0800") is None


def test_an_id_that_names_no_departure_finds_none() -> None:
    assert TIMETABLE.departure("20261123-A1-in-0800") is not None
    for wrong in (
        "",
        "20261123",
        "20261123-",
        "20261123-A1-in-0801",
        "20261399-A1-in-0800",
        "20361123-A1-in-0800",
    ):
        assert TIMETABLE.departure(wrong) is None


def test_times_are_right_where_clocks_change() -> None:
    feed = replace(FEED, agency=(replace(FEED.agency[0], agency_timezone="America/New_York"),))
    calendar = tuple(replace(one, start_date=date(2026, 1, 1)) for one in FEED.calendar)
    table = Timetable(replace(feed, calendar=calendar))
    spring = table.departure("20260308-A1-in-0530")
    usual = table.departure("20260309-A1-in-0530")
    assert spring is not None
    assert usual is not None
    assert spring.departs_at.hour == usual.departs_at.hour == 9
    night = table.departure("20260307-A1-night")
    assert night is not None, "a Saturday; leaves in the night in which an hour is missing"
    assert night.departs_at.isoformat() == "2026-03-08T06:45:00+00:00"
