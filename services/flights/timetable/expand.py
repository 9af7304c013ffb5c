"""From legs that operate by weekday and period to the legs of single days at the airport we serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from services.flights.names import airport
from services.flights.timetable.legs import Clock, Itinerary, LineError, PeriodicLeg, Reason, RefusedLine

_LONGEST = timedelta(hours=36)


@dataclass(frozen=True)
class Horizon:
    """Service days at the airport we serve, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class DatedLeg:
    """One leg of one day. Instants are aware UTC; `repeat` is as LegKeySchema has it."""

    leg: PeriodicLeg
    route: tuple[str, ...]
    origin_date: date
    departs_at: datetime
    arrives_at: datetime
    repeat: int = 1

    def update(self, event_at: datetime) -> dict[str, Any]:
        """The leg as an item for flights' report_updates, JSON-ready. event_at: when the timetable was given."""
        leg = self.leg
        item: dict[str, Any] = {
            "leg": {
                "airline": leg.airline,
                "number": leg.number,
                "suffix": leg.suffix,
                "departure_airport": leg.origin,
                "arrival_airport": leg.destination,
                "origin_date": self.origin_date.isoformat(),
                "repeat": self.repeat,
            },
            "event_at": event_at.isoformat(),
            "times": {
                "off_block": {"scheduled_at": self.departs_at.isoformat()},
                "on_block": {"scheduled_at": self.arrives_at.isoformat()},
            },
            "codeshares": list(leg.codeshares),
            "route": list(self.route),
        }
        if leg.departure_terminal:
            item["departure"] = {"terminal": leg.departure_terminal}
        if leg.arrival_terminal:
            item["arrival"] = {"terminal": leg.arrival_terminal}
        if leg.aircraft:
            item["aircraft"] = {"type": leg.aircraft}
        return item


def dated_legs(
    itineraries: Iterable[Itinerary], here: str, horizon: Horizon
) -> tuple[list[DatedLeg], list[RefusedLine]]:
    """All legs that depart from or arrive at `here` on a service day of the horizon, by departure.

    A leg that two lines give for the same day and time is refused for the second line. The same number
    twice on one UTC day at other times is a second leg (`repeat` 2), as at a change of timetable.
    """
    found: dict[tuple[str, str, str, date], list[DatedLeg]] = defaultdict(list)
    refused: dict[int, RefusedLine] = {}
    for itinerary in itineraries:
        if here not in itinerary.route:
            continue
        # A day more on both sides, so that repeats are counted alike whatever the horizon.
        begins = horizon.first - timedelta(days=_days_under_way(itinerary) + 1)
        for day in _days(begins, horizon.last + timedelta(days=2)):
            try:
                for dated in _legs_on(day, itinerary, here):
                    leg = dated.leg
                    found[leg.flight, leg.origin, leg.destination, dated.origin_date].append(dated)
            except LineError as refusal:
                for leg in itinerary.legs:
                    refused.setdefault(leg.line, refusal.at(leg.line))
    result = []
    for group in found.values():
        for dated in _numbered(group, refused):
            if horizon.first <= _service_day(dated, here) <= horizon.last:
                result.append(dated)
    result = [dated for dated in result if dated.leg.line not in refused]
    return sorted(result, key=lambda dated: (dated.departs_at, dated.leg.flight)), list(refused.values())


def _days_under_way(itinerary: Itinerary) -> int:
    """Days after which an itinerary has surely ended: its legs may wait a day each, or what the file says."""
    stated = [clock.day or 0 for leg in itinerary.legs for clock in (leg.departs, leg.arrives)]
    return max(stated) + len(itinerary.legs) + 1


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _numbered(group: list[DatedLeg], refused: dict[int, RefusedLine]) -> Iterator[DatedLeg]:
    known: dict[datetime, DatedLeg] = {}
    for dated in sorted(group, key=lambda dated: (dated.departs_at, dated.leg.line)):
        before = known.setdefault(dated.departs_at, dated)
        if before is not dated:
            line = dated.leg.line
            detail = f"{dated.leg.flight} on {dated.origin_date} is on line {before.leg.line} too"
            refused.setdefault(line, RefusedLine(line, Reason.DUPLICATE, detail))
    for repeat, dated in enumerate(known.values(), start=1):
        yield DatedLeg(
            dated.leg, dated.route, dated.origin_date, dated.departs_at, dated.arrives_at, min(repeat, 9)
        )


def _service_day(dated: DatedLeg, here: str) -> date:
    at = dated.departs_at if dated.leg.origin == here else dated.arrives_at
    return at.astimezone(_zone(here)).date()


def _legs_on(day: date, itinerary: Itinerary, here: str) -> Iterator[DatedLeg]:
    if not any(leg.period.includes(day) for leg in itinerary.legs):
        return
    origin_date: date | None = None
    before: datetime | None = None
    for leg in itinerary.legs:
        departs_at = _instant(day, leg.departs, leg.origin, not_before=before, otherwise_day=0)
        arrives_at = _instant(day, leg.arrives, leg.destination, not_before=departs_at)
        if not timedelta(0) < arrives_at - departs_at <= _LONGEST:
            detail = f"{leg.flight} {leg.origin} {departs_at:%H:%M}Z to {leg.destination} {arrives_at:%H:%M}Z"
            raise LineError(Reason.IMPOSSIBLE_TIMES, detail)
        before = arrives_at
        origin_date = origin_date or departs_at.date()
        if leg.period.includes(day) and here in (leg.origin, leg.destination):
            yield DatedLeg(leg, itinerary.route, origin_date, departs_at, arrives_at)


def _instant(
    day: date, clock: Clock, place: str, *, not_before: datetime | None, otherwise_day: int | None = None
) -> datetime:
    """The instant of a timetable's clock on the itinerary's date `day`.

    Where the file leaves the day out: the first that lies after what comes before it.
    """
    if clock.day is not None:
        return _at(day + timedelta(days=clock.day), clock, place)
    if not_before is None:
        return _at(day + timedelta(days=otherwise_day or 0), clock, place)
    # Two days back, because a flight east over the date line arrives on the day before.
    for days in range((not_before.date() - day).days - 2, (not_before.date() - day).days + 3):
        at = _at(day + timedelta(days=days), clock, place)
        if at > not_before:
            return at
    raise LineError(Reason.IMPOSSIBLE_TIMES, f"no day fits at {place}")


def _at(day: date, clock: Clock, place: str) -> datetime:
    zone = _zone(place) if clock.utc_offset_minutes is None else _fixed(clock.utc_offset_minutes)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - gets its zone below, after wall-clock arithmetic
    return (midnight + timedelta(minutes=clock.minute)).replace(tzinfo=zone).astimezone(UTC)


def _fixed(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def _zone(place: str) -> ZoneInfo:
    name = airport(place)
    if name is None:
        raise LineError(Reason.UNKNOWN_AIRPORT, place)
    return ZoneInfo(name.zone)
