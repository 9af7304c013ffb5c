"""At the door of the bus, over the fake and both databases."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from kernel.db import UnitOfWork
from kernel.errors import RequestReused
from services.bus import schemas, usecases
from services.bus.domain import BusTicket
from services.bus.domain.boarding import Scan, short_code
from services.bus.errors import DepartureNotFound, TicketNotBoarded, TicketNotFound
from services.bus.schemas import ScanResult
from services.bus.store import BusStore
from services.bus.ticketing import Ticket, TicketSigner
from tests.unit.bus.after import (
    GATE,
    NEXT,
    TILL,
    ago,
    board,
    boarded,
    manifest,
    revocations,
    scan,
    sold,
    tickets,
    unboard,
    written,
)
from tests.unit.bus.examples import MONDAY, local
from tests.unit.bus.selling import DEPARTURE_ID, HERE, SEATS, TIMETABLES, give_back, imported, shown


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [each["result"] for each in results]


def test_a_ticket_is_ticked_and_then_known_to_everybody(uow: Any) -> None:
    order_id, (ticket, other) = sold(uow, "adult", "child")
    answer = boarded(uow, scan(ticket))
    (result,) = answer["results"]
    assert (result["result"], result["kind"], answer["boarded"], answer["sold"]) == ("boarded", "adult", 1, 2)
    assert result["from_name"]["en"]
    assert result["boarded_by"] == "staff:li"
    seen = manifest(uow)
    assert {each["id"]: each["state"] for each in seen["tickets"]} == {
        ticket.id: "boarded",
        other.id: "valid",
    }
    assert (seen["departure"]["boarded"], seen["departure"]["sold"]) == (1, 2)
    assert revocations(uow)["boarded"] == [ticket.id]
    (mine, _) = shown(uow, order_id)["tickets"]
    assert (mine["state"], mine["code"] != "", mine["boarded_at"] is not None) == ("boarded", True, True)


def test_the_same_scan_gets_the_same_answer_however_often_it_comes(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    once = scan(ticket)
    first = board(uow, once)
    assert board(uow, once) == first
    assert board(uow, once, once, device="phone-2") == first * 2, "in one request twice, and by another way"
    assert manifest(uow)["departure"]["boarded"] == 1


def test_a_copy_is_stopped_at_the_door_on_line_and_flagged_when_it_was_let_on_without_a_network(
    uow: Any,
) -> None:
    _, (ticket,) = sold(uow)
    board(uow, scan(ticket))
    (stopped,) = board(uow, scan(ticket), device="phone-2")
    assert (stopped["result"], stopped["boarded_by"]) == ("already_boarded", "staff:li")
    assert usecases.list_copies(uow, {"limit": 10}) == {"copies": []}
    rode = scan(ticket, scanned_at=ago(120))
    (flagged,) = board(uow, rode, device="phone-3", actor="staff:he")
    assert flagged["result"] == "copy"
    copies = usecases.list_copies(uow, {"limit": 10})
    assert schemas.CopiesSchema().validate(copies) == {}
    (copy,) = copies["copies"]
    assert (copy["scan_id"], copy["device"], copy["actor"]) == (rode["scan_id"], "phone-3", "staff:he")
    assert (copy["first_device"], copy["first_actor"]) == ("phone-1", "staff:li")


def test_what_one_device_read_twice_without_a_network_is_no_copy(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    first, again = scan(ticket, scanned_at=ago(300)), scan(ticket, scanned_at=ago(200))
    assert outcomes(board(uow, again, first)) == ["already_boarded", "boarded"], "as they were made"


def test_what_is_no_ticket_for_this_bus_says_why(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    _, (elsewhere,) = sold(uow, departure_id=NEXT)
    order_id, (returned,) = sold(uow)
    give_back(uow, TILL, order_id, [returned.id])
    damaged = ticket.code[:-1] + ("A" if ticket.code[-1] != "A" else "B")
    newer = TicketSigner(9, bytes([9]) * 32).sign(_signed(ticket))
    forged = TicketSigner(1, bytes([7]) * 32).sign(_signed(ticket))
    scans = [scan(elsewhere), scan(returned), scan(newer), scan(forged), scan("https://example.org")]
    assert outcomes(board(uow, *scans)) == [
        "other_departure",
        "revoked",
        "unknown_key",
        "forged",
        "unreadable",
    ]
    assert outcomes(board(uow, scan(damaged)))[0] in ("forged", "unreadable")
    assert manifest(uow)["departure"]["boarded"] == 0


def _signed(ticket: BusTicket) -> Ticket:
    ride = ticket.ride
    return Ticket(ticket.id, ride.departure_id, ride.from_stop, ride.to_stop, ticket.rider, ride.departs_at)


def test_a_ticket_is_typed_by_its_short_code_or_its_id(uow: Any) -> None:
    _, (one, other) = sold(uow, "adult", "adult")
    short = short_code(one.id)
    listed = {each["id"]: each["short_code"] for each in manifest(uow)["tickets"]}
    assert listed[one.id] == short
    (result,) = board(uow, written(f" {short[:3].lower()}-{short[3:]} "))
    assert (result["result"], result["ticket_id"]) == ("boarded", one.id)
    assert outcomes(board(uow, written(short))) == ["already_boarded"]
    assert outcomes(board(uow, written(other.id.upper()))) == ["boarded"]
    assert outcomes(board(uow, written("ZZZZZZ"), written("%"), written("0" * 32))) == ["unknown"] * 3


def test_a_short_code_is_looked_for_on_this_bus_alone(uow: Any) -> None:
    sold(uow)
    _, (elsewhere,) = sold(uow, departure_id=NEXT)
    assert outcomes(board(uow, written(short_code(elsewhere.id)))) == ["unknown"]


def test_a_tick_is_taken_back_with_a_reason_and_the_ticket_is_good_again(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    board(uow, scan(ticket))
    version = revocations(uow)["version"]
    assert unboard(uow, ticket.id, "misread")["boarded"] == 0
    assert revocations(uow, version)["cleared"] == [ticket.id]
    assert revocations(uow)["boarded"] == [], "only the last of its marks counts"
    with uow.read() as tx:
        assert tx.store.audits(ticket.id) == [("staff:li", "inspector", "unboarded", {"reason": "misread"})]
    with pytest.raises(TicketNotBoarded):
        unboard(uow, ticket.id)
    with pytest.raises(TicketNotFound):
        unboard(uow, "0" * 32)
    assert outcomes(board(uow, scan(ticket))) == ["boarded"]


def test_devices_learn_only_what_is_new_and_forget_days_gone_by(uow: Any) -> None:
    order_id, (ticket, other) = sold(uow, "adult", "adult")
    assert revocations(uow)["version"] == 0
    give_back(uow, TILL, order_id, [ticket.id])
    first = revocations(uow)
    assert (first["revoked"], first["more"]) == ([ticket.id], False)
    board(uow, scan(other))
    second = revocations(uow, first["version"])
    assert (second["revoked"], second["boarded"]) == ([], [other.id])
    assert revocations(uow, second["version"])["version"] == second["version"]
    assert revocations(uow, now=local("32:00"))["boarded"] == []
    assert revocations(uow, 10**9)["version"] == 10**9, "a device is never sent back"


def test_a_device_that_was_away_for_long_is_told_page_by_page(
    uow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, four = sold(uow, *["adult"] * 4)
    board(uow, *(scan(ticket) for ticket in four))
    monkeypatch.setattr("services.bus.usecases.inspecting.MARKS_PAGE", 3)
    first = revocations(uow)
    rest = revocations(uow, first["version"])
    assert (len(first["boarded"]), first["more"]) == (3, True)
    assert (len(rest["boarded"]), rest["more"]) == (1, False)
    assert {*first["boarded"], *rest["boarded"]} == {ticket.id for ticket in four}


def test_the_days_departures_are_listed_with_their_seats(uow: Any) -> None:
    sold(uow, "adult", "adult")
    request = {"day_local": MONDAY, "line_id": "A4"}
    answer = usecases.list_day(uow, TIMETABLES, HERE, request)
    assert schemas.DaySchema().validate(answer) == {}
    times = [each["departs_at"] for each in answer["departures"]]
    assert times == sorted(times)
    assert {each["line_id"] for each in answer["departures"]} == {"A4"}
    (mine,) = [each for each in answer["departures"] if each["departure_id"] == DEPARTURE_ID]
    assert (mine["capacity"], mine["sold"], mine["boarded"], mine["cancelled"]) == (SEATS, 2, 0, False)
    everything = usecases.list_day(uow, TIMETABLES, HERE, request | {"line_id": None})
    assert len(everything["departures"]) > len(times)


def test_a_bus_that_nobody_knows_is_not_boarded(uow: Any) -> None:
    imported(uow)
    with pytest.raises(DepartureNotFound):
        board(uow, scan("BUS1:AAAA"), departure_id="20261123-A4-in-0931")
    with pytest.raises(DepartureNotFound):
        manifest(uow, "20261123-A4-in-0931")
    assert manifest(uow)["tickets"] == []


def test_another_list_of_scans_under_the_same_request_is_refused(uow: Any) -> None:
    _, (ticket,) = sold(uow)
    board(uow, scan(ticket), request_id="request-1")
    with pytest.raises(RequestReused):
        board(uow, scan(ticket), request_id="request-1")


def test_devices_get_the_keys_that_tickets_are_read_with() -> None:
    answer = usecases.ticket_keys(GATE)
    assert schemas.TicketKeysSchema().validate(answer) == {}
    assert [(each["key_id"], base64.b64decode(each["public_key"])) for each in answer["keys"]] == [
        (1, GATE.keys[1])
    ]


def test_the_database_itself_refuses_a_second_tick(real_uow: UnitOfWork[BusStore]) -> None:
    order_id, (ticket,) = sold(real_uow)
    board(real_uow, scan(ticket))
    again = Scan("another-scan", DEPARTURE_ID, "phone-2", "staff:he", local("09:00"))
    with pytest.raises(IntegrityError), real_uow.write() as tx:
        tx.store.keep_scan(again, ticket.id, ScanResult.BOARDED, {}, tx.now())
    assert [each.state.value for each in tickets(real_uow, order_id)] == ["boarded"]
