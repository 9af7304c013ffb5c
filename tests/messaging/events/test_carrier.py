"""From the outbox to the broker: in order, at least once, whatever breaks in between."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy
from sqlalchemy import select

from deploy.broker import Broker
from kernel import clock, tables
from kernel.db import Database, UnitOfWork
from kernel.errors import Unavailable
from kernel.leases import Leases, new_owner
from kernel.outbox import Event
from kernel.wire import carrier as carrying
from kernel.wire.carrier import Carrier
from kernel.wire.publish import GroupPublisher, Outgoing
from tests.messaging.events.conftest import Suite, Wire, eventually
from tests.support.databases import Postgres
from tests.support.proxy import Proxy

SOURCE = "counter"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/counter.sqlite3"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    tables.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def sold(wire: Wire) -> str:
    """A queue that gets every event of the counter."""
    wire.channel.exchange_declare("counter.events", "topic", durable=True)
    wire.channel.queue_declare("sold", durable=True)
    wire.channel.queue_bind("sold", "counter.events", "#")
    return "sold"


def unit(database: Database) -> UnitOfWork[Any]:
    return UnitOfWork(database, lambda connection: connection)


def save(database: Database, *events: tuple[str, int]) -> None:
    with unit(database).write() as tx:
        for aggregate, version in events:
            tx.outbox.add(Event("sold", aggregate, version, {}))


@contextmanager
def running(database: Database, publisher: Any) -> Iterator[Carrier]:
    carrier = Carrier(SOURCE, database, publisher)
    thread = threading.Thread(target=carrier.run)
    thread.start()
    try:
        yield carrier
    finally:
        carrier.stop()
        thread.join()


def drain(wire: Wire, queue: str) -> list[tuple[str, int]]:
    """Aggregate and version of every event that lies in the queue, in order."""
    found = []
    while (taken := wire.take(queue)) is not None:
        event = json.loads(taken[1])
        found.append((event["aggregate"], event["aggregate_version"]))
    return found


def unsent(database: Database) -> int:
    with database.reading() as connection:
        query = select(sqlalchemy.func.count()).where(tables.OUTBOX.c.sent_at.is_(None))
        return int(connection.execute(query).scalar_one())


class Recorded:
    """A publisher that takes what `takes` says, group by group, then everything."""

    def __init__(self, *takes: int | Exception) -> None:
        self.groups: list[list[tuple[str, int]]] = []
        self._takes = list(takes)

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> int:
        events = [json.loads(message.body) for message in messages]
        self.groups.append([(event["aggregate"], event["aggregate_version"]) for event in events])
        taken = self._takes.pop(0) if self._takes else len(messages)
        if isinstance(taken, Exception):
            raise taken
        return taken

    def declare_exchange(self, name: str, timeout_s: float) -> None:
        assert name == "counter.events"

    def tick(self) -> None: ...

    def close(self) -> None: ...


def test_events_leave_in_order_as_their_publisher_describes_them(
    database: Database, wire: Wire, vhost_url: str, sold: str
) -> None:
    save(database, ("a", 1))
    with running(database, GroupPublisher(vhost_url)):
        properties, body = eventually(lambda: wire.take(sold))
        event = json.loads(body)
        assert set(event) == {"id", "name", "schema", "aggregate", "aggregate_version", "at", "data"}
        assert properties.message_id == event["id"]
        assert properties.delivery_mode == 2
        assert (properties.content_type, properties.type) == ("application/json", "sold")
        expected = [(aggregate, version) for version in range(1, 401) for aggregate in ("a", "b", "c")]
        save(database, *expected)
        eventually(lambda: unsent(database) == 0)
    assert drain(wire, sold) == expected


def test_a_commit_wakes_the_carrier(
    database: Database, wire: Wire, vhost_url: str, sold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "POLL_S", 3600.0)
    with running(database, GroupPublisher(vhost_url)):
        time.sleep(0.3)  # it has looked, found nothing, and waits for an hour
        save(database, ("a", 1))
        eventually(lambda: wire.take(sold))


def test_rows_of_another_process_are_found_by_looking(
    database: Database, url: str, wire: Wire, vhost_url: str, sold: str
) -> None:
    other = Database(url)
    other.name = "another process, whose commits wake nobody here"
    with running(database, GroupPublisher(vhost_url)):
        time.sleep(0.3)
        save(other, ("a", 1))
        eventually(lambda: wire.take(sold))
    other.close()


def test_what_the_broker_did_not_take_is_sent_again_from_there_on(database: Database) -> None:
    """Also what it did take after the gap: else an aggregate's events would change places."""
    events = [("a", 1), ("b", 1), ("a", 2), ("a", 3)]
    save(database, *events)
    publisher = Recorded(1, Unavailable(part="broker"), 2)
    with running(database, publisher):
        eventually(lambda: unsent(database) == 0)
    assert publisher.groups == [events, events[1:], events[1:], events[3:]]


