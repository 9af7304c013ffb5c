"""The airport bus in the chat: next departures, by stop and by place; and messages about what is followed."""

from __future__ import annotations

import asyncio
import re

import orjson
import pytest

from gateway.errors import ServiceAway
from gateway.wechat.places import wgs84
from kernel.clock import monotonic
from services.bus.errors import NoTimetable
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, until
from tests.gateway.web.bus import FakeBus
from tests.gateway.wechat.platform import (
    IN_TIME_S,
    NEVER_S,
    OPENID,
    FakeNotify,
    FakePassengers,
    account,
    document,
    event,
)
from tests.support.days import day, noon

pytestmark = pytest.mark.anyio


LINE = re.compile(r"^(\d+月\d+日 |\d+ \w{3} )?\d\d:\d\d .+ ¥\d+ (余\d+座|停售|\d+ seats left|not on sale)$")


@pytest.fixture
def rpc() -> FakeRpc:
    return FakeRpc(
        flights=FakeFlights([flight()]), passengers=FakePassengers(), notify=FakeNotify(), bus=FakeBus()
    )


@pytest.mark.parametrize("said", ["大巴", "机场大巴怎么坐", "怎么去市区", "bus", "airport shuttle"])
async def test_bus_is_answered_with_the_next_departures_from_the_airport(rpc: FakeRpc, said: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
    zh = not said.isascii()
    assert reply["Url"] == "https://fly.example/bus"
    assert reply["Title"] == ("机场大巴" if zh else "Airport bus")
    head, *lines, hint = reply["Description"].split("\n")
    assert len(lines) == 4
    assert all(LINE.match(line) for line in lines), lines
    assert ("黄花机场" in head) if zh else ("Changsha Airport" in head)
    assert ("发送您的位置" if zh else "send your location") in hint


@pytest.mark.parametrize(
    ("said", "title", "path"),
    [
        ("大巴 五一广场", "五一广场 → 长沙黄花机场", "/bus/stops/WUYI"),
        ("五一广场", "五一广场 → 长沙黄花机场", "/bus/stops/WUYI"),
        ("bus wuyi square", "Wuyi Square → Changsha Airport", "/bus/stops/WUYI"),
        ("Wuyi Square?", "Wuyi Square → Changsha Airport", "/bus/stops/WUYI"),
        ("长沙火车南站的大巴", "长沙火车南站 → 长沙黄花机场", "/bus/stops/HSR"),
        ("大巴去五一广场", "长沙黄花机场 → 五一广场", "/bus/departures?from=CSX&to=WUYI"),
        ("bus to Wuyi Square", "Changsha Airport → Wuyi Square", "/bus/departures?from=CSX&to=WUYI"),
    ],
)
async def test_a_stop_that_is_named_is_answered_with_its_departures(
    rpc: FakeRpc, said: str, title: str, path: str
) -> None:
    async with account(rpc) as (_, phone):
        await phone.say("大巴" if said[0] > "~" else "bus")  # by now the stops are known
        reply = await phone.say(said)
    assert (reply["Title"], reply["Url"]) == (title, f"https://fly.example{path}")
    assert all(LINE.match(line) for line in reply["Description"].split("\n"))


async def test_stops_are_learnt_in_the_background(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert "您可以直接发给我" in (await phone.say("五一广场"))["Content"]
        await until(lambda: any(call[:2] == ("bus", "list_stops") for call in rpc.calls))
        await asyncio.sleep(0)
        assert (await phone.say("五一广场"))["Url"].endswith("/bus/stops/WUYI")


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "最近的站点：五一广场（"), ("en", "Nearest stop: Wuyi Square (")]
)
async def test_a_place_is_answered_with_the_nearest_stop(rpc: FakeRpc, language: str, words: str) -> None:
    place = {"Location_X": "28.1953", "Location_Y": "112.9830", "Scale": "15", "Label": "x"}
    async with account(rpc) as (_, phone):
        await phone.say("你好" if language == "zh" else "hello there")
        reply = await phone.push(document(MsgType="location", **place))
    assert reply["Title"].startswith(words)
    assert int(re.findall(r"(\d+) (?:米|m)", reply["Title"])[0]) < 600
    assert reply["Url"] == "https://fly.example/bus/stops/WUYI"
    assert all(LINE.match(line) for line in reply["Description"].split("\n"))


