"""The RPC client against a real RabbitMQ, with a proxy in between to cut and freeze the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.broker import Broker
from gateway.errors import Busy, ServiceAway
from gateway.rpc import CallContext, RpcClient, RpcLimits
from kernel.clock import monotonic
from kernel.errors import DeadlineExceeded, Internal, Kind, RemoteError
from kernel.ids import new_id
from tests.gateway.core.responder import Responder, refusal, result
from tests.gateway.fakes import until
from tests.support.proxy import Proxy

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def vhost_url(broker: Broker) -> str:
    """One virtual host for this module: making one takes a second."""
    return broker.add_vhost(f"rpc-{new_id()}")


@pytest.fixture
def proxy(vhost_url: str) -> Iterator[Proxy]:
    parts = urlsplit(vhost_url)
    with Proxy((parts.hostname or "", parts.port or 0)) as between:
        yield between


@pytest.fixture
def proxied_url(vhost_url: str, proxy: Proxy) -> str:
    parts = urlsplit(vhost_url)
    return vhost_url.replace(f":{parts.port}/", f":{proxy.port}/")


@asynccontextmanager
async def client(url: str, limits: RpcLimits | None = None) -> AsyncIterator[RpcClient]:
    rpc = RpcClient(url, limits)
    rpc.start()
    try:
        await until(lambda: rpc.connected, 10)
        yield rpc
    finally:
        await rpc.stop()


async def echo(method: str, request: dict[str, Any]) -> bytes:
    return result({"method": method, "request": request})


async def silence(method: str, request: dict[str, Any]) -> None:
    return None


async def test_a_call_brings_back_the_result_and_carries_its_context(vhost_url: str) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    context = CallContext(language="en", principal={"partner": "cz"}, traceparent=trace)
    async with Responder(vhost_url, "flights", echo) as flights, client(vhost_url) as rpc:
        answer = await rpc.call("flights", "get_flight", {"flight_id": "X"}, deadline_s=3, context=context)
    assert answer == {"method": "get_flight", "request": {"flight_id": "X"}}
    properties = flights.seen[0][2]
    headers = properties.headers
    assert headers["nameko.call_id_stack"] == [context.call_id]
    assert 0 < headers["nameko.deadline_ms"] <= 3000
    assert properties.expiration == str(headers["nameko.deadline_ms"])
    assert headers["nameko.language"] == "en"
    assert headers["nameko.principal"] == "partner:cz"
    assert headers["nameko.traceparent"] == trace
    assert (properties.content_type, properties.content_encoding) == ("application/json", "utf-8")


async def test_the_bytes_of_a_result_are_passed_on_as_they_came(vhost_url: str) -> None:
    odd = b'{"b" :1,  "a":[1.50]}'

    async def answer(method: str, request: dict[str, Any]) -> bytes:
        return b'{"result":' + odd + b',"error":null}'

    async with Responder(vhost_url, "flights", answer), client(vhost_url) as rpc:
        assert await rpc.call_bytes("flights", "get_flight", {}) == odd


async def test_a_result_in_another_spelling_is_understood_too(vhost_url: str) -> None:
    async def answer(method: str, request: dict[str, Any]) -> bytes:
        return b'{"error": null, "result": {"a": 1}, "more": 2}'

    async with Responder(vhost_url, "flights", answer), client(vhost_url) as rpc:
        assert await rpc.call("flights", "get_flight", {}) == {"a": 1}


async def test_an_error_of_the_service_keeps_its_code_kind_and_data(vhost_url: str) -> None:
    async def answer(method: str, request: dict[str, Any]) -> bytes:
        return refusal("bus.sold_out", "conflict", {"seats": 0})

    async with Responder(vhost_url, "bus", answer), client(vhost_url) as rpc:
        with pytest.raises(RemoteError) as caught:
            await rpc.call("bus", "buy_tickets", {})
    assert (caught.value.code, caught.value.kind, caught.value.data) == (
        "bus.sold_out",
        Kind.CONFLICT,
        {"seats": 0},
    )


async def test_an_error_that_is_no_document_of_ours_is_internal(vhost_url: str) -> None:
    async def answer(method: str, request: dict[str, Any]) -> bytes:
        return b'{"result": null, "error": {"exc_type": "KeyError", "exc_args": ["\'secret\'"]}}'

    async with Responder(vhost_url, "flights", answer), client(vhost_url) as rpc:
        with pytest.raises(Internal) as caught:
            await rpc.call("flights", "get_flight", {})
    assert caught.value.data == {}


async def test_a_service_that_nobody_has_is_away_at_once(vhost_url: str) -> None:
    async with client(vhost_url) as rpc:
        began = monotonic()
        with pytest.raises(ServiceAway) as caught:
            await rpc.call("nobody", "anything", {}, deadline_s=60)
    assert monotonic() - began < 20
    assert caught.value.data["service"] == "nobody"


async def test_a_silent_service_costs_the_deadline_and_no_more(vhost_url: str) -> None:
    async with Responder(vhost_url, "flights", silence), client(vhost_url) as rpc:
        began = monotonic()
        with pytest.raises(DeadlineExceeded):
            await rpc.call("flights", "get_flight", {}, deadline_s=0.3)
        assert 0.25 < monotonic() - began < 10
        assert rpc.in_flight == 0


async def test_a_late_answer_disturbs_nobody(vhost_url: str) -> None:
    async def late(method: str, request: dict[str, Any]) -> bytes:
        await asyncio.sleep(0.4 if request["slow"] else 0)
        return result(request)

    async with Responder(vhost_url, "flights", late), client(vhost_url) as rpc:
        with pytest.raises(DeadlineExceeded):
            await rpc.call("flights", "get_flight", {"slow": True}, deadline_s=0.1)
        await asyncio.sleep(0.5)
        assert await rpc.call("flights", "get_flight", {"slow": False}) == {"slow": False}


async def test_when_the_connection_goes_a_waiting_write_fails_at_once(
    vhost_url: str, proxied_url: str, proxy: Proxy
) -> None:
    async with Responder(vhost_url, "flights", silence) as flights, client(proxied_url) as rpc:
        call = asyncio.create_task(rpc.call("flights", "report_updates", {}, deadline_s=60))
        await until(lambda: flights.seen)
        began = monotonic()
        proxy.refuse()
        with pytest.raises(ServiceAway):
            await call
        assert monotonic() - began < 20
        assert not rpc.connected
        # Nothing waits for a connection that isn't there.
        began = monotonic()
        with pytest.raises(ServiceAway):
            await rpc.call("flights", "report_updates", {}, deadline_s=60)
        assert monotonic() - began < 20
        assert len(flights.seen) == 1


async def test_when_the_connection_goes_a_waiting_read_is_asked_once_more(
    vhost_url: str, proxied_url: str, proxy: Proxy
) -> None:
    async def answer_the_second(method: str, request: dict[str, Any]) -> bytes | None:
        return None if len(flights.seen) == 1 else result("here")

    async with Responder(vhost_url, "flights", answer_the_second) as flights, client(proxied_url) as rpc:
        call = asyncio.create_task(rpc.call("flights", "get_flight", {}, deadline_s=10, repeat=True))
        await until(lambda: flights.seen)
        proxy.cut()
        assert await call == "here"
        assert len(flights.seen) == 2


async def test_a_frozen_broker_costs_the_deadline_and_no_more(
    vhost_url: str, proxied_url: str, proxy: Proxy
) -> None:
    async with Responder(vhost_url, "flights", echo), client(proxied_url) as rpc:
        proxy.freeze()
        began = monotonic()
        with pytest.raises(DeadlineExceeded):
            await rpc.call("flights", "get_flight", {}, deadline_s=0.5, repeat=True)
        assert monotonic() - began < 10
        proxy.thaw()
        assert (await rpc.call("flights", "get_flight", {}))["method"] == "get_flight"


async def test_it_starts_without_a_broker_and_connects_when_there_is_one(
    vhost_url: str, proxied_url: str, proxy: Proxy
) -> None:
    proxy.refuse()
    rpc = RpcClient(proxied_url)
    rpc.start()
    try:
        with pytest.raises(ServiceAway):
            await rpc.call("flights", "get_flight", {})
        proxy.accept()
        await until(lambda: rpc.connected, 5)
        async with Responder(vhost_url, "flights", echo):
            assert (await rpc.call("flights", "get_flight", {}))["method"] == "get_flight"
    finally:
        await rpc.stop()


async def test_events_come_again_after_the_connection_was_lost(
    vhost_url: str, proxied_url: str, proxy: Proxy
) -> None:
    heard: list[bytes] = []
    states: list[bool] = []
    rpc = RpcClient(proxied_url)
    rpc.on_event("flights", "flight_changed", heard.append)
    rpc.on_state(states.append)
    async with Responder(vhost_url, "flights", silence) as flights:
        rpc.start()
        try:
            await until(lambda: rpc.connected, 10)
            flights.publish_event("flight_changed", b"one")
            flights.publish_event("something_else", b"not for us")
            await until(lambda: heard == [b"one"])
            proxy.cut()
            await until(lambda: states == [True, False, True], 10)
            flights.publish_event("flight_changed", b"two")
            await until(lambda: heard == [b"one", b"two"])
        finally:
            await rpc.stop()


async def test_everybody_who_listens_to_an_event_hears_it(vhost_url: str) -> None:
    sessions: list[bytes] = []
    followers: list[bytes] = []
    rpc = RpcClient(vhost_url)
    rpc.on_event("flights", "flight_changed", sessions.append)
    rpc.on_event("flights", "flight_changed", followers.append)
    async with Responder(vhost_url, "flights", silence) as flights:
        rpc.start()
        try:
            await until(lambda: rpc.connected, 10)
            flights.publish_event("flight_changed", b"one")
            await until(lambda: sessions == followers == [b"one"])
        finally:
            await rpc.stop()


async def test_events_that_come_together_are_heard_one_by_one(vhost_url: str) -> None:
    heard: list[bytes] = []
    rpc = RpcClient(vhost_url)
    rpc.on_event("flights", "flight_changed", heard.append)
    async with Responder(vhost_url, "flights", silence) as flights:
        rpc.start()
        try:
            await until(lambda: rpc.connected, 10)
            flights.publish_event("flight_changed", b'{"n":1}\n{"n":2}', "application/x-ndjson")
            flights.publish_event("flight_changed", b'{"n":\n3}')
            await until(lambda: heard == [b'{"n":1}', b'{"n":2}', b'{"n":\n3}'])
        finally:
            await rpc.stop()


async def test_what_a_listener_gets_wrong_does_not_end_the_connection(vhost_url: str) -> None:
    wrong: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: wrong.append(context))
    rpc = RpcClient(vhost_url)
    rpc.on_event("flights", "flight_changed", lambda body: {}[body])  # type: ignore[index]
    async with Responder(vhost_url, "flights", echo) as flights:
        rpc.start()
        try:
            await until(lambda: rpc.connected, 10)
            flights.publish_event("flight_changed", b"unreadable")
            await until(lambda: wrong)
            assert rpc.connected
            assert (await rpc.call("flights", "get_flight", {}))["method"] == "get_flight"
        finally:
            await rpc.stop()
            asyncio.get_running_loop().set_exception_handler(None)


async def test_calls_beyond_the_limit_wait_shortly_and_are_then_turned_away(vhost_url: str) -> None:
    release = asyncio.Event()

    async def when_released(method: str, request: dict[str, Any]) -> bytes:
        await release.wait()
        return result("done")

    limits = RpcLimits(in_flight=2, queue=1)
    async with Responder(vhost_url, "flights", when_released), client(vhost_url, limits) as rpc:
        calls = [asyncio.create_task(rpc.call("flights", "get_flight", {})) for _ in range(3)]
        await until(lambda: rpc.in_flight == 2)
        with pytest.raises(Busy) as caught:
            await rpc.call("flights", "get_flight", {})
        assert caught.value.data["retry_after_s"] == 1
        release.set()
        assert await asyncio.gather(*calls) == ["done"] * 3
        assert rpc.in_flight == 0


async def test_a_call_that_is_given_up_gives_its_place_back(vhost_url: str) -> None:
    limits = RpcLimits(in_flight=1, queue=1)
    async with Responder(vhost_url, "flights", silence), client(vhost_url, limits) as rpc:
        first = asyncio.create_task(rpc.call("flights", "get_flight", {}))
        await until(lambda: rpc.in_flight == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert rpc.in_flight == 0
        with pytest.raises(DeadlineExceeded):
            await rpc.call("flights", "get_flight", {}, deadline_s=0.1)
