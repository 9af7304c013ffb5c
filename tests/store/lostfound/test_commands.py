"""`airport lostfound` over a real database: desks, and the proof of custody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from deploy.lostfound_commands import lostfound
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.lostfound.store import LostFoundStore
from tests.unit.lostfound.examples import open_desks, register

Uow = UnitOfWork[LostFoundStore]


@pytest.fixture
def uow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Uow]:
    url = f"sqlite:///{tmp_path / 'lostfound.sqlite3'}"
    migrate.upgrade("lostfound", url)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FIELD_KEYS", f"k1:{'0' * 64}")
    database = Database(url)
    yield UnitOfWork(database, LostFoundStore)
    database.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(lostfound, list(words))


def test_a_desk_is_added_and_gets_more_shelves_later(uow: Uow) -> None:
    named = ("desks", "add", "metro", "--zh", "地铁站失物招领处", "--en", "Metro desk")
    added = run(*named, "--place", "METRO", "--shelf", "A-1", "--shelf", "A-2")
    assert (added.exit_code, added.output) == (0, "metro  METRO  2 shelves\n")
    assert run(*named, "--place", "METRO", "--shelf", "B-1").output == "metro  METRO  3 shelves\n"
    assert run("desks", "list").output == "metro  METRO  地铁站失物招领处  Metro desk  A-1 A-2 B-1\n"
    for wrong, told in (("MOON", "lostfound.unknown_place"), ("?", "place")):
        refused = run(*named, "--place", wrong)
        assert refused.exit_code == 1
        assert told in refused.output


def test_custody_is_verified_and_a_chain_that_was_touched_is_told_by_its_number(uow: Uow) -> None:
    open_desks(uow)
    items = [register(uow) for _ in range(3)]
    good = run("verify-custody")
    assert (good.exit_code, good.output) == (0, "3 items, 3 rows, 0 broken\n")
    with uow.write() as tx:
        change = "UPDATE items SET holder = 'desk:t1', desk_id = 't1' WHERE number = :number"
        tx.connection.execute(text(change), {"number": items[1]["number"]})
    bad = run("verify-custody")
    assert (bad.exit_code, bad.output) == (
        1,
        f"{items[1]['number']}  row 1: state\n3 items, 3 rows, 1 broken\n",
    )
    assert run("verify-custody", items[0]["number"].lower()).output == "1 items, 1 rows, 0 broken\n"
    unknown = run("verify-custody", "CSX-BBBBBB-X")
    assert unknown.exit_code == 1
    assert "lostfound.bad_number" in unknown.output


def test_the_index_is_written_anew(uow: Uow) -> None:
    open_desks(uow)
    items = {register(uow)["id"] for _ in range(2)}
    for _ in range(2):
        done = run("reindex")
        assert (done.exit_code, done.output) == (0, "2 things\n")
        with uow.read() as tx:
            assert set(tx.connection.execute(text("SELECT id FROM match_things")).scalars()) == items
