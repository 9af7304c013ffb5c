"""Lost and found for travellers: one page that files a report, hints that give nothing away, claims, the finder."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from kernel.errors import Unavailable
from services.lostfound import errors
from tests.gateway.photos.pictures import quarters, saved
from tests.gateway.web.browsers import browser_of, keys_of, leg_id, said, send
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.losses import at, suitcase
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

pytestmark = pytest.mark.anyio
REPORT = "/lost/report"


async def file(client: httpx.AsyncClient, page: str = REPORT, **fields: str) -> httpx.Response:
    return await send(client, page, REPORT, **fields)


def report_of(flights: FakeFlights, answer: httpx.Response) -> dict[str, Any]:
    """The report that an answer leads to."""
    assert answer.status_code == 303, said(answer)
    found = re.fullmatch(r"/lost/reports/(\w+)\?done=\w+", answer.headers["location"])
    assert found, answer.headers["location"]
    return flights.lostfound.reports[found[1]]


@pytest.fixture
async def ben(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, BEN) as client:
        yield client


# --- reporting --------------------------------------------------------------------------------------------


async def test_one_page_files_a_report_and_its_owner_sees_it(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report = report_of(flights, await file(anna, **suitcase()))
    assert (report["category"], report["colours"]) == ("suitcase", ["black", "silver"])
    assert set(report["places"]) == {"AIRCRAFT", "T2-BELT-7"}
    assert flights.lostfound.private[report["id"]]["contact"]["phone"] == "+86 138 0013 8000"
    page = said(await anna.get(f"/lost/reports/{report['id']}?done=lost_filed"))
    for seen in ("Suitcase", "Rimowa", "T2 baggage belt 7", "blue ribbon inside", "Your report is filed."):
        assert seen in page
    assert "Suitcase" in said(await anna.get("/me/lost"))


async def test_what_is_personal_leaves_the_gateway_sealed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    secret = {"document_name": "BERG ANNA", "document_number": "E98 765 432", "email": "anna@example.org"}
    await file(anna, **suitcase(category="passport", **secret))
    (kept,) = flights.lostfound.private.values()
    assert kept["document"]["number"] == "E98765432"
    for word in ("blue ribbon", "92552005", "BERG", "98765432", "anna@", "0013 8000"):
        assert word not in repr(flights.calls), word


async def test_sending_twice_files_once(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    keys = keys_of((await anna.get(REPORT)).text)
    answers = [await anna.post(REPORT, data={**keys, **suitcase()}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(flights.lostfound.reports) == 1


async def test_going_back_and_sending_other_words_leads_to_what_was_filed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    keys = keys_of((await anna.get(REPORT)).text)
    report = report_of(flights, await anna.post(REPORT, data={**keys, **suitcase()}))
    again = await anna.post(REPORT, data={**keys, **suitcase(brand="Samsonite")})
    assert again.headers["location"] == f"/lost/reports/{report['id']}?done=lost_filed_before"
    page = said(await anna.get(again.headers["location"]))
    assert "This form was sent before" in page
    assert "Rimowa" in page
    assert len(flights.lostfound.reports) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"category": ""}, "Choose what it is."),
        ({"lost_from": ""}, "Say when you last had it"),
        ({"lost_from": "0001-01-01T00:00"}, "Say when you last had it"),
        ({"lost_from": at(-30)}, "That is still to come."),
        ({"lost_to": at(9)}, "That is before you last had it."),
        ({"phone": "call me"}, "Write digits only"),
        ({"seat": "window", "flight": "CZ1"}, "That is too long."),
        ({"brand": "x" * 65}, "That is too long."),
        ({f"place-T2-GATE-{n}": "1" for n in range(20, 26)}, "Five places at most"),
        ({f"colour-{name}": "1" for name in ("red", "pink")}, "Three colours at most."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_every_word_stays(
    anna: httpx.AsyncClient, flights: FakeFlights, fields: dict[str, str], wrong: str
) -> None:
    answer = await file(anna, **suitcase(**fields))
    assert (answer.status_code, wrong in said(answer)) == (400, True)
    assert "blue ribbon inside" in said(answer)
    assert re.search(r'name="colour-black" value="1" checked', answer.text)
    assert flights.lostfound.reports == {}


async def test_what_the_service_refuses_comes_back_in_words_and_stays(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.lostfound.refuses = errors.TooManyReports(most=10)
    answer = await file(anna, **suitcase())
    assert (answer.status_code, 'value="Rimowa"' in answer.text) == (429, True)
    assert 'role="alert"' in answer.text


async def test_a_session_that_is_over_loses_no_word(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    keys = keys_of((await anna.get(REPORT)).text)
    flights.passengers.ended.add(ANNA)
    anna.headers["Cookie"] = "lang=en"
    over = await anna.post(REPORT, data={**keys, **suitcase()})
    assert (over.status_code, 'href="/sign-in?next=/lost/report"' in over.text) == (401, True)
    assert ("blue ribbon inside" in over.text, flights.lostfound.reports) == (True, {})
    flights.passengers.ended.clear()
    anna.headers["Cookie"] = f"{cookie_of(BEN)}; lang=en"
    stale = await anna.post(REPORT, data={**keys, **suitcase()})
    assert (stale.status_code, "blue ribbon inside" in stale.text) == (403, True)
    again = await anna.post(REPORT, data={**suitcase(), **keys_of(stale.text)})
    report = report_of(flights, again)
    assert flights.lostfound.private[report["id"]]["owner"] == BEN


async def test_a_visitor_may_fill_it_in_and_signs_in_before_sending(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(REPORT)
    assert (page.status_code, "/sign-in?next=/lost/report" in page.text) == (200, True)
    in_wechat = await visitor.get(REPORT, headers={"User-Agent": "MicroMessenger/8.0"})
    assert in_wechat.headers["location"] == "/sign-in?next=/lost/report"


async def test_no_other_site_files_a_report(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    keys = keys_of((await anna.get(REPORT)).text)
    answer = await anna.post(REPORT, data={**keys, **suitcase()}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, flights.lostfound.reports) == (403, {})


async def test_from_a_flights_page_it_knows_flight_seat_and_time(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    landed = leg_id("landed")
    assert f'href="/lost/report?flight={landed}"' in (await anna.get(f"/flights/{landed}")).text
    page = f"{REPORT}?flight={landed}&seat=35a"
    drawn = (await anna.get(page)).text
    number = flights.documents[landed]["number"]
    assert (f'value="{number}"' in drawn, 'value="35A"' in drawn) == (True, True)
    assert re.search(r'name="place-AIRCRAFT" value="1" checked', drawn)
    named = {"flight": number, "flight_id": landed, "seat": "35A"}
    report = report_of(flights, await file(anna, page, **suitcase(**named)))
    assert (report["flight_id"], report["seat"]) == (landed, "35A")


async def test_a_flight_typed_by_hand_is_looked_up_and_an_unknown_one_stays_a_word(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    landed = flights.documents[leg_id("boarding")]
    told = report_of(flights, await file(anna, **suitcase(flight=landed["number"], flight_id="MADE-UP-1")))
    assert told["flight_id"] == landed["id"]
    unknown = report_of(flights, await file(anna, **suitcase(flight="ZZ9999", seat="1A")))
    assert (unknown["flight_id"], unknown["description"]) == (None, "Cabin size, a panda on it\nZZ9999")


async def test_from_a_bus_ticket_it_knows_the_ride_and_never_anothers(
    anna: httpx.AsyncClient, ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = flights.bus.bought(ANNA)
    link = f"{REPORT}?bus_order={order['id']}"
    assert f'href="{link}"' in (await anna.get(f"/bus/orders/{order['id']}")).text
    report = report_of(flights, await file(anna, link, **suitcase(bus_order=order["id"])))
    assert (report["bus_departure_id"], report["order_id"]) == (order["ride"]["departure_id"], order["id"])
    assert "Not this one" in said(await anna.get(link))
    others = report_of(flights, await file(ben, **suitcase(bus_order=order["id"])))
    assert (others["bus_departure_id"], others["order_id"]) == (None, None)


async def test_photos_come_along_clean_and_only_their_owner_sees_them(
    anna: httpx.AsyncClient, ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    keys = keys_of((await anna.get(REPORT)).text)
    photo = {"photos": ("IMG_1.jpg", saved(quarters(800, 600)), "image/jpeg")}
    report = report_of(flights, await anna.post(REPORT, data={**keys, **suitcase()}, files=photo))
    (photo_id,) = report["photos"]
    shown = await anna.get(f"/lost/photos/{photo_id}?size=full")
    assert (shown.headers["content-type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert shown.headers["cache-control"] == "private, no-store"
    assert (await ben.get(f"/lost/photos/{photo_id}")).status_code == 404
    no_photo = {"photos": ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")}
    keys = keys_of((await anna.get(REPORT)).text)
    refused = await anna.post(REPORT, data={**keys, **suitcase()}, files=no_photo)
    assert (refused.status_code, 'id="photos-wrong"' in refused.text) == (400, True)
    assert "blue ribbon inside" in refused.text


# --- one report -------------------------------------------------------------------------------------------


async def test_a_change_keeps_what_is_masked_unless_it_is_written_anew(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    papers = {"document_name": "BERG ANNA", "document_number": "E98765432"}
    report = report_of(flights, await file(anna, **suitcase(category="passport", **papers)))
    change = f"/lost/reports/{report['id']}/change"
    drawn = said(await anna.get(change))
    assert ("B* E****" in drawn, "E98765432" in drawn, "blue ribbon inside" in drawn) == (True, False, True)
    fields = suitcase(category="passport", phone="", brand="Tumi")
    answer = await send(anna, change, change, version="1", **fields)
    assert answer.headers["location"] == f"/lost/reports/{report['id']}?done=lost_changed"
    kept = flights.lostfound.private[report["id"]]
    assert (report["brand"], kept["document"]["number"]) == ("Tumi", "E98765432")
    assert kept["contact"]["phone"] == "+86 138 0013 8000"
    again = await send(anna, change, change, **(fields | {"version": "1"}))
    assert again.status_code == 409, "somebody changed it since the page was drawn"
    for odd in ("9" * 5000, "-1", "²"):
        assert (await send(anna, change, change, **(fields | {"version": odd}))).status_code == 409


async def test_it_is_closed_as_found_elsewhere(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    report_id = flights.lostfound.filed(ANNA)
    here = f"/lost/reports/{report_id}"
    await send(anna, here, f"{here}/close", why="found_elsewhere")
    page = said(await anna.get(here))
    assert ("Found elsewhere" in page, f'action="{here}/close"' in page) == (True, False)
    assert (await anna.get(f"{here}/change")).headers["location"] == here


async def test_no_hint_is_shown_before_its_owner_says_what_only_they_know(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report_id = flights.lostfound.filed(ANNA, marks="")
    flights.lostfound.match(report_id)
    page = said(await anna.get(f"/lost/reports/{report_id}"))
    assert ("First tell us what only you know." in page, "same flight" in page) == (True, False)


async def test_a_hint_says_kind_month_area_and_reasons_and_can_be_declined(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report_id = flights.lostfound.filed(ANNA)
    match_id = flights.lostfound.match(report_id)
    here = f"/lost/reports/{report_id}"
    page = said(await anna.get(here))
    for seen in ("Fits well", "arrivals and baggage reclaim", "same kind and colour", "same flight"):
        assert seen in page
    assert f'href="{here}/claim?hint={match_id}"' in page
    declined = await send(anna, here, f"{here}/hints/{match_id}/dismiss")
    assert "that one isn't yours" in said(await anna.get(declined.headers["location"]))
    assert flights.lostfound.hints[report_id] == []


async def test_an_open_page_knows_by_a_version_that_there_is_news(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    async def version(path: str) -> str:
        found = re.search(r'data-news="(\w+)"', (await anna.get(path)).text)
        assert found, path
        return found[1]

    report = f"/lost/reports/{flights.lostfound.filed(ANNA)}"
    before = await version(report)
    assert await version(report) == before
    flights.lostfound.match(report.rpartition("/")[2])
    assert await version(report) != before
    claim_id = flights.lostfound.claimed(ANNA, flights.lostfound.filed(ANNA, "coat"))
    submitted = await version(f"/lost/claims/{claim_id}")
    flights.lostfound.decide(claim_id)
    assert await version(f"/lost/claims/{claim_id}") != submitted


async def test_what_a_finder_has_not_handed_in_can_not_be_claimed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report_id = flights.lostfound.filed(ANNA)
    flights.lostfound.match(report_id, at_desk=False)
    page = (await anna.get(f"/lost/reports/{report_id}")).text
    assert ("claim?hint=" in page, "Not mine" in page) == (False, True)


async def test_a_list_that_could_not_be_had_is_asked_for_again_by_the_next_reader(
    anna: httpx.AsyncClient, flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(request: dict[str, Any]) -> Any:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(flights.lostfound, "list_public", away)
        assert "for a moment" in said(await anna.get("/lost/items"))
    assert "for a moment" not in said(await anna.get("/lost/items"))
