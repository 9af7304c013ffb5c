"""`airport parked` on a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from deploy import parked as tool
from kernel.wire import queues
from tests.messaging.events.conftest import Suite, Wire, envelope, eventually

QUEUE = queues.event_queue_name("counter", "sold", "ledger")
PARKED = queues.parked_queue_name("ledger")

Run = Callable[..., Result]


@pytest.fixture
def run(vhost_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("AMQP_URL", vhost_url)
    for command in tool.parked.commands.values():
        for parameter in command.params:
            if parameter.name in ("service", "services"):
                monkeypatch.setattr(parameter.type, "choices", ("counter", "ledger"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(tool.parked, arguments)

    return run


def id_of(body: bytes) -> str:
    return str(json.loads(body)["id"])


def park(suite: Suite, wire: Wire, *bodies: bytes, kind: str = "classic") -> None:
    ledger = suite.start("ledger", QUEUE_TYPE=kind, EVENT_RETRY_S="0.01,0.01,0.01")
    for body in bodies:
        message_id = id_of(body) if body.startswith(b'{"id"') else None
        wire.publish("counter.events", "sold", body, message_id=message_id)
    eventually(lambda: wire.depth(PARKED) == len(bodies))
    ledger.stop()


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_list_counts_and_shows_heads_without_bodies(suite: Suite, wire: Wire, run: Run, kind: str) -> None:
    body = envelope(key="passport E1234", failures=99)
    park(suite, wire, body, b"{not json", kind=kind)
    for _ in range(2):  # looking changes nothing
        shown = run("list", "ledger").output
        assert "ledger: 2 parked" in shown
        assert f"{id_of(body)}" in shown
        assert "ValueError  attempts 4" in shown
        assert "undecodable" in shown
        assert QUEUE in shown
        assert "E1234" not in shown
    eventually(lambda: wire.depth(PARKED) == 2)


def test_list_says_zero_for_a_service_that_never_started(run: Run) -> None:
    assert run("list", "ledger").output == "ledger: 0 parked\n"


def test_show_hides_the_body_unless_asked(suite: Suite, wire: Wire, run: Run) -> None:
    body = envelope(key="passport E1234", failures=99)
    park(suite, wire, body)
    head = run("show", "ledger", id_of(body)[:20])
    assert json.loads(head.output)["headers"]["x-failed-code"] == "ValueError"
    assert "E1234" not in head.output
    assert "E1234" in run("show", "ledger", id_of(body), "--body").output
    assert run("show", "ledger", "nonsense").exit_code == 1


def test_replay_brings_a_message_to_the_consumer_that_failed_and_to_no_other(
    suite: Suite,
    wire: Wire,
    run: Run,
) -> None:
    park(suite, wire, *(bodies := [envelope(key="seat 1", failures=4), envelope(key="seat 2", failures=99)]))
    wire.channel.queue_declare("another", durable=True)
    wire.channel.queue_bind("another", "counter.events", "sold")
    replayed = run("replay", "ledger", id_of(bodies[0]))
    assert replayed.output == "ledger: 1 replayed\n"
    suite.start("ledger")
    eventually(lambda: suite.count("ledger", "seat 1") == 1)
    assert suite.count("ledger", "attempt seat 1") == 5
    assert wire.depth("another") == 0
    assert wire.depth(PARKED) == 1


def test_a_replayed_message_has_all_its_attempts_again(suite: Suite, wire: Wire, run: Run) -> None:
    park(suite, wire, envelope(key="seat 1", failures=99))
    assert run("replay", "ledger", "--all").output == "ledger: 1 replayed\n"
    suite.start("ledger", EVENT_RETRY_S="0.01,0.01,0.01")
    eventually(lambda: wire.depth(PARKED) == 1)
    assert suite.count("ledger", "attempt seat 1") == 8


def test_a_message_whose_queue_is_gone_stays(suite: Suite, wire: Wire, run: Run) -> None:
    park(suite, wire, envelope(key="seat 1", failures=99))
    wire.channel.queue_delete(QUEUE)
    replayed = run("replay", "ledger", "--all")
    assert replayed.exit_code == 1
    assert "stays" in replayed.output
    eventually(lambda: wire.depth(PARKED) == 1)


def test_a_parked_call_is_told_from_an_event_and_replayed_the_way_it_came(
    suite: Suite, wire: Wire, run: Run
) -> None:
    """A call without reply_to; when it is replayed its service parks it again, which shows that it came."""
    counter = suite.start("counter")
    body = json.dumps({"args": [], "kwargs": {"request": {"passport": "E1234"}}}).encode()
    wire.publish("nameko-rpc", "counter.sell", body)
    eventually(lambda: wire.depth(queues.parked_queue_name("counter")) == 1)
    shown = run("list", "counter").output
    assert "no reply_to" in shown
    assert "rpc-counter" in shown
    assert "E1234" not in shown
    counter.stop()
    assert run("replay", "counter", "--all").output == "counter: 1 replayed\n"
    properties, replayed = eventually(lambda: wire.take("rpc-counter"))
    assert replayed == body
    assert "x-death" not in (properties.headers or {})


def test_drop_deletes_what_was_named_and_nothing_else(suite: Suite, wire: Wire, run: Run) -> None:
    bodies = [envelope(key=f"seat {n}", failures=99) for n in range(3)]
    park(suite, wire, *bodies)
    assert run("drop", "ledger", id_of(bodies[1]), "--yes").output == "ledger: 1 dropped\n"
    shown = run("list", "ledger").output
    assert id_of(bodies[0]) in shown
    assert id_of(bodies[1]) not in shown
    assert run("drop", "ledger", "--yes").exit_code == 2
    assert run("drop", "ledger", "--all", "--yes").output == "ledger: 2 dropped\n"
    assert wire.depth(PARKED) == 0


def test_without_a_broker_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://guest:secret@127.0.0.1:1/")
    failed = run("list", "ledger")
    assert failed.exit_code == 1
    assert "127.0.0.1:1 doesn't answer" in failed.output
    assert "secret" not in failed.output
