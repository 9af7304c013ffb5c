"""What WeChat pushes of cards in people's wallets reaches notify, each once, and nobody is answered in the chat."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import ServiceAway
from gateway.wechat import followers
from tests.gateway.fakes import FakeFlights, FakeRpc, until
from tests.gateway.wechat.platform import PATH, SEALED, FakeNotify, FakePassengers, account, event, pushed

pytestmark = pytest.mark.anyio

TAKEN: dict[str, Any] = {"CardId": "pZI8Fjwsy5fVPRBeD78J4RmqVvBc", "UserCardCode": "226009850808"}


@pytest.fixture
def rpc() -> FakeRpc:
    return FakeRpc(flights=FakeFlights([]), passengers=FakePassengers(), notify=FakeNotify())


@pytest.mark.parametrize("sealed", [False, True])
async def test_each_event_of_a_card_is_told_to_notify(rpc: FakeRpc, sealed: bool) -> None:
    told = rpc.services["notify"].cards
    async with account(rpc, *([SEALED] if sealed else [])) as (_, phone):
        for name in ("user_get_card", "user_consume_card", "user_del_card"):
            assert await phone.push(event(name, **TAKEN)) == {}
        await until(lambda: len(told) == 3)
    assert [one["event"] for one in told] == ["got", "consumed", "deleted"]
    assert {(one["card_id"], one["code"]) for one in told} == {tuple(TAKEN.values())}


async def test_wechats_blanks_around_values_are_no_part_of_them(rpc: FakeRpc) -> None:
    told = rpc.services["notify"].cards
    async with account(rpc) as (_, phone):
        await phone.push(event(" user_get_card ", **{name: f" {value} " for name, value in TAKEN.items()}))
        await until(lambda: len(told) == 1)
    assert told[0] == {"event": "got", "card_id": TAKEN["CardId"], "code": TAKEN["UserCardCode"]}


async def test_a_push_that_comes_again_is_told_once_and_two_cards_of_one_second_are_two(rpc: FakeRpc) -> None:
    told = rpc.services["notify"].cards
    async with account(rpc) as (_, phone):
        at = {"CreateTime": 1_700_000_000}
        first = event("user_get_card", **TAKEN, **at)
        for _ in range(3):
            await phone.push(first)
        await phone.push(event("user_get_card", **TAKEN | {"UserCardCode": "1"}, **at))
        await until(lambda: len(told) == 2)
    assert [one["code"] for one in told] == ["226009850808", "1"]


async def test_one_that_nobody_signed_is_told_to_nobody(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        push = pushed(event("user_get_card", **TAKEN))
        answer = await phone.client.post(PATH, params=push.query | {"signature": "0" * 40}, content=push.body)
        assert answer.status_code == 403
        spoilt = (
            {},
            TAKEN | {"CardId": ""},
            TAKEN | {"UserCardCode": "x" * 33},
            TAKEN | {"CardId": "x" * 65},
        )
        for fields in spoilt:
            assert await phone.push(event("user_get_card", **fields)) == {}
    assert rpc.services["notify"].cards == []


async def test_while_notify_is_away_it_is_told_again(rpc: FakeRpc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "_PAUSES_S", (0.01,))
    rpc.services["notify"].fails_with = ServiceAway()
    async with account(rpc) as (_, phone):
        assert await phone.push(event("user_get_card", **TAKEN)) == {}
        await until(lambda: len(rpc.services["notify"].cards) == 1)
