"""The tables of the catalogue: merchants, shops and their hours, products, variants, photos."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from kernel.tables import Instant
from services.shop.schemas.vocabulary import Kind, ProductState, ShopState, Side, Zone
from services.shop.store.tables import among, metadata, some

MERCHANTS: Final = Table(
    "merchants",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("licence", String(18), nullable=False),
    Column("invoice_email", String(120), nullable=False),
    Column("version", Integer, nullable=False),
)

# near_gates: JSON. sheet_version: how often sheets came in, so that what they change is told in order.
SHOPS: Final = Table(
    "shops",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("merchant_id", String(48), ForeignKey("merchants.id"), nullable=False),
    Column("name_zh", String(60), nullable=False),
    Column("name_en", String(60), nullable=False),
    Column("about_zh", String(600), nullable=False),
    Column("about_en", String(600), nullable=False),
    Column("terminal", String(4), nullable=False),
    Column("side", String(8), nullable=False),
    Column("zone", String(16), nullable=False),
    Column("place", String(64), nullable=False),
    Column("near_gates", Text, nullable=False),
    Column("walk_m", Integer, nullable=False),
    Column("picking_minutes", Integer, nullable=False),
    Column("phone", String(40), nullable=False),
    Column("state", String(8), nullable=False),
    Column("picture", String(32)),
    Column("version", Integer, nullable=False),
    CheckConstraint(among("side", Side), name="ck_shops_side"),
    CheckConstraint(among("zone", Zone), name="ck_shops_zone"),
    CheckConstraint(among("state", ShopState), name="ck_shops_state"),
    CheckConstraint("walk_m >= 0 AND picking_minutes > 0", name="ck_shops_way"),
    Index("ix_shops_merchant_id", "merchant_id"),
)

# weekday: 1 is Monday. opens, closes: HH:MM; a day without a row is closed.
SHOP_HOURS: Final = Table(
    "shop_hours",
    metadata,
    Column("shop_id", String(48), ForeignKey("shops.id"), primary_key=True),
    Column("weekday", Integer, primary_key=True, autoincrement=False),
    Column("opens", String(5), nullable=False),
    Column("closes", String(5), nullable=False),
    CheckConstraint("weekday BETWEEN 1 AND 7", name="ck_shop_hours_weekday"),
)

# opens null: closed on that day.
SHOP_EXCEPTIONS: Final = Table(
    "shop_exceptions",
    metadata,
    Column("shop_id", String(48), ForeignKey("shops.id"), primary_key=True),
    Column("day_local", Date, primary_key=True),
    Column("opens", String(5)),
    Column("closes", String(5)),
    Column("reason_zh", String(60), nullable=False),
    Column("reason_en", String(60), nullable=False),
    CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="ck_shop_exceptions_times"),
)

# tags, photos: JSON. popularity: promoted, what the shop gave it, and the pieces that were bought lately. now_fen to variant_count sum up its variants, so that a list is one question; turns_at: when a deal
# of one begins or ends next, and they must be summed up anew.
PRODUCTS: Final = Table(
    "products",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("sku", String(64), nullable=False),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("words_zh", Text, nullable=False),
    Column("words_en", Text, nullable=False),
    Column("brand", String(60), nullable=False),
    Column("category", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("tags", Text, nullable=False),
    Column("origin", String(60), nullable=False),
    Column("duty_free", Boolean, nullable=False),
    Column("perishable", Boolean, nullable=False),
    Column("liquid_ml", Integer),
    Column("photos", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("promoted", Integer, nullable=False),
    Column("popularity", Integer, nullable=False),
    Column("now_fen", Integer),
    Column("was_fen", Integer),
    Column("saved_fen", Integer, nullable=False),
    Column("many_prices", Boolean, nullable=False),
    Column("deal_until", Instant),
    Column("variant_count", Integer, nullable=False),
    Column("turns_at", Instant),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(80), nullable=False),
    UniqueConstraint("shop_id", "sku", name="uq_products_sku"),
    CheckConstraint(among("state", ProductState), name="ck_products_state"),
    CheckConstraint(among("kind", Kind), name="ck_products_kind"),
    CheckConstraint("(now_fen IS NULL) = (variant_count = 0)", name="ck_products_prices"),
    CheckConstraint("state <> 'on_sale' OR variant_count > 0", name="ck_products_on_sale"),
    CheckConstraint("0 <= promoted AND promoted <= popularity", name="ck_products_popularity"),
    CheckConstraint("was_fen IS NULL OR was_fen > now_fen", name="ck_products_deal"),
    some("state = 'on_sale'", "ix_products_popular", "popularity", "id"),
    some("state = 'on_sale'", "ix_products_price", "now_fen", "id"),
    some("state = 'on_sale'", "ix_products_category", "category", "popularity", "id"),
    some("state = 'on_sale'", "ix_products_shop", "shop_id", "popularity", "id"),
    some("state = 'on_sale'", "ix_products_brand", "brand", "popularity", "id"),
    some("state = 'on_sale' AND saved_fen > 0", "ix_products_deals", "saved_fen", "id"),
    some("turns_at IS NOT NULL", "ix_products_turns_at", "turns_at", "id"),
)

# options: JSON, {code: {zh, en}}; option_key: the same as a text that two alike have in common.
VARIANTS: Final = Table(
    "variants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("product_id", String(32), ForeignKey("products.id"), nullable=False),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("options", Text, nullable=False),
    Column("option_key", String(400), nullable=False),
    Column("barcode", String(13), nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("deal_fen", Integer),
    Column("deal_from", Instant),
    Column("deal_until", Instant),
    Column("deal_limit", Integer),
    Column("weight_g", Integer),
    Column("offered", Boolean, nullable=False),
    UniqueConstraint("product_id", "option_key", name="uq_variants_options"),
    CheckConstraint("price_fen > 0", name="ck_variants_price"),
    CheckConstraint("deal_fen IS NULL OR (deal_fen > 0 AND deal_fen < price_fen)", name="ck_variants_deal"),
    CheckConstraint("(deal_fen IS NULL) = (deal_from IS NULL)", name="ck_variants_deal_from"),
    CheckConstraint(
        "deal_fen IS NOT NULL OR (deal_until IS NULL AND deal_limit IS NULL)", name="ck_variants_no_deal"
    ),
    CheckConstraint("deal_until IS NULL OR deal_until > deal_from", name="ck_variants_deal_until"),
    CheckConstraint("deal_limit IS NULL OR deal_limit > 0", name="ck_variants_deal_limit"),
    # Whoever scans one in this shop means one thing.
    some("barcode <> ''", "uq_variants_barcode", "shop_id", "barcode", unique=True),
)

PHOTOS: Final = Table(
    "photos",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("shop_id", String(48), ForeignKey("shops.id"), nullable=False),
    Column("product_id", String(32), ForeignKey("products.id")),
    Column("jpeg", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String(80), nullable=False),
    Index("ix_photos_product_id", "product_id"),
)
