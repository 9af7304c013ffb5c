"""Having a found thing sent, as JSON: quote, address, payment, where it is; sealed on the way, and nobody else's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.contract.test_openapi import check
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio
CLAIMS = "/api/v1/lostfound/claims"
COURIER = f"{CLAIMS}/{{claim_id}}/courier"
ADDRESS = {"name": "Wang Fang", "phone": "13800138000", "city": "Changsha", "street": "932 Lushan South Road"}


def approved(flights: FakeFlights) -> str:
    claim_id = flights.lostfound.claimed(ANNA, flights.lostfound.filed(ANNA))
    flights.lostfound.decide(claim_id)
    return f"{CLAIMS}/{claim_id}/courier"


def wish(**more: Any) -> dict[str, Any]:
    return {"province": "HN", "fee_fen": 1800, "private": ADDRESS, **more}


async def test_a_thing_is_quoted_ordered_paid_and_followed(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    here = approved(flights)
    none = await anna.get(here)
    check(none.json(), "get", COURIER)
    assert none.json() == {"order": None}
    for province, fee in (("HN", 1800), ("abroad", None)):
        quote = await anna.get(f"{here}/quote?province={province}")
        check(quote.json(), "get", f"{COURIER}/quote")
        assert quote.json()["quote"]["fee_fen"] == fee
    ordered = await anna.post(here, json=wish())
    assert ordered.status_code == 201, ordered.text
    check(ordered.json(), "post", COURIER, 201)
    paid = await anna.post(f"{here}/payment", json={"channel": "native"})
    check(paid.json(), "post", f"{COURIER}/payment")
    assert paid.json()["pay"]["code_url"].startswith("weixin://")
    assert (await anna.get(here)).json()["order"]["state"] == "paying"
    released = await anna.delete(here)
    check(released.json(), "delete", COURIER)
    assert released.json()["order"]["parcel"] == "cancelled"


async def test_the_address_goes_on_sealed(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    await anna.post(approved(flights), json=wish())
    (kept,) = flights.lostfound.addresses.values()
    assert kept == {**ADDRESS, "postcode": ""}
    for secret in ADDRESS.values():
        if secret != "Changsha":
            assert secret not in repr(flights.calls), secret


async def test_who_pays_inside_wechat_is_whose_session_it_is(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    here = approved(flights)
    await anna.post(here, json=wish())
    assert (await anna.post(f"{here}/payment", json={"channel": "jsapi", "openid": "o"})).status_code == 400
    paid = await anna.post(f"{here}/payment", json={"channel": "jsapi"})
    assert paid.status_code == 200, paid.text
    (asked,) = [one for _, method, one in flights.calls if method == "pay_courier"]
    assert asked["openid"] == "o-aaaa"


async def test_anothers_parcel_is_like_none(
    anna: httpx.AsyncClient, ben: httpx.AsyncClient, program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    here, none = approved(flights), f"{CLAIMS}/{'f' * 32}/courier"
    await anna.post(here, json=wish())
    for method, more, sent in (
        ("GET", "", None),
        ("GET", "/quote?province=HN", None),
        ("POST", "", wish()),
        ("POST", "/payment", {"channel": "native"}),
        ("DELETE", "", None),
    ):
        theirs, nobodys = [await ben.request(method, f"{one}{more}", json=sent) for one in (here, none)]
        assert (theirs.status_code, nobodys.status_code) == (404, 404), (method, more)
        assert theirs.json()["code"] == nobodys.json()["code"]
        assert (await program.request(method, f"{here}{more}", json=sent)).status_code == 401
    (order,) = flights.lostfound.parcels.values()
    assert order["state"] == "held"


async def test_refusals_come_by_name(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    here = approved(flights)
    for more in ("/payment", ""):
        method, sent = ("POST", {"channel": "native"}) if more else ("DELETE", None)
        none = await anna.request(method, f"{here}{more}", json=sent)
        assert (none.status_code, none.json()["code"]) == (404, "lostfound.courier_not_found")
    changed = await anna.post(here, json=wish(fee_fen=1))
    assert (changed.status_code, changed.json()["code"]) == (409, "lostfound.fee_changed")
    for wrong in ({"province": "XX"}, {"fee_fen": 0}, {"private": {"name": "x"}}, {"order_id": "o"}):
        assert (await anna.post(here, json=wish(**wrong))).status_code == 400, wrong
    assert (await anna.get(f"{here}/quote?province=XX")).status_code == 400
    assert flights.lostfound.parcels == {}
