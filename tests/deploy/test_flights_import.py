"""`airport flights import`, as an operator types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.demo.changsha import TIMETABLE
from deploy.flights_commands import flights
from kernel.db import Database, UnitOfWork
from kernel.migrate import upgrade
from services.flights.store import FlightStore

HEADER = "flight,from,to,departs,arrives,valid_from,valid_to,days\n"
GOOD = "CZ3101,CSX,PEK,08:30,10:55,2026-01-01,2099-03-27,1234567\n"
BAD = "CZ3105,CSX,QQQ,08:30,10:55,2026-01-01,2099-03-27,1234567\n"


class Desk:
    """A folder with an empty flights database, and the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/flights.sqlite3"
        upgrade("flights", self.url)

    def run(self, *arguments: str) -> Result:
        environ = {"AIRPORT_VAR": str(self.folder), "DATABASE_URL": self.url, "AIRPORT_CLOCK": ""}
        return CliRunner().invoke(flights, ["import", *arguments], env=environ)

    def file(self, text: str, name: str = "winter.csv") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def knows(self, flight_id: str) -> bool:
        with UnitOfWork(Database(self.url), FlightStore).read() as tx:
            return tx.store.document(flight_id) is not None


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_timetable_is_imported_for_the_days_asked(desk: Desk) -> None:
    done = desk.run(desk.file(HEADER + GOOD), "--from", "0", "--to", "+2")
    assert done.exit_code == 0, done.output
    assert "3 legs, 3 taken" in done.output
    assert "Imported." in done.output


def test_a_refused_line_is_named_and_nothing_is_imported(desk: Desk) -> None:
    done = desk.run(desk.file(HEADER + GOOD + BAD), "--from", "2026-11-23", "--to", "2026-11-23")
    assert done.exit_code == 1
    assert "line 3: unknown_airport: QQQ" in done.output
    assert "Nothing was imported." in done.output
    assert not desk.knows("CZ3101-20261123-CSX-PEK")


def test_the_rest_is_imported_when_asked(desk: Desk) -> None:
    done = desk.run(
        desk.file(HEADER + GOOD + BAD), "--from", "2026-11-23", "--to", "2026-11-23", "--skip-refused"
    )
    assert done.exit_code == 0, done.output
    assert desk.knows("CZ3101-20261123-CSX-PEK")


def test_a_dry_run_keeps_nothing(desk: Desk) -> None:
    done = desk.run(desk.file(HEADER + GOOD), "--from", "2026-11-23", "--to", "2026-11-23", "--dry-run")
    assert done.exit_code == 0
    assert "Dry run" in done.output
    assert not desk.knows("CZ3101-20261123-CSX-PEK")


def test_a_file_of_another_name_is_read_as_ssim(desk: Desk) -> None:
    done = desk.run(desk.file(HEADER + GOOD, "winter.ssim"))
    assert done.exit_code == 1
    assert "line 1: bad_length" in done.output


@pytest.mark.parametrize("days", [("--from", "soon"), ("--from", "+3", "--to", "+1")])
def test_days_that_make_no_sense_are_refused(desk: Desk, days: tuple[str, ...]) -> None:
    assert desk.run(desk.file(HEADER + GOOD), *days).exit_code == 2


def test_the_demos_timetable_can_be_imported_too(desk: Desk) -> None:
    done = desk.run(str(TIMETABLE), "--from", "0", "--to", "0")
    assert done.exit_code == 0, done.output
