"""SSIM chapter 7: what its records mean, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.flights.timetable import Horizon, Reason, dated_legs, read_ssim
from services.flights.timetable.expand import DatedLeg
from tests.unit.flights_reference import ssim_files as ssim

MONDAY = date(2026, 11, 23)


def legs_on(
    lines: list[str], first: date = MONDAY, last: date | None = None, here: str = "CSX"
) -> list[DatedLeg]:
    reading = read_ssim(lines)
    assert reading.refused == ()
    legs, refused = dated_legs(reading.itineraries, here, Horizon(first, last or first))
    assert refused == []
    return legs


def refusals(*records: str) -> list[tuple[int, Reason]]:
    return [(refusal.line, refusal.reason) for refusal in read_ssim(ssim.data_set(*records)).refused]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_leg_in_local_time_becomes_an_instant() -> None:
    [leg] = legs_on(ssim.data_set(ssim.leg()))
    assert leg.departs_at == utc(2026, 11, 23, 0, 30)
    assert leg.arrives_at == utc(2026, 11, 23, 2, 55)
    assert leg.origin_date == date(2026, 11, 23)
    assert (leg.leg.departure_terminal, leg.leg.arrival_terminal, leg.leg.aircraft) == ("T2", "T3", "333")


def test_a_leg_in_utc_ignores_the_variation() -> None:
    [leg] = legs_on(ssim.data_set(ssim.leg(), mode="U"))
    assert leg.departs_at == utc(2026, 11, 23, 8, 30)


def test_leading_zeros_and_spaces_of_the_number_go() -> None:
    assert [leg.leg.flight for leg in legs_on(ssim.data_set(ssim.leg(c6="0031")))] == ["CZ31"]
    assert [leg.leg.flight for leg in legs_on(ssim.data_set(ssim.leg(c6="  31")))] == ["CZ31"]
    assert [leg.leg.flight for leg in legs_on(ssim.data_set(ssim.leg(c2="A")))] == ["CZ3101A"]


def test_it_flies_on_its_days_of_the_week_only() -> None:
    lines = ssim.data_set(ssim.leg(c29="1  4  7"))
    days = [leg.origin_date for leg in legs_on(lines, MONDAY, date(2026, 11, 30))]
    assert days == [date(2026, 11, day) for day in (23, 26, 29, 30)]


def test_it_flies_within_its_period_only() -> None:
    lines = ssim.data_set(ssim.leg(c15="24NOV26", c22="25NOV26"))
    days = [leg.origin_date for leg in legs_on(lines, MONDAY, date(2026, 11, 30))]
    assert days == [date(2026, 11, 24), date(2026, 11, 25)]


def test_a_fortnightly_flight_counts_weeks_from_its_first() -> None:
    lines = ssim.data_set(ssim.leg(c15="16NOV26", c29="1      ", c36="2"))
    days = [leg.origin_date for leg in legs_on(lines, date(2026, 11, 16), date(2026, 12, 14))]
    assert days == [date(2026, 11, 16), date(2026, 11, 30), date(2026, 12, 14)]


def test_a_period_without_end_goes_on() -> None:
    assert len(legs_on(ssim.data_set(ssim.leg(c22="00XXX00")))) == 1


def test_a_flight_over_midnight_arrives_on_the_next_day() -> None:
    without = ssim.leg(c44="2330", c55="BKK", c58="0130", c66="+0700")
    stated = ssim.leg(c44="2330", c55="BKK", c58="0130", c66="+0700", c193="01")
    for line in (without, stated):
        [leg] = legs_on(ssim.data_set(line))
        assert leg.departs_at == utc(2026, 11, 23, 15, 30)
        assert leg.arrives_at == utc(2026, 11, 23, 18, 30)


def test_an_arrival_at_2400_is_the_midnight_that_ends_the_day() -> None:
    [leg] = legs_on(ssim.data_set(ssim.leg(c44="2130", c58="2400")))
    assert leg.arrives_at == utc(2026, 11, 23, 16, 0)


def test_no_flight_departs_at_2400() -> None:
    assert refusals(ssim.leg(c44="2400")) == [(4, Reason.BAD_TIME)]


def test_a_flight_over_the_date_line_arrives_the_day_before() -> None:
    eastbound = ssim.leg(c44="0100", c55="HNL", c58="1500", c66="-1000", c193="0J")
    left_out = ssim.leg(c44="0100", c55="HNL", c58="1500", c66="-1000")
    for line in (eastbound, left_out):
        [leg] = legs_on(ssim.data_set(line))
        assert leg.arrives_at - leg.departs_at == utc(2026, 11, 23, 8) - utc(2026, 11, 23)


def test_an_itinerary_of_two_legs_keeps_its_route_and_its_origin_date() -> None:
    first = ssim.leg(c37="KWE", c44="2200", c55="CSX", c58="2340")
    second = ssim.leg(c12="02", c44="0030", c55="HRB", c58="0430")
    legs = legs_on(ssim.data_set(first, second), MONDAY, date(2026, 11, 24))
    onward = [leg for leg in legs if leg.leg.origin == "CSX" and leg.departs_at == utc(2026, 11, 23, 16, 30)]
    assert [(leg.route, leg.origin_date) for leg in onward] == [(("KWE", "CSX", "HRB"), date(2026, 11, 23))]


def test_a_later_leg_carries_the_utc_date_of_the_first() -> None:
    first = ssim.leg(c37="KWE", c44="0600", c55="CSX", c58="0730")  # 22:00 UTC of the day before
    second = ssim.leg(c12="02", c44="0830", c55="HRB", c58="1230")
    legs = legs_on(ssim.data_set(first, second))
    assert {leg.origin_date for leg in legs} == {date(2026, 11, 22)}


def test_codeshares_come_from_the_segment_record() -> None:
    lines = ssim.data_set(ssim.leg(), ssim.segment("3101", "010", "MF 1101/KL 04301"))
    assert legs_on(lines)[0].leg.codeshares == ("MF1101", "KL4301")


def test_a_leg_that_is_only_sold_becomes_a_codeshare_of_the_one_that_is_flown() -> None:
    sold = ssim.leg(c3="MU ", c6="9991", c149="L")
    names_it = ssim.segment("9991", "050", "CZ 3101", c3="MU ")
    reading = read_ssim(ssim.data_set(ssim.leg(), sold, names_it))
    assert reading.marketing == 1
    assert [itinerary.legs[0].codeshares for itinerary in reading.itineraries] == [("MU9991",)]


def test_freight_and_positioning_flights_are_left_out_and_counted() -> None:
    reading = read_ssim(ssim.data_set(ssim.leg(c14="F"), ssim.leg(c14="P"), ssim.leg(c14="J")))
    assert (len(reading.itineraries), reading.not_passenger) == (1, 2)


def test_legs_that_do_not_touch_the_airport_are_not_ours() -> None:
    assert legs_on(ssim.data_set(ssim.leg()), here="CAN") == []


def test_the_same_leg_twice_is_refused_the_second_time() -> None:
    reading = read_ssim(ssim.data_set(ssim.leg(), ssim.leg(c10="02")))
    legs, refused = dated_legs(reading.itineraries, "CSX", Horizon(MONDAY, MONDAY))
    assert [(refusal.line, refusal.reason) for refusal in refused] == [(5, Reason.DUPLICATE)]
    assert [leg.leg.line for leg in legs] == [4]


def test_the_same_number_at_another_time_of_the_same_utc_day_is_a_repeat() -> None:
    early = ssim.leg(c15="24NOV26", c22="24NOV26", c44="0730", c58="0955")  # 23:30 UTC of the 23rd
    before = ssim.leg(c10="02", c15="23NOV26", c22="23NOV26")  # 00:30 UTC of the 23rd
    legs = legs_on(ssim.data_set(early, before), MONDAY, date(2026, 11, 24))
    assert [(leg.origin_date, leg.repeat) for leg in legs] == [(MONDAY, 1), (MONDAY, 2)]
    # … and it is the second one whatever days are asked for.
    assert [leg.repeat for leg in legs_on(ssim.data_set(early, before), date(2026, 11, 24))] == [2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"c37": "QQQ"}, Reason.UNKNOWN_AIRPORT),
        ({"c37": "C1X"}, Reason.BAD_AIRPORT),
        ({"c3": "QQ "}, Reason.UNKNOWN_AIRLINE),
        ({"c6": "ABCD"}, Reason.BAD_FLIGHT),
        ({"c6": "0000"}, Reason.BAD_FLIGHT),
        ({"c15": "31FEB26"}, Reason.BAD_PERIOD),
        ({"c15": "28MAR27"}, Reason.BAD_PERIOD),
        ({"c29": "       "}, Reason.BAD_DAYS),
        ({"c29": "8      "}, Reason.BAD_DAYS),
        ({"c44": "2530"}, Reason.BAD_TIME),
        ({"c44": "0860"}, Reason.BAD_TIME),
        ({"c48": "08:00"}, Reason.BAD_TIME),
        ({"c193": "X0"}, Reason.BAD_FIELD),
        ({"c12": "00"}, Reason.BAD_FIELD),
        ({"c1": "7"}, Reason.BAD_RECORD),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_reason(changes: dict[str, str], reason: Reason) -> None:
    assert refusals(ssim.leg(c10="02"), ssim.leg(**changes)) == [(5, reason)]


def test_a_line_of_another_length_is_refused() -> None:
    assert refusals(ssim.leg()[:-1]) == [(4, Reason.BAD_LENGTH)]


def test_a_broken_itinerary_is_refused_with_all_its_lines() -> None:
    first = ssim.leg(c37="KWE", c55="CSX")
    second = ssim.leg(c12="02", c37="CAN", c44="1200", c55="HRB", c58="1600")
    assert refusals(first, second) == [(4, Reason.BROKEN_ITINERARY), (5, Reason.BROKEN_ITINERARY)]


def test_a_file_without_a_trailer_is_truncated() -> None:
    lines = ssim.data_set(ssim.leg())[:-1]
    assert [refusal.reason for refusal in read_ssim(lines).refused] == [Reason.TRUNCATED]


def test_a_trailer_that_counts_other_records_shows_a_loss() -> None:
    whole = [ssim.HEADER, ssim.carrier(), ssim.leg(), ssim.trailer("000003")]
    assert read_ssim(whole).refused == ()
    lost = [ssim.HEADER, ssim.carrier(), ssim.leg(), ssim.trailer("000017")]
    assert [refusal.reason for refusal in read_ssim(lost).refused] == [Reason.TRUNCATED]


def test_a_leg_before_any_carrier_is_refused() -> None:
    lines = [ssim.HEADER, ssim.leg(), ssim.trailer()]
    assert [(refusal.line, refusal.reason) for refusal in read_ssim(lines).refused] == [
        (2, Reason.BAD_RECORD)
    ]


def test_impossible_times_are_refused_when_days_are_made() -> None:
    reading = read_ssim(ssim.data_set(ssim.leg(c193="00", c58="0700")))
    legs, refused = dated_legs(reading.itineraries, "CSX", Horizon(MONDAY, MONDAY))
    assert legs == []
    assert [(refusal.line, refusal.reason) for refusal in refused] == [(4, Reason.IMPOSSIBLE_TIMES)]


@given(st.lists(st.one_of(st.text(max_size=210), st.sampled_from(ssim.data_set(ssim.leg()))), max_size=8))
def test_no_file_makes_the_reader_fail(lines: list[str]) -> None:
    reading = read_ssim(lines)
    assert all(1 <= refusal.line <= max(len(lines), 1) or not lines for refusal in reading.refused)


@given(st.integers(0, 199), st.characters(min_codepoint=32, max_codepoint=126))
def test_one_changed_character_is_read_or_refused_but_never_an_error(place: int, char: str) -> None:
    line = ssim.leg()
    reading = read_ssim(ssim.data_set(line[:place] + char + line[place + 1 :]))
    dated_legs(reading.itineraries, "CSX", Horizon(MONDAY, MONDAY))
