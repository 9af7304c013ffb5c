"""Many buyers, few seats, two copies of the service. The control shows what happens without the guard."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import Unavailable
from services.bus.errors import SoldOut
from services.bus.store import BusStore
from services.bus.store.tables import DEPARTURES, ORDERS
from tests.support.databases import Postgres
from tests.unit.bus.selling import DEPARTURE_ID, SEATS, hold, imported, release

Uow = UnitOfWork[BusStore]
BUYERS = 16


class LooksFirst(BusStore):
    """What would be if the seats were counted first and taken afterwards, and no CHECK stood behind."""

    place = threading.Barrier(2, timeout=30)

    def take(self, departure_id: str, seats: int) -> bool:
        query = select(DEPARTURES.c.sold + DEPARTURES.c.held).where(DEPARTURES.c.id == departure_id)
        taken = self._connection.execute(query).scalar()
        if taken is None or taken + seats > SEATS:
            return False
        self.place.wait()
        held = {"held": DEPARTURES.c.held + seats}
        self._connection.execute(update(DEPARTURES).where(DEPARTURES.c.id == departure_id).values(held))
        return True


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'bus.sqlite3'}"


@pytest.fixture
def postgresql_url(postgres: Postgres) -> str:
    return postgres.new_database("bus")


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service on one database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    yield from opened(url)


@pytest.fixture
def postgresql_copies(postgresql_url: str) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgresql_url)


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    migrate.upgrade("bus", url)
    databases = Database(url), Database(url)
    one, other = (UnitOfWork(database, BusStore) for database in databases)
    imported(one)
    yield one, other
    for database in databases:
        database.close()


def leave(uow: Uow, seats: int) -> list[str]:
    """Hold all seats of the bus but so many; the orders."""
    orders = []
    left = SEATS - seats
    while left:
        size = min(9, left)
        orders.append(hold(uow, *["adult"] * size)["id"])
        left -= size
    return orders


def at_once(works: list[Callable[[], Any]]) -> Counter[str]:
    """Run all at the same time; how often each ending came: "done", or the error's name."""
    endings: list[str] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            work()
            endings.append("done")
        except Exception as exc:
            endings.append(type(exc).__name__)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(endings)


def buying(copies: list[Uow]) -> list[Callable[[], Any]]:
    """One traveller for each who wants a seat."""
    return [lambda uow=uow, n=n: hold(uow, passenger_id=f"buyer{n}") for n, uow in enumerate(copies)]  # type: ignore[misc]


def patiently(work: Callable[[], Any]) -> Callable[[], Any]:
    """As a caller does who is told to come again: the same buyer asks until there is an answer."""

    def run() -> Any:
        while True:
            try:
                return work()
            except Unavailable:
                continue

    return run


def seats_in_orders(uow: Uow) -> int:
    with uow.read() as tx:
        query = select(ORDERS.c.seats).where(ORDERS.c.state == "held", ORDERS.c.departure_id == DEPARTURE_ID)
        return sum(tx.connection.execute(query).scalars())


def held(uow: Uow) -> int:
    with uow.read() as tx:
        return tx.store.occupancies([DEPARTURE_ID])[DEPARTURE_ID].held


def test_last_seat_is_held_once(copies: tuple[Uow, Uow]) -> None:
    leave(copies[0], 1)
    buyers = [patiently(work) for work in buying(list(copies) * (BUYERS // 2))]
    assert at_once(buyers) == {"done": 1, SoldOut.__name__: BUYERS - 1}
    assert held(copies[0]) == seats_in_orders(copies[0]) == SEATS


def test_control_counting_before_taking_gives_the_last_seat_to_two(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    one, other = postgresql_copies
    leave(one, 1)
    with one.write() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE departures DROP CONSTRAINT ck_departures_capacity")
    naive = [UnitOfWork(uow.database, LooksFirst) for uow in (one, other)]
    assert at_once(buying(naive)) == {"done": 2}
    assert seats_in_orders(one) == SEATS + 1


def test_the_check_stands_behind_a_store_that_counts_wrongly(postgresql_copies: tuple[Uow, Uow]) -> None:
    one, other = postgresql_copies
    leave(one, 1)
    naive = [UnitOfWork(uow.database, LooksFirst) for uow in (one, other)]
    assert at_once(buying(naive)) == {"done": 1, "IntegrityError": 1}
    assert held(one) == seats_in_orders(one) == SEATS


def test_parties_fill_a_bus_and_never_overfill_it(copies: tuple[Uow, Uow]) -> None:
    sizes = [1, 2, 3, 4, 5, 6, 7, 9] * 2
    buyers = [
        patiently(
            lambda uow=copies[number % 2], size=size, n=number: hold(
                uow, *["adult"] * size, passenger_id=f"buyer{n}"
            )
        )
        for number, size in enumerate(sizes)
    ]
    endings = at_once(buyers)
    assert set(endings) == {"done", SoldOut.__name__}
    assert held(copies[0]) == seats_in_orders(copies[0]) <= SEATS
    assert SEATS - held(copies[0]) < max(sizes), "nobody was refused who had room"


def test_an_order_released_by_many_at_once_gives_its_seats_back_once(copies: tuple[Uow, Uow]) -> None:
    orders = leave(copies[0], 1)
    works = [patiently(lambda uow=copies[number % 2]: release(uow, orders[0])) for number in range(8)]
    works += [patiently(lambda: hold(copies[1]))]
    assert set(at_once(works)) <= {"done", SoldOut.__name__}
    assert held(copies[0]) == seats_in_orders(copies[0])
    assert SEATS - held(copies[0]) in (9, 10)


def test_the_first_buyers_of_a_departure_meet_and_both_get_their_seats(copies: tuple[Uow, Uow]) -> None:
    buyers = [patiently(work) for work in buying(list(copies) * 4)]
    assert at_once(buyers) == {"done": 8}
    assert held(copies[0]) == seats_in_orders(copies[0]) == 8
