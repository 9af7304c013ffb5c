"""Whatever people write, the account answers with something that WeChat shows."""

from __future__ import annotations

import random
from time import process_time
from xml.etree.ElementTree import fromstring

import pytest

from gateway.wechat.messages import LONGEST_TEXT_BYTES, Text, shortened
from tests.gateway.fakes import FakeFlights, FakeRpc, flight
from tests.gateway.wechat.platform import OPENID, FakeNotify, FakePassengers, account, pushed, text
from tests.support.effort import cases

pytestmark = pytest.mark.anyio
PARTS = [
    "CZ3101", "cz", "3101", "长沙", "北京", "到", "去", "关注", "取消关注", "follow", "unfollow", "明天", "13月45日", "2月30日",
    "大巴", "失物", "值机", "lost", "bus", "flight to", "Beijing", "👨‍👩‍👧", "é́́", "{phone}", "{from}", "%s", "&amp;", "<a href='x'>",
    "\u202e", "０１２", "'", '"', "\n", "\t", " ", "0" * 40, "汉" * 70, "不" * 600, "/", "\\", "..", "-", "?", "？",
]  # fmt: skip


async def test_every_text_gets_an_answer_that_wechat_takes() -> None:
    chance = random.Random(2026)
    others = [flight(f"MU{5300 + n}", "SHA", f"{6 + n % 17:02}:10") for n in range(40)]
    rpc = FakeRpc(flights=FakeFlights([flight(), *others]), passengers=FakePassengers(), notify=FakeNotify())
    async with account(rpc) as (_, phone):
        slowest_s = 0.0
        for _ in range(cases(400, 20_000)):
            said = "".join(chance.choices(PARTS, k=chance.randrange(1, 7)))
            began = process_time()
            response = await phone.send(pushed(text(said)))
            slowest_s = max(slowest_s, process_time() - began)
            assert response.status_code == 200, said
            reply = {element.tag: element.text or "" for element in fromstring(response.content)}
            assert reply["ToUserName"] == OPENID
            if reply["MsgType"] == "text":
                assert 1 <= len(reply["Content"].encode()) <= LONGEST_TEXT_BYTES, said
                assert "<a href='x'>" not in reply["Content"], "nobody's markup is sent back"
            else:
                assert fromstring(response.content).findtext("Articles/item/Url", "").startswith("https://")
        assert slowest_s < 1.0


def test_a_long_answer_is_cut_between_characters() -> None:
    long = Text("汉" * 1000)
    cut = shortened(long.content)
    assert len(cut.encode()) <= LONGEST_TEXT_BYTES
    assert cut == "汉" * 681 + "…"
    assert shortened("short") == "short"
