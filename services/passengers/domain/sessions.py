"""How long somebody stays signed in.

Source: docs/decisions/0020-sessions.md (OWASP's idle and absolute limits, set for a phone in one hand).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(days=7)
ABSOLUTE: Final = timedelta(days=30)
_TOUCH_EVERY: Final = timedelta(hours=1)
CODE_IN_FLIGHT: Final = timedelta(seconds=10)
"""How long a sign-in that has taken WeChat's code may be at it before a repeat of it tries again."""
CODE_KEPT: Final = timedelta(minutes=10)
"""WeChat's codes live 5 minutes; ours remembers used ones for longer, so that a code is never used twice."""


@dataclass(frozen=True)
class Session:
    """expires_at: the absolute end, whatever happens."""

    token_hash: str
    passenger_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def expires_at(created_at: datetime) -> datetime:
    """The absolute end of a session that begins now."""
    return created_at + ABSOLUTE


def live(session: Session, now: datetime) -> bool:
    """Whether it counts at `now`: neither idle for a week nor at its absolute end."""
    return now < session.expires_at and now < session.last_seen_at + IDLE


def needs_touch(session: Session, now: datetime) -> bool:
    """Whether being seen is worth a write: once an hour is enough to measure a week."""
    return now >= session.last_seen_at + _TOUCH_EVERY
