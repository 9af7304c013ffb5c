"""`airport bus` over a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.bus_commands import bus
from kernel import migrate
from services.bus.gtfs import read_feed
from tests.unit.bus.examples import ARCHIVE, edited

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
