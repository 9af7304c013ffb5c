"""What is due: notices, lists of what leaves, two people for each, and the papers that go along."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from kernel import clock
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.unit.lostfound.examples import LIU, propose, register

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"


def overdue(house: House, category: str, **item: Any) -> dict[str, Any]:
    """Something of this kind whose time was over yesterday."""
    found = register(house.lost.uow, item={"category": category, **item})
    past = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with house.lost.uow.write() as tx:
        tx.connection.execute(
            text("UPDATE items SET keep_until = :at, registered_at = :at WHERE id = :id"),
            {"at": past, "id": found["id"]},
        )
    return found


async def post(client: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    return await client.post(to, data={**keys_of((await client.get(page)).text), **fields})


async def test_a_published_notice_says_what_was_found_and_nothing_to_claim_it_with(house: House) -> None:
    coat = overdue(house, "coat")
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        assert coat["number"] in (await client.get(f"{HOME}/due?step=notice")).text
        none = await post(client, f"{HOME}/due", f"{HOME}/due/publish")
        assert none.status_code == 400
        assert "Tick the items first." in none.text
        done = await post(client, f"{HOME}/due", f"{HOME}/due/publish", item=coat["id"])
        notice = (await client.get(done.headers["location"])).text
    assert "外套" in notice
    assert "Coat or jacket" in notice
    for secret in (coat["number"], "Bosideng", "羽绒服, hood", "34"):
        assert secret not in notice.split("<article")[1]


async def test_documents_leave_for_the_police_by_two_supervisors_with_their_list(house: House) -> None:
    passport = overdue(house, "passport", description="red cover")
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        done = await post(
            client,
            f"{HOME}/due",
            f"{HOME}/due/propose",
            item=passport["id"],
            step="police",
            way="police",
            recipient="机场公安",
        )
        here = done.headers["location"].split("?")[0]
        page = (await client.get(here)).text
        assert "Confirm as the second person" not in page
        alone = await post(client, here, f"{here}/confirm")
        assert alone.status_code == 409
    async with house.at_work("wang", Role.SUPERVISOR) as client:
        assert "you may confirm" in (await client.get(f"{HOME}/due")).text
        assert (await post(client, here, f"{here}/confirm")).status_code == 303
        assert "Confirmed by two" in (await client.get(f"{here}?done=confirmed")).text
        assert "Handed to the police" in (await client.get(f"{HOME}/items/{passport['number']}")).text
        pdf = await client.get(f"{here}/list.pdf")
        assert pdf.content.startswith(b"%PDF")
        assert passport["number"] in (await client.get(f"{here}?as=csv")).text
        assert "Earlier lists" in (await client.get(f"{HOME}/due")).text
        assert (await client.get(f"{here}?as=xlsx")).content.startswith(b"PK")


async def test_the_second_person_may_confirm_beside_the_first_with_their_own_code(house: House) -> None:
    house.staff.add("wang", Role.SUPERVISOR)
    house.staff.add("clerk", Role.DESK)
    food = overdue(house, "food")
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        done = await post(
            client, f"{HOME}/due", f"{HOME}/due/propose", item=food["id"], step="destroy", way="destroyed"
        )
        here = done.headers["location"].split("?")[0]
        none = await post(client, here, f"{here}/vouch")
        assert none.status_code == 400
        clerk = await post(client, here, f"{here}/vouch", witness_login="clerk", witness_code=house.code())
        assert clerk.status_code == 409, "a clerk's code isn't enough"
        both = await post(client, here, f"{here}/vouch", witness_login="wang", witness_code=house.code())
        assert both.status_code == 303, both.text
        custody = (await client.get(f"{HOME}/items/{food['number']}")).text
        assert "Wang" in custody
        assert "Disposed of" in custody


async def test_a_list_is_withdrawn_and_what_is_on_one_cannot_be_on_another(house: House) -> None:
    food = overdue(house, "food")
    listed = propose(house.lost.uow, food, way="destroyed", actor=LIU)
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        page = (await client.get(f"{HOME}/due")).text
        assert re.search(rf'value="{food["id"]}"[^>]* disabled', page)
        again = await post(
            client, f"{HOME}/due", f"{HOME}/due/propose", item=food["id"], step="destroy", way="destroyed"
        )
        assert again.status_code == 409
        here = f"{HOME}/disposals/{listed['id']}"
        assert (await post(client, here, f"{here}/withdraw")).status_code == 303
        assert "Withdrawn" in (await client.get(here)).text
        late = await post(client, here, f"{here}/confirm")
        assert late.status_code == 409


async def test_a_clerk_looks_and_decides_nothing(house: House) -> None:
    food = overdue(house, "food")
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        page = (await client.get(f"{HOME}/due")).text
        assert food["number"] in page
        assert "须由主管操作" in page
        assert "《民法典》第三百一十四条" in page
        for path in ("due/publish", "due/propose", f"disposals/{'f' * 32}/confirm"):
            assert (await post(client, f"{HOME}/due", f"{HOME}/{path}", item=food["id"])).status_code == 403
