"""Importing a timetable: all of it or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.flights import names
from services.flights.domain import Names, Viewpoint
from services.flights.timetable import Horizon, Reading, Reason, read_csv
from services.flights.timetable.importing import ImportReport, Wish, import_timetable
from tests.fakes.flights_store import FakeFlightStore
from tests.fakes.uow import FakeUnitOfWork

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HORIZON = Horizon(date(2026, 11, 22), date(2026, 12, 7))
VIEW = Viewpoint(
    "CSX", "Asia/Shanghai", Names(names.airport, names.airline, names.delay_reason, names.keywords)
)
HEADER = "flight,from,to,departs,arrives,valid_from,valid_to,days"
GOOD = "CZ3101,CSX,PEK,08:30,10:55,2026-10-25,2027-03-27,1234567"
BAD = "CZ3105,CSX,QQQ,08:30,10:55,2026-10-25,2027-03-27,1234567"
# Its lines can be read; only flights knows that nobody plans so far from today.
FAR = "CZ3107,CSX,PEK,08:30,10:55,2026-10-25,2029-03-27,1234567"


def reading_of(*lines: str) -> Reading:
    return read_csv([HEADER, *lines])


def imported(uow: FakeUnitOfWork[FakeFlightStore], *lines: str, wish: Wish | None = None) -> ImportReport:
    return import_timetable(uow, VIEW, reading_of(*lines), wish or Wish(HORIZON), NOW)


def empty() -> FakeUnitOfWork[FakeFlightStore]:
    return FakeUnitOfWork(FakeFlightStore())


def test_every_leg_of_the_horizon_is_there_afterwards() -> None:
    uow = empty()
    report = imported(uow, GOOD)
    assert report.imported
    assert (report.legs, report.applied, report.refused) == (16, 16, [])
    assert "CZ3101-20261123-CSX-PEK" in uow.store.rows
    assert len(uow.events) == 16


def test_a_refused_line_keeps_the_whole_file_out() -> None:
    uow = empty()
    report = imported(uow, GOOD, BAD)
    assert not report.imported
    assert [(refusal.line, refusal.reason) for refusal in report.refused] == [(3, Reason.UNKNOWN_AIRPORT)]
    assert uow.store.rows == {}
    assert uow.events == []


def test_refused_lines_can_be_skipped_by_wish() -> None:
    uow = empty()
    report = imported(uow, GOOD, BAD, wish=Wish(HORIZON, skip_refused=True))
    assert report.imported
    assert len(report.refused) == 1
    assert len(uow.store.rows) == 16


def test_what_flights_refuses_keeps_the_whole_file_out_too() -> None:
    uow = empty()
    far = Horizon(date(2026, 11, 23), date(2028, 11, 23))
    report = imported(uow, GOOD, FAR, wish=Wish(far))
    assert not report.imported
    assert [(refusal.line, refusal.reason) for refusal in report.refused] == [(3, Reason.REFUSED_BY_FLIGHTS)]
    assert "outside_window" in report.refused[0].detail
    assert uow.store.rows == {}
    assert uow.store.refused == []


def test_a_dry_run_judges_and_keeps_nothing() -> None:
    uow = empty()
    report = imported(uow, GOOD, wish=Wish(HORIZON, dry_run=True))
    assert (report.imported, report.legs, report.applied) == (False, 16, 16)
    assert uow.store.rows == {}
    assert uow.events == []


def test_importing_again_changes_nothing_that_anybody_sees() -> None:
    uow = empty()
    imported(uow, GOOD)
    before = dict(uow.store.rows)
    report = import_timetable(uow, VIEW, reading_of(GOOD), Wish(HORIZON), NOW.replace(hour=5))
    assert report.imported
    assert {flight_id: row.document for flight_id, row in uow.store.rows.items()} == {
        flight_id: row.document for flight_id, row in before.items()
    }
    assert len(uow.events) == 16


def test_more_legs_than_one_batch_are_one_transaction() -> None:
    uow = empty()
    lines = [GOOD.replace("CZ3101", f"CZ{number}") for number in range(3200, 3270)]
    report = imported(uow, *lines)
    assert report.imported
    assert report.legs == 70 * 16 == len(uow.store.rows)
    uow = empty()
    assert not imported(uow, *lines, FAR.replace("CZ3107", "QQ1")).imported
    assert uow.store.rows == {}
