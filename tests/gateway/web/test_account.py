"""Pages of one who is signed in: whose they are, what their forms do, and that nobody else ever sees them."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from kernel import clock
from tests.gateway.web.changsha import showcase
from tests.gateway.web.fakes import FakeFlights, gateway_over, reader
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

pytestmark = pytest.mark.anyio

WECHAT = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"
GOOD_ID, WRONG_ID = "11010519491231002X", "110105194912310021"
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<16"


@pytest.fixture
def flights() -> FakeFlights:
    return FakeFlights(list(showcase(clock.now()).values()))


@asynccontextmanager
async def browser_of(
    flights: FakeFlights, passenger_id: str | None, language: str = "en", **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that says where its requests come from, as browsers do."""
    given = {"Accept-Language": language, "Sec-Fetch-Site": "same-origin", **headers}
    if passenger_id:
        given["Cookie"] = f"{cookie_of(passenger_id)}; lang={language}"
    async with reader(flights, **given) as client:
        yield client


@pytest.fixture
async def anna(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, ANNA) as client:
        yield client


@pytest.fixture
async def visitor(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, None) as client:
        yield client


def leg_id(state: str) -> str:
    return str(showcase(clock.now())[state]["id"])


def said(answer: httpx.Response) -> str:
    """The page's text as it is read."""
    return html.unescape(answer.text)


def keys_of(page: str) -> dict[str, str]:
    """What every form of the page carries."""
    return {
        name: found[1]
        for name in ("csrf", "form_id")
        if (found := re.search(f'name="{name}" value="([^"]*)"', page))
    }


