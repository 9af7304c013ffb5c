"""FRONT DOOR of the till: coupons are scanned in a shop, and taken off what is paid there."""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, WordsSchema
from services.shop.schemas.coupon_fields import one_of
from services.shop.schemas.coupon_words import MAX_TOGETHER, CouponState, WhyNot
from services.shop.schemas.shared import AtWorkSchema, StaffSchema, fen, key, request_id, short


class ScanCouponsSchema(AtWorkSchema):
    """Looks only. codes: the coupons', or WeChat's card codes, as they were scanned or typed; one that is shown twice counts
    once. amount_fen: what the goods that the coupons are for cost. receipt: the till's number of the sale.

    Errors: shop.coupon_not_found, .not_your_shop.
    """

    shop_id = key(required=True)
    codes = fields.List(short(64), required=True, validate=validate.Length(min=1, max=MAX_TOGETHER))
    amount_fen = fen(required=True)
    receipt = short(32, required=True)


class RedeemAtTillSchema(ScanCouponsSchema):
    """All or none. A receipt takes coupons once; the same codes on it again, or some of them: the same answer.

    Errors: those of scan_coupons, shop.coupon_not_usable.
    """

    request_id = request_id()


class UndoAtTillSchema(StaffSchema):
    """Within ten minutes. coupon_ids: all that were redeemed on the receipt; it is undone whole.

    Errors: shop.coupon_not_found, .too_late_to_undo, .not_your_shop.
    """

    shop_id = key(required=True)
    coupon_ids = fields.List(key(), required=True, validate=validate.Length(min=1, max=MAX_TOGETHER))
    receipt = short(32, required=True)


class CouponAtTillSchema(Exact):
    """usable: false with why and words. discount_fen: what it takes off beside the others."""

    coupon_id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    terms = fields.Nested(WordsSchema, required=True)
    state = fields.String(required=True, validate=one_of(CouponState))
    usable = fields.Boolean(required=True)
    why = fields.String(required=True, allow_none=True, validate=one_of(WhyNot))
    words = fields.Nested(WordsSchema, required=True, allow_none=True)
    discount_fen = fields.Integer(required=True)
    valid_until = fields.String(required=True)


class TillSchema(Exact):
    """coupons: those asked for in the order of their codes, then what else is redeemed on the receipt. usable: all of them.
    discount_fen, pay_fen: by those that are usable. undo_until: of a receipt on which coupons were redeemed."""

    coupons = fields.List(fields.Nested(CouponAtTillSchema), required=True)
    usable = fields.Boolean(required=True)
    discount_fen = fields.Integer(required=True)
    pay_fen = fields.Integer(required=True)
    undo_until = fields.String(required=True, allow_none=True)


class UndoneSchema(Exact):
    class OneSchema(Exact):
        coupon_id = fields.String(required=True)
        state = fields.String(required=True, validate=one_of(CouponState))

    coupons = fields.List(fields.Nested(OneSchema), required=True)
