"""What a search costs among 10,000, 100,000 and 336,776 flights (as many as left New York in 2013), on SQLite.

One day of 920 legs is reported through the use case and copied to as many other days as are needed.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.airport import Airport
from services.flights import usecases
from services.flights.schemas import SearchSchema
from services.flights.store import FlightStore
from tests.bench.ingest_flights import BATCH, SOURCE, life
from tests.bench.report import Row, Section
from tests.support.folders import temporary_folder

LEGS_A_DAY = 920
SIZES = (10_000, 100_000, 336_776)
FIRST_DAY = datetime(2026, 11, 23, tzinfo=UTC)
SEARCHES: dict[str, dict[str, Any]] = {
    "flight number": {"text": "CZ500"},
    "route": {"text": "长沙到北京"},
    "city in pinyin and a time": {"text": "guangzhou", "from_time_local": "12:00", "to_time_local": "18:00"},
    "airline and terminal": {"airline": "南航", "terminal": "T2"},
    "whole day, first page": {"direction": "departure"},
}


def _copy_days(path: Path, first: int, last: int) -> None:
    """Copy the first day's legs to the days `first`…`last` after it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        end_us = int((FIRST_DAY + timedelta(days=1)).timestamp() * 1_000_000)
        for table in ("flights", "flight_terms"):
            connection.execute(
                f"CREATE TEMP TABLE day_{table} AS SELECT * FROM {table} WHERE board_us < ?", (end_us,)
            )
        for day in range(first, last + 1):
            new = f"{FIRST_DAY + timedelta(days=day):%Y%m%d}"
            values = {"old": f"{FIRST_DAY:%Y%m%d}", "new": new, "us": day * 86_400_000_000}
            connection.execute(
                "INSERT INTO flights SELECT replace(id, :old, :new), version, direction, terminal, board_us + :us,"
                " terms, replace(document, :old, :new), state FROM day_flights",
                values,
            )
            connection.execute(
                "INSERT INTO flight_terms SELECT term, board_us + :us, replace(flight_id, :old, :new)"
                " FROM day_flight_terms",
                values,
            )


def _cost_us(uow: UnitOfWork[FlightStore], search: dict[str, Any], days: int, rounds: int) -> float:
    """Median microseconds of one search, over days spread through what is stored."""
    view = usecases.viewpoint(Airport())
    taken = []
    for number in range(rounds):
        now = FIRST_DAY + timedelta(days=number * 7 % days, hours=1)
        request = SearchSchema().load({**search, "day_local": now.date().isoformat()})
        begun = time.perf_counter()
        found = usecases.search_flights(uow, view, request, now)
        taken.append(time.perf_counter() - begun)
        assert found["flights"], search
    return statistics.median(taken) * 1e6


def section(rounds: int = 200) -> Section:
    rows = []
    costs: dict[str, list[float]] = {name: [] for name in SEARCHES}
    with temporary_folder("airport-bench-") as folder:
        path = folder / "flights.sqlite3"
        url = f"sqlite:///{path}"
        migrate.upgrade("flights", url)
        database = Database(url)
        uow = UnitOfWork(database, FlightStore)
        reports = [next(life(number))[1] for number in range(LEGS_A_DAY)]
        for start in range(0, len(reports), BATCH):
            request = {
                "request_id": f"day-{start}",
                "source": SOURCE,
                "items": reports[start : start + BATCH],
            }
            answer = usecases.report_updates(uow, usecases.viewpoint(Airport()), request, FIRST_DAY)
            assert not answer["refused"], answer
        days = 1
        for size in SIZES:
            wanted = -(-size // LEGS_A_DAY)
            _copy_days(path, days, wanted - 1)
            days = wanted
            for name, search in SEARCHES.items():
                costs[name].append(_cost_us(uow, search, days, rounds))
        database.close()
    for name, (small, middle, large) in costs.items():
        rows.append(
            Row(
                f"search by {name} among 336,776",
                f"{large:,.0f} µs",
                f"{small:,.0f} µs among 10,000; {middle:,.0f} µs among 100,000",
                large / small,
                "≤ 1.3",
                large / small <= 1.3,
            )
        )
    return Section("Search", "The use case with its query on SQLite, one caller; median of 200.", rows)


if __name__ == "__main__":
    for row in section().rows:
        print(row)
