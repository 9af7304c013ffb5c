"""The inspector's page and the bus desk: what they ask for, in whose name, and what they refuse."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.staff.assets import Assets
from kernel import clock
from kernel.ids import new_id
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of

pytestmark = pytest.mark.anyio
DOOR = "/staff/inspector"
BUS = "b20"


def scan(**changes: Any) -> dict[str, Any]:
    made = {"scan_id": new_id(), "code": "BUS1:ABC", "scanned_at": clock.real_now().isoformat()}
    return {key: value for key, value in (made | changes).items() if value is not None}


def scans(*each: dict[str, Any], **changes: Any) -> dict[str, Any]:
    sent_at = clock.real_now().isoformat()
    return {"departure_id": BUS, "device": "phone-1", "sent_at": sent_at, "scans": list(each)} | changes


async def token_of(client: httpx.AsyncClient) -> dict[str, str]:
    drawn = re.search(r'<body data-token="([^"]+)"', (await client.get(f"{DOOR}/{BUS}")).text)
    assert drawn
    return {"X-Form-Token": drawn[1]}


async def test_an_inspector_lands_at_the_buses_to_come(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        assert (await client.get("/staff")).headers["location"] == DOOR
        found = (await client.get(DOOR)).text
        assert f'href="{DOOR}/b20"' in found
        assert f'href="{DOOR}/b80"' in found
        assert f'href="{DOOR}/b-180"' not in found, "it is long gone"
        assert "No more buses today." in (await client.get(f"{DOOR}?line=Z9")).text


async def test_the_page_holds_what_its_script_needs_and_says_how_long_it_may_be_kept(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        answer = await client.get(f"{DOOR}/{BUS}?lang=zh-CN")
        words = re.search(r'data-words="([^"]+)"', answer.text)
        assert words
        said = json.loads(unescape(words[1]))
        assert said["verdicts"]["already_boarded"]["title"] == "已经上车"
        assert 0 < int(answer.headers["x-page-for-s"]) <= 24 * 3600
        assert answer.headers["x-page-of"]
        for name in ("data-ed25519", "data-zxing", "data-wasm", "data-reader"):
            address = re.search(f'{name}="([^"]+)"', answer.text)
            assert address, name
            assert (await client.get(address[1])).status_code == 200, name
        assert (await client.get(f"{DOOR}/none")).status_code == 404


async def test_its_scripts_are_kept_by_nobody_and_only_the_reader_may_compile(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        keeper, reader = await client.get(f"{DOOR}/worker.js"), await client.get(f"{DOOR}/reader.js")
    for answer in (keeper, reader):
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
    assert "wasm-unsafe-eval" in reader.headers["content-security-policy"]
    assert "unsafe" not in keeper.headers["content-security-policy"]


async def test_what_the_phone_must_know_comes_in_one_answer(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR, language="zh") as client:
        token = await token_of(client)
        wish = {"departure_id": BUS, "since": 3, "day": True}
        told = (await client.post(f"{DOOR}/state", json=wish, headers=token)).json()
    assert (told["version"], told["more"], told["revoked"]) == (7, False, ["e" * 32])
    assert told["keys"][0]["key_id"] == 1
    assert told["tickets"][2]["from_name"] == "五一广场"
    assert "机场大巴A1线" in told["others"]["b80"]
    asked = {method: request for _, method, request, _ in house.rpc.calls}
    assert asked["list_revocations"] == {"since": 3}


async def test_who_scanned_is_the_sessions_word_and_when_is_reckoned_by_our_clock(house: House) -> None:
    fast = clock.real_now() + timedelta(hours=2)
    old = scan(scanned_at=(fast - timedelta(seconds=40)).isoformat())
    ahead = scan(scanned_at=(fast + timedelta(hours=9)).isoformat(), code=None, ticket_id="7K2P9Q")
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        token = await token_of(client)
        wish = scans(old, ahead, sent_at=fast.isoformat())
        answer = await client.post(f"{DOOR}/scans", json=wish, headers=token)
        assert answer.json()["results"][0]["from_name"] == "Wuyi Square"
        assert answer.json()["results"][0]["to_name"] is None
        # The same once more, as when the answer was lost: another request, the same scans.
        assert (await client.post(f"{DOOR}/scans", json=wish, headers=token)).status_code == 200
        forged = await client.post(f"{DOOR}/scans", json=wish | {"actor": "staff:boss"}, headers=token)
        assert (forged.status_code, forged.json()["code"]) == (400, "gateway.bad_body")
    first, again = house.bus.boarded
    account = house.staff.uow.store.accounts.by_login("zhou")
    assert first["actor"] == again["actor"] == f"staff:{account.id}"
    assert first["request_id"] != again["request_id"]
    assert [each["scan_id"] for each in first["scans"]] == [each["scan_id"] for each in again["scans"]]
    ages = [(clock.real_now() - each["scanned_at"]).total_seconds() for each in first["scans"]]
    assert 40 <= ages[0] < 60, "as long ago as the phone says, whatever its clock shows"
    assert 0 <= ages[1] < 20, "nobody scans in the future"
    assert first["scans"][1]["ticket_id"] == "7K2P9Q"


@pytest.mark.parametrize(
    "wish",
    [
        [],
        {},
        scans(),
        scans(*(scan() for _ in range(201))),
        scans(scan(code="x" * 601)),
        scans(scan(scanned_at="2026-11-23T08:00:00")),
        scans(scan(), sent_at=None),
        scans(scan(), departure_id=""),
        scans(scan() | {"result": "boarded"}),
    ],
)
async def test_what_is_no_scan_reaches_no_service(wish: Any, house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        token = await token_of(client)
        answer = await client.post(f"{DOOR}/scans", json=wish, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (400, "gateway.bad_body")
    assert house.bus.boarded == []


async def test_a_tick_is_taken_back_with_a_reason_and_refused_in_words(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        token = await token_of(client)
        wish = {"request_id": new_id(), "ticket_id": "1" * 32, "reason": "Ticked by mistake"}
        assert (await client.post(f"{DOOR}/undo", json=wish, headers=token)).status_code == 200
        over = await client.post(f"{DOOR}/undo", json=wish | {"ticket_id": "f" * 32}, headers=token)
        assert (over.status_code, over.json()["code"]) == (409, "bus.ticket_not_boarded")
        mute = await client.post(f"{DOOR}/undo", json=wish | {"reason": ""}, headers=token)
        assert mute.status_code == 400
    assert house.bus.undone[0]["reason"] == "Ticked by mistake"
    assert house.bus.undone[0]["request_id"] == f"unboard_ticket:{wish['request_id']}"


async def test_the_day_shows_how_full_each_bus_is(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        found = (await client.get("/staff/bus")).text
        assert 'aria-label="1 on board, 6 sold, 2 held, of 45 seats"' in found
        assert "18 <small>/ 135</small>" in found, "three buses in all"
        assert (await client.get("/staff/bus?day=yesterday")).status_code == 200
        await client.get("/staff/bus?day=2026-01-31")
    days = [request["day_local"] for _, method, request, _ in house.rpc.calls if method == "list_day"]
    assert days[-1] == "2026-01-31"


async def test_a_manifest_is_taken_out_as_a_file_and_noted(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        page = (await client.get(f"/staff/bus/{BUS}")).text
        answer = await client.get(f"/staff/bus/{BUS}?state=valid&as=csv")
    assert "Cancel this bus" not in page, "that is the supervisor's"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Short code", "Passenger", "Gets on at", "Gets off at", "State", "Boarded"]
    assert len(rows) == 6
    assert answer.headers["content-disposition"] == 'attachment; filename="manifest-b20.csv"'
    assert [each for _, each, _, _ in house.rpc.calls].count("record_action") == 1


async def test_copies_name_who_let_whom_on(house: House) -> None:
    account = house.staff.add("zhou", Role.INSPECTOR)
    at = datetime(2026, 11, 23, 8, 0, tzinfo=clock.real_now().tzinfo).isoformat()
    second = {
        "scan_id": "s1",
        "ticket_id": "a" * 32,
        "departure_id": BUS,
        "scanned_at": at,
        "device": "phone-2",
    }
    first = {"first_at": at, "first_device": "phone-1", "first_actor": "staff:gone"}
    house.bus.copy = second | {"actor": f"staff:{account['id']}"} | first
    async with house.at_work("zhou") as client:
        found = (await client.get("/staff/bus/copies")).text
        assert "Nothing matches." in (await client.get("/staff/bus/copies?q=phone-9")).text
    assert "Zhou<small>phone-2</small>" in found
    assert "staff:gone<small>phone-1</small>" in found


def test_without_fetched_assets_the_console_starts_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "own.js").write_text("// ours", encoding="utf-8")
    found = Assets(tmp_path)
    assert found.url("vendor/zxing.wasm") == ""
    assert "python -m deploy.assets" in caplog.text
    with pytest.raises(KeyError):
        found.url("other.js")


CANCEL = f"/staff/bus/{BUS}/cancel"
REASON = {"reason_zh": "暴雨封路", "reason_en": "The road is closed by heavy rain"}


async def test_a_bus_is_cancelled_by_a_supervisor_who_types_its_hour(house: House) -> None:
    hour = re.compile(r"Type (\d\d:\d\d) to confirm")
    async with house.at_work("chen", Role.SUPERVISOR) as client:
        shown = (await client.get(CANCEL)).text
        assert "¥120.00" in shown
        moved = (await client.get(f"{CANCEL}?move_to=b80")).text
        assert "37" in moved
        typed = hour.search(shown)
        assert typed
        keys = keys_of(moved) | REASON | {"move_to": "b80"}
        for wrong in ({"confirm": "00:61"}, {"confirm": ""}, {"confirm": typed[1], "reason_en": " "}):
            refused = await client.post(CANCEL, data=keys | wrong)
            assert refused.status_code == 400
            assert "暴雨封路" in refused.text, "what was typed is still there"
        assert house.bus.cancelled == []
        done = await client.post(CANCEL, data=keys | {"confirm": typed[1].replace(":", "：")})
        assert done.status_code == 200
        assert "The bus is cancelled" in done.text
    (wish,) = house.bus.cancelled
    account = house.staff.uow.store.accounts.by_login("chen")
    assert (wish["actor"], wish["move_to"]) == (f"staff:{account.id}", "b80")
    assert wish["reason"] == {"zh": "暴雨封路", "en": "The road is closed by heavy rain"}


async def test_whom_another_bus_has_no_room_for_is_not_moved_there(house: House) -> None:
    house.bus.fits = False
    async with house.at_work("chen", Role.SUPERVISOR) as client:
        shown = (await client.get(f"{CANCEL}?move_to=b80")).text
    assert "t all fit on that bus" in shown
    assert 'name="confirm"' not in shown


async def test_a_bus_that_is_not_offered_is_not_chosen_by_an_address(house: House) -> None:
    async with house.at_work("chen", Role.SUPERVISOR) as client:
        shown = (await client.get(f"{CANCEL}?move_to=b-180")).text
    asked = [request for _, method, request, _ in house.rpc.calls if method == "preview_cancellation"]
    assert asked == [{"departure_id": BUS, "move_to": None}]
    assert 'name="move_to" value=""' in shown


async def test_an_inspector_cancels_nothing(house: House) -> None:
    async with house.at_work("zhou", Role.INSPECTOR) as client:
        assert (await client.get(CANCEL)).status_code == 403
        keys = keys_of((await client.get(DOOR)).text)
        assert (await client.post(CANCEL, data=keys | REASON)).status_code == 403
    assert house.bus.cancelled == []
