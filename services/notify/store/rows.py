"""What goes in and out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Recipient:
    passenger_id: str
    openid: str | None
    language: str
    subscribed: bool
    version: int
    blocked_at: datetime | None = None

    @property
    def reachable(self) -> bool:
        return self.subscribed and self.openid is not None and self.blocked_at is None


@dataclass(frozen=True)
class Follow:
    passenger_id: str
    flight_id: str
    role: str
    since: datetime


@dataclass(frozen=True)
class Followed:
    """A flight that is followed: what it is, and what its followers were told (domain.Memory as JSON)."""

    flight_id: str
    version: int
    board_at: datetime
    document: dict[str, Any]
    memory: dict[str, Any]
    next_due_at: datetime | None


@dataclass(frozen=True)
class NewNews:
    flight_id: str
    kind: str
    said: dict[str, Any]
    rank: int
    decided_at: datetime
    created_at: datetime
    not_before_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True)
class OpenNews:
    id: int
    flight_id: str
    kind: str
    rank: int
    expires_at: datetime
    done_id: int
    last_id: int


@dataclass(frozen=True)
class Listener:
    """A follower whom a piece of news is for. reachable and wanted: as things stand now."""

    follow_id: int
    passenger_id: str
    role: str
    language: str
    reachable: bool
    wanted: bool


@dataclass(frozen=True)
class NewMessage:
    passenger_id: str
    role: str
    language: str
    state: str
    reason: str | None


@dataclass(frozen=True)
class Claimed:
    """A message that is about to be sent. attempts: with this one."""

    id: int
    news_id: int
    flight_id: str
    passenger_id: str
    openid: str | None
    reachable: bool
    kind: str
    role: str
    language: str
    said: dict[str, Any]
    attempts: int
    expires_at: datetime
    claimed_at: datetime
    unsure_since: datetime | None


@dataclass(frozen=True)
class Settled:
    """What became of a claimed message."""

    id: int
    state: str
    reason: str | None
    not_before_at: datetime | None
    unsure_since: datetime | None
    wechat_msgid: str | None
    sent_at: datetime | None


@dataclass(frozen=True)
class MessageRow:
    """A message as it is looked up; said: its news' words."""

    id: int
    passenger_id: str
    flight_id: str
    kind: str
    role: str
    language: str
    said: dict[str, Any]
    state: str
    reason: str | None
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    wechat_msgid: str | None


@dataclass(frozen=True)
class Wanted:
    """A search for messages: all that is given holds. before_id: the cursor."""

    passenger_ids: tuple[str, ...] = ()
    flight_id: str | None = None
    state: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    before_id: int | None = None
    limit: int = 50


@dataclass(frozen=True)
class Backlog:
    queued: int
    deferred: int
    sending: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Progress:
    id: int
    flight_id: str
    kind: str
    decided_at: datetime
    followers: int
    reached: int


@dataclass(frozen=True)
class AccountState:
    """paused_until: nothing is sent before; alert: what an operator must look at."""

    paused_until: datetime | None = None
    reason: str | None = None
    alert: str | None = None
