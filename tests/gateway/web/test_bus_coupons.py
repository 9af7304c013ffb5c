"""Coupons of the mall on pages of the airport bus."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from kernel.errors import Kind, RemoteError
from services.bus.errors import CouponsAway
from services.shop.schemas.coupons import OffersSchema
from tests.gateway.web.browsers import browser_of, keys_of, said
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.test_bus import WECHAT, bus_calls, first_offer
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio


def offered(page: str) -> list[tuple[str, str]]:
    """Ids of the coupons on a page and what they take off, in order."""
    return re.findall(r'name="coupon" value="([^"]+)".*?<b>−([^<]+)</b>', page)


def checked(page: str) -> str:
    found = re.search(r'name="coupon" value="([^"]*)" checked', page)
    assert found
    return found[1]


def test_the_fake_answers_in_the_mall_s_shape(flights: FakeFlights) -> None:
    flights.shop.for_bus = {"five": (500, 0), "dear": (900, 9_000)}
    wish = {"passenger_id": ANNA, "service": "bus", "items": [{"ref": "1", "price_fen": 1, "quantity": 1}]}
    assert OffersSchema().validate(flights.shop.quote_coupon(wish)) == {}


async def test_the_departure_offers_ones_coupons_the_best_first_and_takes_it(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.for_bus = {"three": (300, 0), "five": (500, 0), "dear": (900, 9_000)}
    page = (await anna.get(await first_offer(anna))).text
    assert offered(page) == [("five", "¥5"), ("three", "¥3")]
    assert checked(page) == "five"
    assert "<b>¥15</b> <span>¥5 off" in page
    assert "Bus coupon dear: ¥70 more needed" in html.unescape(page)
    assert "Tickets bought with a coupon" in page


async def test_the_total_and_the_coupons_follow_the_riders_and_the_choice(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.for_bus = {"three": (300, 0), "dear": (900, 4_000)}
    path = (await first_offer(anna)).partition("?")[0]
    wish = {"from": "WUYI", "to": "CSX-T2", "adult": "2"}
    part = (await anna.get(f"{path}/total", params=wish)).text
    assert offered(part) == [("dear", "¥9"), ("three", "¥3")]
    assert "<b>¥31</b>" in part
    part = (await anna.get(f"{path}/total", params=wish | {"coupon": "three"})).text
    assert (checked(part), "<b>¥37</b>" in part) == ("three", True)
    part = (await anna.get(f"{path}/total", params=wish | {"coupon": ""})).text
    assert (checked(part), "<b>¥40</b>" in part, "hx-swap-oob" in part) == ("", True, True)


async def test_a_chosen_coupon_is_asked_for_and_the_order_says_what_it_took_off(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.for_bus = {"five": (500, 0)}
    address = await first_offer(anna)
    fields = keys_of((await anna.get(address)).text) | {"from": "WUYI", "to": "CSX-T2", "adult": "1"}
    held = await anna.post(f"{address.partition('?')[0]}/hold", data=fields | {"coupon": "five"})
    assert bus_calls(flights, "hold_seats")[0]["coupon_ids"] == ["five"]
    page = (await anna.get(held.headers["location"])).text
    assert "Your coupon takes ¥5 off." in page
    flights.bus.issue(held.headers["location"].rpartition("/")[2])
    assert "−¥5" in (await anna.get(held.headers["location"])).text
    back = (await anna.get(f"{held.headers['location']}/return")).text
    assert "What a coupon took off isn't money" in html.unescape(back)


@pytest.mark.parametrize("agent", ["Mozilla/5.0", WECHAT])
async def test_tickets_that_cost_nothing_are_got_without_a_pay_sheet(
    flights: FakeFlights, agent: str
) -> None:
    flights.bus.coupon_fen, flights.shop.for_bus = 5_000, {"all": (5_000, 0)}
    async with browser_of(flights, ANNA) as anna:
        anna.headers["User-Agent"] = agent
        address = await first_offer(anna)
        fields = keys_of((await anna.get(address)).text) | {"from": "WUYI", "to": "CSX-T2", "adult": "1"}
        held = await anna.post(f"{address.partition('?')[0]}/hold", data=fields | {"coupon": "all"})
        order = held.headers["location"]
        page = (await anna.get(order)).text
        assert ("Get the tickets" in page, "data-bridge" in page, "Pay with WeChat" in page) == (
            True,
            False,
            False,
        )
        answer = await anna.post(f"{order}/pay", data=keys_of(page))
        assert (answer.status_code, answer.headers["location"]) == (303, order)
        assert "Valid" in (await anna.get(order)).text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CouponsAway(), "Buy without it"),
        (
            RemoteError(
                "shop.coupon_not_usable",
                Kind.CONFLICT,
                {"coupon_id": "five", "why": "locked", "words": {"zh": "正用", "en": "It is in use"}},
            ),
            "It is in use",
        ),
    ],
)
async def test_a_coupon_that_cannot_be_had_is_refused_in_words_on_the_same_page(
    anna: httpx.AsyncClient, flights: FakeFlights, error: Exception, words: str
) -> None:
    flights.shop.for_bus = {"five": (500, 0)}
    address = await first_offer(anna)
    fields = keys_of((await anna.get(address)).text) | {"from": "WUYI", "to": "CSX-T2", "adult": "1"}
    flights.bus.refuses = error
    answer = await anna.post(f"{address.partition('?')[0]}/hold", data=fields | {"coupon": "five"})
    assert answer.status_code == 409
    assert words in said(answer)


async def test_while_the_mall_is_away_seats_are_sold_without_coupons(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.away.add("shop")
    address = await first_offer(anna)
    page = (await anna.get(address)).text
    assert "Your coupons can't be shown right now" in html.unescape(page)
    fields = keys_of(page) | {"from": "WUYI", "to": "CSX-T2", "adult": "1"}
    assert (await anna.post(f"{address.partition('?')[0]}/hold", data=fields)).status_code == 303
    assert "coupon_ids" not in bus_calls(flights, "hold_seats")[0]


async def test_who_is_not_signed_in_is_shown_no_coupons(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.for_bus = {"five": (500, 0)}
    address = await first_offer(visitor)
    assert 'name="coupon"' not in (await visitor.get(address)).text
    assert [call for call in flights.calls if call[1] == "quote_coupon"] == []


async def test_a_used_coupon_leads_to_its_bus_order(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    coupon_id = flights.shop.claimed(ANNA)
    order = {"service": "bus", "order_id": "o1", "discount_fen": 500, "used_at": None}
    flights.shop.coupons[coupon_id] |= {"state": "locked", "order": order}
    assert 'href="/bus/orders/o1"' in (await anna.get(f"/me/coupons/{coupon_id}")).text
