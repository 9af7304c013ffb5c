"""Parcels at the desk: the slip, the courier, what came back; two people for a valuable."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.lost_travellers import TILL
from tests.unit.lostfound.couriers import ADDRESS, approved, paid, shown

pytestmark = pytest.mark.anyio
COURIER = "/staff/lost/courier"


async def post(client: httpx.AsyncClient, to: str, **fields: str) -> httpx.Response:
    return await client.post(to, data={**keys_of((await client.get(COURIER)).text), **fields})


def waits(house: House, **item: Any) -> tuple[dict[str, Any], str]:
    """A claim whose item is paid for and waits for the courier."""
    _, mine = approved(house.lost.uow, **item)
    fee = {"fee_fen": 1200} if item else {}
    return mine, f"{COURIER}/{paid(house.lost.uow, TILL, mine['id'], **fee)['id']}"


async def test_a_parcel_is_addressed_handed_over_once_and_comes_back(house: House) -> None:
    mine, here = waits(house)
    async with house.at_work("clerk", Role.DESK) as client:
        page = (await client.get(COURIER)).text
        assert mine["number"] in page
        assert ADDRESS["street"] not in page
        slip = (await post(client, f"{here}/slip")).text
        for value in ADDRESS.values():
            assert value in slip
        form = {"carrier": "sf", "tracking_number": "SF 1234 5678 90123"}
        done = await post(client, f"{here}/hand", **form)
        assert done.headers["location"].endswith("done=sent")
        assert "SF1234567890123" in (await client.get(COURIER)).text
        again = await post(client, f"{here}/hand", **form)
        assert again.status_code == 409
        back = await post(client, f"{here}/back", desk_id="t2", note="nobody there")
        assert back.headers["location"].endswith("done=came_back")
    assert shown(house.lost.uow, mine["id"])["parcel"] == "came_back"


async def test_what_arrives_ends_and_what_cannot_be_sent_is_paid_back(house: House) -> None:
    mine, here = waits(house)
    async with house.at_work("clerk", Role.DESK) as client:
        await post(client, f"{here}/hand", carrier="sf", tracking_number="SF1234567890123")
        assert (await post(client, f"{here}/delivered")).status_code == 303
        other, there = waits(house)
        assert (await post(client, f"{there}/refuse", note="glass")).status_code == 303
    assert shown(house.lost.uow, mine["id"])["parcel"] == "delivered"
    assert shown(house.lost.uow, other["id"])["refunding_fen"] == 1800


async def test_a_watch_does_not_leave_by_one_hand(house: House) -> None:
    mine, here = waits(house, category="watch")
    async with house.at_work("clerk", Role.DESK) as client:
        assert 'name="witness_code"' in (await client.get(COURIER)).text
        alone = await post(client, f"{here}/hand", carrier="sf", tracking_number="SF1234567890123")
        assert alone.status_code in (400, 409)
    assert shown(house.lost.uow, mine["id"])["parcel"] == "waiting"


async def test_a_document_is_sent_once_the_desk_says_so(house: House) -> None:
    _, mine = approved(house.lost.uow, category="passport")
    async with house.at_work("clerk", Role.DESK) as client:
        done = await post(client, f"{COURIER}/clear", claim=mine["number"], note="card seen")
        assert done.headers["location"].endswith("done=cleared")
        assert (await post(client, f"{COURIER}/clear", claim="C-XXXXXX", note="x")).status_code == 409
