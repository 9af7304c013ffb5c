"""Seats, passes and aircraft asked for at the same moment, by two copies of the service. Controls show what the
lock on the flight prevents."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import Unavailable
from services.checkin.domain import Sitter
from services.checkin.errors import NoSeatsLeft, SeatTaken, WrongStanding
from services.checkin.store import CheckinStore, FlightRow
from services.checkin.store.tables import PASSES, TRAVELLERS
from services.checkin.usecases import SeatMaps
from tests.races.test_last_seat import at_once
from tests.support.databases import Postgres
from tests.unit.checkin.examples import (
    PLACE,
    aircraft,
    boarding_pass,
    booking,
    cancel,
    check_in,
    choose,
    party,
    person,
    place,
    push_aircraft,
    push_list,
    scan,
)

Uow = UnitOfWork[CheckinStore]
PHONES = 8


class Unlocked(CheckinStore):
    """What would be if the flight weren't locked: both look at the seats before either takes one."""

    both_looked = threading.Barrier(2, timeout=30)

    def lock_flight(self, flight_id: str) -> FlightRow | None:
        return self.flight(flight_id)

    def seated(self, flight_id: str) -> dict[str, Sitter]:
        taken = super().seated(flight_id)
        self.both_looked.wait()
        return taken


class UnlockedGate(CheckinStore):
    """The same for two who look at one traveller before either changes them."""

    both_looked = threading.Barrier(2, timeout=30)

    def lock_flight(self, flight_id: str) -> FlightRow | None:
        return self.flight(flight_id)

    def save_standings(self, travellers: Any) -> None:
        self.both_looked.wait()
        super().save_standings(travellers)


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service on one database."""
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'checkin.sqlite3'}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield from opened(postgres.new_database("checkin"))


@pytest.fixture
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("checkin"))


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    migrate.upgrade("checkin", url)
    # Another database, other aircraft: what was kept of the last one's is no longer true.
    object.__setattr__(PLACE, "maps", SeatMaps())
    databases = Database(url), Database(url)
    one, other = (UnitOfWork(database, CheckinStore) for database in databases)
    yield one, other
    for database in databases:
        database.close()


def parties(uow: Uow, many: int, rows: int = 2) -> list[dict[str, Any]]:
    """So many people with bookings of their own on one aircraft, each with an account of their own."""
    push_list(uow, *(booking(f"PNR{number:03d}", person("LI", "SI")) for number in range(many)))
    push_aircraft(uow, aircraft(rows))
    mine = []
    for number in range(many):
        with uow.write() as tx:
            (traveller,) = tx.store.by_pnr(f"PNR{number:03d}")
            tx.store.bind(traveller.booking_id, "account-ann", "code", tx.now())
        mine.append({"booking_id": traveller.booking_id, "travellers": [{"id": traveller.id}]})
    return mine


def patiently(work: Callable[[], Any]) -> Callable[[], Any]:
    """As a caller does who is told to come again."""

    def run() -> Any:
        while True:
            try:
                return work()
            except Unavailable:
                continue

    return run


def seats(uow: Uow) -> Counter[str]:
    with uow.read() as tx:
        return Counter(
            tx.connection.execute(select(TRAVELLERS.c.seat).where(TRAVELLERS.c.seat.is_not(None))).scalars()
        )


def choosing(uow: Uow, mine: dict[str, Any], seat: str) -> Callable[[], Any]:
    at = place()
    return lambda: choose(uow, mine, {mine["travellers"][0]["id"]: seat}, at=at)


def test_the_last_window_seat_is_one_persons(copies: tuple[Uow, Uow]) -> None:
    everybody = parties(copies[0], PHONES)
    works = [patiently(choosing(copies[at % 2], mine, "32F")) for at, mine in enumerate(everybody)]
    assert at_once(works) == {"done": 1, SeatTaken.__name__: PHONES - 1}
    assert seats(copies[0]) == {"32F": 1}


def test_control_without_lock_and_constraint_two_sit_on_one_seat(postgresql_copies: tuple[Uow, Uow]) -> None:
    one, other = postgresql_copies
    everybody = parties(one, 2)
    with one.write() as tx:
        tx.connection.execute(text("ALTER TABLE travellers DROP CONSTRAINT uq_travellers_seat"))
    naive = [UnitOfWork(uow.database, Unlocked) for uow in (one, other)]
    works = [choosing(uow, mine, "32F") for uow, mine in zip(naive, everybody, strict=True)]
    assert at_once(works) == {"done": 2}
    assert seats(one) == {"32F": 2}


def test_the_constraint_stands_behind_a_store_that_forgets_the_lock(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    one, other = postgresql_copies
    everybody = parties(one, 2)
    naive = [UnitOfWork(uow.database, Unlocked) for uow in (one, other)]
    works = [choosing(uow, mine, "32F") for uow, mine in zip(naive, everybody, strict=True)]
    assert at_once(works) == {"done": 1, SeatTaken.__name__: 1}
    assert seats(one) == {"32F": 1}


def test_an_aircraft_fills_up_and_nobody_sits_on_somebody(copies: tuple[Uow, Uow]) -> None:
    everybody = parties(copies[0], 15)
    places = [place(), place()]
    works = [
        patiently(lambda at=at, mine=mine: check_in(copies[at % 2], mine, at=places[at % 2]))
        for at, mine in enumerate(everybody)
    ]
    assert at_once(works) == {"done": 12, NoSeatsLeft.__name__: 3}
    assert set(seats(copies[0]).values()) == {1}
    with copies[0].read() as tx:
        numbers = sorted(tx.connection.execute(select(PASSES.c.sequence)).scalars())
    assert numbers == list(range(1, 13)), "each number once, and none left out"


def test_a_pass_is_cancelled_or_boarded_and_never_both(copies: tuple[Uow, Uow]) -> None:
    for number, mine in enumerate(parties(copies[0], 6)):
        check_in(copies[0], mine, at=place())
        cancel_against_scan(copies, mine, first=number % 2)


def cancel_against_scan(copies: tuple[Uow, Uow], mine: dict[str, Any], first: int) -> None:
    code = boarding_pass(copies[0], mine)["bcbp"]
    answers: list[str] = []
    works = [
        patiently(lambda: cancel(copies[0], mine, at=place())),
        patiently(lambda: answers.append(scan(copies[1], code, at=place())["scan"]["result"])),
    ]
    endings = at_once(works if first == 0 else works[::-1])
    standing = party(copies[0], mine["booking_id"])["travellers"][0]["standing"]
    if answers == ["accepted"]:
        assert (standing, endings[WrongStanding.__name__]) == ("boarded", 1)
    else:
        assert (standing, answers, endings) == ("booked", ["not_checked_in"], {"done": 2})


def test_control_without_the_lock_somebody_boards_on_a_pass_that_is_void(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    one, other = postgresql_copies
    (mine,) = parties(one, 1)
    check_in(one, mine, at=place())
    code = boarding_pass(one, mine)["bcbp"]
    naive = [UnitOfWork(uow.database, UnlockedGate) for uow in (one, other)]
    answers: list[str] = []
    works = [
        lambda: cancel(naive[0], mine, at=place()),
        lambda: answers.append(scan(naive[1], code, at=place())["scan"]["result"]),
    ]
    assert (at_once(works), answers) == ({"done": 2}, ["accepted"]), "both were told yes"


def test_another_aircraft_and_a_choice_of_seats_end_with_everybody_seated_in_it(
    copies: tuple[Uow, Uow],
) -> None:
    everybody = parties(copies[0], 6, rows=4)
    for mine in everybody:
        check_in(copies[0], mine, at=place())
    works = [patiently(choosing(copies[at % 2], mine, "34A")) for at, mine in enumerate(everybody)]
    works += [patiently(lambda: push_aircraft(copies[1], aircraft(3), version=2))]
    assert set(at_once(works)) <= {"done", SeatTaken.__name__, "SeatRefused"}
    taken = seats(copies[0])
    assert (len(taken), set(taken.values())) == (6, {1})
    assert all(int(seat[:-1]) <= 33 for seat in taken), "nobody sits in a row that the aircraft doesn't have"


def test_one_pass_at_two_gates_lets_one_person_through(copies: tuple[Uow, Uow]) -> None:
    (mine,) = parties(copies[0], 1)
    places = [place(), place()]
    check_in(copies[0], mine, at=place())
    code = boarding_pass(copies[0], mine)["bcbp"]
    answers: list[str] = []
    works = [
        patiently(
            lambda at=at: answers.append(
                scan(copies[at % 2], code, device=f"gate-{at}", at=places[at % 2])["scan"]["result"]
            )
        )
        for at in range(6)
    ]
    at_once(works)
    assert Counter(answers) == {"accepted": 1, "already_boarded": 5}
