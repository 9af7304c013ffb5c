"""Absurd, future and impossible times, judged without knowing the leg."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.flights.domain import judge_times, to_text, to_us
from services.flights.domain.instants import from_us, local_day
from tests.unit.flights.examples import NOW, OUT, actual, changsha, item, report, scheduled


def reason(said: dict[str, Any], now: datetime = NOW) -> str | None:
    refused = judge_times(report(said), to_us(now))
    return refused.reason.value if refused else None


@pytest.mark.parametrize(
    ("event_at", "expected"),
    [
        ("2026-11-23T12:05:00Z", None),
        ("2026-11-23T20:05:00+08:00", None),
        ("2026-11-23T12:05:00.000001Z", "from_the_future"),
        ("2026-11-23T21:00:00+08:00", "from_the_future"),
    ],
)
def test_news_may_be_five_minutes_ahead_of_our_clock(event_at: str, expected: str | None) -> None:
    assert reason(item(event_at, status="boarding")) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (date(2026, 11, 24), None),
        (date(2027, 12, 1), None),
        (date(2028, 6, 1), "outside_window"),
        (date(2025, 12, 1), None),
        (date(2025, 9, 1), "outside_window"),
        (date(1, 1, 1), "outside_window"),
        (date(9999, 12, 31), "outside_window"),
    ],
)
def test_an_origin_date_lies_within_what_we_keep_and_plan(origin: date, expected: str | None) -> None:
    said = item("2026-11-20T00:00:00Z", OUT._replace(origin_date=origin), departure={"gate": "1"})
    assert reason(said) == expected


@pytest.mark.parametrize(
    "instant",
    [
        "2025-11-23T08:00:00Z",
        "2026-12-23T08:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_in_the_wrong_month_or_year_is_refused(instant: str) -> None:
    said = item("11:00", times={"off_block": {"estimated_at": instant}})
    assert reason(said) == "outside_window"


def test_an_event_of_another_age_is_refused() -> None:
    assert reason(item("2024-01-01T00:00:00Z", status="boarding")) == "outside_window"


def test_an_actual_time_cannot_lie_after_its_own_report() -> None:
    assert reason(item("08:00", **actual("off_block", "08:05"))) is None
    assert reason(item("08:00", **actual("off_block", "08:06"))) == "impossible_times"


def test_times_of_one_report_cannot_contradict_each_other() -> None:
    times = {"take_off": {"actual_at": "2026-11-23T08:10:00Z"}}
    assert reason(item("11:00", times={**times, "touch_down": {"actual_at": "2026-11-23T08:10:00Z"}})) is None
    wrong = {**times, "touch_down": {"actual_at": "2026-11-23T08:09:00Z"}}
    assert reason(item("11:00", times=wrong)) == "impossible_times"


def test_a_schedule_that_arrives_before_it_leaves_is_impossible() -> None:
    assert reason(scheduled("08:00", "07:00")) == "impossible_times"
    assert reason(scheduled("08:00", "08:00")) == "impossible_times"


def test_across_the_date_line_one_arrives_before_one_left_on_the_calendar_only() -> None:
    # Auckland 23 November 10:00 (+13) to Honolulu 22 November 20:00 (-10): nine hours.
    said = scheduled("2026-11-23T10:00:00+13:00", "2026-11-22T20:00:00-10:00")
    assert reason(said) is None


def test_instants_are_written_in_utc_with_a_fraction_only_if_there_is_one() -> None:
    assert to_text(to_us(datetime(2026, 11, 23, 8, tzinfo=UTC))) == "2026-11-23T08:00:00Z"
    assert to_text(to_us(datetime(2026, 11, 23, 8, 0, 0, 1, UTC))) == "2026-11-23T08:00:00.000001Z"
    assert from_us(to_us(NOW)) == NOW


def test_the_local_day_turns_at_local_midnight() -> None:
    zone = changsha().zoneinfo
    assert local_day(to_us(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)), zone) == date(2026, 11, 22)
    assert local_day(to_us(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)), zone) == date(2026, 11, 23)
