"""The store of notify in memory: the same promises as `services.notify.store.NotifyStore`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.notify.store import (
    AccountState,
    Backlog,
    Claimed,
    Follow,
    Followed,
    Listener,
    MessageRow,
    NewMessage,
    NewNews,
    OpenNews,
    Progress,
    Recipient,
    Settled,
    Wanted,
)

OPEN = ("queued", "deferred", "sending")
WAITING = ("queued", "deferred")


@dataclass
class Message:
    """A row of messages; said is its news'."""

    id: int
    news_id: int
    flight_id: str
    passenger_id: str
    kind: str
    role: str
    language: str
    rank: int
    state: str
    reason: str | None
    created_at: datetime
    expires_at: datetime
    attempts: int = 0
    not_before_at: datetime | None = None
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    unsure_since: datetime | None = None
    wechat_msgid: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None


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

    @property
    def people(self) -> FakePeople:
        return FakePeople(self)

    @property
    def news(self) -> FakeNews:
        return FakeNews(self)

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

    def save_recipient(self, recipient: Recipient) -> None:
        kept = self.all.recipients.get(recipient.passenger_id)
        if kept is None or kept.version < recipient.version:
            self.all.recipients[recipient.passenger_id] = recipient

    def block(self, passenger_id: str, at: datetime) -> None:
        if passenger_id in self.all.recipients:
            kept = self.all.recipients[passenger_id]
            self.all.recipients[passenger_id] = replace(kept, blocked_at=at)

    def refuse(self, passenger_id: str, template: str, at: datetime) -> None:
        self.all.refusals.add((passenger_id, template))

    def gone(self, passenger_id: str) -> tuple[bool, str | None]:
        return passenger_id in self.all.gone, self.all.gone.get(passenger_id)

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
                found.append(Listener(number, one.passenger_id, one.role, language, reachable, wanted))
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


