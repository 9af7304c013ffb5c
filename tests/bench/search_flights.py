"""What a search costs among 10 thousand, 100 thousand and 336,776 flights.

    python -m tests.bench.search_flights [POSTGRESQL_URL]

The flights are as dense as Newark, Kennedy and LaGuardia together (922 a day), so more flights are more
days, as they are in life. Documents are short here: a search reads fifty of them, however long they are.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.airport import Airport
from services.flights import usecases
from services.flights.domain import to_us
from services.flights.schemas import SearchSchema
from services.flights.store import FlightStore, LegRow
from tests.support.folders import temporary_folder

SIZES = (10_000, 100_000, 336_776)
PER_DAY = 922
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=5, hours=4)
PLACES = ("PEK", "SHA", "PVG", "CAN", "KMG", "XIY", "CTU", "SZX", "HAK", "NKG", "TAO", "HGH", "URC", "HRB")
AIRLINES = ("CZ", "CA", "MU", "HU", "MF", "ZH", "3U", "9C")
ASKED: tuple[dict[str, Any], ...] = (
    {"text": "cz 3101"},
    {"text": "3101"},
    {"text": "北京"},
    {"text": "长沙 昆明"},
    {"text": "南航 beijing"},
    {"direction": "departure"},
    {"direction": "arrival", "terminal": "T1", "airline": "海航"},
    {"text": "no such place"},
)


def leg(number: int) -> LegRow:
    day, of_day = divmod(number, PER_DAY)
    board_at = START + timedelta(days=day, minutes=of_day * 1440 / PER_DAY)
    airline, other = AIRLINES[of_day % len(AIRLINES)], PLACES[of_day % len(PLACES)]
    flight = f"{airline}{3000 + of_day}"
    way = ("CSX", other) if of_day % 2 else (other, "CSX")
    flight_id = f"{flight}-{board_at:%Y%m%d}-{way[0]}-{way[1]}"
    words = {f"n:{flight.lower()}", f"n:{3000 + of_day}", f"n:xxx{3000 + of_day}", f"a:{airline}"}
    return LegRow(
        flight_id,
        1,
        "departure" if of_day % 2 else "arrival",
        f"T{of_day % 2 + 1}",
        to_us(board_at),
        frozenset(words | {f"f:{way[0]}", f"t:{way[1]}"}),
        f'{{"id":"{flight_id}"}}',
        "{}",
    )


def grow(uow: UnitOfWork[FlightStore], begin: int, end: int) -> None:
    for start in range(begin, end, 2000):
        with uow.write() as tx:
            tx.store.save([leg(number) for number in range(start, min(start + 2000, end))], {})


def cost_us(uow: UnitOfWork[FlightStore], asked: dict[str, Any]) -> float:
    view, request = usecases.viewpoint(Airport()), SearchSchema().load(asked)

    def once() -> float:
        begun = time.perf_counter()
        usecases.search_flights(uow, view, request, NOW)
        return (time.perf_counter() - begun) * 1e6

    return _typical(once)


def _typical(once: Callable[[], float]) -> float:
    for _ in range(20):
        once()
    return statistics.median(once() for _ in range(200))


def measure(url: str) -> dict[int, list[float]]:
    """Microseconds of each search of `ASKED`, by how many flights there are."""
    migrate.upgrade("flights", url)
    database = Database(url)
    uow = UnitOfWork(database, FlightStore)
    costs: dict[int, list[float]] = {}
    begin = 0
    for size in SIZES:
        grow(uow, begin, size)
        begin = size
        costs[size] = [cost_us(uow, asked) for asked in ASKED]
    database.close()
    return costs


def on_sqlite() -> dict[int, list[float]]:
    with temporary_folder("airport-bench-") as folder:
        return measure(f"sqlite:///{folder / 'flights.sqlite3'}")


def main() -> None:
    costs = measure(sys.argv[1]) if len(sys.argv) > 1 else on_sqlite()
    print(f"{'':60} {SIZES[0]:>9,} {SIZES[1]:>9,} {SIZES[2]:>9,}  ratio")
    for number, asked in enumerate(ASKED):
        row = [costs[size][number] for size in SIZES]
        print(f"{asked!s:60} {row[0]:6.0f} us {row[1]:6.0f} us {row[2]:6.0f} us  {row[2] / row[0]:.2f}")


if __name__ == "__main__":
    main()
