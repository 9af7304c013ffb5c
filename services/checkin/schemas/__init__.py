"""FRONT DOOR: arguments and results of every RPC of checkin, and the vocabularies they use.

A *traveller* is a person on an airline's list; a *passenger_id* is an account of `passengers`. Writing calls
carry a `request_id` (a scan its `scan_id`); a repeat gets the answer of the first. What is personal comes
sealed by the door (`get_sealing_key`, `kernel.sealing.seal`); a retry may seal it anew.

    get_sealing_key {}                        → SealingKeySchema

  airlines (partner: who calls, as the door verified it)
    apply_list ApplyListSchema                → ListReportSchema           whole list of a flight, or nothing
    apply_changes ApplyChangesSchema          → ListReportSchema           all changes, or none
    apply_teletype ApplyTeletypeSchema        → TeletypeReportSchema       PNL or ADL, whole or part by part
    apply_configuration ApplyConfigurationSchema → ConfigurationReportSchema

  travellers
    find_booking FindBookingSchema            → FoundSchema                two factors show status only
    send_code SendCodeSchema                  → CodeSentSchema
    confirm_code ConfirmCodeSchema            → ConfirmedSchema            binds the account, or gives a grant
    list_my_trips PassengerIdSchema           → TripsSchema
    get_party AskSchema                       → PartySchema
    seat_map AskSchema                        → SeatMapSchema
    choose_seats ChooseSeatsSchema            → PartySchema                all seats or none
    check_in CheckInSchema                    → PartySchema                everybody named, or nobody
    cancel_check_in CancelCheckInSchema       → PartySchema
    get_pass GetPassSchema                    → PassSchema
    export_passenger PassengerIdSchema        → ExportSchema

  gates
    board_scan BoardScanSchema                → ScanSchema
    sync_scans SyncScansSchema                → SyncedScansSchema          what was let through without a network
    undo_boarding UndoBoardingSchema          → UndoneSchema
    boarding_counts GateFlightSchema          → GateCountsSchema
    get_boarding_list GetBoardingListSchema   → BoardingListSchema         version is its ETag

  staff
    list_flights ListFlightsSchema            → DeskFlightsSchema
    list_flight DeskFlightIdSchema            → DeskListSchema
    act ActSchema                             → ActedSchema
    list_traces DeskTravellerIdSchema         → TracesSchema
"""

from __future__ import annotations

from kernel.schemas import NoArgumentsSchema
from services.checkin.schemas.gate import (
    ActedSchema,
    ActSchema,
    BoardingListSchema,
    BoardScanSchema,
    DeskFlightIdSchema,
    DeskFlightsSchema,
    DeskListSchema,
    DeskTravellerIdSchema,
    GateCountsSchema,
    GateFlightSchema,
    GetBoardingListSchema,
    ListFlightsSchema,
    ScanRequestSchema,
    ScanSchema,
    SyncedScansSchema,
    SyncScansSchema,
    TracesSchema,
    UndoBoardingSchema,
    UndoneSchema,
)
from services.checkin.schemas.lists import (
    ApplyChangesSchema,
    ApplyConfigurationSchema,
    ApplyListSchema,
    ApplyTeletypeSchema,
    ConfigurationReportSchema,
    ConfigurationSpecSchema,
    LineSchema,
    ListChangesSchema,
    ListReportSchema,
    PartnerSchema,
    PassengerListSchema,
    RefusedEntrySchema,
    TeletypeReportSchema,
)
from services.checkin.schemas.results import (
    CodeSentSchema,
    ConfirmedSchema,
    ExportSchema,
    FoundSchema,
    PartySchema,
    PassSchema,
    SealingKeySchema,
    SeatMapSchema,
    TripsSchema,
)
from services.checkin.schemas.travellers import (
    AskSchema,
    CancelCheckInSchema,
    CheckInSchema,
    ChooseSeatsSchema,
    ConfirmCodeSchema,
    FactorsSchema,
    FindBookingSchema,
    GetPassSchema,
    GivenContactSchema,
    GivenPaperSchema,
    GivenSchema,
    PassengerIdSchema,
    SeatChoiceSchema,
    SendCodeSchema,
)
from services.checkin.schemas.vocabulary import (
    MAX_PARTY,
    MAX_SCANS,
    MAX_SEATS,
    MAX_TRAVELLERS,
    Action,
    Flag,
    Gender,
    ListOutcome,
    PaperKind,
    Scan,
    SeatAttribute,
    SeatState,
    StaffAction,
    Standing,
    TravellerKind,
    WindowState,
)

__all__ = [
    "MAX_PARTY",
    "MAX_SCANS",
    "MAX_SEATS",
    "MAX_TRAVELLERS",
    "ActSchema",
    "ActedSchema",
    "Action",
    "ApplyChangesSchema",
    "ApplyConfigurationSchema",
    "ApplyListSchema",
    "ApplyTeletypeSchema",
    "AskSchema",
    "BoardScanSchema",
    "BoardingListSchema",
    "CancelCheckInSchema",
    "CheckInSchema",
    "ChooseSeatsSchema",
    "CodeSentSchema",
    "ConfigurationReportSchema",
    "ConfigurationSpecSchema",
    "ConfirmCodeSchema",
    "ConfirmedSchema",
    "DeskFlightIdSchema",
    "DeskFlightsSchema",
    "DeskListSchema",
    "DeskTravellerIdSchema",
    "ExportSchema",
    "FactorsSchema",
    "FindBookingSchema",
    "Flag",
    "FoundSchema",
    "GateCountsSchema",
    "GateFlightSchema",
    "Gender",
    "GetBoardingListSchema",
    "GetPassSchema",
    "GivenContactSchema",
    "GivenPaperSchema",
    "GivenSchema",
    "LineSchema",
    "ListChangesSchema",
    "ListFlightsSchema",
    "ListOutcome",
    "ListReportSchema",
    "NoArgumentsSchema",
    "PaperKind",
    "PartnerSchema",
    "PartySchema",
    "PassSchema",
    "PassengerIdSchema",
    "PassengerListSchema",
    "RefusedEntrySchema",
    "Scan",
    "ScanRequestSchema",
    "ScanSchema",
    "SealingKeySchema",
    "SeatAttribute",
    "SeatChoiceSchema",
    "SeatMapSchema",
    "SeatState",
    "SendCodeSchema",
    "StaffAction",
    "Standing",
    "SyncScansSchema",
    "SyncedScansSchema",
    "TeletypeReportSchema",
    "TracesSchema",
    "TravellerKind",
    "TripsSchema",
    "UndoBoardingSchema",
    "UndoneSchema",
    "WindowState",
]
