"""Something is written for an account at the moment in which it becomes another: it is the other's, over two copies of
the service. Controls show what is left behind when nobody holds the accounts meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.checkin import usecases as checkin
from services.checkin.store import CheckinStore
from services.checkin.store import tables as checkin_tables
from services.checkin.usecases import SeatMaps
from services.notify import usecases as notify
from services.notify.store import Follow, Listener, NotifyStore
from services.notify.store import tables as notify_tables
from services.notify.store.news import News
from services.notify.store.people import People
from tests.races.test_last_seat import at_once, patiently
from tests.support.databases import Postgres
from tests.unit.checkin.examples import PLACE, access, check_in, find, person, push_list, sealed
from tests.unit.checkin.examples import booking as listed
from tests.unit.notify.shopping import coupon
from tests.unit.notify.suite import Notify

Uow = UnitOfWork[Any]
OLD, NEW = "account-old", "account-new"
DOCUMENT = "11010519491231002X"
_GUARDED_S, _CONTROL_S = 0.4, 30.0


class Crossing:
    """Where a writer waits who has just looked who somebody is, so that the merge comes right then."""

    def __init__(self, *, guarded: bool) -> None:
        self.guarded = guarded
        self.looked, self.merged = threading.Event(), threading.Event()

    def wait(self) -> None:
        """A guarded merge can't come before the writer is done: then it is only waited for a moment."""
        self.looked.set()
        assert self.merged.wait(_GUARDED_S if self.guarded else _CONTROL_S) or self.guarded

    def run(self, write: Callable[[], Any], merge: Callable[[], Any]) -> None:
        def after_the_look() -> None:
            assert self.looked.wait(_CONTROL_S)
            patiently(merge)()
            self.merged.set()

        assert at_once([patiently(write), after_the_look]) == {"done": 2}


def copies(request: pytest.FixtureRequest, tmp_path: Path, service: str, store: Any) -> Iterator[list[Uow]]:
    url = f"sqlite:///{tmp_path / service}.sqlite3"
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database(service)
    yield from copies_at(url, service, store)


def copies_at(url: str, service: str, store: Any) -> Iterator[list[Uow]]:
    """Two copies of a service on one database."""
    migrate.upgrade(service, url)
    databases = [Database(url), Database(url)]
    yield [UnitOfWork(database, store) for database in databases]
    for database in databases:
        database.close()


def owners(uow: Uow, table: Table, column: str) -> list[str | None]:
    with uow.read() as tx:
        return list(tx.connection.execute(select(table.c[column])).scalars())


# --- notify


@pytest.fixture(params=["sqlite", "postgresql"])
def messengers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Uow]]:
    yield from copies(request, tmp_path, "notify", NotifyStore)


@pytest.fixture(params=["postgresql"])
def postgresql_messengers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Uow]]:
    yield from copies(request, tmp_path, "notify", NotifyStore)


def slow_notify(crossing: Crossing) -> Callable[[Connection], NotifyStore]:
    class SlowPeople(People):
        def hold_merges(self) -> None:
            if crossing.guarded:
                super().hold_merges()

        def gone(self, passenger_id: str) -> tuple[bool, str | None]:
            found = super().gone(passenger_id)
            crossing.wait()
            return found

    class SlowNews(News):
        def listeners(self, *args: Any) -> list[Listener]:
            found = super().listeners(*args)
            crossing.wait()
            return found

    class Slow(NotifyStore):
        def __init__(self, connection: Connection) -> None:
            super().__init__(connection)
            self.people, self.news = SlowPeople(connection), SlowNews(connection)

    return Slow


def follows(world: Notify, uow: Uow) -> tuple[Callable[[], Any], Table]:
    return lambda: world.follow(OLD), notify_tables.FOLLOWS


def is_told(world: Notify, uow: Uow) -> tuple[Callable[[], Any], Table]:
    event, now = coupon("coupon_ends_soon", passenger_id=OLD), datetime.now(UTC)
    return lambda: notify.note_mall(world.uow, world.view, event, now), notify_tables.MESSAGES


def is_reached_elsewhere(world: Notify, uow: Uow) -> tuple[Callable[[], Any], Table]:
    data = {"passenger_id": OLD, "openid": "o-old", "language": "zh", "subscribed": True, "version": 7}
    return lambda: notify.note_passenger(world.uow, data), notify_tables.RECIPIENTS


def hears_of_a_flight(world: Notify, uow: Uow) -> tuple[Callable[[], Any], Table]:
    document = world.flight()
    with uow.write() as tx:
        tx.store.news.add_flight(notify.first_seen(document))
        tx.store.people.follow(Follow(OLD, document["id"], "passenger", tx.now()))
    world.uow = uow
    assert world.happens(gate="B1")
    return lambda: notify.fan_out(world.uow, datetime.now(UTC)), notify_tables.MESSAGES


