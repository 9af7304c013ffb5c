"""What WeChat's error codes mean for a message. Source: docs/sources/wechat-messages.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

BEIJING: Final = ZoneInfo("Asia/Shanghai")
"""WeChat counts its days there, wherever the airport is."""


class Meaning(Enum):
    SENT = "sent"
    BUSY = "busy"  # again, a little later
    STALE_ACCESS = "stale_access"  # another access token, once
    NOT_FOLLOWING = "not_following"  # nothing more to this person until they follow again
    REFUSED_KIND = "refused_kind"  # nothing more from this template to this person
    DAY_SPENT = "day_spent"  # the account's quota of the day
    TOO_FAST = "too_fast"  # the account's quota of the minute
    WINDOW_CLOSED = "window_closed"  # customer-service messages
    BAD_MESSAGE = "bad_message"  # never again: it would be refused again
    ACCOUNT = "account"  # an operator must look: nothing goes out until then


_MEANINGS: Final[dict[int, Meaning]] = {
    0: Meaning.SENT,
    -1: Meaning.BUSY,
    40001: Meaning.STALE_ACCESS,
    40014: Meaning.STALE_ACCESS,
    42001: Meaning.STALE_ACCESS,
    40003: Meaning.NOT_FOLLOWING,
    43004: Meaning.NOT_FOLLOWING,
    43101: Meaning.REFUSED_KIND,
    45009: Meaning.DAY_SPENT,
    45011: Meaning.TOO_FAST,
    45015: Meaning.WINDOW_CLOSED,
    45047: Meaning.WINDOW_CLOSED,
    47003: Meaning.BAD_MESSAGE,
    40164: Meaning.ACCOUNT,
    48001: Meaning.ACCOUNT,
    # The account itself: wrong appid or secret, or frozen.
    40013: Meaning.ACCOUNT,
    40125: Meaning.ACCOUNT,
    50002: Meaning.ACCOUNT,
}


def meaning(errcode: int) -> Meaning:
    """An unknown code is taken for a fault of the message: that costs one message, not the account."""
    return _MEANINGS.get(errcode, Meaning.BAD_MESSAGE)


RETRIES: Final = 5
SAFE_AGAIN: Final = timedelta(minutes=9)
"""WeChat drops a repeated client_msg_id for ten minutes: until then sending again can't tell twice."""
MINUTE_PAUSE: Final = timedelta(seconds=60)
ACCOUNT_PAUSE: Final = timedelta(minutes=5)


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 2 s, 8 s, 32 s, 2 min, 2 min."""
    return timedelta(seconds=min(2 * 4 ** (attempts - 1), 120))


def next_day_at(now: datetime) -> datetime:
    """When WeChat counts the day's messages anew: midnight in Beijing, and a little for unlike clocks."""
    local = now.astimezone(BEIJING)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight + timedelta(seconds=30)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message after an attempt. state: schemas.MessageState's value.

    not_before_at: when it may be tried again. msgid: WeChat's. unsure: whether WeChat may have it.
    """

    state: str
    reason: str | None = None
    not_before_at: datetime | None = None
    msgid: str | None = None
    unsure: bool = False


def verdict(meant: Meaning, errcode: int, msgid: str | None, attempts: int, now: datetime) -> Verdict:
    """What an answer of WeChat's makes of a message; attempts: with this one."""
    match meant:
        case Meaning.SENT:
            return Verdict("sent", msgid=msgid)
        case Meaning.NOT_FOLLOWING:
            return Verdict("refused", "not_following")
        case Meaning.REFUSED_KIND:
            return Verdict("refused", "refused_kind")
        case Meaning.BUSY | Meaning.STALE_ACCESS:
            if attempts >= RETRIES:
                return Verdict("failed", f"wechat_{errcode}")
            return Verdict("deferred", f"wechat_{errcode}", now + retry_after(attempts))
        case Meaning.DAY_SPENT | Meaning.TOO_FAST | Meaning.ACCOUNT:
            # The whole account pauses; the message stands in the queue where it stood.
            return Verdict("queued", f"wechat_{errcode}")
        case Meaning.WINDOW_CLOSED | Meaning.BAD_MESSAGE:
            return Verdict("failed", f"wechat_{errcode}")


def lost(attempts: int, unsure_since: datetime, now: datetime) -> Verdict:
    """What becomes of a message whose answer was lost: sent again while WeChat would notice, never later."""
    again_at = now + retry_after(attempts)
    if again_at - unsure_since > SAFE_AGAIN:
        return Verdict("unknown", "no_answer", unsure=True)
    return Verdict("deferred", "no_answer", again_at, unsure=True)


def pause(meant: Meaning, now: datetime) -> datetime | None:
    """Until when the account sends nothing after such an answer; None: it goes on."""
    match meant:
        case Meaning.DAY_SPENT:
            return next_day_at(now)
        case Meaning.TOO_FAST:
            return now + MINUTE_PAUSE
        case Meaning.ACCOUNT:
            return now + ACCOUNT_PAUSE
        case _:
            return None
