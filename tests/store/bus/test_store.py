"""What the store keeps, and what the database itself refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel import migrate
from kernel.db import UnitOfWork
from services.bus.domain import FeedVersion, Occupancy, Order, Seat
from services.bus.schemas import OrderState, Rider
from services.bus.store import BusStore
from tests.unit.bus.examples import TIMETABLE

NOW = datetime(2026, 11, 23, 0, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOUND = TIMETABLE.departure("20261123-A1-in-0900")
assert FOUND is not None
DEPARTURE = FOUND
ORDER = Order(
    id="o1",
    passenger_id="p1",
    departure_id=DEPARTURE.id,
    from_stop="WUYI",
    to_stop="CSX-T2",
    departs_at=DEPARTURE.departs_at,
    arrives_at=DEPARTURE.calls[3].arrives_at,
    seats=(Seat(Rider.ADULT, 2000), Seat(Rider.CHILD, 1000)),
    currency="CNY",
    state=OrderState.HELD,
    held_at=NOW,
    expires_at=NOW + 15 * MINUTE,
)


def held(uow: Any, order: Order = ORDER, capacity: int = 4) -> None:
    with uow.write() as tx:
        tx.store.open_departure(DEPARTURE, capacity)
        assert tx.store.take(DEPARTURE.id, len(order.seats))
        tx.store.add_order(order)


def occupancy(uow: Any) -> Occupancy:
    with uow.read() as tx:
        found: Occupancy = tx.store.occupancies([DEPARTURE.id, "other"])[DEPARTURE.id]
    return found


def test_the_newest_feed_holds_and_comes_back_byte_for_byte(uow: Any) -> None:
    with uow.read() as tx:
        assert tx.store.newest_feed() is None
    with uow.write() as tx:
        tx.store.lock_feeds()
        first = tx.store.add_feed("a" * 64, b"\x00first", "chen", NOW)
        second = tx.store.add_feed("b" * 64, b"\xffsecond", "chen", NOW)
    with uow.read() as tx:
        assert tx.store.newest_feed() == FeedVersion(second, "b" * 64)
        assert tx.store.archive(first) == b"\x00first"
    assert second > first


def test_an_order_comes_back_as_it_was_held(uow: Any) -> None:
    held(uow)
    with uow.read() as tx:
        assert tx.store.order("o1") == ORDER
        assert tx.store.order("o2") is None
    assert occupancy(uow) == Occupancy(4, 0, 2)


def test_seats_are_taken_as_long_as_there_are_enough(uow: Any) -> None:
    held(uow)
    for seats, taken in ((3, False), (1, True), (1, True), (1, False)):
        with uow.write() as tx:
            assert tx.store.take(DEPARTURE.id, seats) is taken
    with uow.write() as tx:
        assert not tx.store.take("20261124-A1-in-0900", 1), "nobody opened it"
    assert occupancy(uow).free == 0


def test_a_departure_keeps_the_capacity_with_which_its_sale_began(uow: Any) -> None:
    held(uow)
    with uow.write() as tx:
        tx.store.open_departure(DEPARTURE, 50)
        assert tx.store.lock_departure(DEPARTURE.id) == Occupancy(4, 0, 2)


def test_a_hold_is_released_once(uow: Any) -> None:
    held(uow)
    for released in (True, False):
        with uow.write() as tx:
            tx.store.lock_departure(DEPARTURE.id)
            assert tx.store.release(ORDER, NOW) is released
    assert occupancy(uow).held == 0
    with uow.read() as tx:
        assert tx.store.order("o1").state is OrderState.RELEASED


def test_holds_lapse_at_their_expiry_and_not_before(uow: Any) -> None:
    held(uow)
    held(uow, replace(ORDER, id="o2", expires_at=NOW + 16 * MINUTE))
    early, late = ORDER.expires_at - timedelta(microseconds=1), ORDER.expires_at
    with uow.write() as tx:
        assert tx.store.lapsed_departures(early, 10) == []
        assert tx.store.lapse(DEPARTURE.id, early) == 0
        assert tx.store.lapsed_departures(late, 10) == [DEPARTURE.id]
        assert tx.store.lapse(DEPARTURE.id, late) == 2
        assert tx.store.lapse(DEPARTURE.id, late) == 0
        assert not tx.store.release(ORDER, late)
    assert occupancy(uow).held == 2
    with uow.read() as tx:
        assert [tx.store.order(id_).state.value for id_ in ("o1", "o2")] == ["lapsed", "held"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE departures SET held = 5",
        "UPDATE departures SET sold = 3",
        "UPDATE departures SET held = -1",
        "UPDATE orders SET state = 'eaten'",
        "UPDATE orders SET state = 'lapsed'",
        "UPDATE orders SET seats = 0",
        "UPDATE order_seats SET price_fen = -1",
        "UPDATE order_seats SET rider = 'dog'",
    ],
)
def test_the_database_itself_refuses_what_may_never_be(real_uow: UnitOfWork[BusStore], change: str) -> None:
    held(real_uow)
    with pytest.raises(IntegrityError), real_uow.write() as tx:
        tx.connection.execute(text(change))
    assert occupancy(real_uow) == Occupancy(4, 0, 2)


def test_the_migration_ends_in_the_model(real_uow: UnitOfWork[BusStore]) -> None:
    url = real_uow.database.engine.url.render_as_string(hide_password=False)
    assert migrate.differences("bus", url) == []
