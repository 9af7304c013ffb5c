"""Days without a year, as boarding passes have them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from services.checkin.bcbp.errors import BcbpError

_ISSUED: Final = re.compile(r"[0-9]{4}")
# Passes are read during a claim or an audit too, some days after the flight.
_LOOK_BACK: Final = timedelta(days=7)
_AT_MOST_AHEAD: Final = timedelta(days=366)


def day_of_year(day: date) -> int:
    """1 to 366, as a leg has it."""
    return day.timetuple().tm_yday


def issue_code(day: date) -> str:
    """The day of issue as a pass has it: the year's last digit, the day of the year."""
    return f"{day.year % 10}{day_of_year(day):03}"


def resolve(day_of_year: int, on_or_after: date) -> date | None:
    """The first day on or after another that is this day of its year; None when there is none for a year.

    Day 366 exists in leap years only.
    """
    for year in (on_or_after.year, on_or_after.year + 1):
        found = date(year, 1, 1) + timedelta(days=day_of_year - 1)
        if found.year == year and found >= on_or_after:
            return found if found - on_or_after <= _AT_MOST_AHEAD else None
    return None


def issued_on(code: str | None, today: date) -> date | None:
    """The latest day that fits the code, not after tomorrow: a pass may come from a place where it is tomorrow.

    None when there is no code, or no such day within the last ten years.
    """
    if code is None or not _ISSUED.fullmatch(code):
        return None
    latest = today + timedelta(days=1)
    for year in range(latest.year, latest.year - 10, -1):
        if year % 10 == int(code[0]) and 1 <= int(code[1:]) <= 366:
            found = date(year, 1, 1) + timedelta(days=int(code[1:]) - 1)
            if found.year == year and found <= latest:
                return found
    return None


def flight_date(day: int, issued: date | None, today: date, field: str) -> date:
    """The day of a leg: the first one from the day of issue on, or from a week before today.

    Raises BcbpError when there is none.
    """
    found = resolve(day, issued - timedelta(days=1) if issued else today - _LOOK_BACK)
    if found is None:
        raise BcbpError(field, 44, "that day isn't in the year of the flight")
    return found
