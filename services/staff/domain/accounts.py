"""Accounts, sessions, sign-ins under way: what they are and how long they last.

Source: docs/decisions/0050-staff-sign-in.md (OWASP's limits for what is powerful: half an hour idle would throw a desk out
in every quiet spell, so an hour, and a shift at most).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.staff.schemas import EVERY_SHOP, Role

IDLE: Final = timedelta(hours=1)
ABSOLUTE: Final = timedelta(hours=12)
SIGN_IN: Final = timedelta(minutes=5)
"""How long one may take from the password to the code."""
ENROL: Final = timedelta(minutes=15)
"""The same for who first has to set up an authenticator."""
DEVICE: Final = timedelta(days=180)
"""How long a browser that signed in is known."""
_TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Account:
    """sealed_secret: the authenticator's, encrypted; "" before the first sign-in. last_step: the last code used.

    shops: where one with the role `shop` works, as `normal_shops` leaves them.
    """

    id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    password_hash: str
    created_at: datetime
    active: bool = True
    must_change: bool = True
    sealed_secret: str = ""
    enrolled: bool = False
    last_step: int = 0
    last_seen_at: datetime | None = None
    version: int = 1
    shops: tuple[str, ...] = ()

    @property
    def is_admin(self) -> bool:
        """Whether this one can let others in."""
        return self.active and Role.ADMIN in self.roles


def normal_shops(shops: Iterable[str]) -> tuple[str, ...]:
    """Each shop once, in order of their ids; who has all of them has no list besides."""
    found = set(shops)
    return (EVERY_SHOP,) if EVERY_SHOP in found else tuple(sorted(found))


@dataclass(frozen=True)
class Challenge:
    """A sign-in between password and code. account_id: None when there is no such login or the password was wrong.

    bucket: what the attempt is counted under until the code is right.
    """

    token_hash: str
    login: str
    account_id: str | None
    enrols: bool
    bucket: str
    known_device: bool
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """expires_at: the absolute end, whatever happens."""

    id: str
    token_hash: str
    account_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    agent: str

    def live(self, now: datetime) -> bool:
        """Whether it counts at `now`: neither idle for too long nor at its absolute end."""
        return now < self.expires_at and now < self.last_seen_at + IDLE

    def needs_touch(self, now: datetime) -> bool:
        """Whether being seen is worth a write: a minute is exact enough to measure an hour."""
        return now >= self.last_seen_at + _TOUCH_EVERY
