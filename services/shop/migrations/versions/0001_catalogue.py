"""Merchants, shops and their hours, products, variants, photos, stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel import migrate
from kernel.tables import Instant, RowNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_kernel_tables(op)
    _merchants()
    _shops()
    _shop_hours()
    _shop_exceptions()
    _products()
    _variants()
    _photos()
    _stocks()
    _stock_moves()
    _moves_only_grow()
    _search()


def _merchants() -> None:
    op.create_table(
        "merchants",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("licence", sa.String(18), nullable=False),
        sa.Column("invoice_email", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _shops() -> None:
    op.create_table(
        "shops",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("merchant_id", sa.String(48), sa.ForeignKey("merchants.id"), nullable=False),
        sa.Column("name_zh", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("about_zh", sa.String(600), nullable=False),
        sa.Column("about_en", sa.String(600), nullable=False),
        sa.Column("terminal", sa.String(4), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("zone", sa.String(16), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("near_gates", sa.Text, nullable=False),
        sa.Column("walk_m", sa.Integer, nullable=False),
        sa.Column("picking_minutes", sa.Integer, nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("picture", sa.String(32)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("side IN ('landside', 'airside')", name="ck_shops_side"),
        sa.CheckConstraint("zone IN ('domestic', 'international', 'both')", name="ck_shops_zone"),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name="ck_shops_state"),
        sa.CheckConstraint("walk_m >= 0 AND picking_minutes > 0", name="ck_shops_way"),
    )
    op.create_index("ix_shops_merchant_id", "shops", ["merchant_id"])


def _shop_hours() -> None:
    op.create_table(
        "shop_hours",
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), primary_key=True),
        sa.Column("weekday", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("opens", sa.String(5), nullable=False),
        sa.Column("closes", sa.String(5), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="ck_shop_hours_weekday"),
    )


def _shop_exceptions() -> None:
    op.create_table(
        "shop_exceptions",
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), primary_key=True),
        sa.Column("day_local", sa.Date, primary_key=True),
        sa.Column("opens", sa.String(5)),
        sa.Column("closes", sa.String(5)),
        sa.Column("reason_zh", sa.String(60), nullable=False),
        sa.Column("reason_en", sa.String(60), nullable=False),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="ck_shop_exceptions_times"),
    )


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("words_zh", sa.Text, nullable=False),
        sa.Column("words_en", sa.Text, nullable=False),
        sa.Column("brand", sa.String(60), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("origin", sa.String(60), nullable=False),
        sa.Column("duty_free", sa.Boolean, nullable=False),
        sa.Column("perishable", sa.Boolean, nullable=False),
        sa.Column("liquid_ml", sa.Integer),
        sa.Column("photos", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("promoted", sa.Integer, nullable=False),
        sa.Column("popularity", sa.Integer, nullable=False),
        sa.Column("now_fen", sa.Integer),
        sa.Column("was_fen", sa.Integer),
        sa.Column("saved_fen", sa.Integer, nullable=False),
        sa.Column("many_prices", sa.Boolean, nullable=False),
        sa.Column("deal_until", Instant),
        sa.Column("variant_count", sa.Integer, nullable=False),
        sa.Column("turns_at", Instant),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("shop_id", "sku", name="uq_products_sku"),
        sa.CheckConstraint("state IN ('on_sale', 'hidden', 'ended')", name="ck_products_state"),
        sa.CheckConstraint(
            "kind IN ('goods', 'food', 'alcohol', 'tobacco', 'cosmetics', 'electronics', 'clothing', 'jewellery', 'medicine', 'books')",
            name="ck_products_kind",
        ),
        sa.CheckConstraint("(now_fen IS NULL) = (variant_count = 0)", name="ck_products_prices"),
        sa.CheckConstraint("state <> 'on_sale' OR variant_count > 0", name="ck_products_on_sale"),
        sa.CheckConstraint("0 <= promoted AND promoted <= popularity", name="ck_products_popularity"),
        sa.CheckConstraint("was_fen IS NULL OR was_fen > now_fen", name="ck_products_deal"),
    )
    _some("state = 'on_sale'", "ix_products_category", "products", "category", "popularity", "id")
    _some("state = 'on_sale' AND saved_fen > 0", "ix_products_deals", "products", "saved_fen", "id")
    _some("state = 'on_sale'", "ix_products_popular", "products", "popularity", "id")
    _some("state = 'on_sale'", "ix_products_price", "products", "now_fen", "id")
    _some("state = 'on_sale'", "ix_products_shop", "products", "shop_id", "popularity", "id")
    _some("turns_at IS NOT NULL", "ix_products_turns_at", "products", "turns_at", "id")


def _variants() -> None:
    op.create_table(
        "variants",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("product_id", sa.String(32), sa.ForeignKey("products.id"), nullable=False),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("option_key", sa.String(400), nullable=False),
        sa.Column("barcode", sa.String(13), nullable=False),
        sa.Column("price_fen", sa.Integer, nullable=False),
        sa.Column("deal_fen", sa.Integer),
        sa.Column("deal_from", Instant),
        sa.Column("deal_until", Instant),
        sa.Column("deal_limit", sa.Integer),
        sa.Column("weight_g", sa.Integer),
        sa.Column("offered", sa.Boolean, nullable=False),
        sa.UniqueConstraint("product_id", "option_key", name="uq_variants_options"),
        sa.CheckConstraint("price_fen > 0", name="ck_variants_price"),
        sa.CheckConstraint(
            "deal_fen IS NULL OR (deal_fen > 0 AND deal_fen < price_fen)", name="ck_variants_deal"
        ),
        sa.CheckConstraint("(deal_fen IS NULL) = (deal_from IS NULL)", name="ck_variants_deal_from"),
        sa.CheckConstraint(
            "deal_fen IS NOT NULL OR (deal_until IS NULL AND deal_limit IS NULL)", name="ck_variants_no_deal"
        ),
        sa.CheckConstraint("deal_until IS NULL OR deal_until > deal_from", name="ck_variants_deal_until"),
        sa.CheckConstraint("deal_limit IS NULL OR deal_limit > 0", name="ck_variants_deal_limit"),
    )
    _some("barcode <> ''", "uq_variants_barcode", "variants", "shop_id", "barcode", unique=True)


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("product_id", sa.String(32), sa.ForeignKey("products.id")),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.Column("thumbnail", sa.LargeBinary, nullable=False),
        sa.Column("added_at", Instant, nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
    )
    op.create_index("ix_photos_product_id", "photos", ["product_id"])


def _stocks() -> None:
    op.create_table(
        "stocks",
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), primary_key=True),
        sa.Column("variant_id", sa.String(32), sa.ForeignKey("variants.id"), primary_key=True),
        sa.Column("on_hand", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.CheckConstraint("0 <= held AND held <= on_hand", name="ck_stocks_held"),
    )
    op.create_index("ix_stocks_variant_id", "stocks", ["variant_id"])


def _stock_moves() -> None:
    op.create_table(
        "stock_moves",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("shop_id", sa.String(48), sa.ForeignKey("shops.id"), nullable=False),
        sa.Column("variant_id", sa.String(32), sa.ForeignKey("variants.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("on_hand", sa.Integer, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("order_id", sa.String(32)),
        sa.Column("note", sa.String(120), nullable=False),
        sa.CheckConstraint(
            "kind IN ('count', 'delivered', 'sold', 'returned', 'broken', 'corrected')",
            name="ck_stock_moves_kind",
        ),
        sa.CheckConstraint("on_hand >= 0", name="ck_stock_moves_on_hand"),
        sa.CheckConstraint("quantity <> 0 OR kind = 'count'", name="ck_stock_moves_quantity"),
        sa.CheckConstraint("kind <> 'sold' OR quantity < 0", name="ck_stock_moves_sold"),
    )
    op.create_index("ix_stock_moves_order_id", "stock_moves", ["order_id"])
    _some("kind = 'sold'", "ix_stock_moves_sold", "stock_moves", "at")
    op.create_index("ix_stock_moves_shop_id", "stock_moves", ["shop_id", "id"])
    op.create_index("ix_stock_moves_variant_id", "stock_moves", ["variant_id", "id"])


def _moves_only_grow() -> None:
    """Whatever the code does, and whoever is at the database: a row that was written stays as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION stock_moves_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'stock moves only grow'; END $$"
        )
        op.execute(
            "CREATE TRIGGER stock_moves_only_grow BEFORE UPDATE OR DELETE ON stock_moves "
            "FOR EACH ROW EXECUTE FUNCTION stock_moves_only_grow()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER stock_moves_no_{change.lower()} BEFORE {change} ON stock_moves "
            "BEGIN SELECT RAISE(ABORT, 'stock moves only grow'); END"
        )


