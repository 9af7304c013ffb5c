"""Products and their variants, as travellers see them and as staff write them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.shared import (
    PRINTABLE,
    SKU,
    AtWorkSchema,
    PageSchema,
    StaffSchema,
    fen,
    instant,
    key,
    leaf,
    line,
    maybe,
    slug,
    whole,
    words_of,
)
from services.shop.schemas.shops import ShortShopSchema
from services.shop.schemas.vocabulary import (
    MAX_STOCK,
    MAX_TAGS,
    OPTIONS,
    Kind,
    PhotoSize,
    ProductState,
)

# --- what travellers are told


class DealSchema(Exact):
    """until_at null: as long as it pleases the shop. per_person null: no limit."""

    price_fen = fields.Integer(required=True)
    from_at = fields.AwareDateTime(required=True)
    until_at = fields.AwareDateTime(required=True, allow_none=True)
    per_person = fields.Integer(required=True, allow_none=True)


class VariantSchema(Exact):
    """options: by the codes of OPTIONS. price_fen: the usual one; now_fen: at the moment of the answer. deal: the one
    that holds now. available: pieces that somebody can have, never more than SHOP_SHOWN_MOST."""

    id = fields.String(required=True)
    options = fields.Dict(keys=fields.String(), values=fields.Nested(WordsSchema), required=True)
    barcode = fields.String(required=True)
    price_fen = fields.Integer(required=True)
    now_fen = fields.Integer(required=True)
    deal = fields.Nested(DealSchema, required=True, allow_none=True)
    weight_g = fields.Integer(required=True, allow_none=True)
    available = fields.Integer(required=True)


class ProductCardSchema(Exact):
    """A product in a list. now_fen: the lowest of its variants, at the moment of the answer; was_fen: the usual price of
    that variant where a deal holds; many_prices: others cost more. deal_until: when the first deal is over, so that a page
    that was kept knows. picture: a photo's id. available: somebody can have a piece of some variant."""

    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    shop = fields.Nested(ShortShopSchema, required=True)
    brand = fields.String(required=True)
    category = fields.String(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    tags = fields.List(fields.String(), required=True)
    duty_free = fields.Boolean(required=True)
    picture = fields.String(required=True, allow_none=True)
    now_fen = fields.Integer(required=True)
    was_fen = fields.Integer(required=True, allow_none=True)
    many_prices = fields.Boolean(required=True)
    deal_until = fields.AwareDateTime(required=True, allow_none=True)
    variant_count = fields.Integer(required=True)
    available = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class ProductSchema(ProductCardSchema):
    """All of it. variants: in the order in which the shop put them."""

    merchant_id = fields.String(required=True)
    merchant_name = fields.String(required=True)
    sku = fields.String(required=True)
    words = fields.Nested(WordsSchema, required=True)
    origin = fields.String(required=True)
    perishable = fields.Boolean(required=True)
    liquid_ml = fields.Integer(required=True, allow_none=True)
    photos = fields.List(fields.String(), required=True)
    state = fields.Enum(ProductState, by_value=True, required=True)
    variants = fields.List(fields.Nested(VariantSchema), required=True)


class ProductResultSchema(Exact):
    product = fields.Nested(ProductSchema, required=True)


class ProductIdSchema(Strict):
    product_id = key(required=True)


class GetPhotoSchema(Strict):
    photo_id = key(required=True)
    size = fields.Enum(PhotoSize, by_value=True, load_default=PhotoSize.FULL)


class PhotoResultSchema(Exact):
    photo_id = fields.String(required=True)
    jpeg = fields.String(required=True, metadata={"description": "base64"})


# --- staff


class SpecSchema(Strict):
    """What is written down of a product. kind: which rules hold for it."""

    name = fields.Nested(words_of(80), required=True)
    words = fields.Nested(words_of(2000, needed=False), load_default=lambda: {"zh": "", "en": ""})
    brand = line(60)
    category = leaf(required=True)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.GOODS)
    tags = fields.List(
        fields.String(validate=[validate.Length(min=1, max=24), PRINTABLE]),
        load_default=list,
        validate=validate.Length(max=MAX_TAGS),
    )
    origin = line(60)
    duty_free = fields.Boolean(load_default=False)
    perishable = fields.Boolean(load_default=False)
    liquid_ml = whole(1, 20_000, **maybe())


class SaveProductSchema(StaffSchema, SpecSchema):
    """Add (product_id null) or change; photos: of those it has, in the order in which they are shown, the others go; null
    leaves them. on_sale is refused for a product without a variant."""

    product_id = key(**maybe())
    shop_id = slug(required=True)
    sku = fields.String(required=True, validate=SKU)
    state = fields.Enum(ProductState, by_value=True, load_default=ProductState.HIDDEN)
    photos = fields.List(key(), **maybe())
    popularity = whole(0, 1_000_000, **maybe())
    seen_version = whole(1, 2**31 - 1, **maybe())


class GivenDealSchema(Strict):
    """from_at null: now."""

    price_fen = fen(required=True)
    from_at = instant(**maybe())
    until_at = instant(**maybe())
    per_person = whole(1, 20, **maybe())


