"""Quiet hours: what can wait until the morning does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.notify.domain.kinds import RULES
from services.notify.schemas import NewsKind

AWAKE_BEFORE: Final = timedelta(hours=4)
"""Whoever flies, or fetches somebody, within so many hours is up or wants to be woken."""


def send_from(
    kind: NewsKind, now_local: datetime, flight_at: datetime, quiet: tuple[int, int] | None
) -> datetime | None:
    """When this news may be sent to people; None: now.

    Safety news never waits. Other news waits for the end of the quiet hours, or for four hours before the
    flight if that is sooner. now_local: aware, in the airport's zone. quiet: first hour and end, local.
    Source: product.md, "notify"; docs/decisions/0030-what-is-told-when.md.
    """
    return None if RULES[kind].safety else opens_at(now_local, flight_at, quiet)


def opens_at(
    now_local: datetime, travels_at: datetime | None, quiet: tuple[int, int] | None
) -> datetime | None:
    """When what can wait may be sent to somebody who travels then; None: now. The rest as in `send_from`."""
    if quiet is None or not _is_quiet(now_local.hour, quiet):
        return None
    ends_at = now_local.replace(hour=quiet[1], minute=0, second=0, microsecond=0)
    if ends_at <= now_local:
        ends_at += timedelta(days=1)
    at = ends_at if travels_at is None else min(ends_at, travels_at - AWAKE_BEFORE)
    return None if at <= now_local else at


def _is_quiet(hour: int, quiet: tuple[int, int]) -> bool:
    first, end = quiet
    return first <= hour < end if first < end else hour >= first or hour < end
