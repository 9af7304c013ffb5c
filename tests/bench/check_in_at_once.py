"""180 passengers check in for one flight at the same moment: how long until the last has a pass.

    python -m tests.bench.check_in_at_once [PASSENGERS] [COPIES]

The calls leave together, over the broker, to a running service, each with the gateway's deadline of 4 s. Beside it
the least that a lock on the flight costs: as many callers that lock its row, take the next seat and number, write
pass and event, and commit, with no rules, no names and no broker between.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deploy.broker import PrivateBroker
from deploy.postgres import PrivatePostgres
from gateway.rpc import RpcClient
from kernel import clock, migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.checkin.store import CheckinStore
from services.checkin.usecases import SeatMaps
from tests.bench.load import process
from tests.bench.report import Row, Section
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder
from tests.support.stack import clean_environment
from tests.unit.checkin.examples import (
    ANN,
    GOODS,
    NOW,
    PLACE,
    access,
    aircraft,
    booking,
    person,
    push_aircraft,
    push_list,
)
from tests.unit.checkin.examples import (
    text as instant_text,
)

PASSENGERS = 180
DEADLINE_S = 4.0
_STARTING_S = 3.0
"""A copy that starts while the calls are under way would take part in only some of them."""
_KEYS = f"k1:{bytes(range(32)).hex()}"


@dataclass(frozen=True)
class Rush:
    """What became of the calls. took_s: of each, from the moment all of them left."""

    took_s: list[float]
    failed: Counter[str]

    @property
    def last_s(self) -> float:
        return max(self.took_s)

    @property
    def median_s(self) -> float:
        return statistics.median(self.took_s)


def fill(url: str, passengers: int) -> list[dict[str, Any]]:
    """A flight with so many people, each with a booking and an account; what each of them asks."""
    migrate.upgrade("checkin", url)
    database = Database(url)
    uow = UnitOfWork(database, CheckinStore)
    object.__setattr__(PLACE, "maps", SeatMaps())
    push_list(uow, *(booking(f"PNR{number:03d}", person("LI", "SI")) for number in range(passengers)))
    push_aircraft(uow, aircraft(passengers // 6 + 2))
    asked = []
    for number in range(passengers):
        with uow.write() as tx:
            (traveller,) = tx.store.by_pnr(f"PNR{number:03d}")
            tx.store.bind(traveller.booking_id, ANN, "code", tx.now())
        asked.append(
            {
                "request_id": new_id(),
                "access": access(traveller.booking_id),
                "traveller_ids": [traveller.id],
                "dangerous_goods": GOODS,
            }
        )
    database.close()
    return asked


async def rush(amqp_url: str, asked: list[dict[str, Any]]) -> Rush:
    """All of them at once; who fails is counted by the error's code."""
    client = RpcClient(amqp_url)
    client.start()
    await _answers(client)
    failed: Counter[str] = Counter()

    async def one(request: dict[str, Any]) -> float:
        try:
            party = await client.call("checkin", "check_in", request, deadline_s=DEADLINE_S)
            assert party["travellers"][0]["seat"], "a pass without a seat"
        except ServiceError as exc:
            failed[f"{exc.code} {exc.data}"] += 1
        return time.perf_counter() - began

    began = time.perf_counter()
    took = list(await asyncio.gather(*(one(request) for request in asked)))
    await client.stop()
    return Rush(took, failed)


async def _answers(client: RpcClient) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            await client.call("checkin", "ping", {}, deadline_s=2)
        except ServiceError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)
        else:
            return


def measure(url: str, amqp_url: str, folder: Path, passengers: int, copies: int = 1) -> Rush:
    """Run `copies` processes of the service on the empty database at `url`."""
    asked = fill(url, passengers)
    environ = clean_environment() | {
        "AMQP_URL": amqp_url,
        "DATABASE_URL": url.replace("/checkin", "/{service}") if url.startswith("sqlite") else url,
        "FIELD_KEYS": _KEYS,
        "AIRPORT_CLOCK": f"{instant_text(NOW)}@1@{instant_text(clock.real_now())}",
        "AIRPORT_VAR": str(folder),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "deploy.serve", "checkin"]
    with ExitStack() as running:
        for number in range(copies):
            running.enter_context(process(command, folder / f"checkin-{number}.log", **environ))
        time.sleep(_STARTING_S)
        return asyncio.run(rush(amqp_url, asked))


def plain_loop(url: str, passengers: int) -> float:
    """Seconds that as many callers need who only take turns at the flight's row."""
    migrate.upgrade("checkin", url)
    database = Database(url, pool_size=20)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE plain_flight (id integer PRIMARY KEY, number integer)"))
        connection.execute(
            text("CREATE TABLE plain_pass (number integer PRIMARY KEY, seat text, event text)")
        )
        connection.execute(text("INSERT INTO plain_flight VALUES (1, 0)"))
    lock = " FOR UPDATE" if database.dialect_name == "postgresql" else ""

    def one(_: int) -> None:
        with database.writing() as connection:
            number = connection.execute(
                text(f"SELECT number FROM plain_flight WHERE id = 1{lock}")
            ).scalar_one()
            row = {"number": number + 1, "seat": f"{number}A", "event": "x" * 600}
            connection.execute(text("UPDATE plain_flight SET number = :number WHERE id = 1"), row)
            connection.execute(text("INSERT INTO plain_pass VALUES (:number, :seat, :event)"), row)

    began = time.perf_counter()
    with ThreadPoolExecutor(20) as callers:
        list(callers.map(one, range(passengers)))
    seconds = time.perf_counter() - began
    database.close()
    return seconds


def section() -> Section:
    """For `make bench`."""
    rows = []
    for name, (found, plain_s) in both(PASSENGERS).items():
        figure = (
            f"{found.last_s:.2f} s to the last, {found.median_s:.2f} s median, {found.failed.total()} failed"
        )
        met = not found.failed and found.last_s <= DEADLINE_S
        rows.append(
            Row(
                f"{PASSENGERS} passengers at once, {name}",
                figure,
                f"{plain_s:.2f} s",
                found.last_s / plain_s,
                f"all within {DEADLINE_S:g} s",
                met,
            )
        )
    about = (
        "Everybody of one flight checks in at the same moment, over the broker, with seats, passes and events; against"
        " as many transactions that lock one row, write two and do nothing else."
    )
    return Section("Check-in when everybody comes", about, rows)


def both(passengers: int, copies: int = 1) -> dict[str, tuple[Rush, float]]:
    """The rush and the plain loop, by database."""
    found = {}
    with temporary_folder("airport-bench-") as folder, PrivateBroker(folder) as broker:
        rush_ = measure(f"sqlite:///{folder}/checkin.sqlite3", broker.url, folder, passengers, copies)
        found["SQLite"] = rush_, plain_loop(f"sqlite:///{folder}/plain.sqlite3", passengers)
        with PrivatePostgres(folder) as server:
            postgres = Postgres(server.url)
            rush_ = measure(postgres.new_database("checkin"), broker.url, folder, passengers, copies)
            found["PostgreSQL"] = rush_, plain_loop(postgres.new_database("plain"), passengers)
    return found


def main(arguments: list[str]) -> None:
    passengers = int(arguments[0]) if arguments else PASSENGERS
    copies = int(arguments[1]) if len(arguments) > 1 else 1
    for name, (found, plain_s) in both(passengers, copies).items():
        print(
            f"{name:12} last {found.last_s:.2f} s, median {found.median_s:.2f} s, plain loop {plain_s:.2f} s,"
            f" failed {dict(found.failed)}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
