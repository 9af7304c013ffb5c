"""How many updates a second the flights service takes in, in batches of 100, on SQLite and PostgreSQL.

    python -m tests.bench.ingest_flights [LEGS]

Each leg lives a day: made from its timetable, estimated, called, moved. Measured is the use case with its
transaction — validation, rules, history, outbox — without broker and gateway: one caller that waits for each
answer, and two callers at once, whose rules run while the database works for the other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from deploy.postgres import PrivatePostgres
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.airport import Airport
from services.flights import usecases
from services.flights.store import FlightStore
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder

BATCH = 100
DAY = datetime(2026, 11, 23, tzinfo=UTC)
PLACES = ("PEK", "SHA", "CAN", "KMG", "XIY", "CTU", "SZX", "HAK", "NKG", "TAO")
SOURCE = {"name": "bench", "kind": "airport", "airlines": ["*"]}


def life(number: int) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Reports of one leg's day with the moments at which they are made."""
    off = DAY + timedelta(minutes=number % 1200 + 60)
    on = off + timedelta(minutes=130)
    leg = {
        "airline": ("CZ", "CA", "MU", "HU")[number % 4],
        "number": str(number % 9000 + 100),
        "departure_airport": "CSX",
        "arrival_airport": PLACES[number % len(PLACES)],
        "origin_date": "2026-11-23",
        "repeat": number // 9000 + 1,
    }

    def at(minutes: int) -> datetime:
        return off + timedelta(minutes=minutes)

    def report(minutes: int, **said: Any) -> tuple[datetime, dict[str, Any]]:
        return at(minutes), {"leg": leg, "event_at": at(minutes).isoformat(), **said}

    schedule = {"off_block": {"scheduled_at": off.isoformat()}, "on_block": {"scheduled_at": on.isoformat()}}
    yield report(-1500, times=schedule, departure={"terminal": "T2"}, codeshares=[f"MF{number % 9000 + 100}"])
    yield report(-300, departure={"gate": str(number % 60), "stand": str(number % 80)})
    yield report(-120, status="check_in_open", departure={"check_in_counters": "A01-A12"})
    yield report(-60, times={"off_block": {"estimated_at": at(number % 40).isoformat()}})
    yield report(-30, status="boarding")
    yield report(-10, status="last_call", aircraft={"type": "738", "registration": "B-5678"})
    yield report(0, times={"off_block": {"actual_at": at(0).isoformat()}})
    yield report(12, times={"take_off": {"actual_at": at(12).isoformat()}})
    yield report(20, times={"on_block": {"estimated_at": on.isoformat()}})
    yield report(140, times={"touch_down": {"actual_at": at(125).isoformat()}}, arrival={"belt": "7"})


def run(name: str, uow: UnitOfWork[FlightStore], items: list[dict[str, Any]]) -> float:
    view = usecases.viewpoint(Airport())
    now = DAY + timedelta(days=2)
    begun = time.perf_counter()
    for start in range(0, len(items), BATCH):
        request = {
            "request_id": f"{name}-{start}",
            "source": SOURCE,
            "items": items[start : start + BATCH],
        }
        answer = usecases.report_updates(uow, view, request, now)
        assert not answer["refused"] or name.startswith("shuffled"), answer
    return len(items) / (time.perf_counter() - begun)


def run_two(name: str, uow: UnitOfWork[FlightStore], items: list[dict[str, Any]]) -> float:
    """Two callers, each with its own legs."""
    halves = [[item for item in items if int(item["leg"]["number"]) % 2 == half] for half in (0, 1)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(2) as callers:
        done = [callers.submit(run, f"{name} {half}", uow, mine) for half, mine in enumerate(halves)]
    for each in done:
        each.result()
    return len(items) / (time.perf_counter() - begun)


def measure(url: str, legs: int) -> dict[str, float]:
    """Updates a second, by the order in which they come in."""
    migrate.upgrade("flights", url)
    database = Database(url)
    uow = UnitOfWork(database, FlightStore)
    lives = [list(life(number)) for number in range(legs)]
    made = [events[0][1] for events in lives]
    rest = sorted((event for events in lives for event in events[1:]), key=lambda event: event[0])
    in_order = [item for _, item in rest]
    shuffled = list(in_order)
    Random(1).shuffle(shuffled)
    warm = [{**item, "leg": {**item["leg"], "repeat": 8}} for item in made[:BATCH] + in_order[:BATCH]]
    run("shuffled: warming up", uow, warm)
    other = [{**item, "leg": {**item["leg"], "repeat": 9}} for item in made + shuffled]
    found = {
        "new legs": run("made", uow, made),
        "in order": run("in order", uow, in_order),
        "repeated": run("repeated", uow, in_order),
    }
    twice = [{**item, "leg": {**item["leg"], "repeat": 7}} for item in made + in_order]
    run("made for two", uow, twice[:legs])
    found["by two callers"] = run_two("by two", uow, twice[legs:])
    run("made again", uow, other[:legs])
    found["shuffled"] = run("shuffled", uow, other[legs:])
    database.close()
    return found


def both(legs: int) -> dict[str, dict[str, float]]:
    """Figures by database."""
    with temporary_folder("airport-bench-") as folder:
        found = {"SQLite": measure(f"sqlite:///{folder / 'flights.sqlite3'}", legs)}
    with temporary_folder("airport-bench-") as folder, PrivatePostgres(folder) as server:
        found["PostgreSQL"] = measure(Postgres(server.url).new_database("bench"), legs)
    return found


def main() -> None:
    legs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for name, figures in both(legs).items():
        for order, per_s in figures.items():
            print(f"{name:12} {order:10} {per_s:8,.0f} updates/s")


if __name__ == "__main__":
    main()
