"""A disrupted day: everybody who follows a flight is told once, in order, however often the sender dies."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.broker import Broker
from deploy.processes import Process, wait_until
from kernel.config import load
from kernel.db import Database, UnitOfWork
from services.notify import usecases
from services.notify.settings import NotifySettings, WeChatSettings
from services.notify.store import Follow, NotifyStore, Recipient
from services.notify.usecases import View
from tests.support.folders import temporary_folder
from tests.support.stack import Stack
from tests.support.wechat import FakeWeChat
from tests.unit.notify.examples import flight

VIEW = View(ZoneInfo("Asia/Shanghai"), NotifySettings(hold_off_s=0, quiet_hours="-"))
IN_TWO_HOURS = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)


class Day:
    """Flights and their followers in notify's database, and the service as a process that may be killed."""

    def __init__(self, stack: Stack, wechat: FakeWeChat) -> None:
        self.stack = stack
        self.wechat = wechat
        self.database = Database(f"sqlite:///{stack.var}/notify.sqlite3", statement_s=60)
        self.uow = UnitOfWork(self.database, NotifyStore)
        self.account = load(WeChatSettings, wechat.environ())
        self.flights: list[str] = []
        self.starts = 0
        self.process: Process | None = None

    def fill(self, flights: int, followers: int) -> None:
        """`followers` people for each of so many flights."""
        for number in range(flights):
            document = flight(number=f"CZ{1000 + number}", scheduled_at=IN_TWO_HOURS)
            self.flights.append(document["id"])
            with self.uow.write() as tx:
                tx.store.news.add_flight(usecases.first_seen(document))
            for first in range(0, followers, 5000):
                names = [f"p-{number}-{one}" for one in range(first, min(first + 5000, followers))]
                self._add(document["id"], names)

    def _add(self, flight_id: str, names: list[str]) -> None:
        with self.uow.write() as tx:
            tx.store.people.add_recipients(
                [Recipient(name, f"o-{name}", "zh", True, 1, consent="given") for name in names]
            )
            tx.store.people.add_follows([Follow(name, flight_id, "passenger", tx.now()) for name in names])

    def disrupt(self, version: int, **changes: Any) -> None:
        """The same thing happens to every flight."""
        for number in range(len(self.flights)):
            document = flight(
                number=f"CZ{1000 + number}", scheduled_at=IN_TWO_HOURS, version=version, **changes
            )
            assert usecases.hear(self.uow, VIEW, document, datetime.now(UTC))

    def start(self) -> Process:
        self.starts += 1
        self.process = self.stack.run(f"notify-{self.starts}", "-m", "deploy.serve", "notify")
        return self.process

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def status(self) -> dict[str, Any]:
        return usecases.status(self.uow, VIEW, self.account, datetime.now(UTC))

    def told(self) -> dict[tuple[str, str], list[str]]:
        """(receiver, flight) → the kinds they were told, in the order of arrival."""
        told: dict[tuple[str, str], list[str]] = defaultdict(list)
        for message in list(self.wechat.messages):
            told[message["touser"], message["url"]].append(message["key"])
        return told


