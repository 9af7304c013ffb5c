"""Instants as whole microseconds since 1970, UTC: exact, quick to compare, and the same in every store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US


def to_us(instant: datetime) -> int:
    """An aware instant as microseconds; never overflows, even for year 1 with an odd offset."""
    return (instant - EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Aware UTC; us within years 1 to 9999."""
    return EPOCH + timedelta(microseconds=us)


@lru_cache(maxsize=8192)  # a leg shows the same few instants at every change
def to_text(us: int) -> str:
    """RFC 3339 in UTC with Z; a fraction only if it isn't zero."""
    return from_us(us).isoformat()[:-6] + "Z"


def local_day(us: int, zone: ZoneInfo) -> date:
    """The calendar day on which an instant falls at a place."""
    return from_us(us).astimezone(zone).date()


def midnight_us(day: date) -> int:
    """00:00 UTC of a date."""
    return (day - EPOCH.date()).days * DAY_US
