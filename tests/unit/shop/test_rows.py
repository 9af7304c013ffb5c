"""Rows of a catalogue's sheet: read, refused, written so that they are read as the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.shop.domain.catalogue import Product, Variant
from services.shop.domain.prices import Deal, summary
from services.shop.domain.rows import Refusal, read_row, write_row
from services.shop.schemas.columns import COLUMNS
from services.shop.schemas.products import ImportRowSchema
from services.shop.schemas.vocabulary import Kind, ProductState, Words

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ROW = {"sku": "T-1", "name_zh": "君山银针", "name_en": "Silver needle", "price": "128.00", "category": "茶叶"}


def read(**cells: str) -> dict[str, Any]:
    row = read_row({**ROW, **cells}, ZONE)
    assert isinstance(row, dict), row
    loaded: dict[str, Any] = ImportRowSchema().load(row)
    return loaded


def refused(**cells: str) -> list[tuple[str, str]]:
    row = read_row({**ROW, **cells}, ZONE)
    assert isinstance(row, list), row
    return [(each.field, each.reason) for each in row]


def test_five_cells_are_enough() -> None:
    row = read()
    assert (row["sku"], row["price_fen"], row["category"], row["state"]) == (
        "T-1",
        12_800,
        "tea",
        ProductState.ON_SALE,
    )
    assert (row["on_hand"], row["deal"], row["options"]) == (None, None, {})


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("price", "￥1,280", "price_fen", 128_000),
        ("price", " 9.9元 ", "price_fen", 990),
        ("category", "TEA", "category", "tea"),
        ("kind", "酒类", "kind", Kind.ALCOHOL),
        ("duty_free", "YES", "duty_free", True),
        ("duty_free", "否", "duty_free", False),
        ("on_hand", "0", "on_hand", 0),
        ("tags", "送礼；热卖;", "tags", ["送礼", "热卖"]),
        ("barcode", "036000 291452", "barcode", "0036000291452"),
        ("state", "hidden", "state", ProductState.HIDDEN),
        (
            "options",
            "颜色=红色/Red；Size：L",
            "options",
            {"colour": {"zh": "红色", "en": "Red"}, "size": {"zh": "L", "en": "L"}},
        ),
    ],
)
def test_cells_are_read_as_people_write_them(column: str, text: str, field: str, value: Any) -> None:
    assert read(**{column: text})[field] == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("price", "about ten"),
        ("price", "1.234"),
        ("price", "NaN"),
        ("price", "1e99"),
        ("category", "特产"),
        ("category", "specialties"),
        ("kind", "wine?"),
        ("duty_free", "maybe"),
        ("on_hand", "1.5"),
        ("on_hand", "99999999999"),
        ("on_hand", "１２"),
        ("barcode", "4006381333932"),
        ("options", "红色"),
        ("options", "重力=强"),
        ("options", "颜色=红;颜色=绿"),
        ("options", "颜色="),
        ("deal_from", "soon"),
        ("deal_from", "2026-11-24T08:00:00Z"),
        ("colour", "red"),
    ],
)
def test_what_cant_be_read_is_refused_by_its_column(column: str, text: str) -> None:
    cells = {"deal_price": "1.00"} if column.startswith("deal") else {}
    assert [field for field, _ in refused(**cells, **{column: text})] == [column]


def test_all_that_is_wrong_with_a_row_is_told_and_nothing_of_it_repeated() -> None:
    told = refused(sku="", price="secret", on_hand="many")
    assert {field for field, _ in told} == {"sku", "price", "on_hand"}
    assert not any("secret" in reason or "many" in reason for _, reason in told)


def test_a_deal_without_a_price_is_refused() -> None:
    assert refused(deal_until="2026-12-01") == [("deal_price", "Missing data for required field.")]


def test_a_day_of_a_deal_is_its_first_minute_here() -> None:
    deal = read(deal_price="100", deal_from="2026-12-01", deal_until="2026/12/02 18:30")["deal"]
    assert deal["from_at"] == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert deal["until_at"] == datetime(2026, 12, 2, 10, 30, tzinfo=UTC)


def test_what_is_written_is_read_as_the_same() -> None:
    variant = Variant(
        id="v",
        product_id="p",
        shop_id="s",
        position=1,
        options={"colour": Words("红色", "Red"), "size": Words("L", "L")},
        barcode="4006381333931",
        price_fen=12_805,
        deal=Deal(9_900, NOW, NOW.replace(hour=12, second=7), 3),
        weight_g=250,
        offered=False,
    )
    product = Product(
        **vars(summary([], NOW)),
        id="p",
        shop_id="s",
        sku="T-1",
        name=Words("君山银针", "Silver needle"),
        words=Words("两行\n介绍", "Two\nlines"),
        brand="君山",
        category="tea",
        kind=Kind.FOOD,
        tags=("送礼", "热卖"),
        origin="岳阳",
        duty_free=True,
        perishable=True,
        liquid_ml=50,
        photos=(),
        state=ProductState.ENDED,
        promoted=1,
        popularity=1,
        version=1,
        created_at=NOW,
        changed_at=NOW,
        changed_by="x",
    )
    cells = write_row(product, variant, 7, ZONE)
    assert list(cells) == list(COLUMNS)
    row = read(**cells)
    assert Words(**row["words"]) == product.words
    assert {code: Words(**each) for code, each in row["options"].items()} == variant.options
    assert (
        Deal(*(row["deal"][name] for name in ("price_fen", "from_at", "until_at", "per_person")))
        == variant.deal
    )
    for name in ("brand", "category", "kind", "origin", "duty_free", "perishable", "liquid_ml", "state"):
        assert row[name] == getattr(product, name), name
    assert (row["price_fen"], row["weight_g"], row["offered"], row["on_hand"]) == (12_805, 250, False, 7)


def test_a_refusal_names_the_column() -> None:
    assert read_row({**ROW, "price": "x"}, ZONE) == [Refusal("price", "Not a price.")]
