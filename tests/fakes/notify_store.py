"""The store of notify in memory: the same promises as `services.notify.store.NotifyStore`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from services.notify.store import (
    AccountState,
    Follow,
    Followed,
    Listener,
    NewMessage,
    NewNews,
    OpenNews,
    Progress,
    Recipient,
)
from tests.fakes.notify_cards import FakeCards
from tests.fakes.notify_messages import WAITING, FakeAccount, FakeMessages, Message
from tests.fakes.notify_notices import FakeNotices


@dataclass
class NewsRow:
    id: int
    news: NewNews
    followers: int
    last_id: int
    done_id: int = 0
    reached: int = 0
    state: str = "open"


@dataclass
class FakeNotifyStore:
    """`.people`, `.news`, `.messages` and `.account`, as the real one has them, over these tables."""

    recipients: dict[str, Recipient] = field(default_factory=dict)
    gone: dict[str, str | None] = field(default_factory=dict)
    follows: dict[int, Follow] = field(default_factory=dict)
    refusals: set[tuple[str, str]] = field(default_factory=set)
    flights: dict[str, Followed] = field(default_factory=dict)
    news_rows: dict[int, NewsRow] = field(default_factory=dict)
    message_rows: dict[int, Message] = field(default_factory=dict)
    early: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    customer: dict[str, list[Any]] = field(default_factory=dict)
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    states: dict[str, AccountState] = field(default_factory=dict)
    numbers: int = 0
    cards: FakeCards = field(default_factory=FakeCards)

    @property
    def people(self) -> FakePeople:
        return FakePeople(self)

    @property
    def news(self) -> FakeNews:
        return FakeNews(self)

    @property
    def notices(self) -> FakeNotices:
        return FakeNotices(self)

    @property
    def messages(self) -> FakeMessages:
        return FakeMessages(self)

    @property
    def account(self) -> FakeAccount:
        return FakeAccount(self)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def of(self, passenger_id: str) -> list[Message]:
        return [one for one in self.message_rows.values() if one.passenger_id == passenger_id]


@dataclass
class FakePeople:
    all: FakeNotifyStore

    def recipient(self, passenger_id: str) -> Recipient | None:
        return self.all.recipients.get(passenger_id)

    def save_recipient(self, recipient: Recipient) -> bool:
        kept = self.all.recipients.get(recipient.passenger_id)
        newer = kept is None or kept.version < recipient.version
        if newer:
            self.all.recipients[recipient.passenger_id] = recipient
        return newer

    def block(self, passenger_id: str, at: datetime) -> None:
        if passenger_id in self.all.recipients:
            kept = self.all.recipients[passenger_id]
            self.all.recipients[passenger_id] = replace(kept, blocked_at=at)

    def refuse(self, passenger_id: str, template: str, at: datetime) -> None:
        self.all.refusals.add((passenger_id, template))

    def gone(self, passenger_id: str) -> tuple[bool, str | None]:
        return passenger_id in self.all.gone, self.all.gone.get(passenger_id)

    def lock_merges(self) -> None:
        pass

    def hold_merges(self) -> None:
        pass

    def merged_into(self, passenger_id: str) -> list[str]:
        return [each for each, into in self.all.gone.items() if into == passenger_id]

    def note_gone(self, passenger_id: str, into: str | None, at: datetime) -> None:
        self.all.gone[passenger_id] = into

    def follow(self, follow: Follow) -> Follow:
        for number, kept in self.all.follows.items():
            if (kept.passenger_id, kept.flight_id) == (follow.passenger_id, follow.flight_id):
                self.all.follows[number] = replace(kept, role=follow.role)
                return self.all.follows[number]
        self.all.follows[self.all.number()] = follow
        return follow

    def unfollow(self, passenger_id: str, flight_id: str) -> bool:
        mine = [
            number
            for number, kept in self.all.follows.items()
            if (kept.passenger_id, kept.flight_id) == (passenger_id, flight_id)
        ]
        for number in mine:
            del self.all.follows[number]
        return bool(mine)

    def follow_of(self, passenger_id: str, flight_id: str) -> Follow | None:
        return next((one for one in self.follows(passenger_id) if one.flight_id == flight_id), None)

    def follows(self, passenger_id: str) -> list[Follow]:
        return [one for one in self.all.follows.values() if one.passenger_id == passenger_id]

    def last_follow(self, flight_id: str) -> tuple[int, int]:
        mine = [number for number, one in self.all.follows.items() if one.flight_id == flight_id]
        return len(mine), max(mine, default=0)

    def merge(self, from_id: str, into_id: str) -> None:
        theirs = {one.flight_id for one in self.follows(into_id)}
        for number, one in list(self.all.follows.items()):
            if one.passenger_id == from_id:
                if one.flight_id in theirs:
                    del self.all.follows[number]
                else:
                    self.all.follows[number] = replace(one, passenger_id=into_id)
        news = {one.news_id for one in self.all.of(into_id)}
        for message in self.all.of(from_id):
            if message.news_id not in news:
                message.passenger_id = into_id
            elif message.state in WAITING:
                message.state, message.reason = "superseded", "merged"
        moved = {(into_id if who == from_id else who, template) for who, template in self.all.refusals}
        self.all.refusals = moved
        self.all.recipients.pop(from_id, None)
        for each, into in self.all.gone.items():
            if into == from_id:
                self.all.gone[each] = into_id

    def erase(self, passenger_ids: Collection[str]) -> dict[str, int]:
        ids = set(passenger_ids)
        openids = {one.openid for each, one in self.all.recipients.items() if each in ids}
        self.all.customer = {k: v for k, v in self.all.customer.items() if v[1] not in openids}
        self.all.refusals = {pair for pair in self.all.refusals if pair[0] not in ids}
        for one in list(self.all.message_rows.values()):
            if one.passenger_id in ids and not one.flight_id:
                del self.all.news_rows[one.news_id]
        counts = {}
        tables: dict[str, dict[Any, Any]] = {
            "follows": self.all.follows,
            "messages": self.all.message_rows,
            "recipients": self.all.recipients,
        }
        for name, table in tables.items():
            mine = [key for key, row in table.items() if row.passenger_id in ids]
            counts[name] = len(mine)
            for key in mine:
                del table[key]
        return counts

    def add_recipients(self, recipients: Collection[Recipient]) -> None:
        for recipient in recipients:
            self.save_recipient(recipient)

    def add_follows(self, follows: Collection[Follow]) -> None:
        for follow in follows:
            self.follow(follow)


@dataclass
class FakeNews:
    all: FakeNotifyStore

    def is_followed(self, flight_id: str) -> bool:
        return flight_id in self.all.flights

    def followed_among(self, flight_ids: Collection[str]) -> set[str]:
        return set(flight_ids) & self.all.flights.keys()

    def lock(self, flight_id: str) -> Followed | None:
        return self.all.flights.get(flight_id)

    def flights(self, flight_ids: Collection[str]) -> dict[str, Followed]:
        return {each: self.all.flights[each] for each in flight_ids if each in self.all.flights}

    def add_flight(self, flight: Followed) -> bool:
        return self.all.flights.setdefault(flight.flight_id, flight) is flight

    def save_flight(self, flight: Followed) -> None:
        self.all.flights[flight.flight_id] = flight

    def due(self, now: datetime, limit: int) -> list[str]:
        due = [
            (one.next_due_at, one.flight_id)
            for one in self.all.flights.values()
            if one.next_due_at is not None and one.next_due_at <= now
        ]
        return [flight_id for _, flight_id in sorted(due)][:limit]

    def add(self, news: NewNews, followers: int, last_id: int) -> int:
        number = self.all.number()
        self.all.news_rows[number] = NewsRow(number, news, followers, last_id)
        return number

    def overtake(self, flight_id: str, kinds: Collection[str], before_id: int) -> None:
        for row in self.all.news_rows.values():
            same = row.news.flight_id == flight_id and row.news.kind in kinds
            if same and row.id < before_id and row.state == "open":
                row.state = "superseded"

    def _open(self) -> list[NewsRow]:
        rows = [row for row in self.all.news_rows.values() if row.state == "open"]
        return sorted(rows, key=lambda row: (row.news.rank, row.id))

    def next_open(self, now: datetime) -> OpenNews | None:
        for row in self._open():
            news = row.news
            if news.not_before_at is None or news.not_before_at <= now:
                return OpenNews(
                    row.id, news.flight_id, news.kind, news.rank, news.expires_at, row.done_id, row.last_id
                )
        return None

    def listeners(self, news: OpenNews, templates: Collection[str], limit: int) -> list[Listener]:
        found = []
        for number, one in sorted(self.all.follows.items()):
            if one.flight_id == news.flight_id and news.done_id < number <= news.last_id:
                recipient = self.all.recipients.get(one.passenger_id)
                wanted = not any((one.passenger_id, key) in self.all.refusals for key in templates)
                language = "zh" if recipient is None else recipient.language
                reachable = recipient is not None and recipient.reachable
                agreed = recipient is not None and recipient.consent == "given"
                found.append(
                    Listener(number, one.passenger_id, one.role, language, reachable, wanted, agreed)
                )
        return found[:limit]

    def write_messages(self, news: OpenNews, messages: Collection[NewMessage], now: datetime) -> int:
        told = {one.passenger_id for one in self.all.message_rows.values() if one.news_id == news.id}
        fresh = [one for one in messages if one.passenger_id not in told]
        for one in fresh:
            number = self.all.number()
            self.all.message_rows[number] = Message(
                id=number,
                news_id=news.id,
                flight_id=news.flight_id,
                kind=news.kind,
                rank=news.rank,
                created_at=now,
                expires_at=news.expires_at,
                **asdict(one),
            )
        return len(fresh)

    def drop_overtaken(self, news: OpenNews, kinds: Collection[str], passenger_ids: Collection[str]) -> None:
        for one in self.all.message_rows.values():
            mine = one.passenger_id in passenger_ids and one.flight_id == news.flight_id
            if mine and one.state in WAITING and one.news_id < news.id and one.kind in kinds:
                one.state = "superseded" if one.unsure_since is None else "unknown"
                one.reason = f"news_{news.id}"

    def advance(self, news: OpenNews, done_id: int, reached: int, done: bool) -> None:
        row = self.all.news_rows[news.id]
        if row.state == "open":
            row.done_id, row.reached = done_id, row.reached + reached
            row.state = "done" if done else "open"

    def progress(self, limit: int) -> list[Progress]:
        return [
            Progress(
                row.id, row.news.flight_id, row.news.kind, row.news.decided_at, row.followers, row.reached
            )
            for row in self._open()
        ][:limit]

    def purge_flights(self, before: datetime, limit: int) -> int:
        old = [one.flight_id for one in self.all.flights.values() if one.board_at < before][:limit]
        for flight_id in old:
            del self.all.flights[flight_id]
        self.all.follows = {n: one for n, one in self.all.follows.items() if one.flight_id not in old}
        return len(old)