def resident_kb(process: Process) -> int:
    """Memory of the process, kB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


@pytest.fixture
def day(broker: Broker) -> Iterator[Day]:
    with FakeWeChat() as wechat, temporary_folder("airport-fanout-") as var:
        stack = Stack(
            var,
            broker,
            broker.add_vhost(f"fanout-{var.name}"),
            NOTIFY_RATE_PER_S="2000",
            NOTIFY_QUIET_HOURS="-",
            SERVICES_OPS_PORT="0",
            **wechat.environ(),
        )
        (var / "log").mkdir()
        stack.migrate()
        made = Day(stack, wechat)
        yield made
        if made.process is not None:
            made.process.stop()
        made.database.close()


@pytest.mark.timeout(240)
def test_nobody_is_told_twice_or_never_when_the_sender_is_killed(day: Day) -> None:
    """The control is `repeats`: messages that WeChat had when the sender died, and that were sent again."""
    day.fill(flights=4, followers=300)
    day.disrupt(2, estimated_at=IN_TWO_HOURS + timedelta(minutes=50))
    day.disrupt(3, gate="A9")
    day.wechat.delay_s = 0.1
    for share in (0.2, 0.6):
        day.start()
        wanted = int(2400 * share)
        assert wait_until(lambda n=wanted: len(day.wechat.messages) >= n, 60.0, every_s=0.005), _log(day)
        day.kill()
        assert len(day.wechat.messages) < 2400, "the sender was through before it was killed"
    day.wechat.delay_s = 0.0
    day.start()
    assert wait_until(lambda: not _open(day.status()), 60.0), (day.status(), _log(day))
    told = day.told()
    assert len(told) == 1200
    assert {tuple(kinds) for kinds in told.values()} == {("flight_delayed", "gate_changed")}
    assert day.wechat.repeats > 0, "no message was on its way when the sender died"
    assert day.status()["today"] == {"sent": 2400}


@pytest.mark.timeout(240)
def test_urgent_news_overtakes_a_long_queue(day: Day) -> None:
    day.fill(flights=2, followers=600)
    first, second = day.flights
    delayed = flight(
        number="CZ1000", scheduled_at=IN_TWO_HOURS, version=2, estimated_at=IN_TWO_HOURS + timedelta(hours=1)
    )
    usecases.hear(day.uow, VIEW, delayed, datetime.now(UTC))
    day.wechat.delay_s = 0.2
    day.start()
    assert wait_until(lambda: len(day.wechat.messages) > 10, 60.0, every_s=0.01), _log(day)
    calling = flight(number="CZ1001", scheduled_at=IN_TWO_HOURS, version=2, status="last_call")
    usecases.hear(day.uow, VIEW, calling, datetime.now(UTC))
    assert wait_until(lambda: len(day.wechat.messages) == 1200, 60.0), _log(day)
    order = [message["url"].rpartition("/")[2] for message in day.wechat.messages]
    assert set(order) == {first, second}
    last_urgent = max(index for index, flight_id in enumerate(order) if flight_id == second)
    behind = sum(1 for flight_id in order[last_urgent:] if flight_id == first)
    assert behind > 100, "the queue was through before the last call"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_280_000_followers_of_a_disrupted_day_in_flat_memory(day: Day) -> None:
    """The account's real number of users; killed once in the middle. Prints its figures."""
    followers = 280_000
    day.fill(flights=280, followers=followers // 280)
    day.disrupt(2, estimated_at=IN_TWO_HOURS + timedelta(minutes=50))
    began_at = time.monotonic()
    process = day.start()
    assert wait_until(lambda: len(day.wechat.messages) > 5000, 300.0), _log(day)
    early_kb = resident_kb(process)
    assert wait_until(lambda: len(day.wechat.messages) > followers // 2, 1800.0, every_s=1.0), _log(day)
    late_kb = resident_kb(process)
    day.kill()
    process = day.start()
    assert wait_until(lambda: not _open(day.status()), 1800.0, every_s=1.0), day.status()
    took_s = time.monotonic() - began_at
    end_kb = resident_kb(process)
    print(
        f"{followers} told in {took_s:.0f} s ({followers / took_s:.0f}/s), {day.wechat.repeats} repeats; "
        f"memory {early_kb // 1024} MB at 5,000, {late_kb // 1024} MB at 140,000, {end_kb // 1024} MB at the end"
    )
    assert max(late_kb, end_kb) < early_kb * 1.2
    told = day.told()
    assert len(told) == followers
    assert set(map(tuple, told.values())) == {("flight_delayed",)}


def _open(status: dict[str, Any]) -> int:
    return int(status["waiting"] + status["deferred"] + status["sending"])


def _log(day: Day) -> str:
    return day.stack.log(f"notify-{day.starts}")[-3000:]
