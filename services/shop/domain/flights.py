"""A buyer's flight, as far as the mall must know it.

Source: docs/sources/mall-promises.md, "Boarding".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.flights.schemas.vocabulary import Milestone, Status

BOARDING_BEFORE: Final = {False: timedelta(minutes=40), True: timedelta(minutes=50)}
"""Before departure boarding begins, unless the flight says when; by whether it leaves the country."""
BOARDING_ENDS_BEFORE: Final = timedelta(minutes=15)
"""Before departure gates close."""
_LEFT: Final = frozenset({Status.DEPARTED, Status.AIRBORNE, Status.LANDED, Status.COMPLETED, Status.DIVERTED})
_CLOSED: Final = frozenset({Status.GATE_CLOSED})
_BEST: Final = ("actual_at", "calculated_at", "target_at", "estimated_at", "scheduled_at")
_OTHERS_IN_Z: Final = frozenset({"ZK", "ZM"})
"""North Korea and Mongolia; all other codes in Z are of the mainland."""


@dataclass(frozen=True)
class Flight:
    """Instants aware UTC. boards_at, boarding_ends_at: as told, or by the rule; told_boarding_at: only as told.

    left: nobody can board any more; off: it is off its stand.
    """

    flight_id: str
    version: int
    number: str
    departs_at: datetime
    told_boarding_at: datetime | None
    told_end_at: datetime | None
    gate: str | None
    terminal: str | None
    international: bool
    departing: bool
    left: bool
    off: bool
    cancelled: bool

    @property
    def boards_at(self) -> datetime:
        return self.told_boarding_at or self.departs_at - BOARDING_BEFORE[self.international]

    @property
    def boarding_ends_at(self) -> datetime:
        return self.told_end_at or self.departs_at - BOARDING_ENDS_BEFORE

    @property
    def leaves(self) -> bool:
        """Whether it will still leave from here."""
        return self.departing and not self.left and not self.cancelled


def flight_of(document: Mapping[str, Any]) -> Flight:
    """Read `flights.schemas.FlightSchema` as JSON."""
    departure, arrival = document["departure"], document["arrival"]
    milestones = document["milestones"]
    departing = document["direction"] == "departure"
    scheduled = departure.get("scheduled_at") or document["board_at"]
    best = departure.get("actual_at") or departure.get("estimated_at") or scheduled
    ends = _told(milestones, Milestone.BOARDING_END) or _told(milestones, Milestone.GATE_CLOSE)
    status = Status(document["status"])
    actually_left = departing and departure.get("actual_at") is not None
    return Flight(
        flight_id=document["id"],
        version=document["version"],
        number=document["number"],
        departs_at=datetime.fromisoformat(best),
        told_boarding_at=_told(milestones, Milestone.BOARDING_START),
        told_end_at=ends,
        gate=departure.get("gate") or None,
        terminal=departure.get("terminal") or None,
        international=abroad(departure["airport"].get("icao"), arrival["airport"].get("icao")),
        departing=departing,
        left=actually_left or status in _LEFT or status in _CLOSED,
        off=actually_left or status in _LEFT,
        cancelled=status is Status.CANCELLED,
    )


def abroad(one: str | None, other: str | None) -> bool:
    """Whether a border lies between two airports, by ICAO's regions; Hong Kong, Macao and Taiwan count.

    An airport without a code counts as domestic: duty-free goods sold for a flight that doesn't leave the country are
    smuggled. Source: ICAO Doc 7910.
    """
    return bool(one) and bool(other) and _country(str(one)) != _country(str(other))


def _country(icao: str) -> str:
    return "Z" if icao[0] == "Z" and icao[:2] not in _OTHERS_IN_Z else icao[:2]


def _told(milestones: Mapping[str, Any], name: Milestone) -> datetime | None:
    times = milestones.get(name.value) or {}
    return next((datetime.fromisoformat(times[each]) for each in _BEST if times.get(each)), None)
