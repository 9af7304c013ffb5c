"""Departures of the demo, as it makes them for any day."""

from __future__ import annotations

from datetime import date
from functools import cache

from deploy.demo.changsha import Changsha
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.roll import Roll, roll_of
from services.airport import Airport

HERE = Airport()
DAY = date(2026, 11, 24)


@cache
def departures() -> tuple[Departure, ...]:
    """Of one whole day."""
    return tuple(Changsha(HERE).departures(DAY))


@cache
def rolls() -> tuple[Roll, ...]:
    """Every list of the day."""
    return tuple(roll_of(departure) for departure in departures())
