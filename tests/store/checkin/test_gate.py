"""The gate with and without a network, over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.bcbp import NotSigned, PassVerifier, read
from services.checkin.errors import NotYourFlight, TravellerNotFound, WrongStanding
from tests.unit.checkin.examples import (
    AIRLINE,
    AT_GATE,
    FLIGHT_ID,
    PLACE,
    access,
    act,
    aircraft,
    boarding_pass,
    booking,
    bound,
    cancel,
    check_in,
    choose,
    party,
    person,
    place,
    push_aircraft,
    push_list,
    scan,
    text,
)

GATE = {"partner": AIRLINE, "flight_id": FLIGHT_ID}


@pytest.fixture
def boarding(uow: Any) -> Any:
    push_list(
        uow, booking("AAA111", person()), booking("BBB222", person("LI")), booking("CCC333", person("WU"))
    )
    push_aircraft(uow, aircraft())
    for pnr in ("AAA111", "BBB222"):
        check_in(uow, bound(uow, pnr))
    return uow


def boarding_list(uow: Any, version: int | None = None) -> dict[str, Any]:
    answer = usecases.get_boarding_list(uow, PLACE, GATE | {"version": version})
    assert schemas.BoardingListSchema().validate(answer) == {}
    return answer


def sync(uow: Any, *scans: dict[str, Any], device: str = "gate-12") -> list[tuple[str, bool]]:
    given = [{"scan_id": new_id(), "scanned_at": text(AT_GATE)} | each for each in scans]
    request = schemas.SyncScansSchema().load(GATE | {"device": device, "scans": given})
    answer = usecases.sync_scans(uow, PLACE, request)
    assert schemas.SyncedScansSchema().validate(answer) == {}
    return [(each["result"], each["conflict"]) for each in answer["scans"]]


def undo(uow: Any, sequence: int) -> dict[str, Any]:
    given = GATE | {"request_id": new_id(), "device": "gate-12", "sequence": sequence, "reason": "left again"}
    answer = usecases.undo_boarding(uow, PLACE, schemas.UndoBoardingSchema().load(given))
    assert schemas.UndoneSchema().validate(answer) == {}
    return answer


def test_a_number_that_is_typed_boards_like_a_pass_and_is_undone(boarding: Any) -> None:
    assert scan(boarding, sequence=2)["scan"]["name"] == "LI/SAN"
    assert scan(boarding, sequence=3)["scan"]["result"] == "not_checked_in"
    assert undo(boarding, 2)["counts"]["boarded"] == 0
    with pytest.raises(WrongStanding):
        undo(boarding, 2)
    with pytest.raises(TravellerNotFound):
        undo(boarding, 77)
    assert scan(boarding, sequence=2)["scan"]["result"] == "accepted"


def test_what_is_no_pass_of_this_flight_is_refused(boarding: Any) -> None:
    shown = boarding_pass(boarding, bound(boarding, "AAA111"))
    assert scan(boarding, "hello")["scan"]["result"] == "unreadable"
    assert scan(boarding, shown["bcbp"].replace("CZ 3101", "CZ 3102"))["scan"]["result"] == "wrong_flight"
    assert scan(boarding, shown["bcbp"].replace("AAA111", "BBB222"))["scan"]["result"] == "not_checked_in"
    assert scan(boarding, shown["bcbp"], now=AT_GATE - timedelta(hours=1))["scan"]["result"] == "too_early"
    assert (
        scan(boarding, shown["bcbp"], now=AT_GATE + timedelta(minutes=16))["scan"]["result"] == "gate_closed"
    )
    assert scan(boarding, shown["bcbp"])["scan"]["result"] == "accepted"
    with pytest.raises(NotYourFlight):
        scan(boarding, shown["bcbp"], partner={"client_id": "mu", "airlines": ["MU"]})


def test_a_scan_that_is_sent_twice_gets_its_answer_twice(boarding: Any) -> None:
    scan_id = new_id()
    first = scan(boarding, sequence=1, scan_id=scan_id)["scan"]
    assert (first["result"], scan(boarding, sequence=1, scan_id=scan_id)["scan"]) == ("accepted", first)
    assert (
        scan(boarding, sequence=1, scan_id=scan_id, device="gate-13")["scan"]["result"] == "already_boarded"
    )


def test_a_seat_that_changed_since_the_pass_was_printed_is_told(boarding: Any) -> None:
    mine = bound(boarding, "AAA111")
    printed = boarding_pass(boarding, mine)
    choose(boarding, mine, {mine["travellers"][0]["id"]: "45C"})
    answer = scan(boarding, printed["bcbp"])["scan"]
    assert (answer["result"], answer["seat"], answer["moved"]) == ("accepted", "45C", True)


def test_whoever_is_taken_off_is_stopped_at_the_gate(boarding: Any) -> None:
    mine = bound(boarding, "AAA111")
    printed = boarding_pass(boarding, mine)
    act(boarding, mine["travellers"][0]["id"], "off_load")
    assert scan(boarding, printed["bcbp"])["scan"]["result"] == "off_loaded"


def test_the_gates_list_is_sent_when_it_changed(boarding: Any) -> None:
    full = boarding_list(boarding)
    assert [(each["sequence"], each["name"]) for each in full["entries"]] == [(1, "ZHANG/SAN"), (2, "LI/SAN")]
    assert boarding_list(boarding, full["version"])["entries"] is None
    cancel(boarding, bound(boarding, "BBB222"))
    changed = boarding_list(boarding, full["version"])
    assert ([each["sequence"] for each in changed["entries"]], changed["void"]) == ([1], [2])
    counts = usecases.boarding_counts(boarding, PLACE, GATE)
    assert schemas.GateCountsSchema().validate(counts) == {}
    assert (counts["version"], counts["counts"]["checked_in"]) == (changed["version"], 1)


def test_what_a_gate_did_without_a_network_is_written_down_and_boards_nobody_twice(boarding: Any) -> None:
    scans = [{"sequence": 1, "scan_id": "s-1"}, {"sequence": 2, "scan_id": "s-2"}]
    assert sync(boarding, *scans) == [("accepted", False), ("accepted", False)]
    assert sync(boarding, *scans) == [("accepted", False), ("accepted", False)], (
        "sent again, the same answers"
    )
    assert sync(boarding, {"sequence": 1}, device="gate-13") == [("already_boarded", True)]
    assert usecases.boarding_counts(boarding, PLACE, GATE)["counts"]["boarded"] == 2


def test_who_should_not_have_been_let_through_is_told_as_a_conflict(boarding: Any) -> None:
    mine = bound(boarding, "BBB222")
    printed = boarding_pass(boarding, mine)
    cancel(boarding, mine)
    late = text(AT_GATE + timedelta(hours=2))
    assert sync(boarding, {"code": printed["bcbp"]}, {"sequence": 1, "scanned_at": late}) == [
        ("not_checked_in", True),
        ("accepted", False),
    ]
    assert party(boarding, mine["booking_id"])["travellers"][0]["standing"] == "booked"


def test_with_a_key_passes_are_signed_and_board_as_others_do(boarding: Any) -> None:
    mine = bound(boarding, "AAA111")
    signing = place(pass_key="A:" + "07" * 32)
    request = {"access": access(mine["booking_id"]), "traveller_id": mine["travellers"][0]["id"]}
    code = usecases.get_pass(boarding, signing, request)["bcbp"]
    signer = signing.settings.signer()
    assert signer is not None
    assert PassVerifier({"A": signer.public_key}).verify(read(code)) == "A"
    with pytest.raises(NotSigned):
        PassVerifier({"A": signer.public_key}).verify(read(code.replace("ZHANG/SAN ", "ZHANG/SAM ")))
    assert scan(boarding, code)["scan"]["result"] == "accepted"
    with pytest.raises(ValueError, match="hexadecimal"):
        place(pass_key="A:secret")
