"""What lies in a shop: counts, and why they changed."""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.shared import AtWorkSchema, PageSchema, StaffSchema, key, line, maybe, slug, whole
from services.shop.schemas.vocabulary import MAX_STOCK, MoveKind, ProductState


class CountSchema(Strict):
    """seen_version: of the stock when the shelf was counted; null for one that has none yet."""

    variant_id = key(required=True)
    on_hand = whole(0, MAX_STOCK, required=True)
    seen_version = whole(0, 2**31 - 1, **maybe())


class CountStockSchema(StaffSchema):
    """Every count is taken or told why not: sold meanwhile (count it again), or more is held than was counted."""

    shop_id = slug(required=True)
    counts = fields.List(fields.Nested(CountSchema), required=True, validate=validate.Length(min=1, max=200))
    note = line(120)


class MoveSchema(Strict):
    """quantity: pieces that came (delivered, returned) or went (broken), from 1; corrected: either, not 0."""

    variant_id = key(required=True)
    quantity = whole(-MAX_STOCK, MAX_STOCK, required=True)


class MoveStockSchema(StaffSchema):
    """All or nothing. Errors: shop.not_enough_stock."""

    shop_id = slug(required=True)
    kind = fields.Enum(
        MoveKind,
        by_value=True,
        required=True,
        validate=validate.OneOf([MoveKind.DELIVERED, MoveKind.BROKEN, MoveKind.RETURNED, MoveKind.CORRECTED]),
    )
    moves = fields.List(fields.Nested(MoveSchema), required=True, validate=validate.Length(min=1, max=200))
    note = line(120)


class StockSchema(Exact):
    """free = on_hand - held."""

    variant_id = fields.String(required=True)
    product_id = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    options = fields.Dict(keys=fields.String(), values=fields.Nested(WordsSchema), required=True)
    barcode = fields.String(required=True)
    state = fields.Enum(ProductState, by_value=True, required=True)
    on_hand = fields.Integer(required=True)
    held = fields.Integer(required=True)
    free = fields.Integer(required=True)
    version = fields.Integer(required=True)
    changed_at = fields.AwareDateTime(required=True, allow_none=True)


class CountRefusedSchema(Exact):
    """why: unknown (not of this shop), changed (count again) or held (that many are promised)."""

    variant_id = fields.String(required=True)
    why = fields.String(required=True, validate=validate.OneOf(["unknown", "changed", "held"]))
    stock = fields.Nested(StockSchema, required=True, allow_none=True)


class StockCountedSchema(Exact):
    counted = fields.List(fields.Nested(StockSchema), required=True)
    refused = fields.List(fields.Nested(CountRefusedSchema), required=True)


class StocksSchema(Exact):
    stocks = fields.List(fields.Nested(StockSchema), required=True)


class ListStockSchema(PageSchema, AtWorkSchema):
    """By SKU. q: a barcode, a SKU or a part of the name. low: only what has at most so many free pieces."""

    shop_id = slug(required=True)
    q = line(60)
    low = whole(0, 1000, **maybe())


class StockPageSchema(Exact):
    stocks = fields.List(fields.Nested(StockSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListMovesSchema(PageSchema, AtWorkSchema):
    """The newest first; of one variant, or of the shop."""

    shop_id = slug(required=True)
    variant_id = key(**maybe())


class MovedSchema(Exact):
    """quantity: what was added or, below 0, taken. on_hand: after it. order_id: of what was sold or came back."""

    id = fields.Integer(required=True)
    variant_id = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    kind = fields.Enum(MoveKind, by_value=True, required=True)
    quantity = fields.Integer(required=True)
    on_hand = fields.Integer(required=True)
    actor = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    order_id = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)


class MovePageSchema(Exact):
    moves = fields.List(fields.Nested(MovedSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
