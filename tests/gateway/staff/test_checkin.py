"""The check-in desk: what it shows of people, what it does, and what the trail knows of it."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from gateway.staff.checkin_views import masked
from gateway.staff.plots import layers
from services.checkin.schemas import StaffAction
from services.staff import usecases
from services.staff.schemas import Role
from tests.gateway.staff.checkin_desk import DAY, CheckinDesk
from tests.gateway.staff.house import House, keys_of
from tests.unit.checkin.examples import FLIGHT_ID, scan

pytestmark = pytest.mark.anyio
HOME = f"/staff/checkin/{FLIGHT_ID}"


@pytest.fixture
def desk(house: House) -> CheckinDesk:
    found: Any = house.rpc.services["checkin"]
    return found


def names_in(page: str) -> list[str]:
    return re.findall(r"(?:ZHAO|SUN|WANG|LI)/[A-Z]+", page)


def trail(house: House) -> list[dict[str, Any]]:
    rows = usecases.list_audit(house.staff.uow, {"text": "", "limit": 20, "cursor": ""})["rows"]
    return [row for row in rows if not row["action"].startswith(("sign_in.", "account."))]


async def do(client: httpx.AsyncClient, who: str, action: str, **more: str) -> httpx.Response:
    page = (await client.get(f"{HOME}/{who}")).text
    form = {**keys_of(page), "action": action, "reason": "asked at the desk", **more}
    return await client.post(f"{HOME}/{who}/act", data=form)


async def test_the_day_shows_its_flights_and_how_far_they_are(house: House) -> None:
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:
        day = (await client.get(f"/staff/checkin?day={DAY}")).text
        assert "Boarded 0, checked in 1, of 6" in day
        assert (
            "Expected in all: 6; Checked in: 1; Through the gate: 0; Infants checked in: 0; Special services: 1"
            in day
        )
        assert "CZ3101" in (await client.get(f"/staff/checkin?day={DAY}&q=3101")).text
        assert (
            "CZ3101"
            not in (await client.get(f"/staff/checkin?day={DAY}&q=MU"))
            .text.split("<main")[1]
            .split("q=MU")[-1]
        )
        for odd in ("2026-13-45", "0001-01-01", "9999-12-31", "x"):
            assert (await client.get(f"/staff/checkin?day={odd}")).status_code == 200


async def test_names_are_masked_until_they_are_asked_for_and_the_trail_knows(
    house: House, desk: CheckinDesk
) -> None:
    who = desk.traveller("WCH001").id
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:
        for path in (HOME, f"{HOME}/seats", f"{HOME}/{who}", f"{HOME}?as=csv"):
            page = (await client.get(path)).text
            assert names_in(page) == [], path
            assert "WCH001" in page or path.endswith("seats")
        assert [row["action"] for row in trail(house)] == ["export.taken"]
        keys = keys_of((await client.get(HOME)).text)
        shown = await client.post(f"{HOME}/names?only=agent", data=keys)
        assert names_in(shown.text) == ["ZHAO/MIN"]
        assert names_in((await client.post(f"{HOME}/{who}/name", data=keys)).text) == ["ZHAO/MIN"]
    rows = trail(house)[:2]
    assert [(row["action"], row["subject"]) for row in rows] == [
        ("names.shown", f"{FLIGHT_ID}/{who}"),
        ("names.shown", FLIGHT_ID),
    ]
    assert rows[1]["detail"] == {"travellers": 1, "asked": {"only": "agent"}}


async def test_the_list_is_searched_filtered_and_taken_out_without_documents(house: House) -> None:
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:

        async def pnrs(query: str) -> list[str]:
            page = (await client.get(f"{HOME}?{query}")).text
            return re.findall(r'data-label="Booking">(\w+)<', page)

        assert await pnrs("q=zhao") == ["WCH001"]
        assert await pnrs("q=hao") == [], "from the middle of a name nothing is found"
        assert await pnrs("q=z") == [], "nor by one letter"
        assert await pnrs("q=fam001&order=name") == ["FAM001"] * 4
        assert await pnrs("standing=checked_in") == ["OUT001"]
        assert await pnrs("only=infant") == ["FAM001"]
        assert await pnrs("only=agent") == ["WCH001"]
        assert len(await pnrs("only=seatless")) == 5
        assert (await pnrs("order=sequence"))[0] == "OUT001"
        assert await pnrs("q=nobody") == []
        taken = await client.get(f"{HOME}?as=csv&only=agent")
    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["Name", "Seat", "Sequence", "Booking"]
    assert [row[0] for row in rows[1:]] == ["Z***/M***"]


async def test_a_desk_checks_in_seats_boards_back_and_off_loads_with_a_reason(
    house: House, desk: CheckinDesk
) -> None:
    who = desk.traveller("WCH001").id
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:
        page = (await client.get(f"{HOME}/{who}")).text
        assert "Wheelchairs are arranged at the counter" in page
        assert set(re.findall(r'name="action" value="(\w+)"', page)) == {
            "check_in",
            "seat",
            "clear",
            "off_load",
        }
        done = await do(client, who, "check_in", seat="36C")
        assert done.headers["location"].endswith("?done=check_in")
        assert "Done: Check in" in (await client.get(done.headers["location"])).text
        assert (await do(client, who, "seat", seat="37D")).status_code == 303
        scan(desk.uow, sequence=2)
        assert desk.traveller("WCH001").standing.value == "boarded"
        for action in ("unboard", "cancel_check_in", "clear", "off_load", "reinstate"):
            assert (await do(client, who, action)).status_code == 303, action
        page = (await client.get(f"{HOME}/{who}")).text
        assert "Anna" in page.split("Who did what")[-1]
        assert page.count("asked at the desk") == 7
        assert "Gate gate-12" in page
        assert "Settled" in page, "what was dealt with is told, and no longer in the way"
        assert "Must see an agent" not in page
    assert desk.traveller("WCH001").standing.value == "booked"


async def test_what_cannot_be_done_is_told_beside_the_form(house: House, desk: CheckinDesk) -> None:
    who, other = desk.traveller("WCH001").id, desk.traveller("OUT001")
    async with house.at_work("anna", Role.CHECKIN_DESK, language="zh") as client:
        taken = await do(client, who, "check_in", seat=other.seat)
        assert taken.status_code == 409
        assert "已有人" in taken.text
        assert 'value="asked at the desk"' in taken.text, "what was typed is kept"
        assert (await do(client, who, "check_in", seat="99Z")).status_code == 400
        assert (await do(client, who, "unboard")).status_code == 409
        for odd in ({"action": "promote"}, {"reason": "  "}, {"seat": "<b>"}):
            assert (await do(client, who, **{"action": "check_in", **odd})).status_code == 400, odd
        assert (await client.get(f"{HOME}/nobody")).status_code == 404
        assert (await client.get("/staff/checkin/CZ1-20261124-CSX-PEK")).status_code == 404
    assert desk.traveller("WCH001").standing.value == "booked"


async def test_a_form_that_is_sent_twice_acts_once(house: House, desk: CheckinDesk) -> None:
    who = desk.traveller("WCH001").id
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:
        form = {
            **keys_of((await client.get(f"{HOME}/{who}")).text),
            "action": "check_in",
            "reason": "papers seen",
        }
        answers = [await client.post(f"{HOME}/{who}/act", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert desk.uow.store.rows[FLIGHT_ID].last_sequence == 2


async def test_the_map_shows_every_seat_once_and_who_sits_there_without_a_name(
    house: House, desk: CheckinDesk
) -> None:
    async with house.at_work("anna", Role.CHECKIN_DESK) as client:
        page = (await client.get(f"{HOME}/seats")).text
        seat = desk.traveller("OUT001").seat
        assert f'aria-label="{seat}, S***/L***, Checked in' in page
        assert len(re.findall(r'class="hidden">\d+[A-F], free', page)) == 119
        choosing = (await client.get(f"{HOME}/{desk.traveller('WCH001').id}")).text
        assert len(re.findall(r'type="radio" name="seat"', choosing)) == 119


def test_every_action_of_the_service_is_offered_somewhere_and_masks_hold() -> None:
    from gateway.staff.checkin_words import ACTIONS, POSSIBLE, STANDINGS

    assert set(ACTIONS) == set(StaffAction) == {each for many in POSSIBLE.values() for each in many}
    assert set(POSSIBLE) == set(STANDINGS)
    assert masked("OUYANG/XIU MING") == "O***/X***"
    for of, parts in ((0, ((0, "go"),)), (10, ((12, "go"), (3, "done")))):
        ElementTree.fromstring(layers("<b>", of, parts))
