"""`airport bus` over a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.bus_commands import bus
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.bus.gtfs import read_feed
from services.bus.store import BusStore
from tests.unit.bus.after import NEXT, occupied, sold
from tests.unit.bus.examples import ARCHIVE, edited
from tests.unit.bus.selling import DEPARTURE_ID, EARLY, SEATS

Terminal = Callable[..., Result]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    url = f"sqlite:///{tmp_path / 'bus.sqlite3'}"
    migrate.upgrade("bus", url)
    monkeypatch.setenv("DATABASE_URL", url)
    return lambda *words: CliRunner().invoke(bus, [str(word) for word in words])


def test_a_feed_goes_in_and_comes_out_the_same(terminal: Terminal, tmp_path: Path) -> None:
    given, taken = tmp_path / "feed.zip", tmp_path / "out.zip"
    given.write_bytes(ARCHIVE)
    assert terminal("import", given, "--dry-run").exit_code == 0
    nothing = terminal("export", taken)
    assert (nothing.exit_code, taken.exists()) == (1, False), "a dry run keeps nothing"
    assert "version 1" in terminal("import", given).output
    assert "holds already" in terminal("import", given).output
    assert terminal("export", taken).exit_code == 0
    assert taken.read_bytes() == ARCHIVE


def test_a_refused_feed_names_its_lines_and_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    given = tmp_path / "feed.zip"
    given.write_bytes(edited("stop_times.txt", lambda text: text.replace("05:30:00", "25:61:00", 1)))
    for words in (["--dry-run"], []):
        refused = terminal("import", given, *words)
        assert refused.exit_code == 1
        assert "stop_times.txt:" in refused.output
        assert "bad_value" in refused.output
    assert terminal("export", tmp_path / "out.zip").exit_code == 1


def test_the_demo_is_imported_and_leaves_an_operators_own_timetable_alone(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert terminal("demo").exit_code == 0
    out = tmp_path / "out.zip"
    terminal("export", out)
    feed = read_feed(out.read_bytes()).feed
    assert feed is not None
    assert feed.feed_info[0].feed_version.startswith("demo-")
    assert "holds already" in terminal("demo").output
    own = tmp_path / "own.zip"
    own.write_bytes(edited("feed_info.txt", lambda text: text.replace("demo-", "own-")))
    assert terminal("import", own).exit_code == 0
    assert "left as it is" in terminal("demo").output
    terminal("export", out)
    kept = read_feed(out.read_bytes()).feed
    assert kept is not None
    assert kept.feed_info[0].feed_version.startswith("own-")


CANCEL = ("cancel", NEXT, "--reason-zh", "暴雨封路", "--reason-en", "The road is closed")


@pytest.fixture
def selling(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A timetable, and a departure of which two seats are sold."""
    monkeypatch.setenv("BUS_TICKET_SEED", "00" * 32)
    monkeypatch.setattr("deploy.bus_commands.clock.now", lambda: EARLY)
    database = Database(f"sqlite:///{tmp_path / 'bus.sqlite3'}")
    uow = UnitOfWork(database, BusStore)
    sold(uow, "adult", "adult", departure_id=NEXT)
    yield uow
    database.close()


def test_cancelling_says_first_whom_it_concerns(terminal: Terminal, selling: Any) -> None:
    preview = terminal(*CANCEL, "--dry-run")
    assert (preview.exit_code, preview.output) == (
        0,
        "2 valid tickets of 1 orders; 30.00 goes back\n",
    )
    moving = terminal(*CANCEL, "--move-to", DEPARTURE_ID, "--dry-run")
    assert f"{SEATS} seats free on {DEPARTURE_ID}, everybody fits; 0.00 goes back" in moving.output
    assert terminal(*CANCEL).exit_code == 1, "nobody said yes"
    assert occupied(selling, NEXT) == (2, 0)


def test_a_departure_is_cancelled_by_command(terminal: Terminal, selling: Any) -> None:
    done = terminal(*CANCEL, "--move-to", DEPARTURE_ID, "--yes")
    assert (done.exit_code, "2 tickets moved, 0 refunded" in done.output) == (0, True)
    assert (occupied(selling, NEXT), occupied(selling)) == ((0, 0), (2, 0))
    again = terminal(*CANCEL, "--yes")
    assert (again.exit_code, "cancelled before" in again.output) == (1, True)


def test_what_can_not_be_cancelled_is_said_in_words(terminal: Terminal, selling: Any) -> None:
    unknown = terminal("cancel", "20261123-A4-in-1031", *CANCEL[2:], "--yes")
    assert (unknown.exit_code, "no such departure" in unknown.output) == (1, True)
    wordless = terminal("cancel", NEXT, "--reason-zh", "", "--reason-en", "x", "--yes")
    assert (wordless.exit_code, "not valid" in wordless.output) == (1, True)
