"""Windows, agents, names, the gate and the aircraft's seats, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.checkin.domain import (
    GOODS,
    LIMITS,
    Counted,
    Leg,
    Person,
    Shown,
    Traveller,
    agent_reasons,
    fits,
    is_surname_of,
    judge,
    leg_of,
    may_become,
    plain_number,
    problems_of,
    seat_map_of,
    window_of,
)
from services.checkin.domain.agents import AGENT
from services.checkin.domain.reseating import KEEPING
from services.checkin.domain.seating import INFANTS, SEAT_RULES
from services.checkin.domain.windows import WINDOWS, Before, Rule
from services.checkin.schemas.vocabulary import Flag, Gender, Scan, Standing, TravellerKind, WindowState
from tests.unit.checkin.examples import ABROAD_ID, STD, aircraft, flight


def leg(flight_id: str = "MU5301-20261124-CSX-PEK", **changes: Any) -> Leg:
    found = leg_of(flight(flight_id, **changes))
    assert found is not None
    return found


def traveller(**changes: Any) -> Traveller:
    usual: dict[str, Any] = {
        "id": "t1",
        "booking_id": "b1",
        "flight_id": "f1",
        "pnr": "ABC123",
        "ref": "",
        "place": 1,
        "ticket": None,
        "coupon": 1,
        "kind": TravellerKind.ADULT,
        "gender": Gender.UNKNOWN,
        "cabin": "Y",
        "infant": False,
        "specials": (),
        "flags": (),
        "name_sealed": "",
        "details_sealed": "",
        "given_sealed": None,
        "standing": Standing.BOOKED,
        "seat": None,
        "sequence": None,
        "boarded_at": None,
        "boarded_by": None,
        "version": 1,
    }
    return Traveller(**(usual | changes))


# --- windows


@pytest.mark.parametrize(
    ("flight_id", "before", "state"),
    [
        ("MU5301-20261124-CSX-PEK", timedelta(hours=24, seconds=1), WindowState.TOO_EARLY),
        ("MU5301-20261124-CSX-PEK", timedelta(hours=24), WindowState.OPEN),
        ("MU5301-20261124-CSX-PEK", timedelta(minutes=45, seconds=1), WindowState.OPEN),
        ("MU5301-20261124-CSX-PEK", timedelta(minutes=45), WindowState.CLOSED),
        ("MU5301-20261124-CSX-BKK", timedelta(minutes=60, seconds=1), WindowState.OPEN),
        ("MU5301-20261124-CSX-BKK", timedelta(minutes=60), WindowState.CLOSED),
        ("CZ3101-20261124-CSX-PEK", timedelta(hours=48), WindowState.OPEN),
        ("9C8801-20261124-CSX-PEK", timedelta(minutes=60), WindowState.CLOSED),
    ],
)
def test_the_window_is_that_of_airline_and_route(
    flight_id: str, before: timedelta, state: WindowState
) -> None:
    found = leg(flight_id)
    assert window_of(found).state(found, STD - before) is state


def test_a_delay_keeps_check_in_open_and_a_departure_closes_it() -> None:
    late = leg(departs_at=STD + timedelta(hours=2))
    assert window_of(late).state(late, STD) is WindowState.OPEN
    assert window_of(late).opens_at == STD - timedelta(hours=24)
    gone = leg(status="departed", departs_at=STD + timedelta(hours=2))
    assert window_of(gone).state(gone, STD) is WindowState.CLOSED
    cancelled = leg(status="cancelled")
    assert window_of(cancelled).state(cancelled, STD - timedelta(hours=5)) is WindowState.CANCELLED


def test_a_row_with_dates_holds_on_its_days_only() -> None:
    early = Rule(
        Before(*(timedelta(hours=hours) for hours in (72, 2, 2, 1))),
        "春运",
        "Spring festival",
        airport="CSX",
        from_day=date(2026, 11, 24),
        to_day=date(2026, 11, 25),
    )
    table = (*WINDOWS, early)
    for day, hours in ((23, 24), (24, 72), (25, 72), (26, 24)):
        found = replace(leg(), day_local=date(2026, 11, day))
        assert window_of(found, table).opens_at == STD - timedelta(hours=hours), day


def test_every_rule_has_its_words_in_both_languages() -> None:
    reasons = [rule.reason for rule in (*AGENT, *SEAT_RULES)] + [INFANTS, *KEEPING, *GOODS]
    words = [(each.zh, each.en) for each in reasons] + [(row.reason_zh, row.reason_en) for row in WINDOWS]
    for chinese, english in words:
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
        assert english.isascii()


@pytest.mark.parametrize(
    ("icao", "abroad"),
    [("ZBAA", False), ("VHHH", True), ("RCTP", True), ("VMMC", True), ("ZKPY", True), ("", True)],
)
def test_a_border_lies_before_hong_kong_macao_and_taiwan(icao: str, abroad: bool) -> None:
    document = flight()
    document["arrival"]["airport"]["icao"] = icao or None
    found = leg_of(document)
    assert found is not None
    assert found.international is abroad
    assert leg(ABROAD_ID).international is True


# --- who must see an agent


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"specials": ("VGML", "FQTV")}, []),
        ({"specials": ("WCHR",)}, ["wheelchair"]),
        ({"specials": ("UMNR",)}, ["unaccompanied"]),
        ({"kind": TravellerKind.UNACCOMPANIED, "specials": ("UMNR",)}, ["unaccompanied"]),
        ({"specials": ("MEDA", "BLND")}, ["medical", "assistance"]),
        ({"specials": ("PETC",)}, ["animal"]),
        ({"specials": ("EXST",)}, ["extra_seat"]),
        ({"flags": (Flag.STANDBY,)}, ["standby"]),
        ({"flags": (Flag.DOCUMENT_CHECK,)}, ["document_check"]),
        ({"flags": (Flag.NAME_MISMATCH,)}, ["name_mismatch"]),
        ({"flags": (Flag.WATCH_LISTED,)}, ["see_agent"]),
        ({"flags": (Flag.SELECTEE, Flag.WATCH_LISTED)}, ["see_agent"]),
        ({"infant": True}, []),
        ({"standing": Standing.OFF_LOADED, "specials": ("WCHR",)}, ["off_loaded"]),
    ],
)
def test_who_must_see_an_agent_is_told_why(changes: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in agent_reasons(traveller(**changes), "CZ")] == codes


def test_some_airlines_see_infants_at_the_counter() -> None:
    assert [reason.code for reason in agent_reasons(traveller(infant=True), "9C")] == ["infant"]


def test_nobody_learns_from_a_page_that_they_are_on_a_list() -> None:
    (reason,) = agent_reasons(traveller(flags=(Flag.WATCH_LISTED,)), "CZ")
    assert "list" not in reason.en.lower()
    assert "名单" not in reason.zh


def test_nobody_is_put_back_or_boarded_from_nowhere() -> None:
    assert not may_become(Standing.BOOKED, Standing.BOARDED)
    assert not may_become(Standing.OFF_LOADED, Standing.CHECKED_IN)
    assert not may_become(Standing.DELETED, Standing.CHECKED_IN)
    assert may_become(Standing.OFF_LOADED, Standing.BOOKED)


# --- names


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("zhang", Person("ZHANG", "SAN")),
        (" Zhang ", Person("ZHANG", "SAN")),
        ("ZHANG/SAN", Person("ZHANG", "SAN")),
        ("zhangsan", Person("ZHANG", "SAN")),
        ("San Zhang", Person("ZHANG", "SAN")),
        ("张", Person("ZHANG", "SAN")),
        ("张三", Person("ZHANG", "SAN")),
        ("zhang", Person("张三")),
        ("张", Person("张三")),
        ("张三", Person("张三")),
        ("ZHANG SAN MR", Person("ZHANG", "SAN")),
        ("曾", Person("ZENG", "GUOFAN")),
        ("Zeng", Person("曾国藩")),
        ("单", Person("SHAN", "TIANFANG")),
        ("欧阳", Person("OUYANG", "NANA")),
        ("ouyang", Person("欧阳娜娜")),
        ("吕", Person("LYU", "BU")),
        ("吕", Person("LV", "BU")),
        ("Lu", Person("LYU", "BU")),
        ("lv", Person("吕布")),
        ("Müller", Person("MUELLER", "ANNA")),
        ("Muller", Person("MUELLER", "ANNA")),
        ("Mueller", Person("MULLER", "ANNA")),
        ("Nuñez", Person("NUNEZ", "JOSE")),
        ("O'Brien", Person("OBRIEN", "PAT")),
        ("obrien", Person("O BRIEN", "PAT")),
        ("Smith-Jones", Person("SMITHJONES", "AMY")),
        ("Ｚｈａｎｇ", Person("ZHANG", "SAN")),
        ("Ström", Person("STROM", "EVA")),
        ("张", Person("CHANG", "SAN", chinese="张三")),
    ],
)
def test_a_surname_is_known_however_it_is_written(typed: str, person: Person) -> None:
    assert is_surname_of(typed, person)


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("", Person("ZHANG", "SAN")),
        ("-", Person("ZHANG", "SAN")),
        ("zhan", Person("ZHANG", "SAN")),
        ("san", Person("ZHANG", "SAN")),
        ("li", Person("ZHANG", "SAN")),
        ("三", Person("张三")),
        ("李", Person("张三")),
        ("z", Person("ZHANG", "SAN")),
        ("%", Person("ZHANG", "SAN")),
    ],
)
def test_another_surname_is_not(typed: str, person: Person) -> None:
    assert not is_surname_of(typed, person)


def test_a_masked_name_gives_away_first_letters_only() -> None:
    assert Person("ZHANG", "SAN").masked == "Z***/S***"
    assert Person("张三丰").masked == "张**"
    assert Person("MÜLLER", "ANNA").printed == "MUELLER/ANNA"


# --- the gate


def shown(**changes: Any) -> Shown:
    usual: dict[str, Any] = {
        "flight": "MU5301",
        "departure": "CSX",
        "arrival": "PEK",
        "day_of_year": 328,
        "pnr": "ABC123",
        "sequence": 7,
    }
    return Shown(**(usual | changes))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"day_of_year": None}, True),
        ({"day_of_year": 327}, False),
        ({"flight": "MU5302"}, False),
        ({"arrival": "SHA"}, False),
    ],
)
def test_a_pass_is_for_its_own_flight_and_day(changes: dict[str, Any], same: bool) -> None:
    assert fits(shown(**changes), leg()) is same


def test_zeros_that_passes_pad_with_mean_nothing() -> None:
    assert plain_number("CZ0310") == plain_number("CZ310") == "CZ310"
    assert plain_number("9C0012A") == "9C12A"


@pytest.mark.parametrize(
    ("status", "before", "standing", "void", "answer"),
    [
        ("scheduled", 30, Standing.CHECKED_IN, False, Scan.ACCEPTED),
        ("scheduled", 30, Standing.CHECKED_IN, True, Scan.NOT_CHECKED_IN),
        ("scheduled", 30, Standing.BOOKED, True, Scan.NOT_CHECKED_IN),
        ("scheduled", 30, Standing.OFF_LOADED, True, Scan.OFF_LOADED),
        ("scheduled", 30, Standing.DELETED, True, Scan.OFF_LOADED),
        ("scheduled", 30, Standing.BOARDED, False, Scan.ALREADY_BOARDED),
        ("scheduled", 56, Standing.CHECKED_IN, False, Scan.TOO_EARLY),
        ("scheduled", 55, Standing.CHECKED_IN, False, Scan.ACCEPTED),
        ("boarding", 90, Standing.CHECKED_IN, False, Scan.ACCEPTED),
        ("scheduled", 15, Standing.CHECKED_IN, False, Scan.GATE_CLOSED),
        ("last_call", 10, Standing.CHECKED_IN, False, Scan.ACCEPTED),
        ("gate_closed", 20, Standing.CHECKED_IN, False, Scan.GATE_CLOSED),
        ("departed", 0, Standing.CHECKED_IN, False, Scan.GATE_CLOSED),
        ("cancelled", 30, Standing.CHECKED_IN, False, Scan.GATE_CLOSED),
        ("gate_closed", 20, Standing.BOARDED, False, Scan.ALREADY_BOARDED),
    ],
)
def test_the_gate_answers_by_the_table(
    status: str, before: int, standing: Standing, void: bool, answer: Scan
) -> None:
    at: datetime = STD - timedelta(minutes=before)
    who = traveller(standing=standing)
    found = judge(leg(status=status), who, void=void, at=at, boards_at=STD - timedelta(minutes=40))
    assert found is answer


# --- aircraft


def test_columns_say_what_is_window_and_aisle() -> None:
    seats = seat_map_of(raw(aircraft(columns="ABC DEFG HJK"))).seats
    kinds = [seats[f"31{column}"].kind for column in "ABCDEFGHJK"]
    assert kinds == [
        "window",
        "middle",
        "aisle",
        "aisle",
        "middle",
        "middle",
        "aisle",
        "aisle",
        "middle",
        "window",
    ]
    assert [seats[f"31{column}"].block for column in "ACDGHK"] == [0, 0, 1, 1, 2, 2]


def raw(spec: dict[str, Any]) -> dict[str, Any]:
    """As the schema dumps it."""
    from services.checkin.schemas import ConfigurationSpecSchema

    dumped: dict[str, Any] = ConfigurationSpecSchema().dump(ConfigurationSpecSchema().load(spec))
    return dumped


def test_what_is_wrong_with_an_aircraft_is_named() -> None:
    spec = raw(aircraft())
    assert problems_of(spec) == []
    spec["cabins"].append(
        {"cabin": "Y", "columns": "AA", "rows": [{"row": 31, "exit": False, "seats": None}]}
    )
    spec["cabins"][0]["rows"][0]["seats"] = [{"column": "K", "attributes": []}] * 2
    assert problems_of(spec) == [
        ("cabins.0.rows.0.seats", "unknown_column"),
        ("cabins.0.rows.0.seats", "duplicate"),
        ("cabins.1.cabin", "duplicate"),
        ("cabins.1.columns", "duplicate"),
        ("cabins.1.rows.0.row", "duplicate"),
    ]


def test_the_limits_on_guessing_are_those_that_were_promised() -> None:
    assert [(limit.counted, limit.wrong, limit.within) for limit in LIMITS] == [
        (Counted.ADDRESS, 5, timedelta(minutes=15)),
        (Counted.TARGET, 5, timedelta(hours=1)),
        (Counted.ALL, 100, timedelta(minutes=1)),
    ]
