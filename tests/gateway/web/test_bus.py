"""Pages of the airport bus over HTTP: what they show, what their forms do, what is kept and what is refused."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.web.bus_order import STATES, TICKETS
from gateway.web.bus_views import RIDERS, money
from kernel import clock
from kernel.instants import instant
from services.bus.errors import NoTimetable, QuoteChanged, SoldOut, TooManyHolds
from services.bus.schemas import DeparturesSchema, OrderResultSchema, OrderState, Rider, TicketState
from services.bus.settings import BusSettings
from tests.gateway.web.browsers import browser_of, keys_of, leg_id, said, send
from tests.gateway.web.changsha import ZONE
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA, BEN
from tests.support.days import noon

pytestmark = pytest.mark.anyio
WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50 Language/en"
SEARCH = "/bus/departures?from=WUYI&to=CSX"


def bus_calls(flights: FakeFlights, method: str) -> list[dict[str, Any]]:
    return [request for service, name, request in flights.calls if (service, name) == ("bus", method)]


async def first_offer(client: httpx.AsyncClient, search: str = SEARCH) -> str:
    """The page of a bus found: the second, since the first may leave, or its sale close, at any moment."""
    found = re.findall(r'class="offer__go" href="([^"]+)"', (await client.get(search)).text)
    return html.unescape(found[1])


def test_every_vocabulary_of_the_bus_has_words() -> None:
    assert set(STATES) == set(OrderState)
    assert set(TICKETS) == set(TicketState)
    assert set(RIDERS) == set(Rider)


def test_the_fake_answers_in_the_services_shapes(flights: FakeFlights) -> None:
    bus = flights.bus
    order, asked = bus.bought(ANNA, ("adult", "child")), {"from_stop": "WUYI", "limit": 3}
    assert OrderResultSchema().validate({"order": order}) == {}
    assert DeparturesSchema().validate(bus.search_departures(asked)) == {}


@pytest.mark.parametrize(("fen", "shown"), [(2000, "¥20"), (1250, "¥12.50"), (5, "¥0.05"), (0, "¥0")])
def test_money_is_written_without_floats(fen: int, shown: str) -> None:
    assert money(fen) == shown


async def test_the_search_offers_stations_lines_and_no_inline_script(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get("/bus")).text
    assert '<option value="CSX" data-lat="28.191"' in page
    assert '<option value="CSX-T1"' not in page, "a station stands for its stops"
    assert "Airport Bus 1" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)


async def test_the_next_buses_show_price_seats_and_how_long_they_take(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    first = flights.bus.search_departures({"from_stop": "WUYI", "to_stop": "CSX", "limit": 2})["departures"]
    flights.bus.free = {first[0]["departure_id"]: 0, first[1]["departure_id"]: 3}
    answer = await visitor.get(SEARCH)
    page = said(answer)
    assert ("Sold out" in page, "3 seats left" in page, "¥20" in page) == (True, True, True)
    assert "1 h" in page or "1 h 5 min" in page
    flights.bus.free[first[1]["departure_id"]] = 1
    assert "1 seat left" in said(await visitor.get(SEARCH)), "seats are never kept"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=WUYI&to=HSR", "Our buses run between the airport and town."),
        ("from=WUYI&flight=ZZ9999", "We know no flight “ZZ9999”"),
        ("", "Where do you get on or off?"),
    ],
)
async def test_a_search_without_an_answer_says_what_to_do(
    visitor: httpx.AsyncClient, query: str, words: str
) -> None:
    assert words in said(await visitor.get(f"/bus/departures?{query}"))


@pytest.mark.parametrize(
    "query", ["from=NOWHERE", "from=WUYI&day=yesterday", "from=WUYI&day=1999-01-01", "from=WUYI&at=x"]
)
async def test_an_address_that_cant_be_read_is_refused(visitor: httpx.AsyncClient, query: str) -> None:
    assert (await visitor.get(f"/bus/departures?{query}")).status_code == 400


async def test_a_bus_for_a_flight_is_at_the_airport_two_hours_before(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flight_id = leg_id("night")
    scheduled = flights.documents[flight_id]["departure"]["scheduled_at"]
    page = said(await visitor.get(f"/bus/departures?from=WUYI&flight={flight_id}"))
    assert bus_calls(flights, "search_departures")[-1]["flight_departs_at"] == scheduled
    assert "at the airport 2 h before" in page
    assert "/bus/departures/" in said(await visitor.get(f"/flights/{flight_id}/bus"))


async def test_a_flights_page_says_when_no_bus_line_is_known(
    visitor: httpx.AsyncClient, flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: object) -> object:
        raise NoTimetable

    monkeypatch.setattr(flights.bus, "list_lines", nothing)
    monkeypatch.setattr(flights.bus, "list_stops", nothing)
    answer = await visitor.get(f"/flights/{leg_id('night')}/bus")
    assert answer.status_code == 200
    assert "No airport bus is in the timetable yet." in said(answer)
    assert "tel:" in answer.text


async def test_how_long_before_a_flight_is_what_the_service_says(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.gateway.web.bus._SETTINGS", BusSettings(before_flight_min=90))
    page = said(await visitor.get(f"/bus/departures?from=WUYI&flight={leg_id('night')}"))
    assert "at the airport 1 h 30 min before" in page


async def test_the_page_of_an_early_flight_offers_no_bus_of_the_evening_before(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/flights/{leg_id('night')}/bus"
    assert "/bus/departures/" in said(await visitor.get(page))
    # The service tells of none that is there too early (tests/store/bus/test_selling.py).
    monkeypatch.setattr("tests.gateway.web.bus.FakeBus._found", lambda *_: [])
    shown = said(await visitor.get(page))
    assert "/bus/departures/" not in shown
    assert "No bus gets there in time." in shown


async def test_buses_to_change_to_stand_under_their_days_and_say_what_misses_the_flight(
    flights: FakeFlights,
) -> None:
    order = flights.bus.bought(ANNA, ("adult",))
    wish = {"passenger_id": ANNA, "order_id": order["id"], "ticket_ids": [order["tickets"][0]["id"]]}
    others = flights.bus.list_changes(wish)["departures"]
    flights.bus.missing = {others[-1]["departure_id"]}
    async with browser_of(flights, ANNA) as anna:
        page = said(await anna.get(f"/bus/orders/{order['id']}/change"))
    days = {one["day_local"] for one in others}
    assert page.count('class="picks__day"') == len(days)
    assert page.count("Too late for your flight") == 1


async def test_a_list_of_orders_counts_the_tickets_that_are_left_and_what_was_kept(
    flights: FakeFlights,
) -> None:
    order = flights.bus.bought(ANNA, ("adult", "adult"))
    async with browser_of(flights, ANNA) as anna:
        assert "Adult × 2" in said(await anna.get("/me/bus"))
        flights.bus.mark(order["id"], 0, "returned")
        page = said(await anna.get("/me/bus"))
    assert "Adult × 1" in page


async def test_after_a_landing_the_next_buses_leave_from_the_airport(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flight_id = leg_id("flying")
    page = said(await visitor.get(f"/flights/{flight_id}/bus"))
    asked = bus_calls(flights, "search_departures")[-1]
    lands = flights.documents[flight_id]["arrival"]
    assert asked["from_stop"] == "CSX"
    assert asked["after"] > (lands["estimated_at"] or lands["scheduled_at"])
    assert page.count("/bus/departures/") >= 2
    assert f"flight={flight_id}" in page


async def test_a_departure_shows_its_way_its_terms_and_what_riders_pay(visitor: httpx.AsyncClient) -> None:
    address = await first_offer(visitor)
    page = said(await visitor.get(f"{address}&adult=2&child=1"))
    for words in ("Changsha Railway Station", "Not after departure", "¥50", "Children under 6"):
        assert words in page, words
    total = await visitor.get(address.replace("?", "/total?") + "&adult=1&discount=2")
    assert "¥40" in total.text


async def test_a_visitor_signs_in_and_comes_back_to_the_same_choice(visitor: httpx.AsyncClient) -> None:
    address = await first_offer(visitor)
    path = address.partition("?")[0]
    fields = {"from": "WUYI", "to": "CSX-T2", "adult": "2", "child": "1", "discount": "0"}
    answer = await visitor.post(f"{path}/hold", data=fields)
    assert answer.status_code == 303
    back = str(httpx.URL(answer.headers["location"]).params["next"])
    assert back.startswith(path)
    assert ("adult=2" in back, "child=1" in back) == (True, True)


async def test_seats_are_held_once_for_a_form_and_lead_to_paying(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    address = await first_offer(anna, f"{SEARCH}&flight={leg_id('night')}")
    page = (await anna.get(address)).text
    fields = {"from": "WUYI", "to": "CSX-T2", "adult": "1", "child": "1", "discount": "0"}
    fields |= keys_of(page) | {"flight": leg_id("night")}
    path = address.partition("?")[0]
    answers = [await anna.post(f"{path}/hold", data=fields) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"/bus/orders/{1:032x}"}
    assert bus_calls(flights, "hold_seats")[0]["flight_id"] == leg_id("night")
    paying = await anna.get(answers[0].headers["location"])
    assert "¥30" in paying.text
    left = re.search(r'data-left="(\d+)"', paying.text)
    assert left
    assert 880 <= int(left[1]) <= 900


@pytest.mark.parametrize(
    ("error", "words"), [(SoldOut(free=1), "Seats left on this departure: 1"), (TooManyHolds(most=3), "3")]
)
async def test_a_refused_hold_says_why_on_the_same_page(
    anna: httpx.AsyncClient, flights: FakeFlights, error: Exception, words: str
) -> None:
    address = await first_offer(anna)
    path = address.partition("?")[0]
    flights.bus.refuses = error
    fields = keys_of((await anna.get(address)).text) | {"from": "WUYI", "to": "CSX-T2", "adult": "2"}
    answer = await anna.post(f"{path}/hold", data=fields)
    assert answer.status_code == 409
    assert words in said(answer)
    assert 'value="2"' in answer.text, "the choice is still there"


@pytest.mark.parametrize("riders", [{"adult": "0"}, {"adult": "9", "child": "1"}, {"adult": "one"}])
async def test_none_ten_or_unreadable_riders_are_refused(
    anna: httpx.AsyncClient, flights: FakeFlights, riders: dict[str, str]
) -> None:
    address = await first_offer(anna)
    fields = keys_of((await anna.get(address)).text) | {"from": "WUYI", "to": "CSX-T2"} | riders
    assert (await anna.post(f"{address.partition('?')[0]}/hold", data=fields)).status_code == 400
    assert bus_calls(flights, "hold_seats") == []


async def test_paying_asks_for_a_code_on_a_desktop_and_for_the_sheet_inside_wechat(
    flights: FakeFlights,
) -> None:
    order = flights.bus.held(ANNA)
    page = f"/bus/orders/{order['id']}"
    async with browser_of(flights, ANNA) as desktop:
        answer = await send(desktop, page, f"{page}/pay")
        assert "Scan with WeChat and pay" in answer.text
        assert 'class="qr__code"' in answer.text
        again = await desktop.get(f"{page}/pay", follow_redirects=False)
        assert (again.status_code, again.headers["location"]) == (303, page), "loaded again, or kept as a tab"
    async with browser_of(flights, ANNA, **{"User-Agent": WECHAT}) as phone:
        drawn = (await phone.get(page)).text
        assert "data-bridge" in drawn
        sheet = await phone.post(f"{page}/pay", data=keys_of(drawn), headers={"Accept": "application/json"})
        assert sheet.json()["pay"]["package"] == "prepay_id=1"
    asked = bus_calls(flights, "pay_order")
    assert [one["channel"] for one in asked] == ["native", "jsapi"]
    assert asked[1]["openid"] == f"o-{ANNA[:4]}", "the payer is of the session, not of the page"


async def test_a_code_that_nobody_may_pay_any_more_is_not_shown(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = flights.bus.held(ANNA)
    page = f"/bus/orders/{order['id']}"
    before = (await anna.get(f"{page}/state")).json()
    keys = keys_of((await anna.get(page)).text)
    flights.bus.turn(order["id"], "paying", expires_at=instant(clock.real_now()))
    assert (await anna.get(f"{page}/state")).json()["version"] != before["version"], "open pages load it anew"
    for shown in (await anna.get(page), await anna.post(f"{page}/pay", data=keys)):
        assert "The time to pay is over" in said(shown)
        assert "qr--pay" not in shown.text
        assert "Pay with WeChat" not in said(shown)


async def test_wechat_on_ios_says_that_it_keeps_no_page(flights: FakeFlights) -> None:
    page = f"/bus/orders/{flights.bus.bought(ANNA)['id']}"
    unpaid = f"/bus/orders/{flights.bus.held(ANNA)['id']}"
    android = WECHAT.replace("iPhone", "Linux; Android 14")
    safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    for agent, where, told in (
        (WECHAT, page, True),
        (WECHAT, unpaid, False),
        (android, page, False),
        (safari, page, False),
    ):
        async with browser_of(flights, ANNA, **{"User-Agent": agent}) as phone:
            assert ("Keep this page open" in said(await phone.get(where))) is told, (agent, where)


async def test_an_open_page_learns_of_every_change(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    order = flights.bus.held(ANNA)
    page = f"/bus/orders/{order['id']}"
    seen = [(await anna.get(f"{page}/state")).json()]
    flights.bus.turn(order["id"], "paying")
    under_the_sheet = (await anna.get(f"{page}/state")).json()
    assert under_the_sheet["version"] == seen[0]["version"], "the page stays while its pay sheet is open"
    flights.bus.issue(order["id"])
    seen.append((await anna.get(f"{page}/state")).json())
    flights.bus.mark(order["id"], 0, "boarded")
    seen.append((await anna.get(f"{page}/state")).json())
    assert [one["state"] for one in seen] == ["held", "issued", "issued"]
    assert len({one["version"] for one in seen}) == 3
    assert f'data-version="{seen[2]["version"]}"' in (await anna.get(page)).text


async def test_a_ticket_may_be_kept_by_its_owners_phone_alone_and_not_for_ever(flights: FakeFlights) -> None:
    order = flights.bus.bought(ANNA, ("adult", "child"))
    async with browser_of(flights, ANNA) as anna, browser_of(flights, BEN) as ben:
        shown = await anna.get(f"/bus/orders/{order['id']}")
        assert shown.text.count('class="qr__code"') == 2
        assert shown.headers["Cache-Control"] == "private, no-store"
        reader = shown.headers["X-Ticket-Of"]
        assert f'data-reader="{reader}"' in (await anna.get("/me")).text
        assert f'data-reader="{reader}"' not in (await ben.get("/me")).text
        left = datetime.fromisoformat(order["ride"]["arrives_at"]) + timedelta(hours=12) - clock.now()
        assert abs(int(shown.headers["X-Ticket-For-S"]) - left.total_seconds()) < 10
        flights.bus.mark(order["id"], 0, "returned")
        flights.bus.mark(order["id"], 1, "changed")
        assert "X-Ticket-Of" not in (await anna.get(f"/bus/orders/{order['id']}")).headers
        assert (await ben.get(f"/bus/orders/{order['id']}")).status_code == 404


async def test_the_worker_is_ours_alone_and_never_old(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/bus/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("state", sorted(set(OrderState) - {OrderState.ISSUED}))
async def test_every_state_of_an_order_has_a_page(
    anna: httpx.AsyncClient, flights: FakeFlights, state: str
) -> None:
    order = flights.bus.held(ANNA)
    flights.bus.turn(order["id"], state)
    page = said(await anna.get(f"/bus/orders/{order['id']}"))
    assert STATES[OrderState(state)][0] in page
    assert ("Pay with WeChat" in page) == (state in {"held", "paying"})


async def test_returning_quotes_first_and_pays_what_was_quoted(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = flights.bus.bought(ANNA, ("adult", "adult", "child"), hours=5)
    path = f"/bus/orders/{order['id']}/return"
    one = order["tickets"][0]["id"]
    assert "get ¥45" in said(await anna.get(path))
    assert "get ¥18" in said(await anna.get(f"{path}?chosen=1&ticket={one}"))
    assert "Choose at least one ticket." in said(await anna.get(f"{path}?chosen=1"))
    answer = await send(anna, f"{path}?chosen=1&ticket={one}", path, tickets=one, refund_fen="1800")
    assert answer.headers["location"] == f"/bus/orders/{order['id']}?done=bus_returned"
    assert bus_calls(flights, "return_tickets")[0]["refund_fen"] == 1800
    assert "¥18 is on its way" in said(await anna.get(f"/bus/orders/{order['id']}"))


async def test_a_quote_that_is_old_is_shown_anew(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    order = flights.bus.bought(ANNA, hours=5)
    path = f"/bus/orders/{order['id']}/return"
    answer = await send(anna, path, path, tickets=order["tickets"][0]["id"], refund_fen="2000")
    assert answer.status_code == 400
    assert "get ¥18" in said(answer)
    assert order["state"] == "issued"
    assert QuoteChanged.code == "bus.quote_changed"


async def test_changing_offers_other_buses_and_leaves_one_ticket_for_one(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = flights.bus.bought(ANNA)
    path, ticket = f"/bus/orders/{order['id']}/change", order["tickets"][0]["id"]
    page = (await anna.get(path)).text
    others = re.findall(r'name="departure_id" value="([^"]+)"', page)
    assert others
    assert order["ride"]["departure_id"] not in others
    missing = await send(anna, path, path, tickets=ticket)
    assert (missing.status_code, "Choose a bus first." in said(missing)) == (400, True)
    done = await send(anna, path, path, tickets=ticket, departure_id=others[0])
    assert done.headers["location"] == f"/bus/orders/{order['id']}?done=bus_changed"
    shown = said(await anna.get(f"/bus/orders/{order['id']}"))
    assert "Changed for another bus" in shown
    assert shown.count('class="qr__code"') == 1


async def test_a_late_flight_offers_another_bus_at_once(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.bus.change_reason = "flight_late"
    order = flights.bus.bought(ANNA)
    assert "You may take another bus, free of charge." in said(await anna.get(f"/bus/orders/{order['id']}"))
    assert "Your flight is late" in said(await anna.get(f"/bus/orders/{order['id']}/change"))


async def test_my_tickets_come_first_and_old_orders_by_pages(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert "No bus ticket yet." in said(await anna.get("/me/bus"))
    bought = flights.bus.bought(ANNA)
    for _ in range(21):
        flights.bus.turn(flights.bus.held(ANNA)["id"], "lapsed")
    first = said(await anna.get("/me/bus"))
    assert "Older orders" in first
    older = re.search(r'href="(/me/bus\?after=[^"]+)"', first)
    assert older
    assert bought["id"] in (await anna.get(older[1])).text


async def test_a_stops_board_counts_from_now_and_knows_its_stop(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get("/bus/stops/CSX")).text
    times = re.findall(r'stopboard__time"><time datetime="([^"]+)"', page)
    assert len(times) > 5
    assert times == sorted(times)
    assert times[0] >= (clock.now() - timedelta(minutes=1)).astimezone(ZONE).isoformat(timespec="minutes")
    assert "bus--screen" in (await visitor.get("/bus/stops/CSX?screen=1")).text
    assert (await visitor.get("/bus/stops/NOWHERE")).status_code == 404


async def test_at_night_a_stops_board_says_that_its_first_bus_is_tomorrows(
    visitor: httpx.AsyncClient, flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = flights.bus.search_departures
    monkeypatch.setattr(
        flights.bus, "search_departures", lambda asked: found(asked | {"after": instant(noon(1))})
    )
    page = (await visitor.get("/bus/stops/WUYI")).text
    rows = page.count('class="stopboard__time"')
    assert rows > 5
    assert page.count("<small>Tomorrow</small>") == rows


async def test_while_bus_is_away_its_pages_say_so_and_the_flights_go_on(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.away.add("bus")
    assert (await visitor.get("/bus")).status_code == 503
    flight = f"/flights/{leg_id('boarding')}"
    assert (await visitor.get(flight)).status_code == 200
