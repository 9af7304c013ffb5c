"""What a start is told by its environment and its arguments."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deploy.local import replay
from deploy.local.options import ROOT, Options
from deploy.local.preflight import CannotStart
from kernel.clock import PlayedClock
from kernel.config import ConfigError


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AIRPORT", "AIRPORT_VAR", "AIRPORT_IATA", "AIRPORT_CLOCK", "GATEWAY_PORT", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_changsha_keeps_its_data_in_var() -> None:
    options = Options.read([])
    assert options.var == ROOT / "var"
    assert options.environ["AIRPORT_IATA"] == "CSX"
    assert options.demo
    assert not options.split


def test_another_airport_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRPORT", "EWR")
    options = Options.read(["--split"])
    assert options.var == ROOT / "var" / "EWR"
    assert options.environ["AIRPORT_ZONE"] == "America/New_York"
    assert options.split


def test_what_the_environment_says_wins_over_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRPORT_PHONE", "1")
    assert Options.read([]).environ["AIRPORT_PHONE"] == "1"


def test_a_replayed_day_begins_before_its_first_departure_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRPORT", "EWR")
    options = Options.read(["--day", "2013-07-10", "--rate", "120"])
    clock = PlayedClock.parse(options.environ["AIRPORT_CLOCK"])
    assert clock.start.isoformat() == "2013-07-10T08:00:00+00:00"
    assert clock.rate == 120
    assert options.var == ROOT / "var" / "demo-EWR-2013-07-10"


@pytest.mark.parametrize(
    ("airport", "arguments", "words"),
    [
        ("CSX", ["--day", "2013-07-10"], "replays EWR"),
        ("EWR", ["--day", "2013-07-10", "--rate", "0"], "--rate 0"),
        ("../x", [], "no profile"),
    ],
)
def test_what_can_not_be_is_refused_in_words(
    airport: str, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRPORT", airport)
    with pytest.raises(ConfigError, match=words):
        Options.read(arguments)


def test_a_replay_begins_anew_but_never_over_data_of_others(tmp_path: Path) -> None:
    day = date(2013, 7, 10)
    replay.begin(tmp_path, day)
    played = tmp_path / "flights.sqlite3"
    played.write_text("yesterday's play")
    replay.begin(tmp_path, day)
    assert not played.exists()
    (tmp_path / "replay").unlink()
    played.write_text("an airport's real data")
    with pytest.raises(CannotStart, match="no replay made"):
        replay.begin(tmp_path, day)
    assert played.read_text() == "an airport's real data"
