"""What finders announce: it comes and is an item, it has a number already, or it won't come."""

from __future__ import annotations

import httpx
import pytest

from gateway.staff.lost_finds import FIND_STATES
from services.lostfound.schemas.claim_words import FindState
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.unit.lostfound import claims as half
from tests.unit.lostfound.examples import register

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"


async def post(client: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    return await client.post(to, data={**keys_of((await client.get(page)).text), **fields})


async def test_a_passport_from_london_comes_and_is_an_item_with_what_the_finder_told(house: House) -> None:
    find = half.announce(house.lost.uow)
    here = f"{HOME}/finds/{find['find_id']}"
    async with house.at_work("lin", Role.DESK) as client:
        assert find["number"] in (await client.get(f"{HOME}/finds")).text
        page = (await client.get(here)).text
        assert "Heathrow Express" in page
        assert "7946 0000" not in page
        assert "7946 0000" in (await post(client, here, f"{here}/contact", why="where is it")).text
        wrong = await post(client, here, f"{here}/receive", desk_id="t2", shelf="Z-9", place="METRO")
        assert wrong.status_code == 400
        fields = {"desk_id": "t2", "shelf": "A-1", "place": "METRO", "doc_number": "E12345678"}
        done = await post(client, here, f"{here}/receive", **fields)
        assert done.status_code == 303, done.text
        item = (await client.get(done.headers["location"])).text
        assert "Heathrow Express" in item
        assert "A Chinese passport, red cover" in item
        assert "Received" in (await client.get(here)).text
        again = await post(client, here, f"{here}/close", note="too late")
        assert again.status_code == 409


async def test_what_has_a_number_already_is_named_by_it(house: House) -> None:
    find, item = half.announce(house.lost.uow), register(house.lost.uow)
    here = f"{HOME}/finds/{find['find_id']}"
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        assert (await post(client, here, f"{here}/receive", number="CSX-000000-0")).status_code == 400
        done = await post(client, here, f"{here}/receive", number=item["number"])
        assert done.headers["location"].endswith(item["number"])


async def test_what_will_not_come_is_closed_with_a_reason(house: House) -> None:
    find = half.announce(house.lost.uow)
    here = f"{HOME}/finds/{find['find_id']}"
    async with house.at_work("lin", Role.DESK) as client:
        assert (await post(client, here, f"{here}/close", note="")).status_code == 400
        assert (await post(client, here, f"{here}/close", note="handed in at Heathrow")).status_code == 303
        assert "handed in at Heathrow" in (await client.get(here)).text
        assert "No finder has announced" in (await client.get(f"{HOME}/finds")).text
        assert find["number"] in (await client.get(f"{HOME}/finds?state=all")).text


def test_every_state_of_a_find_has_its_word() -> None:
    assert set(FIND_STATES) == {each.value for each in FindState}
