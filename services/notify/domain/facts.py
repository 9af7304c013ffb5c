"""A flight as its followers care about it, read from `flights.schemas.FlightSchema` as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.flights.schemas import Status

BOARDING, LAST_CALL, GATE_CLOSED, DEPARTED, LANDED = 1, 2, 3, 4, 5
_STAGES: Final[dict[Status, int]] = {
    Status.BOARDING: BOARDING,
    Status.LAST_CALL: LAST_CALL,
    Status.GATE_CLOSED: GATE_CLOSED,
    Status.DEPARTED: DEPARTED,
    Status.AIRBORNE: DEPARTED,
    Status.EXPECTED: DEPARTED,
    Status.LANDED: LANDED,
    Status.BAGS_ON_BELT: LANDED,
}
_EXCEPTIONS: Final = {
    Status.CANCELLED: "cancelled",
    Status.DIVERTED: "diverted",
    Status.RETURNED: "returned",
}


@dataclass(frozen=True)
class Facts:
    """scheduled_at, best_at: at the airport we serve. exception: cancelled, diverted, returned or ""."""

    departing: bool
    scheduled_at: datetime
    best_at: datetime
    gate: str
    belt: str
    stage: int
    exception: str


def facts_of(flight: dict[str, Any]) -> Facts:
    """What the document says of the things that followers are told about."""
    departing = flight["direction"] == "departure"
    here = flight["departure"] if departing else flight["arrival"]
    scheduled = here.get("scheduled_at") or flight["board_at"]
    best = here.get("actual_at") or here.get("estimated_at") or scheduled
    status = Status(flight["status"])
    return Facts(
        departing=departing,
        scheduled_at=datetime.fromisoformat(scheduled),
        best_at=datetime.fromisoformat(best),
        gate=(flight["departure"].get("gate") or "") if departing else "",
        belt=flight["arrival"].get("belt") or "",
        stage=_stage(status, departing),
        exception=_exception(status, flight),
    )


def _stage(status: Status, departing: bool) -> int:
    if status is Status.COMPLETED:
        # What is over for a departure is over here; whether it landed is another airport's to say.
        return DEPARTED if departing else LANDED
    return _STAGES.get(status, 0)


def _exception(status: Status, flight: dict[str, Any]) -> str:
    if status is Status.COMPLETED and flight.get("diverted_to"):
        return "diverted"
    return _EXCEPTIONS.get(status, "")