class VariantSpecSchema(Strict):
    options = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(OPTIONS))),
        values=fields.Nested(words_of(30)),
        load_default=dict,
        validate=validate.Length(max=4),
    )
    barcode = fields.String(load_default="", validate=validate.Regexp(r"(?:[0-9]{8}|[0-9]{12,13})?\Z"))
    price_fen = fen(required=True)
    deal = fields.Nested(GivenDealSchema, **maybe())
    weight_g = whole(1, 100_000, **maybe())

    @validates_schema
    def _a_deal(self, data: dict[str, Any], **_: object) -> None:
        deal = data.get("deal")
        if deal is None:
            return
        if deal["price_fen"] >= data["price_fen"]:
            raise ValidationError("A deal costs less.", "deal")
        if (
            deal["until_at"] is not None
            and deal["from_at"] is not None
            and deal["until_at"] <= deal["from_at"]
        ):
            raise ValidationError("A deal ends after it begins.", "deal")


class SaveVariantSchema(StaffSchema, VariantSpecSchema):
    """Add (variant_id null) or change. offered false: no longer sold, its history stays."""

    product_id = key(required=True)
    variant_id = key(**maybe())
    offered = fields.Boolean(load_default=True)
    seen_version = whole(1, 2**31 - 1, required=True, metadata={"description": "the product's"})


class AttachPhotoSchema(StaffSchema):
    """Base64 of clean JPEGs, at most 400 kB and 60 kB: to a product, or to a shop as its picture."""

    product_id = key(**maybe())
    shop_id = slug(**maybe())
    jpeg = fields.String(required=True, validate=validate.Length(min=100, max=560_000))
    thumbnail = fields.String(required=True, validate=validate.Length(min=100, max=84_000))

    @validates_schema
    def _of_one(self, data: dict[str, Any], **_: object) -> None:
        if (data["product_id"] is None) == (data["shop_id"] is None):
            raise ValidationError("Of a product or of a shop.", "product_id")


class PhotoAddedSchema(Exact):
    photo_id = fields.String(required=True)


class StaffVariantSchema(VariantSchema):
    """deal: also one that is to come. on_hand: pieces in the shop; held: of these, promised to somebody."""

    offered = fields.Boolean(required=True)
    on_hand = fields.Integer(required=True)
    held = fields.Integer(required=True)
    stock_version = fields.Integer(required=True)


class StaffProductSchema(ProductSchema):
    """popularity: what the shop gave it to stand higher in lists; bought_lately: pieces in thirty days, which counts too."""

    popularity = fields.Integer(required=True)
    bought_lately = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True)
    changed_by = fields.String(required=True)
    variants = fields.List(fields.Nested(StaffVariantSchema), required=True)


class StaffProductResultSchema(Exact):
    product = fields.Nested(StaffProductSchema, required=True)


class VariantSavedSchema(StaffProductResultSchema):
    variant_id = fields.String(required=True)


class StaffProductIdSchema(AtWorkSchema):
    product_id = key(required=True)


class ListRangeSchema(PageSchema, AtWorkSchema):
    """What a shop has, whatever its state, by SKU. q: in its name, SKU or barcode."""

    shop_id = slug(required=True)
    state = fields.Enum(ProductState, by_value=True, **maybe())
    category = leaf(**maybe())
    q = line(60)


class RangePageSchema(Exact):
    products = fields.List(fields.Nested(StaffProductSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


# --- sheets


class ImportProductsSchema(StaffSchema):
    """rows: cells as texts by column (`columns.COLUMNS`, which export_catalogue writes). A row is a variant: rows of one
    SKU are one product. Every row is taken whole or refused; one that is there already is changed."""

    shop_id = slug(required=True)
    rows = fields.List(
        fields.Dict(
            keys=fields.String(validate=validate.Length(max=60)),
            values=fields.String(validate=validate.Length(max=4000)),
        ),
        required=True,
        validate=validate.Length(min=1, max=500),
    )


class RefusedRowSchema(Exact):
    """row: from 1. reason: as a field's, in English: doors have its words."""

    row = fields.Integer(required=True)
    sku = fields.String(required=True)
    field = fields.String(required=True)
    reason = fields.String(required=True)


class ImportReportSchema(Exact):
    """accepted = added + changed + same."""

    accepted = fields.Integer(required=True)
    added = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedRowSchema), required=True)


class ImportRowSchema(SpecSchema, VariantSpecSchema):
    """A row whose texts were read. on_hand null: the count stays."""

    sku = fields.String(required=True, validate=SKU)
    state = fields.Enum(ProductState, by_value=True, load_default=ProductState.ON_SALE)
    offered = fields.Boolean(load_default=True)
    on_hand = whole(0, MAX_STOCK, **maybe())


class ExportCatalogueSchema(PageSchema, AtWorkSchema):
    """Rows as import_products takes them, by SKU."""

    shop_id = slug(required=True)


class ExportPageSchema(Exact):
    """columns: in their order; cells as texts."""

    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
