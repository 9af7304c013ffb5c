"""Messages come twice, and what comes too often is kept (facts 1 and 15)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from kombu.connection import Connection

from kernel.wire import queues
from tests.messaging.events.conftest import Suite, Wire, envelope, eventually
from tests.support.proxy import Proxy

QUEUE = queues.event_queue_name("counter", "sold", "ledger")
PARKED = queues.parked_queue_name("ledger")


@pytest.fixture
def proxy(vhost_url: str) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", urlsplit(vhost_url).port or 0)) as proxy:
        yield proxy


def through(proxy: Proxy, url: str) -> str:
    parts = urlsplit(url)
    netloc = f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"
    return parts._replace(netloc=netloc).geturl()


def test_a_call_that_a_blip_delivers_twice_takes_effect_once(
    suite: Suite, wire: Wire, vhost_url: str, proxy: Proxy
) -> None:
    counter = suite.start("counter", amqp_url=through(proxy, vhost_url))
    request = {"request_id": "r-00000001", "key": "seat 1", "work_s": 3}
    wire.call("counter", "sell", request)
    eventually(lambda: suite.count("counter", "attempt seat 1") == 1)
    proxy.cut()
    eventually(lambda: suite.count("counter", "attempt seat 1") == 2)
    eventually(lambda: wire.depth("rpc-counter") == 0)
    assert wire.answer()["error"] is None
    counter.stop()
    assert suite.count("counter", "seat 1") == 1


def test_a_call_whose_service_is_killed_in_the_middle_takes_effect_once(suite: Suite, wire: Wire) -> None:
    killed = suite.start("counter")
    wire.call("counter", "sell", {"request_id": "r-00000001", "key": "seat 1", "work_s": 1})
    eventually(lambda: suite.count("counter", "attempt seat 1") == 1)
    killed.kill()
    assert suite.count("counter", "seat 1") == 0
    suite.start("counter")
    assert wire.answer() == {"result": {"sold": "seat 1"}, "error": None}
    assert suite.count("counter", "attempt seat 1") == 2
    assert suite.count("counter", "seat 1") == 1


def test_control_without_the_inbox_a_blip_sells_twice(
    suite: Suite, wire: Wire, vhost_url: str, proxy: Proxy
) -> None:
    counter = suite.start("counter", amqp_url=through(proxy, vhost_url))
    wire.call("counter", "sell_naively", {"request_id": "r-00000001", "key": "seat 1", "work_s": 3})
    time.sleep(1)
    proxy.cut()
    eventually(lambda: suite.count("counter", "seat 1") == 2)
    counter.stop()


def test_an_event_whose_handler_is_killed_in_the_middle_takes_effect_once(suite: Suite, wire: Wire) -> None:
    killed = suite.start("ledger")
    wire.publish("counter.events", "sold", envelope(key="seat 1", work_s=1))
    eventually(lambda: suite.count("ledger", "attempt seat 1") == 1)
    killed.kill()
    suite.start("ledger")
    eventually(lambda: suite.count("ledger", "seat 1") == 1)


def deliver_in_vain(wire: Wire, queue: str, times: int) -> int:
    """Take a message and give it back, as a consumer that crashes does; how often it could be taken."""
    taken = 0
    for _ in range(times):
        method, _, _ = wire.channel.basic_get(queue)
        if method is None:
            break
        taken += 1
        wire.channel.basic_nack(method.delivery_tag, requeue=True)
        time.sleep(0.2)
    return taken


def declare(url: str, *declared: object) -> None:
    with Connection(url) as connection:
        for each in declared:
            each(connection.default_channel).declare()  # type: ignore[operator]


def test_what_kills_its_consumer_again_and_again_is_parked(wire: Wire, vhost_url: str) -> None:
    event_queue = queues.event_queue("counter", "sold", "ledger", "quorum")
    declare(vhost_url, queues.parked_queue("ledger", "quorum"), event_queue)
    body = envelope(key="seat 1")
    wire.publish("counter.events", "sold", body)
    eventually(lambda: wire.depth(QUEUE) == 1)
    assert deliver_in_vain(wire, QUEUE, 10) == queues.DELIVERY_LIMIT + 1
    properties, parked = eventually(lambda: wire.take(PARKED))
    assert parked == body
    assert properties.headers["x-death"][0]["reason"] == "delivery_limit"


def test_control_without_a_dead_letter_exchange_it_is_lost(wire: Wire) -> None:
    limited = {"x-queue-type": "quorum", "x-delivery-limit": queues.DELIVERY_LIMIT}
    wire.channel.queue_declare("limited", durable=True, arguments=limited)
    wire.publish("", "limited", envelope(key="seat 1"))
    eventually(lambda: wire.depth("limited") == 1)
    deliver_in_vain(wire, "limited", 10)
    assert wire.depth("limited") == 0


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_every_queue_that_is_delivered_to_services_keeps_what_it_gives_up(kind: str) -> None:
    delivered = [queues.rpc_queue("ledger", kind), queues.event_queue("counter", "sold", "ledger", kind)]
    for queue in delivered:
        assert queue.queue_arguments["x-dead-letter-exchange"]
        assert ("x-delivery-limit" in queue.queue_arguments) == (kind == "quorum")
