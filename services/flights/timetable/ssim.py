"""Reads SSIM chapter 7: a schedule data set of 200-character records.

    1 header   2 carrier   3 flight leg   4 segment data of the leg before it   5 trailer

Source of the columns and rules: docs/sources/timetables.md, "SSIM chapter 7".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.flights.timetable.fields import (
    airport_of,
    flight_name,
    flight_of,
    minute_of,
    ssim_date,
    weekdays_of,
)
from services.flights.timetable.legs import Clock, Collected, LineError, Period, PeriodicLeg, Reading, Reason

RECORD_LENGTH = 200
_PASSENGER_SERVICES = frozenset("JSUBQGRCLO")
_DUPLICATE_LEG = frozenset("LZ")
_LISTS_DUPLICATES = "010"  # on the leg that is flown: the numbers it is also sold under
_NAMES_OPERATING = "050"  # on a leg that is only sold: the number it is flown under
_UTC_OFFSET = re.compile(r"([+-])([01][0-9])([0-5][0-9])")


@dataclass
class _Open:
    """The leg that the next segment records are about."""

    leg: PeriodicLeg
    key: str  # suffix, airline, number, variation, sequence as the record has them
    marketing: bool


class _SsimFile:
    def __init__(self) -> None:
        self.collected = Collected()
        self.time_mode = ""
        self.open: _Open | None = None
        self.marketing: list[tuple[str, PeriodicLeg]] = []  # (flown under, leg as sold)
        self.operating = ""
        self.last_serial = ""
        self.ended = False

    def take(self, line: int, record: str) -> None:
        """Read one record. Raises LineError."""
        if len(record) != RECORD_LENGTH:
            raise LineError(Reason.BAD_LENGTH, f"{len(record)} characters instead of {RECORD_LENGTH}")
        kind = record[0]
        if kind == "0" and not record.strip("0"):
            return  # fills the block up after a header, carrier or trailer record
        if line == 1 and kind != "1":
            raise LineError(Reason.BAD_RECORD, "the first record is no header")
        readers = {
            "1": self._header,
            "2": self._carrier,
            "3": self._leg,
            "4": self._segment,
            "5": self._trailer,
        }
        if kind not in readers:
            raise LineError(Reason.BAD_RECORD, f"record type {kind!r}")
        readers[kind](line, record)
        self.last_serial = record[194:200]

    def _header(self, line: int, record: str) -> None:
        if "SCHEDULE DATA SET" not in record[1:35]:
            raise LineError(Reason.BAD_RECORD, "the header names no schedule data set")

    def _carrier(self, line: int, record: str) -> None:
        self.close()
        self.ended = False
        if record[1] not in "LU":
            self.time_mode = ""
            raise LineError(Reason.BAD_FIELD, f"time mode {record[1]!r} is neither L nor U")
        self.time_mode = record[1]

    def _leg(self, line: int, record: str) -> None:
        self.close()
        if not self.time_mode:
            raise LineError(Reason.BAD_RECORD, "a flight leg without a carrier record before it")
        leg = _leg_of(line, record, self.time_mode)
        if record[13] not in _PASSENGER_SERVICES:
            self.collected.not_passenger += 1
            return
        self.open = _Open(leg, record[1:13], marketing=record[148] in _DUPLICATE_LEG)

    def _segment(self, line: int, record: str) -> None:
        if self.open is None:
            return  # of a leg that was refused or left out: that one has been counted
        leg = self.open.leg
        if record[1:13] != self.open.key:
            raise LineError(Reason.BAD_RECORD, f"segment data of another flight than {leg.flight}")
        if (record[33:36], record[36:39]) != (leg.origin, leg.destination):
            return  # of a segment longer than the leg: nothing there that a leg needs
        names = record[39:194].strip()
        if record[30:33] == _LISTS_DUPLICATES:
            shares = tuple(flight_name(name) for name in names.split("/") if name.strip())
            self.open.leg = replace(leg, codeshares=(*leg.codeshares, *shares))
        elif record[30:33] == _NAMES_OPERATING:
            self.open.marketing = True
            self.operating = flight_name(names.split("/")[0])

    def _trailer(self, line: int, record: str) -> None:
        self.close()
        self.ended = True
        if record[187:193].strip() and record[187:193] != self.last_serial:
            raise LineError(
                Reason.TRUNCATED, f"the trailer counts to {record[187:193]}, the file to {self.last_serial}"
            )

    def close(self) -> None:
        """The open leg is complete: keep it, or remember it as another flight's codeshare."""
        if self.open is not None:
            if self.open.marketing:
                self.collected.marketing += 1
                self.marketing.append((self.operating, self.open.leg))
            else:
                self.collected.legs.append(self.open.leg)
        self.open, self.operating = None, ""


