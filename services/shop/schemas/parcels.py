"""FRONT DOOR: parcels. One order has one for each shop.

Traveller:
    answer_ask AnswerAskSchema         → orders.OrderResultSchema   errors shop.ask_not_found, .ask_over
    cancel_parcel CancelParcelSchema   → orders.OrderResultSchema   before picking; shop.wrong_parcel{state}

Staff (actor, shops: ids, or ["*"]); a parcel of another shop is answered as one that there isn't:
    list_parcels ListParcelsSchema     → StaffParcelsSchema         by promised_until, the most urgent first
    get_parcel GetParcelSchema         → StaffParcelResultSchema    by its number, or by its id
    start_picking ParcelActSchema      → StaffParcelResultSchema    placed → picking
    report_missing ReportMissingSchema → StaffParcelResultSchema    picking → asking: the buyer is asked
    parcel_ready ParcelActSchema       → StaffParcelResultSchema    picking → ready
    send_to_gate ParcelActSchema       → StaffParcelResultSchema    ready → on_the_way, of way gate
    hand_over HandOverSchema           → StaffParcelResultSchema    ready (shop) | on_the_way | ready (gate, fetched) →
        handed_over; shop.wrong_code, .pass_not_checked (duty free), .wrong_parcel{state}. A repeat of what was handed over
        is refused: nobody takes a second parcel for one code
    withdraw_parcel WithdrawParcelSchema → StaffParcelResultSchema  the shop can't deliver: all of it goes back
    takings TakingsSchema              → TakingsResultSchema
Errors of all: shop.parcel_not_found, .wrong_parcel{state}.
"""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.order_fields import (
    ShopRefSchema,
    StaffSchema,
    StaffWriteSchema,
    cursor,
    key,
    limit,
    quantity,
    request_id,
    short,
)
from services.shop.schemas.order_words import AskKind, Choice, ParcelState, Way


class LineSchema(Exact):
    """What was bought. unit_fen: of one piece; discount_fen: the whole line's share of all coupons."""

    id = fields.String(required=True)
    variant_id = fields.String(required=True)
    product_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True)
    picture = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    unit_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    missing = fields.Integer(required=True, metadata={"description": "pieces that the shop didn't have"})
    returned = fields.Integer(required=True, metadata={"description": "pieces paid back after hand-over"})
    refund_fen = fields.Integer(required=True, metadata={"description": "promised back for this line so far"})
    replaced_by = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the line that came instead of missing pieces"},
    )
    duty_free = fields.Boolean(required=True)


class OfferSchema(Exact):
    """What the shop would give instead of missing pieces."""

    variant_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True)
    picture = fields.String(required=True, allow_none=True)
    unit_fen = fields.Integer(required=True)


class AskSchema(Exact):
    id = fields.String(required=True)
    kind = fields.Enum(AskKind, by_value=True, required=True)
    choices = fields.List(fields.Enum(Choice, by_value=True), required=True)
    until = fields.AwareDateTime(required=True, metadata={"description": "after it: refund"})
    words = fields.Nested(WordsSchema, required=True)
    line_id = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True, metadata={"description": "pieces that it is about; 0: all"})
    offer = fields.Nested(OfferSchema, required=True, allow_none=True)


class ParcelSchema(Exact):
    """code: what it is handed over for, 8 characters, `""` until it is paid and after it is over; a QR code has the same
    text."""

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "M-6B7K2M-4"})
    shop = fields.Nested(ShopRefSchema, required=True)
    state = fields.Enum(ParcelState, by_value=True, required=True)
    way = fields.Enum(Way, by_value=True, required=True)
    code = fields.String(required=True)
    gate = fields.String(required=True, allow_none=True, metadata={"description": "way gate, when known"})
    promised_from = fields.AwareDateTime(required=True)
    promised_until = fields.AwareDateTime(required=True)
    promises = fields.Integer(
        required=True, metadata={"description": "how many were made; 1: the first holds"}
    )
    why = fields.Nested(
        WordsSchema,
        required=True,
        allow_none=True,
        metadata={"description": "why it was promised anew, missed or cancelled"},
    )
    goods_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True, metadata={"description": "of all its lines"})
    lines = fields.List(fields.Nested(LineSchema), required=True)
    ask = fields.Nested(AskSchema, required=True, allow_none=True)
    can_cancel = fields.Boolean(required=True)
    can_return = fields.Boolean(
        required=True, metadata={"description": "a case may be opened for a line of it"}
    )
    duty_free = fields.Boolean(required=True, metadata={"description": "the boarding pass is looked at"})


