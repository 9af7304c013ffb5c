"""When a traveller's erasure is complete, and when it is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

HOLDERS: Final = ("bus", "checkin", "lostfound", "notify", "payments", "shop")
"""The other services that hold data about travellers: each has an export call in `clients.py`, answers
`erasure_requested` with `erasure_done`, and is listened to in `service.py`. A test compares the three."""


@dataclass(frozen=True)
class ServiceErasure:
    """What one service said; done_at None: nothing yet."""

    service: str
    done_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Erasure:
    id: str
    passenger_id: str
    requested_at: datetime
    due_at: datetime
    completed_at: datetime | None = None
    services: tuple[ServiceErasure, ...] = ()


def due_at(requested_at: datetime, hours: int) -> datetime:
    """Until when every service is expected to have erased."""
    return requested_at + timedelta(hours=hours)


def completed_at(services: Sequence[ServiceErasure]) -> datetime | None:
    """When the last service was done; None while one is missing."""
    times = [service.done_at for service in services]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def overdue(erasure: Erasure, now: datetime) -> bool:
    return erasure.completed_at is None and now >= erasure.due_at
