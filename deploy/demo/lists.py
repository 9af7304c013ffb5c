"""The demo airline's lists: aircraft and passengers of every departure, sent in the background.

Nearest departures first, one after the other, and with pauses longer than the work: whoever opens a page in the
meantime doesn't notice. What the gateway has already isn't sent again, so a restart costs little.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from deploy.demo.chance import Chance
from deploy.demo.partner_client import FLIGHTS_PATH, NotAccepted, PartnerClient, Stopped
from deploy.demo.travellers.aircraft import substitute_for
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import CHANGES_AHEAD, LIST_AHEAD, Roll, changes_of, roll_of
from kernel import clock

log = logging.getLogger(__name__)

EQUIPMENT_AHEAD: Final = timedelta(hours=3)
"""Before departure: when the one departure of the day that gets another aircraft learns of it."""
_DAYS_AHEAD: Final = 3
_TELETYPE_PATH: Final = "/partner/v1/teletype"
_TEXT: Final = "text/plain"
_NOT_FOUND: Final = 404
_LEAST_PAUSE_S: Final = 0.2
_REST: Final = 1.5
"""Seconds of pause for each second of work."""
_IDLE_S: Final = 5.0
_LATER_S: Final = 20.0
_TOO_LATE: Final = timedelta(minutes=50)
"""Before departure, nobody can check in here any more: such flights come after the others."""

Departures = Callable[[date], Sequence[Departure]]


@dataclass(frozen=True)
class Item:
    """One thing to send. what: list (with the aircraft), changes, equipment."""

    at: datetime
    departure: Departure
    what: str

    @property
    def key(self) -> tuple[str, str]:
        return self.departure.flight_id, self.what


class ListFeed:
    """Sends what is due until it is stopped. departures: of a service day."""

    def __init__(
        self, departures: Departures, zone: ZoneInfo, client: PartnerClient, stopping: threading.Event
    ) -> None:
        self._departures = departures
        self._zone = zone
        self._client = client
        self._stopping = stopping
        self._days: dict[date, list[Item]] = {}
        self._done: set[tuple[str, str]] = set()
        self._later: dict[tuple[str, str], float] = {}

    def run(self, begin: threading.Event) -> None:
        """Send for as long as the demo lasts. begin: set once the flights are told, without which no list counts."""
        try:
            while not begin.wait(_LEAST_PAUSE_S):
                if self._stopping.is_set():
                    return
            while not self._stopping.is_set():
                started = clock.monotonic()
                sent = self.send_next(clock.now())
                took = clock.monotonic() - started
                self._stopping.wait(max(_LEAST_PAUSE_S, took * _REST) if sent else _IDLE_S)
        except Stopped:
            log.info("lists: stopped")

    def send_next(self, now: datetime) -> bool:
        """Send the most urgent of what is due; False when nothing is. now: the airport's time.

        Raises Stopped, and NotAccepted when our word isn't taken at all.
        """
        item = min(self._due(now), key=lambda item: _urgency(item, now), default=None)
        if item is None:
            return False
        try:
            self._send(item)
        except NotAccepted as refusal:
            status = refusal.args[0]
            if status in (401, 403):
                raise
            if status == _NOT_FOUND:
                # The flight isn't known yet, or will never be: it was refused, or its day is over.
                self._later[item.key] = clock.monotonic() + _LATER_S
                return True
            log.error("lists: %s %s", " ".join(item.key), refusal)
        self._done.add(item.key)
        return True

    def _due(self, now: datetime) -> list[Item]:
        self._look_ahead(now)
        waiting = clock.monotonic()
        return [
            item
            for items in self._days.values()
            for item in items
            if item.at <= now and item.key not in self._done and self._later.get(item.key, 0.0) <= waiting
        ]

    def _look_ahead(self, now: datetime) -> None:
        """Have the items of today and of the days ahead, and forget those of days gone by."""
        today = now.astimezone(self._zone).date()
        days = [today + timedelta(days=offset) for offset in range(_DAYS_AHEAD + 1)]
        if list(self._days) == days:
            return
        self._days = {day: self._days.get(day) or items_of(self._departures(day), day) for day in days}
        known = {item.key for items in self._days.values() for item in items}
        self._done &= known
        self._later = {key: at for key, at in self._later.items() if key in known}

    def _send(self, item: Item) -> None:
        if item.what == "list":
            if not self._is_there(item.departure):
                self._send_aircraft(item.departure, item.at)
                self._send_roll(roll_of(item.departure))
        elif item.what == "equipment":
            self.change_aircraft(item.departure, substitute_for(item.departure.aircraft_code), item.at)
        else:
            changes = changes_of(item.departure)
            if changes is not None:
                self._send_roll(changes)

    def change_aircraft(self, departure: Departure, code: str, at: datetime) -> dict[str, Any]:
        """Another aircraft comes: flights hear of its type, check-in gets its seats. Returns check-in's report."""
        update = {
            "leg": departure.leg,
            "event_at": at.isoformat(),
            "sequence": 900,
            "aircraft": {"type": code},
        }
        self._client.send([update])
        return self._send_aircraft(replace(departure, aircraft_code=code), at)

    def _is_there(self, departure: Departure) -> bool:
        try:
            known = self._client.exchange("GET", f"{_path(departure)}/boarding/counts")
        except NotAccepted as refusal:
            if refusal.args[0] == _NOT_FOUND:
                return False
            raise
        return int(known["counts"]["booked"]) > 0

    def _send_aircraft(self, departure: Departure, at: datetime) -> dict[str, Any]:
        spec = departure.aircraft.configuration() | {"version": version_at(at)}
        report = self._client.exchange("PUT", f"{_path(departure)}/configuration", orjson.dumps(spec))
        _tell(departure, "aircraft", report)
        return report

    def _send_roll(self, roll: Roll) -> None:
        departure = roll.departure
        if roll.as_teletype:
            for text in roll.texts():
                report = self._client.exchange("POST", _TELETYPE_PATH, text.encode("ascii"), _TEXT)
        else:
            method = "PUT" if "bookings" in roll.content() else "POST"
            body = orjson.dumps(roll.content() | {"version": roll.version})
            report = self._client.exchange(method, f"{_path(departure)}/passengers", body)
        _tell(departure, "list", report)


