"""What a careful reader asks of check-in: who is left alone, whose passport it is, which seat is still allowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.bcbp import issue_code, read
from services.checkin.domain.agents import MOST_PASSES
from services.checkin.errors import NoPass, NoSeatsLeft, NotOpen, PartyRefused, SeatRefused
from services.checkin.schemas.vocabulary import MAX_TRAVELLERS
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import (
    ABROAD_ID,
    ANN,
    FAMILY,
    FLIGHT_ID,
    PLACE,
    STD,
    Others,
    act,
    aircraft,
    boarding_pass,
    booking,
    bound,
    cancel,
    check_in,
    choose,
    find,
    flight,
    party,
    person,
    push_aircraft,
    push_list,
    sealed,
)

MRZ = "P<CHNZHANG<<SAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nE123456782CHN8001014M3101012<<<<<<<<<<<<<<08"
INFANT = {"name": {"surname": "ZHANG", "given": "XIAO"}}
CONTACT = {"phone": "+8613912345678", "destination": "1 Sukhumvit Road"}


def reasons(refused: pytest.ExceptionInfo[PartyRefused]) -> list[list[str]]:
    return [[why["code"] for why in one["reasons"]] for one in refused.value.data["travellers"]]


def passport(id_: str) -> str:
    return sealed({"papers": [{"traveller_id": id_, "kind": "passport", "text": MRZ}], "contact": CONTACT})


def test_a_pass_shows_the_day_of_check_in_as_its_day_of_issue(uow: Any) -> None:
    push_list(uow, booking("ABC123", person(frequent_flyer={"airline": "CZ", "number": "28-000 123"})))
    early = STD - timedelta(hours=40)
    mine = check_in(uow, bound(uow), now=early)
    shown = read(boarding_pass(uow, mine)["bcbp"]).boarding_pass
    assert shown.issued == issue_code(early.astimezone(PLACE.zone).date()) != issue_code(STD.date())
    assert (shown.legs[0].frequent_flyer_airline, shown.legs[0].frequent_flyer_number) == ("CZ", "28000123")


def test_a_seat_chosen_and_never_checked_in_is_no_pass_that_was_cancelled(uow: Any) -> None:
    push_list(uow, booking())
    push_aircraft(uow, aircraft())
    mine = bound(uow)
    choose(uow, mine, {mine["travellers"][0]["id"]: "35A"})
    with pytest.raises(NoPass):
        boarding_pass(uow, mine)


def test_a_child_is_not_left_checked_in_alone_and_chooses_a_seat_before_its_adult(uow: Any) -> None:
    push_list(uow, FAMILY)
    push_aircraft(uow, aircraft())
    mine = bound(uow, "FAM001")
    father, mother, child, other = (each["id"] for each in mine["travellers"])
    choose(uow, mine, {child: "35B"})
    mine = check_in(uow, mine)
    with pytest.raises(PartyRefused) as refused:
        cancel(uow, mine, traveller_ids=[father, mother])
    assert reasons(refused) == [["child_alone"], ["child_alone"]]
    assert [each["standing"] for each in party(uow, mine["booking_id"])["travellers"]] == ["checked_in"] * 4
    cancel(uow, mine, traveller_ids=[father, other])
    left = cancel(uow, mine, traveller_ids=[mother, child])
    assert {each["standing"] for each in left["travellers"]} == {"booked"}


def test_somebody_elses_passport_is_seen_by_an_agent(uow: Any) -> None:
    push_list(uow, booking("ABC123", person("LI", "SI")), flight_id=ABROAD_ID)
    mine = bound(uow)
    given = passport(mine["travellers"][0]["id"])
    with pytest.raises(PartyRefused) as refused:
        check_in(uow, mine, sealed=given)
    assert reasons(refused) == [["name_mismatch"]]


@pytest.mark.parametrize("name", [("ZHANG", "SAN"), ("张", "三"), ("SAN", "ZHANG")])
def test_a_passport_is_its_bearers_however_the_list_writes_the_name(uow: Any, name: tuple[str, str]) -> None:
    push_list(uow, booking("ABC123", person(*name)), flight_id=ABROAD_ID)
    mine = bound(uow)
    done = check_in(uow, mine, sealed=passport(mine["travellers"][0]["id"]))
    assert done["travellers"][0]["standing"] == "checked_in"


def test_papers_that_somebody_adds_after_check_in_are_kept(uow: Any) -> None:
    push_list(uow, booking())
    mine = check_in(uow, bound(uow))
    again = check_in(uow, mine, sealed=passport(mine["travellers"][0]["id"]))
    assert [each["number"] for each in again["travellers"][0]["papers"]] == ["E*****678"]
    assert again["travellers"][0]["sequence"] == mine["travellers"][0]["sequence"]


def test_one_person_in_two_bookings_of_a_flight_checks_in_once(uow: Any) -> None:
    paper = {"kind": "passport", "number": "E12345678"}
    push_list(
        uow,
        booking("ONE111", person(papers=[paper])),
        booking("TWO222", person(papers=[{**paper, "number": "e1234 5678"}])),
        booking("SIX666", person("LI", "SI", papers=[{**paper, "number": "E87654321"}])),
    )
    first, second = bound(uow, "ONE111"), bound(uow, "TWO222")
    check_in(uow, first)
    with pytest.raises(PartyRefused) as refused:
        check_in(uow, second)
    assert reasons(refused) == [["double_booking"]]
    check_in(uow, bound(uow, "SIX666"))
    cancel(uow, first)
    assert check_in(uow, second)["travellers"][0]["standing"] == "checked_in"


def test_nobody_uses_up_a_flights_sequence_numbers(uow: Any) -> None:
    push_list(uow, booking(), booking("DEF456", person("LI", "SI")))
    mine = bound(uow)
    for _ in range(MOST_PASSES):
        check_in(uow, mine)
        cancel(uow, mine)
    with uow.write() as tx:
        tx.store.touch(FLIGHT_ID, MAX_TRAVELLERS)
    with pytest.raises(PartyRefused) as refused:
        check_in(uow, mine)
    assert reasons(refused) == [["too_often"]]
    assert check_in(uow, bound(uow, "DEF456"))["travellers"][0]["sequence"] > MAX_TRAVELLERS


def test_the_last_seats_at_an_exit_go_to_who_declares_and_to_nobody_unasked(uow: Any) -> None:
    rows = aircraft(1)
    rows["cabins"][0]["rows"].append({"row": 40, "exit": True})
    six = [booking(f"PNR{number:03d}", person("LI", "SI")) for number in range(6)]
    child = booking("KID001", person("WU", "DA"), person("WU", "XIAO", kind="child"))
    push_list(uow, *six, booking(), child)
    push_aircraft(uow, rows)
    for number in range(6):
        assert str(check_in(uow, bound(uow, f"PNR{number:03d}"))["travellers"][0]["seat"]).startswith("31")
    mine = bound(uow)
    id_ = mine["travellers"][0]["id"]
    with pytest.raises(SeatRefused) as asked:
        check_in(uow, mine)
    assert (asked.value.data["code"], asked.value.data["travellers"]) == ("exit_declare", [id_])
    assert str(check_in(uow, mine, exit_declared=[id_])["travellers"][0]["seat"]).startswith("40")
    family = bound(uow, "KID001")
    with pytest.raises(NoSeatsLeft):
        check_in(uow, family)


def test_an_exit_is_given_last_also_to_who_declared(uow: Any) -> None:
    rows = aircraft(1)
    rows["cabins"][0]["rows"].insert(0, {"row": 30, "exit": True})
    push_list(uow, booking())
    push_aircraft(uow, rows)
    mine = bound(uow)
    done = check_in(uow, mine, exit_declared=[mine["travellers"][0]["id"]])
    assert str(done["travellers"][0]["seat"]).startswith("31")


def test_an_infant_that_comes_later_moves_its_adult_from_the_exit(uow: Any) -> None:
    push_list(uow, booking(), booking("DEF456", person("LI", "SI")))
    push_aircraft(uow, aircraft())
    mine = bound(uow)
    id_ = mine["travellers"][0]["id"]
    before = check_in(uow, mine, seats={id_: "40A"}, exit_declared=[id_])["travellers"][0]
    push_list(uow, booking("ABC123", person(infant=INFANT)), booking("DEF456", person("LI", "SI")), version=2)
    after = party(uow, mine["booking_id"])["travellers"][0]
    assert (after["standing"], after["sequence"]) == ("checked_in", before["sequence"])
    assert after["seat"][:-1].isdigit()
    assert not after["seat"].startswith("40")
    if isinstance(uow, FakeUnitOfWork):
        told = uow.events[-1]
        assert (told.name, told.data["why"], told.data["old_seat"]) == ("seat_changed", "seat_rule", "40A")


def test_who_checked_in_before_the_aircraft_was_known_gets_a_seat_with_it(uow: Any) -> None:
    push_list(uow, FAMILY, booking())
    mine = check_in(uow, bound(uow, "FAM001"))
    assert {each["seat"] for each in mine["travellers"]} == {None}
    report = push_aircraft(uow, aircraft())
    after = party(uow, mine["booking_id"])["travellers"]
    assert len({str(each["seat"])[:-1] for each in after}) == 1, "in one row"
    assert (report["moved"], report["unseated"]) == (4, [])
    assert party(uow, bound(uow)["booking_id"])["travellers"][0]["seat"] is None, (
        "who isn't checked in chooses"
    )


def test_an_infants_name_that_no_pass_can_show_refuses_the_list(uow: Any) -> None:
    infant = {"name": {"surname": "ЖУКОВ", "given": "Иван"}}
    report = push_list(uow, booking("ABC123", person(infant=infant)), booking("DEF456", person("-", "SAN")))
    assert (report["outcome"], [each["at"] for each in report["refused"]]) == (
        "refused",
        ["bookings.0.passengers.0.infant.name", "bookings.1.passengers.0.name"],
    )


def test_an_agent_checks_nobody_in_for_a_flight_that_left(uow: Any) -> None:
    push_list(uow, booking())
    id_ = bound(uow)["travellers"][0]["id"]
    usecases.hear(uow, PLACE, flight(version=2, status="departed"))
    with pytest.raises(NotOpen):
        act(uow, id_, "check_in")


def test_codes_that_are_sent_are_no_wrong_guesses(uow: Any) -> None:
    push_list(uow, booking())
    bound(uow)
    with uow.read() as tx:
        (traveller,) = tx.store.by_pnr("ABC123")
    for _ in range(5):
        given = {"request_id": new_id(), "address": "192.0.2.1", "booking_id": traveller.booking_id}
        request = schemas.SendCodeSchema().load({**given, "passenger_id": ANN})
        usecases.send_code(uow, Others(), PLACE, request)
    assert find(uow, surname="ZHANG", pnr="ABC123"), "whoever else is behind that address still searches"


def test_the_pass_of_who_lost_the_seat_with_the_aircraft_says_so(uow: Any) -> None:
    push_list(uow, booking())
    push_aircraft(uow, aircraft())
    mine = check_in(uow, bound(uow))
    push_aircraft(uow, {"aircraft": "A319", "cabins": [_blocked_row()]}, version=2)
    shown = boarding_pass(uow, mine)
    assert (shown["void"], shown["why_void"]["code"]) == (True, "no_seat")


def _blocked_row() -> dict[str, Any]:
    seats = [{"column": "A", "attributes": ["blocked"]}]
    return {"cabin": "Y", "columns": "A", "rows": [{"row": 1, "seats": seats}]}


def test_papers_that_an_account_gave_go_with_it(uow: Any) -> None:
    push_list(uow, booking())
    mine = bound(uow)
    check_in(uow, mine, sealed=passport(mine["travellers"][0]["id"]))
    data = {"erasure_id": "e1", "passenger_id": ANN, "earlier_ids": []}
    usecases.erase(uow, new_id(), data)
    with uow.read() as tx:
        assert tx.store.party(mine["booking_id"])[0].given_sealed is None


def test_what_a_check_in_answers_is_what_a_look_at_the_party_shows(uow: Any) -> None:
    push_list(uow, FAMILY)
    push_aircraft(uow, aircraft())
    mine = bound(uow, "FAM001")
    first = mine["travellers"][0]["id"]
    steps = (
        lambda: choose(uow, mine, {first: "35A"}),
        lambda: check_in(uow, mine),
        lambda: check_in(uow, mine),
        lambda: check_in(uow, mine, sealed=sealed({"papers": [], "contact": CONTACT})),
        lambda: cancel(uow, mine),
    )
    for step in steps:
        assert step() == party(uow, mine["booking_id"])
