"""Events that travel together: each takes effect, fails and waits by itself (kernel/wire/bundles.py)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kernel import context, tables
from kernel.db import Database, UnitOfWork
from kernel.errors import Unavailable
from kernel.outbox import Event
from kernel.wire import bundles, codec, queues
from kernel.wire.carrier import Carrier
from kernel.wire.publish import Outgoing
from tests.messaging.events.conftest import Suite, Wire, envelope, eventually

QUEUE = queues.event_queue_name("counter", "sold", "ledger")
PARKED = queues.parked_queue_name("ledger")


class Broker:
    """A publisher that confirms as many messages as `takes` says, then all."""

    def __init__(self, *takes: int) -> None:
        self.messages: list[Outgoing] = []
        self._takes = list(takes)

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> int:
        taken = self._takes.pop(0) if self._takes else len(messages)
        self.messages += messages[:taken]
        return taken

    def declare_exchange(self, name: str, timeout_s: float) -> None: ...

    def events(self) -> list[list[str]]:
        """Aggregates, message by message."""
        return [
            [json.loads(line)["aggregate"] for line in message.body.split(b"\n")] for message in self.messages
        ]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/counter.sqlite3")
    tables.create_all(database.engine)
    yield database
    database.close()


def save(database: Database, call_id: str, *events: tuple[str, str]) -> None:
    """Events of one call: name and aggregate of each."""
    unit = UnitOfWork(database, lambda connection: connection)
    with context.entered(context.CallContext(call_ids=(call_id,))), unit.write() as tx:
        for name, aggregate in events:
            tx.outbox.add(Event(name, aggregate, 1, {}))


def carry(database: Database, broker: Broker, together: int) -> float:
    return Carrier("counter", database, broker, together).carry()  # type: ignore[arg-type]


def test_neighbours_of_one_call_and_one_name_travel_together_and_in_order(database: Database) -> None:
    save(database, "one", *(("sold", str(number)) for number in range(5)))
    save(database, "two", ("sold", "5"), ("held", "6"), ("sold", "7"), ("sold", "8"))
    broker = Broker()
    carry(database, broker, 3)
    assert broker.events() == [["0", "1", "2"], ["3", "4"], ["5"], ["6"], ["7", "8"]]
    alone = [message for message in broker.messages if b"\n" not in message.body]
    assert all(message.properties["content_type"] == codec.CONTENT_TYPE for message in alone)
    assert all(message.properties["message_id"] == json.loads(message.body)["id"] for message in alone)
    bundled = [message for message in broker.messages if message not in alone]
    assert all(message.properties["content_type"] == bundles.CONTENT_TYPE for message in bundled)
    assert all("message_id" not in message.properties for message in bundled)
    assert [message.headers["nameko.call_id_stack"] for message in bundled] == [["one"], ["one"], ["two"]]


def test_a_bundle_stays_within_its_bytes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_BYTES", 500)
    save(database, "one", *(("sold", str(number)) for number in range(7)))
    broker = Broker()
    carry(database, broker, 100)
    assert [each for message in broker.events() for each in message] == [str(number) for number in range(7)]
    assert all(1 < len(message.body) <= 500 for message in broker.messages)
    assert len(broker.messages) > 2


def test_a_bundle_that_the_broker_did_not_take_is_sent_again_whole(database: Database) -> None:
    save(database, "one", *(("sold", str(number)) for number in range(6)))
    broker = Broker(1)
    carrier = Carrier("counter", database, broker, 2)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        carrier.carry()
    carrier.carry()
    assert broker.events() == [["0", "1"], ["2", "3"], ["4", "5"]]


def test_a_line_ends_where_an_envelope_does_and_nowhere_else() -> None:
    texts = ["\u2028\x85\x0b", "a\nb\r\nc", ""]
    body = bundles.encode([codec.encode({"text": text}) for text in texts])
    for form in (body, memoryview(body), body.decode()):
        assert [event["text"] for event in bundles.decode(form).events] == texts


def publish(wire: Wire, *events: bytes) -> None:
    wire.publish("counter.events", "sold", bundles.encode(events), bundles.CONTENT_TYPE)


def test_each_event_of_a_bundle_takes_effect_once_with_more_of_them_than_workers(
    suite: Suite, wire: Wire
) -> None:
    ledger = suite.start("ledger", SERVICE_MAX_WORKERS="5")
    events = [envelope(key=f"seat {number}") for number in range(40)]
    for _ in range(2):
        publish(wire, *events)
    eventually(lambda: all(suite.count("ledger", f"attempt seat {number}") == 2 for number in range(40)))
    ledger.stop()
    assert all(suite.count("ledger", f"seat {number}") == 1 for number in range(40))
    assert wire.depth(QUEUE) == wire.depth(PARKED) == 0


def test_what_a_glance_turns_away_costs_no_worker_and_the_rest_is_worked_on(suite: Suite, wire: Wire) -> None:
    ledger = suite.start("ledger")
    away = envelope(key="away", glance="nobody's business")
    publish(wire, away, away)
    publish(wire, away, envelope(key="seat 1"), away)
    publish(wire, envelope(key="odd", glance="stumbles"), envelope(key="seat 2"))
    for key in ("seat 1", "odd", "seat 2"):
        eventually(lambda key=key: suite.count("ledger", key) == 1)
    ledger.stop()
    assert suite.count("ledger", "attempt away") == 0
    assert wire.depth(QUEUE) == wire.depth(PARKED) == 0


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_one_that_fails_is_tried_again_and_parked_alone(suite: Suite, wire: Wire, kind: str) -> None:
    suite.start("ledger", QUEUE_TYPE=kind)
    never = envelope(key="never", failures=99)
    publish(wire, envelope(key="seat 1"), never, envelope(key="later", failures=2), envelope(key="seat 2"))
    properties, parked = eventually(lambda: wire.take(PARKED))
    assert json.loads(parked) == json.loads(never)
    assert properties.message_id == json.loads(never)["id"]
    assert properties.content_type == codec.CONTENT_TYPE
    assert properties.headers["x-origin-queue"] == QUEUE
    eventually(lambda: suite.count("ledger", "later") == 1)
    assert [suite.count("ledger", f"attempt {key}") for key in ("seat 1", "never", "later", "seat 2")] == [
        *(1, 4, 3, 1)
    ]
    assert wire.depth(QUEUE) == wire.depth(PARKED) == 0


def test_a_bundle_whose_handler_is_killed_in_the_middle_comes_again_one_by_one(
    suite: Suite, wire: Wire
) -> None:
    """Taken apart: what kills a process is then alone, and costs the others of its bundle nothing."""
    killed = suite.start("ledger")
    publish(wire, *(envelope(key=f"seat {number}", work_s=number % 2) for number in range(6)))
    eventually(lambda: suite.count("ledger", "attempt seat 5") == 1)
    eventually(lambda: suite.count("ledger", "seat 4") == 1)
    killed.kill()
    ledger = suite.start("ledger")
    eventually(lambda: all(suite.count("ledger", f"seat {number}") == 1 for number in range(6)))
    eventually(lambda: suite.count("ledger", "attempt seat 0") == 2)
    ledger.stop()
    assert all(suite.count("ledger", f"seat {number}") == 1 for number in range(6))
    assert wire.depth(QUEUE) == wire.depth(PARKED) == 0


def test_a_stop_waits_for_a_bundle_that_is_worked_on(suite: Suite, wire: Wire) -> None:
    ledger = suite.start("ledger", SERVICE_MAX_WORKERS="2")
    publish(wire, *(envelope(key=f"seat {number}", work_s=0.2) for number in range(8)))
    eventually(lambda: suite.count("ledger", "attempt seat 0") == 1)
    assert ledger.stop() == 0
    time.sleep(0.2)
    left = wire.depth(QUEUE)
    done = [suite.count("ledger", f"seat {number}") for number in range(8)]
    assert max(done) == 1
    assert (left, done) == (0, [1] * 8) or left == 1
    suite.start("ledger")
    eventually(lambda: all(suite.count("ledger", f"seat {number}") == 1 for number in range(8)))


def test_a_bundle_with_something_that_is_no_envelope_is_parked_as_it_came(suite: Suite, wire: Wire) -> None:
    suite.start("ledger")
    events = (envelope(key="seat 1"), b'{"no": "envelope"}')
    publish(wire, *events)
    publish(wire, b"{not json", envelope(key="seat 2"))
    _, parked = eventually(lambda: wire.take(PARKED))
    assert parked == bundles.encode(events)
    eventually(lambda: wire.take(PARKED))
    assert suite.count("ledger", "attempt seat 1") == suite.count("ledger", "attempt seat 2") == 0
