"""FRONT DOOR: baskets.

    get_basket BasketOwnerSchema   → BasketResultSchema
    put_line PutLineSchema         → BasketResultSchema   quantity 0 takes the line out
    merge_basket MergeBasketSchema → BasketResultSchema   when a guest signs in; the guest's basket is gone after it

A basket holds nothing back from others: prices, stock and eligibility are those of now each time it is read, and
`changes` says what became different since a line was put in. Putting a line (any quantity) agrees to its price.
Errors: shop.variant_not_found (or not sold any more), .basket_full.
"""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.order_fields import OwnerSchema, ShopRefSchema, key, quantity, request_id
from services.shop.schemas.order_words import ChangeKind


class BasketOwnerSchema(OwnerSchema):
    """Whose basket is asked for."""


class PutLineSchema(OwnerSchema):
    variant_id = key(required=True)
    quantity = quantity(0, required=True)


class MergeBasketSchema(Strict):
    """A repeat finds no guest's basket any more, and changes nothing."""

    request_id = request_id()
    guest = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{22,64}\Z"))
    passenger_id = key(required=True)


class BasketLineSchema(Exact):
    variant_id = fields.String(required=True)
    product_id = fields.String(required=True)
    shop_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Nested(WordsSchema, required=True, metadata={"description": "`红色 / 大`; may be empty"})
    picture = fields.String(required=True, allow_none=True, metadata={"description": "a photo's id"})
    quantity = fields.Integer(required=True)
    unit_fen = fields.Integer(required=True, metadata={"description": "now"})
    list_fen = fields.Integer(required=True, metadata={"description": "without a deal"})
    seen_price_fen = fields.Integer(required=True, metadata={"description": "when it was put in"})
    line_fen = fields.Integer(required=True)
    left = fields.Integer(
        required=True, metadata={"description": "in stock, at most 20 are told; 0: sold out or gone"}
    )
    buyable = fields.Boolean(required=True)
    duty_free = fields.Boolean(required=True)


class BasketShopSchema(Exact):
    shop = fields.Nested(ShopRefSchema, required=True)
    lines = fields.List(fields.Nested(BasketLineSchema), required=True)


class ChangeSchema(Exact):
    """line: its variant_id. was, now: fen or pieces, by kind."""

    line = fields.String(required=True)
    kind = fields.Enum(ChangeKind, by_value=True, required=True)
    was = fields.Integer(required=True, allow_none=True)
    now = fields.Integer(required=True, allow_none=True)
    words = fields.Nested(WordsSchema, required=True)


class BasketSchema(Exact):
    shops = fields.List(fields.Nested(BasketShopSchema), required=True)
    pieces = fields.Integer(required=True, metadata={"description": "of all lines, for the badge"})
    goods_fen = fields.Integer(required=True, metadata={"description": "of what can be bought"})
    currency = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class BasketResultSchema(Exact):
    basket = fields.Nested(BasketSchema, required=True)