class StaffStepSchema(Exact):
    number = fields.Integer(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True)


class StaffParcelSchema(ParcelSchema):
    """As shops see it: without the code, and without who bought it."""

    code = fields.String(required=True, validate=validate.Equal(""))
    order_id = fields.String(required=True)
    placed_at = fields.AwareDateTime(required=True, allow_none=True)
    pick_by = fields.AwareDateTime(
        required=True, metadata={"description": "when it must be ready at the shop to be there as promised"}
    )
    flight_number = fields.String(required=True, allow_none=True)
    flight_departs_at = fields.AwareDateTime(required=True, allow_none=True)
    steps = fields.List(
        fields.Nested(StaffStepSchema), required=True, metadata={"description": "empty in lists"}
    )


class StaffParcelResultSchema(Exact):
    parcel = fields.Nested(StaffParcelSchema, required=True)


class StaffParcelsSchema(Exact):
    parcels = fields.List(fields.Nested(StaffParcelSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AnswerAskSchema(Strict):
    request_id = request_id()
    passenger_id = key(required=True)
    ask_id = key(required=True)
    choice = fields.Enum(Choice, by_value=True, required=True)


class CancelParcelSchema(Strict):
    request_id = request_id()
    passenger_id = key(required=True)
    order_id = key(required=True)
    parcel_id = key(required=True)


class ListParcelsSchema(StaffSchema):
    shop_id = key(load_default=None, allow_none=True, metadata={"description": "null: all of `shops`"})
    states = fields.List(
        fields.Enum(ParcelState, by_value=True), load_default=[], metadata={"description": "empty: open ones"}
    )
    cursor = cursor()
    limit = limit(50)


class GetParcelSchema(StaffSchema):
    """parcel: its id, its number as it is printed or as somebody typed it, or the code that its buyer shows: whoever hands
    it over looks for it first."""

    parcel = short(64, required=True)


class ParcelActSchema(StaffWriteSchema):
    parcel_id = key(required=True)


class ReportMissingSchema(ParcelActSchema):
    line_id = key(required=True)
    quantity = quantity(required=True)
    offer_variant_id = key(load_default=None, allow_none=True)


class HandOverSchema(StaffWriteSchema):
    """code: as scanned or typed. number: when given, it must be that parcel's. checked_pass: staff looked at the
    boarding pass; a must for duty free."""

    code = short(40, required=True)
    number = short(40, load_default=None, allow_none=True)
    checked_pass = fields.Boolean(load_default=False)


class WithdrawParcelSchema(ParcelActSchema):
    """words: what the buyer reads."""

    words = short(200, required=True)


class TakingsSchema(StaffSchema):
    shop_id = key(required=True)
    day_local = fields.Date(required=True)


class HourSchema(Exact):
    hour = fields.Integer(required=True, metadata={"description": "0 to 23, of the airport"})
    parcels = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)


class SoldSchema(Exact):
    product_id = fields.String(required=True)
    variant_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True)
    quantity = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)


class UnmatchedSchema(Exact):
    """An order of the day of which payments says something else than we do. known_fen: what payments has."""

    order_id = fields.String(required=True)
    out_trade_no = fields.String(required=True, allow_none=True)
    amount_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)
    known_fen = fields.Integer(required=True)
    known_refund_fen = fields.Integer(required=True)


class TakingsResultSchema(Exact):
    """paid_fen: of the shop's parcels paid that day, after coupons; discount_fen: what coupons took; refund_fen: promised
    back that day. matched: null when payments couldn't be asked."""

    shop_id = fields.String(required=True)
    day_local = fields.Date(required=True)
    currency = fields.String(required=True)
    parcels = fields.Integer(required=True)
    goods_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)
    hours = fields.List(fields.Nested(HourSchema), required=True)
    products = fields.List(fields.Nested(SoldSchema), required=True)
    matched = fields.Boolean(required=True, allow_none=True)
    unmatched = fields.List(fields.Nested(UnmatchedSchema), required=True)
