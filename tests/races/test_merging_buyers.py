"""Who holds seats, asks to pay, orders or fills a basket becomes another at that moment: it is the other's, over two copies of
the service. Controls show what stays behind when no merge waits for those who write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Column, Connection

from kernel.db import UnitOfWork
from kernel.ids import new_id
from kernel.saga.rows import Sales
from services.bus import usecases as bus
from services.bus.store import BusStore
from services.bus.store.tables import ORDERS as RIDES
from services.payments import usecases as payments
from services.payments.store import PaymentsStore
from services.payments.store.intents import Intents
from services.payments.store.tables import INTENTS
from services.shop.store import ShopStore
from services.shop.store.coupon_owners import OwnerRows
from services.shop.store.order_tables import BASKETS, ORDERS
from services.shop.usecases import rights
from tests.fakes.payments_provider import FakeProvider
from tests.races.test_merges import NEW, OLD, Crossing, Uow, copies_at, owners
from tests.store.payments.desk import asking
from tests.support.databases import Postgres
from tests.unit.bus.selling import hold, imported
from tests.unit.shop.mall import open_mall, put_product
from tests.unit.shop.orders import place_order, put


def slow_bus(crossing: Crossing) -> Callable[[Connection], BusStore]:
    class SlowSales(Sales):
        def lock_buyer(self, buyer_id: str) -> None:
            if crossing.guarded:
                super().lock_buyer(buyer_id)

        def open_holds(self, *args: Any) -> int:
            found = super().open_holds(*args)
            crossing.wait()
            return found

    class Slow(BusStore):
        def __init__(self, connection: Connection) -> None:
            super().__init__(connection)
            self.sales = SlowSales(connection, RIDES)

    return Slow


def slow_payments(crossing: Crossing) -> Callable[[Connection], PaymentsStore]:
    class SlowIntents(Intents):
        def hold_merges(self) -> None:
            if crossing.guarded:
                super().hold_merges()

        def add(self, *args: Any, **named: Any) -> bool:
            added = super().add(*args, **named)
            crossing.wait()
            return added

    class Slow(PaymentsStore):
        def __init__(self, connection: Connection) -> None:
            super().__init__(connection)
            self.intents = SlowIntents(connection)

    return Slow


def slow_shop(crossing: Crossing) -> Callable[[Connection], ShopStore]:
    class SlowOwners(OwnerRows):
        def hold_merges(self) -> None:
            if crossing.guarded:
                super().hold_merges()

        def present(self, passenger_id: str) -> str | None:
            found = super().present(passenger_id)
            crossing.wait()
            return found

    class Slow(ShopStore):
        def __init__(self, connection: Connection) -> None:
            super().__init__(connection)
            self.owners = SlowOwners(connection)

    return Slow


def fills_a_basket(uow: Uow, slow: Uow) -> Any:
    _, variant_id = put_product(uow)
    return lambda: put(slow, variant_id, 1, passenger_id=OLD)


def orders(uow: Uow, slow: Uow) -> Any:
    _, variant_id = put_product(uow)
    return lambda: place_order(slow, {variant_id: 1}, passenger_id=OLD)


class Happens(NamedTuple):
    """store: of the service; slow: the one that waits when it has looked; ready: what there is before; write: makes what
    the old account does; merge: hears that it became the new one; whose: where the row says so."""

    service: str
    store: Any
    slow: Any
    ready: Callable[[Uow], Any]
    write: Callable[[Uow, Uow], Callable[[], Any]]
    merge: Callable[[Uow, dict[str, Any]], None]
    whose: Column[Any]

    def left(self, uows: list[Uow], *, guarded: bool) -> list[str | None]:
        """Whose it is after all."""
        one, other = uows
        crossing = Crossing(guarded=guarded)
        self.ready(one)
        write = self.write(one, UnitOfWork(one.database, self.slow(crossing)))
        event = {"id": new_id(), "data": {"from": OLD, "into": NEW, "earlier_ids": []}}
        crossing.run(write, lambda: self.merge(other, event))
        return owners(other, self.whose.table, self.whose.name)


def holds_seats(uow: Uow, slow: Uow) -> Any:
    return lambda: hold(slow, passenger_id=OLD)


def asks_to_pay(uow: Uow, slow: Uow) -> Any:
    return lambda: payments.create_intent(slow, FakeProvider(), asking(passenger_id=OLD))


EACH = [
    Happens("bus", BusStore, slow_bus, imported, holds_seats, bus.note_merge, RIDES.c.buyer_id),
    Happens(
        "payments",
        PaymentsStore,
        slow_payments,
        lambda uow: None,
        asks_to_pay,
        payments.note_merge,
        INTENTS.c.passenger_id,
    ),
    Happens(
        "shop", ShopStore, slow_shop, open_mall, fills_a_basket, rights.note_merge, BASKETS.c.passenger_id
    ),
    Happens("shop", ShopStore, slow_shop, open_mall, orders, rights.note_merge, ORDERS.c.buyer_id),
]


@pytest.fixture(params=EACH, ids=lambda each: each.write.__name__)
def happens(request: pytest.FixtureRequest) -> Happens:
    found: Happens = request.param
    return found


@pytest.fixture
def postgresql(happens: Happens, postgres: Postgres) -> Iterator[list[Uow]]:
    yield from copies_at(postgres.new_database(happens.service), happens.service, happens.store)


@pytest.fixture
def sqlite(happens: Happens, tmp_path: Path) -> Iterator[list[Uow]]:
    yield from copies_at(f"sqlite:///{tmp_path / 'one.sqlite3'}", happens.service, happens.store)


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_what_is_begun_by_an_account_that_becomes_another_is_the_others(
    request: pytest.FixtureRequest, happens: Happens, where: str
) -> None:
    assert happens.left(request.getfixturevalue(where), guarded=True) == [NEW]


def test_control_without_the_hold_it_stays_with_an_account_that_there_is_not(
    happens: Happens, postgresql: list[Uow]
) -> None:
    assert happens.left(postgresql, guarded=False) == [OLD]
