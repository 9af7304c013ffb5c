"""Reports at the desk: taken down for a caller, with what may be it and why, claimed for somebody who stands there."""

from __future__ import annotations

import re

import httpx
import orjson
import pytest

from gateway.staff.lost_report import REPORT_STATES, WHY
from services.lostfound.schemas.claim_words import ClosedWhy, ReportState
from services.staff.schemas import Role
from services.staff.usecases import list_audit
from tests.gateway.staff.house import House, keys_of
from tests.unit.lostfound import claims as half

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"
CALLER = {
    "category": "coat",
    "colours": "navy",
    "brand": "Patagonia",
    "description": "Dark blue down jacket",
    "found": "-3h",
    "marks": "green thread on left cuff",
    "contact_name": "Jane Harris",
    "contact_phone": "+44 20 7946 0000",
    "language": "en",
}


async def post(client: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    return await client.post(to, data={**keys_of((await client.get(page)).text), **fields})


async def test_a_caller_without_an_account_gets_their_jacket_back_through_the_desk(house: House) -> None:
    item = half.found(house.lost.uow)
    new = f"{HOME}/reports/new"
    async with house.at_work("lin", Role.DESK) as client:
        filed = await post(client, new, new, **CALLER, places="T2-GATE-34 T2-SECURITY")
        assert filed.status_code == 303, filed.text
        half.settle(house.lost.uow)
        here = filed.headers["location"].split("?")[0]
        page = (await client.get(here)).text
        assert "7946 0000" not in page
        assert item["number"] in page, "a match, with its reasons"
        assert "7946 0000" in (await post(client, here, f"{here}/contact", why="call back")).text
        match = re.search(r'name="match_id" value="([^"]+)"', page)
        assert match
        claimed = await post(client, here, f"{here}/claim", match_id=match[1], marks="green thread")
        assert claimed.status_code == 303, claimed.text
        claim = (await client.get(claimed.headers["location"])).text
        assert "claimed at the desk" in claim
        assert here.rsplit("/", 1)[1] in (await client.get(f"{HOME}/reports?q=Patagonia")).text
    (wish, *_) = [call for _, method, call, _ in house.rpc.calls if method == "file_report"]
    assert "Jane" not in orjson.dumps(wish).decode()
    assert "thread" not in orjson.dumps(wish).decode()


async def test_a_match_that_is_not_it_is_dismissed_for_good(house: House) -> None:
    half.found(house.lost.uow)
    report = half.file(house.lost.uow)
    half.settle(house.lost.uow)
    here = f"{HOME}/reports/{report['number']}"
    async with house.at_work("lin", Role.DESK) as client:
        match = re.search(r'name="match_id" value="([^"]+)"', (await client.get(here)).text)
        assert match
        assert (await post(client, here, f"{here}/dismiss", match_id=match[1])).status_code == 303
        assert match[1] not in (await client.get(here)).text
        unknown = await post(client, here, f"{here}/claim", item_number="CSX-000000-0", marks="x")
        assert unknown.status_code == 400
        assert 'role="alert"' in unknown.text
        assert (await post(client, here, f"{here}/close", why="found_elsewhere")).status_code == 303
        assert "found elsewhere" in (await client.get(here)).text
        late = await post(client, here, f"{here}/close", why="withdrawn")
        assert late.status_code == 409


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"category": ""}, "category"),
        ({"found": ""}, "found"),
        ({"places": "METRO T1-SECURITY T2-SECURITY T1-ARRIVALS T2-ARRIVALS T2-GATE-34"}, "places"),
        ({"contact_name": "x" * 65}, "contact_name"),
        ({"contact_phone": "", "contact_email": ""}, ""),
    ],
)
async def test_what_is_wrong_with_a_report_is_told_and_nothing_is_lost(
    change: dict[str, str], named: str, house: House
) -> None:
    new = f"{HOME}/reports/new"
    async with house.at_work("lin", Role.DESK) as client:
        wrong = await post(client, new, new, **{**CALLER, **change})
        assert wrong.status_code == 400
        assert "green thread on left cuff" in wrong.text
        if named:
            told = re.search(rf'data-wrong="{named}">([^<]+)', wrong.text)
            assert told
            assert told[1]


def test_every_state_of_a_report_has_its_word() -> None:
    assert set(REPORT_STATES) == {each.value for each in ReportState}
    assert set(WHY) == {each.value for each in ClosedWhy}


