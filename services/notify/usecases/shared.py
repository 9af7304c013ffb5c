"""What the use cases of notify stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel import clock
from kernel.db import UnitOfWorkLike
from services.notify.settings import NotifySettings
from services.notify.store import Follow, Followed, NotifyStore

Work = UnitOfWorkLike[NotifyStore]


@dataclass(frozen=True)
class View:
    """What a use case knows of its place. zone: the airport's."""

    zone: ZoneInfo
    settings: NotifySettings

    @property
    def hold_off(self) -> timedelta:
        return timedelta(seconds=self.settings.hold_off_s)


def in_real_time(span: timedelta) -> timedelta:
    """How long the world waits for a span of the airport's time, which a demo may play faster."""
    return span / clock.rate()


def instant(at: datetime) -> str:
    """RFC 3339, UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def follow_document(follow: Follow, flight: Followed | None) -> dict[str, Any]:
    """schemas.OneFollowSchema."""
    return {
        "flight_id": follow.flight_id,
        "role": follow.role,
        "since": instant(follow.since),
        "flight": {} if flight is None else flight.document,
    }
