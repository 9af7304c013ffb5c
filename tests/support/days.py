"""Days of the airport tests are written for: Changsha's, eight hours before UTC whatever the machine's zone says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel import clock

ZONE = ZoneInfo("Asia/Shanghai")


def day(ahead: int = 0) -> date:
    """The day there, `ahead` days from now."""
    return clock.now().astimezone(ZONE).date() + timedelta(days=ahead)


def noon(ahead: int) -> datetime:
    """Noon there in `ahead` days, aware UTC: tomorrow's is twelve hours away or more, whatever the hour now."""
    return datetime.combine(day(ahead), time(12), ZONE).astimezone(UTC)


def month() -> str:
    """The month there, as 2026-11."""
    return f"{day():%Y-%m}"
