"""Pages of one who is signed in: what is theirs, and what their forms do."""

from __future__ import annotations

import re

import httpx
import pytest

from kernel import clock
from tests.gateway.web.browsers import browser_of, keys_of, leg_id, said, send
from tests.gateway.web.changsha import showcase
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

pytestmark = pytest.mark.anyio

WECHAT = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"
GOOD_ID = "11010519491231002X"


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
    assert "Sign in with WeChat" in outside, "a computer is signed in by a phone that scans"
    assert "Sign in with WeChat" not in inside
    assert "Sign in" in inside


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


async def test_following_agrees_to_messages_and_says_so(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    path = f"/flights/{leg_id('boarding')}"
    for who in ({}, {"headers": {"Cookie": ""}}):
        assert "By following you agree to messages" in said(await anna.get(path, **who))
    await send(anna, path, f"{path}/follow", role="passenger")
    assert flights.passengers.flight_messages(ANNA) == "given"
    page = said(await anna.get(path))
    assert "News of it comes to you in WeChat." in page
    assert "By following" not in page


async def test_a_consent_taken_back_is_asked_for_again_wherever_it_is_missed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    path = f"/flights/{leg_id('boarding')}"
    flights.passengers.says_of_flights(ANNA, granted=False)
    assert "I took this back before" in said(await anna.get(path))
    await send(anna, path, f"{path}/follow", role="greeter")
    assert flights.passengers.flight_messages(ANNA) == "withdrawn", "pressing follow alone doesn't undo it"
    for address in (path, "/me/flights", "/me/messages"):
        assert "You took back your consent" in said(await anna.get(address)), address
    await send(anna, path, f"{path}/follow", role="greeter", agree="yes")
    assert flights.passengers.flight_messages(ANNA) == "given"
    for address in (path, "/me/flights", "/me/messages"):
        assert "consent" not in said(await anna.get(address)).replace("/me/consents", "").lower(), address


async def test_calls_of_pages_say_on_whose_behalf(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    path = f"/flights/{leg_id('boarding')}"
    await send(anna, path, f"{path}/follow", role="greeter")
    for method in ("follow", "give_consent", "list_follows"):
        assert flights.behalf[method] == {"passenger": ANNA}, method


async def test_my_trips_end_from_their_list(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    done = await send(anna, "/me/flights", f"/flights/{leg_id('boarding')}/unfollow", back="list")
    page = await anna.get(done.headers["location"])
    assert "You no longer follow this flight." in page.text
    assert "You follow no flight yet." in page.text


# --- companions and documents ------------------------------------------------------------------------


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
    flights.passengers.says_of_flights(BEN)
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
