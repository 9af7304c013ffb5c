"""Lists between desks and counts of shelves: scanned, with what is missing told at once."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from gateway.staff.lost_transfers import numbers_in
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.unit.lostfound.examples import register

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"


async def post(client: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    return await client.post(to, data={**keys_of((await client.get(page)).text), **fields})


async def ask(client: httpx.AsyncClient, to: str, **body: Any) -> httpx.Response:
    token = re.search(r'<body data-token="([^"]+)"', (await client.get(HOME)).text)
    assert token
    return await client.post(to, json=body, headers={"X-Form-Token": token[1]})


async def test_a_list_leaves_and_what_did_not_come_is_told_when_it_is_scanned(house: House) -> None:
    one, other = register(house.lost.uow), register(house.lost.uow)
    stranger = register(house.lost.uow, desk_id="t1")
    new = f"{HOME}/transfers/new"
    async with house.at_work("lin", Role.DESK) as client:
        assert "Nothing is on its way" in (await client.get(f"{HOME}/transfers")).text
        none = await post(client, new, new, to_desk="t1")
        assert "Scan the items first." in none.text
        bad = await post(client, new, new, to_desk="t1", numbers=f"{one['number']}\nCSX-000000-0")
        assert bad.status_code == 400
        numbers = f"{one['number'].lower()}, {other['number']}\n{one['number']}"
        sent = await post(client, new, new, to_desk="t1", numbers=numbers, carrier="van 3")
        assert sent.status_code == 303, sent.text
        here = sent.headers["location"].split("?")[0]
        assert "van 3" in (await client.get(f"{HOME}/transfers")).text
        came = await post(
            client, here, f"{here}/accept", numbers=f"{one['number']} {stranger['number']}", shelf="A-1"
        )
        told = " ".join(re.sub(r"<[^>]+>", " ", came.text).split())
        assert "1 accepted." in told
        assert f"Not here yet: {other['number']}" in told
        assert f"Not of this list: {stranger['number']}" in told
        rest = await post(client, here, f"{here}/accept", numbers=other["number"])
        assert rest.status_code == 200
        assert "all came" in (await client.get(f"{HOME}/transfers")).text


async def test_a_script_learns_what_a_number_is_before_it_goes(house: House) -> None:
    item = register(house.lost.uow)
    async with house.at_work("lin", Role.DESK) as client:
        told = (await ask(client, f"{HOME}/look", number=item["number"])).json()
        assert told["good"] is True
        assert told["number"] == item["number"]
        assert (await ask(client, f"{HOME}/look", number="nothing")).status_code in {400, 404}
        assert (await ask(client, f"{HOME}/look", number=7)).status_code == 400


async def test_a_count_tells_differences_while_one_walks_and_closes_with_a_yes(house: House) -> None:
    there, lost_one = register(house.lost.uow), register(house.lost.uow)
    elsewhere, other_desk = register(house.lost.uow, shelf="A-2"), register(house.lost.uow, desk_id="t1")
    async with house.at_work("lin", Role.DESK) as client:
        begun = await post(client, f"{HOME}/stocktakes", f"{HOME}/stocktakes/begin", desk_id="t2")
        here = begun.headers["location"]
        again = await post(client, f"{HOME}/stocktakes", f"{HOME}/stocktakes/begin", desk_id="t2")
        assert again.headers["location"] == here, "one at a time: on to the open one"
        numbers = [there["number"], elsewhere["number"], other_desk["number"], "CSX-000000-0"]
        told = (await ask(client, f"{here}/scan", shelf="A-1", numbers=numbers)).json()
        assert told["results"][0]["good"] is True
        assert {each["told"] for each in told["results"][1:]} >= {"Shouldn't be here"}
        table = (await client.get(f"{here}/differences")).text
        assert "<html" not in table
        for word in ("Missing", "On another shelf", "Shouldn&#39;t be here"):
            assert word in table
        assert (await ask(client, f"{here}/scan", shelf="Z-9", numbers=["x"])).status_code == 400
        unsure = await post(client, here, f"{here}/close")
        assert unsure.status_code == 400
        assert (await post(client, here, f"{here}/close", sure="yes")).status_code == 303
        assert lost_one["number"] in (await client.get(f"{here}?as=csv")).text
        assert "Missing" in (await client.get(f"{HOME}/items/{lost_one['number']}")).text
        assert (await ask(client, f"{here}/scan", shelf="A-1", numbers=[there["number"]])).status_code == 409


async def test_a_count_works_without_a_script(house: House) -> None:
    item = register(house.lost.uow)
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        begun = await post(client, f"{HOME}/stocktakes", f"{HOME}/stocktakes/begin", desk_id="t2")
        here = begun.headers["location"]
        await post(client, here, f"{here}/numbers", numbers=item["number"], shelf="A-1")
        assert "与账面一致" in (await client.get(here)).text


def test_numbers_come_by_lines_blanks_and_commas_each_once() -> None:
    assert numbers_in(" a\r\nb, c；d\na ") == ["a", "b", "c", "d"]
    assert len(numbers_in(" ".join(str(each) for each in range(900)))) == 500
    assert numbers_in("  ") == []
