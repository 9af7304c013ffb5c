"""The words of AIDX that we read (IATA RP 1797A), and what each is called here.

Codes that AIDX has and we don't keep (taxi times, fuel, remarks) are passed over. Public display codes are not
read at all: airports give the same letters different meanings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.flights.schemas import Milestone, Status

NAMESPACE: Final = "http://www.iata.org/IATA/2007/00"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
ROOT: Final = "IATA_AIDX_FlightLegNotifRQ"
IATA_CODES: Final = "3"
"""CodeContext of IATA's airline and airport codes."""

MILESTONES: Final[Mapping[str, Milestone]] = {
    "CHK": Milestone.CHECK_IN_OPEN,
    "CHC": Milestone.CHECK_IN_CLOSE,
    "GTO": Milestone.GATE_OPEN,
    "BST": Milestone.BOARDING_START,
    "FCT": Milestone.FINAL_CALL,
    "BEN": Milestone.BOARDING_END,
    "GCL": Milestone.GATE_CLOSE,
    "RDT": Milestone.READY,
    "OFB": Milestone.OFF_BLOCK,
    "TKO": Milestone.TAKE_OFF,
    "TEN": Milestone.TEN_MILES_OUT,
    "TDN": Milestone.TOUCH_DOWN,
    "ONB": Milestone.ON_BLOCK,
    "FBG": Milestone.FIRST_BAG,
    "LBG": Milestone.LAST_BAG,
}

TIME_TYPES: Final[Mapping[str, str]] = {
    "SCT": "scheduled_at",
    "EST": "estimated_at",
    "TAR": "target_at",
    "CAL": "calculated_at",
    "ACT": "actual_at",
}

REINSTATED: Final = "SQ"
"""Takes a cancellation back; nothing else does."""

STATUSES: Final[Mapping[str, Status]] = {
    "DX": Status.CANCELLED,
    "DV": Status.DIVERTED,
    "RT": Status.DIVERTED,  # re-routed: it goes elsewhere than scheduled, only known earlier
    "GRT": Status.RETURNED,
}
"""Other states follow from actual times: AIDX has no code for boarding or landed."""

AIRPORT_PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "Departure": {
        "PassengerGate": "gate",
        "AircraftTerminal": "terminal",
        "PublicTerminal": "terminal",
        "AircraftParkingPosition": "stand",
    },
    "Arrival": {
        "PassengerGate": "gate",
        "AircraftTerminal": "terminal",
        "PublicTerminal": "terminal",
        "AircraftParkingPosition": "stand",
        "BaggageClaimUnit": "belt",
    },
}
"""By the side of the leg: element → field. Of two that mean one field the later in this order counts."""

CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    ROOT: frozenset({"FlightLeg"}),
    "FlightLeg": frozenset({"LegIdentifier", "SpecialAction", "LegData"}),
    "LegIdentifier": frozenset(
        {
            "Airline",
            "FlightNumber",
            "OperationalSuffix",
            "DepartureAirport",
            "ArrivalAirport",
            "OriginDate",
            "RepeatNumber",
        }
    ),
    "LegData": frozenset(
        {
            "OperationalStatus",
            "PlannedArrivalAptHistory",
            "IrregularityDelay",
            "CodeShareInfo",
            "MarketingAirline",
            "AssociatedFlightLegAircraft",
            "AssociatedFlightLegSchedule",
            "AirportResources",
            "OperationTime",
            "AircraftInfo",
        }
    ),
    "IrregularityDelay": frozenset({"ReasonCode", "Duration"}),
    "CodeShareInfo": frozenset({"Airline", "FlightNumber", "OperationalSuffix"}),
    "MarketingAirline": frozenset({"Airline", "FlightNumber", "OperationalSuffix"}),
    "AssociatedFlightLegAircraft": frozenset(
        {
            "Airline",
            "FlightNumber",
            "OperationalSuffix",
            "DepartureAirport",
            "ArrivalAirport",
            "OriginDate",
            "RepeatNumber",
        }
    ),
    "AssociatedFlightLegSchedule": frozenset({"DepartureAirport", "ArrivalAirport"}),
    "AirportResources": frozenset({"Resource"}),
    "Resource": frozenset(
        {
            "PassengerGate",
            "AircraftTerminal",
            "PublicTerminal",
            "AircraftParkingPosition",
            "BaggageClaimUnit",
            "CheckInInfo",
        }
    ),
    "CheckInInfo": frozenset({"FirstPosition", "LastPosition"}),
    "AircraftInfo": frozenset({"AircraftType", "AircraftSubType", "Registration"}),
}
"""What is read below what. Anything else is counted against the caps and dropped with all it holds."""
