"""Sheets over both databases: every row is taken whole or refused, and what goes out comes in again as the same."""

from __future__ import annotations

from typing import Any

import pytest

from services.shop.errors import NotYourShop, ShopNotFound
from services.shop.schemas import browsing as asked
from services.shop.schemas import products
from services.shop.usecases import browsing, importing, stocking
from tests.unit.shop.mall import CABLES, NOW, PLACE, TEA, ask, events_of, level, staff_product

TEA_ROW = {
    "sku": "T-1",
    "name_zh": "君山银针",
    "name_en": "Silver needle",
    "price": "128",
    "category": "茶叶",
}
BIG, SMALL = {"options": "规格=大罐/Large"}, {"options": "规格=小罐/Small"}


def brought(uow: Any, *rows: dict[str, str], **values: Any) -> dict[str, Any]:
    request = ask(products.ImportProductsSchema(), **{"shop_id": TEA, "rows": list(rows), **values})
    report = importing.import_products(uow, PLACE, request, NOW)
    products.ImportReportSchema().load(report)
    return report


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["added"], report["changed"], report["same"], len(report["refused"])


def exported(uow: Any, limit: int = 100) -> list[dict[str, str]]:
    rows, cursor = [], None
    while True:
        request = ask(products.ExportCatalogueSchema(), shop_id=TEA, limit=limit, cursor=cursor)
        page = importing.export_catalogue(uow, PLACE, request)
        products.ExportPageSchema().load(page)
        rows += page["rows"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def found(uow: Any, q: str) -> list[dict[str, Any]]:
    request = asked.SearchProductsSchema().load({"q": q})
    cards: list[dict[str, Any]] = browsing.search_products(uow, request)["products"]
    return cards


def test_rows_of_one_sku_are_one_product(mall: Any) -> None:
    report = brought(mall, TEA_ROW | BIG | {"on_hand": "3"}, TEA_ROW | SMALL | {"price": "68"})
    assert counts(report) == (2, 0, 0, 0)
    [card] = found(mall, "君山银针")
    assert (card["now_fen"], card["many_prices"], card["available"], card["variant_count"]) == (
        6_800,
        True,
        True,
        2,
    )
    large, small = staff_product(mall, card["id"])["variants"]
    assert (large["on_hand"], small["on_hand"]) == (3, 0)


def test_the_same_sheet_again_changes_nothing(mall: Any) -> None:
    sheet = [TEA_ROW | BIG | {"on_hand": "3", "deal_price": "99"}, TEA_ROW | SMALL | {"sku": "T-2"}]
    assert counts(brought(mall, *sheet)) == (2, 0, 0, 0)
    before = exported(mall)
    told = len(events_of(mall))
    assert counts(brought(mall, *sheet)) == (0, 0, 2, 0)
    assert counts(brought(mall, *before)) == (0, 0, 2, 0)
    assert exported(mall, limit=1) == before
    assert len(events_of(mall)) == told


def test_a_repeated_request_is_answered_as_before(mall: Any) -> None:
    first = brought(mall, TEA_ROW, request_id="the-same-one")
    assert brought(mall, TEA_ROW, request_id="the-same-one") == first


def test_a_row_that_is_wrong_keeps_no_other_out(mall: Any) -> None:
    report = brought(
        mall,
        TEA_ROW | {"price": "cheap", "on_hand": "-1"},
        TEA_ROW | BIG,
        TEA_ROW | SMALL | {"name_en": "Another name"},
        TEA_ROW | BIG | {"sku": "T-2", "barcode": "4006381333931"},
        TEA_ROW | {"sku": "T-3", "barcode": "4006381333931"},
        TEA_ROW | {"sku": "T 4"},
        TEA_ROW | {"sku": "T-5", "price": "0"},
        TEA_ROW | {"sku": "T-6", "offered": "否"},
        TEA_ROW | {"sku": "T-7", "deal_price": "200"},
        TEA_ROW | {"sku": "T-8", "on_hand": "-1"},
        TEA_ROW | {"sku": "T-9", "deal_price": "1", "deal_until": "2026-11-01"},
    )
    assert counts(report)[:3] == (2, 0, 0)
    told = [(each["row"], each["field"]) for each in report["refused"]]
    assert told == [
        (1, "price"),
        (3, "name_en"),
        (5, "barcode"),
        (6, "sku"),
        (7, "price"),
        (8, "offered"),
        (9, "deal_price"),
        (10, "on_hand"),
        (11, "deal_until"),
    ]
    assert len(exported(mall)) == 2


def test_a_sheet_changes_what_is_there(mall: Any) -> None:
    brought(mall, TEA_ROW | BIG | {"on_hand": "3"})
    [card] = found(mall, "君山银针")
    report = brought(mall, TEA_ROW | BIG | {"price": "100", "brand": "君山", "on_hand": "8"})
    assert counts(report) == (0, 1, 0, 0)
    after = staff_product(mall, card["id"])
    assert (after["brand"], after["now_fen"], after["variants"][0]["on_hand"]) == ("君山", 10_000, 8)
    assert counts(brought(mall, TEA_ROW | BIG | {"brand": "君山", "price": "100"})) == (0, 0, 1, 0), (
        "the count stays"
    )
    brought(mall, TEA_ROW | BIG | {"state": "ended"})
    assert found(mall, "君山银针") == []


def test_nothing_that_is_promised_is_counted_away(mall: Any) -> None:
    brought(mall, TEA_ROW | {"on_hand": "3"})
    [variant] = staff_product(mall, found(mall, "君山银针")[0]["id"])["variants"]
    with mall.write() as tx:
        assert stocking.hold(tx, {(TEA, variant["id"]): 2}) == ()
    report = brought(mall, TEA_ROW | {"on_hand": "1", "price": "1"})
    assert [(each["field"], counts(report)[1]) for each in report["refused"]] == [("on_hand", 0)]
    assert level(mall, variant["id"]) == (3, 2)
    assert staff_product(mall, found(mall, "君山银针")[0]["id"])["now_fen"] == 12_800


def test_a_sheet_is_told_once(mall: Any) -> None:
    brought(mall, *(TEA_ROW | {"sku": f"T-{number}"} for number in range(3)))
    assert len(events_of(mall, "catalogue_changed")) == 1
    assert events_of(mall, "product_changed") == []


def test_a_sheet_is_for_ones_own_shop(mall: Any) -> None:
    with pytest.raises(NotYourShop):
        brought(mall, TEA_ROW, shops=[CABLES])
    with pytest.raises(ShopNotFound):
        brought(mall, TEA_ROW, shop_id="nowhere")
    request = ask(products.ExportCatalogueSchema(), shop_id=TEA, shops=[CABLES])
    with pytest.raises(NotYourShop):
        importing.export_catalogue(mall, PLACE, request)
