"""What airlines push: passenger lists, their changes, and the aircraft's seats; and what they are answered.

A list is full of names and document numbers, so it travels sealed (`get_sealing_key`); its content is
`PassengerListSchema` or `ListChangesSchema` as JSON.
"""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict
from services.checkin.schemas.shared import (
    AIRLINE,
    AIRPORT,
    CABIN,
    PNR,
    TICKET,
    flight_id,
    request_id,
    sealed,
    seat,
    short,
)
from services.checkin.schemas.vocabulary import (
    MAX_TRAVELLERS,
    Action,
    Flag,
    Gender,
    ListOutcome,
    PaperKind,
    SeatAttribute,
    TravellerKind,
)
from services.checkin.teletype.problems import Reason

# --- the content of `sealed`


class TravellerNameSchema(Strict):
    """As the ticket has it; `chinese` where the airline knows it. A name of one word is a surname."""

    surname = short(64, required=True)
    given = short(64, load_default="")
    title = short(8, load_default="", metadata={"example": "MR"})
    chinese = short(32, load_default="")


class PaperSchema(Strict):
    """A travel document as the airline has it (DOCS)."""

    kind = fields.Enum(PaperKind, by_value=True, required=True)
    number = short(32, required=True)
    country = fields.String(load_default="", validate=validate.Regexp(r"(?:[A-Z]{2,3})?\Z"))
    nationality = fields.String(load_default="", validate=validate.Regexp(r"(?:[A-Z]{2,3})?\Z"))
    birth_date = fields.Date(load_default=None, allow_none=True)
    expires_on = fields.Date(load_default=None, allow_none=True)


class SpecialSchema(Strict):
    """A special service (SSR): its four letters, and the airline's text."""

    code = fields.String(required=True, validate=validate.Regexp(r"[A-Z]{4}\Z"))
    text = short(64, load_default="")


class InfantSchema(Strict):
    """An infant on an adult's lap (INFT)."""

    name = fields.Nested(TravellerNameSchema, required=True)
    birth_date = fields.Date(load_default=None, allow_none=True)
    ticket = fields.String(load_default=None, allow_none=True, validate=TICKET)


class FrequentFlyerSchema(Strict):
    airline = fields.String(required=True, validate=AIRLINE)
    number = short(16, required=True)
    tier = short(16, load_default="")


class BagsSchema(Strict):
    """What may be checked in free of charge."""

    pieces = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=9))
    weight_kg = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=99))


class OnwardSchema(Strict):
    """A leg that follows; with seat and sequence when the airline has checked it in already."""

    airline = fields.String(required=True, validate=AIRLINE)
    number = fields.String(required=True, validate=validate.Regexp(r"(?=0*[1-9])[0-9]{1,4}[A-Z]?\Z"))
    departure_airport = fields.String(required=True, validate=AIRPORT)
    arrival_airport = fields.String(required=True, validate=AIRPORT)
    day_local = fields.Date(required=True)
    cabin = fields.String(required=True, validate=CABIN)
    seat = seat(load_default=None, allow_none=True)
    sequence = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=9999))


class ListedTravellerSchema(Strict):
    """One entry: a person with a seat, and the infant on their lap.

    ref: the airline's own key within the booking; without one the ticket, else the name, says who is who
    when the next version comes.
    """

    ref = short(32, load_default="")
    name = fields.Nested(TravellerNameSchema, required=True)
    kind = fields.Enum(TravellerKind, by_value=True, load_default=TravellerKind.ADULT)
    gender = fields.Enum(Gender, by_value=True, load_default=Gender.UNKNOWN)
    birth_date = fields.Date(load_default=None, allow_none=True)
    ticket = fields.String(load_default=None, allow_none=True, validate=TICKET)
    coupon = fields.Integer(load_default=1, validate=validate.Range(min=1, max=4))
    cabin = fields.String(required=True, validate=CABIN)
    booking_class = fields.String(load_default="", validate=validate.Regexp(r"[A-Z]?\Z"))
    papers = fields.List(fields.Nested(PaperSchema), load_default=list, validate=validate.Length(max=4))
    specials = fields.List(fields.Nested(SpecialSchema), load_default=list, validate=validate.Length(max=12))
    flags = fields.List(
        fields.Enum(Flag, by_value=True), load_default=list, validate=validate.Length(max=len(Flag))
    )
    infant = fields.Nested(InfantSchema, load_default=None, allow_none=True)
    frequent_flyer = fields.Nested(FrequentFlyerSchema, load_default=None, allow_none=True)
    bags = fields.Nested(BagsSchema, load_default=None, allow_none=True)
    seat = seat(load_default=None, allow_none=True)
    onward = fields.List(fields.Nested(OnwardSchema), load_default=list, validate=validate.Length(max=3))


class ContactSchema(Strict):
    """How a booking is reached. phone: with its country's code."""

    phone = fields.String(load_default="", validate=validate.Regexp(r"(?:\+[0-9]{6,15})?\Z"))
    email = fields.String(load_default="", validate=validate.Length(max=128))


class ListedBookingSchema(Strict):
    pnr = fields.String(required=True, validate=PNR)
    contact = fields.Nested(ContactSchema, load_default=None, allow_none=True)
    passengers = fields.List(
        fields.Nested(ListedTravellerSchema), required=True, validate=validate.Length(min=1, max=200)
    )


