"""FRONT DOOR: orders.

    quote_order QuoteOrderSchema → QuoteResultSchema
    place_order PlaceOrderSchema → OrderResultSchema   errors shop.quote_changed{quote}, .sold_out{variant_ids},
        .shop_closed{shop_ids, words}, .not_eligible{variant_ids, why: a Problem, words}, .too_late{shop_ids, words},
        .too_many_holds{most}, .too_many_lapsed{retry_after_s}, .coupon_not_usable{coupon_id, words}, .bad_flight{words},
        .product_not_found{variant_ids}, .basket_empty
    pay_order PayOrderSchema     → PayResultSchema     errors shop.order_not_found, .hold_over; payments.create_intent's
    cancel_order CancelOrderSchema → OrderResultSchema unpaid ones; one that has ended is answered as it is
    get_order OrderIdSchema      → OrderResultSchema   shop.order_not_found, also for another's
    list_orders ListOrdersSchema → OrdersSchema
    quote_return QuoteReturnSchema → QuoteReturnResultSchema   (cases.py)
    export_passenger PassengerIdSchema → ExportSchema: a traveller's own copy

Prices, coupons, stock and eligibility are the server's at each step. `expects_fen`: the amount that the buyer saw; another
one is refused with the quote as it is now, so that nobody pays what they didn't see. What is held is held for 15 minutes.
"""

from __future__ import annotations

from typing import Final

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.payments.schemas import Channel
from services.shop.schemas.order_fields import (
    ShopRefSchema,
    cursor,
    fen,
    key,
    limit,
    quantity,
    request_id,
)
from services.shop.schemas.order_words import MAX_LINES, OrderState, Problem, Way
from services.shop.schemas.parcels import ParcelSchema
from services.shop.schemas.shared import line

MAX_COUPONS: Final = 10


class WantedSchema(Strict):
    variant_id = key(required=True)
    quantity = quantity(required=True)


class QuoteOrderSchema(Strict):
    """lines: null takes the traveller's basket. ways: by shop id; a shop that isn't named gets the gate when it is offered,
    else the shop. adult: declared by the buyer; alcohol and tobacco are for adults."""

    passenger_id = key(required=True)
    lines = fields.List(
        fields.Nested(WantedSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_LINES),
    )
    ways = fields.Dict(
        keys=key(),
        values=fields.Enum(Way, by_value=True),
        load_default={},
        validate=validate.Length(max=MAX_LINES),
    )
    flight_id = key(load_default=None, allow_none=True)
    coupon_ids = fields.List(key(), load_default=[], validate=validate.Length(max=MAX_COUPONS))
    adult = fields.Boolean(load_default=False)
    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


class PlaceOrderSchema(QuoteOrderSchema):
    """With lines null, what was ordered leaves the basket."""

    request_id = request_id()
    expects_fen = fen(required=True)


class OrderIdSchema(Strict):
    passenger_id = key(required=True)
    order_id = key(required=True)


class PayOrderSchema(OrderIdSchema):
    """openid: the payer's, for a payment inside WeChat."""

    request_id = request_id()
    channel = fields.Enum(Channel, by_value=True, required=True)
    openid = line(128)


class CancelOrderSchema(OrderIdSchema):
    request_id = request_id()


class ListOrdersSchema(Strict):
    passenger_id = key(required=True)
    limit = limit()
    cursor = cursor()


# --- a quote


class WayQuoteSchema(Exact):
    way = fields.Enum(Way, by_value=True, required=True)
    offered = fields.Boolean(required=True)
    why_not = fields.Nested(WordsSchema, required=True, allow_none=True)
    gate = fields.String(required=True, allow_none=True)
    promised_from = fields.AwareDateTime(required=True, allow_none=True)
    promised_until = fields.AwareDateTime(required=True, allow_none=True)


class QuoteLineSchema(Exact):
    variant_id = fields.String(required=True)
    product_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True)
    picture = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    unit_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    duty_free = fields.Boolean(required=True)


class QuoteParcelSchema(Exact):
    shop = fields.Nested(ShopRefSchema, required=True)
    way = fields.Enum(Way, by_value=True, required=True, metadata={"description": "what this quote is for"})
    ways = fields.List(fields.Nested(WayQuoteSchema), required=True)
    lines = fields.List(fields.Nested(QuoteLineSchema), required=True)
    goods_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)


class CouponQuoteSchema(Exact):
    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    discount_fen = fields.Integer(required=True)


class CouponNotUsableSchema(Exact):
    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    why = fields.Nested(WordsSchema, required=True)


