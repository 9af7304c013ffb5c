"""The plausible Changsha: wide enough, the same after every restart, and acceptable to flights' own rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deploy.demo.changsha import TIMETABLE, Changsha, day_reports
from deploy.demo.life import SCHEDULE_AHEAD
from deploy.demo.play import Report
from services.airport import Airport
from services.flights import names, usecases
from services.flights.domain import Names, Viewpoint
from services.flights.timetable import Horizon, dated_legs, read_csv
from tests.fakes.flights_store import FakeFlightStore
from tests.fakes.uow import FakeUnitOfWork

HERE = Airport()
DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WITH = read_csv(TIMETABLE.read_text(encoding="utf-8").splitlines()).itineraries
VIEW = Viewpoint(
    "CSX", "Asia/Shanghai", Names(names.airport, names.airline, names.delay_reason, names.keywords)
)


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return day_reports(WITH, HERE, DAY)


def test_the_timetable_is_read_without_a_refusal() -> None:
    reading = read_csv(TIMETABLE.read_text(encoding="utf-8").splitlines())
    assert reading.refused == ()


@pytest.mark.parametrize("weekday", range(7))
def test_each_day_has_its_departures_and_arrivals(weekday: int) -> None:
    day = DAY + timedelta(days=weekday)
    legs, refused = dated_legs(WITH, "CSX", Horizon(day, day))
    assert refused == []
    ends = Counter(leg.leg.origin == "CSX" for leg in legs)
    assert ends[True] >= 180
    assert ends[False] >= 180


def test_the_day_has_what_a_real_one_has() -> None:
    legs, _ = dated_legs(WITH, "CSX", Horizon(DAY, DAY + timedelta(days=6)))
    places = {leg.leg.origin for leg in legs} | {leg.leg.destination for leg in legs}
    assert len(places) >= 70
    assert {"BKK", "SIN", "KUL", "LHR", "FRA", "NRT", "KIX", "ICN", "HKG", "TPE"} <= places
    assert any(len(leg.route) == 3 for leg in legs)
    assert any(leg.leg.codeshares for leg in legs)
    assert any(leg.departs_at.date() != leg.arrives_at.date() for leg in legs)
    numbers = {leg.leg.flight for leg in legs}
    assert numbers.isdisjoint(share for leg in legs for share in leg.leg.codeshares)


def test_a_restart_tells_the_same(reports: list[Report]) -> None:
    assert day_reports(WITH, HERE, DAY) == reports


def test_reports_are_told_at_the_moment_they_are_about(reports: list[Report]) -> None:
    for report in reports:
        event_at = datetime.fromisoformat(report.update["event_at"])
        assert event_at <= report.at
        for times in report.update.get("times", {}).values():
            if "actual_at" in times:
                assert datetime.fromisoformat(times["actual_at"]) <= report.at


def test_nothing_of_a_leg_is_told_before_its_schedule(reports: list[Report]) -> None:
    seen: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        seen[str(report.update["leg"])].append(report)
    for told in seen.values():
        assert told[0].is_schedule
        assert sum(report.is_schedule for report in told) == 1


def test_flights_rules_refuse_nothing_of_a_whole_day(reports: list[Report]) -> None:
    uow = FakeUnitOfWork(FakeFlightStore())
    source = {"name": "demo-handler", "kind": "handler", "airlines": ["*"]}
    after = reports[-1].at
    for start in range(0, len(reports), 1000):
        items = [report.update for report in reports[start : start + 1000]]
        request = {"request_id": f"request-{start}", "source": source, "items": items}
        answer = usecases.report_updates(uow, VIEW, request, after)
        assert [result for result in answer["results"] if result["reason"]] == []


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A timetable of thirty legs."""
    lines = TIMETABLE.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "few.csv"
    file.write_text("\n".join(lines[:1] + lines[100:130]) + "\n", encoding="utf-8")
    return file


def test_a_story_asked_in_pieces_equals_the_story_at_once(few: Path) -> None:
    at_once = Changsha(HERE, few).due(None, NOW + timedelta(hours=3))
    story, told = Changsha(HERE, few), None
    pieces: list[Report] = []
    for minutes in range(0, 181, 20):
        until = NOW + timedelta(minutes=minutes)
        pieces += story.due(told, until)
        told = until
    key = [str(report.update) for report in at_once]
    assert Counter(str(report.update) for report in pieces) == Counter(key)


def test_catching_up_fills_todays_board_first_and_keeps_each_legs_order(few: Path) -> None:
    told = Changsha(HERE, few).due(None, NOW)
    days = [report.update["leg"]["origin_date"] for report in told if report.is_schedule]
    assert days[0] in ("2026-11-22", "2026-11-23")
    assert days[-1] in ("2026-11-21", "2026-11-22")
    legs: dict[str, list[Report]] = defaultdict(list)
    for report in told:
        legs[str(report.update["leg"])].append(report)
    for leg in legs.values():
        assert leg[0].is_schedule
        assert [report.at for report in leg] == sorted(report.at for report in leg)


def test_another_day_comes_in_sight_at_midnight(few: Path) -> None:
    story = Changsha(HERE, few)
    before = datetime(2026, 11, 23, 15, 59, 30, tzinfo=UTC)
    story.due(None, before)
    assert story.next_at(before) is not None
    told = story.due(before, before + timedelta(minutes=1))
    days = {report.update["leg"]["origin_date"] for report in told if "route" in report.update}
    assert days >= {"2026-11-27"}
    assert timedelta(days=3) == SCHEDULE_AHEAD


def test_aircraft_come_from_somewhere(reports: list[Report]) -> None:
    linked = [report.update for report in reports if "inbound" in report.update]
    assert len(linked) > 100
    inbound = Counter(str(update["inbound"]) for update in linked)
    assert max(inbound.values()) == 1  # no aircraft leaves twice
    assert all(update["inbound"]["arrival_airport"] == "CSX" for update in linked)
    assert all(update["inbound"]["airline"] == update["leg"]["airline"] for update in linked)