def test_a_carrier_that_dies_before_it_noted_repeats_and_loses_nothing(
    database: Database, wire: Wire, vhost_url: str, sold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(database, ("a", 1), ("a", 2))
    publisher = GroupPublisher(vhost_url)
    dying = Carrier(SOURCE, database, publisher)
    monkeypatch.setattr(dying, "_note", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        dying.carry()
    publisher.close()
    assert drain(wire, sold) == [("a", 1), ("a", 2)]
    assert unsent(database) == 2
    free_lease(database)
    with running(database, GroupPublisher(vhost_url)):
        eventually(lambda: unsent(database) == 0)
    assert drain(wire, sold) == [("a", 1), ("a", 2)]


def free_lease(database: Database) -> None:
    """As if its time had passed."""
    with database.writing() as connection:
        past = clock.real_now() - timedelta(seconds=1)
        connection.execute(sqlalchemy.update(tables.LEASES).values(expires_at=past))


def test_nobody_carries_while_another_copy_has_the_lease(database: Database) -> None:
    with unit(database).write() as tx:
        assert tx.leases.take("outbox_relay", new_owner(), 60)
    save(database, ("a", 1))
    publisher = Recorded()
    with running(database, publisher) as carrier:
        eventually(lambda: carrier.lag_s() > 0.2)
        assert publisher.groups == []
        free_lease(database)
        eventually(lambda: publisher.groups == [[("a", 1)]])
        eventually(lambda: carrier.lag_s() == 0)


class Halted(Recorded):
    """A publisher that stands still in its first group until `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.halted, self.go = threading.Event(), threading.Event()

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> int:
        taken = super().publish(messages, timeout_s)
        self.halted.set()
        self.go.wait(20)
        return taken


def carried_while_another_is_at_it(database: Database) -> list[list[tuple[str, int]]]:
    """What a second carrier publishes between the first one's reading and noting of the same rows."""
    save(database, ("a", 1))
    slow, second = Halted(), Recorded()
    with running(database, slow):
        slow.halted.wait(20)
        save(database, ("a", 2))
        Carrier(SOURCE, database, second).carry()
        slow.go.set()
        eventually(lambda: unsent(database) == 0)
    return second.groups


def test_a_second_copy_does_not_overtake_the_first(database: Database) -> None:
    assert carried_while_another_is_at_it(database) == []


def test_control_without_the_lease_a_second_copy_overtakes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Leases, "take", lambda *_: True)
    assert carried_while_another_is_at_it(database) == [[("a", 1), ("a", 2)]]


def test_copies_beside_each_other_keep_the_order_of_every_aggregate(
    postgres: Postgres, wire: Wire, vhost_url: str, sold: str
) -> None:
    address = postgres.new_database()
    copies = [Database(address) for _ in range(3)]
    for number, copy in enumerate(copies):
        copy.name = f"process {number}"
    tables.create_all(copies[0].engine)
    version_lock = threading.Lock()
    versions: dict[str, int] = {}

    def work(copy: Database) -> None:
        for number in range(40):
            aggregate = f"flight {number % 4}"
            # Two changes of one aggregate follow each other: its row is locked, here by a lock.
            with version_lock:
                versions[aggregate] = versions.get(aggregate, 0) + 1
                save(copy, (aggregate, versions[aggregate]))

    publishers = [GroupPublisher(vhost_url) for _ in copies]
    with (
        running(copies[0], publishers[0]),
        running(copies[1], publishers[1]),
        running(copies[2], publishers[2]),
    ):
        writers = [threading.Thread(target=work, args=(copy,)) for copy in copies]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        eventually(lambda: unsent(copies[0]) == 0)
    carried = drain(wire, sold)
    for aggregate in versions:
        of_it = [version for each, version in carried if each == aggregate]
        assert of_it == list(range(1, 31))
    for copy in copies:
        copy.close()


def test_no_event_is_lost_while_connections_break(
    database: Database, wire: Wire, vhost_url: str, sold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "RETRY_FIRST_S", 0.05)
    parts = urlsplit(vhost_url)
    with Proxy(("127.0.0.1", parts.port or 0)) as proxy:
        via = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}").geturl()
        with running(database, GroupPublisher(via)):
            for version in range(1, 61):
                save(database, ("a", version))
                if version % 10 == 0:
                    proxy.cut()
                time.sleep(0.01)
            eventually(lambda: unsent(database) == 0)
    versions = [version for _, version in drain(wire, sold)]
    assert sorted(set(versions)) == list(range(1, 61))
    first_seen = list(dict.fromkeys(versions))
    assert first_seen == sorted(first_seen)


