"""A few reports for the stack under test, so that there is something to be found."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel import clock

_ZONE = ZoneInfo("Asia/Shanghai")


def updates() -> list[dict[str, Any]]:
    """Twelve departures of today: scheduled, some delayed."""
    day = clock.now().astimezone(_ZONE).date()
    return [_update(datetime.combine(day, time(6 + n), _ZONE).astimezone(UTC), 3100 + n) for n in range(12)]


def _update(departs: datetime, number: int) -> dict[str, Any]:
    def text(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "leg": {
            "airline": "CZ",
            "number": str(number),
            "departure_airport": "CSX",
            "arrival_airport": "PEK",
            "origin_date": departs.date().isoformat(),
        },
        "event_at": text(clock.now() - timedelta(minutes=1)),
        "times": {
            "off_block": {
                "scheduled_at": text(departs),
                "estimated_at": text(departs + timedelta(minutes=number % 3 * 20)),
            },
            "on_block": {"scheduled_at": text(departs + timedelta(hours=2, minutes=20))},
        },
        "departure": {"terminal": "T2", "gate": f"A{number % 40}"},
    }
