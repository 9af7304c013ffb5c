"""Today at Changsha: a plausible timetable of its real routes, played live.

`changsha.csv` is an ordinary CSV timetable (`airport flights import` reads it too). Each day of it gets its
gates, its aircraft and its fates from chance that repeats itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from deploy.demo.chance import Chance
from deploy.demo.fate import Fate, fate_of
from deploy.demo.life import SCHEDULE_AHEAD, Life, Places, merge
from deploy.demo.play import Report
from deploy.demo.travellers.departures import Departure, departures_of, is_international
from services.airport import Airport
from services.flights.timetable import Horizon, Itinerary, dated_legs, read_csv
from services.flights.timetable.expand import DatedLeg

TIMETABLE: Final = Path(__file__).with_name("changsha.csv")
_DAYS_AHEAD: Final = 3
_TURN: Final = timedelta(minutes=40)
_LONGEST_WAIT: Final = timedelta(hours=5)
_GATES: Final = {"T1": [str(gate) for gate in range(1, 19)], "T2": [str(gate) for gate in range(20, 52)]}
_COUNTERS: Final = {
    "T1": ("A01-A06", "A07-A12", "B01-B08"),
    "T2": ("C01-C10", "C11-C20", "D01-D12", "E01-E10"),
}
_BELTS: Final = {"T1": ("1", "2", "3", "4"), "T2": ("5", "6", "7", "8", "9", "10", "11", "12")}
_REGISTERED_ABROAD: Final = {
    "KE": "HL8", "OZ": "HL7", "FD": "HS-B", "SL": "HS-L", "VZ": "HS-V", "TR": "9V-O", "AK": "9M-A",
    "VJ": "VN-A", "VN": "VN-A", "K6": "XU-7", "PR": "RP-C", "CX": "B-H", "HX": "B-L", "NX": "B-M", "CI": "B-1",
}  # fmt: skip


class Changsha:
    """The story of the airport, day by day, as far as it has been asked for."""

    def __init__(self, here: Airport, timetable: Path = TIMETABLE) -> None:
        self._here = here
        with timetable.open(encoding="utf-8", newline="") as lines:
            reading = read_csv(lines)
        if reading.refused:
            raise ValueError(f"{timetable.name}: {reading.refused[0]}")
        self._itineraries: tuple[Itinerary, ...] = reading.itineraries
        self._days: dict[date, list[Report]] = {}

    def departures(self, day: date) -> list[Departure]:
        """What leaves on a service day, for passenger lists."""
        return departures_of(self._itineraries, self._here, day)

    def due(self, after: datetime | None, until: datetime) -> Sequence[Report]:
        """Reports of yesterday to +3 days, seen from `until`, that are told in between."""
        today = until.astimezone(self._here.zoneinfo).date()
        days = [today + timedelta(days=offset) for offset in range(-1, _DAYS_AHEAD + 1)]
        self._days = {
            day: self._days.get(day) or day_reports(self._itineraries, self._here, day) for day in days
        }
        if after is None:
            today_first = sorted(days, key=lambda day: (day < today, day))
            return _catching_up([_between(self._days[day], None, until) for day in today_first])
        return merge([_between(reports, after, until) for reports in self._days.values()])

    def next_at(self, after: datetime) -> datetime | None:
        """The next report, or the midnight at which another day comes in sight."""
        today = after.astimezone(self._here.zoneinfo).date()
        following = [_first_after(reports, after) for reports in self._days.values()]
        known = [at for at in following if at is not None]
        return min([*known, _midnight(self._here, today + timedelta(days=1))])


def _catching_up(days: list[list[Report]]) -> list[Report]:
    """What came before the story began, in the order in which a board needs it; each leg in its own order.

    Of the first day the schedule, then its legs with the freshest news first; the other days after that.
    """
    ordered: list[Report] = []
    for reports in days:
        legs: dict[str, list[Report]] = defaultdict(list)
        for report in reports:
            if report.is_schedule:
                ordered.append(report)
            else:
                legs[str(report.update["leg"])].append(report)
        for leg in sorted(legs.values(), key=lambda told: told[-1].at, reverse=True):
            ordered += leg
    return ordered


def _between(reports: list[Report], after: datetime | None, until: datetime) -> list[Report]:
    first = 0 if after is None else bisect_right(reports, after, key=lambda report: report.at)
    return reports[first : bisect_right(reports, until, key=lambda report: report.at)]


def _first_after(reports: list[Report], after: datetime) -> datetime | None:
    index = bisect_right(reports, after, key=lambda report: report.at)
    return reports[index].at if index < len(reports) else None


def _midnight(here: Airport, day: date) -> datetime:
    return datetime.combine(day, time.min, here.zoneinfo)


def day_reports(itineraries: Sequence[Itinerary], here: Airport, day: date) -> list[Report]:
    """All reports about the legs of one service day, by time; the same whenever it is asked."""
    told_at = _midnight(here, day) - SCHEDULE_AHEAD
    legs, refused = dated_legs(itineraries, here.iata, Horizon(day, day))
    if refused:
        raise ValueError(f"the timetable contradicts itself: {refused[0]}")
    arrivals = [leg for leg in legs if leg.leg.destination == here.iata]
    departures = [leg for leg in legs if leg.leg.origin == here.iata]
    brings = inbound_aircraft(arrivals, departures)
    lives: dict[int, Life] = {}
    told: list[list[Report]] = []
    for number, leg in enumerate(arrivals):
        places = _places(leg, leg.leg.arrival_terminal or "T2", number, leg, day)
        life = lives[id(leg)] = Life(leg, fate_of(leg, arriving=True), places)
        told += [[life.schedule(told_at)], life.arrival()]
    for number, leg in enumerate(departures):
        inbound = brings.get(id(leg))
        fate = _with_aircraft(leg, lives[id(inbound)] if inbound else None)
        places = _places(leg, leg.leg.departure_terminal or "T2", number, inbound or leg, day)
        life = Life(leg, fate, places, inbound)
        told += [[life.schedule(told_at)], life.departure()]
    # Nothing is told before the leg itself is known.
    return merge([[replace(report, at=max(report.at, told_at)) for report in life] for life in told])


def _with_aircraft(leg: DatedLeg, inbound: Life | None) -> Fate:
    if inbound is None or inbound.fate.cancelled:
        return fate_of(leg, arriving=False)
    ready_at = inbound.on_at + _TURN
    late_m = int((ready_at - leg.departs_at).total_seconds()) // 60
    return fate_of(leg, arriving=False, inbound_late_m=late_m if late_m > 0 else None)


def inbound_aircraft(arrivals: Sequence[DatedLeg], departures: Sequence[DatedLeg]) -> dict[int, DatedLeg]:
    """Which arrival brings a departure's aircraft, by id() of the departure.

    A flight that goes on under its number keeps its aircraft; then first in, first out, per airline and type.
    """
    waiting: dict[tuple[str, str], list[DatedLeg]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda leg: leg.arrives_at):
        waiting[arrival.leg.airline, arrival.leg.aircraft].append(arrival)
    brings: dict[int, DatedLeg] = {}
    ordered = sorted(departures, key=lambda leg: (len(leg.route) == 2, leg.departs_at))
    for departure in ordered:
        candidates = waiting[departure.leg.airline, departure.leg.aircraft]
        for arrival in candidates:
            through = len(departure.route) > 2 and arrival.leg.flight == departure.leg.flight
            wait = departure.departs_at - arrival.arrives_at
            if through or (len(departure.route) == 2 and _TURN <= wait <= _LONGEST_WAIT):
                brings[id(departure)] = arrival
                candidates.remove(arrival)
                break
    return brings


def _places(leg: DatedLeg, terminal: str, number: int, aircraft_of: DatedLeg, day: date) -> Places:
    chance = Chance(day, leg.leg.flight, leg.leg.origin)
    gates = _GATES[terminal]
    # Seven apart: neighbours in the timetable don't share a gate, and each is free for hours before it returns.
    gate = gates[number * 7 % len(gates)]
    return Places(
        terminal=terminal,
        gate=gate,
        other_gate=gates[(number * 7 + 3) % len(gates)],
        stand=str(100 + number * 11 % 96),
        counters=chance.one("counters", _COUNTERS[terminal]),
        security=chance.one("security", ("1", "2", "3")),
        belt=chance.one("belt", _BELTS[terminal]),
        registration=_registration(aircraft_of, day),
        international=is_international(leg.leg.origin, leg.leg.destination),
    )


def _registration(leg: DatedLeg, day: date) -> str:
    chance = Chance(day, "aircraft", leg.leg.flight)
    prefix = _REGISTERED_ABROAD.get(leg.leg.airline)
    if prefix is None:
        return f"B-{chance.whole('registration', 1000, 8999)}"
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return prefix + "".join(chance.one(f"letter {place}", letters) for place in range(2))
