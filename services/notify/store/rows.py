"""What goes in and out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


def page_of(flight_id: str, said: dict[str, Any]) -> str:
    """The page that a message opens: a notice names it, news opens its flight."""
    page: str = said.get("path") or f"/flights/{flight_id}"
    return page


@dataclass(frozen=True)
class Recipient:
    """consent: to messages about flights: given, never or withdrawn."""

    passenger_id: str
    openid: str | None
    language: str
    subscribed: bool
    version: int
    blocked_at: datetime | None = None
    consent: str = "never"

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
    """A follower whom a piece of news is for. reachable, wanted and agreed: as things stand now."""

    follow_id: int
    passenger_id: str
    role: str
    language: str
    reachable: bool
    wanted: bool
    agreed: bool


@dataclass(frozen=True)
class NewMessage:
    passenger_id: str
    role: str
    language: str
    state: str
    reason: str | None


@dataclass(frozen=True)
class NewNotice:
    """A message to one traveller. said: domain.Notice.said."""

    kind: str
    passenger_id: str
    order_id: str
    said: dict[str, Any]
    language: str
    rank: int
    state: str
    reason: str | None
    created_at: datetime
    not_before_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True)
class Unsent:
    """A message about an order that WeChat hasn't got. pieces: as domain.Notice has them."""

    id: int
    news_id: int
    kind: str
    pieces: list[dict[str, Any]]


@dataclass(frozen=True)
class Claimed:
    """A message that is about to be sent. attempts: with this one. consent: as in Recipient, now."""

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
    consent: str

    @property
    def path(self) -> str:
        """The page that it opens, of ours."""
        return page_of(self.flight_id, self.said)


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
    order_id: str
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
    order_id: str | None = None
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
