"""FRONT DOOR: arguments and results of every RPC of flights, and the vocabularies they use.

Instants are aware: what comes in carries an offset, what goes out is UTC with `Z`. `_local` dates are the
service day at the airport we serve. Null means "not known"; a key left out of an update means "unchanged",
null in an update means "no longer known".
Schemas are module-level instances; loading refuses unknown fields.
"""

from __future__ import annotations

from services.flights.schemas.flight import (
    AirlineRefSchema,
    AirportRefSchema,
    ArrivalSchema,
    ChangeSchema,
    DelayReasonSchema,
    DepartureSchema,
    FlightSchema,
    LegRefSchema,
    MilestoneTimesSchema,
    NameSchema,
)
from services.flights.schemas.reads import (
    DigestArgumentsSchema,
    DigestSchema,
    FlightIdSchema,
    FlightPageSchema,
    HistorySchema,
    ListRefusalsSchema,
    RefusalPageSchema,
    RefusalRecordSchema,
    SearchSchema,
    WindowSchema,
)
from services.flights.schemas.updates import (
    AircraftSchema,
    ArrivalResourcesSchema,
    DelaySchema,
    DepartureResourcesSchema,
    ItemResultSchema,
    LegKeySchema,
    ReportResultSchema,
    ReportUpdatesSchema,
    SourceSchema,
    TimesSchema,
    UpdateSchema,
)
from services.flights.schemas.vocabulary import (
    MAX_BATCH,
    MAX_PAGE,
    Milestone,
    Outcome,
    SourceKind,
    Status,
    TimeType,
)

__all__ = [
    "MAX_BATCH",
    "MAX_PAGE",
    "AircraftSchema",
    "AirlineRefSchema",
    "AirportRefSchema",
    "ArrivalResourcesSchema",
    "ArrivalSchema",
    "ChangeSchema",
    "DelayReasonSchema",
    "DelaySchema",
    "DepartureResourcesSchema",
    "DepartureSchema",
    "DigestArgumentsSchema",
    "DigestSchema",
    "FlightIdSchema",
    "FlightPageSchema",
    "FlightSchema",
    "HistorySchema",
    "ItemResultSchema",
    "LegKeySchema",
    "LegRefSchema",
    "ListRefusalsSchema",
    "Milestone",
    "MilestoneTimesSchema",
    "NameSchema",
    "Outcome",
    "RefusalPageSchema",
    "RefusalRecordSchema",
    "ReportResultSchema",
    "ReportUpdatesSchema",
    "SearchSchema",
    "SourceKind",
    "SourceSchema",
    "Status",
    "TimeType",
    "TimesSchema",
    "UpdateSchema",
    "WindowSchema",
]
