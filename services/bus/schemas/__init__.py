"""FRONT DOOR: arguments and results of every RPC of bus, and the vocabularies they use.

Writing calls carry a `request_id`; a repeat gets the answer of the first. Another traveller's order is answered
as one that doesn't exist. Where a stop is asked for, a station may be given, and stands for its stops.

    list_lines {}                             → LinesSchema
    list_stops ListStopsSchema                → StopsSchema
    search_departures SearchSchema            → DeparturesSchema
    get_departure RideKeySchema               → DepartureSchema
    hold_seats HoldSeatsSchema                → OrderResultSchema
    release_seats ReleaseSeatsSchema          → OrderResultSchema
    pay_order PayOrderSchema                  → PayResultSchema
    get_order OrderIdSchema                   → OrderResultSchema
    list_orders ListOrdersSchema              → OrdersSchema
    quote_return QuoteReturnSchema            → QuoteSchema
    return_tickets ReturnTicketsSchema        → OrderResultSchema
    export_passenger PassengerIdSchema        → ExportSchema: a traveller's own copy
"""

from __future__ import annotations

from services.bus.schemas.requests import (
    HoldSeatsSchema,
    ListOrdersSchema,
    ListStopsSchema,
    NoArgumentsSchema,
    OrderIdSchema,
    PassengerIdSchema,
    PayOrderSchema,
    QuoteReturnSchema,
    ReleaseSeatsSchema,
    ReturnTicketsSchema,
    RideKeySchema,
    SearchSchema,
)
from services.bus.schemas.results import (
    BookedRideSchema,
    DepartureSchema,
    DeparturesSchema,
    ExportSchema,
    LinesSchema,
    OrderResultSchema,
    OrdersSchema,
    PayResultSchema,
    QuoteSchema,
    StopsSchema,
    TicketSchema,
)
from services.bus.schemas.vocabulary import (
    MAX_FOUND,
    MAX_ORDERS,
    MAX_SEATS,
    MAX_TICKETS,
    OrderState,
    Rider,
    TicketState,
    Why,
)

__all__ = [
    "MAX_FOUND",
    "MAX_ORDERS",
    "MAX_SEATS",
    "MAX_TICKETS",
    "BookedRideSchema",
    "DepartureSchema",
    "DeparturesSchema",
    "ExportSchema",
    "HoldSeatsSchema",
    "LinesSchema",
    "ListOrdersSchema",
    "ListStopsSchema",
    "NoArgumentsSchema",
    "OrderIdSchema",
    "OrderResultSchema",
    "OrderState",
    "OrdersSchema",
    "PassengerIdSchema",
    "PayOrderSchema",
    "PayResultSchema",
    "QuoteReturnSchema",
    "QuoteSchema",
    "ReleaseSeatsSchema",
    "ReturnTicketsSchema",
    "RideKeySchema",
    "Rider",
    "SearchSchema",
    "StopsSchema",
    "TicketSchema",
    "TicketState",
    "Why",
]