async def test_a_place_that_is_far_or_none_is_said(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        berlin = await phone.push(document(MsgType="location", Location_X="52.5", Location_Y="13.4"))
        assert "没有机场大巴站点" in berlin["Description"]
        for bad in ({"Location_X": "north", "Location_Y": "1"}, {"Location_X": "91", "Location_Y": "1"}, {}):
            reply = await phone.push(document(MsgType="location", **bad))
            assert "再发一次" in reply["Content"]
        nan = await phone.push(document(MsgType="location", Location_X="nan", Location_Y="1"))
        assert "再发一次" in nan["Content"]


def test_places_on_a_chinese_map_are_turned_back_to_the_globe() -> None:
    # Tiananmen on both, from public tables of the shift; within five metres.
    latitude, longitude = wgs84(39.908725, 116.397470)
    assert abs(latitude - 39.907323) < 0.00005
    assert abs(longitude - 116.391226) < 0.00005
    assert wgs84(52.5, 13.4) == (52.5, 13.4)


@pytest.mark.parametrize("said", ["大巴", "bus"])
async def test_without_the_bus_service_the_way_to_the_page_is_shown(rpc: FakeRpc, said: str) -> None:
    class Silent:
        def __getattr__(self, name: str) -> object:
            raise NoTimetable if said == "bus" else ServiceAway(service="bus")

    rpc.services["bus"] = Silent()
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert reply["Url"] == "https://fly.example/bus"
        assert ("稍后再看" if said == "大巴" else "in a while") in reply["Description"]
        place = await phone.push(document(MsgType="location", Location_X="28.2", Location_Y="112.9"))
        assert place["Url"] == "https://fly.example/bus"


async def test_a_bus_service_that_says_nothing_costs_less_than_a_second(rpc: FakeRpc) -> None:
    asked = rpc.call_bytes

    async def call_bytes(service: str, *args: object, **more: object) -> bytes:
        if service == "bus":
            buses.append(service)
            await asyncio.sleep(NEVER_S)
        return await asked(service, *args, **more)  # type: ignore[arg-type]

    buses: list[str] = []
    rpc.call_bytes = call_bytes  # type: ignore[method-assign, assignment]
    async with account(rpc) as (_, phone):
        began = monotonic()
        reply = await phone.say("大巴")
        assert monotonic() - began < IN_TIME_S
        assert "稍后再看" in reply["Description"]
        before = len(buses)
        assert before
        assert (await phone.say("CZ3101"))["Title"].startswith("CZ3101")
        assert len(buses) == before, "other questions don't wait for buses"


async def test_a_departure_of_another_day_names_it(rpc: FakeRpc) -> None:
    bus, tomorrow = rpc.services["bus"], day(1)
    search = bus.search_departures
    bus.search_departures = lambda asked: search(asked | {"after": noon(1).isoformat()})
    async with account(rpc) as (_, phone):
        await phone.say("大巴")  # by now the stops are known
        reply = await phone.say("大巴 五一广场")
    for line in reply["Description"].split("\n"):
        assert line.startswith(f"{tomorrow.month}月{tomorrow.day}日 "), line


# --- languages and consents ---------------------------------------------------------------------------


async def test_the_language_somebody_writes_in_is_told_when_it_changes(rpc: FakeRpc) -> None:
    noted = rpc.services["passengers"].noted
    async with account(rpc) as (_, phone):
        for said in ("CZ3101", "is CZ3101 late", "CZ3101", "when does it leave", "航班晚点了吗", "ok?"):
            await phone.say(said)
            await asyncio.sleep(0.01)
        await until(lambda: len(noted) == 3)
    assert [one["written_in"] for one in noted] == [None, "en", "zh"]


async def test_who_subscribes_brings_the_language_of_their_wechat(rpc: FakeRpc) -> None:
    rpc.services["notify"].language = "en"
    noted = rpc.services["passengers"].noted
    async with account(rpc) as (_, phone):
        await phone.push(event("subscribe", EventKey=""))
        await until(lambda: len(noted) == 1)
    assert (noted[0]["written_in"], noted[0]["language"]) == (None, "en"), "no word of their own"


async def test_who_is_new_is_welcomed_in_the_language_of_their_wechat(rpc: FakeRpc) -> None:
    rpc.services["notify"].language = "en"
    async with account(rpc) as (_, phone):
        assert "Welcome" in (await phone.push(event("subscribe", EventKey="")))["Content"]
        assert (await phone.say("CZ3101"))["Title"].endswith("Scheduled")
        assert (await phone.say("CZ3101 怎么样"))["Title"].endswith("计划"), "they write Chinese after all"


async def test_who_wrote_english_before_is_answered_so_by_a_gateway_that_knows_nothing_of_it(
    rpc: FakeRpc,
) -> None:
    rpc.services["passengers"].languages[OPENID] = "en"
    rpc.services["notify"].language = "zh"
    async with account(rpc) as (_, phone):
        assert (await phone.say("CZ3101"))["Title"].endswith("Scheduled")
        assert "Welcome" in (await phone.push(event("subscribe", EventKey="")))["Content"]
        assert "Airport bus" in (await phone.push(event("CLICK", EventKey="topic:bus")))["Title"]


async def test_a_chosen_language_goes_before_the_one_that_is_written_and_is_heard_of_at_once(
    rpc: FakeRpc,
) -> None:
    passengers = rpc.services["passengers"]
    async with account(rpc) as (_, phone):
        assert (await phone.say("CZ3101 怎么样"))["Title"].endswith("计划")
        passengers.chosen = "en"
        assert (await phone.say("CZ3101"))["Title"].endswith("计划"), "nobody told us yet"
        changed = {"passenger_id": f"p-{OPENID}", "openid": OPENID}
        rpc.publish("passengers", "passenger_changed", orjson.dumps({"data": changed}))
        assert (await phone.say("CZ3101 怎么样"))["Title"].endswith("Scheduled")
        assert "Lost and found" in (await phone.say("失物"))["Content"]


async def test_nobody_waits_long_for_a_language(rpc: FakeRpc) -> None:
    asked = rpc.call_bytes

    async def call_bytes(service: str, *args: object, **more: object) -> bytes:
        if service in {"passengers", "notify"}:
            await asyncio.sleep(NEVER_S)
        return await asked(service, *args, **more)  # type: ignore[arg-type]

    rpc.call_bytes = call_bytes  # type: ignore[method-assign, assignment]
    async with account(rpc) as (_, phone):
        began = monotonic()
        assert (await phone.say("is CZ3101 on time"))["Title"].endswith("Scheduled")
        assert (await phone.say("CZ3101"))["Title"].endswith("Scheduled")
        assert "Welcome" in (await phone.push(event("subscribe", EventKey="")))["Content"]
        assert monotonic() - began < 3 * IN_TIME_S


async def test_following_in_the_chat_agrees_to_messages_unless_that_was_taken_back(rpc: FakeRpc) -> None:
    passengers = rpc.services["passengers"]
    async with account(rpc) as (_, phone):
        assert "会发消息给您" in (await phone.say("关注CZ3101"))["Content"]
        assert passengers.consents[-1]["kind"] == "flight_messages"
        assert passengers.consents[-1]["unless_withdrawn"] is True
        passengers.withdrawn = True
        silent = (await phone.say("关注 CZ3101"))["Content"]
        assert "同意航班消息" in silent
        assert "不会发消息" in silent
        assert "flights you follow" in (await phone.say("agree to flight messages"))["Content"]
        assert passengers.withdrawn is False
        assert "会发消息给您" in (await phone.say("关注CZ3101 "))["Content"]


async def test_who_is_out_of_reach_is_told_what_to_do(rpc: FakeRpc) -> None:
    rpc.services["notify"].reachable = False
    async with account(rpc) as (_, phone):
        reply = await phone.say("follow CZ3101")
    assert "follow it again" in reply["Content"]


async def test_calls_for_a_traveller_say_on_whose_behalf(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        await phone.say("关注CZ3101")
    told = {call[1]: call[3].principal for call in rpc.calls if call[3] is not None}
    assert told["note_wechat_follower"] == {"wechat": "callback"}
    assert told["give_consent"] == told["follow"]
    assert list(told["follow"]) == ["passenger"]
