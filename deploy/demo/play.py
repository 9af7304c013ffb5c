"""Sends a story's reports when their time has come, on the airport's clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from deploy.demo.partner_client import PartnerClient, Stopped
from kernel import clock

log = logging.getLogger(__name__)

_LONGEST_SLEEP_S: Final = 2.0
_SHORTEST_SLEEP_S: Final = 0.05
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Report:
    """An update for POST /partner/v1/flights and when it is told.

    at: the airport's time, aware UTC. is_schedule: whether it makes the leg known.
    """

    at: datetime
    update: dict[str, Any]
    is_schedule: bool = False


class Story(Protocol):
    """Reports in the order of their time; asked again, it tells the same."""

    def due(self, after: datetime | None, until: datetime) -> Sequence[Report]:
        """What is told after `after` (None: from the beginning) and not after `until`."""

    def next_at(self, after: datetime) -> datetime | None:
        """When the next report after this instant is told; None: never."""


def play(
    story: Story,
    client: PartnerClient,
    stopping: threading.Event,
    begun: threading.Event | None = None,
) -> None:
    """Tell the story until it ends or `stopping` is set. A restart tells it again: what is known is older.

    begun: is set once all that came before is told. Raises NotAccepted when the gateway says no to a batch for good.
    """
    told: datetime | None = None
    try:
        while not stopping.is_set():
            now = clock.now()
            _tell(story.due(told, now), client)
            told = now
            if begun is not None:
                begun.set()
            next_at = story.next_at(now)
            if next_at is None:
                log.info("the story is told")
                return
            real_s = (next_at - clock.now()).total_seconds() / clock.rate()
            stopping.wait(min(max(real_s, _SHORTEST_SLEEP_S), _LONGEST_SLEEP_S))
    except Stopped:
        log.info("stopped")


def _tell(reports: Sequence[Report], client: PartnerClient) -> None:
    for start in range(0, len(reports), _AT_ONCE):
        part = reports[start : start + _AT_ONCE]
        sent = client.send([report.update for report in part])
        log.info(
            "told %s: %s new, %s known, %s refused", len(part), sent.applied, sent.older, len(sent.refused)
        )
