"""Claims, the list for everybody, finders; and that no page says what a thief could use."""

from __future__ import annotations

import re

import httpx
import pytest

from services.lostfound import errors
from services.lostfound.schemas.vocabulary import CATEGORIES
from tests.gateway.web.browsers import said, send
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.losses import at
from tests.gateway.web.lostfound import SECRETS
from tests.gateway.web.travellers import ANNA
from tests.support.days import month

pytestmark = pytest.mark.anyio


# --- claims ------------------------------------------------------------------------------------------------


async def test_a_claim_with_proof_is_approved_given_a_time_and_fetched_with_a_code(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report_id = flights.lostfound.filed(ANNA)
    match_id = flights.lostfound.match(report_id)
    form = f"/lost/reports/{report_id}/claim"
    answer = await send(
        anna, f"{form}?hint={match_id}", form, hint=match_id, marks="blue ribbon", words="bought in Bonn"
    )
    claim_id = answer.headers["location"].rpartition("/")[2].partition("?")[0]
    assert flights.lostfound.private[claim_id]["words"] == "bought in Bonn"
    assert "bought in Bonn" not in repr(flights.calls)
    here = f"/lost/claims/{claim_id}"
    assert "Being checked" in said(await anna.get(here))
    flights.lostfound.decide(claim_id)
    page = await anna.get(here)
    for seen in ("Ready for you", "K7M2", "P9RX", "Lost property, T2", "T2 arrivals hall", "qr__code"):
        assert seen in said(page)
    flights.lostfound.claims[claim_id]["desk_id"] = None
    assert "as soon as it lies at one of our desks" in said(await anna.get(here)), "still with the airline"
    starts = re.findall(r'name="starts_at" value="([^"]+)"(?! checked)>', page.text)
    await send(anna, here, f"{here}/pickup", starts_at=starts[0])
    assert "Your time" in said(await anna.get(here))
    full = re.findall(r'name="starts_at" value="([^"]+)" disabled', page.text)
    refused = await send(anna, here, f"{here}/pickup", starts_at=full[0])
    assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)


async def test_a_claim_without_proof_is_asked_for_it(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    report_id = flights.lostfound.filed(ANNA)
    match_id = flights.lostfound.match(report_id)
    form = f"/lost/reports/{report_id}/claim"
    answer = await send(anna, f"{form}?hint={match_id}", form, hint=match_id, words="")
    assert (answer.status_code, "only the owner can know" in said(answer)) == (400, True)
    assert flights.lostfound.claims == {}


async def test_a_number_of_staff_claims_and_a_wrong_one_is_told(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    form = f"/lost/reports/{flights.lostfound.filed(ANNA)}/claim"
    fields = {"hint": "number", "marks": "blue ribbon"}
    wrong = await send(anna, form, form, item_number="CSX-9", **fields)
    assert (wrong.status_code, "Nothing here has that number." in said(wrong)) == (400, True)
    right = await send(anna, form, form, item_number="csx-7p4n9r-2", **fields)
    assert right.headers["location"].startswith("/lost/claims/")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("not_enough", "claim it again and say more"), ("returned_to_other", "Somebody else has proved")],
)
async def test_a_refusal_says_why_and_shows_no_code(
    anna: httpx.AsyncClient, flights: FakeFlights, reason: str, words: str
) -> None:
    claim_id = flights.lostfound.claimed(ANNA, flights.lostfound.filed(ANNA))
    flights.lostfound.decide(claim_id, reason)
    page = await anna.get(f"/lost/claims/{claim_id}")
    assert (words in said(page), "qr__code" in page.text) == (True, False)


async def test_who_guessed_too_often_is_sent_to_the_desk(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    report_id = flights.lostfound.filed(ANNA)
    match_id = flights.lostfound.match(report_id)
    flights.lostfound.refuses = errors.ComeToDesk()
    form = f"/lost/reports/{report_id}/claim"
    answer = await send(anna, f"{form}?hint={match_id}", form, hint=match_id, marks="a ribbon")
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)


