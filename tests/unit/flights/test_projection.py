"""A leg as everybody sees it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.flights.domain import LegKey, LegState, Viewpoint, direction_at, plain_number, project
from services.flights.schemas import FlightSchema, SourceKind
from tests.unit.flights.examples import (
    IN,
    OUT,
    actual,
    changsha,
    estimated,
    item,
    leg,
    report,
    scheduled,
    seen_from,
)


def shown(*items: dict[str, Any], key: LegKey = OUT, view: Viewpoint | None = None) -> dict[str, Any]:
    view = view or changsha()
    state = LegState(key, direction_at(key, view.iata) or "")
    for said in items:
        state.apply(report(said, SourceKind.AIRPORT))
    document = project(state, 3, view, {"CZ3100-20261123-PEK-CSX"}.__contains__)
    assert not FlightSchema(unknown="raise").validate(document)
    return document


def test_a_leg_that_is_only_planned() -> None:
    document = shown(scheduled())
    assert document["id"] == "CZ3101-20261123-CSX-PEK"
    assert (document["version"], document["number"], document["direction"]) == (3, "CZ3101", "departure")
    assert document["status"] == "scheduled"
    assert document["delay_minutes"] is None
    assert document["board_at"] == "2026-11-23T08:00:00Z"
    assert document["airline"]["name"]["zh"] == "中国南方航空"
    assert document["departure"]["airport"]["city"] == {"zh": "长沙", "en": "Changsha"}
    assert document["arrival"]["airport"]["zone"] == "Asia/Shanghai"
    assert [place["iata"] for place in document["route"]] == ["CSX", "PEK"]
    assert "n:cz3101" in document["keywords"]
    assert document["updated_at"] == "2026-11-22T00:00:00Z"


def test_everything_reported_is_shown_and_fits_the_schema() -> None:
    document = shown(
        scheduled(),
        item(
            "06:00",
            times={
                "off_block": {"estimated_at": "2026-11-23T09:10:00Z", "target_at": "2026-11-23T09:05:00Z"},
                "boarding_start": {"estimated_at": "2026-11-23T08:30:00Z"},
            },
            departure={
                "terminal": "T2",
                "check_in_counters": "A01-A12",
                "security": "S2",
                "gate": "212",
                "stand": "45",
            },
            arrival={"terminal": "T2", "belt": "11"},
            aircraft={"type": "32N", "registration": "B-323A"},
            delays=[{"code": "93A", "minutes": 70}, {"code": "71"}],
            codeshares=["MF1101", "AF5101", "MF1101"],
            route=["HAK", "CSX", "PEK"],
            inbound=leg(LegKey("CZ", "3100", "", "PEK", "CSX", date(2026, 11, 23))),
        ),
    )
    assert document["status"] == "delayed"
    assert document["delay_minutes"] == 70
    assert document["codeshares"] == ["AF5101", "MF1101"]
    assert [place["iata"] for place in document["route"]] == ["HAK", "CSX", "PEK"]
    assert document["inbound"] == {
        "flight_id": "CZ3100-20261123-PEK-CSX",
        "number": "CZ3100",
        "known": True,
    }
    assert [reason["code"] for reason in document["delay_reasons"]] == ["93A", "71"]
    assert document["delay_reasons"][1]["text"]["zh"]
    assert document["milestones"]["off_block"] == {
        "estimated_at": "2026-11-23T09:10:00Z",
        "scheduled_at": "2026-11-23T08:00:00Z",
        "target_at": "2026-11-23T09:05:00Z",
    }


def test_an_arrival_is_measured_where_it_arrives() -> None:
    document = shown(
        scheduled(key=IN),
        item("08:20", IN, **actual("take_off", "08:20")),
        item("08:30", IN, **estimated("on_block", "10:55")),
        key=IN,
    )
    assert (document["direction"], document["status"]) == ("arrival", "expected")
    assert document["board_at"] == "2026-11-23T10:30:00Z"
    assert document["delay_minutes"] == 25
    assert document["departure"]["actual_at"] == "2026-11-23T08:20:00Z", "take-off, until off block is known"


def test_what_is_early_has_a_negative_delay_and_seconds_do_not_count() -> None:
    early = shown(scheduled(key=IN), item("10:20", IN, **actual("on_block", "2026-11-23T10:18:30Z")), key=IN)
    assert early["delay_minutes"] == -11
    late = shown(scheduled(), item("08:20", **actual("off_block", "2026-11-23T08:01:59Z")))
    assert late["delay_minutes"] == 1


def test_an_arrival_known_by_its_arrival_alone_has_no_scheduled_departure() -> None:
    said = item("06:00", IN, times={"on_block": {"scheduled_at": "2026-11-23T10:30:00Z"}})
    document = shown(said, key=IN)
    assert document["departure"]["scheduled_at"] is None
    assert document["board_at"] == document["arrival"]["scheduled_at"] == "2026-11-23T10:30:00Z"


def test_just_after_midnight_belongs_to_the_new_day_here() -> None:
    document = shown(scheduled("2026-11-23T16:05:00Z", "2026-11-23T18:30:00Z"))
    assert document["service_day_local"] == "2026-11-24"
    before = shown(scheduled("2026-11-23T15:55:00Z", "2026-11-23T18:30:00Z"))
    assert before["service_day_local"] == "2026-11-23"


def test_a_leg_may_arrive_on_the_next_day() -> None:
    document = shown(scheduled("2026-11-23T15:00:00Z", "2026-11-23T17:30:00Z", key=IN), key=IN)
    assert document["service_day_local"] == "2026-11-24"


@pytest.mark.parametrize(
    ("off", "day"),
    [
        # Newark on 1 November 2026: at 02:00 daylight time clocks go back to 01:00.
        ("2026-11-01T03:59:00Z", "2026-10-31"),
        ("2026-11-01T04:00:00Z", "2026-11-01"),
        ("2026-11-02T04:59:00Z", "2026-11-01"),  # 23:59 standard time: the day has 25 hours
        ("2026-11-02T05:00:00Z", "2026-11-02"),
    ],
)
def test_a_day_of_25_hours_keeps_all_its_legs(off: str, day: str) -> None:
    key = LegKey("UA", "100", "", "EWR", "BOS", date(2026, 11, 1))
    on = off.replace("2026-11-01", "2026-11-02") if "11-01" in off else "2026-11-02T07:00:00Z"
    document = shown(scheduled(off, on, key=key), key=key, view=seen_from("EWR", "America/New_York"))
    assert document["service_day_local"] == day


def test_across_the_date_line_the_day_is_the_one_here() -> None:
    key = LegKey("NZ", "10", "", "AKL", "HNL", date(2026, 11, 22))
    said = scheduled("2026-11-23T10:00:00+13:00", "2026-11-22T20:00:00-10:00", key=key)
    from_auckland = shown(said, key=key, view=seen_from("AKL", "Pacific/Auckland"))
    from_honolulu = shown(said, key=key, view=seen_from("HNL", "Pacific/Honolulu"))
    assert (from_auckland["direction"], from_auckland["service_day_local"]) == ("departure", "2026-11-23")
    assert (from_honolulu["direction"], from_honolulu["service_day_local"]) == ("arrival", "2026-11-22")


def test_the_same_number_twice_on_a_day_is_two_legs() -> None:
    again = OUT._replace(repeat=2)
    assert again.flight_id == "CZ3101-20261123-CSX-PEK-2"
    assert shown(scheduled(key=again), key=again)["number"] == "CZ3101"


def test_leading_zeros_make_no_other_flight() -> None:
    assert report(scheduled(key=OUT._replace(number="0031"))).flight_id.startswith("CZ31-")
    assert plain_number("0000") == "0"


def test_a_reason_that_nobody_words_is_still_a_reason() -> None:
    document = shown(scheduled(), item("06:00", delays=[{"code": "08"}]))
    assert document["delay_reasons"][0]["text"] == {"zh": "其他原因", "en": "Other reasons"}
