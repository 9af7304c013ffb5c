"""Fetching an item: the code, the times at which somebody may come, when an approval lapses."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.lostfound.domain.references import LETTERS

CODE_TRIES: Final = 5
"""28⁸ codes and five tries: a guess in 75 thousand million succeeds."""
_CODE_LENGTH: Final = 8
NOTICE: Final = timedelta(minutes=30)
"""A window that begins sooner isn't offered: the item must be brought from its shelf."""


@dataclass(frozen=True)
class DeskHours:
    """opens, closes: local times of the desk, equal: day and night; window: how long one of its windows is;
    places: how many may come in one; days: how far ahead."""

    opens: time
    closes: time
    window: timedelta
    places: int
    days: int


@dataclass(frozen=True)
class FreeWindow:
    starts_at: datetime
    ends_at: datetime
    free: int


def needs_second(precious: bool, decided_by: str | None, has_account: bool, actor: str) -> bool:
    """Whether a second person must stand by when an item changes hands at the desk.

    What is precious never leaves by one person's word alone: neither without an account, whose phone would say the
    code, nor by who approved the claim.
    """
    return precious and (not has_account or decided_by == actor)


def new_code() -> str:
    """A pick-up code, by chance alone."""
    return "".join(secrets.choice(LETTERS) for _ in range(_CODE_LENGTH))


def as_code(text: str) -> str:
    """As it is compared, however it was typed."""
    return "".join(character for character in text.upper() if character.isalnum())


def windows(
    hours: DeskHours, zone: ZoneInfo, now: datetime, fetch_by: datetime, taken: Mapping[datetime, int]
) -> list[FreeWindow]:
    """The windows that can still be chosen, the first first. taken: how many come already, by the window's start."""
    return [
        FreeWindow(starts_at, ends_at, hours.places - taken.get(starts_at, 0))
        for starts_at, ends_at in _all(hours, zone, now)
        if starts_at >= now + NOTICE and starts_at < fetch_by and taken.get(starts_at, 0) < hours.places
    ]


def _all(hours: DeskHours, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = now.astimezone(zone).date()
    for ahead in range(hours.days + 1):
        day = today + timedelta(days=ahead)
        # Steps in absolute time: a night in which clocks change has a window more or less.
        at = datetime.combine(day, hours.opens, zone).astimezone(UTC)
        last = day if hours.closes > hours.opens else day + timedelta(days=1)
        end = datetime.combine(last, hours.closes, zone).astimezone(UTC)
        while at + hours.window <= end:
            yield at, at + hours.window
            at += hours.window
