"""Which days are in memory: airport-local service days around today, as instants for the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """first..last: airport-local days, both included; [from_at, to_at): the same as instants, UTC."""

    first: date
    last: date
    today: date
    from_at: datetime
    to_at: datetime

    @classmethod
    def around(cls, now: datetime, zone: ZoneInfo, back: int, ahead: int) -> Window:
        """The window at `now` (aware): `back` days before the local today to `ahead` days after it."""
        today = now.astimezone(zone).date()
        first, last = today - timedelta(days=back), today + timedelta(days=ahead)
        return cls(first, last, today, _midnight(first, zone), _midnight(last + timedelta(days=1), zone))

    def __contains__(self, board_at: datetime) -> bool:
        return self.from_at <= board_at < self.to_at

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def holds_day(self, day: date) -> bool:
        return self.first <= day <= self.last


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The day's first instant, UTC. Days are cut by wall clock, so one may last 23 or 25 hours."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
