"""What travellers and doors ask, from the words they type to the legs they get, on every store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.db import UnitOfWorkLike
from services.flights import usecases
from services.flights.domain import LegKey
from services.flights.errors import BadRequest, BadSearch
from services.flights.schemas import (
    DigestArgumentsSchema,
    FlightPageSchema,
    ListRefusalsSchema,
    RefusalPageSchema,
    SearchSchema,
    WindowSchema,
)
from services.flights.store import Store
from tests.unit.flights.examples import NOW, changsha, item, ready, scheduled, seen_from, send

Uow = UnitOfWorkLike[Store]
DAY = date(2026, 11, 23)


def make(uow: Uow, number: str, off: str, *, way: str = "CSX-PEK", terminal: str = "T2", **said: Any) -> None:
    """A leg of two hours. off: an instant."""
    airline, digits = number[:2], number[2:]
    start, goal = way.split("-")
    leaves = datetime.fromisoformat(off)
    key = LegKey(airline, digits, "", start, goal, leaves.astimezone(UTC).date())
    end = "departure" if start in ("CSX", "EWR") else "arrival"
    view = seen_from("EWR", "America/New_York") if "EWR" in way else changsha()
    on = (leaves + timedelta(hours=2)).isoformat()
    (result,) = send(uow, scheduled(off, on, key=key, **{end: {"terminal": terminal}}, **said), view=view)
    assert result["outcome"] == "applied", result


def search(uow: Uow, text: str = "", *, now: datetime = NOW, **chosen: Any) -> list[str]:
    """The numbers of the legs found, in their order."""
    view = chosen.pop("view", changsha())
    request = SearchSchema().load({"text": text, **chosen})
    page = ready(usecases.search_flights(uow, view, request, now))
    assert not FlightPageSchema(unknown="raise").validate(page)
    return [flight["number"] for flight in page["flights"]]


@pytest.fixture
def board(uow: Uow) -> Uow:
    """NOW is 20:00 on the 23rd in Changsha."""
    make(uow, "CZ3101", "2026-11-23T08:00:00+08:00", codeshares=["MF1101"])
    make(uow, "CA1374", "2026-11-23T09:00:00+08:00", terminal="T1")
    make(uow, "CZ3905", "2026-11-23T10:00:00+08:00", way="CSX-PKX")
    make(uow, "HU7135", "2026-11-23T11:00:00+08:00", way="CSX-KMG", route=["HAK", "CSX", "KMG"])
    make(uow, "CZ3102", "2026-11-23T12:00:00+08:00", way="PEK-CSX")
    make(uow, "MU5355", "2026-11-23T23:30:00+08:00", way="CSX-SHA")
    make(uow, "MU5357", "2026-11-24T00:30:00+08:00", way="CSX-SHA")
    make(uow, "MU5359", "2026-11-24T09:00:00+08:00", way="CSX-SHA")
    return uow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CZ3101", ["CZ3101"]),
        (" cz 3101 ", ["CZ3101"]),
        ("ＣＺ３１０１", ["CZ3101"]),
        ("3101", ["CZ3101"]),
        ("csn3101", ["CZ3101"]),
        ("mf1101", ["CZ3101"]),
        ("北京", ["CZ3101", "CA1374", "CZ3905", "CZ3102"]),
        ("beijing", ["CZ3101", "CA1374", "CZ3905", "CZ3102"]),
        ("PKX", ["CZ3905"]),
        ("大兴", ["CZ3905"]),
        ("长沙到北京", ["CZ3101", "CA1374", "CZ3905"]),
        ("北京到长沙", ["CZ3102"]),
        ("南航 北京", ["CZ3101", "CZ3905", "CZ3102"]),
        ("上海", ["MU5355", "MU5357"]),
        ("上海 明天", ["MU5357", "MU5359"]),
        ("海口", ["HU7135"]),
        ("nowhere at all", []),
        ("%zz%", []),
        ("'; drop table flights", []),
    ],
)
def test_what_people_type_finds_what_they_mean(board: Uow, text: str, expected: list[str]) -> None:
    assert search(board, text) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"direction": "arrival"}, ["CZ3102"]),
        ({"terminal": "t1"}, ["CA1374"]),
        ({"airline": "CA"}, ["CA1374"]),
        ({"airline": "国航"}, ["CA1374"]),
        ({"airline": "no such airline"}, []),
        ({"place": "昆明"}, ["HU7135"]),
        ({"place": "北京", "direction": "departure"}, ["CZ3101", "CA1374", "CZ3905"]),
        ({"place": "no such place"}, []),
        ({"day_local": "2026-11-24"}, ["MU5357", "MU5359"]),
        ({"day_local": "2026-11-25"}, []),
        ({"from_time_local": "10:00", "to_time_local": "11:00"}, ["CZ3905", "HU7135"]),
        ({"from_time_local": "23:00", "to_time_local": "01:00"}, ["MU5355", "MU5357"]),
        ({"from_time_local": "12:30"}, ["CZ3102", "MU5355"]),
        ({"to_time_local": "08:00"}, ["CZ3101"]),
        ({"text": "北京", "airline": "CZ", "terminal": "T2", "direction": "departure"}, ["CZ3101", "CZ3905"]),
    ],
)
def test_all_chosen_conditions_hold_together(board: Uow, chosen: dict[str, Any], expected: list[str]) -> None:
    assert search(board, **chosen) == expected


def test_without_a_day_it_is_today_and_tomorrows_early_hours(board: Uow) -> None:
    assert search(board) == ["CZ3101", "CA1374", "CZ3905", "HU7135", "CZ3102", "MU5355", "MU5357"]


def test_pages_follow_one_another_while_legs_come_and_go(board: Uow) -> None:
    request = SearchSchema().load({"limit": 3, "text": "长沙"})
    first = ready(usecases.search_flights(board, changsha(), request, NOW))
    make(board, "CZ1", "2026-11-23T06:00:00+08:00")
    request["cursor"] = first["cursor"]
    second = ready(usecases.search_flights(board, changsha(), request, NOW))
    request["cursor"] = second["cursor"]
    third = ready(usecases.search_flights(board, changsha(), request, NOW))
    numbers = [[flight["number"] for flight in page["flights"]] for page in (first, second, third)]
    assert numbers == [["CZ3101", "CA1374", "CZ3905"], ["HU7135", "CZ3102", "MU5355"], ["MU5357"]]
    assert third["cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "~", "1", "1~", "²~A", "-~A", "9" * 19 + "~A"])
def test_a_cursor_that_we_never_gave_out_is_refused(uow: Uow, cursor: str) -> None:
    with pytest.raises(BadSearch) as caught:
        search(uow, cursor=cursor)
    assert caught.value.data == {"field": "cursor", "reason": "unreadable"}
    with pytest.raises(BadSearch):
        usecases.list_refusals(uow, ListRefusalsSchema().load({"cursor": f"{cursor}~"}))


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_an_absurd_day_is_refused(uow: Uow, day: str) -> None:
    with pytest.raises(BadSearch) as caught:
        search(uow, day_local=day)
    assert caught.value.data == {"field": "day_local", "reason": "out_of_range"}


def test_a_day_when_clocks_change_has_all_its_hours(uow: Uow) -> None:
    newark = seen_from("EWR", "America/New_York")
    now = datetime(2026, 11, 1, 17, tzinfo=UTC)
    for number, off in (
        ("UA1", "2026-11-01T00:30:00-04:00"),
        ("UA2", "2026-11-01T01:30:00-04:00"),
        ("UA3", "2026-11-01T01:30:00-05:00"),
        ("UA4", "2026-11-01T23:30:00-05:00"),
        ("UA5", "2026-11-02T00:30:00-05:00"),
    ):
        make(uow, number, off, way="EWR-BOS")
    assert search(uow, view=newark, day_local="2026-11-01", now=now) == ["UA1", "UA2", "UA3", "UA4"]
    hours = {"from_time_local": "01:00", "to_time_local": "02:00", "day_local": "2026-11-01"}
    assert search(uow, view=newark, now=now, **hours) == ["UA2", "UA3"]


def test_a_window_and_its_digest_agree(board: Uow) -> None:
    edges = {"from_at": "2026-11-23T00:00:00Z", "to_at": "2026-11-23T16:00:00Z"}
    numbers, request = [], WindowSchema().load({**edges, "limit": 2})
    versions = 0
    while True:
        page = ready(usecases.list_window(board, request))
        assert not FlightPageSchema(unknown="raise").validate(page)
        numbers += [flight["number"] for flight in page["flights"]]
        versions += sum(flight["version"] for flight in page["flights"])
        if page["cursor"] is None:
            break
        request["cursor"] = page["cursor"]
    assert numbers == ["CZ3101", "CA1374", "CZ3905", "HU7135", "CZ3102", "MU5355"]
    digest = usecases.window_digest(board, DigestArgumentsSchema().load(edges))
    assert digest == {"count": 6, "version_sum": versions}


def test_a_window_that_ends_before_it_begins_is_refused(uow: Uow) -> None:
    edges = {"from_at": "2026-11-24T00:00:00Z", "to_at": "2026-11-23T00:00:00Z"}
    with pytest.raises(BadRequest):
        usecases.list_window(uow, WindowSchema().load(edges))
    with pytest.raises(BadRequest):
        usecases.window_digest(uow, DigestArgumentsSchema().load(edges))


def test_a_window_of_all_time_is_no_error(board: Uow) -> None:
    edges = {"from_at": "0001-01-01T00:00:00+14:00", "to_at": "9999-12-31T23:59:59-14:00"}
    assert usecases.window_digest(board, DigestArgumentsSchema().load(edges))["count"] == 8


def test_the_flight_desk_pages_through_what_was_refused(uow: Uow) -> None:
    send(uow, *range(5), item("06:00", departure={"gate": "1"}))
    first = ready(usecases.list_refusals(uow, ListRefusalsSchema().load({"limit": 4})))
    rest = ready(
        usecases.list_refusals(uow, ListRefusalsSchema().load({"limit": 4, "cursor": first["cursor"]}))
    )
    assert [one["reason"] for one in first["refusals"]] == ["unknown_flight"] + ["invalid"] * 3
    assert [one["item"] for one in first["refusals"][1:] + rest["refusals"]] == [4, 3, 2, 1, 0]
    assert rest["cursor"] is None
    assert not RefusalPageSchema(unknown="raise").validate(first)


def test_old_flights_and_refusals_are_forgotten_in_the_end(board: Uow) -> None:
    send(board, 7)
    later = NOW + timedelta(days=400)
    assert usecases.purge_old(board, NOW + timedelta(days=399), 400, 90) == 0
    assert usecases.purge_old(board, later, 400, 90) == 5
    edges = {"from_at": "2026-01-01T00:00:00Z", "to_at": "2027-01-01T00:00:00Z"}
    assert usecases.window_digest(board, DigestArgumentsSchema().load(edges))["count"] == 3
    assert usecases.list_refusals(board, ListRefusalsSchema().load({}))["refusals"] == []
    assert search(board, "南航", day_local=DAY.isoformat()) == []
