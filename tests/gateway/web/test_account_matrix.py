"""Whose pages are whose: every page and form of one traveller, asked for by others."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from gateway.web.ways_back import NAME
from tests.gateway.web.browsers import browser_of, keys_of, leg_id
from tests.gateway.web.fakes import FakeFlights, gateway_over
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

pytestmark = pytest.mark.anyio
OWNED = re.compile("companion_id|document_id|order_id|report_id|claim_id|photo_id|coupon_id")
"""Path parameters that name something of one traveller's."""


def routes_about_somebody() -> list[tuple[str, str]]:
    """(method, path) of every page and form of one traveller: new ones are judged without being listed here."""
    found = []
    for route in gateway_over(FakeFlights([])).routes:
        # What a wallet is told is notify's to refuse: tests/gateway/web/test_shop_cards.py.
        mine = isinstance(route, Route) and not route.path.endswith("/wallet")
        if isinstance(route, Route) and mine and is_about_somebody(route.path) and route.name != NAME:
            found += [(method, route.path) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


def is_about_somebody(path: str) -> bool:
    private = ("/me", "/bus/orders/", "/lost/reports/", "/lost/claims/", "/lost/photos/", "/shop/orders/")
    return path.startswith(private) or path.endswith("follow")


def filled(path: str, flights: FakeFlights) -> str:
    """The path with Anna's things in it."""
    orders = flights.shop.orders if path.startswith("/shop/") else flights.bus.orders
    shown = (photo for case in flights.shop.cases.values() for photo in case["photos"])
    return path.format(
        companion_id=next(iter(flights.passengers.companions)),
        document_id=next(iter(flights.passengers.documents)),
        flight_id=leg_id("boarding"),
        order_id=next(iter(orders), "o" * 32),
        campaign_id="campaign0",
        coupon_id=next(iter(flights.shop.coupons), "c" * 32),
        ask_id="a" * 32,
        parcel_id="p" * 32,
        case_id="c" * 32,
        report_id=next(iter(flights.lostfound.reports), "r" * 32),
        claim_id=next(iter(flights.lostfound.claims), "c" * 32),
        match_id=next(iter(flights.lostfound.matches()), "m" * 32),
        photo_id=next(shown if path.startswith("/shop/") else iter(flights.lostfound.evidence), "p" * 32),
        kind="flight_messages",
    )


def belongings(flights: FakeFlights) -> tuple[object, ...]:
    """Everything that forms could change of anybody's."""
    kept = flights.lostfound
    things = (kept.reports, kept.claims, kept.hints, kept.evidence, flights.shop.orders, flights.shop.cases)
    return flights.passengers.companions, flights.passengers.documents, flights.bus.orders, *things


def test_the_matrix_sees_all_of_them() -> None:
    found = routes_about_somebody()
    assert ("POST", "/me/documents/{document_id}/show") in found
    assert ("POST", "/flights/{flight_id}/unfollow") in found
    assert ("POST", "/bus/orders/{order_id}/pay") in found
    assert len(found) == 68


@pytest.mark.parametrize(("method", "path"), routes_about_somebody())
async def test_a_visitor_sees_nothing_of_anybody(
    visitor: httpx.AsyncClient, flights: FakeFlights, method: str, path: str
) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    answer = await visitor.request(
        method, filled(path, flights), data={"role": "passenger"} if method == "POST" else None
    )
    if path in {"/me", "/me/flights/now", "/bus/orders/{order_id}/state", "/shop/orders/{order_id}/state"}:
        assert answer.status_code in {200, 204}
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")
    assert "Anna Berg" not in answer.text
    assert {service for service, _, _ in flights.calls} <= {"flights"}


@pytest.mark.parametrize(
    ("method", "path"),
    [pair for pair in routes_about_somebody() if OWNED.search(pair[1])],
)
async def test_anothers_things_are_answered_like_none(flights: FakeFlights, method: str, path: str) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    flights.bus.bought(ANNA, ("adult", "child"))
    flights.lostfound.settle(ANNA)
    flights.shop.settle(ANNA)
    before = repr(belongings(flights))
    async with browser_of(flights, BEN) as ben:
        fields = {**keys_of((await ben.get("/me")).text), "name": "Ben", "kind": "adult", "refund_fen": "0"}
        fields |= {"marks": "a scratch", "hint": "m" * 32, "starts_at": "2026-11-24T01:00:00Z"}
        fields |= {"departure_id": "20261123-A1-in-0630", "tickets": "t1"}
        own = dict.fromkeys(re.findall(r"{(\w+)}", path))
        answers = []
        for where in (filled(path, flights), path.format(**dict.fromkeys(own, "f" * 32))):
            answer = await ben.request(method, where, data=fields if method == "POST" else None)
            answers.append((answer.status_code, re.sub(r"[0-9a-f]{32}|\d\d:\d\d", "id", answer.text)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert "Anna Berg" not in answers[0][1]
    assert repr(belongings(flights)) == before
    assert flights.passengers.unmasked == []


async def test_the_matrix_lets_the_owner_in(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    flights.bus.bought(ANNA)
    flights.lostfound.settle(ANNA)
    flights.shop.settle(ANNA)
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
        flights.lostfound.settle(ANNA)
        flights.calls.clear()
        for method, path in routes_about_somebody():
            if method != "POST":
                continue
            answer = await client.post(filled(path, flights), data=fields, headers=headers)
            asks_again = path.endswith("/follow") and "token" in fault
            assert answer.status_code == (303 if asks_again else 403), path
    assert {method for _, method, _ in flights.calls} <= {"get_session", "get_report"}
