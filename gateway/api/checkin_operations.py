"""Every operation of check-in for travellers, as rows of the same table as `me_operations`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gateway.api.checkin_schemas import CheckInBody, CodeBody, FactorsBody, SeatsBody, TravellersBody
from gateway.api.me_operations import Operation
from services.checkin import schemas as checkin

CHECKIN: Final = "/api/v1/checkin"
TAG: Final = "Check-in"
_ONE: Final = f"{CHECKIN}/bookings/{{booking_id}}"


class Asks(Enum):
    """Who may ask, and how the service is told."""

    ACCOUNT = auto()  # who is signed in, about what is bound to them
    ANYBODY = auto()  # wrong guesses are counted by address or account
    PARTY = auto()  # the bound account, or whoever has a grant


@dataclass(frozen=True)
class CheckinOperation(Operation):
    """sealed: the fields of the body that only the service may read; ("*",) is the whole body."""

    asks: Asks = Asks.PARTY
    sealed: tuple[str, ...] = ()


def _c(method: str) -> tuple[str, str]:
    return "checkin", method


CHECKIN_OPERATIONS: Final = (
    CheckinOperation("POST", f"{CHECKIN}/searches", "findBooking", "The status of the bookings that two factors name; one answer "
                     "for whatever is wrong", _c("find_booking"), checkin.FoundSchema, FactorsBody, writes=False,
                     asks=Asks.ANYBODY, sealed=("*",)),
    CheckinOperation("GET", f"{CHECKIN}/trips", "trips", "The bookings that are bound to my account", _c("list_my_trips"),
                     checkin.TripsSchema, writes=False, asks=Asks.ACCOUNT),
    CheckinOperation("POST", f"{_ONE}/code", "sendBookingCode", "Send a code to the booking's phone", _c("send_code"),
                     checkin.CodeSentSchema, asks=Asks.ANYBODY),
    CheckinOperation("POST", f"{_ONE}/confirmation", "confirmBookingCode", "Bind the booking to my account, or get a grant for an "
                     "hour", _c("confirm_code"), checkin.ConfirmedSchema, CodeBody, asks=Asks.ANYBODY),
    CheckinOperation("GET", _ONE, "party", "The party: who can check in, who must see an agent, what is missing", _c("get_party"),
                     checkin.PartySchema, writes=False),
    CheckinOperation("GET", f"{_ONE}/seats", "seatMap", "The aircraft's seats as this party sees them", _c("seat_map"),
                     checkin.SeatMapSchema, writes=False),
    CheckinOperation("POST", f"{_ONE}/seats", "chooseSeats", "Take seats: all that are asked for, or none", _c("choose_seats"),
                     checkin.PartySchema, SeatsBody),
    CheckinOperation("POST", f"{_ONE}/check-in", "checkIn", "Check in everybody who is named, or nobody", _c("check_in"),
                     checkin.PartySchema, CheckInBody, sealed=("papers", "contact")),
    CheckinOperation("POST", f"{_ONE}/cancellation", "cancelCheckIn", "Give seats and passes back", _c("cancel_check_in"),
                     checkin.PartySchema, TravellersBody),
    CheckinOperation("GET", f"{_ONE}/passes/{{traveller_id}}", "boardingPass", "A boarding pass; `bcbp` is the text of its barcode",
                     _c("get_pass"), checkin.PassSchema, writes=False),
)  # fmt: skip