@dataclass
class FakeMessages:
    all: FakeNotifyStore

    def _in(self, *states: str) -> list[Message]:
        rows = [one for one in self.all.message_rows.values() if one.state in states]
        return sorted(rows, key=lambda one: (one.rank, one.id))

    def wake(self, now: datetime, limit: int) -> int:
        due = [one for one in self._in("deferred") if one.not_before_at and one.not_before_at <= now][:limit]
        for one in due:
            one.state = "queued"
        return len(due)

    def claim(self, owner: str, now: datetime, limit: int) -> list[Claimed]:
        free = []
        for one in self._in("queued"):
            earlier = any(
                other.id < one.id and other.flight_id == one.flight_id and other.state in OPEN
                for other in self.all.of(one.passenger_id)
            )
            if not earlier:
                free.append(one)
        for one in free[:limit]:
            one.state, one.claimed_at, one.claimed_by, one.not_before_at = "sending", now, owner, None
            one.attempts += 1
        return [self._claimed(one) for one in free[:limit]]

    def _claimed(self, one: Message) -> Claimed:
        recipient = self.all.recipients.get(one.passenger_id)
        assert one.claimed_at is not None
        return Claimed(
            id=one.id,
            news_id=one.news_id,
            flight_id=one.flight_id,
            passenger_id=one.passenger_id,
            openid=None if recipient is None else recipient.openid,
            reachable=recipient is not None and recipient.reachable,
            kind=one.kind,
            role=one.role,
            language=one.language,
            said=self.all.news_rows[one.news_id].news.said,
            attempts=one.attempts,
            expires_at=one.expires_at,
            claimed_at=one.claimed_at,
            unsure_since=one.unsure_since,
        )

    def settle(self, owner: str, settled: Collection[Settled]) -> None:
        for one in settled:
            row = self.all.message_rows.get(one.id)
            if row is not None and row.state == "sending" and row.claimed_by == owner:
                self._apply(row, one)
        for one in settled:
            if one.wechat_msgid in self.all.early:
                self.receipt(one.wechat_msgid, *self.all.early.pop(one.wechat_msgid))

    def _apply(self, row: Message, one: Settled) -> None:
        row.state, row.reason, row.not_before_at = one.state, one.reason, one.not_before_at
        row.unsure_since, row.wechat_msgid, row.sent_at = one.unsure_since, one.wechat_msgid, one.sent_at

    def receipt(self, msgid: str, status: str, at: datetime) -> str | None:
        row = next((one for one in self.all.message_rows.values() if one.wechat_msgid == msgid), None)
        if row is None:
            return None
        if row.state in ("sent", "sending"):
            if status == "success":
                row.state, row.received_at = "received", at
            else:
                row.state, row.reason = "failed", status
        return row.passenger_id

    def keep_receipt(self, msgid: str, status: str, at: datetime) -> None:
        self.all.early.setdefault(msgid, (status, at))

    def orphans(self, owner: str, limit: int) -> list[Claimed]:
        return [self._claimed(one) for one in self._in("sending") if one.claimed_by != owner][:limit]

    def adopt(self, settled: Collection[Settled]) -> None:
        for one in settled:
            row = self.all.message_rows[one.id]
            if row.state == "sending":
                row.state, row.reason, row.not_before_at = one.state, one.reason, one.not_before_at
                row.unsure_since = one.unsure_since

    def stop_all(self, passenger_id: str, reason: str) -> None:
        for one in self.all.of(passenger_id):
            if one.state in WAITING:
                one.state, one.reason = "refused", reason

    def stop_flight(self, passenger_id: str, flight_id: str) -> None:
        for one in self.all.of(passenger_id):
            if one.flight_id == flight_id and one.state in WAITING:
                one.state, one.reason = "superseded", "unfollowed"

    def find(self, wanted: Wanted) -> list[MessageRow]:
        rows = [one for one in self.all.message_rows.values() if _answers(one, wanted)]
        rows.sort(key=lambda one: -one.id)
        names = MessageRow.__dataclass_fields__.keys() - {"said"}
        return [
            MessageRow(
                said=self.all.news_rows[one.news_id].news.said, **{name: getattr(one, name) for name in names}
            )
            for one in rows[: wanted.limit]
        ]

    def has_work(self, now: datetime) -> bool:
        if self._in("queued", "sending") or FakeNews(self.all).next_open(now):
            return True
        return any(one.not_before_at and one.not_before_at <= now for one in self._in("deferred"))

    def backlog(self) -> Backlog:
        oldest = min((one.created_at for one in self._in("queued")), default=None)
        return Backlog(**{state: len(self._in(state)) for state in OPEN}, oldest_at=oldest)

    def counts_since(self, at: datetime) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in self.all.message_rows.values():
            if one.created_at >= at:
                counts[one.state] = counts.get(one.state, 0) + 1
        return counts

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        old = [one.id for one in self.all.message_rows.values() if one.created_at < before][:limit]
        for number in old:
            del self.all.message_rows[number]
        used = {one.news_id for one in self.all.message_rows.values()}
        self.all.news_rows = {
            number: row
            for number, row in self.all.news_rows.items()
            if number in used or row.news.created_at >= before
        }
        self.all.early = {k: v for k, v in self.all.early.items() if v[1] >= now - timedelta(days=1)}
        self.all.customer = {k: v for k, v in self.all.customer.items() if v[3] >= now - timedelta(days=7)}
        return len(old)


def _answers(one: Message, wanted: Wanted) -> bool:
    return (
        (not wanted.passenger_ids or one.passenger_id in wanted.passenger_ids)
        and wanted.flight_id in (None, one.flight_id)
        and wanted.state in (None, one.state)
        and (wanted.from_at is None or one.created_at >= wanted.from_at)
        and (wanted.to_at is None or one.created_at < wanted.to_at)
        and (wanted.before_id is None or one.id < wanted.before_id)
    )


@dataclass
class FakeAccount:
    all: FakeNotifyStore

    def token(self, name: str) -> tuple[str, datetime] | None:
        return self.all.tokens.get(name)

    def save_token(self, name: str, sealed: str, expires_at: datetime) -> None:
        self.all.tokens[name] = (sealed, expires_at)

    def state(self, appid: str) -> AccountState:
        return self.all.states.get(appid, AccountState())

    def save_state(self, appid: str, state: AccountState) -> None:
        self.all.states[appid] = state

    def begin_customer_message(self, request_id: str, fingerprint: str, openid: str, at: datetime) -> bool:
        fresh = [fingerprint, openid, None, at]
        return self.all.customer.setdefault(request_id, fresh) is fresh

    def customer_message(self, request_id: str) -> tuple[str, int | None]:
        fingerprint, _, errcode, _ = self.all.customer[request_id]
        return fingerprint, errcode

    def end_customer_message(self, request_id: str, errcode: int) -> None:
        self.all.customer[request_id][2] = errcode
