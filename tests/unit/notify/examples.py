"""Flights as `flights.schemas.FlightSchema` shows them, with what these tests care about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Noon in Changsha."""


def flight(
    number: str = "CZ3101",
    version: int = 1,
    scheduled_at: datetime = NOON,
    estimated_at: datetime | None = None,
    actual_at: datetime | None = None,
    status: str = "scheduled",
    direction: str = "departure",
    gate: str | None = None,
    belt: str | None = None,
    diverted_to: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A flight between Changsha and Guangzhou; times are those at Changsha."""
    here, there = ("CSX", "CAN") if direction == "departure" else ("CAN", "CSX")
    times = {
        "scheduled_at": _text(scheduled_at),
        "estimated_at": _text(estimated_at),
        "actual_at": _text(actual_at),
    }
    none = {"scheduled_at": None, "estimated_at": None, "actual_at": None}
    leaving = direction == "departure"
    return {
        "id": f"{number}-{scheduled_at:%Y%m%d}-{here}-{there}",
        "version": version,
        "number": number,
        "direction": direction,
        "board_at": _text(scheduled_at),
        "status": status,
        "departure": {"airport": airport(here), **(times if leaving else none), "gate": gate},
        "arrival": {"airport": airport(there), **(none if leaving else times), "belt": belt},
        "diverted_to": diverted_to,
        "keywords": ["cz3101"],
    }


def airport(iata: str) -> dict[str, Any]:
    zh, en = {"CSX": ("长沙", "Changsha"), "CAN": ("广州", "Guangzhou"), "WUH": ("武汉", "Wuhan")}[iata]
    return {"iata": iata, "city": {"zh": zh, "en": en}, "zone": "Asia/Shanghai"}


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
