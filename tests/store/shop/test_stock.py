"""Stock over both databases: no more is promised than lies there, and every change of a count is written down."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from services.shop.errors import BadRequest, NotEnoughStock, NotYourShop, VariantNotFound
from services.shop.schemas import stock
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.stock import Reason
from services.shop.store.stock_tables import STOCK_MOVES, STOCKS
from services.shop.usecases import counting, stocking
from tests.unit.shop.mall import CABLES, TEA, ask, deliver, events_of, level, put_product, put_variant


class Over(Exception):
    """What a seller raises when something is sold out."""


def hold(uow: Any, variant_id: str, quantity: int, *others: str) -> None:
    with uow.write() as tx:
        if stocking.hold(tx, {(TEA, each): quantity for each in (variant_id, *others)}):
            raise Over


def sold(tx: Any, order_id: str = "order-1") -> Reason:
    return Reason(MoveKind.SOLD, "passenger:1", tx.now(), order_id)


def moves(uow: Any, variant_id: str) -> list[tuple[str, int, int]]:
    with uow.read() as tx:
        rows = tx.store.stock.moves(TEA, variant_id, None, 100)
    return [(row.kind, row.quantity, row.on_hand) for row in reversed(rows)]


def test_pieces_are_held_sold_and_freed(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=5)
    hold(mall, variant, 3)
    assert level(mall, variant) == (5, 3)
    with mall.write() as tx:
        stocking.sell(tx, {(TEA, variant): 2}, sold(tx))
        stocking.free(tx, {(TEA, variant): 1})
    assert level(mall, variant) == (3, 0)
    with mall.write() as tx:
        stocking.put_back(
            tx, {(TEA, variant): 1}, Reason(MoveKind.RETURNED, "staff:liu", tx.now(), "order-1")
        )
        assert stocking.sell_unheld(tx, {(TEA, variant): 4}, sold(tx)) == ()
    assert level(mall, variant) == (0, 0)
    assert moves(mall, variant) == [("delivered", 5, 5), ("sold", -2, 3), ("returned", 1, 4), ("sold", -4, 0)]


def test_what_isnt_there_is_promised_to_nobody(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=2)
    hold(mall, variant, 1)
    for quantity in (2, 3):
        with pytest.raises(Over):
            hold(mall, variant, quantity)
    with mall.write() as tx:
        assert stocking.sell_unheld(tx, {(TEA, variant): 2}, sold(tx)) == (variant,)
    assert level(mall, variant) == (2, 1)


def test_all_of_an_order_is_held_or_nothing(mall: Any) -> None:
    product, first = put_product(mall, on_hand=2)
    second = put_variant(mall, product, options={"colour": {"zh": "红", "en": "red"}})
    with pytest.raises(Over):
        hold(mall, first, 1, second)
    assert level(mall, first) == (2, 0)


def test_what_was_never_held_cant_be_sold_or_freed(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=2)
    for step in (
        lambda tx: stocking.sell(tx, {(TEA, variant): 1}, sold(tx)),
        lambda tx: stocking.free(tx, {(TEA, variant): 1}),
    ):
        with pytest.raises(LookupError), mall.write() as tx:
            step(tx)
    assert level(mall, variant) == (2, 0)


@pytest.mark.parametrize("change", ["held = on_hand + 1", "held = -1", "on_hand = held - 1"])
def test_the_database_refuses_more_than_there_is(mall: Any, change: str) -> None:
    _, variant = put_product(mall, on_hand=2)
    with pytest.raises(DBAPIError), mall.write() as tx:
        tx.store.stock._connection.execute(text(f"UPDATE stocks SET {change}"))
    assert level(mall, variant) == (2, 0)


@pytest.mark.parametrize("change", ["UPDATE stock_moves SET quantity = 1", "DELETE FROM stock_moves"])
def test_the_database_refuses_to_change_what_was_written_down(mall: Any, change: str) -> None:
    put_product(mall, on_hand=2)
    with pytest.raises(DBAPIError, match="only grow"), mall.write() as tx:
        tx.store.stock._connection.execute(text(change))


def test_the_moves_add_up_to_the_count(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=7)
    hold(mall, variant, 2)
    with mall.write() as tx:
        stocking.sell(tx, {(TEA, variant): 2}, sold(tx))
    request = ask(stock.CountStockSchema(), shop_id=TEA, counts=[{"variant_id": variant, "on_hand": 4}])
    counting.count_stock(mall, request)
    with mall.read() as tx:
        connection = tx.store.stock._connection
        assert connection.execute(select(func.sum(STOCK_MOVES.c.quantity))).scalar() == 4
        assert connection.execute(select(STOCKS.c.on_hand)).scalar() == 4


def test_sold_out_and_back_again_are_told_once(mall: Any) -> None:
    product, variant = put_product(mall, on_hand=2)
    hold(mall, variant, 1)
    hold(mall, variant, 1)
    with mall.write() as tx:
        stocking.free(tx, {(TEA, variant): 1})
        stocking.free(tx, {(TEA, variant): 1})
    told = events_of(mall, "stock_out", "stock_in")
    assert [(each["name"], each["data"]["available"]) for each in told] == [
        ("stock_in", True),
        ("stock_out", False),
        ("stock_in", True),
    ]
    assert {each["data"]["product_id"] for each in told} == {product}


def test_a_count_waits_for_no_sale_but_sees_it(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=5)
    seen = counting.list_stock(mall, ask(stock.ListStockSchema(), shop_id=TEA))["stocks"][0]
    hold(mall, variant, 4)
    counts = [{"variant_id": variant, "on_hand": 5, "seen_version": seen["version"]}]
    [refused] = counting.count_stock(mall, ask(stock.CountStockSchema(), shop_id=TEA, counts=counts))[
        "refused"
    ]
    assert (refused["why"], refused["stock"]["held"]) == ("changed", 4)
    counts = [{"variant_id": variant, "on_hand": 3}]
    [refused] = counting.count_stock(mall, ask(stock.CountStockSchema(), shop_id=TEA, counts=counts))[
        "refused"
    ]
    assert refused["why"] == "held"
    counts = [
        {"variant_id": variant, "on_hand": 6, "seen_version": refused["stock"]["version"]},
        {"variant_id": "nobody", "on_hand": 6},
    ]
    done = counting.count_stock(mall, ask(stock.CountStockSchema(), shop_id=TEA, counts=counts))
    assert [each["on_hand"] for each in done["counted"]] == [6]
    assert [each["why"] for each in done["refused"]] == ["unknown"]


def test_moves_are_all_done_or_none(mall: Any) -> None:
    product, variant = put_product(mall, on_hand=3)
    other = put_variant(mall, product, options={"size": {"zh": "大", "en": "large"}})
    broken = [{"variant_id": variant, "quantity": 1}, {"variant_id": other, "quantity": 1}]
    with pytest.raises(NotEnoughStock):
        counting.move_stock(mall, ask(stock.MoveStockSchema(), shop_id=TEA, kind="broken", moves=broken))
    assert level(mall, variant) == (3, 0)
    corrected = [{"variant_id": variant, "quantity": -3}]
    counting.move_stock(mall, ask(stock.MoveStockSchema(), shop_id=TEA, kind="corrected", moves=corrected))
    assert level(mall, variant) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "quantities"), [("delivered", [-1]), ("broken", [0]), ("corrected", [0]), ("delivered", [1, 1])]
)
def test_moves_that_mean_nothing_are_refused(mall: Any, kind: str, quantities: list[int]) -> None:
    _, variant = put_product(mall)
    given = [{"variant_id": variant, "quantity": each} for each in quantities]
    with pytest.raises(BadRequest):
        counting.move_stock(mall, ask(stock.MoveStockSchema(), shop_id=TEA, kind=kind, moves=given))


def test_nobody_counts_in_a_shop_that_isnt_theirs(mall: Any) -> None:
    _, variant = put_product(mall)
    counts = [{"variant_id": variant, "on_hand": 1}]
    with pytest.raises(NotYourShop):
        counting.count_stock(mall, ask(stock.CountStockSchema(), shop_id=TEA, counts=counts, shops=[CABLES]))
    with pytest.raises(NotYourShop):
        counting.list_moves(mall, ask(stock.ListMovesSchema(), shop_id=TEA, shops=[]))
    moved = [{"variant_id": variant, "quantity": 1}]
    request = ask(stock.MoveStockSchema(), shop_id=CABLES, kind="delivered", moves=moved, shops=[CABLES])
    with pytest.raises(VariantNotFound):
        counting.move_stock(mall, request)


def test_moves_and_stock_are_listed_page_by_page(mall: Any) -> None:
    for number in range(3):
        put_product(mall, sku=f"TEA-{number}", on_hand=number)
    _, variant = put_product(mall, sku="TEA-9", on_hand=1)
    for _ in range(3):
        deliver(mall, TEA, variant, 1)
    cursor, found = None, []
    while True:
        page = counting.list_stock(mall, ask(stock.ListStockSchema(), shop_id=TEA, limit=2, cursor=cursor))
        found += page["stocks"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [(each["sku"], each["on_hand"]) for each in found] == [
        ("TEA-0", 0),
        ("TEA-1", 1),
        ("TEA-2", 2),
        ("TEA-9", 4),
    ]
    low = counting.list_stock(mall, ask(stock.ListStockSchema(), shop_id=TEA, low=1))["stocks"]
    assert [each["sku"] for each in low] == ["TEA-0", "TEA-1"]
    request = ask(stock.ListMovesSchema(), shop_id=TEA, variant_id=variant, limit=2)
    page = counting.list_moves(mall, request)
    again = counting.list_moves(mall, {**request, "cursor": page["next_cursor"]})
    assert [each["on_hand"] for each in (*page["moves"], *again["moves"])] == [4, 3, 2, 1]
    assert again["next_cursor"] is None


def racing(uow: Any, buyers: int, judge: Any) -> int:
    """So many buyers of a piece each at the same moment; how many got one."""
    start, got = Barrier(buyers), []

    def buy() -> None:
        start.wait()
        with uow.write() as tx:
            got.append(judge(tx))

    threads = [Thread(target=buy) for _ in range(buyers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(got)


def test_the_last_pieces_are_promised_once(mall: Any) -> None:
    _, variant = put_product(mall, on_hand=3)
    assert racing(mall, 8, lambda tx: not stocking.hold(tx, {(TEA, variant): 1})) == 3
    assert level(mall, variant) == (3, 3)
