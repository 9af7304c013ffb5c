"""Check-in pages: the way to a booking, the party, seats, declaration, passes; over checkin's own rules."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.gateway.web.browsers import browser_of, keys_of, said, send
from tests.gateway.web.checkin import FAMILY
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import BEN

pytestmark = pytest.mark.anyio
GOODS = "2025-06-28"


@pytest.fixture(autouse=True)
def settled(flights: FakeFlights) -> None:
    flights.checkin.settle()


@pytest.fixture
async def ben(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, BEN) as client:
        yield client


async def find(client: httpx.AsyncClient, surname: str, number: str, by: str = "pnr") -> httpx.Response:
    return await send(client, "/checkin", "/checkin/find", surname=surname, number=number, by=by)


async def prove(client: httpx.AsyncClient, flights: FakeFlights, page: str, pnr: str = FAMILY) -> str:
    """Have the code sent from the page that shows a booking, and enter it; where the booking is."""
    booking = f"/checkin/{flights.checkin.booking_id(pnr)}"
    asked = await client.post(f"{booking}/code", data=keys_of(page))
    code = flights.checkin.codes[-1]["code"]
    answer = await client.post(f"{booking}/confirm", data={**keys_of(asked.text), "code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, booking)
    return booking


async def test_a_family_finds_its_booking_proves_it_chooses_declares_and_has_its_passes(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    found = await find(anna, "李", "fam 5x1")
    assert "LI SI" not in said(found), "two factors show status only"
    assert ("L*** S***" in said(found), "+86*****34" in said(found)) == (True, True)
    booking = await prove(anna, flights, found.text)
    page = said(await anna.get(booking))
    assert ("with infant LI XIAOBAO" in page, page.count('name="who"')) == (True, 4)

    seats = await anna.get(f"{booking}/seats")
    assert seats.text.count("<button") == 120
    await tap(anna, booking, seats.text, "35A")
    page = said(await anna.get(f"{booking}/seats"))
    assert 'aria-label="35A, window, LI SI"' in page

    done = await send(anna, f"{booking}/declare", f"{booking}/check-in", goods=GOODS)
    passes = f"/checkin/passes/{booking.rpartition('/')[2]}"
    assert done.headers["location"] == f"{passes}?done=checked_in"
    shown = await anna.get(passes)
    assert shown.text.count("aztec__code") == 4
    assert int(shown.headers["x-ticket-for-s"]) > 6 * 3600
    assert "35A" in said(shown)
    assert said(await anna.get("/me/trips")).count("Checked in") == 1


async def tap(client: httpx.AsyncClient, booking: str, page: str, seat: str, **more: str) -> httpx.Response:
    """Tap a seat on the map that is shown, as its script does."""
    drawn = {name: re.search(f'name="{name}" value="([^"]*)"', page) for name in ("who", "for")}
    fields = {name: found[1] for name, found in drawn.items() if found}
    return await client.post(
        f"{booking}/seats",
        data={**keys_of(page), **fields, "seat": seat, **more},
        headers={"HX-Request": "true"},
    )
