"""Lists and the search over both databases: what is written is found, in the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from services.shop.errors import ProductNotFound
from services.shop.schemas import browsing as asked
from services.shop.schemas import shops
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.stock import Reason
from services.shop.usecases import browsing, keeping, stocking
from tests.unit.shop.mall import (
    CABLES,
    TEA,
    change,
    events_of,
    listed,
    named,
    put_product,
    put_variant,
    searched,
    staff_product,
)


def test_lists_go_on_where_they_ended(mall: Any) -> None:
    for number, price in enumerate((300, 100, 200, 100, 500)):
        put_product(mall, sku=f"S{number}", price_fen=price, popularity=price % 3, on_hand=number)
    assert [each["now_fen"] for each in listed(mall, sort="price")] == [100, 100, 200, 300, 500]
    assert [each["now_fen"] for each in listed(mall, sort="price_desc")] == [500, 300, 200, 100, 100]
    newest = [each["id"] for each in listed(mall, sort="new")]
    assert newest == sorted(newest, reverse=True)
    assert len({each["id"] for each in listed(mall)}) == 5
    assert len(listed(mall, in_stock=True)) == 4
    assert (
        listed(mall, shop_id=CABLES) == listed(mall, terminal="T1") == listed(mall, category="coffee") == []
    )
    assert len(listed(mall, category="specialties", duty_free=False)) == 5


def test_a_list_and_a_search_are_narrowed_alike(mall: Any) -> None:
    for number, price in enumerate((100, 200, 300)):
        put_product(mall, sku=f"S{number}", price_fen=price, brand=f"Brand{number}")
    product_id, _ = put_product(mall, sku="D", price_fen=400, brand="Brand1")
    put_variant(
        mall, product_id, price_fen=250, options={"colour": named("红色", "red")}, deal={"price_fen": 150}
    )
    put_product(mall, shop_id=CABLES, sku="C", price_fen=150, category="cables", kind="electronics")

    for asked_for, prices in (
        ({"deals": True}, [150]),
        ({"deals": True, "price_to_fen": 149}, []),
        ({"brand": "Brand1"}, [150, 200]),
        ({"side": "airside"}, [100, 150, 200, 300]),
        ({"side": "landside"}, [150]),
        ({"price_from_fen": 101, "price_to_fen": 150, "shop_id": TEA}, [150]),
        ({"category": "tea", "terminal": "T2", "price_from_fen": 151}, [200, 300]),
    ):
        assert [each["now_fen"] for each in listed(mall, sort="price", **asked_for)] == prices, asked_for
        found = searched(mall, "", sort="price", **asked_for)
        assert [each["now_fen"] for each in found["products"]] == prices, asked_for
    tea = searched(mall, "君山", deals=True)
    assert [each["now_fen"] for each in tea["products"]] == [150], "words and `deals` hold together"
    assert [(each["value"], each["count"]) for each in tea["facets"]["brand"]] == [("Brand1", 1)]
    sides = searched(mall, "", side="landside")["facets"]["side"]
    assert [(each["value"], each["count"]) for each in sides] == [("airside", 4), ("landside", 1)]


def test_who_says_cheap_sees_the_lowest_price_first(mall: Any) -> None:
    for number, price in enumerate((300, 100, 200)):
        put_product(mall, sku=f"S{number}", price_fen=price, popularity=price)
    for q in ("银针便宜的", "便宜的银针", "银针 便宜点的", "cheap silver needle"):
        assert [each["now_fen"] for each in searched(mall, q)["products"]] == [100, 200, 300], q
        dear = searched(mall, q, sort="price_desc")["products"]
        assert [each["now_fen"] for each in dear] == [300, 200, 100], "who sorts knows better"
    first = searched(mall, "便宜的银针", limit=2)
    rest = searched(mall, "便宜的银针", limit=2, cursor=first["next_cursor"])
    assert [each["now_fen"] for each in first["products"] + rest["products"]] == [100, 200, 300]


def test_what_is_bought_stands_higher(mall: Any) -> None:
    first, _ = put_product(mall, sku="A", popularity=3)
    second, variant = put_product(mall, sku="B", popularity=1, on_hand=9)

    def order() -> list[str]:
        keeping.count_bought(mall)
        ids = [each["id"] for each in searched(mall, "", category="tea")["products"]]
        assert ids == [each["id"] for each in listed(mall)]
        return ids

    assert order() == [first, second]
    with mall.write() as tx:
        reason = Reason(MoveKind.SOLD, "passenger:1", tx.now(), "order-1")
        assert stocking.sell_unheld(tx, {(TEA, variant): 5}, reason) == ()
    assert order() == [second, first]
    seen = staff_product(mall, second)
    assert (seen["popularity"], seen["bought_lately"]) == (1, 5)
    change(mall, second, popularity=0)
    assert staff_product(mall, second)["bought_lately"] == 5
    assert keeping.count_bought(mall) == 0, "nothing moved since"


def test_what_is_written_is_found_in_the_same_moment(mall: Any) -> None:
    product_id, _ = put_product(mall)
    for q in ("君山银针", "junshan", "jsyz", "silver needle", "TEA-001"):
        found = searched(mall, q)
        assert [each["id"] for each in found["products"]] == [product_id], q
    facets = searched(mall, "茶")["facets"]
    assert [(each["value"], each["count"]) for each in facets["shop"]] == [(TEA, 1)]
    assert facets["category"][0]["name"]["zh"]
    change(
        mall,
        product_id,
        name=named("古丈毛尖", "Guzhang green tea"),
        words=named("", ""),
        brand="",
        origin="",
    )
    assert searched(mall, "古丈毛尖")["total"] == 1
    change(mall, product_id, state="hidden")
    assert searched(mall, "古丈毛尖")["total"] == 0


def test_the_search_hears_what_is_sold_out(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=1)

    def hear() -> int:
        for event in events_of(mall, "stock_out", "stock_in"):
            keeping.catch_up(mall, event)
        return int(searched(mall, "君山", in_stock=True)["total"])

    assert hear() == 1
    with mall.write() as tx:
        stocking.hold(tx, {(TEA, variant): 1})
    assert hear() == 0
    assert not listed(mall)[0]["available"]
    with mall.write() as tx:
        stocking.free(tx, {(TEA, variant): 1})
    assert hear() == 1


def test_similar_things_are_of_the_same_kind(mall: Any) -> None:
    tea, _ = put_product(mall)
    green, _ = put_product(mall, sku="TEA-2", name=named("古丈毛尖绿茶", "Guzhang maojian green tea"))
    put_product(
        mall,
        sku="C-1",
        shop_id=CABLES,
        category="cables",
        name=named("快充数据线", "Fast charging cable"),
        tags=[],
        brand="",
        origin="",
        words=named("", ""),
    )
    found = browsing.similar_products(mall, tea, 4)
    asked.ProductsSchema().load(found)
    assert found["products"][0]["id"] == green
    with pytest.raises(ProductNotFound):
        browsing.similar_products(mall, "nobody", 4)


def test_categories_count_what_is_on_sale(mall: Any) -> None:
    put_product(mall)
    found = browsing.list_categories(mall)
    shops.CategoriesSchema().load(found)
    counts = {each["code"]: each["products"] for each in found["categories"]}
    assert (counts["specialties"], counts["tea"], counts["digital"]) == (1, 1, 0)
