"""A rush on one flight: its own people queue, and the gates of all others are answered. The control has no places
to queue in: whoever waits takes a worker."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from deploy.broker import Broker
from deploy.processes import Process, Program
from kernel import clock, migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import Unavailable
from kernel.ids import new_id
from services.checkin.store import CheckinStore
from services.checkin.turns import AT_ONCE, Turns
from tests.messaging.calls.harness import ROOT, Answer, Wire, deadline, eventually
from tests.support.databases import Postgres
from tests.support.stack import clean_environment
from tests.unit.checkin.examples import (
    ABROAD_ID,
    AIRLINE,
    FLIGHT_ID,
    GOODS,
    NOW,
    access,
    aircraft,
    booking,
    person,
    push_aircraft,
    push_list,
    text,
)

RUSH = 60
"""Three times as many as there are workers."""
SOON_S = 1.0
_HOLD = "SELECT id FROM flights WHERE id = %s FOR UPDATE"


@pytest.fixture
def flights(postgres: Postgres) -> tuple[str, str]:
    """A database with two flights, and the booking on the first that everybody wants to check in."""
    url = postgres.new_database("checkin")
    migrate.upgrade("checkin", url)
    database = Database(url)
    uow = UnitOfWork(database, CheckinStore)
    push_list(uow, booking("ABC123", person("LI", "SI")))
    push_aircraft(uow, aircraft(4))
    push_list(uow, booking("DEF456", person("WANG", "WU")), flight_id=ABROAD_ID)
    with uow.read() as tx:
        (traveller,) = tx.store.by_pnr("ABC123")
    database.close()
    return url, traveller.booking_id


@contextmanager
def served(module: tuple[str, ...], amqp_url: str, database_url: str, folder: Path) -> Iterator[Wire]:
    environ = clean_environment() | {
        "AMQP_URL": amqp_url,
        "DATABASE_URL": database_url,
        "FIELD_KEYS": f"k1:{bytes(range(32)).hex()}",
        "AIRPORT_CLOCK": f"{text(NOW)}@1@{text(clock.real_now())}",
        "SERVICES_OPS_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "checkin.log"
    process = Process(Program("checkin", [sys.executable, "-m", *module], environ, log=log, cwd=ROOT))
    wire = Wire(amqp_url)
    try:
        eventually(lambda: log.exists() and '"ready"' in log.read_text(), 30.0)
        yield wire
    finally:
        wire.close()
        process.kill()


def scan_during_a_rush(wire: Wire, flights: tuple[str, str]) -> Answer | None:
    """What the gate of another flight is answered while somebody holds the flight that all others want."""
    url, booking_id = flights
    holder = psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql"))
    try:
        holder.cursor().execute(_HOLD, (FLIGHT_ID,))
        wish = {"access": access(booking_id), "traveller_ids": ["t"], "dangerous_goods": GOODS}
        for _ in range(RUSH):
            wire.send("checkin", "check_in", {**wish, "request_id": new_id()}, **deadline(4))
        time.sleep(0.2)
        scan: dict[str, Any] = {
            "partner": AIRLINE,
            "flight_id": ABROAD_ID,
            "device": "gate-1",
            "scan_id": new_id(),
            "scanned_at": text(NOW),
            "sequence": 1,
        }
        return wire.try_call("checkin", "board_scan", scan, SOON_S, **deadline(4))
    finally:
        holder.close()


def test_the_gate_of_another_flight_is_answered_during_a_rush(
    flights: tuple[str, str], broker: Broker, tmp_path: Path
) -> None:
    serve = ("deploy.serve", "checkin")
    with served(serve, broker.add_vhost(f"rush-{new_id()}"), flights[0], tmp_path) as wire:
        answer = scan_during_a_rush(wire, flights)
    assert answer is not None
    assert answer.result["scan"]["result"] == "not_checked_in"


def test_control_without_places_to_wait_the_gate_of_another_flight_waits_with_the_rush(
    flights: tuple[str, str], broker: Broker, tmp_path: Path
) -> None:
    serve = ("tests.races.crowded",)
    with served(serve, broker.add_vhost(f"rush-{new_id()}"), flights[0], tmp_path) as wire:
        assert scan_during_a_rush(wire, flights) is None


def test_whoever_is_too_many_is_told_at_once_and_other_flights_have_places_left() -> None:
    turns = Turns(of_one_flight=2, of_all=3)
    inside, leave, through = threading.Semaphore(0), threading.Event(), []

    def write(flight: str) -> None:
        with turns.on(flight):
            inside.release()
            leave.wait(10)
            through.append(flight)

    def come(flight: str, many: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=write, args=(flight,)) for _ in range(many)]
        for thread in threads:
            thread.start()
        return threads

    threads = come("A", AT_ONCE)
    for _ in range(AT_ONCE):
        assert inside.acquire(timeout=5)
    threads += come("A", 2)
    eventually(lambda: turns.waiting("A") == 2, 5)
    with pytest.raises(Unavailable), turns.on("A"):
        pass
    threads += come("B", AT_ONCE + 1)
    eventually(lambda: turns.waiting("B") == 1, 5)
    with pytest.raises(Unavailable), turns.on("B"):
        pass
    with turns.on("C"):
        leave.set()
    for thread in threads:
        thread.join(5)
    assert sorted(through) == ["A"] * (AT_ONCE + 2) + ["B"] * (AT_ONCE + 1)
    assert turns.waiting("A") == 0
