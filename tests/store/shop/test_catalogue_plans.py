"""Lists of many products ask an index, on both databases, however many there are; and writers never wait in a circle."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from typing import Any

from sqlalchemy import insert, text

from kernel.ids import new_id
from services.shop.domain.prices import Price, summary
from services.shop.schemas import browsing as asked
from services.shop.schemas import products, shops
from services.shop.schemas.vocabulary import ProductSort
from services.shop.store.catalogue_tables import PRODUCTS
from services.shop.store.lists import ProductFilter
from services.shop.store.products import product_row
from services.shop.usecases import browsing, importing, keeping, running, stocking
from tests.unit.shop.mall import NOW, PLACE, TEA, ask, change, deliver, level, put_product

MANY = 3000


def grow(uow: Any, product_id: str) -> None:
    """So many products like this one."""
    with uow.write() as tx:
        like = tx.store.product(product_id)
        rows = []
        for number in range(MANY):
            sums = summary([Price(100 + number * 7 % 5000)], NOW)
            category = "tea" if number % 50 == 0 else "biscuits"
            fresh = replace(
                like, id=new_id(), sku=f"N-{number}", popularity=number * 31 % 997, category=category
            )
            rows.append(product_row(replace(fresh, **vars(sums))))
        tx.store.stock._connection.execute(insert(PRODUCTS), rows)
        tx.store.stock._connection.execute(text("ANALYZE"))


def plan(uow: Any, **asked_for: Any) -> str:
    """How the database would answer the second page of such a list."""
    told: list[str] = []
    sort, after = asked_for.pop("sort", ProductSort.POPULAR), asked_for.pop("after", (500, "f" * 32))
    with uow.read() as tx:
        connection = tx.store.stock._connection
        execute = connection.execute

        def explain(query: Any) -> Any:
            word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            written = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            told.extend(str(row) for row in execute(text(word + str(written).replace(":", r"\:"))))
            return execute(query)

        tx.store._connection = type("Explaining", (), {"execute": staticmethod(explain)})()
        tx.store.listed(ProductFilter(**asked_for), sort, after, 25)
    return " ".join(told)


def test_a_page_of_a_list_is_found_by_an_index(mall: Any) -> None:
    product_id, _ = put_product(mall)
    grow(mall, product_id)
    assert "ix_products_popular" in plan(mall)
    assert "ix_products_price" in plan(mall, sort=ProductSort.PRICE)
    assert "ix_products_category" in plan(mall, categories=("tea",))
    assert "ix_products_brand" in plan(mall, brand="Rare")
    assert "ix_products_" in plan(mall, price_from_fen=1, price_to_fen=200, side="airside", deals=True)
    newest = plan(mall, sort=ProductSort.NEW, after=("f" * 32, "f" * 32))
    assert "sqlite_autoindex_products_1" in newest or "products_pkey" in newest


def test_nothing_typed_finds_everything_with_its_facets(mall: Any) -> None:
    put_product(mall)
    found = browsing.search_products(mall, asked.SearchProductsSchema().load({"category": "tea"}))
    assert found["total"] == 1
    assert [each["value"] for each in found["facets"]["category"]]


def test_those_who_write_and_those_who_sell_dont_stop_each_other(mall: Any) -> None:
    """A sheet, the shop's name, deals and sales of the same products at once: each ends, and nothing is lost."""
    made = [put_product(mall, sku=f"S-{number}", on_hand=20) for number in range(4)]
    pieces = {(TEA, variant): 1 for _, variant in made}
    failed: list[BaseException] = []

    def sheet(turn: int) -> None:
        rows = [
            {"sku": f"S-{number}", "name_zh": f"茶{turn}", "name_en": "Tea", "price": "9", "category": "tea"}
            for number in (3, 1, 0, 2)
        ]
        importing.import_products(
            mall, PLACE, ask(products.ImportProductsSchema(), shop_id=TEA, rows=rows), NOW
        )

    def close(turn: int) -> None:
        state = "closed" if turn % 2 else "open"
        running.set_shop_state(mall, PLACE, ask(shops.SetShopStateSchema(), shop_id=TEA, state=state), NOW)

    def sell(turn: int) -> None:
        with mall.write() as tx:
            assert stocking.hold(tx, pieces) == ()

    def hear(turn: int) -> None:
        event = {"id": new_id(), "data": {"product_id": made[turn % 4][0]}}
        keeping.catch_up(mall, event)

    def often(work: Any) -> None:
        try:
            for turn in range(4):
                work(turn)
        except BaseException as exc:
            failed.append(exc)

    threads = [Thread(target=often, args=(work,)) for work in (sheet, close, sell, hear)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert [level(mall, variant) for _, variant in made] == [(20, 4)] * 4


def test_a_product_that_is_ended_keeps_its_stock(mall: Any) -> None:
    product_id, variant = put_product(mall, on_hand=2)
    change(mall, product_id, state="ended")
    deliver(mall, TEA, variant, 1)
    assert level(mall, variant) == (3, 0)