async def send(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Fill in the form of `page` that goes to `path`."""
    drawn = (await client.get(page)).text
    assert f'action="{path}"' in drawn
    return await client.post(path, data={**keys_of(drawn), **fields})


# --- the first page ----------------------------------------------------------------------------------


async def test_home_shows_my_flights_first_with_what_is_newest(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    flights.push(leg_id("boarding"), departure__gate="A77")
    page = (await anna.get("/")).text
    mine = page[page.index('id="mine"') : page.index("Leaving within the hour")]
    assert "Changsha → Beijing" in mine
    assert "A77" in mine
    assert "as a passenger" in mine
    part = (await anna.get("/me/flights/now")).text
    assert "<html" not in part
    assert "A77" in part


async def test_home_invites_a_visitor_quietly_and_as_the_place_allows(visitor: httpx.AsyncClient) -> None:
    outside = (await visitor.get("/")).text
    inside = (await visitor.get("/", headers={"User-Agent": WECHAT})).text
    assert 'href="/sign-in?next=/"' in outside
    assert "Open in WeChat" in outside
    assert "Open in WeChat" not in inside
    assert "Sign in" in inside


async def test_outside_of_wechat_signing_in_shows_a_code_to_scan(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/sign-in?next=/me/flights")
    assert page.status_code == 200
    assert "<svg" in page.text


async def test_what_is_mine_is_never_kept_and_never_shared(flights: FakeFlights) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    async with browser_of(flights, ANNA) as client:
        for path in ("/", f"/flights/{leg_id('boarding')}", "/me"):
            await client.get(path, headers={"Cookie": ""})
            mine = await client.get(path)
            nobodys = await client.get(path, headers={"Cookie": ""})
            bens = await client.get(path, headers={"Cookie": cookie_of(BEN)})
            assert mine.headers["cache-control"] == "private, no-store"
            assert "etag" not in mine.headers
            assert "content-encoding" not in mine.headers
            assert "as a passenger" not in nobodys.text + bens.text, path
            assert ("as a passenger" in mine.text) == (path != "/me")
            assert not keys_of(nobodys.text)
            if path != "/":  # which has no form
                assert keys_of(bens.text)["csrf"] != keys_of(mine.text)["csrf"]


async def test_pages_answer_while_nobody_can_say_who_is_signed_in(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.away = {"passengers", "notify"}
    for path in ("/", f"/flights/{leg_id('boarding')}"):
        assert (await anna.get(path)).status_code == 200
    assert (await anna.get("/me/documents")).status_code == 503


async def test_pages_answer_while_only_messages_are_away(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.away = {"notify"}
    for path in ("/", "/me/flights"):
        assert "The flights you follow are away for a moment" in (await anna.get(path)).text
    assert "Following is away for a moment" in (await anna.get(f"/flights/{leg_id('boarding')}")).text
    assert (await anna.get("/me")).status_code == 200


# --- following ---------------------------------------------------------------------------------------


async def test_following_from_the_flights_page_without_scripts(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    path = f"/flights/{leg_id('boarding')}"
    done = await send(anna, path, f"{path}/follow", role="greeter")
    assert (done.status_code, done.headers["location"]) == (303, f"{path}#follow")
    assert flights.notify.follows == {(ANNA, leg_id("boarding")): "greeter"}
    assert "to meet someone" in (await anna.get(path)).text
    await send(anna, path, f"{path}/unfollow")
    assert flights.notify.follows == {}


async def test_with_scripts_only_the_panel_comes_back(anna: httpx.AsyncClient) -> None:
    path = f"/flights/{leg_id('boarding')}"
    keys = keys_of((await anna.get(path)).text)
    part = await anna.post(
        f"{path}/follow", data={**keys, "role": "companion"}, headers={"HX-Request": "true"}
    )
    assert part.text.lstrip().startswith("<section")
    assert "as a companion" in part.text
    assert "Stop following" in part.text
    assert part.headers["cache-control"] == "private, no-store"


async def test_following_begins_with_the_likeliest_role(anna: httpx.AsyncClient) -> None:
    for state, role in (("boarding", "passenger"), ("flying", "greeter")):
        page = (await anna.get(f"/flights/{leg_id(state)}")).text
        direction = showcase(clock.now())[state]["direction"]
        expected = role if direction == ("departure" if role == "passenger" else "arrival") else "passenger"
        assert re.search(f'value="{expected}" checked', page)


async def test_a_visitor_signs_in_and_comes_back_to_what_was_pressed(flights: FakeFlights) -> None:
    path = f"/flights/{leg_id('boarding')}"
    async with browser_of(flights, None) as client:
        pressed = await client.post(f"{path}/follow", data={"role": "companion"})
        assert pressed.status_code == 303
        assert pressed.headers["location"] == f"/sign-in?next={path}/follow%3Frole%3Dcompanion"
        kept = pressed.cookies["__Host-follow"]
        signed_in = {"Cookie": f"{cookie_of(ANNA)}; __Host-follow={kept}"}
        back = await client.get(f"{path}/follow?role=companion", headers=signed_in)
        assert back.headers["location"] == f"{path}#follow"
        assert flights.notify.follows == {(ANNA, leg_id("boarding")): "companion"}
        assert '__Host-follow=""' in back.headers["set-cookie"]
        assert "HttpOnly" in pressed.headers["set-cookie"]


async def test_a_link_alone_follows_nothing_and_asks(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    path = f"/flights/{leg_id('boarding')}/follow"
    page = await anna.get(f"{path}?role=companion")
    assert page.status_code == 200
    assert re.search('value="companion" checked', page.text)
    other = f"passenger:{leg_id('landed')}"
    await anna.get(path, headers={"Cookie": f"{cookie_of(ANNA)}; __Host-follow={other}"})
    assert flights.notify.follows == {}


async def test_a_page_from_before_signing_in_asks_once_more(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    path = f"/flights/{leg_id('boarding')}/follow"
    answer = await anna.post(path, data={"role": "passenger"})
    assert answer.headers["location"] == path
    scripted = await anna.post(path, data={"role": "passenger"}, headers={"HX-Request": "true"})
    assert scripted.headers["hx-redirect"] == path
    assert flights.notify.follows == {}


async def test_another_site_cannot_begin_a_follow(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(
        f"/flights/{leg_id('boarding')}/follow",
        data={"role": "passenger"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("role", "status"), [("pilot", 400), ("", 400)])
async def test_an_unknown_role_is_refused(anna: httpx.AsyncClient, role: str, status: int) -> None:
    path = f"/flights/{leg_id('boarding')}"
    assert (await send(anna, path, f"{path}/follow", role=role)).status_code == status


async def test_an_unknown_flight_cannot_be_followed(anna: httpx.AsyncClient) -> None:
    keys = keys_of((await anna.get("/me")).text)
    answer = await anna.post("/flights/XX1-20200101-AAA-BBB/follow", data={**keys, "role": "passenger"})
    assert answer.status_code == 404


async def test_who_gets_no_messages_is_told_so(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    flights.passengers.subscribed[ANNA] = False
    for path in (f"/flights/{leg_id('boarding')}", "/me/flights", "/me/messages"):
        assert "Messages don't reach you yet" in said(await anna.get(path)), path


async def test_my_trips_end_from_their_list(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    done = await send(anna, "/me/flights", f"/flights/{leg_id('boarding')}/unfollow", back="list")
    page = await anna.get(done.headers["location"])
    assert "You no longer follow this flight." in page.text
    assert "You follow no flight yet." in page.text


# --- companions and documents ------------------------------------------------------------------------


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
    assert (await anna.get(f"/me/documents/{document}/show")).status_code == 405


# --- consents, data, language ------------------------------------------------------------------------


async def test_consents_show_version_and_time_and_can_be_taken_back(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    page = (await anna.get("/me/consents")).text
    assert "agreed on 2 Nov 2026, 11:04" in page
    assert "version 2026-10" in page
    await send(anna, "/me/consents", "/me/consents/flight_messages/give", version="2026-10")
    assert flights.passengers.consents[ANNA][-1]["kind"] == "flight_messages"
    done = await send(anna, "/me/consents", "/me/consents/identity_documents/withdraw")
    assert "your documents are deleted" in (await anna.get(done.headers["location"])).text
    assert flights.passengers.documents == {}
    keys = keys_of((await anna.get("/me/consents")).text)
    assert (await anna.post("/me/consents/anything/give", data=keys)).status_code == 404


async def test_the_copy_is_a_file_or_a_page(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    file = await send(anna, "/me/data", "/me/data/export")
    assert file.headers["content-disposition"].startswith('attachment; filename="csx-my-data-')
    assert file.headers["cache-control"] == "private, no-store"
    assert GOOD_ID in str(file.json()["passengers"])
    page = await send(anna, "/me/data", "/me/data/export", **{"as": "page"})
    assert "Anna Berg" in page.text
    inside = await anna.get("/me/data", headers={"User-Agent": WECHAT})
    assert "WeChat can't keep files" in said(inside)


async def test_deleting_everything_is_confirmed_reported_and_signs_out(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    slip = await send(anna, "/me/data", "/me/data/erasure")
    assert slip.status_code == 400
    assert "Tick the box first" in slip.text
    assert flights.passengers.erasures == {}
    done = await send(anna, "/me/data", "/me/data/erasure", sure="delete")
    assert "__Host-session=" in done.headers["set-cookie"]
    assert "Max-Age=0" in done.headers["set-cookie"]
    report = await anna.get(done.headers["location"], headers={"Cookie": ""})
    assert "Deletion is under way" in report.text
    assert "3 entries deleted" in report.text
    assert "still to come" in report.text
    assert "noindex" in report.text
    assert (await anna.get("/me/documents")).headers["location"] == "/sign-in?next=/me/documents"
    assert (await anna.get("/erasures/none")).status_code == 404


async def test_pages_speak_the_browsers_language_and_messages_the_travellers(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.notify.follows[BEN, leg_id("boarding")] = "passenger"
    page = await anna.get(f"/flights/{leg_id('boarding')}", headers={"Cookie": cookie_of(BEN)})
    assert '<html lang="en">' in page.text
    assert "In Chinese; change to English" in page.text
    done = await send(anna, "/me", "/me/language", language="zh")
    assert flights.passengers.language[ANNA] == "zh"
    page = await anna.get(done.headers["location"])
    assert '<html lang="zh-CN">' in page.text
    assert "语言已设置" in page.text
    assert page.cookies["lang"] == "zh-CN"


async def test_messages_say_what_was_told_when_and_what_became_of_it(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    empty = (await anna.get("/me/messages")).text
    assert "No message yet." in empty
    for _ in range(31):
        flights.notify.tell(ANNA, leg_id("boarding"))
    flights.notify.tell(BEN, leg_id("landed"), "failed")
    page = (await anna.get("/me/messages")).text
    assert page.count("CZ3101 is delayed") == 30
    assert "Received" in page
    assert "23 Nov 2026, 14:30" in page
    assert "Not delivered" not in page
    older = re.search(r'href="(/me/messages\?after=[^"]+)"', page)
    assert older
    assert (await anna.get(older[1])).text.count("CZ3101 is delayed") == 1


# --- whose is what -----------------------------------------------------------------------------------


def routes_about_somebody() -> list[tuple[str, str]]:
    """(method, path) of every page and form of one traveller: new ones are judged without being listed here."""
    found = []
    for route in gateway_over(FakeFlights([])).routes:
        if isinstance(route, Route) and (route.path.startswith("/me") or route.path.endswith("follow")):
            found += [(method, route.path) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


def filled(path: str, flights: FakeFlights) -> str:
    """The path with Anna's things in it."""
    return path.format(
        companion_id=next(iter(flights.passengers.companions)),
        document_id=next(iter(flights.passengers.documents)),
        flight_id=leg_id("boarding"),
        kind="flight_messages",
    )


def test_the_matrix_sees_all_of_them() -> None:
    found = routes_about_somebody()
    assert ("POST", "/me/documents/{document_id}/show") in found
    assert ("POST", "/flights/{flight_id}/unfollow") in found
    assert len(found) == 24


@pytest.mark.parametrize(("method", "path"), routes_about_somebody())
async def test_a_visitor_sees_nothing_of_anybody(
    visitor: httpx.AsyncClient, flights: FakeFlights, method: str, path: str
) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    answer = await visitor.request(
        method, filled(path, flights), data={"role": "passenger"} if method == "POST" else None
    )
    if path in {"/me", "/me/flights/now"}:
        assert answer.status_code in {200, 204}
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")
    assert "Anna Berg" not in answer.text
    assert {service for service, _, _ in flights.calls} <= {"flights"}


@pytest.mark.parametrize(
    ("method", "path"),
    [pair for pair in routes_about_somebody() if "companion_id" in pair[1] or "document_id" in pair[1]],
)
async def test_anothers_things_are_answered_like_none(flights: FakeFlights, method: str, path: str) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    before = repr((flights.passengers.companions, flights.passengers.documents))
    async with browser_of(flights, BEN) as ben:
        fields = {**keys_of((await ben.get("/me")).text), "name": "Ben", "kind": "adult"}
        own = {"companion_id": "", "document_id": "", "flight_id": "", "kind": ""}
        answers = []
        for where in (filled(path, flights), path.format(**dict.fromkeys(own, "f" * 32))):
            answer = await ben.request(method, where, data=fields if method == "POST" else None)
            answers.append((answer.status_code, re.sub(r"[0-9a-f]{32}", "id", answer.text)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert "Anna Berg" not in answers[0][1]
    assert repr((flights.passengers.companions, flights.passengers.documents)) == before
    assert flights.passengers.unmasked == []


async def test_the_matrix_lets_the_owner_in(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    for method, path in routes_about_somebody():
        if method == "GET":
            answer = await anna.get(filled(path, flights))
            assert answer.status_code == 200, path
            assert answer.headers["cache-control"] == "private, no-store", path


@pytest.mark.parametrize("fault", ["token of another", "no token", "cross-site", "no origin"])
async def test_no_form_works_without_its_key(flights: FakeFlights, fault: str) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    async with browser_of(flights, ANNA) as client:
        keys = keys_of((await client.get("/me")).text)
        foreign = keys_of((await client.get("/me", headers={"Cookie": cookie_of(BEN)})).text)
        fields: dict[str, Any] = {
            "role": "passenger",
            "name": "Eve",
            "kind": "adult",
            "sure": "delete",
            **keys,
        }
        if fault == "token of another":
            fields |= foreign
        if fault == "no token":
            del fields["csrf"]
        if fault == "no origin":
            del client.headers["sec-fetch-site"]
        headers = {"Sec-Fetch-Site": "cross-site"} if fault == "cross-site" else {}
        flights.calls.clear()
        for method, path in routes_about_somebody():
            if method != "POST":
                continue
            answer = await client.post(filled(path, flights), data=fields, headers=headers)
            asks_again = path.endswith("/follow") and "token" in fault
            assert answer.status_code == (303 if asks_again else 403), path
    assert {method for _, method, _ in flights.calls} <= {"get_session"}
