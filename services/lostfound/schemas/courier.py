"""An approved claim's item sent to its owner: quote, order, payment, and what the desk does with the parcel."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.courier_words import (
    ABROAD,
    CARRIERS,
    MAX_FEE_FEN,
    MAX_PARCELS,
    PROVINCES,
    NotSent,
    ParcelState,
    Weight,
    Zone,
)
from services.lostfound.schemas.shared import (
    PRINTABLE,
    StaffSchema,
    desk_id,
    key,
    maybe,
    request_id,
    sealed,
    shelf,
    short,
    text,
)
from services.payments.schemas import Channel

_PHONE: Final = validate.Regexp(r"\+?[0-9][0-9 -]{5,18}[0-9]\Z")
_TRACKING: Final = validate.Regexp(r"[A-Za-z0-9]{8,32}\Z")


def _province(**options: Any) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.OneOf([*PROVINCES, ABROAD]),
        metadata={"description": "ISO 3166-2:CN without the country, or `abroad`", "example": "HN"},
        **options,
    )


class AddressSchema(Strict):
    """Sealed: where it goes. The province stands beside it in clear, because the fee depends on it."""

    name = short(64, required=True)
    phone = fields.String(required=True, validate=_PHONE)
    city = short(64, required=True)
    street = short(200, required=True)
    postcode = fields.String(load_default="", validate=validate.Regexp(r"(?:[0-9]{6})?\Z"))


class CourierClaimSchema(Strict):
    passenger_id = key(required=True)
    claim_id = key(required=True)


class QuoteCourierSchema(CourierClaimSchema):
    province = _province()


class OrderCourierSchema(QuoteCourierSchema):
    """fee_fen: as quote_courier said, so that nobody pays more than they agreed to."""

    request_id = request_id()
    fee_fen = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MAX_FEE_FEN))
    sealed = sealed("AddressSchema", required=True)


class CourierOrderIdSchema(Strict):
    passenger_id = key(required=True)
    order_id = key(required=True)


class PayCourierSchema(CourierOrderIdSchema):
    """openid: the payer's, for a payment inside WeChat."""

    request_id = request_id()
    channel = fields.Enum(Channel, by_value=True, required=True)
    openid = fields.String(load_default="", validate=validate.Length(max=128))


class ReleaseCourierSchema(CourierOrderIdSchema):
    """Not paid: it ends. Paid and not gone yet: it ends, and all the money goes back."""

    request_id = request_id()


class ListCourierOrdersSchema(Strict):
    """The one that waits longest first; of those that have left, the newest."""

    actor = short(80, required=True)
    parcel = fields.Enum(ParcelState, by_value=True, load_default=ParcelState.WAITING)
    desk_id = desk_id(**maybe())
    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(min=1, max=MAX_PARCELS))


class CourierSlipSchema(StaffSchema):
    """The address in clear, to be written on the parcel."""

    order_id = key(required=True)


class ClearForCourierSchema(StaffSchema):
    """The desk has made sure who the claimant is: their document may be sent. note: how."""

    claim_id = key(required=True)
    note = short(200, required=True)


class HandToCourierSchema(StaffSchema):
    """witness: another member of staff who saw it packed; needed for valuables."""

    order_id = key(required=True)
    carrier = fields.String(required=True, validate=validate.OneOf(list(CARRIERS)))
    tracking_number = fields.String(required=True, validate=_TRACKING)
    witness = fields.String(**maybe(), validate=[validate.Length(min=3, max=80), PRINTABLE])


class CourierDeliveredSchema(StaffSchema):
    order_id = key(required=True)


class CourierCameBackSchema(StaffSchema):
    """Nobody took it: it is at a desk again, and its owner may fetch it there. The fee was for the journey."""

    order_id = key(required=True)
    desk_id = desk_id(required=True)
    shelf = shelf(**maybe())
    note = text(200)


class RefuseCourierSchema(StaffSchema):
    """It can't be sent after all: all the money goes back, and the item waits at its desk. note stays with staff."""

    order_id = key(required=True)
    note = short(200, required=True)


# ------------------------------------------------------------------------------------------ answers


class NotSentSchema(Exact):
    code = fields.Enum(NotSent, by_value=True, required=True)
    reason = fields.Nested(WordsSchema, required=True)


class QuoteSchema(Exact):
    """fee_fen, zone and weight: null when not_sent says why there are none."""

    province = fields.String(required=True)
    not_sent = fields.Nested(NotSentSchema, required=True, allow_none=True)
    fee_fen = fields.Integer(required=True, allow_none=True)
    zone = fields.Enum(Zone, by_value=True, required=True, allow_none=True)
    weight = fields.Enum(Weight, by_value=True, required=True, allow_none=True)
    reason = fields.Nested(WordsSchema, required=True)


class CourierQuoteSchema(Exact):
    quote = fields.Nested(QuoteSchema, required=True)


class CourierOrderSchema(Exact):
    """As its buyer sees it. state: of the order, as the saga of orders calls it; parcel: of what it is for."""

    id = fields.String(required=True)
    claim_id = fields.String(required=True)
    state = fields.String(required=True)
    parcel = fields.Enum(ParcelState, by_value=True, required=True)
    province = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    refunding_fen = fields.Integer(required=True)
    refunded_fen = fields.Integer(required=True)
    currency = fields.String(required=True)
    held_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    paid_at = fields.AwareDateTime(required=True, allow_none=True)
    out_trade_no = fields.String(required=True, allow_none=True)
    carrier = fields.String(required=True, allow_none=True)
    tracking_number = fields.String(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)


class OneCourierOrderSchema(Exact):
    order = fields.Nested(CourierOrderSchema, required=True)


class MaybeCourierOrderSchema(Exact):
    """order: the claim's newest; null when none was ever made."""

    order = fields.Nested(CourierOrderSchema, required=True, allow_none=True)


class PayingCourierSchema(OneCourierOrderSchema):
    """pay: what the page pays with; empty when there is nothing to pay any more."""

    pay = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class DeskCourierOrderSchema(CourierOrderSchema):
    """As the desk sees it: without the address, which get_courier_slip opens."""

    item_id = fields.String(required=True)
    item_number = fields.String(required=True)
    claim_number = fields.String(required=True)
    category = fields.String(required=True)
    desk_id = fields.String(required=True, allow_none=True)
    shelf = fields.String(required=True, allow_none=True)
    valuable = fields.Boolean(required=True)


class DeskCourierOrdersSchema(Exact):
    orders = fields.List(fields.Nested(DeskCourierOrderSchema), required=True)


class OneDeskCourierOrderSchema(Exact):
    order = fields.Nested(DeskCourierOrderSchema, required=True)


class SlipSchema(Exact):
    order = fields.Nested(DeskCourierOrderSchema, required=True)
    address = fields.Nested(AddressSchema, required=True)


class ClearedSchema(Exact):
    claim_id = fields.String(required=True)
    cleared_at = fields.AwareDateTime(required=True)
