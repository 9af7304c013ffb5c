"""How often one may be wrong, so that guessing is slow and nobody can lock another out.

A browser that signed in to an account before has an allowance of its own there. Everybody else shares one for each
pair of address and login, and a wide one for each address. So whoever guesses from elsewhere makes waiting for
nobody but himself; a colleague at the same address can only delay those who come with a new browser.
Source: docs/decisions/0050-staff-sign-in.md; OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

QUIET: Final = timedelta(hours=1)
"""After so long without a wrong attempt the count begins anew."""
_FIRST_WAIT_S: Final = 30
_LONGEST_WAIT_S: Final = 900


@dataclass(frozen=True)
class Allowance:
    """Wrong attempts free of waiting; each one after that doubles the wait."""

    name: str
    free: int


PAIR: Final = Allowance("pair", 5)
DEVICE: Final = Allowance("device", 10)
ADDRESS: Final = Allowance("address", 100)
CODES: Final = Allowance("codes", 10)
"""Wrong codes after the right password from browsers not known: somebody has the password. Counted for the account,
whatever the address; known browsers are not held up by it."""
VOUCH: Final = Allowance("vouch", 5)
"""Wrong codes of a second person at somebody's screen, for that pair: it holds up nobody else."""


@dataclass(frozen=True)
class Bucket:
    """Attempts counted under one key that have not turned out right."""

    key: str
    count: int
    last_at: datetime


def key_of(allowance: Allowance, *parts: str) -> str:
    """What attempts are counted under: a digest, as strangers may send any text as login."""
    return f"{allowance.name}:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()}"


def free_of(key: str) -> int:
    """How many attempts under this key are free of waiting."""
    name = key.partition(":")[0]
    return next(one.free for one in (PAIR, DEVICE, ADDRESS, CODES, VOUCH) if one.name == name)


def count_at(bucket: Bucket, now: datetime) -> int:
    """What still counts at `now`."""
    return 0 if now >= bucket.last_at + QUIET else bucket.count


def wait_s(bucket: Bucket, now: datetime) -> int:
    """Whole seconds until another attempt under this key is looked at; 0: now."""
    count = count_at(bucket, now)
    if count < free_of(bucket.key):
        return 0
    doubled = _FIRST_WAIT_S * 2 ** min(count - free_of(bucket.key), 10)
    ends_at = bucket.last_at + timedelta(seconds=min(doubled, _LONGEST_WAIT_S))
    return max(0, -int((now - ends_at) // timedelta(seconds=1)))
