"""FRONT DOOR: errors that callers of checkin may see. What is wrong with a typed document is `passengers.*`.

ServiceError
├── NotFound
│   ├── BookingNotFound       checkin.booking_not_found    whatever was wrong with the factors: one answer for all
│   ├── FlightNotFound        checkin.flight_not_found     nobody pushed a list of it
│   ├── TravellerNotFound     checkin.traveller_not_found  not on this flight, or not of this booking
│   ├── NoSeatMap             checkin.no_seat_map          the airline hasn't sent one
│   └── NoPass                checkin.no_pass              not checked in, and never was
├── Forbidden
│   ├── AccessNeeded          checkin.access_needed        not the bound account, no grant, or it is over
│   └── NotYourFlight         checkin.not_your_flight      another airline's
├── Conflict
│   ├── NotOpen               checkin.not_open             data.state, .opens_at, .closes_at
│   ├── PartyRefused          checkin.party_refused        data.travellers: [{traveller_id, reasons}]; nobody was checked in
│   ├── SeatTaken             checkin.seat_taken           data.seats: somebody was quicker, fetch the map again
│   ├── NoSeatsLeft           checkin.no_seats             not enough in that cabin that these may sit on
│   ├── WrongStanding         checkin.wrong_standing       data.standing: that can't be done from there
│   ├── ListGap               checkin.list_gap             data.version: changes start from another than this
│   ├── TooManyParts          checkin.too_many_parts       of lists that never became whole
│   └── NoCode                checkin.no_code              nobody of the booking can be reached with a code
├── Limited
│   └── TooManyGuesses        checkin.too_many_guesses     data.retry_after_s
└── Invalid
    ├── BadRequest            checkin.bad_request          data.fields
    ├── BadSeal               checkin.bad_seal             sealed for another key: fetch the key, seal again
    ├── CodeRefused           checkin.code_refused         wrong, used or over
    ├── SeatRefused           checkin.seat_refused         data.seat, .code: nobody, or not this traveller, may sit there;
    │                                                      exit_declare, .travellers: only exits are left for these
    ├── DeclarationNeeded     checkin.declaration_needed   data.version
    └── DetailsNeeded         checkin.details_needed       data.needs: {traveller_id: [paper, contact, destination]}
"""

from __future__ import annotations

from kernel.errors import Conflict, Forbidden, Invalid, Limited, NotFound


class BookingNotFound(NotFound):
    code = "checkin.booking_not_found"


class FlightNotFound(NotFound):
    code = "checkin.flight_not_found"


class TravellerNotFound(NotFound):
    code = "checkin.traveller_not_found"


class NoSeatMap(NotFound):
    code = "checkin.no_seat_map"


class NoPass(NotFound):
    code = "checkin.no_pass"


class AccessNeeded(Forbidden):
    code = "checkin.access_needed"


class NotYourFlight(Forbidden):
    code = "checkin.not_your_flight"


class NotOpen(Conflict):
    code = "checkin.not_open"


class PartyRefused(Conflict):
    code = "checkin.party_refused"


class SeatTaken(Conflict):
    code = "checkin.seat_taken"


class NoSeatsLeft(Conflict):
    code = "checkin.no_seats"


class WrongStanding(Conflict):
    code = "checkin.wrong_standing"


class ListGap(Conflict):
    code = "checkin.list_gap"


class TooManyParts(Conflict):
    code = "checkin.too_many_parts"


class NoCode(Conflict):
    code = "checkin.no_code"


class TooManyGuesses(Limited):
    code = "checkin.too_many_guesses"


class BadRequest(Invalid):
    code = "checkin.bad_request"


class BadSeal(Invalid):
    code = "checkin.bad_seal"


class CodeRefused(Invalid):
    code = "checkin.code_refused"


class SeatRefused(Invalid):
    code = "checkin.seat_refused"


class DeclarationNeeded(Invalid):
    code = "checkin.declaration_needed"


class DetailsNeeded(Invalid):
    code = "checkin.details_needed"
