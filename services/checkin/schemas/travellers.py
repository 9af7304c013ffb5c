"""What travellers send.

What is personal travels sealed, as JSON of the schema that is named; `address` is the asking browser's, for
limits on guessing.
"""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Strict
from services.checkin.schemas.shared import (
    PRINTABLE,
    request_id,
    sealed,
    seat,
    short,
)
from services.checkin.schemas.vocabulary import MAX_PARTY, PaperKind


class FactorsSchema(Strict):
    """Sealed. The surname as it is written anywhere: ticket, passport, Chinese; and one other thing."""

    surname = short(64, required=True)
    pnr = fields.String(load_default="", validate=[validate.Length(max=16), PRINTABLE])
    ticket = fields.String(load_default="", validate=[validate.Length(max=20), PRINTABLE])
    document = fields.String(load_default="", validate=[validate.Length(max=32), PRINTABLE])

    @validates_schema
    def _one(self, data: dict[str, str], **_: object) -> None:
        if sum(bool(data[name].strip()) for name in ("pnr", "ticket", "document")) != 1:
            raise ValidationError("Exactly one of pnr, ticket and document.", "pnr")


class FindBookingSchema(Strict):
    """passenger_id: the account that asks, if any; a document that fits binds its booking to this account."""

    address = short(64, required=True)
    passenger_id = short(64, load_default=None, allow_none=True)
    sealed = sealed("FactorsSchema", required=True)


class AccessSchema(Strict):
    """Who asks: the account that is bound to the booking, or whoever has a grant (`confirm_code`)."""

    booking_id = short(64, required=True)
    passenger_id = short(64, load_default=None, allow_none=True)
    grant = fields.String(
        load_default=None, allow_none=True, load_only=True, validate=validate.Length(min=1, max=128)
    )


class SendCodeSchema(Strict):
    request_id = request_id()
    address = short(64, required=True)
    booking_id = short(64, required=True)
    passenger_id = short(64, load_default=None, allow_none=True)


class ConfirmCodeSchema(Strict):
    """With an account the booking is bound to it, without one a grant is given."""

    request_id = request_id()
    address = short(64, required=True)
    booking_id = short(64, required=True)
    passenger_id = short(64, load_default=None, allow_none=True)
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=16))


class AskSchema(Strict):
    """get_party, seat_map."""

    access = fields.Nested(AccessSchema, required=True)


class PassengerIdSchema(Strict):
    passenger_id = short(64, required=True)


class SeatChoiceSchema(Strict):
    traveller_id = short(64, required=True)
    seat = seat(required=True)


class ChooseSeatsSchema(Strict):
    """All seats or none. exit_declared: those who say that they can help at an emergency exit."""

    request_id = request_id()
    access = fields.Nested(AccessSchema, required=True)
    seats = fields.List(
        fields.Nested(SeatChoiceSchema), required=True, validate=validate.Length(min=1, max=MAX_PARTY)
    )
    exit_declared = fields.List(short(64), load_default=list, validate=validate.Length(max=MAX_PARTY))


class GivenPaperSchema(Strict):
    """Of one traveller: a passport's two MRZ lines, or number and expiry typed."""

    traveller_id = short(64, required=True)
    kind = fields.Enum(PaperKind, by_value=True, required=True)
    text = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=200))
    expires_on = fields.Date(load_default=None, allow_none=True)


class GivenContactSchema(Strict):
    phone = fields.String(load_default="", validate=validate.Regexp(r"(?:\+?[0-9 -]{6,24})?\Z"))
    email = fields.String(load_default="", validate=[validate.Length(max=128), PRINTABLE])
    destination = fields.String(
        load_default="",
        validate=[validate.Length(max=200), PRINTABLE],
        metadata={"description": "address of the first night"},
    )


class GivenSchema(Strict):
    """Sealed: what a party adds to what the airline knows. International flights need all three."""

    papers = fields.List(
        fields.Nested(GivenPaperSchema), load_default=list, validate=validate.Length(max=MAX_PARTY)
    )
    contact = fields.Nested(GivenContactSchema, load_default=None, allow_none=True)


class CheckInSchema(Strict):
    """All of the party that is named, or nobody. Who has no seat among `seats` gets one near the others.

    dangerous_goods: the version of the declaration that was shown and accepted (`PartySchema`); "" is a no.
    """

    request_id = request_id()
    access = fields.Nested(AccessSchema, required=True)
    traveller_ids = fields.List(short(64), required=True, validate=validate.Length(min=1, max=MAX_PARTY))
    seats = fields.List(
        fields.Nested(SeatChoiceSchema), load_default=list, validate=validate.Length(max=MAX_PARTY)
    )
    exit_declared = fields.List(short(64), load_default=list, validate=validate.Length(max=MAX_PARTY))
    dangerous_goods = fields.String(load_default="", validate=validate.Length(max=16))
    sealed = sealed("GivenSchema", load_default=None, allow_none=True)


class CancelCheckInSchema(Strict):
    request_id = request_id()
    access = fields.Nested(AccessSchema, required=True)
    traveller_ids = fields.List(short(64), required=True, validate=validate.Length(min=1, max=MAX_PARTY))


class GetPassSchema(Strict):
    access = fields.Nested(AccessSchema, required=True)
    traveller_id = short(64, required=True)
