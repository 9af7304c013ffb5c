"""Pages over HTTP: what they show, how they are kept, what bad addresses get."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from gateway import wechat
from gateway.web.boards import PAGE, Wish, cut
from gateway.web.home import MENU
from gateway.web.texts import texts
from kernel import clock
from tests.gateway.web.changsha import ZONE, Plan, day_of, history_of, leg, showcase
from tests.gateway.web.fakes import FakeFlights, reader
from tests.support.days import day, noon

pytestmark = pytest.mark.anyio

WECHAT_MENU = Path(wechat.__file__).with_name("menu.json")


@pytest.fixture
def flights() -> FakeFlights:
    now = clock.now()
    return FakeFlights([*day_of(now, 200), *showcase(now).values()])


@pytest.fixture
async def client(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with reader(flights, **{"Accept-Language": "en"}) as client:
        yield client


def rows(html: str) -> list[str]:
    return re.findall(r'<tr role="row" class="leg.*?</tr>', html, re.S)


async def test_every_page_is_whole_and_has_no_inline_script_or_style(client: httpx.AsyncClient) -> None:
    shown = showcase(clock.now())
    for path in (
        "/",
        "/flights/departures",
        "/flights/search?q=pek",
        f"/flights/{shown['boarding']['id']}",
        "/nope",
    ):
        answer = await client.get(path)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text.rstrip().endswith("</html>")
        assert not re.search(
            r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text
        ), path
        assert all("defer" in tag for tag in re.findall(r"<script[^>]*>", answer.text))


async def test_home_links_what_works_and_only_announces_the_rest(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text
    menu = html[html.index('<div class="menu">') : html.index("<footer")]
    open_ = ["/flights/departures", "/checkin", "/me/flights", "/bus", "/lost", "/shop", "/shop/coupons"]
    open_ += ["/me/orders"]
    assert re.findall(r'href="([^"]+)"', menu) == open_
    assert menu.count("Opening soon") == 3
    assert all(name in menu for name in ("Check-in", "Airport bus", "Lost and found", "Mall", "My orders"))


def test_home_mirrors_the_accounts_menu() -> None:
    account = json.loads(WECHAT_MENU.read_text(encoding="utf-8"))["button"]
    t = texts("zh")
    assert [(t(section), [t(one.label) for one in functions]) for section, functions in MENU] == [
        (button["name"], [one["name"] for one in button["sub_button"]]) for button in account
    ]
    linked = [
        one["url"].removeprefix("{public_url}")
        for button in account
        for one in button["sub_button"]
        if "url" in one
    ]
    assert [one.href for _, functions in MENU for one in functions if one.href] == linked


async def test_every_link_of_the_pages_leads_somewhere(client: httpx.AsyncClient) -> None:
    pages: list[str] = ["/"]
    seen: set[str] = set()
    while pages and len(seen) < 60:
        path = pages.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = await client.get(path)
        if answer.status_code == 303:
            pages.append(answer.headers["location"])
            continue
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            found = re.findall(r'href="(/[^"#]*|\?[^"]*)"', answer.text)
            pages += [str(httpx.URL(path).join(link.replace("&amp;", "&"))) for link in found]
    assert len(seen) == 60


async def test_language_comes_from_the_address_then_the_cookie_then_the_browser(
    client: httpx.AsyncClient,
) -> None:
    assert '<html lang="en">' in (await client.get("/")).text
    switched = await client.get("/?lang=zh-CN")
    assert '<html lang="zh-CN">' in switched.text
    assert switched.headers["content-language"] == "zh-CN"
    assert '<html lang="zh-CN">' in (await client.get("/flights/departures")).text
    assert '<html lang="zh-CN">' in (await client.get("/nowhere")).text
    assert '<html lang="en">' in (await client.get("/?lang=en")).text


async def test_board_begins_around_now_and_leads_to_earlier_and_later_flights(
    client: httpx.AsyncClient,
) -> None:
    tomorrow = (clock.now().astimezone(ZONE) + timedelta(days=1)).date()
    html = (await client.get(f"/flights/departures?day={tomorrow}&at=12:00")).text
    assert len(rows(html)) == 50
    times = re.findall(r'<td role="cell" class="leg__time">.*?T(\d\d:\d\d)', html, re.S)
    assert times[0] >= "12:00"
    assert times == sorted(times)
    later = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)" rel="next"', html)
    assert later
    following = (await client.get((later[1] or later[2]).replace("&amp;", "&"))).text
    assert set(ids(html)).isdisjoint(set(ids(following)[-40:]))
    assert 'rel="prev"' in html


def ids(html: str) -> list[str]:
    return re.findall(r'data-flight="([^"]+)"', html)


async def test_walking_through_a_day_shows_every_flight(
    client: httpx.AsyncClient, flights: FakeFlights
) -> None:
    tomorrow = (clock.now().astimezone(ZONE) + timedelta(days=1)).date()
    seen: set[str] = set()
    path = f"/flights/arrivals?day={tomorrow}"
    for _ in range(10):
        html = (await client.get(path)).text
        seen |= set(ids(html))
        found = re.search(r'href="([^"]+)" rel="next"', html)
        if not found:
            break
        path = found[1].replace("&amp;", "&")
    due = {
        document["id"]
        for document in flights.documents.values()
        if document["direction"] == "arrival" and document["service_day_local"] == str(tomorrow)
    }
    assert seen == due


async def test_overdue_flights_stand_above_the_board() -> None:
    now, hour = datetime(2026, 11, 23, 8, tzinfo=UTC), timedelta(hours=1)
    late = leg(Plan("CA", "1", "PEK", out=now - 3 * hour, status="delayed", delay=300))
    gone = leg(Plan("CA", "2", "PEK", out=now - 3 * hour, status="airborne", happened=True))
    off = leg(Plan("CA", "3", "PEK", out=now - 3 * hour, status="cancelled"))
    others = [leg(Plan("CZ", str(100 + i), "PEK", out=now + timedelta(minutes=i))) for i in range(60)]
    today = now.astimezone(ZONE).date()
    wanted = Wish("departures", today, today, "", "", "", None, PAGE, frozenset())
    part = cut([late, gone, off, *others], wanted, ZONE, now)
    assert part.pinned == [late]
    assert part.shown == others[:PAGE]
    assert part.earlier
    assert part.later


async def test_board_filters_by_terminal_airline_and_words(client: httpx.AsyncClient) -> None:
    tomorrow = (clock.now().astimezone(ZONE) + timedelta(days=1)).date()
    html = (await client.get(f"/flights/departures?day={tomorrow}&terminal=T1&airline=CZ")).text
    assert rows(html)
    assert all("T1" in row and "China Southern" in row for row in rows(html))
    found = rows((await client.get(f"/flights/departures?day={tomorrow}&q=beijing")).text)
    assert found
    assert all("Beijing" in row for row in found)
    assert "No flight on this board fits." in (await client.get("/flights/departures?q=zzzz")).text


async def test_rows_by_id_are_fetched_alone_and_say_what_changed(
    client: httpx.AsyncClient, flights: FakeFlights
) -> None:
    shown = showcase(clock.now())["stops"]
    day = shown["service_day_local"]
    flights.push(shown["id"], departure__gate="A99", status="boarding")
    html = (await client.get(f"/flights/departures/rows?day={day}&ids={shown['id']}")).text
    assert ids(html) == [shown["id"]]
    assert "A99" in html
    assert re.search(r'data-says="HU7142 Kunming: Boarding, gate A99"', html)


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("cz 3101", "CZ3101"),
        ("ＣＺ3101", "CZ3101"),
        ("mf1101", "CZ3101"),
        ("beijing", "CZ3101"),
        ("北京", "CZ3101"),
    ],
)
async def test_search_forgives(
    client: httpx.AsyncClient, flights: FakeFlights, text: str, finds: str
) -> None:
    its = next(one["service_day_local"] for one in flights.documents.values() if one["number"] == "CZ3101")
    html = (await client.get("/flights/search", params={"q": text, "day": its})).text
    assert finds in " ".join(rows(html))


async def test_when_todays_flights_are_over_a_search_leads_to_the_next_days() -> None:
    gone = leg(Plan("CZ", "3303", out=clock.now() - timedelta(hours=6), status="landed", happened=True))
    gone["service_day_local"] = day().isoformat()
    coming = leg(Plan("CZ", "3303", out=noon(1)))
    for known, shown in (([gone, coming], coming), ([gone], gone)):
        async with reader(FakeFlights(known)) as client:
            html = (await client.get("/flights/search", params={"q": "cz3303"})).text
        assert [shown["id"] in each for each in rows(html)] == [True]


async def test_search_without_an_answer_offers_ways_on(client: httpx.AsyncClient) -> None:
    html = (await client.get("/flights/search", params={"q": "<b>zz"})).text
    assert "Nothing found for “&lt;b&gt;zz”." in html
    example = re.search(r'<ul class="examples">\s*<li><a href="([^"]+)"', html)
    assert example
    assert rows((await client.get(example[1].replace("&amp;", "&"))).text)


async def test_search_reads_no_more_than_its_limit(client: httpx.AsyncClient) -> None:
    answer = await client.get("/flights/search", params={"q": "x" * 500})
    assert answer.status_code == 200
    assert "Only the first 64 characters" in answer.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("boarding", ["Boarding", "25 min late", "B12", "MF1101", "Reason for the delay", "CZ3102"]),
        ("flying", ["On its way", "UTC+9", "8 min early", "Tokyo"]),
        ("night", ["Delayed", "UTC+0", "London"]),
        ("stops", ["Changsha → Guiyang → Kunming"]),
        ("cancelled", ["Cancelled", "rebooks or refunds you", "0731-96777"]),
        ("diverted", ["Diverted", "goes to Guiyang instead", "CA1344D"]),
        ("returned", ["Returned", "came back", "stay near the gate"]),
        ("landed", ["Bags on belt", "Baggage belt"]),
    ],
)
async def test_one_flight_tells_its_state(client: httpx.AsyncClient, state: str, words: list[str]) -> None:
    html = (await client.get(f"/flights/{showcase(clock.now())[state]['id']}")).text
    assert [word for word in words if word not in html] == []


async def test_history_is_told_in_words(client: httpx.AsyncClient, flights: FakeFlights) -> None:
    shown = showcase(clock.now())["boarding"]
    flights.histories[shown["id"]] = history_of(shown, clock.now())
    html = (await client.get(f"/flights/{shown['id']}/history")).text
    assert "Leaves the stand (estimated)" in html
    assert "Ground handler" in html
    assert "Guiyang" in html
    assert "desk" not in html, "who reported is for staff"
    part = (await client.get(f"/flights/{shown['id']}/history/list")).text
    assert "<html" not in part
    assert "B08" in part


async def test_everything_but_history_answers_while_the_service_is_away(
    client: httpx.AsyncClient, flights: FakeFlights
) -> None:
    shown = showcase(clock.now())["boarding"]
    flights.connect(False)
    for path in ("/", "/flights/departures", "/flights/search?q=pek", f"/flights/{shown['id']}"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "News is held up." in answer.text
        assert not re.search(r'id="stale" role="status" hidden', answer.text)
    history = await client.get(f"/flights/{shown['id']}/history")
    assert history.status_code == 200
    assert "The history is away for a moment" in history.text
    flights.connect(True)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is no such page"),
        ("/flights/XX1-20200101-AAA-BBB", 404, "There is no such page"),
        ("/flights/departures?day=tomorrow", 400, "We can&#39;t read this address"),
        ("/flights/departures?day=1999-01-01", 400, "We can&#39;t read this address"),
        ("/flights/departures?at=25:99", 400, "We can&#39;t read this address"),
        ("/flights/arrivals?n=many", 400, "We can&#39;t read this address"),
    ],
)
async def test_problems_are_pages(client: httpx.AsyncClient, path: str, status: int, words: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "/flights/search" in answer.text


async def test_a_flight_outside_of_memory_asks_the_service_and_says_when_it_is_away(
    client: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.connect(False)
    answer = await client.get("/flights/CZ1-20200101-CSX-PEK")
    assert answer.status_code == 503
    assert "This part is away for a moment" in answer.text
    assert answer.headers["retry-after"]


async def test_an_unchanged_page_is_not_sent_again(client: httpx.AsyncClient, flights: FakeFlights) -> None:
    shown = showcase(clock.now())["cancelled"]
    path = f"/flights/departures/rows?day={shown['service_day_local']}&ids={shown['id']}"
    first = await client.get(path)
    again = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(path, headers=again)).status_code == 304
    flights.push(shown["id"], departure__gate="A1")
    assert (await client.get(path, headers=again)).status_code == 200


async def test_pages_are_compressed_as_the_reader_accepts(client: httpx.AsyncClient) -> None:
    for coding in ("br", "gzip"):
        answer = await client.get("/", headers={"Accept-Encoding": coding})
        assert answer.headers["content-encoding"] == coding
        assert "Accept-Encoding" in answer.headers["vary"]
    assert "content-encoding" not in (await client.get("/", headers={"Accept-Encoding": "identity"})).headers


async def test_assets_are_kept_for_ever_under_names_that_change(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text
    found = re.findall(r'"(/static/[^"]+)"', html)
    assert len(set(found)) == 3
    for path in found:
        answer = await client.get(path, headers={"Accept-Encoding": "br"})
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "br"
        assert (await client.get(path, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    assert (await client.get("/static/site.000000000000.css")).status_code == 404


async def test_the_first_page_is_light(client: httpx.AsyncClient) -> None:
    for path in ("/", "/flights/departures", "/flights/departures?n=50"):
        async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            weight = sum([len(part) async for part in answer.aiter_raw()])
        for asset in set(re.findall(r'"(/static/[^"]+)"', (await client.get(path)).text)):
            async with client.stream("GET", asset, headers={"Accept-Encoding": "gzip"}) as answer:
                weight += sum([len(part) async for part in answer.aiter_raw()])
        assert 10_000 < weight <= 60_000, path
