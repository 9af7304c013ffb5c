"""The airport we look from, with the names that this service owns."""

from __future__ import annotations

from services.airport import Airport
from services.flights import names
from services.flights.domain import Names, Viewpoint


def viewpoint(airport: Airport) -> Viewpoint:
    """What the rules need to know of the world, for one airport."""
    called = Names(names.airport, names.airline, names.delay_reason, names.keywords)
    return Viewpoint(airport.iata, airport.zone, called)
