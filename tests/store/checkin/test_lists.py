"""Lists, changes, aircraft and flights that are disrupted, over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.errors import (
    BadSeal,
    FlightNotFound,
    ListGap,
    NotYourFlight,
    PartyRefused,
    TravellerNotFound,
    WrongStanding,
)
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import (
    FAMILY,
    FLIGHT_ID,
    PLACE,
    STD,
    Others,
    access,
    act,
    aircraft,
    boarding_pass,
    booking,
    bound,
    cancel,
    check_in,
    choose,
    flight,
    party,
    person,
    push_aircraft,
    push_changes,
    push_list,
    scan,
)


def told(uow: Any) -> list[tuple[str, str | None]]:
    """Names and reasons of the events, on the fake; every version of a traveller comes once and in order."""
    if not isinstance(uow, FakeUnitOfWork):
        return []
    seen: dict[str, int] = {}
    for event in uow.events:
        assert event.aggregate_version > seen.get(event.aggregate, 0)
        seen[event.aggregate] = event.aggregate_version
    return [(event.name, event.data.get("why")) for event in uow.events]


def test_replays_and_old_versions_are_harmless(uow: Any) -> None:
    request_id = new_id()
    first = push_list(uow, FAMILY, booking(), version=5, request_id=request_id)
    assert (first["outcome"], first["added"], first["travellers"]) == ("applied", 5, 5)
    assert push_list(uow, FAMILY, booking(), version=5, request_id=request_id) == first
    again = push_list(uow, booking(), version=5)
    assert (again["outcome"], again["travellers"]) == ("repeated", 5)
    old = push_list(uow, booking(), version=4)
    assert (old["outcome"], old["version"], old["travellers"]) == ("outdated", 5, 5)
    same = push_list(uow, FAMILY, booking(), version=6)
    assert (same["added"], same["changed"], same["deleted"]) == (0, 0, 0)


def test_one_wrong_entry_and_nothing_is_applied(uow: Any) -> None:
    push_list(uow, booking())
    wrong = push_list(
        uow,
        booking("AAA111", person(ticket="7840000000001"), person("LI", ticket="7840000000001")),
        booking("AAA111"),
        booking("BBB222", person(kind="child", infant={"name": {"surname": "LI"}})),
        booking("CCC333", person("ИВАНОВ")),
        version=2,
    )
    assert (wrong["outcome"], wrong["version"], wrong["travellers"]) == ("refused", 1, 1)
    assert {(each["at"], each["reason"]) for each in wrong["refused"]} == {
        ("bookings.0.passengers.1.ticket", "duplicate"),
        ("bookings.1.pnr", "duplicate"),
        ("bookings.2.passengers.0.infant", "infant_needs_adult"),
        ("bookings.3.passengers.0.name", "unwritable"),
    }
    form = push_list(uow, {**booking("DDD444"), "colour": "red"}, booking("no pnr"), version=2)
    assert {each["at"] for each in form["refused"]} == {"bookings.0.colour", "bookings.1.pnr"}
    push_aircraft(uow, aircraft())
    cabin = push_list(uow, booking("EEE555", person() | {"cabin": "F"}), version=2)
    assert cabin["refused"] == [{"at": "bookings.0.passengers.0.cabin", "reason": "unknown_cabin"}]


def test_who_may_push_and_what_is_known(uow: Any) -> None:
    with pytest.raises(NotYourFlight):
        push_list(uow, booking(), partner={"client_id": "mu", "airlines": ["MU"]})
    push_list(uow, booking(), partner={"client_id": "handler", "airlines": ["*"]})
    with pytest.raises(NotYourFlight):
        push_list(uow, booking(), version=2, partner={"client_id": "mu", "airlines": ["MU"]})
    with pytest.raises(FlightNotFound):
        push_list(uow, booking(), flight_id="CZ9999-20261124-CSX-PEK")
    with pytest.raises(BadSeal):
        push_list(uow, booking(), sealed="x1.k1.AAAA")


def test_a_flight_that_changed_while_its_list_came_is_heard_of(uow: Any) -> None:
    others = Others(flight(version=3, gate="12"))
    push_list(uow, booking(), others=others)
    assert party(uow, bound(uow)["booking_id"])["flight"]["gate"] == "12"
    usecases.hear(uow, PLACE, flight(version=2, gate="9"))
    assert party(uow, bound(uow)["booking_id"])["flight"]["gate"] == "12", "older news is dropped"


def test_only_a_flight_with_a_list_concerns_check_in(uow: Any) -> None:
    change = {"data": {"flight": flight(version=2)}}
    assert not usecases.concerns(uow, change)
    push_list(uow, booking())
    assert usecases.concerns(uow, change)
    flight_id = change["data"]["flight"]["id"]
    with uow.look_up() as store:
        assert store.listed_among([flight_id, "none"]) == {flight_id}


def test_whoever_left_the_list_after_check_in_is_taken_off_and_told(uow: Any) -> None:
    push_list(uow, FAMILY, booking())
    push_aircraft(uow, aircraft())
    mine = check_in(uow, bound(uow))
    shown = boarding_pass(uow, mine)
    report = push_list(uow, FAMILY, version=2)
    assert (report["deleted"], report["off_loaded"]) == (1, [mine["travellers"][0]["id"]])
    void = boarding_pass(uow, mine)
    assert (void["void"], void["why_void"]["code"], void["seat"]) == (True, "deleted", None)
    assert scan(uow, shown["bcbp"])["scan"]["result"] == "off_loaded"
    assert told(uow)[-1:] in ([], [("off_loaded", "deleted")])
    assert push_list(uow, FAMILY, booking(), version=3)["changed"] == 1, "who comes back is the same person"
    assert party(uow, mine["booking_id"])["travellers"][0]["standing"] == "booked"


def test_changes_are_made_together_or_not_at_all(uow: Any) -> None:
    push_list(uow, FAMILY, booking(), version=1)
    add = {"action": "add", "pnr": "NEW001", "passenger": person("SUN", "BA")}
    gone = {"action": "delete", "pnr": "ABC123", "passenger": person()}
    unknown = {"action": "delete", "pnr": "ABC123", "passenger": person("HE")}
    wrong = push_changes(uow, add, unknown, version=2)
    assert (wrong["outcome"], wrong["travellers"]) == ("refused", 5)
    assert wrong["refused"] == [{"at": "changes.1.passenger", "reason": "unknown_traveller"}]
    with pytest.raises(ListGap) as gap:
        push_changes(uow, add, version=4, base_version=3)
    assert gap.value.data == {"version": 1}
    done = push_changes(uow, add, gone, version=2, base_version=1)
    assert (done["added"], done["deleted"], done["travellers"], done["version"]) == (1, 1, 5, 2)
    wheel = person("SUN", "BA", specials=[{"code": "WCHR"}])
    changed = push_changes(uow, {"action": "change", "pnr": "NEW001", "passenger": wheel}, version=3)
    assert (changed["changed"], bound(uow, "NEW001")["travellers"][0]["specials"]) == (1, ["WCHR"])


def test_a_seat_of_the_airline_is_for_who_has_none(uow: Any) -> None:
    push_aircraft(uow, aircraft())
    push_list(uow, booking("AAA111", person(seat="31A")), booking("BBB222", person("LI", seat="99A")))
    one, other = bound(uow, "AAA111", "a"), bound(uow, "BBB222", "b")
    assert [mine["travellers"][0]["seat"] for mine in (one, other)] == ["31A", None]
    choose(uow, one, {one["travellers"][0]["id"]: "32A"}, access=access(one["booking_id"], "a"))
    report = push_list(
        uow, booking("AAA111", person(seat="33A")), booking("BBB222", person("LI", seat="32A")), version=2
    )
    assert report["unseated"] == [], "nothing changed for the second: the seat is taken"
    assert party(uow, one["booking_id"], "a")["travellers"][0]["seat"] == "32A"


def test_whoever_changes_cabins_sits_where_the_airline_says_or_checks_in_anew(uow: Any) -> None:
    push_aircraft(uow, aircraft(first=2))
    push_list(uow, booking("AAA111", person(), person("LI", "SI")))
    mine = check_in(uow, bound(uow, "AAA111"))
    up = [person(seat="1A") | {"cabin": "F"}, person("LI", "SI") | {"cabin": "F"}]
    push_list(uow, booking("AAA111", *up), version=2)
    after = party(uow, mine["booking_id"])["travellers"]
    assert [(each["cabin"], each["seat"], each["standing"]) for each in after] == [
        ("F", "1A", "checked_in"),
        ("F", None, "booked"),
    ]
    assert told(uow)[2:] in ([], [("seat_changed", "other_cabin"), ("cancelled", "other_cabin")])


def test_another_aircraft_seats_everybody_again_and_tells_who_moved(uow: Any) -> None:
    push_list(uow, FAMILY, booking())
    push_aircraft(uow, aircraft(20))
    solo = bound(uow)
    choose(uow, solo, {solo["travellers"][0]["id"]: "50A"})
    check_in(uow, solo)
    family = check_in(uow, bound(uow, "FAM001"))
    report = push_aircraft(uow, aircraft(10, name="E190", columns="AC DF"), version=2)
    assert (report["outcome"], report["unseated"]) == ("applied", [])
    after = party(uow, solo["booking_id"])["travellers"][0]
    assert (after["seat"], after["standing"]) == ("39A", "checked_in")
    seats = [each["seat"] for each in party(uow, family["booking_id"])["travellers"]]
    assert len(set(seats)) == 4
    assert report["moved"] == sum(why in ("kept_kind", "nearest") for name, why in told(uow)) or not told(uow)
    assert push_aircraft(uow, aircraft(20), version=2)["outcome"] == "repeated"
    assert push_aircraft(uow, aircraft(20), version=1)["outcome"] == "outdated"


def test_when_there_are_too_few_seats_the_last_lose_their_pass_and_know_it(uow: Any) -> None:
    push_list(
        uow, booking("AAA111", person()), booking("BBB222", person("LI")), booking("CCC333", person("WU"))
    )
    push_aircraft(uow, aircraft())
    parties = [check_in(uow, bound(uow, pnr)) for pnr in ("AAA111", "BBB222", "CCC333")]
    last = boarding_pass(uow, parties[2])
    report = push_aircraft(uow, aircraft(1, "AB"), version=2)
    assert report["unseated"] == [parties[2]["travellers"][0]["id"]]
    assert boarding_pass(uow, parties[2])["void"] is True
    assert scan(uow, last["bcbp"])["scan"]["result"] == "not_checked_in"
    assert ("reseated", "no_seat") in told(uow) or not told(uow)


def test_a_wrong_aircraft_changes_nothing(uow: Any) -> None:
    spec = aircraft()
    spec["cabins"].append({"cabin": "Y", "columns": "AB", "rows": [{"row": 31}]})
    report = push_aircraft(uow, spec)
    assert (report["outcome"], report["version"]) == ("refused", None)
    assert {each["reason"] for each in report["refused"]} == {"duplicate"}


def test_everybody_with_a_pass_is_told_when_the_flight_is_disrupted(uow: Any) -> None:
    push_list(uow, FAMILY, booking())
    mine = check_in(uow, bound(uow))
    before = len(told(uow))
    for version, changes in enumerate(
        (
            {"gate": "12"},
            {"gate": "14"},
            {"gate": "14", "departs_at": STD + timedelta(minutes=10)},
            {"gate": "14", "departs_at": STD + timedelta(minutes=20)},
            {"gate": "14", "departs_at": STD + timedelta(minutes=25)},
            {"gate": "14", "departs_at": STD + timedelta(minutes=25), "status": "cancelled"},
        ),
        2,
    ):
        usecases.hear(uow, PLACE, flight(version=version, **changes))
    assert told(uow)[before:] in ([], [("disrupted", what) for what in ("gate", "retimed", "cancelled")])
    shown = boarding_pass(uow, mine)
    assert (shown["void"], shown["why_void"]["code"], shown["flight"]["gate"]) == (True, "cancelled", "14")
    usecases.hear(uow, PLACE, flight(version=9, gate="14"))
    assert boarding_pass(uow, mine)["void"] is False, "a flight that flies after all takes the same passes"


def test_a_desk_acts_with_a_reason_that_is_written_down(uow: Any) -> None:
    push_list(uow, booking("ABC123", person(specials=[{"code": "WCHR"}])))
    push_aircraft(uow, aircraft())
    mine = bound(uow)
    who = mine["travellers"][0]["id"]
    assert act(uow, who, "check_in", "35A")["traveller"]["seat"] == "35A"
    assert act(uow, who, "seat", "36C")["traveller"]["seat"] == "36C"
    assert act(uow, who, "off_load")["counts"]["off_loaded"] == 1
    assert party(uow, mine["booking_id"])["travellers"][0]["agent"][0]["code"] == "off_loaded"
    assert act(uow, who, "reinstate")["traveller"]["standing"] == "booked"
    request = {"flight_id": FLIGHT_ID, "traveller_id": who}
    traces = usecases.list_traces(uow, request)["traces"]
    assert [(each["what"], each["actor"]) for each in traces] == [
        (what, "staff:chen") for what in ("reinstated", "off_loaded", "seat_changed", "checked_in")
    ]
    assert {each["reason"] for each in traces} == {"asked at the desk"}
    with pytest.raises(TravellerNotFound):
        act(uow, who, "seat", "35A", flight_id="CZ8001-20261124-CSX-BKK") if _known(uow) else None
    listed = usecases.list_flight(uow, PLACE, FLIGHT_ID, STD)
    assert [each["name"] for each in listed["travellers"]] == ["ZHANG/SAN"]


def test_what_an_agent_settled_holds_until_the_airline_says_something_new(uow: Any) -> None:
    mismatch = person(flags=["name_mismatch"], specials=[{"code": "VGML"}])
    push_list(uow, booking("ABC123", mismatch))
    push_aircraft(uow, aircraft())
    mine = bound(uow)
    who = mine["travellers"][0]["id"]
    with pytest.raises(PartyRefused):
        check_in(uow, mine)
    cleared = act(uow, who, "clear")["traveller"]
    assert (cleared["agent"], [each["code"] for each in cleared["settled"]]) == ([], ["name_mismatch"])
    with pytest.raises(WrongStanding):
        act(uow, who, "clear")
    push_list(uow, booking("ABC123", mismatch | {"ticket": "7842476075898"}), version=2)
    assert party(uow, mine["booking_id"])["travellers"][0]["agent"] == [], "nothing new to look at"
    check_in(uow, mine)
    cancel(uow, mine)
    watched = mismatch | {"flags": ["name_mismatch", "watch_listed"], "ticket": "7842476075898"}
    push_list(uow, booking("ABC123", watched), version=3)
    codes = [each["code"] for each in party(uow, mine["booking_id"])["travellers"][0]["agent"]]
    assert codes == ["name_mismatch", "see_agent"], "what was looked at then says nothing of now"


def test_a_desk_brings_somebody_back_through_the_gate_and_counts_specials(uow: Any) -> None:
    push_list(uow, booking("ABC123", person(specials=[{"code": "VGML"}])), booking("DEF456", person("LI")))
    push_aircraft(uow, aircraft())
    mine = check_in(uow, bound(uow))
    who = mine["travellers"][0]
    with pytest.raises(WrongStanding):
        act(uow, who["id"], "unboard")
    scan(uow, sequence=1)
    back = act(uow, who["id"], "unboard")
    assert (back["traveller"]["standing"], back["traveller"]["seat"]) == ("checked_in", who["seat"])
    assert scan(uow, sequence=1)["scan"]["result"] == "accepted", "the same pass is good again"
    listed = usecases.list_flight(uow, PLACE, FLIGHT_ID, STD)
    assert schemas.DeskListSchema().validate(listed) == {}
    assert listed["desk"]["specials"] == 1
    states = [seat["state"] for row in listed["seat_map"]["cabins"][0]["rows"] for seat in row["seats"]]
    assert states.count("taken") == 1


def _known(uow: Any) -> bool:
    push_list(uow, flight_id="CZ8001-20261124-CSX-BKK")
    return True
