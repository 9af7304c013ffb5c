"""FRONT DOOR: after-sales. What was handed over and comes back, or isn't what it should be.

Traveller:
    quote_return QuoteReturnSchema  → QuoteReturnResultSchema   errors shop.order_not_found, .line_not_found
    open_case OpenCaseSchema        → CaseResultSchema          .not_returnable{line_id, why}, .case_open, .bad_seal
    withdraw_case CaseIdSchema      → CaseResultSchema          .case_not_found, .wrong_case{state}
    get_case CaseIdSchema           → CaseResultSchema
    list_cases_of OrderCasesSchema  → CasesSchema
    get_own_case_photo OwnCasePhotoSchema → CasePhotoResultSchema  .photo_not_found, also another traveller's
Staff:
    list_cases ListCasesSchema      → StaffCasesSchema          open ones first, the oldest first
    get_staff_case StaffCaseIdSchema → StaffCaseResultSchema
    decide_case DecideCaseSchema    → StaffCaseResultSchema     .case_not_found, .wrong_case, .too_much{most_fen}
    get_case_photo CasePhotoSchema  → CasePhotoResultSchema

All lines of a case are of one parcel, so that one shop decides it. The money of a piece is its unit price less its share of
the coupons. words and photos are sealed in the database.
"""

from __future__ import annotations

from typing import Final

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.order_fields import (
    ShopRefSchema,
    StaffSchema,
    StaffWriteSchema,
    cursor,
    fen,
    key,
    limit,
    quantity,
    request_id,
    text,
)
from services.shop.schemas.order_words import MAX_LINES, MAX_PHOTOS, CaseReason, CaseState

MAX_PHOTO: Final = 700_000
"""Characters of a photo in base64, as gateway/photos makes them."""


class ReturnedSchema(Strict):
    line_id = key(required=True)
    quantity = quantity(required=True)


def _lines() -> fields.List[object]:
    return fields.List(
        fields.Nested(ReturnedSchema), required=True, validate=validate.Length(min=1, max=MAX_LINES)
    )


class QuoteReturnSchema(Strict):
    passenger_id = key(required=True)
    order_id = key(required=True)
    lines = _lines()
    reason = fields.Enum(CaseReason, by_value=True, required=True)


class QuotedReturnSchema(Exact):
    """until: the last instant to ask. needs_photo: the rule asks for one."""

    line_id = fields.String(required=True)
    quantity = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)
    allowed = fields.Boolean(required=True)
    words = fields.Nested(WordsSchema, required=True, metadata={"description": "the rule, with its reason"})
    until = fields.AwareDateTime(required=True, allow_none=True)
    needs_photo = fields.Boolean(required=True)


class QuoteReturnResultSchema(Exact):
    """coupon_words: what becomes of the coupons."""

    lines = fields.List(fields.Nested(QuotedReturnSchema), required=True)
    refund_fen = fields.Integer(required=True)
    allowed = fields.Boolean(required=True, metadata={"description": "all of them"})


class PhotoSchema(Strict):
    """As gateway/photos makes them: both in base64, without what the camera wrote into them."""

    jpeg = fields.String(required=True, validate=validate.Length(min=1, max=MAX_PHOTO))
    thumbnail = fields.String(required=True, validate=validate.Length(min=1, max=MAX_PHOTO))


class OpenCaseSchema(QuoteReturnSchema):
    request_id = request_id()
    words = text(1000)
    photos = fields.List(
        fields.Nested(PhotoSchema), load_default=[], validate=validate.Length(max=MAX_PHOTOS)
    )


class CaseIdSchema(Strict):
    passenger_id = key(required=True)
    case_id = key(required=True)


class WithdrawCaseSchema(CaseIdSchema):
    request_id = request_id()


class OrderCasesSchema(Strict):
    passenger_id = key(required=True)
    order_id = key(required=True)


class CaseLineSchema(Exact):
    line_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True)
    quantity = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True, metadata={"description": "of these pieces, after coupons"})


class CaseSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "K-6B7K2M-4"})
    order_id = fields.String(required=True)
    parcel_number = fields.String(required=True)
    shop = fields.Nested(ShopRefSchema, required=True)
    state = fields.Enum(CaseState, by_value=True, required=True)
    reason = fields.Enum(CaseReason, by_value=True, required=True)
    words = fields.String(required=True)
    photos = fields.List(fields.String(), required=True, metadata={"description": "ids"})
    lines = fields.List(fields.Nested(CaseLineSchema), required=True)
    asked_fen = fields.Integer(required=True, metadata={"description": "the most that may be paid back"})
    refund_fen = fields.Integer(required=True)
    answer = fields.String(required=True, metadata={"description": "the shop's words"})
    opened_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class CaseResultSchema(Exact):
    case = fields.Nested(CaseSchema, required=True)


class CasesSchema(Exact):
    cases = fields.List(fields.Nested(CaseSchema), required=True)


class StaffCaseSchema(CaseSchema):
    decided_by = fields.String(required=True, allow_none=True)


class StaffCaseResultSchema(Exact):
    case = fields.Nested(StaffCaseSchema, required=True)


class StaffCasesSchema(Exact):
    cases = fields.List(fields.Nested(StaffCaseSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListCasesSchema(StaffSchema):
    shop_id = key(load_default=None, allow_none=True)
    states = fields.List(fields.Enum(CaseState, by_value=True), load_default=[])
    cursor = cursor()
    limit = limit(50)


class StaffCaseIdSchema(StaffSchema):
    case_id = key(required=True)


class DecideCaseSchema(StaffWriteSchema):
    """accept: with refund_fen, 1 to asked_fen, or 0 when nothing was paid; else it is refused. words: what the buyer reads."""

    case_id = key(required=True)
    accept = fields.Boolean(required=True)
    refund_fen = fen(load_default=0)
    words = text(500)


class CasePhotoSchema(StaffSchema):
    photo_id = key(required=True)
    size = fields.String(load_default="small", validate=validate.OneOf(["small", "large"]))


class OwnCasePhotoSchema(Strict):
    passenger_id = key(required=True)
    photo_id = key(required=True)
    size = fields.String(load_default="small", validate=validate.OneOf(["small", "large"]))


class CasePhotoResultSchema(Exact):
    jpeg = fields.String(required=True, metadata={"description": "base64"})
