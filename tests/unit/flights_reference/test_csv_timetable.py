"""Timetables as CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.flights.timetable import Horizon, Reason, dated_legs, read_csv
from services.flights.timetable.expand import DatedLeg

HEADER = "flight,leg,from,to,departs,arrives,arrival_day,valid_from,valid_to,days,departure_terminal,aircraft,codeshares"
USUAL = "CZ3101,,CSX,PEK,08:30,10:55,,2026-10-25,2027-03-27,1234567,T2,333,MF1101 KL4301"
MONDAY = date(2026, 11, 23)


def legs_of(
    *lines: str, header: str = HEADER, first: date = MONDAY, last: date = MONDAY, here: str = "CSX"
) -> list[DatedLeg]:
    reading = read_csv([header + "\n", *(line + "\n" for line in lines)])
    assert reading.refused == ()
    legs, refused = dated_legs(reading.itineraries, here, Horizon(first, last))
    assert refused == []
    return legs


def test_a_line_becomes_a_leg_of_each_day() -> None:
    legs = legs_of(USUAL, last=date(2026, 11, 24))
    assert [leg.departs_at for leg in legs] == [
        datetime(2026, 11, day, 0, 30, tzinfo=UTC) for day in (23, 24)
    ]
    assert legs[0].leg.codeshares == ("MF1101", "KL4301")
    assert legs[0].leg.departure_terminal == "T2"


def test_the_update_is_what_flights_takes() -> None:
    [leg] = legs_of(USUAL)
    told_at = datetime(2026, 11, 20, tzinfo=UTC)
    assert leg.update(told_at) == {
        "leg": {
            "airline": "CZ",
            "number": "3101",
            "suffix": "",
            "departure_airport": "CSX",
            "arrival_airport": "PEK",
            "origin_date": "2026-11-23",
            "repeat": 1,
        },
        "event_at": "2026-11-20T00:00:00+00:00",
        "times": {
            "off_block": {"scheduled_at": "2026-11-23T00:30:00+00:00"},
            "on_block": {"scheduled_at": "2026-11-23T02:55:00+00:00"},
        },
        "departure": {"terminal": "T2"},
        "aircraft": {"type": "333"},
        "codeshares": ["MF1101", "KL4301"],
        "route": ["CSX", "PEK"],
    }


def test_local_times_follow_summer_time_at_the_other_airport() -> None:
    london = "CZ331,,CSX,LHR,01:30,06:00,,2026-01-01,2027-12-31,1234567,,,"
    winter, summer = date(2027, 3, 27), date(2027, 3, 29)
    durations = [
        legs_of(london, first=day, last=day)[0].arrives_at
        - legs_of(london, first=day, last=day)[0].departs_at
        for day in (winter, summer)
    ]
    assert (durations[0] - durations[1]).total_seconds() == 3600


def test_an_arrival_is_on_the_board_of_the_day_it_arrives() -> None:
    overnight = "CZ332,,SIN,CSX,22:30,03:00,+1,2026-10-25,2027-03-27,1234567,,,"
    [leg] = legs_of(overnight)
    assert leg.arrives_at == datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # 03:00 of the 23rd in Changsha


def test_2400_is_an_arrival_only() -> None:
    late = "CZ3103,,CSX,PEK,21:40,24:00,,2026-10-25,2027-03-27,1234567,,,"
    assert legs_of(late)[0].arrives_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def test_legs_of_one_flight_are_joined() -> None:
    first = "CZ3209,1,KWE,CSX,16:40,18:10,,2026-10-25,2027-03-27,1234567,,,"
    second = "CZ3209,2,CSX,HRB,19:00,22:45,,2026-10-25,2027-03-27,1234567,,,"
    assert {leg.route for leg in legs_of(second, first)} == {("KWE", "CSX", "HRB")}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("CZ3101,,CSX,PEK,08:30", Reason.BAD_LENGTH),
        (USUAL.replace("CZ3101", "3101"), Reason.BAD_FLIGHT),
        (USUAL.replace("CZ3101", "QQ1"), Reason.UNKNOWN_AIRLINE),
        (USUAL.replace("PEK", "QQQ"), Reason.UNKNOWN_AIRPORT),
        (USUAL.replace("08:30", "24:00"), Reason.BAD_TIME),
        (USUAL.replace("2026-10-25", "2026-02-30"), Reason.BAD_PERIOD),
        (USUAL.replace("2026-10-25", "2028-10-25"), Reason.BAD_PERIOD),
        (USUAL.replace("1234567", "0"), Reason.BAD_DAYS),
        (USUAL.replace("333", "an airbus"), Reason.BAD_FIELD),
        (USUAL.replace("MF1101", "?"), Reason.BAD_FLIGHT),
        (USUAL.replace("3101,,", "3101,x,"), Reason.BAD_FIELD),
    ],
)
def test_a_bad_line_is_refused_and_the_others_are_read(line: str, reason: Reason) -> None:
    good = USUAL.replace("CZ3101", "CZ3999")
    reading = read_csv([HEADER, line, good])
    assert [(refusal.line, refusal.reason) for refusal in reading.refused] == [(2, reason)]
    assert [itinerary.legs[0].flight for itinerary in reading.itineraries] == ["CZ3999"]


@pytest.mark.parametrize("header", ["", "flight,from", HEADER + ",colour", HEADER + ",from"])
def test_a_bad_header_refuses_the_file(header: str) -> None:
    reading = read_csv([header, USUAL])
    assert [(refusal.line, refusal.reason) for refusal in reading.refused] == [(1, Reason.BAD_HEADER)]
    assert reading.itineraries == ()


def test_the_same_line_twice_is_refused() -> None:
    assert [refusal.reason for refusal in read_csv([HEADER, USUAL, USUAL]).refused] == [
        Reason.BROKEN_ITINERARY
    ] * 2


def test_a_byte_order_mark_and_capitals_in_the_header_do_no_harm() -> None:
    assert read_csv(["\ufeff" + HEADER.upper(), USUAL]).refused == ()
