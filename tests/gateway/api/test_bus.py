"""The airport bus as JSON: lines and stops kept until they change, seats asked for each time, orders once a key."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from kernel import clock
from kernel.errors import Unavailable
from services.bus.errors import SoldOut
from tests.contract.test_openapi import check
from tests.gateway.fakes import FakeRpc, flight
from tests.gateway.session.fakes import OWN, gateway_for, make_rpc

pytestmark = pytest.mark.anyio
BUS = "/api/v1/bus"
ONE = f"{BUS}/orders/{{order_id}}"


@pytest.fixture(autouse=True)
def signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", "a signing key of more than thirty-two characters")


def as_ann(rpc: FakeRpc, client: httpx.AsyncClient) -> None:
    client.cookies.set("__Host-session", rpc.services["passengers"].open_session("ann"), domain="fly.example")
    client.headers.update(OWN)


def asked(rpc: FakeRpc, method: str) -> list[dict[str, Any]]:
    return [request for service, name, request, _ in rpc.calls if (service, name) == ("bus", method)]


def told() -> bytes:
    """The event timetable_changed."""
    return orjson.dumps({"id": "e1", "name": "timetable_changed", "data": {"version": 2, "digest": "d"}})


async def wish(client: httpx.AsyncClient) -> dict[str, Any]:
    """A hold of the next bus, as a body."""
    found = await client.get(f"{BUS}/departures?from=WUYI&to=CSX&limit=1")
    (ride,) = found.json()["departures"]
    riders = [{"kind": "adult"}, {"kind": "child"}]
    return {"departure_id": ride["departure_id"], "from_stop": "WUYI", "to_stop": "CSX", "passengers": riders}


async def test_every_answer_is_as_described() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_ann(rpc, client)
        body = await wish(client)
        order = (await client.post(f"{BUS}/orders", json=body)).json()["order"]
        bought = rpc.services["bus"].bought("ann")
        ticket, path = bought["tickets"][0]["id"], f"{BUS}/orders/{bought['id']}"
        departure = f"{BUS}/departures/{body['departure_id']}"
        steps: list[tuple[str, str, str, Any]] = [
            ("get", f"{BUS}/lines", f"{BUS}/lines", None),
            ("get", f"{BUS}/stops", f"{BUS}/stops", None),
            ("get", f"{BUS}/stops?latitude=28.19&longitude=113.2149", f"{BUS}/stops", None),
            ("get", f"{BUS}/departures?from=CSX", f"{BUS}/departures", None),
            ("get", f"{departure}?from=WUYI&to=CSX", f"{BUS}/departures/{{departure_id}}", None),
            ("post", f"{BUS}/orders", f"{BUS}/orders", body),
            ("get", f"{BUS}/orders", f"{BUS}/orders", None),
            ("get", f"{BUS}/orders/{order['id']}", ONE, None),
            ("post", f"{BUS}/orders/{order['id']}/payment", f"{ONE}/payment", {"channel": "native"}),
            ("delete", f"{BUS}/orders/{order['id']}", ONE, None),
            ("get", f"{path}/return?tickets={ticket}", f"{ONE}/return", None),
            ("post", f"{path}/return", f"{ONE}/return", {"ticket_ids": [ticket], "refund_fen": 1}),
        ]
        for method, address, described, sent in steps:
            answer = await client.request(method, address, json=sent)
            assert answer.status_code in {200, 201, 409}, (address, answer.text)
            check(answer.json(), method, described, answer.status_code)
            assert answer.status_code != 409 or answer.json()["code"] == "bus.quote_changed"


async def test_lines_and_stops_are_asked_for_once_until_the_timetable_changes() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        first = await client.get(f"{BUS}/lines")
        for path in ("lines", "stops", "stops", "lines"):
            await client.get(f"{BUS}/{path}")
        assert len(asked(rpc, "list_lines")) == len(asked(rpc, "list_stops")) == 1
        again = await client.get(f"{BUS}/lines", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        rpc.publish("bus", "timetable_changed", told())
        await client.get(f"{BUS}/lines")
        assert len(asked(rpc, "list_lines")) == 2


async def test_the_last_known_lines_are_shown_while_nobody_answers() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        known = (await client.get(f"{BUS}/lines")).json()
        rpc.publish("bus", "timetable_changed", told())
        rpc.fails_with = Unavailable(service="bus", retry_after_s=2)
        assert (await client.get(f"{BUS}/lines")).json() == known
        assert (await client.get(f"{BUS}/departures?from=CSX")).status_code == 503


async def test_seats_are_asked_for_each_time_and_kept_by_nobody() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        before = await client.get(f"{BUS}/departures?from=WUYI&to=CSX&limit=1")
        (ride,) = before.json()["departures"]
        assert before.headers["Cache-Control"] == "no-store"
        rpc.services["bus"].free[ride["departure_id"]] = 2
        after = await client.get(f"{BUS}/departures?from=WUYI&to=CSX&limit=1")
        assert after.json()["departures"][0]["free"] == 2


async def test_a_flight_says_which_buses() -> None:
    leaves = flight("CZ3101", clock_text="23:50")
    lands = flight("MU5301", "SHA", clock_text="23:40", direction="arrival")
    rpc = make_rpc()
    rpc.services["flights"].flights = {one["id"]: one for one in (leaves, lands)}
    async with gateway_for(rpc) as (gateway, client):
        while not gateway.flights.loaded:
            await clock_tick()
        await client.get(f"{BUS}/departures?from=WUYI&flight_id={leaves['id']}")
        assert asked(rpc, "search_departures")[-1]["flight_departs_at"] == leaves["departure"]["scheduled_at"]
        await client.get(f"{BUS}/departures?to=WUYI&flight_id={lands['id']}")
        last = asked(rpc, "search_departures")[-1]
        assert last["from_stop"] == "CSX"
        assert (
            last["after"] > lands["arrival"]["scheduled_at"][:16]
            or last["after"] >= clock.now().isoformat()[:16]
        )
        unknown = await client.get(f"{BUS}/departures?flight_id=CZ1-20200101-CSX-PEK")
        assert (unknown.status_code, unknown.json()["code"]) == (400, "gateway.bad_parameter")


async def clock_tick() -> None:
    import anyio

    await anyio.sleep(0.005)


async def test_the_same_key_holds_seats_once() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_ann(rpc, client)
        body = await wish(client)
        answers = [
            await client.post(f"{BUS}/orders", json=body, headers={"Idempotency-Key": "once-1234"})
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert len(rpc.services["bus"].orders) == 1
        await client.post(f"{BUS}/orders", json=body)
        assert len(rpc.services["bus"].orders) == 2


async def test_the_payer_is_of_the_session_and_the_flights_time_is_ours() -> None:
    leaves = flight("CZ3101", clock_text="23:50")
    rpc = make_rpc()
    rpc.services["flights"].flights = {leaves["id"]: leaves}
    async with gateway_for(rpc) as (gateway, client):
        while not gateway.flights.loaded:
            await clock_tick()
        as_ann(rpc, client)
        body = await wish(client) | {"flight_id": leaves["id"]}
        order = (await client.post(f"{BUS}/orders", json=body)).json()["order"]
        assert asked(rpc, "hold_seats")[-1]["flight_departs_at"] == leaves["board_at"]
        assert asked(rpc, "hold_seats")[-1]["coupon_ids"] == []
        used = (await client.post(f"{BUS}/orders", json=await wish(client) | {"coupon_ids": ["c1"]})).json()
        assert asked(rpc, "hold_seats")[-1]["coupon_ids"] == ["c1"]
        assert used["order"]["discount_fen"] == 500
        path = f"{BUS}/orders/{order['id']}/payment"
        assert (await client.post(path, json={"channel": "jsapi", "openid": "o-eve"})).status_code == 400
        assert (await client.post(path, json={"channel": "jsapi"})).json()["pay"]["paySign"]
        assert asked(rpc, "pay_order")[-1]["openid"] == "o-ann"


async def test_refusals_come_by_name_and_bad_bodies_are_told_by_field() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_ann(rpc, client)
        body = await wish(client)
        rpc.services["bus"].refuses = SoldOut(free=1)
        full = await client.post(f"{BUS}/orders", json=body)
        assert (full.status_code, full.json()["code"]) == (409, "bus.sold_out")
        for wrong in ({"passengers": []}, {"passengers": [{"kind": "dog"}]}, {"price_fen": 1}):
            answer = await client.post(f"{BUS}/orders", json=body | wrong)
            assert answer.status_code == 400, wrong
        assert len(asked(rpc, "hold_seats")) == 1
