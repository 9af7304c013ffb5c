"""What the mall's doors ask the catalogue, and what each answer hangs on: gateway/cache/mall.py keeps them."""

from __future__ import annotations

from typing import Any, Final

from gateway.cache.mall import CAMPAIGNS, LISTS, Question, of_product, of_shop

_PRODUCT_S: Final = 20.0
"""Pieces left are told in words, and events only when the last is gone or the first is back."""
_SEARCH_S: Final = 15.0
_LISTS: Final = frozenset({LISTS})


def product(product_id: str) -> Question:
    topics = frozenset({of_product(product_id)})
    return Question("get_product", {"product_id": product_id}, topics, _PRODUCT_S)


def similar(product_id: str, limit: int) -> Question:
    return Question("similar_products", {"product_id": product_id, "limit": limit}, _LISTS)


def shop(shop_id: str) -> Question:
    return Question("get_shop", {"shop_id": shop_id}, frozenset({of_shop(shop_id)}))


def shops(**asked: Any) -> Question:
    return Question("list_shops", _given(asked), _LISTS)


def categories() -> Question:
    return Question("list_categories", {}, _LISTS)


def deals(**asked: Any) -> Question:
    return Question("list_deals", _given(asked), _LISTS)


def products(**asked: Any) -> Question:
    """list_products; what is None is left out, so that the same question is always the same."""
    return Question("list_products", _given(asked), _LISTS)


def search(**asked: Any) -> Question:
    return Question("search_products", _given(asked), _LISTS, _SEARCH_S)


def campaigns() -> Question:
    """Those that anybody may claim from."""
    return Question("list_campaigns", {}, frozenset({CAMPAIGNS}))


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}