IN_NOTIFY: list[tuple[Any, list[str], list[str]]] = [
    (follows, [NEW], [OLD]),
    # Who was looked up is gone when it is written: nobody is told.
    (is_told, [NEW], []),
    # Where the new account is reached is told of the new one.
    (is_reached_elsewhere, [], [OLD]),
    (hears_of_a_flight, [NEW], [OLD]),
]
"""What happens, whose it is then, and whose it would be."""


def left_in_notify(uows: list[Uow], happens: Any, *, guarded: bool) -> list[str | None]:
    """Whose it is after something was written for the old account while it became the new one."""
    one, other = uows
    crossing, world = Crossing(guarded=guarded), Notify()
    work, table = happens(world, one)
    world.uow = UnitOfWork(one.database, slow_notify(crossing))
    crossing.run(work, lambda: notify.note_merge(other, "merge-1", OLD, NEW))
    return owners(other, table, "passenger_id")


@pytest.mark.parametrize(("happens", "whose"), [(happens, right) for happens, right, _ in IN_NOTIFY])
def test_what_is_written_for_an_account_that_becomes_another_is_the_others(
    messengers: list[Uow], happens: Any, whose: list[str]
) -> None:
    assert left_in_notify(messengers, happens, guarded=True) == whose


@pytest.mark.parametrize(("happens", "whose"), [(happens, wrong) for happens, _, wrong in IN_NOTIFY])
def test_control_without_the_hold_it_is_lost_or_stays_with_an_account_that_there_is_not(
    postgresql_messengers: list[Uow], happens: Any, whose: list[str]
) -> None:
    assert left_in_notify(postgresql_messengers, happens, guarded=False) == whose


# --- check-in


@pytest.fixture(params=["sqlite", "postgresql"])
def counters(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Uow]]:
    object.__setattr__(PLACE, "maps", SeatMaps())
    yield from copies(request, tmp_path, "checkin", CheckinStore)


@pytest.fixture(params=["postgresql"])
def postgresql_counters(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Uow]]:
    object.__setattr__(PLACE, "maps", SeatMaps())
    yield from copies(request, tmp_path, "checkin", CheckinStore)


def slow_checkin(crossing: Crossing) -> type[CheckinStore]:
    class Slow(CheckinStore):
        def hold_merges(self) -> None:
            if crossing.guarded:
                super().hold_merges()

        def present(self, passenger_id: str) -> str | None:
            found = super().present(passenger_id)
            crossing.wait()
            return found

    return Slow


def one_listed(uow: Uow) -> str:
    """A booking that is on the airline's list; its id."""
    paper = {"kind": "resident_id", "number": DOCUMENT}
    push_list(uow, listed("ABC123", person(papers=[paper])))
    with uow.read() as tx:
        (traveller,) = tx.store.by_pnr("ABC123")
    booking_id: str = traveller.booking_id
    return booking_id


def finds_a_booking(uow: Uow, slow: Uow) -> tuple[Callable[[], Any], Table, str]:
    one_listed(uow)
    write = lambda: find(slow, OLD, surname="ZHANG", document=DOCUMENT)  # noqa: E731
    return write, checkin_tables.BINDINGS, "passenger_id"


def tells_where_to_be_reached(uow: Uow, slow: Uow) -> tuple[Callable[[], Any], Table, str]:
    booking_id = one_listed(uow)
    with uow.write() as tx:
        tx.store.bind(booking_id, OLD, "code", tx.now())
        (traveller,) = tx.store.party(booking_id)
    mine = {"booking_id": booking_id, "travellers": [{"id": traveller.id}]}
    told = sealed({"contact": {"phone": "+8613912345678"}})
    write = lambda: check_in(slow, mine, access=access(booking_id, OLD), sealed=told)  # noqa: E731
    return write, checkin_tables.BOOKINGS, "given_by"


IN_CHECKIN = [finds_a_booking, tells_where_to_be_reached]


def left_in_checkin(uows: list[Uow], happens: Any, *, guarded: bool) -> list[str | None]:
    one, other = uows
    crossing = Crossing(guarded=guarded)
    write, table, column = happens(one, UnitOfWork(one.database, slow_checkin(crossing)))
    crossing.run(write, lambda: checkin.note_merge(other, "merge-1", OLD, NEW))
    return owners(other, table, column)


@pytest.mark.parametrize("happens", IN_CHECKIN, ids=lambda each: each.__name__)
def test_what_an_account_gives_while_it_becomes_another_is_the_others(
    counters: list[Uow], happens: Any
) -> None:
    assert left_in_checkin(counters, happens, guarded=True) == [NEW]


@pytest.mark.parametrize("happens", IN_CHECKIN, ids=lambda each: each.__name__)
def test_control_without_the_hold_a_booking_stays_with_an_account_that_there_is_not(
    postgresql_counters: list[Uow], happens: Any
) -> None:
    assert left_in_checkin(postgresql_counters, happens, guarded=False) == [OLD]
