"""The callback's manners: the check, both modes, repeats, and an answer in time whatever is away."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from gateway.account import WeChatAccount
from gateway.errors import ServiceAway
from gateway.rpc import CallContext
from kernel import clock
from kernel.errors import Internal
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, until
from tests.gateway.wechat.platform import (
    IN_TIME_S,
    PATH,
    PLAIN,
    SEALED,
    FakeNotify,
    FakePassengers,
    account,
    document,
    event,
    pushed,
    sign,
    text,
)

pytestmark = pytest.mark.anyio


class SlowRpc(FakeRpc):
    """Calls of passengers and notify take `takes_s`; a frozen broker is one that takes for ever."""

    takes_s = 0.0

    async def call_bytes(
        self,
        service: str,
        method: str,
        request: dict[str, Any],
        *,
        context: CallContext | None = None,
        **more: Any,
    ) -> bytes:
        if service != "flights":
            await asyncio.sleep(self.takes_s)
        return await super().call_bytes(service, method, request, context=context, **more)


@pytest.fixture
def rpc() -> SlowRpc:
    return SlowRpc(flights=FakeFlights([flight()]), passengers=FakePassengers(), notify=FakeNotify())


async def test_the_check_of_the_address_is_answered_with_its_echo(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        query = pushed(b"").query | {"echostr": "4711"}
        response = await phone.client.get(PATH, params=query)
        assert (response.status_code, response.text) == (200, "4711")
        assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "echostr"])
async def test_the_check_needs_every_parameter(rpc: SlowRpc, name: str) -> None:
    async with account(rpc) as (_, phone):
        query = pushed(b"").query | {"echostr": "4711"}
        del query[name]
        response = await phone.client.get(PATH, params=query)
        assert (response.status_code, response.json()["code"]) == (403, "wechat.refused")


@pytest.mark.parametrize("wechat", [PLAIN, SEALED], ids=["plain", "aes"])
async def test_a_message_is_answered_in_the_mode_of_the_account(rpc: SlowRpc, wechat: WeChatAccount) -> None:
    async with account(rpc, wechat) as (_, phone):
        assert (await phone.say("CZ3101"))["MsgType"] == "news"


async def test_without_an_account_there_is_no_callback(rpc: SlowRpc) -> None:
    async with account(rpc, WeChatAccount()) as (_, phone):
        assert (await phone.send(pushed(text("CZ3101")))).status_code == 404


@pytest.mark.parametrize("off_s", [-301, 301, -86_400, 10**9])
async def test_a_signature_of_another_time_is_refused(rpc: SlowRpc, off_s: int) -> None:
    async with account(rpc) as (_, phone):
        at = int(clock.real_now().timestamp()) + off_s
        assert (await phone.send(pushed(text("CZ3101"), at=at))).status_code == 403
        near = int(clock.real_now().timestamp()) + (295 if off_s > 0 else -295)
        assert (await phone.send(pushed(text("CZ3101"), at=near))).status_code == 200, "control"


async def test_a_repeat_gets_the_same_answer_and_nothing_is_done_twice(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        message = text("关注CZ3101", MsgId=4711)
        first = await phone.push(message)
        again = await phone.push(message)  # signed anew
        assert first["Content"] == again["Content"]
        request = pushed(text("关注CZ3101", MsgId=4712))
        answers = [(await phone.send(request)).status_code for _ in range(3)]  # the very same bytes
        assert answers == [200, 200, 200]
        assert len(rpc.services["notify"].follows) == 2


async def test_a_second_push_while_the_first_is_worked_on_waits_for_the_same_answer(rpc: SlowRpc) -> None:
    rpc.takes_s = 0.2
    async with account(rpc) as (_, phone):
        message = text("关注CZ3101")
        first, second, third = await asyncio.gather(*(phone.push(message) for _ in range(3)))
        assert "已关注" in first["Content"]
        assert first["Content"] == second["Content"] == third["Content"]
        assert len(rpc.services["notify"].follows) == 1


async def test_events_are_told_apart_by_person_time_and_event(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        same = event("subscribe", CreateTime=1_700_000_000)
        await phone.push(same)
        await phone.push(same)
        await phone.push(event("subscribe", CreateTime=1_700_000_001))
        for msgid in (1, 2, 2):
            await phone.push(
                event("TEMPLATESENDJOBFINISH", CreateTime=1_700_000_000, MsgID=msgid, Status="success")
            )
        await until(lambda: len(rpc.services["notify"].receipts) == 2)
        await until(lambda: len(rpc.services["passengers"].noted) == 2)


async def test_slow_work_is_answered_in_time_and_follows_as_a_message(rpc: SlowRpc) -> None:
    rpc.takes_s = 0.7
    async with account(rpc) as (_, phone):
        began = clock.monotonic()
        message = text("关注CZ3101")
        assert await phone.push(message) == {}
        assert clock.monotonic() - began < IN_TIME_S
        assert await phone.push(message) == {}, "a repeat gets the same answer, not a second one"
        await until(lambda: rpc.services["notify"].sent)
        await asyncio.sleep(0.8)
        (sent,) = rpc.services["notify"].sent
        assert "已关注 CZ3101" in sent["text"]
        assert 8 <= len(sent["request_id"]) <= 128
        assert len(rpc.services["notify"].follows) == 1


async def test_with_a_frozen_broker_everybody_is_answered_within_a_second(rpc: SlowRpc) -> None:
    rpc.takes_s = 3600.0
    async with account(rpc) as (_, phone):
        for message, shown in (
            (text("CZ3101"), True),
            (text("大巴"), True),
            (event("subscribe"), True),
            (event("unsubscribe"), False),
            (text("关注CZ3101"), False),
            (event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success"), False),
            (document(MsgType="image"), True),
        ):
            began = clock.monotonic()
            assert bool(await phone.push(message)) is shown
            assert clock.monotonic() - began < IN_TIME_S


async def test_without_a_broker_everybody_is_answered_at_once(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        rpc.disconnect()
        rpc.fails_with = ServiceAway(service="notify", retry_after_s=2)
        began = clock.monotonic()
        assert (await phone.say("CZ3101"))["MsgType"] == "news"
        assert "稍后再试" in (await phone.say("关注CZ3101"))["Content"]
        assert clock.monotonic() - began < IN_TIME_S


async def test_what_must_not_be_lost_is_told_when_the_broker_is_back(
    rpc: SlowRpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.wechat.followers._PAUSES_S", (0.02, 0.02, 0.02))
    async with account(rpc) as (_, phone):
        rpc.fails_with = ServiceAway(service="passengers", retry_after_s=2)
        await phone.push(event("unsubscribe"))
        await asyncio.sleep(0.01)
        rpc.fails_with = None
        await until(lambda: rpc.services["passengers"].noted)
        (noted,) = rpc.services["passengers"].noted
        assert noted["subscribed"] is False


async def test_a_fault_of_ours_is_told_politely(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        rpc.services["notify"].fails_with = Internal()
        assert "稍后再试" in (await phone.say("关注CZ3101"))["Content"]


async def test_a_message_says_once_an_hour_that_somebody_follows(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        for _ in range(5):
            await phone.say("大巴")
        await until(lambda: rpc.services["passengers"].noted)
        await asyncio.sleep(0.02)
        assert len(rpc.services["passengers"].noted) == 1
        await phone.push(event("unsubscribe"))
        await phone.say("大巴")
        await until(lambda: len(rpc.services["passengers"].noted) == 3)


async def test_a_body_that_is_too_long_is_cut_off(rpc: SlowRpc) -> None:
    async with account(rpc) as (_, phone):
        assert (await phone.send(pushed(text("x" * 70_000)))).status_code == 413
        assert (await phone.send(pushed(text("x" * 50_000)))).status_code == 200, "control"


async def test_the_file_by_which_wechat_checks_a_domain_is_served(rpc: SlowRpc) -> None:
    async with account(rpc, dataclasses.replace(PLAIN, domain_codes=("sQ5yJzVrW1aFhXyz",))) as (_, phone):
        response = await phone.client.get("/MP_verify_sQ5yJzVrW1aFhXyz.txt")
        assert (response.status_code, response.text) == (200, "sQ5yJzVrW1aFhXyz")
        assert (await phone.client.get("/MP_verify_another.txt")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"token": ""}, "WECHAT_TOKEN"),
        ({"token": "with space"}, "WECHAT_TOKEN"),
        ({"aes_key": "short"}, "WECHAT_AES_KEY"),
        ({"domain_codes": ("../etc",)}, "WECHAT_DOMAIN_CODES"),
    ],
)
def test_a_wrong_setting_is_named_at_start(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=key):
        dataclasses.replace(PLAIN, **wrong)


def test_the_platform_of_these_tests_signs_as_wechat_does() -> None:
    import hashlib

    from tests.gateway.wechat import platform

    assert sign("b", "a") == hashlib.sha1(f"a{platform.TOKEN}b".encode()).hexdigest()
