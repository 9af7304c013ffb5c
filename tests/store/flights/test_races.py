"""Two copies of the service report about one leg at the same moment. Each test has its control."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from kernel.db import UnitOfWork
from services.flights.store import FLIGHTS, FlightStore, Kept
from tests.unit.flights.examples import IN, OUT, OUT_ID, flight, item, scheduled, send

PAUSE_S = 0.4


class Slow(FlightStore):
    """Waits between reading and writing, so that two copies certainly meet."""

    def lock(self, flight_ids: Collection[str]) -> dict[str, Kept]:
        kept = super().lock(flight_ids)
        threading.Event().wait(PAUSE_S)
        return kept


class Unlocked(FlightStore):
    """What would be without the locks."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection

    def lock_creation(self) -> None:
        pass

    def lock(self, flight_ids: Collection[str]) -> dict[str, Kept]:
        columns = (FLIGHTS.c.id, FLIGHTS.c.version, FLIGHTS.c.board_us, FLIGHTS.c.terms, FLIGHTS.c.state)
        rows = self.connection.execute(select(*columns).where(FLIGHTS.c.id.in_(flight_ids))).all()
        threading.Event().wait(PAUSE_S)
        return {row[0]: Kept(row[1], row[2], frozenset(row[3].splitlines()), row[4]) for row in rows}


def at_once(*works: Callable[[], Any]) -> list[BaseException]:
    """Run all at the same time; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            work()
        except Exception as exc:
            raised.append(exc)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def copies(uow: UnitOfWork[FlightStore], store: type[FlightStore]) -> tuple[Any, Any]:
    return UnitOfWork(uow.database, store), UnitOfWork(uow.database, store)


def test_two_copies_change_one_leg_and_neither_change_is_lost(real_uow: UnitOfWork[FlightStore]) -> None:
    send(real_uow, scheduled())
    one, other = copies(real_uow, Slow)
    raised = at_once(
        lambda: send(one, item("06:00", departure={"gate": "12"})),
        lambda: send(other, item("06:00", departure={"stand": "45"})),
    )
    seen = flight(real_uow)
    assert raised == []
    assert (seen["departure"]["gate"], seen["departure"]["stand"], seen["version"]) == ("12", "45", 3)


def test_without_the_lock_a_change_is_lost(postgres_uow: UnitOfWork[FlightStore]) -> None:
    """Control."""
    send(postgres_uow, scheduled())
    one, other = copies(postgres_uow, Unlocked)
    at_once(
        lambda: send(one, item("06:00", departure={"gate": "12"})),
        lambda: send(other, item("06:00", departure={"stand": "45"})),
    )
    assert None in (flight(postgres_uow)["departure"]["gate"], flight(postgres_uow)["departure"]["stand"])


def test_two_copies_make_one_leg_together(real_uow: UnitOfWork[FlightStore]) -> None:
    one, other = copies(real_uow, Slow)
    raised = at_once(
        lambda: send(one, scheduled(departure={"gate": "12"})),
        lambda: send(other, scheduled(departure={"stand": "45"})),
    )
    seen = flight(real_uow)
    assert raised == []
    assert (seen["departure"]["gate"], seen["departure"]["stand"], seen["version"]) == ("12", "45", 2)


def test_without_the_lock_a_leg_is_made_twice(postgres_uow: UnitOfWork[FlightStore]) -> None:
    """Control."""
    one, other = copies(postgres_uow, Unlocked)
    raised = at_once(
        lambda: send(one, scheduled(departure={"gate": "12"})),
        lambda: send(other, scheduled(departure={"stand": "45"})),
    )
    assert [type(error) for error in raised] == [IntegrityError]


@pytest.mark.parametrize("order", [1, -1])
def test_batches_about_the_same_legs_in_other_orders_do_not_wait_for_each_other_in_a_circle(
    real_uow: UnitOfWork[FlightStore], order: int
) -> None:
    one, other = copies(real_uow, Slow)
    keys = [OUT, IN]
    raised = at_once(
        lambda: send(one, *(scheduled(key=key) for key in keys)),
        lambda: send(other, *(scheduled(key=key, departure={"gate": "1"}) for key in keys[::order])),
    )
    assert raised == []
    assert flight(real_uow, OUT_ID)["departure"]["gate"] == "1"
