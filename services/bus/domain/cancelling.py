"""A departure that doesn't run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# A bus that broke down on its way may still be cancelled; one of yesterday is a slip of the finger.
LATEST: Final = timedelta(hours=6)


@dataclass(frozen=True)
class Cancellation:
    """reason: told to travellers. move_to: the departure that everybody goes with; None: the money goes back.

    moved, refunded: how many tickets.
    """

    departure_id: str
    reason_zh: str
    reason_en: str
    actor: str
    at: datetime
    move_to: str | None
    moved: int
    refunded: int
