"""How late a leg is here, and what boards call it for that."""

from __future__ import annotations

from typing import Final

from services.flights.domain.instants import MINUTE_US
from services.flights.schemas.vocabulary import Status

DELAYED_FROM_MINUTES: Final = 15
"""From here on boards and travellers speak of a delay.

Source: product.md, "delay of 15 minutes or more"; the usual measure of punctuality (D15) in aviation.
"""

_ON_SCHEDULE: Final = frozenset({Status.SCHEDULED, Status.RESCHEDULED})

DEPENDENT: Final = _ON_SCHEDULE | {Status.AIRBORNE}
"""States that are shown as another one when an estimate says so."""


def delay_minutes(scheduled_us: int | None, best_us: int | None) -> int | None:
    """Whole minutes late, negative when early, seconds dropped; None when either time isn't known."""
    if scheduled_us is None or best_us is None:
        return None
    late_us = best_us - scheduled_us
    return late_us // MINUTE_US if late_us >= 0 else -(-late_us // MINUTE_US)


def status_shown(
    status: Status, direction: str, scheduled_us: int | None, estimated_us: int | None
) -> Status:
    """The state as shown here: a leg still on its schedule with a late estimate is delayed, and an
    airborne one with an estimate, on its way here, is expected. Times are those at the airport we serve.
    """
    if status in _ON_SCHEDULE:
        late = delay_minutes(scheduled_us, estimated_us)
        return Status.DELAYED if late is not None and late >= DELAYED_FROM_MINUTES else status
    if status is Status.AIRBORNE and direction == "arrival" and estimated_us is not None:
        return Status.EXPECTED
    return status
