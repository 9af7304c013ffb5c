"""Who sees a booking: factors, codes, grants, accounts; and who guesses too often. Over the fake and both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.errors import (
    AccessNeeded,
    BookingNotFound,
    CodeRefused,
    NoCode,
    TooManyGuesses,
)
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import (
    ANN,
    NOW,
    PLACE,
    STD,
    Others,
    access,
    booking,
    bound,
    check_in,
    find,
    party,
    person,
    place,
    push_list,
    sealed,
)

PAPER = {"kind": "resident_id", "number": "11010519491231002X"}


@pytest.fixture
def listed(uow: Any) -> Any:
    push_list(
        uow,
        booking("ABC123", person(papers=[PAPER], ticket="7842476075898")),
        booking("DEF456", person("LI")),
    )
    return uow


def send(
    uow: Any, others: Others, booking_id: str, account: str | None = None, **more: Any
) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "address": "192.0.2.1",
        "booking_id": booking_id,
        "passenger_id": account,
    }
    at = more.pop("at", PLACE)
    answer = usecases.send_code(uow, others, at, schemas.SendCodeSchema().load(given | more))
    assert schemas.CodeSentSchema().validate(answer) == {}
    return answer


def confirm(uow: Any, booking_id: str, code: str, account: str | None = None, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "address": "192.0.2.1",
        "booking_id": booking_id,
        "passenger_id": account,
        "code": code,
    }
    answer = usecases.confirm_code(uow, PLACE, schemas.ConfirmCodeSchema().load(given | more))
    assert schemas.ConfirmedSchema().validate(answer) == {}
    return answer


@pytest.mark.parametrize(
    "factors",
    [
        {"surname": "张", "pnr": "abc123"},
        {"surname": "ZHANG", "ticket": "784-2476075898"},
        {"surname": "zhang", "ticket": "78424760758981"},
        {"surname": "Zhang", "document": "11010519491231002x"},
    ],
)
def test_two_factors_show_the_status_and_nothing_more(listed: Any, factors: dict[str, str]) -> None:
    (found,) = find(listed, **factors)
    assert (found["full"], [each["name"] for each in found["travellers"]]) == (False, ["Z***/S***"])
    assert set(found) == {"booking_id", "flight", "window", "travellers", "full", "code_to"}
    with pytest.raises(AccessNeeded):
        party(listed, found["booking_id"], ANN)


@pytest.mark.parametrize(
    "factors",
    [
        {"surname": "li", "pnr": "ABC123"},
        {"surname": "zhang", "pnr": "XXXXXX"},
        {"surname": "zhang", "ticket": "7842476075899"},
        {"surname": "zhang", "document": "110105194912310021"},
        {"surname": "zhang", "pnr": "ABC123", "ticket": "7842476075898"},
        {"surname": "zhang"},
        {"surname": "zhang", "pnr": "ABC123", "colour": "red"},
    ],
)
def test_every_failure_is_the_same(listed: Any, factors: dict[str, str]) -> None:
    with pytest.raises(BookingNotFound) as refused:
        find(listed, **factors)
    assert refused.value.to_document() == BookingNotFound().to_document()


def test_a_document_binds_the_account_that_asks_and_a_flight_long_gone_is_not_found(listed: Any) -> None:
    (found,) = find(listed, ANN, surname="张", document="11010519491231002X")
    assert found["full"] is True
    assert party(listed, found["booking_id"])["travellers"][0]["name"] == "ZHANG/SAN"
    assert usecases.list_my_trips(listed, PLACE, ANN, NOW)["trips"][0]["booking_id"] == found["booking_id"]
    with pytest.raises(BookingNotFound):
        find(listed, now=STD + timedelta(hours=13), surname="张", pnr="ABC123")


def test_an_address_is_wrong_five_times_in_a_quarter_of_an_hour(listed: Any) -> None:
    for number in range(5):
        with pytest.raises(BookingNotFound):
            find(listed, address="203.0.113.1", surname="zhang", pnr=f"NOPE{number}")
    with pytest.raises(TooManyGuesses) as refused:
        find(listed, address="203.0.113.1", surname="zhang", pnr="ABC123")
    assert 800 < refused.value.data["retry_after_s"] <= 901
    assert find(listed, address="203.0.113.2", surname="zhang", pnr="ABC123")


def test_a_booking_is_tried_wrongly_five_times_an_hour_whether_it_exists_or_not(listed: Any) -> None:
    for pnr in ("ABC123", "GHOST1"):
        for number in range(5):
            with pytest.raises(BookingNotFound):
                find(listed, address=f"198.51.100.{number}", surname="wrong", pnr=pnr)
        with pytest.raises(TooManyGuesses):
            find(listed, address="198.51.100.9", surname="zhang", pnr=pnr)


def test_a_hundred_are_wrong_in_a_minute_in_all(listed: Any) -> None:
    for number in range(100):
        with pytest.raises(BookingNotFound):
            find(listed, address=f"2001:db8::{number}", surname="x", pnr=f"P{number:05d}")
    with pytest.raises(TooManyGuesses):
        find(listed, address="192.0.2.77", surname="zhang", pnr="ABC123")


def test_what_is_right_is_not_counted(listed: Any) -> None:
    for _ in range(12):
        assert find(listed, address="203.0.113.5", surname="zhang", pnr="ABC123")


def test_a_code_goes_to_the_account_that_has_the_booking_and_lets_another_browser_in(listed: Any) -> None:
    booking_id = bound(listed, "ABC123")["booking_id"]
    others, request_id = Others(), new_id()
    first = send(listed, others, booking_id, request_id=request_id)
    assert send(listed, others, booking_id, request_id=request_id) == first
    (sent,) = others.codes
    assert (sent["passenger_id"], first["to"], len(sent["code"])) == (ANN, "+86*****34", 6)
    request_id = new_id()
    grant = confirm(listed, booking_id, sent["code"], request_id=request_id)["grant"]
    assert confirm(listed, booking_id, sent["code"], request_id=request_id)["grant"] == grant
    shown = usecases.get_party(listed, PLACE, {"access": access(booking_id, None, grant)}, NOW)
    assert shown["pnr"] == "ABC123"
    with pytest.raises(CodeRefused):
        confirm(listed, booking_id, sent["code"])
    with pytest.raises(AccessNeeded):
        usecases.get_party(listed, PLACE, {"access": access(booking_id, None, grant + "x")}, NOW)


def test_a_code_that_is_confirmed_by_an_account_binds_it(listed: Any) -> None:
    booking_id = bound(listed, "ABC123")["booking_id"]
    others = Others()
    send(listed, others, booking_id, "bob")
    assert confirm(listed, booking_id, others.codes[0]["code"], "bob")["grant"] is None
    assert party(listed, booking_id, "bob")["pnr"] == "ABC123"


def test_a_code_is_guessed_five_times_and_no_more(listed: Any) -> None:
    booking_id = bound(listed, "ABC123")["booking_id"]
    others = Others()
    send(listed, others, booking_id)
    right = others.codes[0]["code"]
    for number in range(5):
        with pytest.raises(CodeRefused):
            confirm(listed, booking_id, f"x{number}", address=f"203.0.113.{number}")
    with pytest.raises(TooManyGuesses):
        confirm(listed, booking_id, right, address="203.0.113.99")


def test_nobody_gets_a_code_for_a_booking_that_nobody_is_bound_to(listed: Any) -> None:
    booking_id = find(listed, surname="li", pnr="DEF456")[0]["booking_id"]
    with pytest.raises(NoCode):
        send(listed, Others(), booking_id, "stranger")
    with pytest.raises(NoCode):
        send(listed, Others(), "no such booking", "stranger")
    others = Others()
    sandbox = place(codes_to_asker=True)
    assert send(listed, others, booking_id, "mallory", at=sandbox)["to"] == "+86*****34"
    assert others.codes[0]["passenger_id"] == "mallory", "the sandbox's phone is the asker's chat"


def test_accounts_merge_and_are_forgotten(listed: Any) -> None:
    mine = bound(listed, "ABC123")
    contact = sealed({"contact": {"phone": "+8613911112222"}})
    check_in(listed, mine, sealed=contact)
    usecases.note_merge(listed, new_id(), ANN, "anna")
    with pytest.raises(AccessNeeded):
        party(listed, mine["booking_id"], ANN)
    copy = usecases.export_passenger(listed, PLACE, "anna")
    assert schemas.ExportSchema().validate(copy) == {}
    assert copy["trips"][0]["given"]["phone"] == "+8613911112222"
    event_id = new_id()
    asked = {"erasure_id": "e1", "passenger_id": "anna", "earlier_ids": [ANN]}
    for _ in range(2):
        usecases.erase(listed, event_id, asked)
    assert usecases.export_passenger(listed, PLACE, "anna") == {"trips": []}
    with listed.read() as tx:
        kept = tx.store.booking(mine["booking_id"])
        assert (kept.given_sealed, kept.given_by) == (None, None)
        assert tx.store.traveller(mine["travellers"][0]["id"]).seat is None
        assert tx.store.traveller(mine["travellers"][0]["id"]).sequence == 1, (
            "the seat on the flight stays theirs"
        )
    if isinstance(listed, FakeUnitOfWork):
        assert listed.events[-1].data["counts"] == {"bindings": 1, "given": 1}


def test_merges_that_are_heard_in_the_other_order_end_at_the_same_account(listed: Any) -> None:
    mine = bound(listed, "ABC123")
    usecases.note_merge(listed, new_id(), "ben", "cat")
    usecases.note_merge(listed, new_id(), ANN, "ben")
    trips = usecases.export_passenger(listed, PLACE, "cat")["trips"]
    assert len(trips) == 1
    assert party(listed, mine["booking_id"], "cat")
    asked = {"erasure_id": "e1", "passenger_id": "cat", "earlier_ids": ["ben"]}
    usecases.erase(listed, new_id(), asked)
    usecases.note_merge(listed, new_id(), "dan", ANN)
    with listed.read() as tx:
        assert [tx.store.present(each) for each in (ANN, "ben", "cat", "dan")] == [None, None, None, "dan"]


def test_lists_of_flights_long_gone_are_deleted(listed: Any) -> None:
    check_in(listed, bound(listed, "ABC123"))
    assert usecases.purge(listed, PLACE, STD + timedelta(days=29)) == 0
    assert usecases.purge(listed, PLACE, STD + timedelta(days=31)) == 2
    with pytest.raises(BookingNotFound):
        find(listed, surname="zhang", pnr="ABC123")