async def test_a_desk_offers_an_item_from_the_report_and_from_the_item(house: House) -> None:
    first, second = (
        half.found(house.lost.uow, category="camera", brand=brand) for brand in ("Nikon", "Leica")
    )
    report = half.file(house.lost.uow)
    here, there = f"{HOME}/reports/{report['number']}", f"{HOME}/items/{second['number']}"
    async with house.at_work("lin", Role.DESK) as client:
        offered = await post(client, here, f"{here}/offer", item_number=first["number"].lower())
        assert offered.headers["location"] == f"{here}?done=offered"
        page = (await client.get(offered.headers["location"])).text
        assert "The owner has a message" in page
        assert "Offered by hand" in page
        again = await post(client, here, f"{here}/offer", item_number=first["number"])
        assert again.headers["location"] == f"{here}?done=offered_before"
        unknown = await post(client, here, f"{here}/offer", item_number="CSX-000000-0")
        assert unknown.status_code == 400
        assert 'role="alert"' in unknown.text
        offered = await post(client, there, f"{there}/offer", report=report["number"])
        assert offered.headers["location"] == f"{there}?done=offered"
        page = (await client.get(there)).text
        assert report["number"] in page
        assert "The owner knows of it" in page
        wrong = await post(client, there, f"{there}/offer", report="R-000000")
        assert wrong.status_code == 400
        assert 'value="R-000000"' in wrong.text
    shown = half.hints(house.lost.uow, report["id"])["hints"]
    assert len(shown) == 2
    assert not any(brand in str(shown) for brand in ("Nikon", "Leica"))


async def test_the_owner_of_a_match_that_was_not_told_is_told_by_hand(house: House) -> None:
    half.found(house.lost.uow)
    report = half.file(house.lost.uow, None, private={"contact": {"phone": "+86 138 0013 8000"}})
    half.settle(house.lost.uow)
    here = f"{HOME}/reports/{report['number']}"
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(here)).text
        number = re.search(r'action="[^"]+/offer" data-stays>.*?name="item_number" value="([^"]+)"', page)
        if number is None:
            pytest.fail("no match to offer")
        offered = await post(client, here, f"{here}/offer", item_number=number[1])
        assert offered.headers["location"] == f"{here}?done=offered_call"
        page = (await client.get(offered.headers["location"])).text
        assert "call them" in page
        assert "Tell the owner" not in page


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": "013800138000"},
        {"phone": "+86 138-0013-8000"},
        {"document": "e1234 5678"},
        {"phone": "13800138000", "document": "E12345678"},
    ],
)
async def test_a_report_is_found_by_its_phone_or_document_number(asked: dict[str, str], house: House) -> None:
    private = {"contact": {"phone": "+86 138 0013 8000"}, "document": half.PASSPORT}
    report = half.file(house.lost.uow, None, private=private)
    other = half.file(house.lost.uow, None, private={"contact": {"phone": "+86 138 0013 8001"}})
    list_ = f"{HOME}/reports"
    async with house.at_work("lin", Role.DESK) as client:
        found = await post(client, list_, f"{list_}/find", **asked)
    assert found.status_code == 200
    assert f'href="{list_}/{report["number"]}"' in found.text
    assert other["number"] not in found.text
    (wish,) = [
        call for _, method, call, _ in house.rpc.calls if method == "search_reports" and "sealed" in call
    ]
    said = orjson.dumps(wish).decode()
    # Four digits alone come up in what is sealed, too, now and then.
    assert [plain for plain in ("0138000", "138-0013", "12345678", "1234 5678") if plain in said] == []
    trail = list_audit(house.staff.uow, {"text": "reports.looked_up", "limit": 5, "cursor": ""})["rows"]
    assert [row["detail"] for row in trail] == [{"by": sorted(asked)}]


async def test_a_number_that_is_none_is_told_and_nothing_is_looked_up(house: House) -> None:
    half.file(house.lost.uow)
    list_ = f"{HOME}/reports"
    async with house.at_work("lin", Role.DESK) as client:
        for asked in ({}, {"phone": "call me"}):
            wrong = await post(client, list_, f"{list_}/find", **asked)
            assert wrong.status_code == 400
            assert 'role="alert"' in wrong.text
        none = await post(client, list_, f"{list_}/find", phone="13800138999")
        assert "No report has this number" in none.text


async def test_a_report_sent_again_with_other_words_leads_to_what_it_became(house: House) -> None:
    new = f"{HOME}/reports/new"
    async with house.at_work("lin", Role.DESK) as client:
        keys = keys_of((await client.get(new)).text)
        filed = await client.post(new, data={**keys, **CALLER})
        again = await client.post(new, data={**keys, **CALLER, "brand": "Uniqlo"})
        here = filed.headers["location"].split("?")[0]
        assert again.headers["location"] == f"{here}?done=filed_before"
        assert "This form was sent before" in (await client.get(again.headers["location"])).text