async def test_a_claim_is_taken_back(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    claim_id = flights.lostfound.claimed(ANNA, flights.lostfound.filed(ANNA))
    here = f"/lost/claims/{claim_id}"
    await send(anna, here, f"{here}/withdraw")
    page = said(await anna.get(here))
    assert ("You took this claim back." in page, f"{here}/withdraw" in page) == (True, False)


# --- for everybody ------------------------------------------------------------------------------------------


async def test_the_public_list_is_sifted_by_kind_and_month(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.lostfound.hand_in("coat", "navy")
    flights.lostfound.hand_in("umbrella", "transparent")
    both = said(await visitor.get("/lost/items"))
    assert ("Coat or jacket" in both, both.count('class="thing"')) == (True, 2)
    assert said(await visitor.get(f"/lost/items?category=coat&month={month()}")).count('class="thing"') == 1
    assert "Nothing of that kind waits here." in said(await visitor.get("/lost/items?category=toy"))
    odd = await visitor.get("/lost/items?category=<script>&month=99&after=" + "x" * 500)
    assert (odd.status_code, "<script>&" in odd.text) == (200, False)


async def test_what_was_given_back_is_off_the_public_list_when_its_seconds_are_over(
    visitor: httpx.AsyncClient, flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 1000.0
    monkeypatch.setattr("gateway.web.site.clock.monotonic", lambda: now_s)
    flights.lostfound.hand_in("coat", "navy")

    async def seen() -> bool:
        return 'class="thing"' in said(await visitor.get("/lost/items"))

    assert await seen()
    flights.lostfound.public.clear()
    now_s += 3
    assert await seen(), "control: nobody said that anything changed"
    flights.tell_of_lost("item_changed")
    assert not await seen()
    flights.lostfound.hand_in("coat", "navy")
    flights.tell_of_lost("item_registered")
    assert not await seen(), "so many seconds one drawing is everybody's"
    now_s += 3
    assert await seen()


async def test_kinds_that_are_not_listed_can_not_be_asked_for(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get("/lost/items")).text
    for code, one in CATEGORIES.items():
        assert (f'value="{code}"' in page) == one.listed, code


async def test_pages_for_everybody_stand_while_the_service_is_away(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.away.add("lostfound")
    for page in ("/lost", "/lost/items", "/lost/found", "/lost/report"):
        assert (await visitor.get(page)).status_code == 200, page


async def test_somebody_in_london_announces_a_passport_without_an_account(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    fields = {
        "category": "passport", "document_name": "BERG ANNA", "document_number": "E98****32", "place": "Heathrow, London",
        "found_at": at(2), "email": "joe@example.org", "description": "lay on a bench",
    }  # fmt: skip
    answer = await send(visitor, "/lost/found", "/lost/found", **fields)
    assert (answer.status_code, "F-6B7K2M" in said(answer), "embassy" in said(answer)) == (200, True, True)
    (found,) = flights.lostfound.announced
    assert (found["document"]["number"], found["contact"]["email"]) == ("E98****32", "joe@example.org")
    assert found["passenger_id"] is None
    for secret in ("BERG", "E98", "joe@"):
        assert secret not in repr(flights.calls), secret


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": ""}, "A phone number or an e-mail"),
        ({"place": ""}, "Say where"),
        ({"found_at": ""}, "Say when"),
        ({"found_at": "0001-01-01T00:00"}, "Say when"),
        ({"category": "spaceship"}, "Choose what it is."),
        ({"website": "http://spam.example"}, "hidden field"),
    ],
)
async def test_what_a_finder_forgot_is_asked_for(
    visitor: httpx.AsyncClient, flights: FakeFlights, fields: dict[str, str], wrong: str
) -> None:
    told = {"category": "keys", "place": "Gate 34", "found_at": at(1), "email": "joe@example.org", **fields}
    answer = await send(visitor, "/lost/found", "/lost/found", **told)
    assert (answer.status_code, wrong in said(answer), flights.lostfound.announced) == (400, True, [])


async def test_one_address_announces_only_so_much_in_an_hour(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    told = {"category": "keys", "place": "Gate 34", "found_at": at(1), "email": "joe@example.org"}
    codes = [(await visitor.post("/lost/found", data=told)).status_code for _ in range(22)]
    assert codes == [200] * 20 + [429] * 2


# --- nothing leaks ---------------------------------------------------------------------------------------------


async def test_no_page_says_what_a_thief_could_use(
    anna: httpx.AsyncClient, visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    """What services answer by mistake beyond their front door must not reach a page either."""
    kept = flights.lostfound
    report_id = kept.filed(ANNA, description="black, cabin size")
    leak = {"brand": "Rimowa Essential Cabin", "marks": "blue ribbon", "serial": "92552005", "shelf": "A-7"}
    leak |= {"place": "T2-BELT-7", "number": "CSX-6B7K2M-4", "photo": "photo-of-item", "finder": "staff:wang"}
    kept.match(report_id)
    kept.hints[report_id][0] |= leak
    kept.hand_in("suitcase", "black")
    kept.public[0] |= leak
    kept.strict = False
    claim_id = kept.claimed(ANNA, kept.filed(ANNA, marks="a sticker"))
    kept.claims[claim_id] |= leak | {"number": "C-1", "item_number": None}
    pages = [f"/lost/reports/{report_id}", f"/lost/claims/{claim_id}", "/lost/items", "/lost", "/me/lost"]
    pages += [f"/lost/reports/{report_id}/claim?hint={kept.matches()[0]}", "/lost/items?category=suitcase"]
    for client in (anna, visitor):
        for language in ("en", "zh-CN"):
            for page in pages:
                answer = await client.get(page, params={"lang": language} if "?" not in page else None)
                text = re.sub(
                    r'name="place-[^"]*"|<div class="pills">.*?</div>', "", said(answer), flags=re.S
                )
                for secret in SECRETS:
                    assert secret not in text, (page, secret)


async def test_the_leak_test_would_see_a_leak(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    """Control: what the owner wrote themselves is on their own page, so the words would be found."""
    report_id = flights.lostfound.filed(ANNA, brand="Rimowa", marks="blue ribbon")
    page = said(await anna.get(f"/lost/reports/{report_id}"))
    assert [secret for secret in SECRETS if secret in page] == ["Rimowa", "blue ribbon"]


async def test_the_first_page_and_my_page_lead_here(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    assert 'href="/lost"' in (await anna.get("/")).text
    assert 'href="/me/lost"' in (await anna.get("/me")).text
    flights.lostfound.filed(ANNA)
    start = said(await anna.get("/lost"))
    assert ("What you miss" in start, "Suitcase" in start) == (True, True)
    flights.away.add("lostfound")
    assert (await anna.get("/me/lost")).status_code == 200
