"""Check-in pages: the way to a booking, the party, seats, declaration, passes; over checkin's own rules."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pypdfium2
import pytest
from starlette.routing import Route

from gateway.web.checkin_access import SEATS
from gateway.web.ways_back import NAME
from services.checkin.domain.seating import INFANTS, SEAT_RULES
from tests.gateway.web.browsers import browser_of, keys_of, said, send
from tests.gateway.web.checkin import ABROAD, DONE, FAMILY, GUIDED
from tests.gateway.web.fakes import FakeFlights, gateway_over
from tests.gateway.web.travellers import ANNA, BEN

pytestmark = pytest.mark.anyio
GOODS = "2025-06-28"
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3504152ZE184226B<<<<<16"


@pytest.fixture(autouse=True)
def settled(flights: FakeFlights) -> None:
    flights.checkin.settle()


@pytest.fixture
async def ben(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, BEN) as client:
        yield client


async def find(client: httpx.AsyncClient, surname: str, number: str, by: str = "pnr") -> httpx.Response:
    return await send(client, "/checkin", "/checkin/find", surname=surname, number=number, by=by)


async def prove(client: httpx.AsyncClient, flights: FakeFlights, page: str, pnr: str = FAMILY) -> str:
    """Have the code sent from the page that shows a booking, and enter it; where the booking is."""
    booking = f"/checkin/{flights.checkin.booking_id(pnr)}"
    asked = await client.post(f"{booking}/code", data=keys_of(page))
    code = flights.checkin.codes[-1]["code"]
    answer = await client.post(f"{booking}/confirm", data={**keys_of(asked.text), "code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, booking)
    return booking


async def test_a_family_finds_its_booking_proves_it_chooses_declares_and_has_its_passes(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    found = await find(anna, "李", "fam 5x1")
    assert "LI SI" not in said(found), "two factors show status only"
    assert ("L*** S***" in said(found), "+86*****34" in said(found)) == (True, True)
    booking = await prove(anna, flights, found.text)
    page = said(await anna.get(booking))
    assert ("with infant LI XIAOBAO" in page, page.count('name="who"')) == (True, 4)

    seats = await anna.get(f"{booking}/seats")
    assert seats.text.count("<button") == 120
    await tap(anna, booking, seats.text, "35A")
    page = said(await anna.get(f"{booking}/seats"))
    assert 'aria-label="35A, window, LI SI"' in page

    done = await send(anna, f"{booking}/declare", f"{booking}/check-in", goods=GOODS)
    passes = f"/checkin/passes/{booking.rpartition('/')[2]}"
    assert done.headers["location"] == f"{passes}?done=checked_in"
    shown = await anna.get(passes)
    assert shown.text.count("aztec__code") == 4
    assert int(shown.headers["x-ticket-for-s"]) > 6 * 3600
    assert "35A" in said(shown)
    assert said(await anna.get("/me/trips")).count("Checked in") == 1


async def tap(client: httpx.AsyncClient, booking: str, page: str, seat: str, **more: str) -> httpx.Response:
    """Tap a seat on the map that is shown, as its script does."""
    drawn = {name: re.search(f'name="{name}" value="([^"]*)"', page) for name in ("who", "for")}
    fields = {name: found[1] for name, found in drawn.items() if found}
    return await client.post(
        f"{booking}/seats",
        data={**keys_of(page), **fields, "seat": seat, **more},
        headers={"HX-Request": "true"},
    )


# --- finding and proving ---------------------------------------------------------------------------------


async def test_every_wrong_pair_is_answered_alike_and_what_was_typed_stays(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    tried = [("li", "NOSUCH", "pnr"), ("wrong", FAMILY, "pnr"), ("li", "8800000000000", "ticket")]
    tried += [("li", "11010519491231002X", "document")]
    answers = [await find(anna, *wrong) for wrong in tried]
    assert {answer.status_code for answer in answers} == {400}
    sentences = {re.findall(r'role="alert">([^<]*)<', answer.text)[0] for answer in answers}
    assert len(sentences) == 1
    assert 'value="NOSUCH"' in answers[0].text
    fifth = await find(anna, "li", "NOSUCH")
    assert (fifth.status_code, (await find(anna, "li", FAMILY)).status_code) == (400, 429)


async def test_nothing_typed_leaves_the_gateway_unsealed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await find(anna, "Wang", "E12345678", "document")
    sent = [request for service, method, request in flights.calls if method == "find_booking"]
    assert sent
    assert "E12345678" not in repr(flights.calls)
    assert "Wang" not in repr(flights.calls)


async def test_empty_fields_are_named_and_nobody_is_asked(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    answer = await find(anna, "", "")
    assert answer.status_code == 400
    assert ("Fill in the surname." in said(answer), "Fill in the number." in said(answer)) == (True, True)
    assert "find_booking" not in {method for _, method, _ in flights.calls}


async def test_a_wrong_code_opens_nothing(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    found = await find(anna, "li", FAMILY)
    booking = f"/checkin/{flights.checkin.booking_id(FAMILY)}"
    asked = await anna.post(f"{booking}/code", data=keys_of(found.text))
    right = flights.checkin.codes[-1]["code"]
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answer = await anna.post(f"{booking}/confirm", data={**keys_of(asked.text), "code": wrong})
    assert (answer.status_code, "The code is wrong" in said(answer)) == (400, True)
    assert (await anna.get(booking)).status_code == 404
    assert "+86*****34" in said(asked)


async def test_a_visitor_uses_a_code_and_this_browser_alone_sees_the_booking_for_a_while(
    visitor: httpx.AsyncClient, ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking_id = flights.checkin.bind(FAMILY, ANNA)
    await prove(visitor, flights, (await find(visitor, "li", FAMILY)).text)
    assert flights.checkin.codes[-1]["passenger_id"] == ANNA, "the account that has it gets the code"
    assert (await visitor.get(f"/checkin/{booking_id}")).status_code == 200
    assert (await ben.get(f"/checkin/{booking_id}")).status_code == 404
    cookie = next(one for one in visitor.cookies.jar if one.name.endswith("checkin"))
    assert (cookie.secure, cookie.has_nonstandard_attr("HttpOnly")) == (True, True)
    assert cookie.expires is not None
    visitor.cookies.clear()
    answer = await visitor.get(f"/checkin/{booking_id}")
    assert answer.headers["location"] == "/checkin?done=checkin_again"


async def test_wechat_signs_in_first_and_others_need_not(flights: FakeFlights) -> None:
    agent = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
    async with browser_of(flights, None, **agent) as client:
        assert (await client.get("/checkin")).headers["location"] == "/sign-in?next=/checkin"
        assert (await client.get("/checkin?guest=1")).status_code == 200


# --- the party and its seats -----------------------------------------------------------------------------


async def test_who_must_see_an_agent_is_told_why_and_the_others_go_on(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(GUIDED, ANNA)}"
    page = said(await anna.get(booking))
    assert "Wheelchairs are arranged at the counter" in page
    assert page.count('type="checkbox" name="who"') == 1
    guided = flights.checkin.party(GUIDED, ANNA)["travellers"][0]["id"]
    drawn = (await anna.get(f"{booking}/declare?who={guided}")).text
    refused = await anna.post(f"{booking}/check-in", data={**keys_of(drawn), "who": guided, "goods": GOODS})
    assert (refused.status_code, "Please see an agent" in said(refused)) == (409, True)
    assert [one["standing"] for one in flights.checkin.party(GUIDED, ANNA)["travellers"]] == ["booked"] * 2


async def test_a_seat_at_an_exit_is_taken_after_the_declaration_and_by_no_infant(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(FAMILY, ANNA)}"
    _, mother, *_ = flights.checkin.party(FAMILY, ANNA)["travellers"]
    page = (await anna.get(f"{booking}/seats")).text
    refused = await tap(anna, booking, page, "40A")
    assert (refused.status_code, "both hands must be free" in said(refused)) == (400, True)
    page = (await anna.get(f"{booking}/seats?for={mother['id']}")).text
    asked = await tap(anna, booking, page, "40A")
    assert "40A is at an emergency exit" in said(asked)
    assert flights.checkin.party(FAMILY, ANNA)["travellers"][1]["seat"] is None
    taken = await tap(anna, booking, asked.text, "40A", declared="yes")
    assert "Seat 40A is yours." in said(taken)


async def test_whoever_comes_second_gets_the_fresh_map_and_a_clear_word(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(FAMILY, ANNA)}"
    page = (await anna.get(f"{booking}/seats")).text
    assert 'value="35A" aria-label="35A, window, available"' in page
    other = f"/checkin/{flights.checkin.bind(DONE, BEN)}"
    async with browser_of(flights, BEN) as ben:
        await tap(ben, other, (await ben.get(f"{other}/seats")).text, "35A")
    lost = await tap(anna, booking, page, "35A")
    assert lost.status_code == 409
    assert "Somebody was quicker: 35A is taken now." in said(lost)
    assert 'value="35A" aria-label="35A, window, taken" disabled' in lost.text
    assert "<html" not in lost.text, "the map alone comes"


async def test_an_open_map_is_sent_again_only_when_a_seat_has_changed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(FAMILY, ANNA)}"
    page = (await anna.get(f"{booking}/seats")).text
    version = re.findall(r'data-version="(\d+)"', page)[0]
    headers = {"HX-Request": "true"}
    assert (await anna.get(f"{booking}/seats?v={version}", headers=headers)).status_code == 204
    await tap(anna, booking, page, "35A")
    again = await anna.get(f"{booking}/seats?v={version}", headers=headers)
    assert (again.status_code, "LI SI" in again.text) == (200, True)


async def test_two_of_a_party_exchange_their_seats_with_one_tap(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(DONE, ANNA)}"
    page = (await anna.get(f"{booking}/seats")).text
    for seat in ("36A", "36B"):
        page = (await tap(anna, booking, page, seat)).text
    first = flights.checkin.party(DONE, ANNA)["travellers"][0]["id"]
    page = (await anna.get(f"{booking}/seats?for={first}")).text
    await tap(anna, booking, page, "36B")
    assert [one["seat"] for one in flights.checkin.party(DONE, ANNA)["travellers"]] == ["36B", "36A", None]


async def test_the_map_is_a_table_with_headers_cabins_exits_and_wings(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(FAMILY, ANNA)}"
    page = said(await anna.get(f"{booking}/seats"))
    assert (page.count('scope="row"'), page.count('scope="col"')) == (20, 7)
    assert "First class · rows 1 to 2" in page
    assert (page.count('class="is-exit'), page.count("is-wing")) == (1, 7)
    assert 'aria-label="31A, window, place for a cot, extra legroom, available"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)


def test_every_reason_against_a_seat_has_words() -> None:
    assert set(SEATS) == {rule.reason.code for rule in SEAT_RULES} | {INFANTS.code}


# --- papers and declaration ------------------------------------------------------------------------------


async def test_nobody_checks_in_without_the_declaration(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(DONE, ANNA)}"
    answer = await send(anna, f"{booking}/declare", f"{booking}/check-in")
    assert (answer.status_code, "tick the box" in said(answer)) == (400, True)
    assert "check_in" not in {method for _, method, _ in flights.calls}


async def test_abroad_needs_papers_contact_and_address_and_a_wrong_digit_is_shown_where_it_stands(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.bind(ABROAD, ANNA)}"
    fields = {"mrz-1": MRZ.replace("L898902C36", "L898902C37"), "goods": GOODS}
    wrong = await send(anna, f"{booking}/declare", f"{booking}/check-in", **fields)
    assert wrong.status_code == 400
    assert 'id="mrz-1-wrong">' in wrong.text
    assert ("Fill in a phone number." in said(wrong), "first night" in said(wrong)) == (True, True)
    fields |= {"mrz-1": MRZ, "number-2": "E12345678", "expires-2": "2035-01-01"}
    fields |= {"phone": "138 0000 1234", "destination": "1 Strand, London"}
    done = await send(anna, f"{booking}/declare", f"{booking}/check-in", **fields)
    assert done.status_code == 303, said(done)
    assert "L898902C3" not in repr(flights.calls)
    assert "Strand" not in repr(flights.calls)


# --- passes ----------------------------------------------------------------------------------------------


async def test_a_pass_of_one_who_was_taken_off_is_void_and_its_code_is_gone(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    passes = f"/checkin/passes/{flights.checkin.checked_in(DONE, ANNA)}"
    before = (await anna.get(f"{passes}/state")).json()["version"]
    flights.checkin.off_load(DONE, 1, ANNA)
    assert (await anna.get(f"{passes}/state")).json()["version"] != before
    page = said(await anna.get(passes))
    assert (page.count("aztec__code"), page.count("bp--void")) == (2, 1)
    assert "This pass doesn't open the gate any more." in page


async def test_gate_and_times_are_the_newest(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    passes = f"/checkin/passes/{flights.checkin.checked_in(DONE, ANNA)}"
    assert "<dd>B12</dd>" in (await anna.get(f"{passes}/live")).text
    flights.push(flights.checkin.leg("KWE"), departure__gate="C21", status="boarding")
    page = (await anna.get(f"{passes}/live")).text
    assert ("<dd>C21</dd>" in page, "Boarding" in page) == (True, True)


async def test_a_cancelled_check_in_gives_the_seat_back_and_leaves_a_void_pass(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    booking = f"/checkin/{flights.checkin.checked_in(DONE, ANNA)}"
    ids = [one["id"] for one in flights.checkin.party(DONE, ANNA)["travellers"]]
    done = await send(anna, booking, f"{booking}/cancel", **{f"who-{one}": "1" for one in ids})
    assert done.headers["location"] == f"{booking}?done=checkin_cancelled"
    shown = await anna.get(booking.replace("/checkin/", "/checkin/passes/"))
    assert (shown.text.count("bp--void"), "x-ticket-of" in shown.headers) == (3, False)


async def test_passes_are_printed_and_the_flight_goes_into_a_calendar(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    passes = f"/checkin/passes/{flights.checkin.checked_in(DONE, ANNA)}"
    pdf = await anna.get(f"{passes}/passes.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(pdf.content)
    text = document[0].get_textpage().get_text_range()
    assert (len(document), "CHEN YU" in text, "HU7142" in text, "长沙" in text) == (3, True, True, True)
    ics = (await anna.get(f"{passes}/flight.ics")).text
    assert ("SUMMARY:HU7142 Changsha → Guiyang" in ics, "TZID=Asia/Shanghai" in ics) == (True, True)
    (await anna.get(f"{passes}/passes.pdf")).raise_for_status()


async def test_english_pages_hold_no_chinese_and_chinese_ones_no_english_sentence(
    flights: FakeFlights,
) -> None:
    done, family = flights.checkin.checked_in(DONE, ANNA), flights.checkin.bind(FAMILY, ANNA)
    abroad, guided = flights.checkin.bind(ABROAD, ANNA), flights.checkin.bind(GUIDED, ANNA)
    paths = [
        "/checkin",
        "/me/trips",
        f"/checkin/passes/{done}",
        *(f"/checkin/{one}" for one in (done, guided)),
    ]
    paths += [f"/checkin/{family}/seats", f"/checkin/{family}/declare", f"/checkin/{abroad}/declare"]
    for language, foreign in (("en", r"[\u4e00-\u9fff]+"), ("zh", r"[a-z]+ [a-z]+ [a-z]+")):
        async with browser_of(flights, ANNA, language) as client:
            for path in paths:
                answer = await client.get(path)
                words = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
                assert (answer.status_code, re.findall(foreign, words)) == (200, []), path


# --- whose is whose --------------------------------------------------------------------------------------


def routes_of_bookings() -> list[tuple[str, str]]:
    """(method, path) of every page and form of one booking, ways back to them apart: new ones are judged without being listed here."""
    return [
        (method, route.path)
        for route in gateway_over(FakeFlights([])).routes
        if isinstance(route, Route)
        and "{booking_id}" in route.path
        and not route.path.startswith("/api/")
        and route.name != NAME
        for method in sorted((route.methods or set()) - {"HEAD"})
        if not route.path.endswith(("/code", "/confirm"))
    ]


def test_the_matrix_sees_all_of_them() -> None:
    assert len(routes_of_bookings()) == 11


@pytest.mark.parametrize(("method", "path"), routes_of_bookings())
async def test_anothers_booking_is_answered_like_none_and_a_visitor_is_shown_the_way(
    flights: FakeFlights, ben: httpx.AsyncClient, visitor: httpx.AsyncClient, method: str, path: str
) -> None:
    theirs = flights.checkin.checked_in(DONE, ANNA)
    keys = keys_of((await ben.get("/me")).text)
    ids = ",".join(one["id"] for one in flights.checkin.party(DONE, ANNA)["travellers"])
    fields = {**keys, "who": ids, "seat": "36A", "goods": GOODS}
    before = repr(flights.checkin.party(DONE, ANNA))
    answers = []
    for booking_id in (theirs, "f" * 32):
        where = path.format(booking_id=booking_id)
        answer = await ben.request(method, where, data=fields if method == "POST" else None)
        answers.append(
            (answer.status_code, re.sub(r"[0-9a-f]{32}|\b[0-9a-f]{8}\b|\d\d:\d\d", "id", answer.text))
        )
        way = await visitor.request(method, where, data=fields if method == "POST" else None)
        assert (way.status_code, way.headers["location"]) == (303, "/checkin?done=checkin_again")
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert "CHEN" not in answers[0][1]
    assert repr(flights.checkin.party(DONE, ANNA)) == before


@pytest.mark.parametrize("method", ["find", "check-in", "cancel", "seats", "code", "confirm"])
async def test_no_form_works_from_elsewhere(
    flights: FakeFlights, anna: httpx.AsyncClient, method: str
) -> None:
    booking_id = flights.checkin.checked_in(DONE, ANNA)
    path = "/checkin/find" if method == "find" else f"/checkin/{booking_id}/{method}"
    keys = keys_of((await anna.get("/checkin")).text)
    foreign = await anna.post(path, data=keys, headers={"Sec-Fetch-Site": "cross-site"})
    forged = await anna.post(path, data={**keys, "csrf": "x" * 64})
    assert (foreign.status_code, forged.status_code) == (403, 403)
