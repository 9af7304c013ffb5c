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
    list_changes ListChangesSchema            → ChangesSchema
    change_tickets ChangeTicketsSchema        → OrderResultSchema
    ticket_keys {}                            → TicketKeysSchema
    list_day ListDaySchema                    → DaySchema
    get_manifest DepartureIdSchema            → ManifestSchema
    list_revocations ListRevocationsSchema    → RevocationsSchema
    board_tickets BoardTicketsSchema          → BoardedSchema
    unboard_ticket UnboardTicketSchema        → UnboardedSchema
    list_copies ListCopiesSchema              → CopiesSchema
    preview_cancellation PreviewCancellationSchema → CancellationPreviewSchema
    cancel_departure CancelDepartureSchema    → CancelledSchema
    export_passenger PassengerIdSchema        → ExportSchema: a traveller's own copy
"""

from __future__ import annotations

from kernel.schemas import NoArgumentsSchema
from services.bus.schemas.dispatch import (
    CancelDepartureSchema,
    CancellationPreviewSchema,
    CancelledSchema,
    ChangesSchema,
    ChangeTicketsSchema,
    ListChangesSchema,
    PreviewCancellationSchema,
)
from services.bus.schemas.inspection import (
    BoardedSchema,
    BoardTicketsSchema,
    CopiesSchema,
    DaySchema,
    DepartureIdSchema,
    ListCopiesSchema,
    ListDaySchema,
    ListRevocationsSchema,
    ManifestSchema,
    RevocationsSchema,
    ScanResult,
    TicketKeysSchema,
    UnboardedSchema,
    UnboardTicketSchema,
)
from services.bus.schemas.requests import (
    HoldSeatsSchema,
    ListOrdersSchema,
    ListStopsSchema,
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
    MAX_COUPONS,
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
    "MAX_COUPONS",
    "MAX_FOUND",
    "MAX_ORDERS",
    "MAX_SEATS",
    "MAX_TICKETS",
    "BoardTicketsSchema",
    "BoardedSchema",
    "BookedRideSchema",
    "CancelDepartureSchema",
    "CancellationPreviewSchema",
    "CancelledSchema",
    "ChangeTicketsSchema",
    "ChangesSchema",
    "CopiesSchema",
    "DaySchema",
    "DepartureIdSchema",
    "DepartureSchema",
    "DeparturesSchema",
    "ExportSchema",
    "HoldSeatsSchema",
    "LinesSchema",
    "ListChangesSchema",
    "ListCopiesSchema",
    "ListDaySchema",
    "ListOrdersSchema",
    "ListRevocationsSchema",
    "ListStopsSchema",
    "ManifestSchema",
    "NoArgumentsSchema",
    "OrderIdSchema",
    "OrderResultSchema",
    "OrderState",
    "OrdersSchema",
    "PassengerIdSchema",
    "PayOrderSchema",
    "PayResultSchema",
    "PreviewCancellationSchema",
    "QuoteReturnSchema",
    "QuoteSchema",
    "ReleaseSeatsSchema",
    "ReturnTicketsSchema",
    "RevocationsSchema",
    "RideKeySchema",
    "Rider",
    "ScanResult",
    "SearchSchema",
    "StopsSchema",
    "TicketKeysSchema",
    "TicketSchema",
    "TicketState",
    "UnboardTicketSchema",
    "UnboardedSchema",
    "Why",
]
