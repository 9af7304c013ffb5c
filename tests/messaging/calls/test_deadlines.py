"""Nobody waits for ever, and nobody works for one who has given up (facts 4, 8, 9, 10)."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Producer
from nameko.amqp.publish import Publisher

from deploy.broker import Broker
from kernel.wire import queues
from kernel.wire.context import expiration_of
from tests.messaging.calls.harness import ROOT, Services, Wire, deadline, eventually, get, new_name, running
from tests.messaging.calls.notes import notes


def test_work_ends_when_the_caller_gives_up(wire: Wire, desk: str, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    answer = wire.call(desk, "work", {"path": str(path), "work_s": 5}, **deadline(0.4))
    assert answer.document["kind"] == "deadline"
    assert answer.took_s < 0.4  # the refusal comes while the caller still waits
    assert notes(path) == ["begun"]


def test_a_call_that_waited_for_a_worker_until_it_was_too_late_is_not_worked_on(
    wire: Wire, amqp_url: str, tmp_path: Path
) -> None:
    name, path = new_name("busy"), tmp_path / "rows"
    with running("ours", f"Busy={name}", AMQP_URL=amqp_url, SERVICE_MAX_WORKERS="1"):
        time.sleep(0.2)
        answers = [wire.call(name, "work", {"path": str(path)}, **deadline(0.3)) for _ in range(4)]
        refused = [each for each in answers if each.error is not None]
        assert refused
        assert {each.document["kind"] for each in refused} == {"deadline"}
        assert len(notes(path)) == len(answers) - len(refused)
        # The control: with time enough the same call waits for its turn.
        assert wire.call(name, "work", {"path": str(path)}, **deadline(8)).result == {"done": True}


def test_control_plain_work_goes_on_for_nobody(wire: Wire, plain: str, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    request = {"path": str(path), "work_s": 0.8}
    assert wire.try_call(plain, "work", request, seconds=0.4, **deadline(0.4)) is None
    eventually(lambda: notes(path) == ["begun", "done"])


@pytest.mark.parametrize("late", [0, -1])
def test_a_call_whose_deadline_is_past_is_dropped_at_the_door(
    wire: Wire, desk: str, ops_port: int, tmp_path: Path, late: int
) -> None:
    path = tmp_path / "rows"
    before = dropped(ops_port, desk)
    request = {"path": str(path), "work_s": 0}
    assert wire.try_call(desk, "work", request, seconds=0.3, headers={"nameko.deadline_ms": late}) is None
    assert notes(path) == []
    assert dropped(ops_port, desk) == before + 1
    assert wire.depth(f"rpc-{desk}") == 0


def dropped(ops_port: int, service: str) -> float:
    line = f'rpc_dropped_late_total{{service="{service}"}} '
    text = get(ops_port, "/metrics")[1].decode()
    return next((float(each[len(line) :]) for each in text.splitlines() if each.startswith(line)), 0.0)


def test_a_nested_call_gets_what_is_left_and_two_seconds_at_most(wire: Wire, desk: str) -> None:
    target = new_name("silent")
    calls = wire.pretend(target)
    request = {"service": target, "method": "sell", "request": {}, "deadline_s": 60}
    for waits_s, longest_s in ((60, 2.0), (1.0, 0.75)):
        answer = wire.call(desk, "call_out", request, **deadline(waits_s))
        ended = answer.result["outcome"] if answer.result else answer.document["code"]
        assert ended == "deadline"
        properties, body = calls.pop()
        assert json.loads(body) == {"args": [], "kwargs": {"request": {}}}
        sent_ms = properties.headers["nameko.deadline_ms"]
        assert longest_s * 1000 - 150 < sent_ms <= longest_s * 1000
        assert 0 <= int(properties.expiration) - sent_ms <= 1  # fact 8: milliseconds, as text
        assert answer.took_s < longest_s + 0.3
        assert len(properties.headers["nameko.call_id_stack"]) == 1


def test_a_nested_call_tells_who_called_and_for_whom(wire: Wire, desk: str) -> None:
    sent = {
        "nameko.call_id_stack": ["gateway.1"],
        "nameko.principal": "cz",
        "nameko.language": "zh",
        "nameko.traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    request = {"service": desk, "method": "context", "request": {}}
    answer = wire.call(desk, "call_out", request, headers=sent).result["result"]
    assert answer["call_ids"][0] == "gateway.1"
    assert [each.rpartition(".")[0] for each in answer["call_ids"][1:]] == [
        f"{desk}.call_out",
        f"{desk}.context",
    ]
    assert answer["principal"] == "cz"
    assert answer["language"] == "zh"
    assert answer["traceparent"] == sent["nameko.traceparent"]
    assert answer["remaining_s"] < 1.5  # three quarters of the two seconds that the nested caller waits


def test_a_call_to_a_frozen_broker_ends_at_its_deadline(
    wire: Wire, broker: Broker, desk: str, plain_name: str, amqp_url: str, tmp_path: Path
) -> None:
    """And the control: Nameko's proxy waits for the confirm as long as the broker is frozen."""
    ours, stock, target = tmp_path / "ours", tmp_path / "stock", new_name("silent")
    calls = wire.pretend(target)
    request = {"method": "sell", "request": {}, "after_s": 0.5, "deadline_s": 1.0, "service": target}
    with running("stock", f"Asking={new_name('plain')}", AMQP_URL=amqp_url, TARGET=target) as asking:
        name = asking.process.args[-1].partition("=")[2]  # type: ignore[index,union-attr]
        wire.call(desk, "call_out_later", request | {"path": str(ours)})
        wire.call(name, "call_out_later", request | {"path": str(stock)})
        broker.freeze()
        try:
            time.sleep(2.2)
            [note] = notes(ours)
            assert notes(stock) == []
        finally:
            broker.thaw()
        assert json.loads(note)["outcome"] == "deadline"
        assert json.loads(note)["elapsed_s"] < 1.2
        eventually(lambda: wire.listen(0.1) or len(calls) >= 2)
        wire.listen(0.5)
    # Fact 9: each was sent once, whatever the broker was doing.
    of_ours = [properties for properties, _ in calls if properties.expiration is not None]
    assert len(of_ours) == 1


