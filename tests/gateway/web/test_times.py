"""Times as a reader sees them: his clock, the day it falls on, the zone when it is another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.web.leg import leg
from gateway.web.rows import row
from gateway.web.texts import texts
from gateway.web.times import age_words, moment, span_words, zone_note
from services.airport import Airport
from tests.gateway.web.changsha import Plan
from tests.gateway.web.changsha import leg as made

HOME = ZoneInfo("Asia/Shanghai")
EN, ZH = texts("en"), texts("zh")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "clock", "mark"),
    [
        ("2026-11-23T08:05:00Z", "16:05", ""),
        ("2026-11-23T16:00:00Z", "00:00", "+1"),
        ("2026-11-22T15:59:00Z", "23:59", "−1"),
        ("2026-11-25T00:10:00.5Z", "08:10", "+2"),
    ],
)
def test_the_day_offset_counts_local_days(at: str, clock: str, mark: str) -> None:
    found = moment(at, HOME, date(2026, 11, 23))
    assert found
    assert (found.clock, found.mark) == (clock, mark)


def test_a_zone_is_named_only_when_its_clocks_differ() -> None:
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert zone_note(ZoneInfo("Asia/Hong_Kong"), HOME, summer) == ""
    assert zone_note(ZoneInfo("Europe/London"), HOME, summer) == "UTC+1"
    assert zone_note(ZoneInfo("Europe/London"), HOME, winter) == "UTC+0"
    assert zone_note(ZoneInfo("Asia/Kolkata"), HOME, winter) == "UTC+5:30"
    assert zone_note(ZoneInfo("America/New_York"), HOME, winter) == "UTC−5"


def test_spans_and_ages_are_words_of_the_language() -> None:
    assert span_words(EN, 135) == "2 h 15 min"
    assert span_words(ZH, 135) == "2小时15分钟"
    assert span_words(EN, -45) == "45 min"
    assert [age_words(EN, seconds) for seconds in (5, 150, 7200, 90_000, 180_000)] == [
        "just now",
        "2 min ago",
        "2 h ago",
        "1 day ago",
        "2 days ago",
    ]
    assert age_words(ZH, 150) == "2分钟前"


def test_a_flight_over_midnight_carries_its_offset_at_both_ends() -> None:
    late = made(
        Plan("3U", "8822", "LHR", out=datetime(2026, 11, 23, 15, 50, tzinfo=UTC), minutes=720, delay=30)
    )
    shown = leg(late, EN, Airport(), NOW)
    assert shown.origin.scheduled
    assert shown.origin.best
    assert (shown.origin.scheduled.clock, shown.origin.best.clock, shown.origin.best.mark) == (
        "23:50",
        "00:20",
        "+1",
    )
    assert shown.destination.best
    assert (shown.destination.best.clock, shown.destination.best.mark) == ("04:20", "+1")
    assert shown.destination.zone == "UTC+0"
    board = row(late, EN, Airport())
    assert board.best
    assert (board.scheduled.mark, board.best.mark, board.late) == ("", "+1", True)


def test_an_estimate_equal_to_the_schedule_is_no_news() -> None:
    assert row(made(Plan(delay=0, happened=True)), EN, Airport()).best is None


@pytest.mark.parametrize(
    ("gone_min", "status", "pct"), [(0, "scheduled", 0), (70, "airborne", 50), (300, "airborne", 97)]
)
def test_the_plane_is_where_the_clock_says(gone_min: int, status: str, pct: int) -> None:
    flying = made(
        Plan(out=NOW - timedelta(minutes=gone_min), minutes=140, status=status, happened=status == "airborne")
    )
    assert leg(flying, EN, Airport(), NOW).travelled_pct == pct


def test_the_picture_has_words_for_those_who_do_not_see_it() -> None:
    flying = made(Plan(out=NOW - timedelta(minutes=70), minutes=140, status="airborne", happened=True))
    assert (
        leg(flying, EN, Airport(), NOW).progress == "On its way from Changsha to Beijing, 1 h 10 min to go."
    )
    assert leg(flying, ZH, Airport(), NOW).progress == "正从长沙飞往北京，约1小时10分钟后到达。"


def test_an_arrival_without_a_known_departure_time_is_shown() -> None:
    bare = made(
        Plan(
            departing=False,
            more={"departure.scheduled_at": None, "milestones": {}, "arrival.scheduled_at": None},
        )
    )
    shown = leg(bare, EN, Airport(), NOW)
    assert shown.origin.scheduled is None
    assert shown.steps == []
    assert shown.travelled_pct == 0