def read_ssim(lines: Iterable[str]) -> Reading:
    """Read the records of a data set. Never raises for what is in them: such lines are refused.

    Legs that are only sold under a number become codeshares of the leg that is flown, if the file has it.
    """
    file = _SsimFile()
    line = 0
    for line, raw in enumerate(lines, start=1):
        record = raw.rstrip("\r\n")
        if not record.strip():
            continue
        try:
            file.take(line, record)
        except LineError as refusal:
            file.open = None if record[:1] != "4" else file.open
            file.collected.refused.append(refusal.at(line))
    file.close()
    if not file.ended:
        file.collected.refused.append(LineError(Reason.TRUNCATED, "no trailer record at the end").at(line))
    file.collected.lines = line
    file.collected.legs = _with_codeshares(file.collected.legs, file.marketing)
    return file.collected.reading()


def _leg_of(line: int, record: str, time_mode: str) -> PeriodicLeg:
    airline, number, suffix = flight_of(record[2:9] + record[1].strip())
    local = time_mode == "L"
    period = Period(
        first=ssim_date(record[14:21]),
        last=ssim_date(record[21:28]),
        weekdays=weekdays_of(record[28:35]),
        every_weeks=2 if record[35] == "2" else 1,
    )
    if period.last < period.first:
        raise LineError(Reason.BAD_PERIOD, record[14:28])
    return PeriodicLeg(
        line=line,
        airline=airline,
        number=number,
        suffix=suffix,
        variation=(record[127] + record[9:11]).strip(),
        sequence=_sequence(record[11:13]),
        period=period,
        origin=airport_of(record[36:39]),
        destination=airport_of(record[54:57]),
        departs=Clock(
            minute_of(record[43:47], until_midnight=False),
            _day_variation(record[192]),
            _utc_offset(record[47:52]) if local else 0,
        ),
        arrives=Clock(
            minute_of(record[57:61], until_midnight=True),
            _day_variation(record[193]),
            _utc_offset(record[65:70]) if local else 0,
        ),
        departure_terminal=record[52:54].strip(),
        arrival_terminal=record[70:72].strip(),
        aircraft=record[72:75].strip(),
    )


def _sequence(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise LineError(Reason.BAD_FIELD, f"leg sequence {text!r}")
    return int(text)


def _utc_offset(text: str) -> int:
    found = _UTC_OFFSET.fullmatch(text)
    if not found:
        raise LineError(Reason.BAD_TIME, f"UTC variation {text!r}")
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


def _day_variation(char: str) -> int | None:
    """Days after the itinerary's date: a digit, A or J for the day before; blank: the file leaves it out."""
    if char == " ":
        return None
    if char in "AJ":
        return -1
    if char not in "01234567":
        raise LineError(Reason.BAD_FIELD, f"date variation {char!r}")
    return int(char)


def _with_codeshares(legs: list[PeriodicLeg], marketing: list[tuple[str, PeriodicLeg]]) -> list[PeriodicLeg]:
    sold: dict[tuple[str, str, str], list[PeriodicLeg]] = {}
    for flown_under, leg in marketing:
        sold.setdefault((flown_under, leg.origin, leg.destination), []).append(leg)
    result = []
    for leg in legs:
        names = [
            other.flight
            for other in sold.get((leg.flight, leg.origin, leg.destination), ())
            if other.period.first <= leg.period.last and leg.period.first <= other.period.last
        ]
        result.append(replace(leg, codeshares=tuple(dict.fromkeys((*leg.codeshares, *names)))))
    return result
