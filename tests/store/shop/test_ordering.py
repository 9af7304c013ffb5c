"""How an order is taken: who is too late is told without queueing with those who write, and nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from kernel import inbox
from kernel.errors import RequestInFlight, RequestReused
from kernel.ids import new_id
from services.shop import errors
from services.shop.schemas import orders
from services.shop.store.stock import StockRows
from services.shop.usecases import ordering
from tests.unit.shop.coupons import claimed
from tests.unit.shop.mall import PLACE, change, level, put_product
from tests.unit.shop.orders import ANN, BEN, CABLES, NOW, Flights, place_order, put, see

TEA_FEN = 12_800
# What an order of one piece asks and writes (it was 29 before it was looked after), and what a refusal does.
MOST_ASKED, MOST_ASKED_REFUSED = 25, 2


def wish(variant_id: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A request that can be sent again."""
    given = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "lines": [{"variant_id": variant_id, "quantity": quantity}],
        "expects_fen": quantity * TEA_FEN,
    }
    request: dict[str, Any] = orders.PlaceOrderSchema().load(given | more)
    return request


def send(uow: Any, request: dict[str, Any]) -> dict[str, Any]:
    order: dict[str, Any] = ordering.place_order(uow, PLACE, Flights(), request, NOW)["order"]
    return order


@pytest.fixture
def writes(mall: Any, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One more for each transaction that may write."""
    begun: list[None] = []
    write = mall.write

    @contextmanager
    def counted() -> Iterator[Any]:
        begun.append(None)
        with write() as tx:
            yield tx

    monkeypatch.setattr(mall, "write", counted)
    return begun


def test_who_is_too_late_is_told_without_a_transaction_that_writes(mall: Any, writes: list[None]) -> None:
    tea, gone = put_product(mall, on_hand=2)[1], put_product(mall, sku="TEA-2", on_hand=0)[1]
    send(mall, wish(tea, 2))
    writes.clear()
    for variant_id in (tea, gone):
        with pytest.raises(errors.SoldOut) as refused:
            send(mall, wish(variant_id, passenger_id=BEN))
        assert refused.value.data["variant_ids"] == [variant_id]
    assert writes == []


def test_control_who_may_have_it_needs_a_transaction_that_writes(mall: Any, writes: list[None]) -> None:
    tea = put_product(mall, on_hand=2)[1]
    writes.clear()
    send(mall, wish(tea))
    assert len(writes) == 1


def test_what_is_in_the_basket_is_looked_at_too(mall: Any, writes: list[None]) -> None:
    tea = put_product(mall, on_hand=1)[1]
    put(mall, tea, 1)
    send(mall, wish(tea, passenger_id=BEN))
    writes.clear()
    with pytest.raises(errors.SoldOut):
        send(mall, wish(tea, lines=None))
    assert writes == []


def test_who_got_the_last_piece_is_told_so_again(mall: Any) -> None:
    tea = put_product(mall, on_hand=1)[1]
    request = wish(tea)
    order = send(mall, request)
    assert send(mall, request) == order
    with pytest.raises(RequestReused):
        send(mall, request | {"expects_fen": 1})
    assert level(mall, tea) == (1, 1)


def test_control_a_look_before_the_kept_answer_would_tell_the_winner_that_it_is_sold_out(
    mall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = wish(put_product(mall, on_hand=1)[1])
    send(mall, request)

    def hasty(uow: Any, request_id: str, look: Callable[[Any], None]) -> None:
        with uow.read() as tx:
            look(tx)

    monkeypatch.setattr(ordering, "look_first", hasty)
    with pytest.raises(errors.SoldOut):
        send(mall, request)


def test_who_is_being_served_is_not_told_that_it_is_sold_out(
    mall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = wish(put_product(mall, on_hand=0)[1])
    monkeypatch.setattr(inbox, "_in_flight", {(mall.name, request["request_id"])})
    with pytest.raises(RequestInFlight):
        send(mall, request)


def test_a_look_gives_nothing_away(mall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a look saw, the last piece is for the statement that takes it to give."""
    tea = put_product(mall, on_hand=1)[1]
    send(mall, wish(tea))
    with monkeypatch.context() as patched:
        patched.setattr(StockRows, "free_of", lambda *_: {tea: 9})
        with pytest.raises(errors.SoldOut):
            send(mall, wish(tea, passenger_id=BEN))
    assert level(mall, tea) == (1, 1)


def test_what_is_no_longer_sold_is_not_called_sold_out(mall: Any) -> None:
    product_id, gone = put_product(mall, on_hand=0)
    change(mall, product_id, state="ended")
    with pytest.raises(errors.ProductNotFound):
        send(mall, wish(gone))


def test_an_order_is_answered_as_it_is_read(mall: Any) -> None:
    tea = put_product(mall)[1]
    cable = put_product(
        mall, shop_id=CABLES, sku="USB-1", price_fen=4_900, category="cables", kind="electronics"
    )[1]
    coupon_id = claimed(mall)
    for coupon_ids in ([], [coupon_id]):
        order = place_order(mall, {tea: 1, cable: 2}, coupon_ids=coupon_ids)
        assert see(mall, order["id"]) == order
    assert order["coupons"][0]["discount_fen"] == order["discount_fen"] > 0


def test_an_order_asks_for_nothing_twice(mall: Any) -> None:
    tea, gone = put_product(mall)[1], put_product(mall, sku="TEA-2", on_hand=0)[1]
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engines = {mall.database.engine, mall.database.read_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        send(mall, wish(tea))
        assert len(asked) <= MOST_ASKED, asked
        asked.clear()
        with pytest.raises(errors.SoldOut):
            send(mall, wish(gone))
        assert len(asked) <= MOST_ASKED_REFUSED, asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
