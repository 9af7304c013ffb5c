"""The address of every form, asked for by GET: loaded again, kept as a tab, read in another language."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from starlette.routing import Route

from tests.gateway.web.browsers import leg_id
from tests.gateway.web.fakes import FakeFlights, gateway_over
from tests.gateway.web.test_account_matrix import filled
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio
DOOR = "gateway.web."
NEEDS_A_BOOKING = "/checkin/{booking_id}/seats"
"""A page itself, of a booking that one has proved."""


def paths_of_forms() -> list[str]:
    """Of every form on travellers' pages: new ones are judged without being listed here."""
    routes = [one for one in gateway_over(FakeFlights([])).routes if isinstance(one, Route)]
    pages = {one.path for one in routes if one.endpoint.__module__.startswith(DOOR)}
    return sorted({one.path for one in routes if "POST" in (one.methods or ()) and one.path in pages})


def test_the_walk_sees_all_of_them() -> None:
    found = paths_of_forms()
    assert {"/checkin/find", "/me/language", "/lost/reports/{report_id}/close"} <= set(found)
    assert len(found) >= 36


@pytest.mark.parametrize("path", paths_of_forms())
async def test_every_form_leads_back_to_a_page(
    anna: httpx.AsyncClient, flights: FakeFlights, path: str
) -> None:
    flights.passengers.with_belongings(ANNA, "Anna Berg")
    flights.bus.bought(ANNA)
    flights.lostfound.settle(ANNA)
    flights.shop.settle(ANNA)
    where = path.replace("{booking_id}", "b" * 32)
    if "{departure_id}" in path:
        ride = (await anna.get("/bus/departures?from=WUYI&to=CSX-T2")).text
        offered = html.unescape(re.findall(r'href="(/bus/departures/[^"]+)"', ride)[0])
        drawn = (await anna.get(offered)).text
        where = html.unescape(re.findall(r'action="([^"]+/hold[^"]*)"', drawn)[0])
    where = filled(where, flights)
    answer = await anna.get(f"{where}{'&' if '?' in where else '?'}lang=en", follow_redirects=True)
    nowhere = 404 if path == NEEDS_A_BOOKING else 200
    assert answer.status_code == nowhere, answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_way_back_keeps_what_the_address_asks_for(visitor: httpx.AsyncClient) -> None:
    here = f"/flights/{leg_id('boarding')}"
    answer = await visitor.get(f"{here}/unfollow?lang=en&role=greeter")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}?lang=en&role=greeter")
    odd = await visitor.get("/lost/reports/%2F%2Fevil.example%3F/close")
    assert odd.headers.get("location", "/lost/").startswith("/lost/")
