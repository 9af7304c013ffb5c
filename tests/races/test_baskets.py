"""Baskets in other orders, shelves that are counted and filled, coupons in other orders: nobody waits for who waits for them.

What waits in a circle is told to come again by PostgreSQL: here that counts as a fault. The control shows that it would be seen.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from psycopg2.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from kernel.db import UnitOfWork
from kernel.errors import Unavailable
from services.shop.errors import NotEnoughStock, SoldOut
from services.shop.schemas import stock
from services.shop.usecases import counting
from tests.fakes.till import FakeTill
from tests.races.test_coupons import somebody
from tests.races.test_last_seat import at_once, patiently
from tests.races.test_mall import opened
from tests.races.test_parcels import tea, withdraw
from tests.support.databases import Postgres
from tests.unit.shop.coupons import claimed
from tests.unit.shop.mall import CABLES, TEA, ask
from tests.unit.shop.orders import cancel_order, pay, place_order, ready

Uow = UnitOfWork[Any]
SHIFTS, ROUNDS = 8, 4


@pytest.fixture
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("shop"))


def is_deadlock(exc: BaseException | None) -> bool:
    while exc is not None and not isinstance(exc, OperationalError):
        exc = exc.__cause__ or exc.__context__
    return exc is not None and isinstance(exc.orig, DeadlockDetected)


class Shift:
    """A buyer, or somebody who works in the shops, doing this and that with things in whatever order."""

    def __init__(self, uow: Uow, shelf: Sequence[str], till: FakeTill, seed: int) -> None:
        self.uow, self.shelf, self.till = uow, shelf, till
        self.dice = random.Random(seed)
        self.who = somebody()
        self.deadlocks = 0

    def work(self, rounds: int) -> None:
        for _ in range(rounds):
            act = self.dice.choice((self.buys, self.buys, self.counts, self.trades))
            with contextlib.suppress(SoldOut, NotEnoughStock):
                patiently(partial(self.once, act))()

    def once(self, act: Callable[[], Any]) -> None:
        """A try; who is told to come again, because two waited for each other, says so."""
        try:
            act()
        except Unavailable as exc:
            self.deadlocks += is_deadlock(exc)
            raise

    def buys(self) -> None:
        wanted = dict.fromkeys(self.dice.sample(self.shelf, 4), 1)
        order = place_order(self.uow, wanted, passenger_id=self.who, coupon_ids=self.coupons())
        if self.dice.random() < 0.5:
            cancel_order(self.uow, self.till, order["id"], self.who)
            return
        order = pay(self.uow, self.till, order["id"], self.who)
        for parcel in self.dice.sample(order["parcels"], len(order["parcels"])):
            if self.dice.random() < 0.5:
                withdraw(self.uow, self.till, parcel["id"])
            else:
                ready(self.uow, parcel["id"])

    def coupons(self) -> list[str]:
        groups = ("a", "b")
        ids = [claimed(self.uow, self.who, stack_group=f"{each}") for each in groups]
        return self.dice.sample(ids, 2)

    def counts(self) -> None:
        counts = [{"variant_id": each, "on_hand": 60} for each in self.dice.sample(self.shelf, 4)]
        for shop_id in (TEA, CABLES):
            counting.count_stock(self.uow, ask(stock.CountStockSchema(), shop_id=shop_id, counts=counts))

    def trades(self) -> None:
        mine = [each for each in self.dice.sample(self.shelf, 6) if each in self.shelf[:4]]
        if not mine:
            return
        moves = [{"variant_id": each, "quantity": 2} for each in mine]
        request = ask(stock.MoveStockSchema(), shop_id=TEA, kind="delivered", moves=moves)
        counting.move_stock(self.uow, request)


def test_baskets_in_other_orders_never_wait_for_each_other(postgresql_copies: tuple[Uow, Uow]) -> None:
    one = postgresql_copies[0]
    teas = [tea(one, on_hand=40) for _ in range(4)]
    cables = [tea(one, on_hand=40, shop_id=CABLES, category="cables") for _ in range(4)]
    till = FakeTill()
    shifts = [Shift(postgresql_copies[n % 2], [*teas, *cables], till, n) for n in range(SHIFTS)]
    assert at_once([partial(each.work, ROUNDS) for each in shifts]) == {"done": SHIFTS}
    assert [each.deadlocks for each in shifts] == [0] * SHIFTS


def test_control_taking_them_as_they_come_makes_two_wait_for_each_other(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    pair = [(TEA, tea(postgresql_copies[0])) for _ in range(2)]
    place = threading.Barrier(2, timeout=30)
    found = []

    def takes(uow: Uow, keys: Sequence[tuple[str, str]]) -> None:
        try:
            with uow.write() as tx:
                for key in keys:
                    tx.store.stock.hold(*key, 1, tx.now())
                    if key == keys[0]:
                        place.wait()
        except Unavailable as exc:
            found.append(is_deadlock(exc))

    works: list[Callable[[], Any]] = [
        partial(takes, uow, pair[::step]) for uow, step in zip(postgresql_copies, (1, -1), strict=True)
    ]
    assert at_once(works) == {"done": 2}
    assert found == [True]
