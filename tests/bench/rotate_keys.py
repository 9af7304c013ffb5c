"""What a change of keys costs those who use the suite meanwhile.

    python -m tests.bench.rotate_keys [ROWS] [POSTGRESQL_URL]

The operator's command seals ROWS documents anew in a process of its own, and is killed once on its way; the
measuring process goes on reading, finding, adding and removing documents as the service does, and says how
long the longest of these took, before the change and during it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import ServiceError
from kernel.sealing import seal
from services.passengers import schemas, usecases
from services.passengers.schemas import DocumentKind
from services.passengers.store import PassengersStore
from services.passengers.store.tables import DOCUMENTS, PASSENGERS
from services.passengers.vault import Vault
from tests.support.folders import temporary_folder
from tests.unit.passengers.examples import (
    NEW_KEY,
    NOW,
    OLD_KEY,
    OTHER_ID,
    add_document,
    agree,
    request,
    traveller,
)

ROWS = 100_000
PAUSE_S = 0.02
OLD, BOTH = Vault({"k1": OLD_KEY}), Vault({"k2": NEW_KEY, "k1": OLD_KEY})


@dataclass
class Use:
    """What using the service was like. took_ms: of every operation; failed: how many raised."""

    took_ms: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        took = sorted(self.took_ms)
        at = {share: took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99)}
        return f"{len(took)} operations, p50 {at[0.5]:.1f} ms, p99 {at[0.99]:.1f} ms, longest {took[-1]:.1f} ms, failed {len(self.failed)}"


@dataclass
class Found:
    """rotated: rows that the two runs of the command sealed; seconds: both together."""

    rows: int
    seconds: float
    rotated: int
    before: Use
    during: Use


def fill(uow: UnitOfWork[PassengersStore], rows: int) -> None:
    """Travellers with one document each, sealed with the old key."""
    for start in range(0, rows, 2000):
        numbers = range(start, min(start + 2000, rows))
        people = [
            {"id": f"p{n:08}", "language": "zh", "created_at": NOW, "last_seen_at": NOW, "version": 1}
            for n in numbers
        ]
        documents = [_document(n) for n in numbers]
        with uow.write() as tx:
            tx.connection.execute(insert(PASSENGERS), people)
            tx.connection.execute(insert(DOCUMENTS), documents)


def _document(number: int) -> dict[str, object]:
    row, plain = f"d{number:08}", f"E{number:08}"
    details = '{"holder_name":"ERIKSSON/ANNA MARIA","nationality":"UTO","birth_date":"1974-08-12"}'
    return {
        "id": row,
        "passenger_id": f"p{number:08}",
        "kind": "passport",
        "number_sealed": OLD.seal(plain, row),
        "number_index": OLD.index(plain, "passport"),
        "details_sealed": OLD.seal(details, row),
        "key_id": "k1",
        "masked_number": "E*****000",
        "checked": "mrz",
        "created_at": NOW,
    }


def measure(url: str, rows: int) -> Found:
    """Fill the empty database at `url`, change its keys, and use it meanwhile."""
    migrate.upgrade("passengers", url)
    database = Database(url)
    uow = UnitOfWork(database, PassengersStore)
    fill(uow, rows)
    passenger_id = traveller(uow)
    agree(uow, passenger_id)
    before, during = Use(), Use()
    for _ in range(25):
        _use(uow, passenger_id, rows, before)
    began_at = time.perf_counter()
    rotated = _cut_off(url, uow, passenger_id, rows, during)
    rotated += _sealed(_run(url, uow, passenger_id, rows, during))
    seconds = time.perf_counter() - began_at
    with uow.read() as tx:
        assert set(tx.store.key_counts()) <= {"k2"}
    database.close()
    return Found(rows, seconds, rotated, before, during)


def _command(url: str) -> subprocess.Popen[str]:
    keys = f"k2:{NEW_KEY.hex()},k1:{OLD_KEY.hex()}"
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "passengers", "rotate-keys"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": url, "FIELD_KEYS": keys},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _cut_off(url: str, uow: UnitOfWork[PassengersStore], passenger_id: str, rows: int, use: Use) -> int:
    """Let the command do a tenth and kill it; how many rows it had sealed."""
    command = _command(url)
    while command.poll() is None and _done(uow) < rows / 10:
        _use(uow, passenger_id, rows, use)
    command.kill()
    command.communicate()
    return _done(uow)


def _run(url: str, uow: UnitOfWork[PassengersStore], passenger_id: str, rows: int, use: Use) -> str:
    command = _command(url)
    while command.poll() is None:
        _use(uow, passenger_id, rows, use)
    told = command.communicate()[0]
    assert command.returncode == 0, told
    return told


def _sealed(told: str) -> int:
    return int(told.split()[0])


def _done(uow: UnitOfWork[PassengersStore]) -> int:
    with uow.read() as tx:
        return tx.store.key_counts().get("k2", 0)


def _use(uow: UnitOfWork[PassengersStore], passenger_id: str, rows: int, use: Use) -> None:
    """Read one, find one, add one and remove it, as a service with both keys does."""
    number = len(use.took_ms) * 7919 % rows
    sealed = seal(BOTH.sealing_key(), f"E{number:08}")
    added: list[str] = []

    def find() -> None:
        found = usecases.find_documents(uow, BOTH, DocumentKind.PASSPORT, sealed)["found"]
        assert [one["passenger_id"] for one in found] == [f"p{number:08}"], (
            "it wasn't found while keys change"
        )

    def remove() -> None:
        asked = request(schemas.DocumentIdSchema, passenger_id=passenger_id, document_id=added[0])
        usecases.remove_document(uow, asked)

    for work in (
        lambda: usecases.list_documents(uow, BOTH, f"p{number:08}"),
        find,
        lambda: added.append(add_document(uow, passenger_id, OTHER_ID, vault=BOTH)["id"]),
        remove,
    ):
        began_at = time.perf_counter()
        try:
            work()
        except (ServiceError, AssertionError, IndexError) as exc:
            use.failed.append(repr(exc))
        use.took_ms.append((time.perf_counter() - began_at) * 1000)
    time.sleep(PAUSE_S)


def main(arguments: list[str]) -> None:
    rows = int(arguments[0]) if arguments else ROWS
    with temporary_folder("airport-keys-") as folder:
        url = arguments[1] if len(arguments) > 1 else f"sqlite:///{folder}/passengers.sqlite3"
        found = measure(url, rows)
    print(
        f"{found.rows} documents, {found.rotated} sealed anew in {found.seconds:.1f} s, killed once on the way"
    )
    print(f"before: {found.before}")
    print(f"during: {found.during}")


if __name__ == "__main__":
    main(sys.argv[1:])
