"""What check-in needs to know of a flight, read from what `flights` says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.flights.schemas.vocabulary import Status

_GONE: Final = frozenset({Status.DEPARTED, Status.AIRBORNE, Status.LANDED, Status.COMPLETED, Status.DIVERTED})
_AT_GATE: Final = frozenset({Status.BOARDING, Status.LAST_CALL})
# Countries with one letter of ICAO's codes to themselves; China's Z is shared with two others.
_LONE_LETTERS: Final = "CKUY"
_OTHERS_IN_Z: Final = frozenset({"ZK", "ZM"})


@dataclass(frozen=True)
class Leg:
    """A departure. departs_at: as expected now; boarding_at None: the airline hasn't said."""

    id: str
    version: int
    number: str
    airline: str
    departure: str
    arrival: str
    departure_name: Mapping[str, str]
    arrival_name: Mapping[str, str]
    day_local: date
    international: bool
    scheduled_at: datetime
    departs_at: datetime
    boarding_at: datetime | None
    gate: str | None
    terminal: str | None
    status: Status

    @property
    def cancelled(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def gone(self) -> bool:
        """Whether it left."""
        return self.status in _GONE

    @property
    def gate_closed(self) -> bool:
        return self.gone or self.status is Status.GATE_CLOSED

    @property
    def at_gate(self) -> bool:
        """Whether people are boarding, by the airline's word."""
        return self.status in _AT_GATE

    def boards_at(self, usually_before: timedelta) -> datetime:
        """When boarding begins: the airline's time, else so long before departure."""
        return self.boarding_at or self.departs_at - usually_before


def leg_of(flight: Mapping[str, Any]) -> Leg | None:
    """Read flights.schemas.FlightSchema as JSON; None for what can't be checked in here: an arrival."""
    departure = flight["departure"]
    if flight["direction"] != "departure" or departure["scheduled_at"] is None:
        return None
    arrival = flight["arrival"]
    boarding = flight["milestones"].get("boarding_start", {})
    told = (boarding.get(name) for name in ("actual_at", "estimated_at", "target_at", "scheduled_at"))
    scheduled_at = datetime.fromisoformat(departure["scheduled_at"])
    best = departure.get("actual_at") or departure.get("estimated_at")
    return Leg(
        id=flight["id"],
        version=flight["version"],
        number=flight["number"],
        airline=flight["airline"]["iata"],
        departure=departure["airport"]["iata"],
        arrival=arrival["airport"]["iata"],
        departure_name=departure["airport"]["city"],
        arrival_name=arrival["airport"]["city"],
        day_local=date.fromisoformat(flight["service_day_local"]),
        international=_abroad(departure["airport"].get("icao"), arrival["airport"].get("icao")),
        scheduled_at=scheduled_at,
        departs_at=datetime.fromisoformat(best) if best else scheduled_at,
        boarding_at=next((datetime.fromisoformat(each) for each in told if each), None),
        gate=departure.get("gate"),
        terminal=departure.get("terminal"),
        status=Status(flight["status"]),
    )


def _abroad(one: str | None, other: str | None) -> bool:
    """Whether a border lies between two airports, by ICAO's regions; Hong Kong, Macao and Taiwan count.

    An airport without a code counts as abroad: a document asked for in vain costs less than a traveller who
    is turned away at the border. Source: ICAO Doc 7910.
    """
    return not one or not other or _country(one) != _country(other)


def _country(icao: str) -> str:
    if icao[0] == "Z" and icao[:2] not in _OTHERS_IN_Z:
        return "Z"
    return icao[0] if icao[0] in _LONE_LETTERS else icao[:2]