class CouponsQuoteSchema(Exact):
    used = fields.List(fields.Nested(CouponQuoteSchema), required=True)
    usable = fields.List(fields.Nested(CouponQuoteSchema), required=True)
    not_usable = fields.List(fields.Nested(CouponNotUsableSchema), required=True)


class DutyFreeSchema(Exact):
    """eligible: whether duty-free goods may be bought with this flight; null: there are none in it. allowances: in words,
    what one person may buy of what is limited."""

    eligible = fields.Boolean(required=True, allow_none=True)
    why = fields.Nested(WordsSchema, required=True, allow_none=True)
    allowances = fields.List(fields.Nested(WordsSchema), required=True)
    adults_only = fields.Boolean(
        required=True,
        metadata={"description": "there is alcohol or tobacco in it: the buyer declares to be 18"},
    )


class ProblemSchema(Exact):
    """variant_id, shop_id, coupon_id: what it is about, where it is about one."""

    kind = fields.Enum(Problem, by_value=True, required=True)
    variant_id = fields.String(required=True, allow_none=True)
    shop_id = fields.String(required=True, allow_none=True)
    coupon_id = fields.String(required=True, allow_none=True)
    words = fields.Nested(WordsSchema, required=True)


class FlightSchema(Exact):
    flight_id = fields.String(required=True)
    number = fields.String(required=True)
    departs_at = fields.AwareDateTime(required=True)
    boarding_at = fields.AwareDateTime(required=True, allow_none=True)
    gate = fields.String(required=True, allow_none=True)
    international = fields.Boolean(required=True, metadata={"description": "Hong Kong, Macao, Taiwan count"})


class QuoteSchema(Exact):
    """It can be placed when `problems` is empty."""

    parcels = fields.List(fields.Nested(QuoteParcelSchema), required=True)
    flight = fields.Nested(FlightSchema, required=True, allow_none=True)
    goods_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    amount_fen = fields.Integer(required=True)
    currency = fields.String(required=True)
    coupons = fields.Nested(CouponsQuoteSchema, required=True)
    duty_free = fields.Nested(DutyFreeSchema, required=True)
    problems = fields.List(fields.Nested(ProblemSchema), required=True)


class QuoteResultSchema(Exact):
    quote = fields.Nested(QuoteSchema, required=True)


# --- an order


class UsedCouponSchema(Exact):
    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    discount_fen = fields.Integer(required=True)
    given_back_fen = fields.Integer(
        required=True, metadata={"description": "worth of the coupons that came back for returned pieces"}
    )


class OrderInvoiceSchema(Exact):
    """One for each merchant of the order; see invoices.py."""

    id = fields.String(required=True)
    merchant_name = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    number = fields.String(required=True, allow_none=True)
    asked_at = fields.AwareDateTime(required=True)
    words = fields.String(required=True, metadata={"description": "why it was refused, or empty"})


class OrderSchema(Exact):
    id = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    goods_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    amount_fen = fields.Integer(required=True, metadata={"description": "goods less discount: what is paid"})
    refunded_fen = fields.Integer(required=True, metadata={"description": "back at the payer's"})
    refunding_fen = fields.Integer(required=True, metadata={"description": "promised, and on its way"})
    currency = fields.String(required=True)
    held_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "until when it may be paid"})
    paid_at = fields.AwareDateTime(required=True, allow_none=True)
    out_trade_no = fields.String(required=True, allow_none=True)
    flight = fields.Nested(FlightSchema, required=True, allow_none=True)
    coupons = fields.List(fields.Nested(UsedCouponSchema), required=True)
    parcels = fields.List(fields.Nested(ParcelSchema), required=True)
    invoices = fields.List(
        fields.Nested(OrderInvoiceSchema),
        required=True,
        metadata={"description": "empty: none was asked for"},
    )
    can_invoice = fields.Boolean(required=True)
    can_cancel = fields.Boolean(required=True, metadata={"description": "unpaid: cancel_order"})
    can_pay = fields.Boolean(required=True)


class OrderResultSchema(Exact):
    order = fields.Nested(OrderSchema, required=True)


class PayResultSchema(OrderResultSchema):
    """pay: what payments' create_intent gave; empty when there is nothing to pay any more."""

    pay = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class OrdersSchema(Exact):
    orders = fields.List(fields.Nested(OrderSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ExportSchema(Exact):
    """A traveller's own copy. cases: cases.CaseSchema; coupons: what was claimed, and where it was used; invoices: with what
    was to be written on them; basket: what lies in it."""

    orders = fields.List(fields.Nested(OrderSchema), required=True)
    cases = fields.List(fields.Dict(), required=True)
    coupons = fields.List(fields.Dict(), required=True)
    invoices = fields.List(fields.Dict(), required=True)
    basket = fields.List(fields.Dict(), required=True)
