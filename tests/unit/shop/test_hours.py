"""When shops are open: past midnight, on other days, when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.shop.domain.hours import Hours, OtherDay, Times, open_until, openings

CHANGSHA = ZoneInfo("Asia/Shanghai")
NEWARK = ZoneInfo("America/New_York")
DAILY = Times(time(7), time(23))


def local(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def told(hours: Hours, zone: ZoneInfo, from_: str, until: str) -> list[tuple[str, str]]:
    found = openings(hours, zone, local(zone, from_), local(zone, until))
    return [
        (f"{each.opens_at.astimezone(zone):%d %H:%M}", f"{each.closes_at.astimezone(zone):%d %H:%M}")
        for each in found
    ]


def test_each_day_is_an_opening() -> None:
    assert told(Hours((DAILY,) * 7), CHANGSHA, "2026-11-24T10:00", "2026-11-25T12:00") == [
        ("24 07:00", "24 23:00"),
        ("25 07:00", "25 23:00"),
    ]


def test_an_evening_lasts_past_midnight() -> None:
    hours = Hours((Times(time(18), time(2)),) * 7)
    assert told(hours, CHANGSHA, "2026-11-24T01:00", "2026-11-24T20:00") == [
        ("23 18:00", "24 02:00"),
        ("24 18:00", "25 02:00"),
    ]
    assert open_until(hours, CHANGSHA, local(CHANGSHA, "2026-11-24T01:59")) == local(
        CHANGSHA, "2026-11-24T02:00"
    )
    assert open_until(hours, CHANGSHA, local(CHANGSHA, "2026-11-24T02:00")) is None


def test_day_and_night_is_one_opening() -> None:
    hours = Hours((Times(time(0), time(0)),) * 7)
    now = local(CHANGSHA, "2026-11-24T10:00")
    assert len(openings(hours, CHANGSHA, now, now + timedelta(days=8))) == 1
    until = open_until(hours, CHANGSHA, now)
    assert until is not None
    assert until >= now + timedelta(days=7)


def test_a_closed_weekday_is_closed() -> None:
    hours = Hours((DAILY, None, DAILY, DAILY, DAILY, DAILY, DAILY))  # 24 November 2026 is a Tuesday
    assert told(hours, CHANGSHA, "2026-11-24T00:00", "2026-11-24T23:59") == []


@pytest.mark.parametrize(
    ("times", "expected"),
    [(None, []), (Times(time(9), time(12)), [("24 09:00", "24 12:00")])],
)
def test_another_day_is_as_it_is_said(times: Times | None, expected: list[tuple[str, str]]) -> None:
    hours = Hours((DAILY,) * 7, {date(2026, 11, 24): OtherDay(times)})
    assert told(hours, CHANGSHA, "2026-11-24T00:00", "2026-11-24T23:59") == expected


def test_a_closed_day_doesnt_cut_the_evening_before() -> None:
    hours = Hours((Times(time(18), time(2)),) * 7, {date(2026, 11, 24): OtherDay(None)})
    assert told(hours, CHANGSHA, "2026-11-23T20:00", "2026-11-24T23:59") == [("23 18:00", "24 02:00")]


def test_the_last_instant_is_closed() -> None:
    hours = Hours((DAILY,) * 7)
    assert open_until(hours, CHANGSHA, local(CHANGSHA, "2026-11-24T22:59:59")) is not None
    assert open_until(hours, CHANGSHA, local(CHANGSHA, "2026-11-24T23:00")) is None


def test_a_short_night_is_an_hour_shorter() -> None:
    hours = Hours((Times(time(22), time(6)),) * 7)
    night = openings(hours, NEWARK, local(NEWARK, "2026-03-08T00:00"), local(NEWARK, "2026-03-08T05:00"))
    assert [each.closes_at - each.opens_at for each in night] == [timedelta(hours=7)]


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    hours = Hours((Times(time(0, 30), time(1, 30)),) * 7)
    [each] = openings(hours, NEWARK, local(NEWARK, "2026-11-01T00:00"), local(NEWARK, "2026-11-01T12:00"))
    assert each.opens_at == datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    assert each.closes_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_an_hour_that_the_clock_jumps_over_opens_after_it() -> None:
    hours = Hours((Times(time(2, 30), time(9)),) * 7)
    [each] = openings(hours, NEWARK, local(NEWARK, "2026-03-08T00:00"), local(NEWARK, "2026-03-08T12:00"))
    assert each.opens_at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 3:30 by the new clock
