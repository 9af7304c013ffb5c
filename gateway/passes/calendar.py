"""A flight as a calendar entry (iCalendar, RFC 5545).

Times are written in the zones of their airports, with the rules of those zones: phones show them right wherever they
are, and calendars show that the flight leaves at 10:20 in Changsha.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LINE: Final = 75
_PRODUCER: Final = "-//airport passenger services//flights//EN"
# A zone whose clocks aren't put within this time is written as if they never were.
_AROUND: Final = timedelta(days=400)
_LONG_AGO: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - RFC 5545 wants a local time here


@dataclass(frozen=True)
class FlightEvent:
    """uid: the same for the same flight of the same traveller, so that a later file replaces the entry.

    version: grows with every change. departs_at, arrives_at: aware. zones: IANA names of both airports.
    remind_min: how long before departure the phone reminds; 0: never.
    """

    uid: str
    version: int
    departs_at: datetime
    arrives_at: datetime
    departure_zone: str
    arrival_zone: str
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    is_cancelled: bool = False
    remind_min: int = 180


def flight_calendar(event: FlightEvent, made_at: datetime) -> bytes:
    """The entry as a file of its own (text/calendar). made_at: aware.

    Raises ValueError for times without a zone or in the wrong order, and for unknown zones.
    """
    if event.departs_at.tzinfo is None or event.arrives_at.tzinfo is None or made_at.tzinfo is None:
        raise ValueError("a flight's times need a zone")
    if event.arrives_at < event.departs_at:
        raise ValueError("a flight arrives after it departs")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCER}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for name in dict.fromkeys((event.departure_zone, event.arrival_zone)):
        lines += _zone(name, event.departs_at)
    lines += [*_entry(event, made_at), "END:VCALENDAR"]
    return "".join(part + "\r\n" for line in lines for part in _folded(line)).encode()


def _entry(event: FlightEvent, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"SEQUENCE:{event.version}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;{_local(event.departs_at, event.departure_zone)}"
    yield f"DTEND;{_local(event.arrives_at, event.arrival_zone)}"
    yield f"SUMMARY:{_text(event.summary)}"
    for name, value in (("LOCATION", event.location), ("DESCRIPTION", event.description)):
        if value:
            yield f"{name}:{_text(value)}"
    if event.url:
        # a URI isn't escaped; what would end its line is dropped
        yield "URL:" + "".join(event.url.split())
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE"
    if event.remind_min and not event.is_cancelled:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(event.summary)}")
        yield from (f"TRIGGER:-PT{event.remind_min}M", "END:VALARM")
    yield "END:VEVENT"


def _local(at: datetime, zone: str) -> str:
    return f"TZID={zone}:{at.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _zone(name: str, at: datetime) -> Iterator[str]:
    """The zone's rules around a moment: what holds then, and the next change."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as exc:
        raise ValueError("not a time zone") from exc
    changes = list(_changes(zone, at - _AROUND, at + _AROUND))
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{name}"
    past = [change for change in changes if change <= at]
    if past:
        yield from _observance(zone, past[-1])
    else:
        offset = at.astimezone(zone)
        yield from _rule(_LONG_AGO, offset.utcoffset(), offset)
    for change in [change for change in changes if change > at][:1]:
        yield from _observance(zone, change)
    yield "END:VTIMEZONE"


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which the zone's clocks were or will be put, to the minute."""
    at = start.astimezone(UTC).replace(second=0, microsecond=0)
    while at < end:
        later = at + timedelta(days=1)
        if _offset(zone, at) != _offset(zone, later):
            low, high = at, later
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, at) else (low, middle)
            yield high
        at = later


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _observance(zone: ZoneInfo, change: datetime) -> Iterator[str]:
    """The rule from a change on; its start is told by the clocks as they were before."""
    before = _offset(zone, change - timedelta(minutes=1))
    yield from _rule((change + before).replace(tzinfo=None), before, change.astimezone(zone))


def _rule(start: datetime, before: timedelta | None, holds: datetime) -> Iterator[str]:
    kind = "DAYLIGHT" if holds.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{start:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_signed(before)}"
    yield f"TZOFFSETTO:{_signed(holds.utcoffset())}"
    yield f"TZNAME:{holds.tzname()}"
    yield f"END:{kind}"


def _signed(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _text(value: str) -> str:
    """A text's own signs, so that they end neither the value nor the line."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join("".join(c for c in line if c >= " " and c != "\x7f") for line in lines)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, no character cut in two; later ones begin with a blank."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE:
            yield piece
            piece, size = " ", 1
        piece += character
        size += width
    yield piece
