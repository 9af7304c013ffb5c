"""FRONT DOOR: arguments and results of every RPC of bus, and the vocabularies they use.

Writing calls carry a `request_id`; a repeat gets the answer of the first. Another traveller's order is answered
as one that doesn't exist. Where a stop is asked for, a station may be given, and stands for its stops.

    list_lines {}                             → LinesSchema
    list_stops ListStopsSchema                → StopsSchema
    search_departures SearchSchema            → DeparturesSchema
    get_departure RideKeySchema               → DepartureSchema
    hold_seats HoldSeatsSchema                → OrderResultSchema
    release_seats ReleaseSeatsSchema          → OrderResultSchema
    get_order OrderIdSchema                   → OrderResultSchema
"""

from __future__ import annotations

from services.bus.schemas.requests import (
    HoldSeatsSchema,
    ListStopsSchema,
    NoArgumentsSchema,
    OrderIdSchema,
    ReleaseSeatsSchema,
    RideKeySchema,
    SearchSchema,
)
from services.bus.schemas.results import (
    DepartureSchema,
    DeparturesSchema,
    LinesSchema,
    OrderResultSchema,
    StopsSchema,
)
from services.bus.schemas.vocabulary import MAX_FOUND, MAX_SEATS, OrderState, Rider

__all__ = [
    "MAX_FOUND",
    "MAX_SEATS",
    "DepartureSchema",
    "DeparturesSchema",
    "HoldSeatsSchema",
    "LinesSchema",
    "ListStopsSchema",
    "NoArgumentsSchema",
    "OrderIdSchema",
    "OrderResultSchema",
    "OrderState",
    "ReleaseSeatsSchema",
    "RideKeySchema",
    "Rider",
    "SearchSchema",
    "StopsSchema",
]
