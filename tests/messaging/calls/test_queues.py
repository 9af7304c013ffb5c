"""The arguments that queues are declared with, and what happens when they differ (facts 13, 14, 16)."""

from __future__ import annotations

import ast
import json

import pika
import pytest
from kombu import Queue
from pika.exceptions import ChannelClosedByBroker

from deploy.broker import Broker
from deploy.ports import free_port
from kernel.wire import queues
from tests.messaging.calls.harness import ROOT, Services, Wire, eventually, get, new_name, running

QUEUE_CALLS = {"Queue", "queue_declare"}
MAY_DECLARE = {
    "kernel/wire/queues.py",
    "gateway/rpc/",  # its reply and broadcast queues, which are exclusive
    "deploy/parked.py",
}


def is_transient_and_shared(queue: Queue) -> bool:
    return not queue.durable and not queue.exclusive


def test_every_queue_is_durable_or_exclusive() -> None:
    """A transient shared queue is refused by newer brokers (fact 16)."""
    stated = [
        queues.rpc_queue("a"),
        queues.reply_queue("a", "1"),
        queues.event_queue("a", "happened", "b"),
        *(queues.retry_queue("a", "happened", "b", tier) for tier in queues.RETRY_TIERS),
        queues.parked_queue("a"),
    ]
    assert not [each.name for each in stated if is_transient_and_shared(each)]
    # The control: the rule sees one.
    assert is_transient_and_shared(Queue("mine", durable=False))


def test_a_running_service_declares_nothing_else(wire: Wire, desk: str) -> None:
    declared = wire.call(desk, "queues").result
    assert declared.pop(f"rpc-{desk}") == [True, False]
    [(name, kind)] = declared.items()
    assert name.startswith(f"rpc.reply-{desk}-")
    assert kind == [False, True]


def test_queues_are_declared_in_one_place() -> None:
    """Two places would one day state different arguments, and a service would stand still (fact 13)."""
    elsewhere = []
    for folder in ("kernel", "services", "gateway", "deploy"):
        for file in (ROOT / folder).rglob("*.py"):
            place = str(file.relative_to(ROOT))
            if not place.startswith(tuple(MAY_DECLARE)) and declares_queues(file.read_text()):
                elsewhere.append(place)
    assert elsewhere == []
    assert declares_queues("from kombu import Queue\nq = Queue('mine')")  # the control


def declares_queues(source: str) -> bool:
    tree = ast.parse(source)
    from_kombu = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kombu")
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "queue_declare" or (called == "Queue" and from_kombu):
                return True
    return False


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_shared_queues_have_the_type_of_the_configuration(kind: str) -> None:
    for queue in (
        queues.rpc_queue("a", kind),
        queues.event_queue("a", "b", "c", kind),
        queues.parked_queue("a", kind),
    ):
        assert queue.queue_arguments["x-queue-type"] == kind
    assert queues.reply_queue("a", "1").queue_arguments["x-queue-type"] == "classic"
    # A limit needs a place for what exceeds it (fact 15), so both are stated, or neither.
    limited = "x-delivery-limit" in queues.rpc_queue("a", kind).queue_arguments
    assert limited == (kind == "quorum")
    assert "x-dead-letter-exchange" in queues.rpc_queue("a", kind).queue_arguments


def test_reply_queues_are_classic_where_quorum_is_the_default(broker: Broker) -> None:
    """And the control: Nameko's own become quorum queues, which made a call three times slower (fact 14)."""
    url = broker.add_vhost(new_name("quorum"), default_queue_type="quorum")
    desk, plain = new_name("desk"), new_name("plain")
    with (
        running("ours", f"Desk={desk}", AMQP_URL=url, QUEUE_TYPE="quorum") as ours,
        running("stock", f"Asking={plain}", AMQP_URL=url) as stock,
    ):
        wire = Wire(url)
        names = wire.call(desk, "queues").result
        [reply_queue] = [each for each in names if each.startswith("rpc.reply")]
        assert type_of(url, f"rpc-{desk}") == "quorum"
        # An exclusive queue is its owner's alone, and never a quorum queue.
        assert type_of(url, reply_queue) == "exclusive"
        assert (
            wire.call(desk, "call_out", {"service": desk, "method": "echo", "request": {}}).result["outcome"]
            == "ok"
        )
        assert type_of(url, reply_queue_of_nameko(stock)) == "quorum"
        wire.close()
        assert ours.alive


def reply_queue_of_nameko(services: Services) -> str:
    line = next(each for each in services.log.splitlines() if each.startswith("reply queue: "))
    return line.removeprefix("reply queue: ")


def type_of(url: str, name: str) -> str:
    """The type of a queue: the one with which declaring it again is no contradiction."""
    for kind in ("quorum", "classic"):
        connection = pika.BlockingConnection(pika.URLParameters(url))
        try:
            connection.channel().queue_declare(name, durable=True, arguments={"x-queue-type": kind})
        except ChannelClosedByBroker as error:
            if error.reply_code == 405:
                return "exclusive"
            if "x-queue-type" not in error.reply_text:
                return kind
        else:
            return kind
        finally:
            connection.close()
    raise AssertionError(name)


def test_a_queue_with_other_arguments_makes_its_service_unready_and_loud(wire: Wire, amqp_url: str) -> None:
    name, port = new_name("desk"), free_port()
    wire.channel.queue_declare(f"rpc-{name}", durable=True, arguments={"x-max-length": 7})
    services = Services("ours", f"Desk={name}", AMQP_URL=amqp_url, SERVICES_OPS_PORT=str(port))
    try:
        eventually(lambda: "a queue exists with other arguments" in services.log)
        status, body = get(port, "/readyz")
        assert (status, json.loads(body)["missing"]) == (503, [name])
        assert get(port, "/healthz")[0] == 200
        assert f'"queue":"rpc-{name}"' in services.log
        wire.channel.queue_delete(f"rpc-{name}")
        services.wait_ready()
        assert wire.call(name, "echo", {"a": 1}).result == {"a": 1}
        assert get(port, "/readyz")[0] == 200
    finally:
        services.end()


def test_control_a_plain_service_stands_still_and_looks_alive(wire: Wire, amqp_url: str) -> None:
    name = new_name("plain")
    wire.channel.queue_declare(f"rpc-{name}", durable=True, arguments={"x-max-length": 7})
    services = Services("stock", f"Plain={name}", AMQP_URL=amqp_url)
    try:
        eventually(lambda: "PRECONDITION_FAILED" in services.log or "PreconditionFailed" in services.log)
        assert services.wait(1.0) is None
        assert wire.consumers(f"rpc-{name}") == 0
    finally:
        services.end()
        wire.channel.queue_delete(f"rpc-{name}")
