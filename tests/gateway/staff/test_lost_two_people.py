"""Where two people must act, one who sends forms of their own making doesn't get by as two."""

from __future__ import annotations

import base64

import orjson
import pytest

from kernel.ids import new_id
from services.lostfound import usecases
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.test_lost import send
from tests.gateway.staff.test_lost_claims import claimed, do, give
from tests.gateway.staff.test_lost_due import overdue, post
from tests.unit.lostfound import claims as half
from tests.unit.lostfound.examples import LIU, PLACE, propose

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"
FOUND_AT = "2026-11-20T06:30:00Z"


async def test_a_sheet_that_comes_back_names_no_witness_and_belittles_nothing(house: House) -> None:
    chen = house.staff.add("chen", Role.DESK)["id"]
    row = {"category": "umbrella", "found_from": FOUND_AT, "place": "METRO"}
    cash = {**row, "external_ref": "A-1", "cash": [{"currency": "CNY", "amount_minor": 100}]}
    watch = {**row, "external_ref": "A-2", "category": "watch", "valuable": False}
    good = [[2, {**cash, "witness": f"staff:{chen}"}], [3, {**watch, "witness": f"staff:{chen}"}]]
    forged = base64.b64encode(orjson.dumps({"good": good, "refused": []})).decode()
    async with house.at_work("lin", Role.DESK) as client:
        keys = keys_of((await client.get(f"{HOME}/import")).text)
        done = await client.post(
            f"{HOME}/import/register",
            data={**keys, "desk_id": "t2", "rows0": forged},
            files={"none": ("", b"")},
        )
    assert done.status_code == 200
    with house.lost.uow.read() as tx:
        (item,) = tx.store.items_after("", 10)
    assert (item.external_ref, item.valuable, item.counted_at) == ("A-2", True, None)


async def test_a_colleagues_code_is_good_for_the_sum_that_they_counted(house: House) -> None:
    house.staff.add("chen", Role.DESK)
    async with house.at_work("lin", Role.DESK) as client:
        wish = {
            "form_id": new_id(),
            "category": "cash",
            "witness_login": "chen",
            "witness_code": house.code(),
        }
        held_up = await send(client, **wish, cash="1250.50", shelf="Z-9")
        assert list(held_up["wrong"]) == ["shelf"], "the code was right"
        less = await send(client, **wish, cash="50.50", shelf="A-1")
        assert list(less["wrong"]) == ["witness_code"]
        told = await send(client, **wish, cash="1250.50", shelf="A-1")
        assert told["item"]["number"]


async def test_a_supervisors_code_is_good_for_the_list_they_saw(house: House) -> None:
    house.staff.add("wang", Role.SUPERVISOR)
    seen, other = (overdue(house, "food") for _ in range(2))
    lists = [propose(house.lost.uow, each, way="destroyed", actor=LIU) for each in (seen, other)]
    code = house.code()
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        first, second = (f"{HOME}/disposals/{each['id']}" for each in lists)
        keys = keys_of((await client.get(first)).text)
        wish = {**keys, "witness_login": "wang", "witness_code": code}
        assert (await post(client, first, f"{first}/withdraw")).status_code == 303
        late = await client.post(f"{first}/vouch", data=wish)
        assert late.status_code == 409, "the code was right, and the list is withdrawn"
        taken = await client.post(f"{second}/vouch", data=wish)
        assert taken.status_code == 409
        assert "Waits for a second person" in (await client.get(second)).text


async def test_a_watch_leaves_by_two_where_one_did_all_the_rest(house: House) -> None:
    house.staff.add("chen", Role.DESK)
    uow = house.lost.uow
    item, claim = claimed(house, category="watch")
    count = {"request_id": new_id(), "actor": LIU, "item_id": item["id"], "cash": [], "note": ""}
    usecases.count_cash(uow, PLACE, {**count, "witness": "staff:wu"})
    async with house.at_work("lin", Role.DESK) as client:
        assert (await do(client, claim, "approve")).status_code == 303
        code = half.see(uow, claim["id"])["code"]
        alone = await give(client, item["number"], code=code)
        assert alone.status_code == 400
        assert 'id="wrong-witness_login"' in alone.text
        colleague = {"witness_login": "chen", "witness_code": house.code()}
        assert (await give(client, item["number"], code=code, **colleague)).status_code == 303
