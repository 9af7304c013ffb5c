"""What inspectors, travellers and staff do to the same tickets at the same moment, in two copies of the service.

The controls show what happens without the guards.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from kernel.db import UnitOfWork
from services.bus.domain import BusTicket
from services.bus.errors import DepartureCancelled, NotChangeable, SoldOut, TicketNotValid
from services.bus.schemas import TicketState
from services.bus.store import BusStore
from services.bus.store.tables import DEPARTURES, TICKETS
from services.bus.store.tickets import ticket_of_row
from tests.fakes.till import FakeTill
from tests.races.test_last_seat import at_once, opened, patiently
from tests.unit.bus.after import (
    NEXT,
    TILL,
    board,
    boarded,
    cancel,
    change,
    manifest,
    occupied,
    revocations,
    scan,
    sold,
    ticket_states,
    tickets,
    told,
)
from tests.unit.bus.paying import bought, heard
from tests.unit.bus.selling import DEPARTURE_ID, SEATS, give_back, hold, pay, shown

Uow = UnitOfWork[BusStore]
Copies = tuple[Uow, Uow]


@pytest.fixture
def sqlite_url(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path / 'bus.sqlite3'}"


@pytest.fixture
def postgresql_url(postgres: Any) -> str:
    url: str = postgres.new_database("bus")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Two copies of the service on one database."""
    yield from opened(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def postgresql_copies(postgresql_url: str) -> Iterator[Copies]:
    yield from opened(postgresql_url)


def filled(uow: Uow, departure_id: str, but: int) -> None:
    """Sell all seats but so many."""
    left = SEATS - but
    while left:
        size = min(9, left)
        sold(uow, *["adult"] * size, departure_id=departure_id)
        left -= size


def ticked(uow: Uow, ticket: BusTicket, device: str, found: list[str]) -> Callable[[], Any]:
    """One device scans a ticket; what it was told goes to `found`."""
    return patiently(lambda: found.append(board(uow, scan(ticket), device=device)[0]["result"]))


def good(uow: Uow, departure_id: str) -> int:
    with uow.read() as tx:
        return len(tx.store.tickets_on(departure_id))


def test_one_ticket_at_two_doors_is_ticked_once(copies: Copies) -> None:
    _, (ticket,) = sold(copies[0])
    found: list[str] = []
    works = [ticked(copies[n % 2], ticket, f"phone-{n}", found) for n in range(8)]
    assert at_once(works) == {"done": 8}
    assert Counter(found) == {"boarded": 1, "already_boarded": 7}
    assert manifest(copies[0])["departure"]["boarded"] == 1


def test_the_same_scan_sent_by_many_roads_is_answered_alike(copies: Copies) -> None:
    _, (ticket,) = sold(copies[0])
    once, found = scan(ticket), []
    works = [patiently(lambda n=n: found.append(board(copies[n % 2], once)[0])) for n in range(6)]
    assert at_once(works) == {"done": 6}
    assert {answer["result"] for answer in found} == {"boarded"}
    assert all(answer == found[0] for answer in found)


class LooksThenTicks(BusStore):
    """What would be if a tick were judged first and written afterwards."""

    place = threading.Barrier(2, timeout=30)

    def tick(self, ticket_id: str, departure_id: str, at: datetime, actor: str) -> bool:
        state = self._connection.execute(select(TICKETS.c.state).where(TICKETS.c.id == ticket_id)).scalar()
        if state != TicketState.VALID.value:
            return False
        self.place.wait()
        ticked_ = {"state": TicketState.BOARDED.value, "boarded_at": at, "boarded_by": actor}
        self._connection.execute(update(TICKETS).where(TICKETS.c.id == ticket_id).values(ticked_))
        return True


def test_control_looking_before_ticking_lets_two_on_with_one_ticket(postgresql_copies: Copies) -> None:
    _, (ticket,) = sold(postgresql_copies[0])
    with postgresql_copies[0].write() as tx:
        tx.connection.exec_driver_sql("DROP INDEX uq_scans_tick")
    naive = [UnitOfWork(uow.database, LooksThenTicks) for uow in postgresql_copies]
    found: list[str] = []
    assert at_once([ticked(uow, ticket, f"phone-{n}", found) for n, uow in enumerate(naive)]) == {"done": 2}
    assert found == ["boarded", "boarded"]


def test_the_index_stands_behind_a_store_that_looks_first(postgresql_copies: Copies) -> None:
    _, (ticket,) = sold(postgresql_copies[0])
    naive = [UnitOfWork(uow.database, LooksThenTicks) for uow in postgresql_copies]
    found: list[str] = []
    works = [ticked(uow, ticket, f"phone-{n}", found) for n, uow in enumerate(naive)]
    assert at_once(works) == {"done": 1, "IntegrityError": 1}
    assert found == ["boarded"]


@pytest.mark.parametrize("round_", range(2))
def test_a_ticket_is_either_ridden_on_or_changed(copies: Copies, round_: int) -> None:
    one, other = copies
    order_id, (ticket,) = sold(one)
    found: list[str] = []
    works = [ticked(one, ticket, "phone-1", found), patiently(lambda: change(other, order_id, [ticket.id]))]
    endings = at_once(works if round_ % 2 else works[::-1])
    rode = found == ["boarded"]
    assert endings == ({"done": 1, NotChangeable.__name__: 1} if rode else {"done": 2})
    assert found in (["boarded"], ["revoked"])
    assert ticket_states(one, order_id) == (["boarded"] if rode else ["changed", "valid"])
    assert (occupied(one)[0], occupied(one, NEXT)[0]) == ((1, 0) if rode else (0, 1))


@pytest.mark.parametrize("round_", range(2))
def test_a_ticket_is_either_ridden_on_or_paid_back(copies: Copies, round_: int) -> None:
    one, other = copies
    order_id, (ticket,) = sold(one)
    found: list[str] = []
    works = [
        ticked(one, ticket, "phone-1", found),
        patiently(lambda: give_back(other, TILL, order_id, [ticket.id], refund_fen=1200)),
    ]
    endings = at_once(works if round_ % 2 else works[::-1])
    rode = found == ["boarded"]
    assert endings == ({"done": 1, TicketNotValid.__name__: 1} if rode else {"done": 2})
    assert shown(one, order_id)["refunding_fen"] == (0 if rode else 1200)
    assert occupied(one)[0] == (1 if rode else 0)


class LocksNoTickets(BusStore):
    """What would be if a change believed what it had read, and ended tickets whatever became of them since."""

    place = threading.Barrier(2, timeout=30)

    def lock_tickets(self, ticket_ids: Collection[str]) -> list[BusTicket]:
        rows = self._connection.execute(select(TICKETS).where(TICKETS.c.id.in_(sorted(ticket_ids)))).all()
        return [ticket_of_row(row) for row in rows]

    def end_ticket(self, ticket: BusTicket, to: TicketState, now: datetime, refund_fen: int = 0) -> bool:
        self.place.wait()
        self.place.wait()
        ended = {"state": to.value, "ended_at": now, "refund_fen": refund_fen}
        none = {"boarded_at": None, "boarded_by": None}
        self._connection.execute(update(TICKETS).where(TICKETS.c.id == ticket.id).values(ended | none))
        return True


def test_control_a_change_that_locks_no_ticket_gives_two_rides_for_one(postgresql_copies: Copies) -> None:
    one, other = postgresql_copies
    order_id, (ticket,) = sold(one)
    naive = UnitOfWork(other.database, LocksNoTickets)

    def ride_in_between() -> None:
        LocksNoTickets.place.wait()
        assert board(one, scan(ticket))[0]["result"] == "boarded"
        LocksNoTickets.place.wait()

    assert at_once([ride_in_between, lambda: change(naive, order_id, [ticket.id])]) == {"done": 2}
    (new,) = tickets(one, order_id)
    assert board(one, scan(new), departure_id=NEXT)[0]["result"] == "boarded", "it rides again"


def test_two_changes_onto_the_last_seat_move_one(copies: Copies) -> None:
    one, other = copies
    filled(one, NEXT, 1)
    orders = [sold(one) for _ in range(4)]
    works = [
        patiently(lambda n=n, order=order: change(copies[n % 2], order[0], [order[1][0].id]))
        for n, order in enumerate(orders)
    ]
    assert at_once(works) == {"done": 1, SoldOut.__name__: 3}
    assert (occupied(one), occupied(other, NEXT)) == ((3, 0), (SEATS, 0))
    assert (good(one, DEPARTURE_ID), good(one, NEXT)) == (3, SEATS)


class CountsFirst(BusStore):
    """What would be if the seats were counted first and sold afterwards."""

    place = threading.Barrier(2, timeout=30)

    def lock_departure(self, departure_id: str) -> Any:
        return self.occupancies([departure_id])[departure_id]

    def sell(self, departure_id: str, seats: int) -> bool:
        if self.occupancies([departure_id])[departure_id].free < seats:
            return False
        self.place.wait()
        after = {"sold": DEPARTURES.c.sold + seats}
        self._connection.execute(update(DEPARTURES).where(DEPARTURES.c.id == departure_id).values(after))
        return True


def test_control_counting_before_changing_sells_the_last_seat_twice(postgresql_copies: Copies) -> None:
    one, _ = postgresql_copies
    filled(one, NEXT, 1)
    orders = [sold(one) for _ in range(2)]
    with one.write() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE departures DROP CONSTRAINT ck_departures_capacity")
    naive = [UnitOfWork(uow.database, CountsFirst) for uow in postgresql_copies]
    works = [
        lambda uow=uow, order=order: change(uow, order[0], [order[1][0].id])
        for uow, order in zip(naive, orders, strict=True)
    ]
    assert at_once(works) == {"done": 2}
    assert good(one, NEXT) == SEATS + 1


def test_changes_back_and_forth_between_two_buses_never_wait_for_each_other(copies: Copies) -> None:
    there = [sold(copies[0]) for _ in range(5)]
    back = [sold(copies[0], departure_id=NEXT) for _ in range(5)]
    works = [
        patiently(lambda n=n, order=order, to=to: change(copies[n % 2], order[0], [order[1][0].id], to))
        for n, (order, to) in enumerate([(each, NEXT) for each in there] + [(e, DEPARTURE_ID) for e in back])
    ]
    assert at_once(works) == {"done": 10}, "no deadlock: departures are locked in the order of their ids"
    assert (good(copies[0], DEPARTURE_ID), good(copies[0], NEXT)) == (5, 5)
    assert (occupied(copies[0]), occupied(copies[0], NEXT)) == ((5, 0), (5, 0))


@pytest.mark.parametrize("move_to", [None, NEXT])
def test_buyers_and_a_cancellation_leave_nobody_with_a_ticket_for_a_bus_that_does_not_run(
    copies: Copies, move_to: str | None
) -> None:
    one, other = copies
    sold(one)
    tills = [FakeTill() for _ in range(6)]
    works = [patiently(lambda n=n: bought(copies[n % 2], tills[n])) for n in range(6)]
    works.insert(3, patiently(lambda: cancel(other, move_to)))
    endings = at_once(works)
    assert set(endings) <= {"done", "SalesClosed", "HoldIsOver", "HoldOver"}
    assert (good(one, DEPARTURE_ID), occupied(one)[0]) == (0, 0)
    assert good(one, NEXT) == occupied(one, NEXT)[0]
    with one.read() as tx:
        sales = tx.connection.exec_driver_sql(
            "SELECT amount_fen, refunding_fen + refunded_fen, state FROM orders WHERE paid_at IS NOT NULL"
        ).all()
    for paid_fen, back_fen, state in sales:
        assert back_fen == (0 if state == "issued" else paid_fen), "all of it, or a ticket"
    if move_to is None:
        assert {state for *_, state in sales} == {"returning"}


class SellsAnyway(BusStore):
    """What would be if a sale asked for seats alone."""

    def sell(self, departure_id: str, seats: int) -> bool:
        after = {"sold": DEPARTURES.c.sold + seats}
        self._connection.execute(update(DEPARTURES).where(DEPARTURES.c.id == departure_id).values(after))
        return True


def test_control_selling_without_asking_leaves_a_ticket_for_a_bus_that_does_not_run(
    postgresql_copies: Copies,
) -> None:
    one, other = postgresql_copies
    till = FakeTill()
    order_id = hold(one)["id"]
    pay(one, till, order_id)
    cancel(one)
    heard(UnitOfWork(other.database, SellsAnyway), till, order_id, till.paid(order_id))
    assert good(one, DEPARTURE_ID) == 1


def test_a_departure_is_cancelled_once(copies: Copies) -> None:
    order_id, _ = sold(copies[0], "adult", "adult")
    works = [patiently(lambda n=n: cancel(copies[n % 2])) for n in range(4)]
    assert at_once(works) == {"done": 1, DepartureCancelled.__name__: 3}
    assert shown(copies[0], order_id)["refunding_fen"] == 3000
    assert len(told(copies[0], "bus_cancelled")) == 1


def test_devices_miss_nothing_that_becomes_known_while_they_ask(copies: Copies) -> None:
    pairs = [sold(copies[0], "adult", "adult") for _ in range(6)]
    known: set[str] = set()
    over = threading.Event()

    def ask() -> None:
        version = 0
        while True:
            last = over.is_set()
            answer = revocations(copies[1], version)
            known.update(answer["revoked"], answer["boarded"])
            version = answer["version"]
            if last:
                return

    def work(n: int) -> None:
        order_id, (one, other) = pairs[n]
        patiently(lambda: board(copies[n % 2], scan(one)))()
        patiently(lambda: change(copies[n % 2], order_id, [other.id]))()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        assert at_once([lambda n=n: work(n) for n in range(6)]) == {"done": 6}
    finally:
        over.set()
        asking.join()
    assert known == {ticket.id for _, pair in pairs for ticket in pair}


def test_batches_of_two_devices_never_wait_for_each_other(copies: Copies) -> None:
    _, nine = sold(copies[0], *["adult"] * 9)
    order = [nine, nine[::-1]]
    works = [
        patiently(lambda n=n: boarded(copies[n], *(scan(each) for each in order[n]), device=f"phone-{n}"))
        for n in range(2)
    ]
    assert at_once(works) == {"done": 2}
    assert manifest(copies[0])["departure"]["boarded"] == 9