def test_control_a_publisher_that_repeats_puts_two_copies_in_the_queue(broker: Broker, wire: Wire) -> None:
    """With the repetition that Nameko's publisher has, and the time limit that it lacks."""
    name = new_name("twice")
    wire.channel.queue_declare(name, durable=True)
    with Connection(broker.url, transport_options={"confirm_publish": True}) as connection:
        producer = Producer(connection.channel())
        producer.publish({}, routing_key=name)
        wire.channel.queue_purge(name)
        again = {"max_retries": 3, "interval_start": 0.1}
        thaw = threading.Timer(1.0, broker.thaw)
        broker.freeze()
        thaw.start()
        try:
            producer.publish({}, routing_key=name, retry=True, retry_policy=again, timeout=0.5)
        finally:
            thaw.join()
    eventually(lambda: wire.depth(name) == 2)
    wire.channel.queue_delete(name)


def test_an_unknown_service_is_told_at_once(wire: Wire, desk: str) -> None:
    request = {"service": new_name("nobody"), "method": "sell", "request": {}}
    answer = wire.call(desk, "call_out", request).result
    assert answer["outcome"] == "wire.unknown_service"
    assert answer["elapsed_s"] < 0.5


def test_a_service_that_is_down_costs_its_callers_the_deadline_and_never_does_the_work(
    wire: Wire, desk: str, plain_name: str, amqp_url: str, tmp_path: Path
) -> None:
    """And the control: without deadline and time to live the caller hangs and the work waits."""
    down, path = new_name("desk"), tmp_path / "rows"
    with running("ours", f"Desk={down}", AMQP_URL=amqp_url) as services:
        services.terminate()
        assert services.wait(10.0) == 0
    work = {"method": "work", "request": {"path": str(path), "work_s": 0}}
    answer = wire.call(desk, "call_out", work | {"service": down, "deadline_s": 0.5}).result
    assert answer["outcome"] == "deadline"
    assert answer["elapsed_s"] == pytest.approx(0.5, abs=0.3)
    eventually(lambda: wire.depth(f"rpc-{down}") == 0)
    assert wire.depth(queues.parked_queue_name(down)) == 0  # expired isn't parked

    with running("stock", f"Asking={new_name('plain')}", AMQP_URL=amqp_url, TARGET=down) as asking:
        name = asking.process.args[-1].partition("=")[2]  # type: ignore[index,union-attr]
        assert wire.try_call(name, "call_out", work, seconds=1.5) is None
        assert wire.depth(f"rpc-{down}") == 1
    wire.channel.queue_purge(f"rpc-{down}")


def test_time_to_live_is_stated_in_milliseconds(wire: Wire, amqp_url: str) -> None:
    assert expiration_of(1.5) == "1500"
    assert expiration_of(0) == "1"
    # The control: Nameko's documentation says milliseconds, kombu multiplies by a thousand.
    name = new_name("ttl")
    taken = wire.pretend(name)
    publisher = Publisher(amqp_url, exchange=Exchange("nameko-rpc", type="topic", durable=True))
    publisher.publish({}, routing_key=f"{name}.x", expiration=1500)
    eventually(lambda: wire.listen(0.1) or taken)
    assert taken[0][0].expiration == "1500000"


def test_nobody_publishes_with_nameko_or_kombu_by_himself() -> None:
    """One helper sets times to live and nothing repeats by itself: no other way to publish is used."""
    for file in [*(ROOT / "services").rglob("*.py"), *(ROOT / "kernel").rglob("*.py")]:
        text = file.read_text()
        for way in ("nameko.amqp", "RpcProxy", "EventDispatcher", "kombu.Producer", "Producer("):
            assert way not in text, f"{file} publishes past kernel/wire"


def test_broker_stays_usable(desk_process: Services, wire: Wire, desk: str) -> None:
    """The shared service outlives what the tests above did to the broker."""
    assert wire.call(desk, "echo", {"a": 1}).result == {"a": 1}
    assert desk_process.alive
