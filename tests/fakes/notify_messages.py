"""Messages and the account's state in memory: what `FakeNotifyStore` gives as `.messages` and `.account`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notify.store import AccountState, Backlog, Claimed, MessageRow, Settled, Wanted

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
    order_id: str = ""
    attempts: int = 0
    not_before_at: datetime | None = None
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    unsure_since: datetime | None = None
    wechat_msgid: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None


@dataclass
class FakeMessages:
    all: Any

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
                other.id < one.id
                and (other.flight_id, other.order_id) == (one.flight_id, one.order_id)
                and other.state in (OPEN if one.flight_id else ("queued", "sending"))
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
            consent="never" if recipient is None else recipient.consent,
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

    def stop_flights(self, passenger_id: str, reason: str) -> None:
        for one in self.all.of(passenger_id):
            if one.flight_id and one.state in WAITING:
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
        if self._in("queued", "sending") or self.all.news.next_open(now):
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
        and (wanted.order_id is None or one.order_id == wanted.order_id != "")
        and wanted.state in (None, one.state)
        and (wanted.from_at is None or one.created_at >= wanted.from_at)
        and (wanted.to_at is None or one.created_at < wanted.to_at)
        and (wanted.before_id is None or one.id < wanted.before_id)
    )


@dataclass
class FakeAccount:
    all: Any

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
