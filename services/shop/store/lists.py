"""Lists of products: each one question, whatever it is narrowed by, and the next page begins where the last one ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, String, exists, func, or_, select, text, tuple_

from services.shop.domain.catalogue import Product
from services.shop.schemas.vocabulary import ProductSort, ProductState, ShopState
from services.shop.store.catalogue_tables import PRODUCTS, SHOPS, VARIANTS
from services.shop.store.products import product_of
from services.shop.store.stock_tables import STOCKS

Mark = tuple[Any, str]
"""What the last product of a page is sorted by, and its id."""


@dataclass(frozen=True)
class ProductFilter:
    """None: whatever it is. deals: only what costs less now; sorted by `saved` then."""

    shop_id: str | None = None
    categories: tuple[str, ...] | None = None
    terminal: str | None = None
    duty_free: bool | None = None
    deals: bool = False
    in_stock: bool = False
    side: str | None = None
    brand: str | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None


@dataclass(frozen=True)
class RangeFilter:
    """What a shop has, whatever its state. words: in its names, SKU or barcode."""

    shop_id: str
    state: ProductState | None = None
    category: str | None = None
    words: str = ""


# column, whether the greatest comes first
_ORDERS: Final[dict[ProductSort, tuple[Any, bool]]] = {
    ProductSort.RELEVANCE: (PRODUCTS.c.popularity, True),
    ProductSort.POPULAR: (PRODUCTS.c.popularity, True),
    ProductSort.PRICE: (PRODUCTS.c.now_fen, False),
    ProductSort.PRICE_DESC: (PRODUCTS.c.now_fen, True),
    ProductSort.NEW: (PRODUCTS.c.id, True),
}
_SAVED: Final = (PRODUCTS.c.saved_fen, True)
_FREE: Final = exists(
    select(STOCKS.c.variant_id)
    .join_from(STOCKS, VARIANTS, VARIANTS.c.id == STOCKS.c.variant_id)
    .where(VARIANTS.c.product_id == PRODUCTS.c.id, VARIANTS.c.offered, STOCKS.c.on_hand > STOCKS.c.held)
)
# In the words of the indexes on them, or SQLite wouldn't see that they serve.
_ON_SALE: Final = text(f"products.state = '{ProductState.ON_SALE}'")


class ListRows:
    """Some products of many."""

    _connection: Connection

    def listed(
        self, asked: ProductFilter, sort: ProductSort | None, after: Mark | None, limit: int
    ) -> list[Product]:
        """On sale, in shops that aren't closed. sort None: the greatest saving first."""
        column, down = _SAVED if sort is None else _ORDERS[sort]
        query = (
            select(PRODUCTS)
            .join_from(PRODUCTS, SHOPS)
            .where(_ON_SALE, SHOPS.c.state != ShopState.CLOSED.value)
        )
        if asked.shop_id is not None:
            query = query.where(PRODUCTS.c.shop_id == asked.shop_id)
        if asked.categories is not None:
            query = query.where(PRODUCTS.c.category.in_(asked.categories))
        if asked.terminal is not None:
            query = query.where(SHOPS.c.terminal == asked.terminal)
        if asked.duty_free is not None:
            query = query.where(PRODUCTS.c.duty_free == asked.duty_free)
        if asked.deals:
            query = query.where(PRODUCTS.c.saved_fen > 0)
        if asked.in_stock:
            query = query.where(_FREE)
        query = _within(query, asked)
        return self._page(query, (column, down), after, limit)

    def range_of(self, asked: RangeFilter, after: Mark | None, limit: int) -> list[Product]:
        """By SKU."""
        query = select(PRODUCTS).where(PRODUCTS.c.shop_id == asked.shop_id)
        if asked.state is not None:
            query = query.where(PRODUCTS.c.state == asked.state.value)
        if asked.category is not None:
            query = query.where(PRODUCTS.c.category == asked.category)
        if asked.words:
            query = query.where(worded(asked.words))
        return self._page(query, (PRODUCTS.c.sku, False), after, limit)

    def available(self, product_ids: Collection[str]) -> set[str]:
        """Those of which somebody can have a piece."""
        query = select(PRODUCTS.c.id).where(PRODUCTS.c.id.in_(list(product_ids)), _FREE)
        return set(self._connection.execute(query).scalars())

    def stocked(
        self, shop_id: str, words: str, low: int | None, after: Mark | None, limit: int
    ) -> list[tuple[str, str]]:
        """Variants of a shop as (SKU, id), by SKU. low: that have at most so many free pieces."""
        free = func.coalesce(STOCKS.c.on_hand - STOCKS.c.held, 0)
        query = (
            select(PRODUCTS.c.sku, VARIANTS.c.id)
            .join_from(PRODUCTS, VARIANTS, VARIANTS.c.product_id == PRODUCTS.c.id)
            .outerjoin(STOCKS, STOCKS.c.variant_id == VARIANTS.c.id)
            .where(PRODUCTS.c.shop_id == shop_id)
        )
        if words:
            query = query.where(worded(words))
        if low is not None:
            query = query.where(free <= low, VARIANTS.c.offered)
        if after is not None:
            query = query.where(tuple_(PRODUCTS.c.sku, VARIANTS.c.id) > after)
        rows = self._connection.execute(query.order_by(PRODUCTS.c.sku, VARIANTS.c.id).limit(limit))
        return [(row.sku, row.id) for row in rows]

    def _page(self, query: Any, order: tuple[Any, bool], after: Mark | None, limit: int) -> list[Product]:
        column, down = order
        if after is not None:
            place = tuple_(column, PRODUCTS.c.id)
            query = query.where(place < after if down else place > after)
        by = (column.desc(), PRODUCTS.c.id.desc()) if down else (column, PRODUCTS.c.id)
        return [product_of(row) for row in self._connection.execute(query.order_by(*by).limit(limit))]


def _within(query: Any, asked: ProductFilter) -> Any:
    """Of this side of the security check, this brand, these prices."""
    if asked.side is not None:
        query = query.where(SHOPS.c.side == asked.side)
    if asked.brand is not None:
        query = query.where(PRODUCTS.c.brand == asked.brand)
    if asked.price_from_fen is not None:
        query = query.where(PRODUCTS.c.now_fen >= asked.price_from_fen)
    if asked.price_to_fen is not None:
        query = query.where(PRODUCTS.c.now_fen <= asked.price_to_fen)
    return query


def worded(words: str) -> Any:
    """A product's name, SKU or one of its barcodes has these in it: for those at work, who know what they look for."""
    pattern = f"%{words.casefold().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    # Under a name of its own: the list that asks may be one of variants itself.
    own = VARIANTS.alias("own")
    coded = select(own.c.id).where(own.c.product_id == PRODUCTS.c.id, own.c.barcode == words)
    named = (PRODUCTS.c.name_zh, PRODUCTS.c.name_en, PRODUCTS.c.sku)
    return or_(exists(coded), *(func.lower(each, type_=String).like(pattern, escape="!") for each in named))
