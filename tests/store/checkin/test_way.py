"""From the airline's list to the gate, over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import RequestReused
from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.errors import (
    AccessNeeded,
    DeclarationNeeded,
    DetailsNeeded,
    NoPass,
    NoSeatMap,
    NotOpen,
    PartyRefused,
    SeatRefused,
    SeatTaken,
    TravellerNotFound,
    WrongStanding,
)
from services.passengers.errors import MrzCheckDigit
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import (
    ABROAD_ID,
    ANN,
    AT_GATE,
    FAMILY,
    GOODS,
    NOW,
    PLACE,
    STD,
    access,
    aircraft,
    boarding_pass,
    booking,
    bound,
    cancel,
    check_in,
    choose,
    find,
    party,
    person,
    push_aircraft,
    push_list,
    scan,
    sealed,
)

MRZ = "P<CHNZHANG<<SAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nE123456782CHN8001014M3101012<<<<<<<<<<<<<<08"


@pytest.fixture
def listed(uow: Any) -> Any:
    assert push_list(uow, FAMILY, booking())["outcome"] == "applied"
    assert push_aircraft(uow, aircraft())["outcome"] == "applied"
    return uow


def seats(mine: dict[str, Any]) -> list[str | None]:
    return [each["seat"] for each in mine["travellers"]]


def test_a_family_finds_its_booking_checks_in_and_boards(listed: Any) -> None:
    (found,) = find(listed, surname="li", pnr="fam001")
    assert [each["name"] for each in found["travellers"]] == [
        "L***/S***",
        "W***/F***",
        "L***/D***",
        "L***/E***",
    ]
    assert (found["full"], found["code_to"], found["window"]["state"]) == (False, None, "open")
    mine = bound(listed, "FAM001")
    assert [each["infant"] for each in mine["travellers"]] == ["LI/XIAOBAO", None, None, None]
    mine = check_in(listed, mine)
    assert sorted(each["sequence"] for each in mine["travellers"]) == [1, 2, 3, 4]
    rows = {str(seat)[:-1] for seat in seats(mine)}
    assert len(rows) == 1, "a family of four sits in one row"
    shown = boarding_pass(listed, mine)
    assert shown["bcbp"].startswith("M1LI/SI               EFAM001 CSXPEKCZ 3101 328Y")
    answer = scan(listed, shown["bcbp"])
    assert answer["scan"]["result"] == "accepted"
    assert (answer["scan"]["seat"], answer["scan"]["infant"]) == (shown["seat"], True)
    assert answer["counts"] == {
        "booked": 5,
        "checked_in": 4,
        "boarded": 1,
        "off_loaded": 0,
        "infants": 1,
        "infants_boarded": 1,
    }
    assert scan(listed, shown["bcbp"])["scan"]["result"] == "already_boarded"
    if isinstance(listed, FakeUnitOfWork):
        names = [event.name for event in listed.events]
        assert names == ["checked_in"] * 4 + ["boarded"]
        mine_only = [event for event in listed.events if event.aggregate == mine["travellers"][0]["id"]]
        assert [event.aggregate_version for event in mine_only] == [2, 3]
        assert all("LI" not in str(event.data) for event in listed.events), "events name nobody"
        assert listed.events[0].data["accounts"] == [ANN]


def test_a_repeat_changes_nothing_and_another_request_of_that_name_is_refused(listed: Any) -> None:
    mine = bound(listed, "FAM001")
    request_id = new_id()
    first = check_in(listed, mine, request_id=request_id)
    assert check_in(listed, mine, request_id=request_id) == first
    with pytest.raises(RequestReused):
        check_in(listed, mine, request_id=request_id, exit_declared=["x"])
    assert check_in(listed, mine) == first, "whoever is checked in stays so"


def test_nobody_is_checked_in_when_somebody_must_see_an_agent(uow: Any) -> None:
    wheelchair = person("WU", "LIU", specials=[{"code": "WCHR"}])
    push_list(uow, booking("ABC123", person(), wheelchair))
    push_aircraft(uow, aircraft())
    mine = bound(uow)
    with pytest.raises(PartyRefused) as refused:
        check_in(uow, mine)
    (who,) = refused.value.data["travellers"]
    assert who["traveller_id"] == mine["travellers"][1]["id"]
    assert [why["code"] for why in who["reasons"]] == ["wheelchair"]
    assert all(who["reasons"][0]["reason"].values()), "told in both languages"
    assert seats(party(uow, mine["booking_id"])) == [None, None]
    alone = check_in(uow, mine, traveller_ids=[mine["travellers"][0]["id"]])
    assert [each["standing"] for each in alone["travellers"]] == ["checked_in", "booked"]


def test_a_child_is_not_checked_in_before_an_adult(listed: Any) -> None:
    mine = bound(listed, "FAM001")
    adult, _, child, _ = (each["id"] for each in mine["travellers"])
    with pytest.raises(PartyRefused):
        check_in(listed, mine, traveller_ids=[child])
    check_in(listed, mine, traveller_ids=[adult])
    done = check_in(listed, mine, traveller_ids=[child])["travellers"]
    assert done[2]["standing"] == "checked_in"
    assert done[2]["seat"][:-1] == done[0]["seat"][:-1], "in the row of the adult who was there before"


def test_the_window_the_declaration_and_the_access_are_asked_for(listed: Any) -> None:
    mine = bound(listed)
    for now, state in ((STD - timedelta(hours=49), "too_early"), (STD - timedelta(minutes=44), "closed")):
        with pytest.raises(NotOpen) as refused:
            check_in(listed, mine, now=now)
        assert refused.value.data["state"] == state
    with pytest.raises(DeclarationNeeded) as needed:
        check_in(listed, mine, dangerous_goods="")
    assert needed.value.data == {"version": GOODS}
    for whose in (
        access(mine["booking_id"], "bob"),
        access(mine["booking_id"], None, "guess"),
        access("none"),
    ):
        with pytest.raises(AccessNeeded):
            check_in(listed, mine, access=whose)
    with pytest.raises(TravellerNotFound):
        check_in(listed, mine, traveller_ids=["somebody else"])


def test_seats_are_chosen_exchanged_and_given_back(listed: Any) -> None:
    mine = bound(listed, "FAM001")
    one, other, *_ = (each["id"] for each in mine["travellers"])
    chosen = choose(listed, mine, {one: "35A", other: "35B"})
    assert seats(chosen)[:2] == ["35A", "35B"]
    assert seats(choose(listed, mine, {one: "35B", other: "35A"}))[:2] == ["35B", "35A"]
    bob = bound(listed, "ABC123", "bob")
    whose = access(bob["booking_id"], "bob")
    with pytest.raises(SeatTaken) as taken:
        choose(listed, bob, {bob["travellers"][0]["id"]: "35A"}, access=whose)
    assert taken.value.data == {"seats": ["35A"]}
    for seat, code in (("99A", "unknown_seat"), ("40A", "exit_declare")):
        with pytest.raises(SeatRefused) as refused:
            choose(listed, bob, {bob["travellers"][0]["id"]: seat}, access=whose)
        assert refused.value.data == {"seat": seat, "code": code}
    declared = [bob["travellers"][0]["id"]]
    assert seats(choose(listed, bob, {declared[0]: "40A"}, access=whose, exit_declared=declared)) == ["40A"]
    done = check_in(listed, mine)
    assert seats(done)[:2] == ["35B", "35A"], "what was chosen stays"
    assert seats(cancel(listed, mine)) == [None] * 4


def test_a_cancelled_check_in_makes_its_pass_void_for_ever(listed: Any) -> None:
    mine = check_in(listed, bound(listed))
    old = boarding_pass(listed, mine)
    cancel(listed, mine)
    void = boarding_pass(listed, mine)
    assert (void["void"], void["bcbp"], void["why_void"]["code"]) == (True, "", "cancelled")
    assert scan(listed, old["bcbp"])["scan"]["result"] == "not_checked_in"
    new = boarding_pass(listed, check_in(listed, mine))
    assert new["sequence"] > old["sequence"]
    assert scan(listed, old["bcbp"])["scan"]["result"] == "not_checked_in", "the old picture stays void"
    assert scan(listed, new["bcbp"])["scan"]["result"] == "accepted"
    with pytest.raises(WrongStanding):
        cancel(listed, mine)


def test_without_a_seat_map_people_check_in_without_seats(uow: Any) -> None:
    push_list(uow, booking())
    mine = bound(uow)
    with pytest.raises(NoSeatMap):
        choose(uow, mine, {mine["travellers"][0]["id"]: "31A"})
    with pytest.raises(NoPass):
        boarding_pass(uow, mine)
    assert seats(check_in(uow, mine)) == [None]
    assert scan(uow, boarding_pass(uow, mine)["bcbp"])["scan"]["result"] == "accepted"


def test_a_flight_abroad_asks_for_passport_contact_and_destination(uow: Any) -> None:
    push_list(uow, booking(), flight_id=ABROAD_ID)
    mine = bound(uow)
    (traveller,) = mine["travellers"]
    assert traveller["needs"] == ["paper", "contact", "destination"]
    with pytest.raises(DetailsNeeded):
        check_in(uow, mine)
    contact = {"phone": "+8613912345678", "destination": "1 Sukhumvit Road"}
    paper = {
        "traveller_id": traveller["id"],
        "kind": "passport",
        "text": MRZ.replace("E12345678", "E12345679", 1),
    }
    with pytest.raises(MrzCheckDigit):
        check_in(uow, mine, sealed=sealed({"papers": [paper], "contact": contact}))
    paper["text"] = MRZ
    request_id = new_id()
    given = {"papers": [paper], "contact": contact}
    done = check_in(uow, mine, sealed=sealed(given), request_id=request_id)
    assert done["travellers"][0]["papers"] == [
        {"kind": "passport", "number": "E*****678", "expires_on": "2031-01-01"}
    ]
    assert check_in(uow, mine, sealed=sealed(given), request_id=request_id) == done, (
        "sealed anew, the same request"
    )
    assert done["contact"] == "+86*****78"


def test_the_seat_map_shows_a_party_what_is_free_for_it(listed: Any) -> None:
    mine = bound(listed, "FAM001")
    check_in(listed, mine)
    bob = bound(listed, "ABC123", "bob")
    request = {"access": access(bob["booking_id"], "bob")}
    shown = usecases.seat_map(listed, PLACE, request)
    assert schemas.SeatMapSchema().validate(shown) == {}
    states = {seat["seat"]: seat for row in shown["cabins"][0]["rows"] for seat in row["seats"]}
    assert sum(seat["state"] == "taken" for seat in states.values()) == 4
    assert all(seat["traveller_id"] is None for seat in states.values()), (
        "whose seat it is, is nobody's business"
    )
    assert states["40A"]["state"] == "free", "he could declare that he helps"
    assert states["33A"]["attributes"] == ["window"]
    mine_shown = usecases.seat_map(listed, PLACE, {"access": access(mine["booking_id"])})
    assert mine_shown["version"] == shown["version"]
    exits = [seat for row in mine_shown["cabins"][0]["rows"] if row["exit"] for seat in row["seats"]]
    assert {seat["state"] for seat in exits} == {"free"}, "the second adult may"


def test_my_trips_are_those_that_the_account_is_bound_to(listed: Any) -> None:
    assert usecases.list_my_trips(listed, PLACE, ANN, NOW) == {"trips": []}
    check_in(listed, bound(listed))
    answer = usecases.list_my_trips(listed, PLACE, ANN, NOW)
    assert schemas.TripsSchema().validate(answer) == {}
    (trip,) = answer["trips"]
    assert (trip["travellers"], trip["checked_in"], len(trip["seats"])) == (1, 1, 1)
    assert usecases.list_my_trips(listed, PLACE, ANN, AT_GATE + timedelta(days=4)) == {"trips": []}
