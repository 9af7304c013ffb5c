"""When a shop is open: by weekday, but for days that are said to be otherwise.

An evening that lasts past midnight belongs to the day on which it began: an exception of the next day doesn't cut it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Times:
    """Local times of one day. closes at or before opens: of the next day, so that equal ones are 24 hours."""

    opens: time
    closes: time


@dataclass(frozen=True)
class OtherDay:
    """A day that isn't like its weekday; times None: closed."""

    times: Times | None
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True)
class Hours:
    """weekly: from Monday to Sunday, None is closed."""

    weekly: tuple[Times | None, ...] = (None,) * 7
    exceptions: Mapping[date, OtherDay] = field(default_factory=dict)

    def of(self, day_local: date) -> Times | None:
        """What holds for the day, None is closed."""
        other = self.exceptions.get(day_local)
        return self.weekly[day_local.weekday()] if other is None else other.times


@dataclass(frozen=True)
class Opening:
    """Aware UTC; the end isn't included."""

    opens_at: datetime
    closes_at: datetime


def openings(hours: Hours, zone: ZoneInfo, from_at: datetime, until_at: datetime) -> list[Opening]:
    """When it is open between two instants, in order; days that touch are one opening.

    Openings are told whole: the first may have begun before from_at, the last may end after until_at.
    """
    found: list[Opening] = []
    for each in _days(hours, zone, from_at, until_at):
        if found and each.opens_at <= found[-1].closes_at:
            found[-1] = Opening(found[-1].opens_at, max(found[-1].closes_at, each.closes_at))
        else:
            found.append(each)
    return [each for each in found if each.closes_at > from_at and each.opens_at < until_at]


def open_until(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Until when it is open without a break (looking a week ahead), None when it is closed at that instant."""
    for each in openings(hours, zone, at, at + timedelta(days=7)):
        if each.opens_at <= at < each.closes_at:
            return each.closes_at
    return None


def _days(hours: Hours, zone: ZoneInfo, from_at: datetime, until_at: datetime) -> Iterator[Opening]:
    # A day earlier: yesterday's evening may last until this morning.
    day = from_at.astimezone(zone).date() - timedelta(days=1)
    last = until_at.astimezone(zone).date()
    while day <= last:
        times = hours.of(day)
        if times is not None:
            closing = day if times.closes > times.opens else day + timedelta(days=1)
            opens_at, closes_at = (
                _instant(day, times.opens, zone, 0),
                _instant(closing, times.closes, zone, 1),
            )
            if closes_at > opens_at:
                yield Opening(opens_at, closes_at)
        day += timedelta(days=1)


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    """Of a time that the clock shows twice, an opening is the first and a closing the second. One that the clock jumps
    over is as long after midnight as it would have been without the jump."""
    local = datetime.combine(day, at, tzinfo=zone)
    skipped = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
    return local.replace(fold=0 if skipped else fold).astimezone(UTC)
