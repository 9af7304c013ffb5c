"""What travellers are shown: shops, categories, products, what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.shop.domain.catalogue import Product, Shop
from services.shop.errors import BadCursor, PhotoNotFound, ProductNotFound, ShopNotFound
from services.shop.schemas.categories import CATEGORIES, within
from services.shop.schemas.vocabulary import ProductSort, ProductState, ShopState
from services.shop.search import BANDS, COUNTED, Facet, Found, Query
from services.shop.search import BadCursor as BadSearchCursor
from services.shop.store.lists import ProductFilter
from services.shop.store.shops import ShopFilter
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.shared import Place, Tx, Work
from services.shop.usecases.views import card_views, photo_view, product_view, shop_views, words

_BY: Final = {
    ProductSort.RELEVANCE: ("popularity", int),
    ProductSort.POPULAR: ("popularity", int),
    ProductSort.PRICE: ("now_fen", int),
    ProductSort.PRICE_DESC: ("now_fen", int),
    ProductSort.NEW: ("id", str),
    None: ("saved_fen", int),
}
_SIDES: Final = {"landside": ("安检前", "before security"), "airside": ("安检后", "after security")}
_SEARCH_SORT: Final[dict[ProductSort, Any]] = {
    ProductSort.PRICE: "price",
    ProductSort.PRICE_DESC: "price_down",
    ProductSort.NEW: "new",
}


def list_categories(uow: Work) -> dict[str, Any]:
    """CategoriesSchema."""
    with uow.look_up() as store:
        by_shop = store.category_counts()
    counts: Counter[str] = Counter()
    for each in by_shop.values():
        counts.update(each)
    return {
        "categories": [
            {
                "code": category.code,
                "parent": category.parent,
                "name": {"zh": category.zh, "en": category.en},
                "products": sum(counts.get(leaf, 0) for leaf in within(category.code)),
            }
            for category in CATEGORIES.values()
        ]
    }


def list_shops(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ShopsSchema."""
    leaves = None if request["category"] is None else within(request["category"])
    with uow.read() as tx:
        found = tx.store.shops(ShopFilter(request["terminal"], request["side"], leaves))
        return {"shops": shop_views(tx, place, found, now)}


def get_shop(uow: Work, place: Place, shop_id: str, now: datetime) -> dict[str, Any]:
    """ShopResultSchema. Raises ShopNotFound, also of one that has closed."""
    with uow.read() as tx:
        shop = tx.store.shop(shop_id)
        if shop is None or shop.state is ShopState.CLOSED:
            raise ShopNotFound
        return {"shop": shop_views(tx, place, [shop], now)[0]}


def get_product(uow: Work, place: Place, product_id: str, now: datetime) -> dict[str, Any]:
    """ProductResultSchema. Raises ProductNotFound, also of one that isn't sold."""
    with uow.read() as tx:
        product = _shown(tx, [product_id])
        if not product:
            raise ProductNotFound
        return {"product": product_view(tx, place, product[0], now)}


