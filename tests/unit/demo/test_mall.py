"""The demo's mall: tables that its doors would take, fit for an airport, and pictures small enough for a phone."""

from __future__ import annotations

import io
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from deploy.demo.mall import reading
from deploy.demo.mall.drawn import DRAWINGS, look_of, shop_front, shown
from gateway.photos.darkroom import develop
from services.lostfound.schemas.places import places
from services.shop.domain.barcodes import as_barcode
from services.shop.domain.duty_free import ADULTS_ONLY
from services.shop.domain.invoices import is_tax_number
from services.shop.domain.rows import read_row
from services.shop.domain.walking import gate_known
from services.shop.schemas.campaigns import CampaignDraftSchema
from services.shop.schemas.categories import CATEGORIES, LEAVES
from services.shop.schemas.products import ImportRowSchema

ZONE = ZoneInfo("Asia/Shanghai")
PRODUCTS = reading.products()
TIMES = {"starts_at": "2026-11-23T00:00:00+08:00", "ends_at": "2026-12-23T00:00:00+08:00"}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= each <= "\u9fff" for each in text)


def test_the_mall_is_as_large_as_it_was_promised() -> None:
    assert len(reading.shops()) >= 25
    assert len(PRODUCTS) >= 600
    assert min(Counter(each.shop.id for each in PRODUCTS).values()) >= 10
    assert {each.category for each in PRODUCTS} == set(LEAVES)


def test_every_row_is_taken_by_the_sheets_reader() -> None:
    refused = []
    for row in (row for each in PRODUCTS for row in each.rows()):
        values = read_row(row, ZONE)
        wrong = values if isinstance(values, list) else ImportRowSchema().validate(values)
        refused += [(row["sku"], wrong)] if wrong else []
    assert refused == []


def test_barcodes_are_right_and_mean_no_real_product() -> None:
    barcodes = [variant.barcode for each in PRODUCTS for variant in each.variants]
    assert len(set(barcodes)) == len(barcodes)
    for each in barcodes:
        assert len(each) == 13
        assert as_barcode(each) == each
        # Numbers from 20 to 29 are for use within a shop: GS1 General Specifications, section 2.1.11.
        assert "20" <= each[:2] <= "29"


def test_nothing_lacks_words_in_either_language() -> None:
    for each in PRODUCTS:
        english = (each.name.en, each.words.en)
        assert all(text and not is_chinese(text) for text in english), each.sku
        # A language course may be called in the language of its readers.
        assert is_chinese(each.name.zh) or each.sku == "BKS-19"
        assert is_chinese(each.words.zh), each.sku
        assert is_chinese(each.brand), each.sku
        for option in (value for variant in each.variants for value in variant.options.values()):
            assert option.zh, each.sku
            assert not is_chinese(option.en), each.sku


def test_no_shop_sells_two_things_of_one_number_or_name() -> None:
    skus = Counter(each.sku for each in PRODUCTS)
    names = Counter((each.shop.id, name) for each in PRODUCTS for name in each.name)
    assert [sku for sku, times in skus.items() if times > 1] == []
    assert [name for name, times in names.items() if times > 2] == []


def test_prices_weights_and_stock_are_those_of_an_airport() -> None:
    for each in PRODUCTS:
        for variant in each.variants:
            assert 200 <= variant.price_fen <= 1_000_000, each.sku
            assert variant.price_fen % 10 == 0
            assert 10 <= variant.weight_g <= 12_000, each.sku
            if variant.deal_fen is not None:
                assert 0.7 * variant.price_fen <= variant.deal_fen < variant.price_fen
    stock = [variant.on_hand for each in PRODUCTS for variant in each.variants]
    assert 0 < stock.count(0) < len(stock) * 0.05
    deals = [each for each in PRODUCTS if each.variants[0].deal_fen is not None]
    assert len(deals) >= 40


def test_alcohol_and_tobacco_say_that_they_are() -> None:
    kinds = {"baijiu": "alcohol", "wine": "alcohol", "tobacco": "tobacco"}
    for each in PRODUCTS:
        assert each.kind == kinds.get(each.category, each.kind)
        assert (each.kind in ("alcohol", "tobacco")) == (each.category in kinds), each.sku
        # Allowances count millilitres.
        assert each.kind != "alcohol" or each.liquid_ml, each.sku
    assert set(kinds.values()) == ADULTS_ONLY


def test_shops_stand_where_the_airport_has_places() -> None:
    known = places("CSX", ("T1", "T2"))
    for shop in reading.shops():
        assert shop.place in known
        assert shop.place.startswith(shop.terminal)
        assert bool(shop.near_gates) == (shop.side == "airside")
        assert all(gate_known("CSX", shop.terminal, gate) for gate in shop.near_gates)
        assert not shop.duty_free or (shop.side, shop.zone) == ("airside", "international")


def test_a_traveller_abroad_finds_tea_and_a_cable_behind_the_border() -> None:
    there = [each for each in PRODUCTS if each.shop.zone == "international"]
    assert {"tea", "cables", "perfume", "baijiu", "tobacco"} <= {each.category for each in there}
    assert len({each.shop.id for each in there if each.category in ("tea", "cables")}) == 2


def test_merchants_have_licences_that_add_up() -> None:
    merchants = reading.merchants()
    assert all(is_tax_number(each["licence"]) for each in merchants)
    assert {shop.merchant for shop in reading.shops()} == {each["merchant_id"] for each in merchants}


def test_campaigns_are_taken_and_are_of_shops_and_categories_there_are() -> None:
    shops = {shop.id for shop in reading.shops()}
    campaigns = reading.campaigns()
    for each in campaigns:
        CampaignDraftSchema().load({name: value for name, value in each.items() if name != "id"} | TIMES)
        assert set(each["scope"]["shop_ids"]) <= shops
        assert set(each["scope"]["categories"]) <= set(CATEGORIES)
    assert {each["kind"] for each in campaigns} == {"amount", "percent"}
    assert {service for each in campaigns for service in each["scope"]["services"]} >= {"shop", "bus"}


def test_every_product_has_a_drawing_in_colours_that_are_known() -> None:
    kinds = Counter(look_of(each.picture, each.brand, each.sku)[0] for each in PRODUCTS)
    assert set(kinds) <= set(DRAWINGS)
    assert len(kinds) >= 80


@pytest.mark.parametrize("at", range(0, 630, 53))
def test_a_picture_is_small_and_what_a_phone_sends_would_be(at: int) -> None:
    product = PRODUCTS[at]
    shot = shown(product.picture, product.brand.split()[0], product.sku)
    assert len(shot.jpeg) <= 40_000
    assert len(shot.thumbnail) <= 8_000
    assert Image.open(io.BytesIO(shot.jpeg)).size == (800, 800)
    assert Image.open(io.BytesIO(shot.thumbnail)).size == (320, 320)


def test_a_drawing_is_a_photo_and_the_same_again() -> None:
    shot = shop_front("湘叶茶舍", "t2-xiangye-tea")
    assert shot == shop_front("湘叶茶舍", "t2-xiangye-tea")
    assert shot != shop_front("湘叶茶舍", "another")
    photo = develop(shot.jpeg)
    assert (photo.width, photo.height) == (800, 800)
