"""Departures that passenger lists are made for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from deploy.demo.travellers.aircraft import Aircraft, aircraft_of
from services.airport import Airport
from services.flights.names import airport
from services.flights.timetable import Horizon, Itinerary, dated_legs
from services.flights.timetable.expand import DatedLeg

_HOME_ZONES: Final = frozenset({"Asia/Shanghai", "Asia/Urumqi"})


@dataclass(frozen=True)
class Departure:
    """A leg that leaves from here. serial: no other departure of 100 days has it. hour: local, by which demand goes.

    leg: LegKeySchema as JSON. alone: no other departure of the day has its number, by which teletype names it.
    """

    flight_id: str
    airline: str
    number: str
    board_point: str
    destination: str
    departs_at: datetime
    day_local: date
    hour: int
    aircraft_code: str
    international: bool
    serial: int
    leg: dict[str, Any]
    alone: bool

    @property
    def aircraft(self) -> Aircraft:
        return aircraft_of(self.airline, self.aircraft_code)


def departures_of(itineraries: Sequence[Itinerary], here: Airport, day: date) -> list[Departure]:
    """All legs that leave from here on one service day, by time."""
    legs, refused = dated_legs(itineraries, here.iata, Horizon(day, day))
    if refused:
        raise ValueError(f"the timetable contradicts itself: {refused[0]}")
    leaving = [leg for leg in legs if leg.leg.origin == here.iata]
    flights = Counter(leg.leg.flight for leg in leaving)
    return [
        _departure(leg, here, number, alone=flights[leg.leg.flight] == 1)
        for number, leg in enumerate(leaving)
    ]


def is_international(origin: str, destination: str) -> bool:
    """Whether border control lies in between: Hong Kong, Macau and Taiwan count as such at the counter."""
    ends = [airport(origin), airport(destination)]
    return any(end is not None and end.zone not in _HOME_ZONES for end in ends)


def _departure(dated: DatedLeg, here: Airport, number: int, *, alone: bool) -> Departure:
    leg, local = dated.leg, dated.departs_at.astimezone(here.zoneinfo)
    repeat = f"-{dated.repeat}" if dated.repeat > 1 else ""
    return Departure(
        flight_id=f"{leg.flight}-{dated.origin_date:%Y%m%d}-{leg.origin}-{leg.destination}{repeat}",
        airline=leg.airline,
        number=f"{leg.number}{leg.suffix}",
        board_point=leg.origin,
        destination=leg.destination,
        departs_at=dated.departs_at,
        day_local=local.date(),
        hour=local.hour,
        aircraft_code=leg.aircraft,
        international=is_international(leg.origin, leg.destination),
        serial=local.date().toordinal() % 100 * 1000 + number,
        leg=dated.update(dated.departs_at)["leg"],
        alone=alone,
    )
