"""What the account answers to what people write, press and scan."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.errors import ServiceAway
from gateway.wechat.words import ChatWords, language_of
from kernel import clock
from kernel.config import load
from kernel.instants import instant
from services.airport import Airport
from services.flights.schemas import Status
from services.notify.errors import TooManyFollows
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, today, until
from tests.gateway.wechat.platform import FakeNotify, FakePassengers, account, document, event

pytestmark = pytest.mark.anyio


def leaving() -> dict[str, Any]:
    return flight()


def tomorrow() -> dict[str, Any]:
    return flight(day=today() + timedelta(days=1))


def arriving() -> dict[str, Any]:
    return flight("CA1312", clock_text="15:00", direction="arrival")


def to_shanghai() -> dict[str, Any]:
    return flight("MU5302", "SHA", "09:00")


def in_the_evening() -> dict[str, Any]:
    return flight("CA1350", "PEK", "18:00")


def others() -> list[dict[str, Any]]:
    return [to_shanghai(), in_the_evening(), flight("CZ3990", "CTU", "11:00")]


@pytest.fixture
def rpc() -> FakeRpc:
    flights = FakeFlights(copy.deepcopy([leaving(), tomorrow(), arriving(), *others()]))
    return FakeRpc(flights=flights, passengers=FakePassengers(), notify=FakeNotify())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("CZ3101", leaving),
        ("cz 3101", leaving),
        ("ＣＺ３１０１", leaving),
        ("cz 3101 明天", tomorrow),
        ("CZ3101 tomorrow", tomorrow),
        ("中国南方航空3101", leaving),
        ("我的CZ3101晚点了吗？", leaving),
        ("明天的cz3101几点起飞", tomorrow),
        ("Is CZ3101 on time?", leaving),
        ("CZ3101值机柜台在哪", leaving),
        ("长沙到上海", to_shanghai),
        ("去上海的航班几点", to_shanghai),
        ("明天去北京的飞机有几点的", tomorrow),
        ("从长沙飞上海的飞机还有吗", to_shanghai),
        ("when does the flight to Shanghai leave", to_shanghai),
        ("北京过来的飞机到了吗", arriving),
    ],
)
async def test_a_question_about_one_flight_is_answered_with_its_card(
    rpc: FakeRpc, said: str, meant: Callable[[], dict[str, Any]]
) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert (reply["MsgType"], reply["ArticleCount"]) == ("news", "1"), reply
        assert reply["Url"] == f"https://fly.example/flights/{meant()['id']}"


async def test_a_card_tells_times_gate_and_age_in_the_language_of_the_person(rpc: FakeRpc) -> None:
    rpc.services["flights"].flights[leaving()["id"]]["departure"]["estimated_at"] = leaving()[
        "board_at"
    ].replace(":00:00Z", ":40:00Z")
    async with account(rpc) as (_, phone):
        zh = await phone.say("CZ3101 怎么样")
        en = await phone.say("how is CZ3101")
        assert zh["Title"] == "CZ3101 长沙 → 北京 计划"
        assert "计划 12:00 预计 12:40" in zh["Description"]
        assert "登机口 A12" in zh["Description"]
        assert "信息截至" in zh["Description"]
        assert en["Title"] == "CZ3101 Changsha → Beijing Scheduled"
        assert "Gate A12" in en["Description"]
        again = await phone.say("CZ3101")
        assert again["Title"] == en["Title"], "a bare number is answered as the person wrote before"


async def test_a_number_means_todays_flight_and_a_route_what_one_can_still_take(rpc: FakeRpc) -> None:
    flights = rpc.services["flights"].flights
    flights[leaving()["id"]] |= {"status": "departed"}
    flights[in_the_evening()["id"]] |= {"status": "boarding"}
    async with account(rpc) as (_, phone):
        assert (await phone.say("CZ3101 走了吗"))["Title"] == "CZ3101 长沙 → 北京 已离港"
        assert (await phone.say("去北京的航班"))["Url"].endswith(in_the_evening()["id"])
        tomorrow = await phone.say("CZ3101 明天")
        day = today() + timedelta(days=1)
        assert f"{day.month}月{day.day}日" in tomorrow["Title"], "another day than today is named"


@pytest.mark.parametrize("hours", [1, 4])
@pytest.mark.parametrize("status", ["departed", "landed", "cancelled", "delayed"])
async def test_a_flight_that_is_long_over_is_not_offered_to_be_followed(
    rpc: FakeRpc, status: str, hours: int
) -> None:
    over = hours == 4 and status != "delayed"
    one = rpc.services["flights"].flights[leaving()["id"]]
    one["status"] = status
    one["arrival"]["scheduled_at"] = instant(clock.now() - timedelta(hours=hours))
    async with account(rpc) as (_, phone):
        card = await phone.say("CZ3101 今天")
        scene = await phone.push(event("subscribe", EventKey=f"qrscene_flight_{leaving()['id']}", Ticket="x"))
        for offered in (card["Description"], scene["Content"]):
            assert ("“关注CZ3101”" in offered) is not over
        followed = await phone.say("关注CZ3101 今天")
        assert ("已经结束" if over else "已关注") in followed["Content"]


async def test_several_flights_are_lines_with_links(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say("长沙到北京")
        assert reply["MsgType"] == "text"
        assert reply["Content"].count('<a href="https://fly.example/flights/') == 2
        assert "CA1350" in reply["Content"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("可以带充电宝吗", "指南"),
        ("我要投诉", "意见"),
        ("VIP", "贵宾"),
    ],
)
async def test_what_does_not_exist_yet_is_said_honestly_with_a_number_to_call(
    rpc: FakeRpc, said: str, name: str
) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert name in reply["Content"]
        assert "即将开通" in reply["Content"]
        assert load(Airport, {}).phone in reply["Content"]


@pytest.mark.parametrize(
    ("said", "language"), [("值机", "zh"), ("check-in", "en"), ("How do I check in?", "en")]
)
async def test_check_in_is_answered_with_the_card_of_its_page(rpc: FakeRpc, said: str, language: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert (reply["MsgType"], reply["ArticleCount"]) == ("news", "1")
        assert urlsplit(reply["Url"]).path == "/checkin"
        assert language_of(reply["Title"] + reply["Description"]) == language


@pytest.mark.parametrize(
    ("said", "language", "report"),
    [
        ("失物", "zh", "/lost/report"),
        ("手机丢了", "zh", "/lost/report"),
        ("我捡到一个钱包", "zh", "/lost/report"),
        ("I lost my jacket", "en", "/lost/report"),
        ("I found a passport", "en", "/lost/report"),
        ("丢东西了", "zh", "/lost/report"),
        ("我的行李没到", "zh", "/lost/report"),
        ("my luggage didn't arrive", "en", "/lost/report"),
        ("did anyone find my passport", "en", "/lost/report"),
        ("我的外套落在CZ3101上了", "zh", "/lost/report?flight={leaving}"),
        ("I left my bag on cz 3101", "en", "/lost/report?flight={leaving}"),
    ],
)
async def test_who_lost_or_found_something_gets_the_links_with_the_flight_they_named(
    rpc: FakeRpc, said: str, language: str, report: str
) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert language_of(reply["Content"]) == language
        path = report.format(leaving=leaving()["id"])
        assert f'<a href="https://fly.example{path}">' in reply["Content"]
        for link in ("/me/lost", "/lost/items", "/lost/found"):
            assert f'"https://fly.example{link}"' in reply["Content"]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("我的大巴", "/me/bus"),
        ("我的车票", "/me/bus"),
        ("大巴票怎么退", "/me/bus"),
        ("my bus", "/me/bus"),
        ("where is my bus ticket", "/me/bus"),
        ("can I get a refund for the bus", "/me/bus"),
        ("我的行程", "/"),
        ("大巴", "/bus"),
        ("bus to the city", "/bus"),
    ],
)
async def test_my_bus_means_my_tickets(rpc: FakeRpc, said: str, path: str) -> None:
    async with account(rpc) as (_, phone):
        assert urlsplit((await phone.say(said))["Url"]).path == path


@pytest.mark.parametrize(
    "said",
    ["电脑怎么登录", "怎么扫码登录", "How do I sign in on my computer?", "log in", "can I use a laptop"],
)
async def test_signing_in_on_a_computer_is_explained(rpc: FakeRpc, said: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert "https://fly.example/me" in reply["Content"]
        assert language_of(reply["Content"].replace("https://fly.example/me", "")) == language_of(said)


@pytest.mark.parametrize("said", ["I want to complain", "Can I bring a power bank?"])
async def test_english_is_answered_in_english(rpc: FakeRpc, said: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert language_of(reply["Content"]) == "en"
        assert "coming" in reply["Content"]


@pytest.mark.parametrize("said", ["你好", "help", "天气真好", "asdf qwer", "长沙", "<b>&", "???", "a" * 3000])
async def test_what_is_not_understood_is_answered_with_help(rpc: FakeRpc, said: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say(said)
        assert re.search("您可以直接发给我|Just write to me", reply["Content"])


async def test_what_is_not_found_is_said_and_says_where_to_look(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert "没有找到" in (await phone.say("MU9999 今天"))["Content"]
        assert "no flight" in (await phone.say("flight status MU9999 today"))["Content"]
        assert (
            "其他日期"
            in (await phone.say("CZ3101 1月1日" if today().month != 1 else "CZ3101 7月1日"))["Content"]
        )


async def test_following_by_chat_follows_once(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.say("关注CZ3101")
        assert "已关注 CZ3101 长沙→北京" in reply["Content"]
        assert "You follow CA1312" in (await phone.say("follow ca1312"))["Content"]
        first, second = rpc.services["notify"].follows
        assert (first["flight_id"], first["role"]) == (leaving()["id"], "passenger")
        assert (second["flight_id"], second["role"]) == (arriving()["id"], "greeter")
        assert first["passenger_id"].startswith("p-")
        assert "已取消关注" in (await phone.say("取消关注 cz3101"))["Content"]
        assert rpc.services["notify"].unfollows[0]["flight_id"] == leaving()["id"]


async def test_following_says_what_it_needs_and_what_went_wrong(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert "关注CZ3101" in (await phone.say("关注"))["Content"]
        assert "没有找到" in (await phone.say("关注MU9999"))["Content"]
        assert "请打开要关注的" in (await phone.say("关注长沙到北京"))["Content"]
        rpc.services["notify"].fails_with = TooManyFollows(limit=50)
        assert "50" in (await phone.say("关注CZ3101"))["Content"]
        rpc.services["notify"].fails_with = ServiceAway(service="notify")
        assert "稍后再试" in (await phone.say("关注CZ3101"))["Content"]
        assert rpc.services["notify"].follows == []


async def test_who_subscribes_is_welcomed_and_noted(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        plain = await phone.push(event("subscribe", EventKey=""))
        assert "欢迎关注" in plain["Content"]
        scene = await phone.push(event("subscribe", EventKey=f"qrscene_flight_{leaving()['id']}", Ticket="x"))
        assert f"https://fly.example/flights/{leaving()['id']}" in scene["Content"]
        await until(lambda: len(rpc.services["passengers"].noted) == 2)
        assert {note["scene"] for note in rpc.services["passengers"].noted} == {
            None,
            f"flight_{leaving()['id']}",
        }
        assert await phone.push(event("unsubscribe")) == {}
        await until(lambda: len(rpc.services["passengers"].noted) == 3)
        assert rpc.services["passengers"].noted[-1]["subscribed"] is False


async def test_a_scanned_flight_is_shown(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.push(event("SCAN", EventKey=f"flight_{leaving()['id']}"))
        assert reply["Url"].endswith(leaving()["id"])
        assert "CZ3101" in (await phone.push(event("SCAN", EventKey="4711")))["Content"]


async def test_menu_clicks_are_answered_and_views_are_not(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert "大巴" in (await phone.push(event("CLICK", EventKey="topic:bus")))["Title"]
        assert "CZ3101" in (await phone.push(event("CLICK", EventKey="gone")))["Content"]
        assert await phone.push(event("VIEW", EventKey="https://fly.example/")) == {}


async def test_receipts_reach_notify(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        for msgid, status in (("200163836", "success"), ("200163840", "failed:user block")):
            assert await phone.push(event("TEMPLATESENDJOBFINISH", MsgID=msgid, Status=status)) == {}
        receipts = rpc.services["notify"].receipts
        await until(lambda: len(receipts) == 2)
        assert [(one["msgid"], one["status"]) for one in receipts] == [
            ("200163836", "success"),
            ("200163840", "failed:user block"),
        ]


@pytest.mark.parametrize("kind", ["image", "video", "shortvideo", "link", "voice", "location", "newkind"])
async def test_other_kinds_are_answered_politely(rpc: FakeRpc, kind: str) -> None:
    async with account(rpc) as (_, phone):
        reply = await phone.push(document(MsgType=kind))
        assert reply["MsgType"] == "text"


@pytest.mark.parametrize("name", ["LOCATION", "NEWEVENT", "MASSSENDJOBFINISH"])
async def test_events_that_nobody_waits_for_are_taken_silently(rpc: FakeRpc, name: str) -> None:
    async with account(rpc) as (_, phone):
        assert await phone.push(event(name, Latitude="28.19")) == {}


async def test_a_spoken_flight_number_counts_as_written(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert "3101" in (await phone.push(document(MsgType="voice", Recognition="CZ3101。")))["Title"]


async def test_without_news_the_chat_says_so(rpc: FakeRpc) -> None:
    rpc.connected = False
    async with account(rpc, loaded=False) as (_, phone):
        assert "正在载入" in (await phone.say("CZ3101"))["Content"]
        assert "失物" in (await phone.say("失物"))["Content"]


async def test_names_are_learnt_once_there_are_flights() -> None:
    rpc = FakeRpc(
        flights=FakeFlights([leaving(), *others()]), passengers=FakePassengers(), notify=FakeNotify()
    )
    rpc.connected = False
    async with account(rpc, loaded=False) as (gateway, phone):
        assert "您可以直接发给我" in (await phone.say("去上海的航班几点"))["Content"]
        rpc.connect()
        await until(lambda: gateway.flights.loaded)
        assert (await phone.say("去上海的航班几点"))["Url"].endswith(to_shanghai()["id"])


def test_every_status_has_words_in_both_languages() -> None:
    words = ChatWords(load(Airport, {}))
    assert set(words.statuses) == {status.value for status in Status}
    for text in [*words.statuses.values(), *words.texts.values(), *(t.text for t in words.topics.values())]:
        assert language_of(text.zh) == "zh"
        assert language_of(text.en.replace("{", " ").replace("}", " ")) == "en", text.en