def _search() -> None:
    """The index: services.shop.search.tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "search_items",
        sa.Column("num", number, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("shop_id", sa.String(64), nullable=False),
        sa.Column("terminal", sa.String(8), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("parent", sa.String(32), nullable=False, comment="the category above, or empty"),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("duty_free", sa.Boolean, nullable=False),
        sa.Column("in_stock", sa.Boolean, nullable=False),
        sa.Column("price_fen", sa.BigInteger, nullable=False, comment="the lowest one of its variants now"),
        sa.Column("popularity", sa.Integer, nullable=False),
        sa.Column("listed_at", sa.BigInteger, nullable=False, comment="seconds since 1970"),
        sa.Column(
            "made",
            sa.SmallInteger,
            nullable=False,
            comment="by which version of the words it was written down",
        ),
        sa.Column(
            "name_size", sa.SmallInteger, nullable=False, comment="how much its name says, in weighed words"
        ),
        sa.Column(
            "terms", sa.LargeBinary, nullable=False, comment="64-bit terms, each with its weight in a byte"
        ),
    )
    op.create_index("ix_search_items_id", "search_items", ["id"], unique=True)
    op.create_index("ix_search_items_shop", "search_items", ["shop_id"])
    op.create_index("ix_search_items_category", "search_items", ["category"])
    op.create_index("ix_search_items_parent", "search_items", ["parent"])
    op.create_index("ix_search_items_made", "search_items", ["made"])
    op.create_table(
        "search_postings",
        sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "hit",
            sa.BigInteger,
            primary_key=True,
            autoincrement=False,
            comment="how little it says, then num",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_keys",
        sa.Column(
            "key", sa.LargeBinary, primary_key=True, comment="a way to type a word: pinyin, initials, slips"
        ),
        sa.Column(
            "word",
            sa.LargeBinary,
            primary_key=True,
            comment="the word, UTF-8; kept when the last item is gone",
        ),
        sqlite_with_rowid=False,
    )


def _some(where: str, name: str, table: str, *columns: str, unique: bool = False) -> None:
    """An index of some of the rows."""
    some = sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some)
