"""Pay notifications: handed on byte for byte, answered with 204 only once they are kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from gateway.errors import ServiceAway
from gateway.wechat.paynotify import MAX_BODY_BYTES, PATH
from kernel.errors import DeadlineExceeded, Internal, Kind, RemoteError
from tests.gateway.fakes import FakeFlights, FakeRpc, flight
from tests.gateway.wechat.platform import account

pytestmark = pytest.mark.anyio

BODY = '{"id": "n1",  "summary": "支付成功"}\n'.encode()
HEADERS = {
    "Wechatpay-Timestamp": "1700000000",
    "Wechatpay-Nonce": "n",
    "Wechatpay-Serial": "PUB_KEY_ID_1",
    "Wechatpay-Signature": "c2lnbmVk",
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    "Content-Type": "application/json",
}


@dataclass
class FakePayments:
    """As much of payments as the door needs: it keeps, or fails as told."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    fails_with: Exception | None = None

    def record_notification(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.fails_with is not None:
            raise self.fails_with
        self.kept.append(request)
        return {"id": "n1", "state": "applied"}


@pytest.fixture
def payments() -> FakePayments:
    return FakePayments()


@pytest.fixture
def rpc(payments: FakePayments) -> FakeRpc:
    return FakeRpc(flights=FakeFlights([flight()]), payments=payments)


async def tell(client: httpx.AsyncClient, body: bytes = BODY, **headers: str) -> httpx.Response:
    return await client.post(PATH, content=body, headers=HEADERS | headers)


async def test_a_notification_is_handed_on_as_it_came(rpc: FakeRpc, payments: FakePayments) -> None:
    async with account(rpc) as (_, phone):
        answer = await tell(phone.client, Cookie="session=stolen")
    assert (answer.status_code, answer.content) == (204, b"")
    told = payments.kept[0]
    assert told["body"].encode() == BODY
    assert told["headers"] == {name: value for name, value in HEADERS.items() if name.startswith("Wechatpay")}
    assert 8 <= len(told["request_id"]) <= 128


async def test_the_same_notification_is_the_same_request(rpc: FakeRpc, payments: FakePayments) -> None:
    async with account(rpc) as (_, phone):
        for body in (BODY, BODY, BODY + b" "):
            await tell(phone.client, body)
    first, again, other = (told["request_id"] for told in payments.kept)
    assert first == again != other


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RemoteError("payments.bad_notification", Kind.INVALID, {"reason": "probe"}), 401),
        (RemoteError("payments.bad_request", Kind.INVALID, {}), 400),
        (RemoteError("payments.not_connected", Kind.UNAVAILABLE, {}), 503),
        (ServiceAway(service="payments", retry_after_s=1), 503),
        (DeadlineExceeded(), 503),
        (Internal(), 503),
    ],
)
async def test_whatever_is_not_kept_is_answered_with_wechats_no(
    rpc: FakeRpc, payments: FakePayments, error: Exception, status: int
) -> None:
    payments.fails_with = error
    async with account(rpc) as (_, phone):
        answer = await tell(phone.client)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    assert (said["code"], set(said)) == ("FAIL", {"code", "message"})
    # Strangers who forge one learn nothing of why it was seen through.
    assert "probe" not in answer.text


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * (MAX_BODY_BYTES + 1), {}, 413),
        (b"\xff\xfe", {}, 400),
        (BODY, {"Wechatpay-Nonce": "n" * 1025}, 400),
        (BODY, {"Content-Encoding": "gzip"}, 400),
    ],
)
async def test_what_is_no_notification_reaches_no_service(
    rpc: FakeRpc, payments: FakePayments, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with account(rpc) as (_, phone):
        answer = await tell(phone.client, body, **headers)
    assert answer.status_code == status
    assert answer.json()["code"] == "FAIL"
    assert payments.kept == []


async def test_the_longest_notification_is_still_taken(rpc: FakeRpc, payments: FakePayments) -> None:
    async with account(rpc) as (_, phone):
        assert (await tell(phone.client, b"x" * MAX_BODY_BYTES)).status_code == 204
    assert len(payments.kept[0]["body"]) == MAX_BODY_BYTES


async def test_a_burst_of_genuine_ones_meets_no_limit(rpc: FakeRpc, payments: FakePayments) -> None:
    async with account(rpc) as (_, phone):
        answers = await asyncio.gather(*(tell(phone.client, b'{"id": "%d"}' % n) for n in range(500)))
    assert {answer.status_code for answer in answers} == {204}
    assert len(payments.kept) == 500


async def test_nothing_of_a_notification_is_logged(
    rpc: FakeRpc, payments: FakePayments, caplog: pytest.LogCaptureFixture
) -> None:
    payments.fails_with = ServiceAway(service="payments", retry_after_s=1)
    with caplog.at_level("DEBUG"):
        async with account(rpc) as (_, phone):
            await tell(phone.client, b'{"id": "n1", "payer": "oABCDEF"}')
    assert "pay notification" in caplog.text
    assert "oABCDEF" not in str([vars(record) for record in caplog.records])


async def test_other_methods_are_not_for_this_address(rpc: FakeRpc) -> None:
    async with account(rpc) as (_, phone):
        assert (await phone.client.get(PATH)).status_code == 405
