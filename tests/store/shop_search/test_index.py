"""The index on both databases."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import pytest
from sqlalchemy import Engine, MetaData, create_engine, text

from services.shop.search import BadCursor, Found, Index, Item, Query, State, finding, index_tables
from tests.bench.shop_set.asked import searches
from tests.bench.shop_set.world import catalogue

TOFU = Item(
    id="tofu",
    name_zh="黑色经典 长沙臭豆腐 礼盒装",
    name_en="Black Classic Stinky Tofu",
    brand="黑色经典",
    skus=("HN-TOFU-1",),
)
CABLE = Item(
    id="cable", name_zh="绿联 快充数据线", name_en="Ugreen Fast Charging Cable", shop_id="b", price_fen=4900
)
CASE = Item(id="case", name_zh="透明手机壳", name_en="Clear Phone Case", shop_id="b", price_fen=5900)
PHONE = Item(id="phone", name_zh="华为 Mate 手机", name_en="Huawei Mate Phone", shop_id="c", price_fen=599900)


@pytest.fixture
def stocked(engine: Engine) -> Engine:
    with engine.begin() as connection:
        Index(connection).put_many((TOFU, CABLE, CASE, PHONE))
    return engine


def ids(engine: Engine, asked: str, **more: object) -> list[str]:
    with engine.begin() as connection:
        return [hit.id for hit in Index(connection).search(Query(text=asked, **more)).hits]  # type: ignore[arg-type]


ASKED = [
        ("臭豆腐", "tofu"), ("臭豆腐礼盒", "tofu"), ("choudoufu", "tofu"), ("chou dou fu", "tofu"), ("cdf", "tofu"), ("choudofu", "tofu"),
        ("臭豆付", "tofu"), ("stinki tofu", "tofu"), ("smelly tofu", "tofu"), ("hn tofu 1", "tofu"), ("chou d", "tofu"), ("臭豆", "tofu"), ("jingdian", "tofu"), ("chongd", "cable"),
        ("充电线", "cable"), ("usb cabel", "cable"), ("phone cord", "cable"), ("sjx", "cable"), ("快充 cable", "cable"), ("數據線", "cable"),
        ("手机", "phone"), ("huawei phone", "phone"), ("phone case", "case"), ("有没有手机壳卖", "case"),
]  # fmt: skip


def test_each_way_to_ask_finds_the_thing(stocked: Engine) -> None:
    found = {asked: ids(stocked, asked)[:1] for asked, _ in ASKED}
    assert found == {asked: [first] for asked, first in ASKED}


def test_a_letter_or_two_of_pinyin_or_english_lead_to_what_the_trade_calls_so(stocked: Engine) -> None:
    begun = {"c": "tofu", "ch": "tofu", "s": "cable", "sh": "phone", "p": "phone"}
    found = {asked: ids(stocked, asked) for asked in begun}
    assert all(first in found[asked] for asked, first in begun.items()), found
    assert "case" not in found["ch"], "what doesn't begin so is no answer"
    assert ids(stocked, "ch", typing=False) == []
    assert ids(stocked, "cable c")[:1] == ["cable"], "a letter beside other words leads nowhere else"


@pytest.mark.parametrize("asked", ["童装", "tongzhuang"])
def test_a_word_for_two_things_finds_what_is_both(engine: Engine, asked: str) -> None:
    items = [
        Item(id="shirt", name_zh="儿童T恤 小飞机", kinds=("服装", "Clothing")),
        Item(id="set", name_zh="纯棉童装 两件套", kinds=("母婴", "Baby")),
        Item(id="patch", name_zh="儿童退热贴", popularity=9_000),
        Item(id="coat", name_zh="羽绒服", popularity=9_000, kinds=("服装", "Clothing")),
    ]
    with engine.begin() as connection:
        Index(connection).put_many(items)
    assert set(ids(engine, asked)) == {"shirt", "set"}


def test_what_was_mended_is_said_and_what_nobody_has_too(stocked: Engine) -> None:
    with stocked.begin() as connection:
        index = Index(connection)
        assert index.search(Query(text="choudofu")).did_you_mean == "臭豆腐"
        assert index.search(Query(text="choudoufu")).did_you_mean is None
        assert index.search(Query(text="臭豆腐 xyzzy")).missed == ("xyzzy",)


@pytest.mark.parametrize(
    "asked", ["", " ", "%_'\"\\", "的", "\x00", "🍵", "a" * 500, "69" * 30, "1" * 80, ")(*&", "𠮷"]
)
def test_no_text_breaks_it(stocked: Engine, asked: str) -> None:
    assert len(ids(stocked, asked)) <= 4


def test_what_is_removed_leaves_no_posting_behind(stocked: Engine) -> None:
    with stocked.begin() as connection:
        index = Index(connection)
        index.put(replace(TOFU, name_zh="茶叶", name_en="Tea", popularity=500))
        index.touch({"tofu": State(popularity=3, in_stock=False)})
        for item in (TOFU, CABLE, CASE, PHONE):
            index.remove(item.id)
        index.remove("unknown")
        assert connection.execute(text("SELECT count(*) FROM search_postings")).scalar() == 0
    assert ids(stocked, "臭豆腐") == []


def test_a_change_of_stock_or_popularity_changes_the_order(stocked: Engine) -> None:
    with stocked.begin() as connection:
        index = Index(connection)
        index.put_many(replace(CABLE, id=f"cable-{number}", popularity=10) for number in range(2))
        index.touch({"cable-0": State(in_stock=False), "cable-1": State(popularity=200, price_fen=1)})
    assert ids(stocked, "数据线")[0] == "cable-1"
    assert "cable-0" not in ids(stocked, "数据线", in_stock=True)
    assert ids(stocked, "数据线", sort="price")[0] == "cable-1"


def test_a_facet_counts_without_its_own_filter(stocked: Engine) -> None:
    with stocked.begin() as connection:
        Index(connection).put(replace(CABLE, id="other", shop_id="c", brand="倍思"))
        found = Index(connection).search(Query(text="cable", shop_id="b"))
    assert {facet.value: facet.count for facet in found.facets["shop"]} == {"b": 1, "c": 1}
    assert (found.total, [hit.id for hit in found.hits], found.facets["brand"]) == (1, ["cable"], ())


def test_pages_hold_every_item_once(engine: Engine) -> None:
    with engine.begin() as connection:
        index = Index(connection)
        index.put_many(each.item for each in catalogue(70))
        for sort in ("relevance", "price", "price_down", "new"):
            for asked in ("礼盒", ""):
                seen, total = _paged(index, Query(text=asked, sort=sort, limit=12))
                assert len(seen) == len(set(seen)) == total > 12


def test_a_price_that_is_said_is_a_filter_if_anything_passes_it(stocked: Engine) -> None:
    for asked, found in (
        ("100以内", ["cable", "case"]), ("数据线100元以下", ["cable"]), ("phone case under 60", ["case"]), ("手机壳 50-80块", ["case"]),
        ("60块左右的手机壳", ["case"]), ("1000以上", ["phone"]), ("数据线 20以内", ["cable"]), ("tofu 100ml以内", ["tofu"]),
    ):  # fmt: skip
        priced = {each for each in ids(stocked, asked) if each != "tofu" or "tofu" in asked}
        assert priced == set(found), asked


def test_all_items_of_a_large_catalogue_are_read_by_popularity_age_or_filter(
    stocked: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "READ_MOST", 5)
    with stocked.begin() as connection:
        index = Index(connection)
        index.put_many(replace(PHONE, id=f"phone-{n}", popularity=4**n, listed_at=n) for n in range(9))
        assert [hit.id for hit in index.search(Query(limit=2)).hits] == ["phone-8", "phone-7"]
        assert [hit.id for hit in index.search(Query(limit=1, sort="new")).hits] == ["phone-8"]
        assert {hit.id for hit in index.search(Query(shop_id="b")).hits} == {"cable", "case"}


def test_pages_of_a_common_word_hold_every_item_once(
    stocked: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are read whole: judged in windows, sorted by SQL."""
    monkeypatch.setattr(finding, "JUDGED", 20)
    monkeypatch.setattr(finding, "WINDOWS", (7, 13, 200))
    with stocked.begin() as connection:
        index = Index(connection)
        index.put_many(replace(CABLE, id=f"cable-{n:02d}", popularity=n, price_fen=n % 5) for n in range(40))
        for sort in ("relevance", "price"):
            seen, total = _paged(index, Query(text="数据线", sort=sort, limit=6, shop_id="b"))
            assert len(seen) == len(set(seen)) == total == 41


