"""Reads the fields that every timetable format has. Each raises LineError."""

from __future__ import annotations

import re
from datetime import date

from services.flights.names import airline, airport
from services.flights.timetable.legs import MINUTES_A_DAY, LineError, Reason

_FLIGHT = re.compile(r"([A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3}) *0*([0-9]{1,4})([A-Z]?)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SSIM_DATE = re.compile(r"([0-9]{2})([A-Z]{3})([0-9]{2})")
_HHMM = re.compile(r"([0-9]{2}):?([0-9]{2})")
FOREVER = date(2099, 12, 31)


def flight_of(text: str) -> tuple[str, str, str]:
    """`"CZ 3101"` → ("CZ", "3101", ""): airline, number without leading zeros, operational suffix."""
    found = _FLIGHT.fullmatch(text.strip())
    if not found or found[2] == "0":
        raise LineError(Reason.BAD_FLIGHT, text.strip())
    known = airline(found[1])
    if known is None:
        raise LineError(Reason.UNKNOWN_AIRLINE, found[1])
    return known.iata, found[2], found[3]


def flight_name(text: str) -> str:
    """A codeshare number as flights write it: CZ3101. Its airline may be one that we don't know."""
    found = _FLIGHT.fullmatch(text.strip())
    if not found:
        raise LineError(Reason.BAD_FLIGHT, text.strip())
    return f"{found[1]}{found[2]}{found[3]}"


def airport_of(text: str) -> str:
    """An IATA airport code that we know."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise LineError(Reason.BAD_AIRPORT, text.strip())
    if airport(code) is None:
        raise LineError(Reason.UNKNOWN_AIRPORT, code)
    return code


def minute_of(text: str, *, until_midnight: bool) -> int:
    """`"0830"` or `"08:30"` → minutes since midnight; 24:00 only where `until_midnight`."""
    found = _HHMM.fullmatch(text.strip())
    if not found:
        raise LineError(Reason.BAD_TIME, text.strip())
    minute = int(found[1]) * 60 + int(found[2])
    latest = MINUTES_A_DAY if until_midnight else MINUTES_A_DAY - 1
    if int(found[2]) > 59 or minute > latest:
        raise LineError(Reason.BAD_TIME, text.strip())
    return minute


def weekdays_of(text: str) -> frozenset[int]:
    """`"1 3 5  "`, `"135"` or `"1.3.5.."` → {1, 3, 5}; 1 is Monday."""
    digits = [char for char in text if char not in " ."]
    days = frozenset(int(char) for char in digits if char in "1234567")
    if not days or len(days) != len(digits):
        raise LineError(Reason.BAD_DAYS, text.strip())
    return days


def ssim_date(text: str) -> date:
    """`"24NOV26"` → a date; 00XXX00 is for ever."""
    if text == "00XXX00":
        return FOREVER
    found = _SSIM_DATE.fullmatch(text)
    if found and found[2] in _MONTHS:
        try:
            return date(2000 + int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
        except ValueError:
            pass
    raise LineError(Reason.BAD_PERIOD, text)


def iso_date(text: str) -> date:
    """`"2026-11-24"` → a date."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise LineError(Reason.BAD_PERIOD, text.strip()) from None
