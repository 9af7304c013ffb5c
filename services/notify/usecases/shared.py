"""What the use cases of notify stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel import clock
from kernel.db import UnitOfWorkLike
from kernel.instants import instant
from services.notify.schemas import NoticeKind
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

    def gathering(self, kind: NoticeKind) -> timedelta:
        """How long a message waits for others that become one with it; a new promise, until it has held for a while."""
        if kind is NoticeKind.SHOP_REPROMISED:
            return self.hold_off
        return timedelta(seconds=self.settings.gather_s)


def in_real_time(span: timedelta) -> timedelta:
    """How long the world waits for a span of the airport's time, which a demo may play faster."""
    return span / clock.rate()


def present(store: NotifyStore, passenger_id: str) -> str:
    """The id that this traveller has now: a door may hold the one from before a merge for a while."""
    _, into = store.people.gone(passenger_id)
    return into or passenger_id


def held(store: NotifyStore, passenger_id: str) -> str:
    """As `present`, and so until the transaction ends: asked before something is written for this traveller."""
    store.people.hold_merges()
    return present(store, passenger_id)


def held_unless_erased(store: NotifyStore, passenger_id: str) -> str | None:
    """As `held`; None for who was erased: of them nothing may be kept any more."""
    store.people.hold_merges()
    gone, into = store.people.gone(passenger_id)
    return into if gone else passenger_id


def follow_document(follow: Follow, flight: Followed | None) -> dict[str, Any]:
    """schemas.OneFollowSchema."""
    return {
        "flight_id": follow.flight_id,
        "role": follow.role,
        "since": instant(follow.since),
        "flight": {} if flight is None else flight.document,
    }
