"""What everybody may ask the mall, as a table: shops, categories, products, search, deals, similar things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema

from gateway.api.shop_schemas import (
    DealsParameters,
    ProductsParameters,
    SearchParameters,
    ShopsParameters,
    SimilarParameters,
)
from gateway.cache import mall_questions as ask
from gateway.cache.mall import Question
from services.shop.schemas import browsing, products, shops

SHOP: Final = "/api/v1/shop"
TAG: Final = "Mall"


@dataclass(frozen=True)
class Read:
    """One address. question: of what the address and its parameters say together."""

    path: str
    name: str
    summary: str
    question: Callable[[dict[str, Any]], Question]
    result: type[Schema]
    query: type[Schema] | None = None


def _search(asked: dict[str, Any]) -> Question:
    return ask.search(**_priced(asked))


def _products(asked: dict[str, Any]) -> Question:
    return ask.products(**_priced(asked))


def _priced(asked: dict[str, Any]) -> dict[str, Any]:
    """Prices under the names that the service has for them."""
    prices = {"price_from_fen": asked.pop("from_fen"), "price_to_fen": asked.pop("to_fen")}
    return asked | prices


READS: Final = (
    Read(f"{SHOP}/shops", "shops", "All shops: where they are and when they are open", lambda asked: ask.shops(**asked),
         shops.ShopsSchema, ShopsParameters),
    Read(f"{SHOP}/shops/{{shop_id}}", "shop", "One shop", lambda asked: ask.shop(asked["shop_id"]), shops.ShopResultSchema),
    Read(f"{SHOP}/categories", "shopCategories", "What the mall has, by category", lambda asked: ask.categories(),
         shops.CategoriesSchema),
    Read(f"{SHOP}/products", "products", "Products on sale, one page", _products,
         browsing.ProductPageSchema, ProductsParameters),
    Read(f"{SHOP}/search", "searchProducts", "Search as people write, with facets", _search, browsing.FoundSchema,
         SearchParameters),
    Read(f"{SHOP}/products/{{product_id}}", "product", "One product with its variants",
         lambda asked: ask.product(asked["product_id"]), products.ProductResultSchema),
    Read(f"{SHOP}/products/{{product_id}}/similar", "similarProducts", "What is like it",
         lambda asked: ask.similar(asked["product_id"], asked["limit"]), browsing.ProductsSchema, SimilarParameters),
    Read(f"{SHOP}/deals", "deals", "What costs less now, the greatest saving first", lambda asked: ask.deals(**asked),
         browsing.ProductPageSchema, DealsParameters),
)  # fmt: skip
