"""Check-in as JSON over checkin's own rules: whose booking it is, all or nobody, and nothing readable on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.api.checkin import GRANT
from kernel import clock
from tests.contract.test_openapi import check
from tests.gateway.session.fakes import OWN
from tests.gateway.web.changsha import showcase
from tests.gateway.web.checkin import ABROAD, FAMILY, GUIDED
from tests.gateway.web.fakes import FakeFlights, reader
from tests.gateway.web.travellers import ANNA, cookie_of

pytestmark = pytest.mark.anyio
CHECKIN = "/api/v1/checkin"
ONE = f"{CHECKIN}/bookings/{{booking_id}}"
JSON = {"Accept": "application/json", "Accept-Language": "en"}
GOODS = "2025-06-28"
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3504152ZE184226B<<<<<16"


@pytest.fixture
def flights() -> FakeFlights:
    found = FakeFlights(list(showcase(clock.now()).values()))
    found.checkin.settle()
    return found


@pytest.fixture
async def anna(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with reader(flights, **JSON, **OWN, Cookie=cookie_of(ANNA)) as client:
        yield client


@pytest.fixture
async def program(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    """Without a browser, without an account."""
    async with reader(flights, **JSON) as client:
        yield client


def ids_of(party: dict[str, Any]) -> list[str]:
    return [one["id"] for one in party["travellers"]]


async def confirmed(
    client: httpx.AsyncClient, flights: FakeFlights, pnr: str, surname: str
) -> dict[str, Any]:
    """Find a booking, have the code sent, enter it; what the confirmation says."""
    found = await client.post(f"{CHECKIN}/searches", json={"surname": surname, "pnr": pnr})
    check(found.json(), "post", f"{CHECKIN}/searches")
    (booking,) = found.json()["bookings"]
    one = f"{CHECKIN}/bookings/{booking['booking_id']}"
    sent = await client.post(f"{one}/code")
    check(sent.json(), "post", f"{ONE}/code")
    answer = await client.post(f"{one}/confirmation", json={"code": flights.checkin.codes[-1]["code"]})
    check(answer.json(), "post", f"{ONE}/confirmation")
    told: dict[str, Any] = answer.json()
    return told


async def test_a_family_checks_in_takes_its_passes_and_one_gives_theirs_back(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    told = await confirmed(anna, flights, FAMILY, "李")
    assert told["grant"] is None, "the booking is the account's own now"
    one = f"{CHECKIN}/bookings/{told['booking_id']}"
    party = (await anna.get(one)).json()
    check(party, "get", ONE)
    ids = ids_of(party)
    drawn = (await anna.get(f"{one}/seats")).json()
    check(drawn, "get", f"{ONE}/seats")
    wanted = [{"traveller_id": id_, "seat": f"35{column}"} for id_, column in zip(ids[:2], "AB", strict=True)]
    chosen = await anna.post(f"{one}/seats", json={"seats": wanted})
    check(chosen.json(), "post", f"{ONE}/seats")
    body = {"traveller_ids": ids, "dangerous_goods": party["declaration"]["version"]}
    done = await anna.post(f"{one}/check-in", json=body)
    check(done.json(), "post", f"{ONE}/check-in")
    assert [who["seat"] for who in done.json()["travellers"]][:2] == ["35A", "35B"]
    assert {who["standing"] for who in done.json()["travellers"]} == {"checked_in"}
    shown = (await anna.get(f"{one}/passes/{ids[0]}")).json()
    check(shown, "get", f"{ONE}/passes/{{traveller_id}}")
    assert shown["bcbp"].startswith("M1LI/SI")
    trips = (await anna.get(f"{CHECKIN}/trips")).json()
    check(trips, "get", f"{CHECKIN}/trips")
    assert [trip["checked_in"] for trip in trips["trips"]] == [4]
    back = await anna.post(f"{one}/cancellation", json={"traveller_ids": ids[1:2]})
    check(back.json(), "post", f"{ONE}/cancellation")
    assert (await anna.get(f"{one}/passes/{ids[1]}")).json()["void"] is True


async def test_a_program_without_an_account_has_a_grant_for_one_booking(
    program: httpx.AsyncClient, anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.checkin.bind(FAMILY, ANNA)
    told = await confirmed(program, flights, FAMILY, "LI")
    one = f"{CHECKIN}/bookings/{told['booking_id']}"
    refused = await program.get(one)
    assert (refused.status_code, refused.json()["code"]) == (403, "checkin.access_needed")
    check(refused.json(), "get", ONE, 403)
    granted = {GRANT: told["grant"]}
    assert (await program.get(one, headers=granted)).status_code == 200
    other = f"{CHECKIN}/bookings/{flights.checkin.booking_id(GUIDED)}"
    assert (await program.get(other, headers=granted)).status_code == 403
    asked = len(flights.calls)
    assert (await program.get(one, headers={GRANT: "spaces are none"})).status_code == 403
    assert len(flights.calls) == asked, "who is nobody isn't asked about"
    assert (await program.get(f"{CHECKIN}/trips", headers=granted)).status_code == 401


async def test_a_bookings_travellers_are_nobody_elses(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    theirs = flights.checkin.booking_id(GUIDED)
    not_mine = await anna.get(f"{CHECKIN}/bookings/{theirs}")
    none = await anna.get(f"{CHECKIN}/bookings/{'0' * 32}")
    assert (not_mine.status_code, none.status_code) == (403, 403)
    assert {answer.json()["code"] for answer in (not_mine, none)} == {"checkin.access_needed"}


async def test_who_must_see_an_agent_is_named_with_the_reason(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = f"{CHECKIN}/bookings/{flights.checkin.bind(GUIDED, ANNA)}"
    party = (await anna.get(one)).json()
    body = {"traveller_ids": ids_of(party), "dangerous_goods": GOODS}
    refused = await anna.post(f"{one}/check-in", json=body)
    check(refused.json(), "post", f"{ONE}/check-in", 409)
    (told,) = refused.json()["errors"]
    assert told["field"] == ids_of(party)[0]
    assert told["detail"] == party["travellers"][0]["agent"][0]["reason"]["en"]
    chinese = await anna.post(f"{one}/check-in", json=body, headers={"Accept-Language": "zh"})
    assert chinese.json()["errors"][0]["detail"] == party["travellers"][0]["agent"][0]["reason"]["zh"]
    alone = await anna.post(f"{one}/check-in", json=body | {"traveller_ids": ids_of(party)[1:]})
    assert alone.status_code == 200


async def test_what_is_missing_abroad_is_named_given_sealed_and_shown_masked(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = f"{CHECKIN}/bookings/{flights.checkin.bind(ABROAD, ANNA)}"
    (first, _) = ids_of((await anna.get(one)).json())
    body: dict[str, Any] = {"traveller_ids": [first], "dangerous_goods": GOODS}
    missing = await anna.post(f"{one}/check-in", json=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "checkin.details_needed")
    assert [told["field"] for told in missing.json()["errors"]] == [first] * 3
    body["papers"] = [{"traveller_id": first, "kind": "passport", "text": MRZ}]
    body["contact"] = {"phone": "+8613700137000", "destination": "1 Fleet Street, London"}
    done = await anna.post(f"{one}/check-in", json=body)
    assert done.status_code == 200, done.text
    (paper,) = done.json()["travellers"][0]["papers"]
    assert "L898902C3" not in done.text
    assert paper["number"].startswith("L")
    sent = repr(flights.calls)
    assert not any(secret in sent for secret in ("L898902C3", "13700137000", "Fleet Street"))


async def test_the_same_key_checks_in_once_and_another_page_never(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = f"{CHECKIN}/bookings/{flights.checkin.bind(FAMILY, ANNA)}"
    ids = ids_of((await anna.get(one)).json())
    body = {"traveller_ids": ids, "dangerous_goods": GOODS}
    foreign = await anna.post(f"{one}/check-in", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    key = {"Idempotency-Key": "once-1234"}
    answers = [await anna.post(f"{one}/check-in", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["travellers"] == answers[1].json()["travellers"]
    asked = [request for _, method, request in flights.calls if method == "check_in"]
    assert len({request["request_id"] for request in asked}) == 1
    reused = await anna.post(f"{one}/check-in", json=body | {"traveller_ids": ids[:1]}, headers=key)
    assert reused.json()["code"] == "request.reused"


async def test_every_wrong_pair_is_answered_alike_and_the_sixth_is_not_looked_at(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    tried: list[dict[str, str]] = [
        {"surname": "li", "pnr": "NOSUCH"},
        {"surname": "wrong", "pnr": FAMILY},
        {"surname": "li", "ticket": "8800000000000"},
        {"surname": "li", "document": "11010519491231002X"},
        {"surname": "li", "pnr": "NOSUCH"},
    ]
    answers = [await program.post(f"{CHECKIN}/searches", json=pair) for pair in tried]
    assert {answer.status_code for answer in answers} == {404}
    own = ("call_id", "instance")
    alike = {
        str({key: value for key, value in answer.json().items() if key not in own}) for answer in answers
    }
    assert len(alike) == 1
    sixth = await program.post(f"{CHECKIN}/searches", json={"surname": "li", "pnr": FAMILY})
    assert (sixth.status_code, sixth.json()["code"]) == (429, "checkin.too_many_guesses")
    assert int(sixth.headers["Retry-After"]) > 60
    assert "8800000000000" not in repr(flights.calls)


async def test_bad_bodies_are_told_by_field_and_go_nowhere(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    one = f"{CHECKIN}/bookings/{flights.checkin.bind(FAMILY, ANNA)}"
    wrong: list[tuple[str, dict[str, Any], str]] = [
        (f"{CHECKIN}/searches", {"surname": "li"}, "pnr"),
        (f"{CHECKIN}/searches", {"surname": "li", "pnr": "A", "ticket": "1"}, "pnr"),
        (f"{one}/confirmation", {}, "code"),
        (f"{one}/seats", {"seats": []}, "seats"),
        (f"{one}/check-in", {"traveller_ids": ["a"] * 10, "dangerous_goods": GOODS}, "traveller_ids"),
        (f"{one}/check-in", {"traveller_ids": ["a"], "dangerous_goods": GOODS, "sealed": "x"}, "sealed"),
    ]
    for path, body, field in wrong:
        answer = await anna.post(path, json=body)
        assert answer.status_code == 400, (path, body, answer.text)
        assert [told["field"] for told in answer.json()["errors"]] == [field]
    assert {method for service, method, _ in flights.calls if service == "checkin"} == set()
