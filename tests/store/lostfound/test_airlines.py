"""Airlines register what they found on board, hand it to a desk, and see who misses something. Over both databases."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.ids import new_id
from services.lostfound.errors import BadRequest, DeskNotFound, ItemNotFound, NotCounted, NotHere, WrongState
from services.lostfound.schemas import partners as schemas
from services.lostfound.usecases import partners
from tests.unit.lostfound.claims import ANN, claim, file, found, hours_ago, settle
from tests.unit.lostfound.examples import PLACE, accept, broken, chain, full, register, sealed

CZ = {"client_id": "cz-1", "airlines": ["CZ"]}
MU = {"client_id": "mu-1", "airlines": ["MU"]}
FLIGHT = "CZ3101-20261124-CSX-PEK"
FOUND_AT = hours_ago(4)
MARKS = "a torn pocket with a train ticket in it"


def found_on_board(reference: str = "SEAT-31A", **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "flight_id": FLIGHT,
        "category": "coat",
        "colours": ["navy"],
        "brand": "Patagonia",
        "description": "藏青色羽绒服，女款",
        "found_from": FOUND_AT,
        "seat": "31A",
        "private": {"marks": MARKS, "finder": {"name": "Li Na", "phone": "13800138000"}},
        **changes,
    }


def register_found(uow: Any, *items: Any, who: Any = CZ, request_id: str = "") -> list[dict[str, Any]]:
    request = {"request_id": request_id or new_id(), "partner": who, "items": sealed(list(items))}
    answer = partners.register_found(uow, PLACE, schemas.RegisterFoundSchema().load(request))
    schemas.FoundReportSchema().load(answer)
    results: list[dict[str, Any]] = answer["results"]
    return results


def one(uow: Any, who: Any = CZ, **changes: Any) -> dict[str, Any]:
    (result,) = register_found(uow, found_on_board(**changes), who=who)
    assert result["outcome"] == "registered", result
    item: dict[str, Any] = result["item"]
    return item


def get(uow: Any, item: str, who: Any = CZ) -> dict[str, Any]:
    request = schemas.GetFoundSchema().load({"partner": who, "item": item})
    answer: dict[str, Any] = partners.get_found(uow, PLACE, request)["item"]
    return answer


def listed(uow: Any, who: Any = CZ, **wish: Any) -> list[str]:
    request = schemas.ListFoundSchema().load({"partner": who, **wish})
    answer = partners.list_found(uow, request)
    schemas.FoundPageSchema().load(answer)
    return [item["reference"] for item in answer["items"]]


def hand(uow: Any, item: str, desk_id: str = "t2", who: Any = CZ, request_id: str = "") -> dict[str, Any]:
    request = {"request_id": request_id or new_id(), "partner": who, "item": item, "desk_id": desk_id}
    answer = partners.hand_to_desk(uow, PLACE, schemas.HandToDeskSchema().load(request))
    schemas.HandedToDeskSchema().load(answer)
    return answer


def on_flight(uow: Any, flight_id: str = FLIGHT, who: Any = CZ) -> dict[str, Any]:
    request = schemas.ListFlightClaimsSchema().load({"partner": who, "flight_id": flight_id})
    answer = partners.list_flight_claims(uow, request)
    schemas.FlightClaimsSchema().load(answer)
    return answer


def test_what_is_found_on_board_is_the_airlines_until_a_desk_accepts_it(desks: Any) -> None:
    item = one(desks)
    assert (item["state"], item["holder"], item["reference"]) == ("stored", "airline", "SEAT-31A")
    handed = hand(desks, item["number"])
    assert (handed["item"]["state"], handed["item"]["holder"]) == ("in_transfer", "transfer")
    accept(desks, {"id": handed["transfer_id"]}, item["number"])
    now = get(desks, item["id"])
    assert (now["state"], now["holder"], now["desk_id"]) == ("stored", "desk", "t2")
    assert chain(desks, item) == [
        ("registered", "airline:CZ"),
        ("sent", f"transfer:{handed['transfer_id']}"),
        ("accepted", "desk:t2"),
    ]
    assert broken(desks) == []
    with pytest.raises(NotHere):  # the desk's now: no airline sends it anywhere
        hand(desks, item["id"], "t1")


def test_a_reference_is_registered_once_whatever_is_sent_again(desks: Any) -> None:
    first = register_found(desks, found_on_board(), request_id="request-of-cz-1")
    assert register_found(desks, found_on_board(), request_id="request-of-cz-1") == first
    (again,) = register_found(desks, found_on_board(description="told otherwise"))
    assert (again["outcome"], again["item"]["id"]) == ("repeated", first[0]["item"]["id"])
    twice = register_found(desks, found_on_board("A"), found_on_board("A"))
    assert [each["outcome"] for each in twice] == ["registered", "repeated"]
    # Another airline's reference is another item's.
    (other,) = register_found(desks, found_on_board(flight_id="MU5302-20261124-CSX-SHA"), who=MU)
    assert (other["outcome"], listed(desks), listed(desks, MU)) == (
        "registered",
        ["A", "SEAT-31A"],
        ["SEAT-31A"],
    )


def test_of_many_each_is_registered_whole_or_refused_and_nothing_private_is_told_back(desks: Any) -> None:
    results = register_found(
        desks,
        found_on_board("1"),
        found_on_board("2", category="nonsense"),
        found_on_board("3", flight_id="MU5302-20261124-CSX-SHA"),
        found_on_board("4", flight_id=None, airline="MU"),
        found_on_board("5", cash=[{"currency": "CNY", "amount_minor": 10000}]),
        found_on_board("6", counted_by=["0412", "0412"]),
        found_on_board("7", private={"marks": MARKS, "secret": "E12345678"}),
        found_on_board("8", place="NOWHERE"),
        "not an object",
        found_on_board("9", flight_id=None),
    )
    assert [(each["outcome"], list(each["reasons"] or ())) for each in results] == [
        ("registered", []),
        ("refused", ["category"]),
        ("refused", ["flight_id"]),
        ("refused", ["airline"]),
        ("refused", ["counted_by"]),
        ("refused", ["counted_by"]),
        ("refused", ["private"]),
        ("refused", ["place"]),
        ("refused", ["item"]),
        ("registered", []),
    ]
    assert MARKS not in str(results)
    assert "E12345678" not in str(results)
    assert listed(desks) == ["9", "1"]
    assert listed(desks, flight_id=FLIGHT) == ["1"]
    for none in ([], "text", [found_on_board()] * (schemas.MAX_FOUND + 1)):
        request = {"request_id": new_id(), "partner": CZ, "items": sealed(none)}
        with pytest.raises(BadRequest):
            partners.register_found(desks, PLACE, schemas.RegisterFoundSchema().load(request))


def test_what_is_precious_is_counted_by_two_before_it_leaves_the_airline(desks: Any) -> None:
    purse = [{"currency": "CNY", "amount_minor": 52000}]
    item = one(desks, category="wallet", cash=purse, counted_by=["0412", "0977"])
    rows = full(desks, item)["custody"]
    assert [(row["kind"], row["actor"], row["witness"]) for row in rows] == [
        ("registered", "partner:cz-1/0412", None),
        ("counted", "partner:cz-1/0412", "partner:cz-1/0977"),
    ]
    assert hand(desks, item["id"])["item"]["counted"]
    uncounted = one(desks, reference="RING", category="jewellery")
    with pytest.raises(NotCounted):
        hand(desks, uncounted["id"])


def test_another_airline_sees_and_moves_nothing(desks: Any) -> None:
    item = one(desks)
    at_desk = register(desks)  # found on their flight, but never theirs
    file(desks)
    for asked in (item["id"], item["number"], at_desk["id"], "CSX-ZZZZZZ-Z", "x" * 32):
        with pytest.raises(ItemNotFound):
            get(desks, asked, MU)
        with pytest.raises(ItemNotFound):
            hand(desks, asked, who=MU)
    with pytest.raises(ItemNotFound):
        get(desks, at_desk["id"])
    assert listed(desks, MU) == []
    assert on_flight(desks, who=MU) == {"flight_id": FLIGHT, "claims": [], "reports": []}
    assert listed(desks, {"client_id": "ops", "airlines": ["*"]}) == ["SEAT-31A"]
    assert get(desks, item["id"])["state"] == "stored"


def test_it_is_handed_on_once_and_to_a_desk_that_there_is(desks: Any) -> None:
    item = one(desks)
    with pytest.raises(DeskNotFound):
        hand(desks, item["id"], "t9")
    first = hand(desks, item["id"], request_id="request-to-hand-1")
    assert hand(desks, item["id"], request_id="request-to-hand-1") == first
    with pytest.raises(WrongState):
        hand(desks, item["id"])


def test_an_airline_sees_claims_and_reports_of_its_flight_without_who_and_without_proof(desks: Any) -> None:
    on_board = one(desks)
    item = found(desks)  # the same flight, at a desk
    report = file(
        desks,
        private={
            "marks": "initials JH inside",
            "contact": {"name": "Jane Harris", "phone": "13912345678", "email": ""},
        },
        seat="31A",
        description="call me: 13912345678",
    )
    settle(desks)
    mine = claim(desks, report_id=report["id"], item_number=item["number"])
    told = on_flight(desks)
    (shown,) = told["claims"]
    assert (shown["number"], shown["state"], shown["item_id"]) == (mine["number"], "submitted", None)
    (missed,) = told["reports"]
    assert (missed["number"], missed["seat"], missed["brand"]) == (report["number"], "31A", "Patagonia")
    for secret in ("JH", "Harris", "13912345678", ANN, report["id"], item["number"], on_board["number"]):
        assert secret not in str(told)
    assert on_flight(desks, "no-flight") == {"flight_id": "no-flight", "claims": [], "reports": []}


def test_the_codes_that_airlines_write_are_told(desks: Any) -> None:
    codes = partners.list_codes(desks)
    schemas.PartnerWordsSchema().load(codes)
    assert {"t1", "t2"} == {each["code"] for each in codes["desks"]}
    assert {"coat", "passport"} <= {each["code"] for each in codes["categories"]}
