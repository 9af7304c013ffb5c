"""Two at once: one parcel is handed over once, one answer counts, the last piece is one buyer's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel.errors import ServiceError
from services.shop import errors
from tests.fakes.till import FakeTill
from tests.unit.shop.mall import level, open_mall, put_product
from tests.unit.shop.orders import answer, bought, hand_over, missing, place_order, ready, see

MANY = 6


@pytest.fixture
def shared(postgres_uow: Any) -> Any:
    open_mall(postgres_uow)
    return postgres_uow


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What each got, or the error that it was refused with."""

    def one(number: int) -> Any:
        try:
            return work(number)
        except ServiceError as exc:
            return exc

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_the_last_pieces_are_sold_once(shared: Any) -> None:
    tea = put_product(shared, on_hand=2)[1]
    found = at_once(lambda n: place_order(shared, {tea: 1}, passenger_id=f"buyer-{n}"))
    assert sum(isinstance(each, dict) for each in found) == 2
    assert {type(each) for each in found if not isinstance(each, dict)} == {errors.SoldOut}
    assert level(shared, tea) == (2, 2)


def test_one_code_hands_one_parcel_over(shared: Any) -> None:
    parcel = bought(shared, FakeTill(), {put_product(shared)[1]: 1})["parcels"][0]
    ready(shared, parcel["id"])
    found = at_once(lambda n: hand_over(shared, parcel["code"]))
    assert sum(isinstance(each, dict) for each in found) == 1


def test_one_answer_counts(shared: Any) -> None:
    till, tea = FakeTill(), put_product(shared)[1]
    order = bought(shared, till, {tea: 2})
    ask_id = missing(shared, order["parcels"][0])["ask"]["id"]
    found = at_once(lambda n: answer(shared, till, ask_id, "refund"))
    assert sum(isinstance(each, dict) for each in found) == 1
    assert see(shared, order["id"])["refunding_fen"] == 12_800
