"""What the use cases of notify stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel import clock
from kernel.db import UnitOfWorkLike
from services.notify.settings import NotifySettings
from services.notify.store import Follow, Followed, NotifyStore

Work = UnitOfWorkLike[NotifyStore]
NO_CONSENT: Final = "no_consent"
"""Why a message about a flight wasn't sent: its receiver hasn't agreed to such messages, or no longer does."""


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


def present(store: NotifyStore, passenger_id: str) -> str:
    """The id that this traveller has now: a door may hold the one from before a merge for a while."""
    _, into = store.people.gone(passenger_id)
    return into or passenger_id


def follow_document(follow: Follow, flight: Followed | None) -> dict[str, Any]:
    """schemas.OneFollowSchema."""
    return {
        "flight_id": follow.flight_id,
        "role": follow.role,
        "since": instant(follow.since),
        "flight": {} if flight is None else flight.document,
    }
