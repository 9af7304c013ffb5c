"""The demo's mall in a database: full at once, untouched by the next start, and found by what people write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import shop_demo
from deploy.demo.mall import reading
from kernel import migrate
from kernel.clock import real_now
from kernel.db import Database, UnitOfWork
from services.shop.schemas import browsing as asked
from services.shop.schemas import campaigns, products, stock
from services.shop.store import ShopStore
from services.shop.usecases import browsing, counting, coupon_campaigns, coupon_claim, writing
from tests.unit.shop.mall import PLACE, ask

VARIANTS = sum(len(each.variants) for each in reading.products())
SEARCHES = {
    "君山银针": "TEA",
    "jsyz": "TEA",
    "充电线": "cables",
    "phone cable": "cables",
    "臭豆腐": "JKT",
    "chou dou fu": "JKT",
    "embroidery": "XIU",
    "菊花石": "JSZ",
    "power bank": "power-banks",
    "剁辣椒": "CHU",
    "neck pillow": "comfort",
    "whisky": "XSC",
}


@pytest.fixture(scope="module")
def uow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Filled once. One kind of database will do: how the two differ is tested elsewhere."""
    folder: Path = tmp_path_factory.mktemp("mall")
    url = f"sqlite:///{folder / 'shop.sqlite3'}"
    migrate.upgrade("shop", url)
    database = Database(url)
    filled = UnitOfWork(database, ShopStore)
    done = shop_demo.fill(filled, PLACE, real_now(), pictures=2)
    assert done == shop_demo.Filled(len(reading.shops()), VARIANTS, len(reading.campaigns()), 2)
    yield filled
    database.close()


def range_of(uow: Any, shop_id: str) -> list[dict[str, Any]]:
    wish = ask(products.ListRangeSchema(), shop_id=shop_id, limit=100)
    found: list[dict[str, Any]] = writing.list_range(uow, wish, real_now())["products"]
    return found


def test_every_shop_is_open_some_time_and_has_its_goods(uow: Any) -> None:
    shops = browsing.list_shops(uow, PLACE, {"terminal": None, "side": None, "category": None}, real_now())[
        "shops"
    ]
    expected = {each.id: sum(one.shop is each for one in reading.products()) for each in reading.shops()}
    assert {each["id"]: each["products"] for each in shops} == expected
    assert all(each["opening"] for each in shops)


@pytest.mark.parametrize("text", SEARCHES)
def test_the_search_finds_what_people_write(uow: Any, text: str) -> None:
    wish = asked.SearchProductsSchema().load({"q": text, "limit": 5})
    found = browsing.search_products(uow, wish)["products"]
    ours = {each.name.zh: (each.shop.prefix, each.category) for each in reading.products()}
    assert any(SEARCHES[text] in ours[each["name"]["zh"]] for each in found), [each["name"] for each in found]


def test_deals_are_drawn_first_the_most_bought_before_others(uow: Any) -> None:
    deals = [each for each in reading.products() if each.variants[0].deal_fen is not None]
    first = sorted(deals, key=lambda each: -each.popularity)[:2]
    drawn = [each["sku"] for shop in reading.shops() for each in range_of(uow, shop.id) if each["photos"]]
    assert sorted(drawn) == sorted(each.sku for each in first)


def test_campaigns_can_be_claimed(uow: Any) -> None:
    wish = campaigns.ListCampaignsSchema().load({})
    told = coupon_claim.list_campaigns(uow, wish)["campaigns"]
    assert len(told) == len(reading.campaigns())
    assert all(each["why_not"] is None for each in told)


def test_campaigns_begin_and_end_at_the_airports_midnight(uow: Any) -> None:
    listed = campaigns.ListCampaignsForStaffSchema().load({"actor": "cli:test", "shops": ["*"], "limit": 100})
    found = coupon_campaigns.list_campaigns_for_staff(uow, listed)["campaigns"]
    edges = [datetime.fromisoformat(each[edge]) for each in found for edge in ("starts_at", "ends_at")]
    assert {each.astimezone(PLACE.zone).time() for each in edges} == {time()}


def test_another_start_changes_nothing_and_what_staff_did_stays(uow: Any) -> None:
    tea = range_of(uow, "t2-xiangye-tea")[0]
    variant = tea["variants"][0]
    counted = {"variant_id": variant["id"], "on_hand": 777, "seen_version": variant["stock_version"]}
    wish = ask(stock.CountStockSchema(), shop_id="t2-xiangye-tea", counts=[counted], note="")
    counting.count_stock(uow, wish)
    before = [range_of(uow, shop.id) for shop in reading.shops()]
    again = shop_demo.fill(uow, PLACE, real_now() + timedelta(hours=1), pictures=0)
    assert again == shop_demo.Filled(0, 0, 0, 0)
    assert [range_of(uow, shop.id) for shop in reading.shops()] == before
    assert before[0][0]["variants"][0]["on_hand"] == 777
    listed = campaigns.ListCampaignsForStaffSchema().load({"actor": "cli:test", "shops": ["*"], "limit": 100})
    assert len(coupon_campaigns.list_campaigns_for_staff(uow, listed)["campaigns"]) == len(
        reading.campaigns()
    )


def test_a_start_that_was_cut_short_goes_on_at_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    migrate.upgrade("shop", url)
    database = Database(url)
    cut = UnitOfWork(database, ShopStore)
    few = [each for each in reading.shops() if each.id in ("t2-juhua", "t2-youli")]
    monkeypatch.setattr(reading, "shops", lambda: few)
    monkeypatch.setattr(reading, "campaigns", list)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(shop_demo, "_open", cut_off)
        with pytest.raises(KeyboardInterrupt):
            shop_demo.fill(cut, PLACE, real_now(), pictures=0)
    done = shop_demo.fill(cut, PLACE, real_now(), pictures=1)
    wanted = sum(len(each.variants) for each in reading.products() if each.shop in few)
    assert done == shop_demo.Filled(0, wanted, 0, 1)
    told = browsing.list_shops(cut, PLACE, {"terminal": None, "side": None, "category": None}, real_now())[
        "shops"
    ]
    assert [each["id"] for each in told if each["opening"]] == ["t2-juhua", "t2-youli"]
    database.close()