def list_products(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """ProductPageSchema. Raises BadCursor."""
    leaves = None if request["category"] is None else within(request["category"])
    asked = ProductFilter(
        request["shop_id"],
        leaves,
        request["terminal"],
        request["duty_free"],
        request["deals"],
        request["in_stock"],
        None if request["side"] is None else request["side"].value,
        request["brand"],
        request["price_from_fen"],
        request["price_to_fen"],
    )
    return _page(uow, asked, request["sort"], request)


def list_deals(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """ProductPageSchema, the greatest saving first. Raises BadCursor."""
    asked = ProductFilter(request["shop_id"], terminal=request["terminal"], deals=True)
    return _page(uow, asked, None, request)


def search_products(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """FoundSchema. Raises BadCursor."""
    query = Query(
        text=request["q"],
        **{
            name: request[name]
            for name in (
                "terminal",
                "category",
                "shop_id",
                "brand",
                "duty_free",
                "price_from_fen",
                "price_to_fen",
                "in_stock",
                "deals",
                "cursor",
            )
        },
        side=None if request["side"] is None else request["side"].value,
        sort=_SEARCH_SORT.get(request["sort"], "relevance"),
        limit=min(request["limit"], 60),
    )
    with uow.read() as tx:
        try:
            found = tx.store.index.search(query)
        except BadSearchCursor:
            raise BadCursor from None
        products, shops = _found(tx, found)
        return {
            "products": card_views(tx, products, shops),
            "next_cursor": found.cursor,
            "facets": _facets(shops, found),
            "did_you_mean": found.did_you_mean,
            "total": found.total,
            "total_most": COUNTED,
        }


def similar_products(uow: Work, product_id: str, limit: int) -> dict[str, Any]:
    """ProductsSchema. Raises ProductNotFound."""
    with uow.read() as tx:
        if not _shown(tx, [product_id]):
            raise ProductNotFound
        found = Found(hits=tuple(tx.store.index.similar(product_id, limit)))
        return {"products": card_views(tx, *_found(tx, found))}


def get_photo(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """PhotoResultSchema. Raises PhotoNotFound."""
    with uow.look_up() as store:
        jpeg = store.photo(request["photo_id"], request["size"])
    if jpeg is None:
        raise PhotoNotFound
    return photo_view(request["photo_id"], jpeg)


def _page(
    uow: Work, asked: ProductFilter, sort: ProductSort | None, request: Mapping[str, Any]
) -> dict[str, Any]:
    name, kind = _BY[sort]
    after, limit = mark_of(request["cursor"], kind), request["limit"]
    with uow.read() as tx:
        found = tx.store.listed(asked, sort, after, limit + 1)
        page = found[:limit]
        views = card_views(tx, page)
    more = len(found) > limit
    return {
        "products": views,
        "next_cursor": cursor_of(getattr(page[-1], name), page[-1].id) if more else None,
    }


def _shown(tx: Tx, product_ids: Sequence[str]) -> list[Product]:
    """Those that are on sale in a shop that hasn't closed, in the order asked for."""
    products = tx.store.products_of(product_ids)
    return _on_sale(products, tx.store.bare_shops({each.shop_id for each in products.values()}), product_ids)


def _found(tx: Tx, found: Found) -> tuple[list[Product], dict[str, Shop]]:
    """The same of what was found, with their shops and those of the facet, read once."""
    ids = [hit.id for hit in found.hits]
    products = tx.store.products_of(ids)
    wanted = {each.shop_id for each in products.values()} | {
        each.value for each in found.facets.get("shop", ())
    }
    shops = tx.store.bare_shops(wanted)
    return _on_sale(products, shops, ids), shops


def _on_sale(
    products: Mapping[str, Product], shops: Mapping[str, Shop], product_ids: Sequence[str]
) -> list[Product]:
    return [
        products[id_]
        for id_ in product_ids
        if id_ in products
        and products[id_].state is ProductState.ON_SALE
        and shops[products[id_].shop_id].state is not ShopState.CLOSED
    ]


def _facets(shops: Mapping[str, Shop], found: Found) -> dict[str, Any]:
    def named(each: Facet, zh: str, en: str) -> dict[str, Any]:
        return {"value": each.value, "name": {"zh": zh, "en": en}, "count": each.count}

    return {
        "category": [
            named(each, CATEGORIES[each.value].zh, CATEGORIES[each.value].en)
            for each in found.facets.get("category", ())
            if each.value in CATEGORIES
        ],
        "shop": [
            {"value": each.value, "name": words(shops[each.value].name), "count": each.count}
            for each in found.facets.get("shop", ())
            if each.value in shops
        ],
        "terminal": [named(each, each.value, each.value) for each in found.facets.get("terminal", ())],
        "side": [
            named(each, *_SIDES[each.value]) for each in found.facets.get("side", ()) if each.value in _SIDES
        ],
        "brand": [named(each, each.value, each.value) for each in found.facets.get("brand", ())],
        "price": _bands(found.facets.get("price", ())),
    }


def _bands(facets: Sequence[Facet]) -> list[dict[str, Any]]:
    """The cheapest first, each up to just below the next band's lower end."""
    counts = {int(each.value): each.count for each in facets}
    ends = dict(zip(BANDS, (*BANDS[1:], None), strict=True))
    return [
        {"from_fen": low, "to_fen": None if end is None else end - 1, "count": counts[low]}
        for low, end in ends.items()
        if low in counts
    ]