def _paged(index: Index, query: Query) -> tuple[list[str], int]:
    seen: list[str] = []
    for _ in range(60):
        found = index.search(query)
        seen += [hit.id for hit in found.hits]
        if found.cursor is None:
            return seen, found.total
        query = replace(query, cursor=found.cursor)
    raise AssertionError("pages without an end")


def test_a_cursor_of_another_search_is_refused(stocked: Engine) -> None:
    with stocked.begin() as connection:
        index = Index(connection)
        cursor = index.search(Query(limit=1)).cursor
        for bad in (
            cursor,
            "x",
            "é",
            base64.b64encode(b"[1]").decode(),
            base64.b64encode(b'["a",1,1,1]').decode(),
        ):
            with pytest.raises(BadCursor):
                index.search(Query(text="phone", cursor=bad))


def test_the_most_similar_item_is_of_the_same_kind_where_there_is_another(engine: Engine) -> None:
    products = list(catalogue(80))
    kinds = {each.item.id: each.kind for each in products}
    several = [each for each in products if list(kinds.values()).count(each.kind) > 2][:12]
    with engine.begin() as connection:
        index = Index(connection)
        index.put_many(each.item for each in products)
        found = [(each, index.similar(each.item.id, 1)[0].id) for each in several]
        assert index.similar("unknown") == []
    assert all(each.item.id != other for each, other in found)
    assert sum(kinds[other] == each.kind for each, other in found) / len(found) > 0.8


def test_both_databases_answer_the_same(engine: Engine) -> None:
    """PostgreSQL's turn is compared with SQLite's; SQLite's own with another file of it, filled in another order."""
    products = list(catalogue(40))
    asked = [each.text for each in islice(searches(products), 0, None, 20)]

    def answers(some: Engine, order: int) -> list[Found]:
        with some.begin() as connection:
            index = Index(connection)
            index.put_many([each.item for each in products][::order])
            return [index.search(Query(text=each, duty_free=False)) for each in asked]

    reference = create_engine("sqlite://")
    metadata = MetaData()
    index_tables(metadata)
    metadata.create_all(reference)
    assert answers(engine, 1) == answers(reference, -1)
    reference.dispose()


def test_writers_at_once_never_wait_in_a_circle(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("has one writer")
    items = [each.item for each in catalogue(32)]

    def write(turn: int) -> None:
        for start in range(0, 32, 8):
            with engine.begin() as connection:
                Index(connection).put_many(items[start : start + 8][:: 1 if turn % 2 else -1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM search_items")).scalar() == 32
        assert Index(connection).search(Query()).total == 32
