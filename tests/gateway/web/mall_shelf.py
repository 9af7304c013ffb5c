"""What the mall sells, as dictionaries: the catalogue's questions, asked strictly and answered by its own schemas."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema

from services.shop import errors
from services.shop.schemas import browsing, products, shops
from tests.gateway.web import mall_goods as goods
from tests.gateway.web.travellers import loaded

SEARCHED_MOST: Final = 1000


def told(schema: Schema, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, if it is one: pages are never tried on shapes that there aren't."""
    wrong = schema.validate(answer)
    if wrong:
        raise AssertionError(f"{type(schema).__name__}: {wrong}")
    return answer


class FakeShelf:
    def __init__(self) -> None:
        self.shops = goods.shops()
        self.products = goods.products(self.shops)
        self.pictures: dict[str, tuple[str, str]] = {}

    # --- the catalogue -------------------------------------------------------------------------------

    def list_shops(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded(shops.ListShopsSchema(), request)
        return told(shops.ShopsSchema(), {"shops": list(self.shops.values())})

    def get_shop(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.shops.get(loaded(shops.ShopIdSchema(), request)["shop_id"])
        if found is None:
            raise errors.ShopNotFound
        return told(shops.ShopResultSchema(), {"shop": found})

    def list_categories(self, request: dict[str, Any]) -> dict[str, Any]:
        return told(shops.CategoriesSchema(), {"categories": goods.categories(self.products)})

    def get_product(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.products.get(loaded(products.ProductIdSchema(), request)["product_id"])
        if found is None:
            raise errors.ProductNotFound
        return told(products.ProductResultSchema(), {"product": found})

    def list_products(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(browsing.ListProductsSchema(), request)
        found = [one for one in self.products.values() if self._fits(one, wish)]
        if wish["sort"].value in {"price", "price_desc"}:
            found.sort(key=lambda one: one["now_fen"], reverse=wish["sort"].value == "price_desc")
        return self._page(found, wish)

    def list_deals(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(browsing.ListDealsSchema(), request)
        return self._page([one for one in self.products.values() if one["was_fen"]], wish)

    def similar_products(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(browsing.SimilarProductsSchema(), request)
        mine = self.products[wish["product_id"]]
        found = [one for one in self.products.values() if one["shop"] == mine["shop"] and one is not mine]
        cards = [goods.card(one) for one in found[: wish["limit"]]]
        return told(browsing.ProductsSchema(), {"products": cards})

    def search_products(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(browsing.SearchProductsSchema(), request)
        words = wish["q"].lower().split()
        found = [
            one
            for one in self.products.values()
            if all(word in f"{one['name']['zh']} {one['name']['en']}".lower() for word in words)
            and self._fits(one, wish)
        ]
        page = self._page(found, wish)
        mean = "tea" if wish["q"] == "tee" else None
        more = {"facets": self._facets(found), "did_you_mean": mean, "total": len(found)}
        return told(browsing.FoundSchema(), page | more | {"total_most": SEARCHED_MOST})

    def _fits(self, one: dict[str, Any], wish: dict[str, Any]) -> bool:
        low, high = wish["price_from_fen"], wish["price_to_fen"]
        return (
            wish["category"] in {None, one["category"], _parent(one["category"])}
            and wish["shop_id"] in {None, one["shop"]["id"]}
            and wish["terminal"] in {None, one["shop"]["terminal"]}
            and wish["side"] in {None, self.shops[one["shop"]["id"]]["side"]}
            and wish["brand"] in {None, one["brand"]}
            and (not wish["deals"] or one["was_fen"] is not None)
            and wish["duty_free"] in {None, one["duty_free"]}
            and (not wish["in_stock"] or one["available"])
            and (low is None or one["now_fen"] >= low)
            and (high is None or one["now_fen"] <= high)
        )

    def _page(self, found: list[dict[str, Any]], wish: dict[str, Any]) -> dict[str, Any]:
        if wish["cursor"] and not wish["cursor"].isdecimal():
            raise errors.BadCursor
        begin = int(wish["cursor"] or 0)
        end = begin + wish["limit"]
        page = {
            "products": [goods.card(one) for one in found[begin:end]],
            "next_cursor": str(end) if end < len(found) else None,
        }
        return told(browsing.ProductPageSchema(), page)

    def _facets(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        def counted(pairs: list[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
            names = dict(pairs)
            values = [value for value, _ in pairs]
            return [{"value": v, "name": n, "count": values.count(v)} for v, n in names.items()]

        known = {one["code"]: one["name"] for one in goods.categories({})}
        terminals = [one["shop"]["terminal"] for one in found]
        sides = [self.shops[one["shop"]["id"]]["side"] for one in found]
        brands = [one["brand"] for one in found if one["brand"].isascii()]
        return {
            "category": counted([(one["category"], known[one["category"]]) for one in found]),
            "shop": counted([(one["shop"]["id"], one["shop"]["name"]) for one in found]),
            "terminal": counted([(one, {"zh": one, "en": one}) for one in terminals]),
            "side": counted([(one, {"zh": one, "en": one}) for one in sides]),
            "brand": counted([(one, {"zh": one, "en": one}) for one in brands]),
            "price": [
                {"from_fen": 0, "to_fen": 5000, "count": sum(one["now_fen"] <= 5000 for one in found)},
                {"from_fen": 5001, "to_fen": None, "count": sum(one["now_fen"] > 5000 for one in found)},
            ],
        }

    def get_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        wish = loaded(products.GetPhotoSchema(), request)
        if wish["photo_id"].rpartition("-")[0] not in self.products and wish["photo_id"] not in self.pictures:
            raise errors.PhotoNotFound
        full, small = self.pictures.get(wish["photo_id"]) or (goods.photo(), goods.photo())
        return {"photo_id": wish["photo_id"], "jpeg": small if wish["size"].value == "small" else full}

    def variant(self, variant_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for product in self.products.values():
            for variant in product["variants"]:
                if variant["id"] == variant_id:
                    return product, variant
        raise errors.ProductNotFound

    def ref(self, shop_id: str) -> dict[str, Any]:
        return {name: self.shops[shop_id][name] for name in ("id", "name", "place", "phone")}


def _parent(category: str) -> str | None:
    return next((one["parent"] for one in goods.categories({}) if one["code"] == category), None)