def test_events_saved_and_sent_around_a_brokers_crash_all_arrive(
    suite: Suite, wire: Wire, broker: Broker
) -> None:
    """The whole way, from a call to another service's database, over a broker that is killed."""
    counter, ledger = suite.start("counter"), suite.start("ledger")

    def sell(first: int, last: int) -> None:
        """As the counter's own use case would, from another process."""
        with unit(suite.database("counter")).write() as tx:
            for number in range(first, last):
                tx.outbox.add(Event("sold", f"seat {number}", 1, {"key": f"seat {number}"}))

    sell(0, 50)
    broker.kill()
    sell(50, 100)
    broker.start()
    sell(100, 150)
    eventually(lambda: unsent(suite.database("counter")) == 0, 40)
    eventually(lambda: all(suite.count("ledger", f"seat {number}") == 1 for number in range(150)), 40)
    assert counter.stop() == 0
    assert ledger.stop() == 0


def test_a_frozen_broker_delays_and_nothing_more(
    database: Database, wire: Wire, vhost_url: str, sold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CONFIRM_S", 0.5)
    parts = urlsplit(vhost_url)
    with Proxy(("127.0.0.1", parts.port or 0)) as proxy:
        via = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}").geturl()
        with running(database, GroupPublisher(via)) as carrier:
            save(database, ("a", 1))
            eventually(lambda: unsent(database) == 0)
            proxy.freeze()
            save(database, ("a", 2))
            eventually(lambda: carrier.lag_s() > 1.0)
            assert unsent(database) == 1
            proxy.thaw()
            eventually(lambda: unsent(database) == 0)
    assert set(drain(wire, sold)) == {("a", 1), ("a", 2)}


def test_what_waits_leaves_before_the_carrier_ends(
    database: Database, wire: Wire, vhost_url: str, sold: str
) -> None:
    carrier = Carrier(SOURCE, database, GroupPublisher(vhost_url))
    save(database, ("a", 1))
    carrier.stop()
    carrier.run()
    assert drain(wire, sold) == [("a", 1)]
    with unit(database).write() as tx:
        assert tx.leases.take("outbox_relay", "the next one", 60)


def test_a_week_old_is_forgotten_and_what_was_never_sent_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "PURGE_GROUP", 2)
    uow = unit(database)
    save(database, *[("old", version) for version in range(1, 6)], ("young", 1), ("unsent", 1))
    with uow.write() as tx:
        for number in range(3):
            tx.inbox.first_time(f"old {number}")
        tx.inbox.first_time("young")
        now, outbox = tx.now(), tables.OUTBOX
        sent = sqlalchemy.update(outbox).where(outbox.c.aggregate != "unsent")
        tx.store.execute(sent.values(sent_at=now))
        old = now - timedelta(days=7, minutes=1)
        tx.store.execute(sqlalchemy.update(outbox).where(outbox.c.aggregate == "old").values(sent_at=old))
        seen = tables.INBOX_EVENTS
        tx.store.execute(sqlalchemy.update(seen).where(seen.c.event_id.like("old%")).values(seen_at=old))

    def left() -> tuple[list[str], list[str]]:
        with uow.read() as tx:
            events = tx.store.execute(select(tables.OUTBOX.c.aggregate).order_by(tables.OUTBOX.c.id))
            return list(events.scalars()), list(tx.store.execute(select(seen.c.event_id)).scalars())

    with running(database, Recorded(Unavailable(part="broker"))):
        eventually(lambda: left() == (["young", "unsent"], ["young"]))


def test_publishing_inside_a_write_unit_is_refused(database: Database) -> None:
    publisher = GroupPublisher("amqp://nobody@127.0.0.1:1/")
    with unit(database).write(), pytest.raises(RuntimeError, match="publishing inside a transaction"):
        publisher.publish([Outgoing("", "sold", b"{}")], 1)


def test_a_message_that_no_queue_takes_is_told_when_it_matters(vhost_url: str, wire: Wire) -> None:
    wire.channel.queue_declare("there", durable=True)
    publisher = GroupPublisher(vhost_url)
    assert publisher.publish([Outgoing("", "nowhere", b"{}", mandatory=True)], 3) == 0
    assert publisher.publish([Outgoing("", "nowhere", b"{}")], 3) == 1
    assert publisher.publish([Outgoing("", "there", b"{}", mandatory=True)], 3) == 1
    publisher.close()
    assert wire.depth("there") == 1
