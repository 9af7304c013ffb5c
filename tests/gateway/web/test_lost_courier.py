"""Having a thing sent: quote, address, payment, the parcel's way; nobody else's, and nothing readable on the way."""

from __future__ import annotations

import httpx
import pytest

from kernel import clock
from tests.gateway.web.browsers import said, send
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.parcels import text_of
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio
ADDRESS = {
    "name": "Wang Fang",
    "phone": "13800138000",
    "city": "Yuelu, Changsha",
    "street": "932 Lushan South Road, door 402",
    "postcode": "",
}


def approved(flights: FakeFlights) -> str:
    claim_id = flights.lostfound.claimed(ANNA, flights.lostfound.filed(ANNA))
    flights.lostfound.decide(claim_id)
    return f"/lost/claims/{claim_id}"


async def ordered(anna: httpx.AsyncClient, flights: FakeFlights) -> tuple[str, dict[str, object]]:
    claim = approved(flights)
    here = f"{claim}/courier"
    await send(anna, f"{here}?province=HN", here, province="HN", fee_fen="1800", **ADDRESS)
    return here, flights.lostfound.parcels[claim.rpartition("/")[2]]


async def test_a_thing_is_ordered_paid_and_followed(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    claim = approved(flights)
    here = f"{claim}/courier"
    assert f'href="{here}"' in (await anna.get(claim)).text
    assert "Nothing is sent abroad." in said(await anna.get(f"{here}?province=abroad"))
    assert "¥18" in said(await anna.get(f"{here}?province=HN"))
    done = await send(anna, f"{here}?province=HN", here, province="HN", fee_fen="1800", **ADDRESS)
    assert done.headers["location"] == here
    assert list(flights.lostfound.addresses.values()) == [ADDRESS]
    assert ADDRESS["street"] not in repr(flights.calls)
    code = await send(anna, here, f"{here}/pay")
    assert "Scan with WeChat and pay" in said(code)
    assert "qr__code" in code.text
    order = flights.lostfound.parcels[claim.rpartition("/")[2]]
    now = text_of(clock.now())
    order |= {"state": "issued", "parcel": "sent", "paid_at": now, "sent_at": now}
    order |= {"carrier": "sf", "tracking_number": "SF1234567890123"}
    page = await anna.get(here)
    for seen in ("On its way to you", "SF1234567890123", "SF Express", "¥18"):
        assert seen in said(page)
    assert "release" not in page.text


async def test_the_claim_of_a_thing_on_its_way_says_so(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    here, order = await ordered(anna, flights)
    claim = here.removesuffix("/courier")
    assert "Ready for you" in said(await anna.get(claim)), "control: until it is paid it may be fetched"
    flights.lostfound.claims[claim.rpartition("/")[2]]["way"] = "courier"
    order |= {"state": "issued", "parcel": "sent"}
    page = said(await anna.get(claim))
    assert "On its way to you" in page
    assert "Ready for you" not in page


async def test_an_open_page_hears_that_it_was_paid(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    here, order = await ordered(anna, flights)
    before = (await anna.get(f"{here}/state")).json()
    assert before["version"] in (await anna.get(here)).text
    order |= {"state": "issued", "parcel": "waiting", "paid_at": text_of(clock.now())}
    after = (await anna.get(f"{here}/state")).json()
    assert (before["version"] != after["version"], after["left_s"]) == (True, 0)


async def test_who_fetches_it_after_all_sees_the_money_come_back(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    here, order = await ordered(anna, flights)
    order |= {"state": "issued", "parcel": "waiting", "paid_at": text_of(clock.now())}
    await send(anna, here, f"{here}/release")
    assert "¥18 is on its way to where you paid from." in said(await anna.get(here))


async def test_a_changed_fee_is_said_and_keeps_what_was_typed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    here = f"{approved(flights)}/courier"
    told = await send(anna, f"{here}?province=HN", here, province="HN", fee_fen="100", **ADDRESS)
    assert (told.status_code, 'role="alert"' in told.text) == (409, True)
    assert ADDRESS["street"] in said(told)


async def test_anothers_parcel_is_nobodys(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    claim_id = flights.lostfound.claimed("another", flights.lostfound.filed("another"))
    here = f"/lost/claims/{claim_id}/courier"
    assert (await anna.get(here)).status_code == 404
    assert (await anna.get(f"{here}/state")).status_code == 404
