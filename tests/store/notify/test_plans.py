"""Every query of notify has its index: asked of both databases' planners."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.notify import usecases
from services.notify.store import (
    Follow,
    NewMessage,
    NewNews,
    NotifyStore,
    OpenNews,
    Recipient,
    Settled,
    Wanted,
)
from tests.store.plans import plans, prefer_indexes, scans
from tests.support.databases import Postgres
from tests.unit.notify.examples import flight

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEWS = OpenNews(1, "F1", "delayed", 1, NOW, 0, 900)

QUERIES: dict[str, Callable[[NotifyStore], Any]] = {
    "recipient": lambda store: store.people.recipient("p1"),
    "block": lambda store: store.people.block("p1", NOW),
    "follows": lambda store: store.people.follows("p1"),
    "follow of": lambda store: store.people.follow_of("p1", "F1"),
    "unfollow": lambda store: store.people.unfollow("p1", "F1"),
    "last follow": lambda store: store.people.last_follow("F1"),
    "merged into": lambda store: store.people.merged_into("p1"),
    "merge": lambda store: store.people.merge("p1", "p2"),
    "erase": lambda store: store.people.erase(["p1"]),
    "lock": lambda store: store.news.lock("F1"),
    "due": lambda store: store.news.due(NOW, 5),
    "overtake": lambda store: store.news.overtake("F1", ["gate"], 5),
    "next open": lambda store: store.news.next_open(NOW),
    "listeners": lambda store: store.news.listeners(NEWS, ["t"], 5),
    "drop overtaken": lambda store: store.news.drop_overtaken(NEWS, ["gate"], ["p1", "p2"]),
    "advance": lambda store: store.news.advance(NEWS, 1, 1, False),
    "progress": lambda store: store.news.progress(5),
    "wake": lambda store: store.messages.wake(NOW, 5),
    "claim": lambda store: store.messages.claim("me", NOW, 5),
    "settle": lambda store: store.messages.settle("me", [Settled(1, "sent", None, None, None, "7", NOW)]),
    "receipt": lambda store: store.messages.receipt("7", "success", NOW),
    "orphans": lambda store: store.messages.orphans("me", 5),
    "stop all": lambda store: store.messages.stop_all("p1", "x"),
    "stop flight": lambda store: store.messages.stop_flight("p1", "F1"),
    "find by passenger": lambda store: store.messages.find(Wanted(passenger_ids=("p1", "p2"))),
    "find by order": lambda store: store.messages.find(Wanted(order_id="o1", before_id=9)),
    "stop flights": lambda store: store.messages.stop_flights("p1", "x"),
    "notice refused": lambda store: store.notices.refused("p1", "t"),
    "notice overtakes": lambda store: store.notices.overtake("p1", "o1", ["bus_soon"], 5),
    "find by flight": lambda store: store.messages.find(Wanted(flight_id="F1", before_id=9)),
    "has work": lambda store: store.messages.has_work(NOW),
    "backlog": lambda store: store.messages.backlog(),
    "counts": lambda store: store.messages.counts_since(NOW),
    "purge": lambda store: store.messages.purge(NOW - timedelta(days=9), NOW, 5),
    "purge flights": lambda store: store.news.purge_flights(NOW - timedelta(days=9), 5),
}


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def uow(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UnitOfWork[NotifyStore]]:
    """A database with enough rows that a planner has a reason to use an index."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans')}/notify.sqlite3"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("notify")
    migrate.upgrade("notify", url)
    database = Database(url)
    made = UnitOfWork(database, NotifyStore)
    with made.write() as tx:
        _fill(tx.store)
    yield made
    database.close()


def _fill(store: NotifyStore) -> None:
    names = [f"p{number}" for number in range(300)]
    store.people.add_recipients([Recipient(name, f"o-{name}", "zh", True, 1) for name in names])
    store.people.add_follows([Follow(name, "F1", "passenger", NOW) for name in names])
    for number in range(300):
        store.news.add_flight(usecases.first_seen(flight(number=f"CZ{number}")))
        store.people.note_gone(f"gone{number}", f"p{number}", NOW)
    for _ in range(3):
        store.news.add(NewNews("F1", "delayed", {}, 1, NOW, NOW, None, NOW), 300, 900)
    for number in range(1, 4):
        news = OpenNews(number, "F1", "delayed", 1, NOW, 0, 900)
        messages = [NewMessage(name, "passenger", "zh", "queued", None) for name in names]
        store.news.write_messages(news, messages, NOW)


# SQLite says SCAN also for a partial index read whole (it is what is asked for) and for a list of values.
_WHOLE = re.compile(
    r"Seq Scan on (?!leases)|SCAN (?!.*USING (COVERING )?INDEX ix_(news_open|messages_(queued|deferred|sending|open)))\w"
)


class Undone(Exception):
    """Ends a transaction so that nothing of it stays."""


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_reads_a_whole_table(uow: UnitOfWork[NotifyStore], name: str) -> None:
    found: list[str] = []

    def explain() -> None:
        with uow.write() as tx:
            prefer_indexes(tx)
            found.extend(plans(tx, QUERIES[name]))
            raise Undone

    with pytest.raises(Undone):
        explain()
    assert found
    for plan in found:
        assert not scans(plan, _WHOLE), plan


def test_control_a_scan_would_be_noticed(uow: UnitOfWork[NotifyStore]) -> None:
    with uow.write() as tx:

        def unindexed(store: NotifyStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM messages WHERE reason = 'x'")

        assert any(scans(plan) for plan in plans(tx, unindexed))