def items_of(departures: Sequence[Departure], day: date) -> list[Item]:
    """Everything that is sent about the departures of a day, and when."""
    items = [
        Item(one.departs_at - ahead, one, what)
        for one in departures
        for what, ahead in (("list", LIST_AHEAD), ("changes", CHANGES_AHEAD))
    ]
    in_daylight = [one for one in departures if 9 <= one.hour <= 20]
    if in_daylight:
        other = Chance(day, "other aircraft").one("departure", in_daylight)
        items.append(Item(other.departs_at - EQUIPMENT_AHEAD, other, "equipment"))
    return items


def version_at(at: datetime) -> int:
    """A count that grows with time, by a hundred a minute, as teletype's does: docs/sources/passenger-lists.md."""
    minutes, seconds = divmod(int((at - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()), 60)
    return minutes * 100 + seconds


def _urgency(item: Item, now: datetime) -> tuple[bool, datetime, datetime]:
    """Flights that can be checked in come first, the next to leave before the others; each in its own order."""
    departs_at = item.departure.departs_at
    return departs_at - _TOO_LATE < now, departs_at, item.at


def _path(departure: Departure) -> str:
    return f"{FLIGHTS_PATH}/{departure.flight_id}"


def _tell(departure: Departure, what: str, report: dict[str, Any]) -> None:
    if report["outcome"] == "refused":
        reasons = [*report["refused"], *report.get("problems", ())][:3]
        log.warning("lists: %s of %s refused: %s", what, departure.flight_id, reasons)
    else:
        log.info("lists: %s of %s %s", what, departure.flight_id, report["outcome"])
