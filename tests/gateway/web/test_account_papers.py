"""Companions and documents: added once, refused with the reason, sealed and masked."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.gateway.web.browsers import browser_of, keys_of, said, send
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio

GOOD_ID, WRONG_ID = "11010519491231002X", "110105194912310021"
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<16"


async def test_a_companion_is_added_once_however_often_the_form_is_sent(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    keys = keys_of((await anna.get("/me/companions")).text)
    for _ in range(2):
        done = await anna.post("/me/companions", data={**keys, "name": "王小明", "kind": "child"})
        assert done.headers["location"] == "/me/companions?done=companion_added"
    assert [one["name"] for one in flights.passengers.companions.values()] == ["王小明"]
    page = await anna.get("/me/companions?done=companion_added")
    assert "The companion is saved." in page.text
    assert "王小明" in page.text


async def test_a_companion_is_changed_and_removed(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.passengers.with_belongings(ANNA, "Bo Li")
    path = f"/me/companions/{next(iter(flights.passengers.companions))}"
    await send(anna, path, path, name="Bo Lin", kind="adult")
    assert "Bo Lin" in (await anna.get("/me/companions")).text
    await send(anna, path, f"{path}/remove")
    assert flights.passengers.companions == {}


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Write the name as it stands in the document"), ("zh-CN", "请按证件填写姓名")],
)
@pytest.mark.parametrize("name", ["", "Agent 007", "x" * 65, "<b>"])
async def test_a_wrong_name_is_said_beside_its_field(
    flights: FakeFlights, language: str, words: str, name: str
) -> None:
    async with browser_of(flights, ANNA, language) as client:
        answer = await send(client, "/me/companions", "/me/companions", name=name, kind="adult")
    assert answer.status_code == 400
    assert re.search(f'id="name-wrong">{words}', answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert html.escape(name, quote=False) in answer.text
    assert flights.passengers.companions == {}


async def new_document(client: httpx.AsyncClient, kind: str, **fields: str) -> httpx.Response:
    return await send(client, f"/me/documents/new?kind={kind}", "/me/documents", kind=kind, **fields)


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        (WRONG_ID, "en", "The last character doesn't fit the 17 digits before it"),
        (WRONG_ID, "zh-CN", "末位校验码与前 17 位不符"),
        ("1101051949", "en", "A resident ID number has 18 characters"),
        ("110105194913310021", "zh-CN", "号码第 7 至 14 位不是有效的出生日期"),
        ("", "en", "Fill in the number."),
        ("9" * 500, "en", "That is too long for a document number."),
    ],
)
async def test_a_wrong_id_number_is_refused_with_the_reason(
    flights: FakeFlights, number: str, language: str, words: str
) -> None:
    async with browser_of(flights, ANNA, language) as client:
        answer = await new_document(
            client, "resident_id", number=number, holder_name="Anna Berg", agree="2026-10"
        )
    assert answer.status_code == 400
    assert re.search(f'id="number-wrong">{words}', said(answer))
    assert 'value="Anna Berg"' in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert flights.passengers.documents == {}


async def test_a_document_is_kept_sealed_on_its_way_and_masked_on_every_page(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    done = await new_document(
        anna, "resident_id", number=f" {GOOD_ID.lower()} ", holder_name="Anna Berg", agree="2026-10"
    )
    assert done.headers["location"] == "/me/documents?done=document_added"
    assert GOOD_ID[6:] not in repr(flights.calls).upper()
    page = (await anna.get("/me/documents")).text
    assert GOOD_ID not in page
    assert "002X" in page


async def test_a_document_needs_consent_to_the_text_that_is_shown(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    fields = {"number": GOOD_ID, "holder_name": "Anna Berg"}
    refused = await new_document(anna, "resident_id", **fields)
    assert refused.status_code == 400
    assert 'id="agree-wrong"' in refused.text
    outdated = await new_document(anna, "resident_id", **fields, agree="2020-01")
    assert re.search('id="agree-wrong">The text shown now is version 2026-10', outdated.text)
    assert flights.passengers.documents == {}
    assert (await new_document(anna, "resident_id", **fields, agree="2026-10")).status_code == 303
    assert "agree" not in (await anna.get("/me/documents/new")).text.replace("agreed", "")


async def test_a_passport_is_added_by_its_two_lines_or_typed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert (await new_document(anna, "passport", mrz=MRZ, agree="2026-10")).status_code == 303
    typed = {"number": "E12345678", "holder_name": "Anna Berg", "expires_on": "2031-05-01"}
    assert (await new_document(anna, "passport", **typed)).status_code == 303
    assert {one["checked"] for one in flights.passengers.documents.values()} == {"mrz", "form"}


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"mrz": MRZ.replace("L898902C36", "L898902C37")}, "mrz", "The check digit in line 2, character 10"),
        ({"mrz": "P<UTO<<"}, "mrz", "Enter both lines"),
        ({}, "mrz", "Fill in the two lines, or the number below."),
        ({"number": "E12345678", "holder_name": "A"}, "expires_on", "Choose the day the passport expires."),
        ({"number": "E12345678", "expires_on": "2031-05-01"}, "holder_name", "Fill in the holder's name."),
        (
            {"number": "E12345678", "holder_name": "A", "expires_on": "2001-05-01"},
            "expires_on",
            "The document's validity is over",
        ),
        (
            {"number": "E12345678", "holder_name": "A", "expires_on": "soon"},
            "expires_on",
            "Choose a day.",
        ),
    ],
)
async def test_a_wrong_passport_is_refused_beside_the_field(
    anna: httpx.AsyncClient, fields: dict[str, str], where: str, words: str
) -> None:
    answer = await new_document(anna, "passport", agree="2026-10", **fields)
    assert answer.status_code == 400
    assert re.search(f'id="{where}-wrong">{words}', said(answer))


async def test_the_same_number_twice_is_said(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    answer = await new_document(anna, "resident_id", number=GOOD_ID, holder_name="Anna Berg")
    assert re.search('id="number-wrong">You have saved this document number before', answer.text)


async def test_a_number_is_shown_in_full_on_request_only_and_the_reason_is_logged(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    document = next(iter(flights.passengers.documents))
    shown = await send(anna, "/me/documents", f"/me/documents/{document}/show")
    assert shown.text.count(GOOD_ID) == 1
    assert "430121199001011237" not in shown.text
    assert shown.headers["cache-control"] == "private, no-store"
    assert flights.passengers.unmasked == [(ANNA, document, "shown_to_traveller")]
    assert GOOD_ID not in (await anna.get("/me/documents")).text
    again = await anna.get(f"/me/documents/{document}/show", follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/me/documents")


# --- consents, data, language ------------------------------------------------------------------------
