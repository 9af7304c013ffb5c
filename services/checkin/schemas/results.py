"""What travellers and their pages are answered. Instants are UTC texts with Z; days are the airport's."""

from __future__ import annotations

from marshmallow import fields

from kernel.schemas import Exact, WordsSchema
from services.checkin.schemas.vocabulary import (
    Gender,
    PaperKind,
    SeatAttribute,
    SeatState,
    Standing,
    TravellerKind,
    WindowState,
)


class SealingKeySchema(Exact):
    key = fields.String(
        required=True, metadata={"description": "for kernel.sealing.seal; may be kept for an hour"}
    )


class ReasonSchema(Exact):
    """A rule's word on somebody: its code, and why, to be shown as it is."""

    code = fields.String(required=True)
    reason = fields.Nested(WordsSchema, required=True)


class WindowSchema(Exact):
    """When this flight can be checked in here. counter_closes_at: at an agent's desk."""

    state = fields.Enum(WindowState, by_value=True, required=True)
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)
    counter_closes_at = fields.AwareDateTime(required=True)
    reason = fields.Nested(WordsSchema, required=True)


class TripFlightSchema(Exact):
    """The flight as check-in knows it; the live one is `flights`'s, by the same id."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    airline = fields.String(required=True)
    departure_airport = fields.String(required=True)
    arrival_airport = fields.String(required=True)
    departure_name = fields.Nested(WordsSchema, required=True)
    arrival_name = fields.Nested(WordsSchema, required=True)
    day_local = fields.Date(required=True)
    international = fields.Boolean(required=True)
    scheduled_at = fields.AwareDateTime(required=True)
    departs_at = fields.AwareDateTime(required=True, metadata={"description": "as expected now"})
    boarding_at = fields.AwareDateTime(required=True)
    gate_closes_at = fields.AwareDateTime(required=True)
    gate = fields.String(required=True, allow_none=True)
    terminal = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"description": "flights.schemas.Status"})


class MaskedTravellerSchema(Exact):
    name = fields.String(required=True, metadata={"example": "Z***/S***"})
    standing = fields.Enum(Standing, by_value=True, required=True)


class BookingStatusSchema(Exact):
    """What two factors show. full: whether the asking account is bound, so that get_party answers.

    code_to: where a code would go, masked; null: to nobody we can reach.
    """

    booking_id = fields.String(required=True)
    flight = fields.Nested(TripFlightSchema, required=True)
    window = fields.Nested(WindowSchema, required=True)
    travellers = fields.List(fields.Nested(MaskedTravellerSchema), required=True)
    full = fields.Boolean(required=True)
    code_to = fields.String(required=True, allow_none=True)


class FoundSchema(Exact):
    bookings = fields.List(fields.Nested(BookingStatusSchema), required=True)


class CodeSentSchema(Exact):
    to = fields.String(required=True, metadata={"description": "masked"})
    expires_at = fields.AwareDateTime(required=True)


class ConfirmedSchema(Exact):
    """grant: for AccessSchema, of a browser without an account; null: the account was bound."""

    booking_id = fields.String(required=True)
    grant = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)


class PartyPaperSchema(Exact):
    kind = fields.Enum(PaperKind, by_value=True, required=True)
    number = fields.String(required=True, metadata={"description": "masked"})
    expires_on = fields.Date(required=True, allow_none=True)


class PartyTravellerSchema(Exact):
    """One of the party. agent: why an agent must see them; empty: they may check in by themselves.

    needs: what must be added before: "paper", "contact", "destination".
    """

    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"example": "ZHANG/SAN"})
    kind = fields.Enum(TravellerKind, by_value=True, required=True)
    gender = fields.Enum(Gender, by_value=True, required=True)
    cabin = fields.String(required=True)
    ticket = fields.String(required=True, allow_none=True, metadata={"description": "masked"})
    standing = fields.Enum(Standing, by_value=True, required=True)
    seat = fields.String(required=True, allow_none=True)
    sequence = fields.Integer(required=True, allow_none=True)
    infant = fields.String(required=True, allow_none=True, metadata={"description": "its name"})
    specials = fields.List(fields.String(), required=True)
    papers = fields.List(fields.Nested(PartyPaperSchema), required=True)
    agent = fields.List(fields.Nested(ReasonSchema), required=True)
    needs = fields.List(fields.String(), required=True)
    exit_row = fields.Boolean(
        required=True, metadata={"description": "may sit at an exit, once they declare that they can help"}
    )


class DeclarationSchema(Exact):
    """What must be accepted: nobody carries these. version: for `check_in.dangerous_goods`."""

    version = fields.String(required=True)
    items = fields.List(fields.Nested(ReasonSchema), required=True)


class PartySchema(Exact):
    """version: grows with each change of the booking; a page that has it needs no other."""

    booking_id = fields.String(required=True)
    version = fields.Integer(required=True)
    pnr = fields.String(required=True)
    flight = fields.Nested(TripFlightSchema, required=True)
    window = fields.Nested(WindowSchema, required=True)
    travellers = fields.List(fields.Nested(PartyTravellerSchema), required=True)
    contact = fields.String(required=True, allow_none=True, metadata={"description": "masked"})
    declaration = fields.Nested(DeclarationSchema, required=True)
    seat_map = fields.Boolean(required=True, metadata={"description": "whether the airline has sent one"})


class TripSchema(Exact):
    booking_id = fields.String(required=True)
    flight = fields.Nested(TripFlightSchema, required=True)
    window = fields.Nested(WindowSchema, required=True)
    travellers = fields.Integer(required=True)
    checked_in = fields.Integer(required=True)
    seats = fields.List(fields.String(), required=True)


class TripsSchema(Exact):
    trips = fields.List(fields.Nested(TripSchema), required=True, metadata={"description": "by departure"})


class MapSeatSchema(Exact):
    """traveller_id: whose of this party; never anybody else's. why: the rule by which it isn't for you."""

    seat = fields.String(required=True)
    column = fields.String(required=True)
    attributes = fields.List(fields.Enum(SeatAttribute, by_value=True), required=True)
    state = fields.Enum(SeatState, by_value=True, required=True)
    traveller_id = fields.String(required=True, allow_none=True)
    why = fields.Nested(ReasonSchema, required=True, allow_none=True)


class MapRowSchema(Exact):
    row = fields.Integer(required=True)
    exit = fields.Boolean(required=True)
    seats = fields.List(fields.Nested(MapSeatSchema), required=True)


class MapCabinSchema(Exact):
    cabin = fields.String(required=True)
    columns = fields.String(required=True, metadata={"description": "a blank for each aisle"})
    rows = fields.List(fields.Nested(MapRowSchema), required=True)


class SeatMapSchema(Exact):
    """version: grows with every seat taken or given back, and with every configuration."""

    flight_id = fields.String(required=True)
    version = fields.Integer(required=True)
    aircraft = fields.String(required=True)
    cabins = fields.List(fields.Nested(MapCabinSchema), required=True)


class PassSchema(Exact):
    """A boarding pass. void: the gate refuses it; bcbp is empty then.

    version: grows with each change of what is printed.
    """

    traveller_id = fields.String(required=True)
    booking_id = fields.String(required=True)
    version = fields.Integer(required=True)
    void = fields.Boolean(required=True)
    why_void = fields.Nested(ReasonSchema, required=True, allow_none=True)
    boarded = fields.Boolean(required=True)
    bcbp = fields.String(required=True, metadata={"description": "the text of the barcode"})
    sequence = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    infant = fields.String(required=True, allow_none=True)
    pnr = fields.String(required=True)
    ticket = fields.String(required=True, allow_none=True)
    cabin = fields.String(required=True)
    seat = fields.String(required=True, allow_none=True)
    specials = fields.List(fields.String(), required=True)
    flight = fields.Nested(TripFlightSchema, required=True)
    onward = fields.List(fields.String(), required=True, metadata={"description": "flight numbers"})


class ExportSchema(Exact):
    """What check-in holds about an account: for the copy that travellers may ask for."""

    trips = fields.List(fields.Dict(), required=True)
