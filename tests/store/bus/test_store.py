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
from kernel.saga.states import State
from kernel.saga.steps import BUYER, opened
from services.bus.domain import BookedRide, BusTicket, FeedVersion, Occupancy, Order, Seat
from services.bus.schemas import Rider, TicketState
from services.bus.store import BusStore
from tests.unit.bus.examples import TIMETABLE

NOW = datetime(2026, 11, 23, 0, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOUND = TIMETABLE.departure("20261123-A1-in-0900")
assert FOUND is not None
DEPARTURE = FOUND
RIDE = BookedRide(
    departure_id=DEPARTURE.id,
    from_stop="WUYI",
    to_stop="CSX-T2",
    departs_at=DEPARTURE.departs_at,
    arrives_at=DEPARTURE.calls[3].arrives_at,
    words={"line_id": "A1", "line_name": {"zh": "机场大巴1号线", "en": "Airport Bus 1"}, "headsign": "机场"}
    | {"from_name": {"zh": "五一", "en": "Wuyi"}, "to_name": {"zh": "T2航站楼", "en": "Terminal 2"}},
)
SALE = replace(opened("p1", 3000, "CNY", NOW, 15 * MINUTE), id="o1")
ORDER = Order(
    SALE, RIDE, (Seat(Rider.ADULT, 2000), Seat(Rider.CHILD, 1000)), "CZ3101-20261123-CSX-PEK", NOW + MINUTE
)


def order_named(order_id: str, **changes: Any) -> Order:
    """ORDER under another id, with these changes of its sale."""
    return replace(ORDER, sale=replace(SALE, id=order_id, **changes))


def held(uow: Any, order: Order = ORDER, capacity: int = 4) -> None:
    with uow.write() as tx:
        tx.store.open_departure(DEPARTURE, capacity)
        assert tx.store.take(DEPARTURE.id, len(order.seats))
        tx.store.add_order(order, BUYER, "holds seats")


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


def test_holds_are_over_at_their_expiry_and_not_before(uow: Any) -> None:
    held(uow)
    held(uow, order_named("o2", expires_at=NOW + 16 * MINUTE))
    early, late = SALE.expires_at - timedelta(microseconds=1), SALE.expires_at
    with uow.write() as tx:
        assert tx.store.over_holds(DEPARTURE.id, early, NOW) == []
        ((sale, seats),) = tx.store.over_holds(DEPARTURE.id, late, NOW)
        assert (sale.id, seats) == ("o1", 2)
        tx.store.sales.step(sale, State.PAYING, NOW, BUYER, "asks to pay")
        assert tx.store.over_holds(DEPARTURE.id, late, early) == []
        assert len(tx.store.over_holds(DEPARTURE.id, late, late)) == 1


def test_seats_move_from_held_to_sold(uow: Any) -> None:
    held(uow)
    with uow.write() as tx:
        tx.store.move_seats(DEPARTURE.id, held=-2, sold=2)
        assert tx.store.sell(DEPARTURE.id, 2)
        assert not tx.store.sell(DEPARTURE.id, 1)
    assert occupancy(uow) == Occupancy(4, 4, 0)


def ticket(number: int, **changes: Any) -> BusTicket:
    given = BusTicket(f"{number:032x}", "o1", number, Rider.ADULT, 2000, RIDE, "BUS1:…", NOW)
    return replace(given, **changes)


def test_a_ticket_comes_back_as_it_was_issued_and_ends_once(uow: Any) -> None:
    held(uow)
    first, second = ticket(1), ticket(2, rider=Rider.CHILD)
    with uow.write() as tx:
        tx.store.add_tickets([second, first])
        assert tx.store.tickets_of(["o1", "o2"]) == [first, second]
        assert tx.store.end_ticket(first, TicketState.RETURNED, NOW, 1800)
        assert not tx.store.end_ticket(first, TicketState.CHANGED, NOW)
        ended = replace(first, state=TicketState.RETURNED, ended_at=NOW, refund_fen=1800)
        assert tx.store.tickets_of(["o1"]) == [ended, second]


def test_a_seat_is_delivered_once(real_uow: UnitOfWork[BusStore]) -> None:
    held(real_uow)
    with real_uow.write() as tx:
        tx.store.add_tickets([ticket(1)])
    with pytest.raises(IntegrityError), real_uow.write() as tx:
        tx.store.add_tickets([ticket(1, id="f" * 32)])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE departures SET held = 5",
        "UPDATE departures SET sold = 3",
        "UPDATE departures SET held = -1",
        "UPDATE orders SET seats = 0",
        "UPDATE tickets SET state = 'eaten'",
        "UPDATE tickets SET state = 'boarded'",
        "UPDATE tickets SET state = 'returned'",
        "UPDATE tickets SET refund_fen = 1",
        "UPDATE tickets SET replaces = 'nobody'",
        "UPDATE order_seats SET price_fen = -1",
        "UPDATE order_seats SET rider = 'dog'",
    ],
)
def test_the_database_itself_refuses_what_may_never_be(real_uow: UnitOfWork[BusStore], change: str) -> None:
    held(real_uow)
    with real_uow.write() as tx:
        tx.store.add_tickets([ticket(1)])
    with pytest.raises(IntegrityError), real_uow.write() as tx:
        tx.connection.execute(text(change))
    assert occupancy(real_uow) == Occupancy(4, 0, 2)


def test_the_migration_ends_in_the_model(real_uow: UnitOfWork[BusStore]) -> None:
    url = real_uow.database.engine.url.render_as_string(hide_password=False)
    assert migrate.differences("bus", url) == []