class PassengerListSchema(Strict):
    """The whole list of one flight; who isn't on it has no place on the flight any more."""

    bookings = fields.List(
        fields.Nested(ListedBookingSchema), required=True, validate=validate.Length(max=MAX_TRAVELLERS)
    )


class ListChangeSchema(Strict):
    """One entry of an ADL. To delete, `passenger` needs only what says who it is: ref, ticket or name."""

    action = fields.Enum(Action, by_value=True, required=True)
    pnr = fields.String(required=True, validate=PNR)
    contact = fields.Nested(ContactSchema, load_default=None, allow_none=True)
    passenger = fields.Nested(ListedTravellerSchema, required=True)


class ListChangesSchema(Strict):
    changes = fields.List(
        fields.Nested(ListChangeSchema), required=True, validate=validate.Length(min=1, max=MAX_TRAVELLERS)
    )


# --- the calls


class PartnerSchema(Strict):
    """Who calls, as the door has verified; `airlines`: those it speaks for, ["*"] for all."""

    client_id = short(64, required=True)
    airlines = fields.List(fields.String(validate=validate.Length(min=1, max=3)), required=True)


class ApplyListSchema(Strict):
    """version: the airline's own count for this flight; a greater one replaces, any other changes nothing."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    sealed = sealed("PassengerListSchema", required=True)


class ApplyChangesSchema(Strict):
    """base_version: the version that the changes start from; null: whatever stands."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    base_version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    sealed = sealed("ListChangesSchema", required=True)


class RefusedEntrySchema(Exact):
    """at: the path of the entry, `bookings.3.passengers.0.ticket`. Never what stood there."""

    at = fields.String(required=True)
    reason = fields.String(
        required=True,
        metadata={"description": "a code (duplicate, unknown_cabin, unknown_traveller, …) or what is wrong"},
    )


class ListReportSchema(Exact):
    """What became of a list or its changes. refused: with at least one, nothing was changed."""

    outcome = fields.Enum(ListOutcome, by_value=True, required=True)
    flight_id = fields.String(required=True)
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "that holds now; null: none"}
    )
    travellers = fields.Integer(required=True, metadata={"description": "on the flight now, infants aside"})
    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    deleted = fields.Integer(required=True)
    off_loaded = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "ids of travellers deleted after they had checked in; they are told"},
    )
    unseated = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "ids of travellers whose seat on the list is taken, or isn't in the aircraft"
        },
    )
    refused = fields.List(fields.Nested(RefusedEntrySchema), required=True)


class ApplyTeletypeSchema(Strict):
    """Parts of one PNL or ADL; those of one list may come in several calls. They wait a day for each other."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    sealed = sealed('{"texts": [one message a part, …]}', required=True)


class LineSchema(Exact):
    """part: 0 when it isn't about one. line: in its part's text, from 1; 0 when it isn't about one."""

    part = fields.Integer(required=True)
    line = fields.Integer(required=True)
    reason = fields.Enum(Reason, by_value=True, required=True)


class TeletypeReportSchema(ListReportSchema):
    """problems: why it was refused; the parts that waited for it are let go. left_out: lines that were passed over.

    missing: with outcome waiting, the parts that are still to come.
    """

    missing = fields.List(fields.Integer(), required=True)
    problems = fields.List(fields.Nested(LineSchema), required=True)
    left_out = fields.List(fields.Nested(LineSchema), required=True)


class SeatSpecSchema(Strict):
    """Without window or aisle among them, the columns say which it is."""

    column = fields.String(required=True, validate=validate.Regexp(r"[A-HJ-Z]\Z"))
    attributes = fields.List(
        fields.Enum(SeatAttribute, by_value=True), load_default=list, validate=validate.Length(max=10)
    )


class RowSpecSchema(Strict):
    """seats: only those that exist; null: one in every column. exit: every seat of the row is at an exit."""

    row = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=199))
    exit = fields.Boolean(load_default=False)
    seats = fields.List(
        fields.Nested(SeatSpecSchema), load_default=None, allow_none=True, validate=validate.Length(max=12)
    )


class CabinSpecSchema(Strict):
    """columns: letters from left to right, a blank for each aisle."""

    cabin = fields.String(required=True, validate=CABIN)
    columns = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-HJ-Z]+(?: [A-HJ-Z]+){0,2}\Z"),
        metadata={"example": "ABC DEF"},
    )
    rows = fields.List(fields.Nested(RowSpecSchema), required=True, validate=validate.Length(min=1, max=120))


class ConfigurationSpecSchema(Strict):
    aircraft = short(16, required=True, metadata={"example": "A320"})
    registration = short(12, load_default="")
    cabins = fields.List(
        fields.Nested(CabinSpecSchema), required=True, validate=validate.Length(min=1, max=6)
    )


class ApplyConfigurationSchema(Strict):
    """Another configuration than before is a change of equipment: everybody with a seat is seated again."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1))
    configuration = fields.Nested(ConfigurationSpecSchema, required=True)


class ConfigurationReportSchema(Exact):
    outcome = fields.Enum(ListOutcome, by_value=True, required=True)
    flight_id = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)
    seats = fields.Integer(required=True, metadata={"description": "that somebody may sit on"})
    moved = fields.Integer(required=True, metadata={"description": "travellers who got another seat"})
    unseated = fields.List(
        fields.String(), required=True, metadata={"description": "ids of those for whom no seat was left"}
    )
    refused = fields.List(fields.Nested(RefusedEntrySchema), required=True)
