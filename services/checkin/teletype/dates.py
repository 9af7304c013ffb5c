"""Days as teletype has them: 23NOV, 23NOV26, or only the 23."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def nearest(day: int, month: str, near: date) -> date:
    """The day of that month, with no year said, that is nearest to another. Raises ValueError for none."""
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(date(year, MONTHS.index(month) + 1, day))
        except ValueError:
            continue
    return min(found, key=lambda one: abs(one - near))


def full(text: str, latest: date | None) -> date:
    """DDMMMYY. latest: for days of birth, which aren't after it; None: a day of this century.

    Raises ValueError.
    """
    if len(text) != 7 or not (text[:2] + text[5:]).isdecimal():
        raise ValueError("not a day")
    century = (latest.year if latest else 2000) // 100 * 100
    found = date(century + int(text[5:]), MONTHS.index(text[2:5]) + 1, int(text[:2]))
    if latest and found > latest:
        return found.replace(year=found.year - 100)
    return found


def written(day: date) -> str:
    """DDMMMYY."""
    return f"{day.day:02}{MONTHS[day.month - 1]}{day.year % 100:02}"


def on_or_after(day: int, start: date) -> date:
    """The first day on or after another that has this number in its month. Raises ValueError for none."""
    for ahead in range(62):
        found = start + timedelta(days=ahead)
        if found.day == day:
            return found
    raise ValueError("no such day")


def on_or_before(day: int, end: date) -> date:
    """The last day on or before another that has this number in its month. Raises ValueError for none."""
    for back in range(62):
        found = end - timedelta(days=back)
        if found.day == day:
            return found
    raise ValueError("no such day")


def sent_at(text: str, flies: date) -> datetime:
    """DDHHMM of an origin line, UTC: the last such moment before the flight is over. Raises ValueError."""
    day = on_or_before(int(text[:2]), flies + timedelta(days=1))
    return datetime(day.year, day.month, day.day, int(text[2:4]), int(text[4:6]), tzinfo=UTC)
