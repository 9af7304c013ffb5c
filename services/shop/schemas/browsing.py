"""Looking for something: lists, search with facets, similar things, deals."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.products import ProductCardSchema
from services.shop.schemas.shared import (
    PRINTABLE,
    TERMINAL,
    PageSchema,
    category,
    fen,
    key,
    maybe,
    slug,
    whole,
)
from services.shop.schemas.vocabulary import ProductSort, Side


class NarrowedSchema(PageSchema):
    """What a list and a search are narrowed by alike, all of it together; only what is on sale in shops that aren't closed.

    price_from_fen, price_to_fen: both included. deals: only what costs less now.
    """

    shop_id = slug(**maybe())
    category = category(**maybe())
    terminal = fields.String(validate=TERMINAL, **maybe())
    side = fields.Enum(Side, by_value=True, **maybe())
    brand = fields.String(validate=[validate.Length(min=1, max=60), PRINTABLE], **maybe())
    duty_free = fields.Boolean(**maybe())
    deals = fields.Boolean(load_default=False)
    in_stock = fields.Boolean(load_default=False)
    price_from_fen = fen(0, **maybe())
    price_to_fen = fen(0, **maybe())

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        low, high = data["price_from_fen"], data["price_to_fen"]
        if low is not None and high is not None and high < low:
            raise ValidationError("From the lower to the higher price.", "price_to_fen")


class ListProductsSchema(NarrowedSchema):
    sort = fields.Enum(ProductSort, by_value=True, load_default=ProductSort.POPULAR)


class ProductPageSchema(Exact):
    products = fields.List(fields.Nested(ProductCardSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SearchProductsSchema(NarrowedSchema):
    """q: as somebody typed it, Chinese, pinyin, English; nothing: everything that passes the filters, with its facets."""

    q = fields.String(load_default="", validate=[validate.Length(max=100), PRINTABLE])
    sort = fields.Enum(ProductSort, by_value=True, load_default=ProductSort.RELEVANCE)


class FacetSchema(Exact):
    """value: what the filter of that name takes. name: in both languages."""

    value = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    count = fields.Integer(required=True)


class PriceFacetSchema(Exact):
    """from_fen ≤ price ≤ to_fen; to_fen null: or more."""

    from_fen = fields.Integer(required=True)
    to_fen = fields.Integer(required=True, allow_none=True)
    count = fields.Integer(required=True)


class FacetsSchema(Exact):
    """The most frequent first; price: the cheapest first."""

    category = fields.List(fields.Nested(FacetSchema), required=True)
    shop = fields.List(fields.Nested(FacetSchema), required=True)
    terminal = fields.List(fields.Nested(FacetSchema), required=True)
    side = fields.List(fields.Nested(FacetSchema), required=True)
    brand = fields.List(fields.Nested(FacetSchema), required=True)
    price = fields.List(fields.Nested(PriceFacetSchema), required=True)


class FoundSchema(ProductPageSchema):
    """total: how many there are, counted up to total_most; did_you_mean: other words that find more, or null."""

    facets = fields.Nested(FacetsSchema, required=True)
    did_you_mean = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True)
    total_most = fields.Integer(required=True)


class SimilarProductsSchema(Strict):
    product_id = key(required=True)
    limit = whole(1, 24, load_default=8)


class ProductsSchema(Exact):
    products = fields.List(fields.Nested(ProductCardSchema), required=True)


class ListDealsSchema(PageSchema):
    """What costs less now, the greatest saving first."""

    shop_id = slug(**maybe())
    terminal = fields.String(validate=TERMINAL, **maybe())
