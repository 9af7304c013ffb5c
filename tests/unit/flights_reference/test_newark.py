"""The data set's day as flights, reports and end states."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.demo import newark
from deploy.demo.newark import Flown, Newark, end_state, flights_of, reports_of
from services.flights.names import airport
from services.flights.schemas import UpdateSchema

DAY = date(2013, 7, 10)


@pytest.fixture(scope="module")
def story() -> Newark:
    return Newark(DAY)


def flown(lines: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Flown]:
    """Flights of DAY read from a data file with these lines."""
    header = (
        "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,"
        "tailnum,origin,dest,air_time,distance,hour,minute,time_hour"
    )
    file = tmp_path / "flights.csv.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("flights.csv", "\n".join([header, *lines]) + "\n")
    monkeypatch.setattr(newark, "_data_file", lambda: file)
    return flights_of(DAY)


def line(times: str, rest: str = "UA,1,N1,EWR,MIA,150,1085,0,0,x") -> str:
    return f"2013,7,10,{times},{rest}"


def test_the_day_is_all_there(story: Newark) -> None:
    statuses = Counter(end_state(flight).status for flight in story.flights)
    assert statuses == {"landed": 301, "cancelled": 48, "diverted": 10}
    assert len({flight.flight_id for flight in story.flights}) == 359
    assert len(story.reports) > 2500


def test_wall_clocks_of_the_data_set_are_those_of_our_instants(story: Newark) -> None:
    """Every time of day that the data set states, recomputed from our instants."""
    with zipfile.ZipFile(newark._data_file()) as archive, archive.open("flights.csv") as raw:
        rows = [
            row
            for row in csv.DictReader(io.TextIOWrapper(raw, "utf-8"))
            if (row["month"], row["day"], row["origin"]) == ("7", "10", "EWR")
        ]
    ours = {(flight.airline, flight.number, flight.destination): flight for flight in story.flights}
    assert len(rows) == len(ours)
    for row in rows:
        flight = ours[row["carrier"], row["flight"], row["dest"]]
        there = airport(row["dest"])
        assert there is not None
        for stated, instant, zone in (
            (row["sched_dep_time"], flight.scheduled_off_at, "America/New_York"),
            (row["dep_time"], flight.off_at, "America/New_York"),
            (row["sched_arr_time"], flight.scheduled_on_at, there.zone),
            (row["arr_time"], flight.on_at, there.zone),
        ):
            assert _hhmm(stated) == _clock(instant, zone), (row, instant)


def _hhmm(stated: str) -> str | None:
    return None if stated == "NA" else f"{int(stated) % 2400:04}"


def _clock(instant: datetime | None, zone: str) -> str | None:
    return None if instant is None else instant.astimezone(ZoneInfo(zone)).strftime("%H%M")


def test_every_report_has_the_shape_that_flights_takes(story: Newark) -> None:
    schema = UpdateSchema()
    for report in story.reports:
        loaded = schema.load(report.update)
        assert loaded["event_at"] == report.at


def test_reports_of_a_flight_come_in_the_order_of_its_life(story: Newark) -> None:
    for flight in story.flights:
        told = reports_of(flight)
        assert [report.at for report in told] == sorted(report.at for report in told)
        assert [report.update["sequence"] for report in told] == list(range(1, len(told) + 1))


def test_no_report_knows_the_future(story: Newark) -> None:
    for report in story.reports:
        for times in report.update["times"].values():
            if "actual_at" in times:
                assert datetime.fromisoformat(times["actual_at"]) <= report.at


def test_the_story_is_told_piece_by_piece_without_gap_or_repeat(story: Newark) -> None:
    pieces, told = [], None
    at: datetime | None = datetime(2013, 7, 10, 8, 0, tzinfo=UTC)
    while at is not None:
        pieces += story.due(told, at)
        told, at = at, story.next_at(at)
    assert pieces == story.reports


def test_a_delay_carries_a_departure_over_midnight(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    [flight] = flown([line("23,2108,195,252,2359,173")], monkeypatch, tmp_path)
    assert flight.off_at == datetime(2013, 7, 11, 4, 23, tzinfo=UTC)
    assert flight.on_at == datetime(2013, 7, 11, 6, 52, tzinfo=UTC)


def test_2400_is_the_midnight_that_ends_the_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    [flight] = flown([line("2400,2359,1,256,300,-4")], monkeypatch, tmp_path)
    assert flight.off_at == datetime(2013, 7, 11, 4, 0, tzinfo=UTC)
    [flight] = flown([line("2100,2100,0,2400,2400,0")], monkeypatch, tmp_path)
    assert flight.scheduled_on_at == flight.on_at == datetime(2013, 7, 11, 4, 0, tzinfo=UTC)


def test_a_cancelled_flight_has_no_times_and_says_so_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [flight] = flown([line("NA,1000,NA,NA,1300,NA", "UA,1,NA,EWR,MIA,NA,1085,0,0,x")], monkeypatch, tmp_path)
    state = end_state(flight)
    assert (state.status, state.off_at, state.on_at, state.registration) == ("cancelled", None, None, None)
    assert reports_of(flight)[-1].update["status"] == "cancelled"


def test_a_diverted_flight_that_never_came_stays_diverted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [flight] = flown(
        [line("1513,1406,67,NA,1700,NA", "UA,1,N1,EWR,MIA,NA,1085,0,0,x")], monkeypatch, tmp_path
    )
    state = end_state(flight)
    assert (state.status, state.on_at, state.take_off_at) == ("diverted", None, None)
    assert reports_of(flight)[-1].update["status"] == "diverted"


def test_a_diverted_flight_that_came_at_last_has_landed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [flight] = flown(
        [line("1707,1448,139,2224,1741,NA", "UA,1,N1,EWR,TPA,NA,997,0,0,x")], monkeypatch, tmp_path
    )
    statuses = [report.update.get("status") for report in reports_of(flight)]
    assert statuses[-3:] == ["diverted", "airborne", "landed"]
    assert end_state(flight).on_at == datetime(2013, 7, 11, 2, 24, tzinfo=UTC)


def test_time_in_the_air_is_the_data_sets(story: Newark) -> None:
    flights = [flight for flight in story.flights if flight.take_off_at]
    assert len(flights) > 290
    for flight in flights:
        life = [flight.off_at, flight.take_off_at, flight.touch_down_at, flight.on_at]
        known = [at for at in life if at is not None]
        assert len(known) == 4
        assert known == sorted(known)
        assert (known[2] - known[1]).total_seconds() == (flight.air_minutes or 0) * 60


def test_a_day_that_the_data_set_lacks_is_an_error() -> None:
    with pytest.raises(ValueError, match="2014-07-10"):
        Newark(date(2014, 7, 10))
